"""The one-leg check: the way to the side in closed form and over persons; what is unclear is refused."""

from __future__ import annotations

import numpy as np
import pytest
from mounts import do, do_with_errors
from scipy.spatial.transform import Rotation

from hipcal.levelled import levelled
from hipcal.oneleg import OneLegEstimate, one_leg_check, way_to_the_right
from hipcal.refusal import Refusal
from hipdrop.events import Side, Site
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.movements import LegStand, Movement, Stand, Walk, minimum_jerk
from hipdrop.simulate.movements_run import MovementsRun


def check(run: MovementsRun, mount: Array | None = None, leg: Side = Side.LEFT) -> OneLegEstimate:
    found = one_leg_check(run.t_s, run.acc_ms2, run.gyr_rads, run.pelvis_from_sensor if mount is None else mount, leg)
    assert isinstance(found, OneLegEstimate), found
    return found


def test_a_way_of_minimum_jerk_in_closed_form() -> None:
    """60 mm to the left within 1 s, 3 s there, back within 1 s; an offset of 0.2 m/s² of the sensor does not matter."""
    t_s = np.arange(0.0, 9.0, 1.0 / 208.0)

    def bump(u: Array) -> Array:
        inside = np.clip(u, 0.0, 1.0)
        return 60.0 * inside - 180.0 * inside**2 + 120.0 * inside**3

    true = minimum_jerk(t_s - 2.0) - minimum_jerk(t_s - 6.0)
    acc = np.zeros((len(t_s), 3))
    acc[:, 1] = STANDARD_GRAVITY_MS2
    acc[:, 2] = -0.06 * (bump(t_s - 2.0) - bump(t_s - 6.0)) + 0.2
    data = levelled(t_s, acc, np.zeros_like(acc))
    assert not isinstance(data, Refusal)
    way, unrest = way_to_the_right(data, np.eye(3), slice(208, len(t_s) - 208))
    assert unrest < 0.05
    np.testing.assert_allclose(way, -0.06 * true[208 : len(t_s) - 208], atol=3e-3)


@pytest.mark.parametrize("leg", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("site", list(Site))
def test_the_pelvis_comes_over_the_standing_leg(site: Site, leg: Side) -> None:
    run = do([Stand(3.0), LegStand(leg, shift_mm=80.0, drop_deg=4.0)], site=site)
    found = check(run, leg=leg)
    sign = -1.0 if leg is Side.LEFT else 1.0
    assert found.confirms
    assert found.seen is leg
    assert found.right_mm == pytest.approx(sign * 80.0, abs=25.0)
    assert found.obliquity_deg == pytest.approx(-sign * 4.0, abs=1.5)
    assert found.hold_s == pytest.approx(4.0, abs=0.7)
    assert found.confidence > 0.99
    assert "left and right are right" in found.verdict


def test_sixty_persons_with_sensors_of_their_own_and_a_mount_that_is_off() -> None:
    """Neither a dropping nor a lifted hip changes it, nor a heading that is wrong by 6 deg rms."""
    outcomes, errors_mm = [], []
    for seed in range(60):
        draw = np.random.default_rng((seed, 2))
        leg = list(Side)[draw.integers(2)]
        stand = LegStand(
            leg, hold_s=draw.uniform(2.5, 4.0), shift_s=draw.uniform(0.6, 1.4), back_s=draw.uniform(0.5, 1.2),
            shift_mm=draw.uniform(50.0, 100.0), drop_deg=draw.uniform(-6.0, 6.0), turn_deg=draw.normal(0.0, 3.0),
            tilt_deg=draw.normal(0.0, 3.0), sway=draw.uniform(1.5, 4.0), pause_s=3.0,
        )  # fmt: skip
        run = do_with_errors([Stand(3.0), stand], seed)
        off = Rotation.from_rotvec([0.0, np.deg2rad(draw.normal(0.0, 6.0)), 0.0]).as_matrix()
        found = one_leg_check(run.t_s, run.acc_ms2, run.gyr_rads, off @ run.pelvis_from_sensor, leg)
        outcomes.append(found)
        if isinstance(found, OneLegEstimate):
            assert found.confirms
            errors_mm.append(abs(found.right_mm) - stand.shift_mm)
    assert sum(isinstance(found, Refusal) for found in outcomes) <= 2
    assert np.std(errors_mm) < 12.0


def test_a_clip_back_to_front_and_the_wrong_leg_contradict() -> None:
    run = do([Stand(3.0), LegStand(Side.LEFT)])
    back_to_front = np.diag([-1.0, 1.0, -1.0]) @ run.pelvis_from_sensor
    for found in (check(run, back_to_front), check(run, leg=Side.RIGHT)):
        assert not found.confirms
        assert "back to front" in found.verdict
        assert "once more" in found.verdict


@pytest.mark.parametrize(
    ("movements", "reason"),
    [
        ([Stand(8.0)], "did not move"),
        ([Stand(3.0), LegStand(shift_mm=10.0)], "to the side only"),
        ([Stand(3.0), LegStand(shift_mm=300.0)], "that was a step"),
        ([Stand(3.0), LegStand(hold_s=0.1)], "only"),
        ([Stand(3.0), LegStand(pause_s=0.2)], "at the end"),
        ([Stand(3.0), LegStand(Side.LEFT, pause_s=0.0), LegStand(Side.RIGHT)], "both sides"),
        ([Stand(3.0), LegStand(hold_s=15.0)], "too long"),
        ([Walk(), LegStand()], "at the beginning"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_refused_with_the_reason(movements: list[Movement], reason: str) -> None:
    run = do(movements, seed=4)
    found = one_leg_check(run.t_s, run.acc_ms2, run.gyr_rads, run.pelvis_from_sensor)
    assert isinstance(found, Refusal), found
    assert reason in found.reason


def test_what_is_no_number_is_refused() -> None:
    run = do([Stand(3.0), LegStand()])
    gyr = run.gyr_rads.copy()
    gyr[5] = np.inf
    assert isinstance(one_leg_check(run.t_s, run.acc_ms2, gyr, run.pelvis_from_sensor), Refusal)
