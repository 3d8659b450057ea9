"""The tare from quiet standing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mounts import do

from hipcal.refusal import Refusal
from hipcal.standing import StandingEstimate, standing_tare
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate.movements import LegStand, Movement, Stand, Walk

T_S = np.arange(0.0, 5.0, 1.0 / 208.0)


def at_rest(up: list[float]) -> np.ndarray:
    return np.tile(STANDARD_GRAVITY_MS2 * np.array(up) / np.linalg.norm(up), (len(T_S), 1))


def test_a_crooked_clip_in_closed_form() -> None:
    """Right side 3 deg down, front 10 deg down; up as in docs/frames-and-signs.md."""
    tilt, obliquity = math.radians(-10.0), math.radians(3.0)
    up = [math.sin(tilt) * math.cos(obliquity), math.cos(tilt) * math.cos(obliquity), -math.sin(obliquity)]
    found = standing_tare(T_S, at_rest(up), np.full((len(T_S), 3), 0.02), np.eye(3))
    assert isinstance(found, StandingEstimate)
    np.testing.assert_allclose(found.up, up, atol=1e-6)
    assert found.obliquity_deg == pytest.approx(3.0, abs=1e-4)
    assert found.tilt_deg == pytest.approx(-10.0, abs=1e-4)
    assert found.sway_deg == pytest.approx(0.0, abs=1e-3)
    assert found.rest_s == pytest.approx(5.0, abs=0.01)


def test_a_person_who_sways() -> None:
    run = do([Stand(10.0)])
    found = standing_tare(run.t_s, run.acc_ms2, run.gyr_rads, run.pelvis_from_sensor)
    assert isinstance(found, StandingEstimate)
    assert found.obliquity_deg == pytest.approx(run.angles_deg[1].mean(), abs=0.15)
    assert found.tilt_deg == pytest.approx(run.angles_deg[0].mean(), abs=0.15)
    assert 0.15 < found.sway_deg < 0.5
    assert found.verdict.startswith("good: 10 s")
    assert math.isnan(standing_tare(run.t_s, run.acc_ms2, run.gyr_rads).obliquity_deg)  # type: ignore[union-attr]


@pytest.mark.parametrize("movements", [[Walk()], [Stand(3.0), LegStand(), LegStand()], [Stand(3.0), Walk()]])
def test_who_moves_is_refused(movements: list[Movement]) -> None:
    run = do(movements)
    assert isinstance(standing_tare(run.t_s, run.acc_ms2, run.gyr_rads), Refusal)


def test_too_little_is_refused() -> None:
    assert isinstance(standing_tare(T_S[:100], at_rest([0, 1, 0])[:100], np.zeros((100, 3))), Refusal)
    assert isinstance(standing_tare(T_S[:0], np.zeros((0, 3)), np.zeros((0, 3))), Refusal)
