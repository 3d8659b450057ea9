"""Steps of a bout before their side is known: their times, and the legs' alternation through a gap."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hipdrop import columns as col
from hipdrop.bout import OpenStep, StepTime, carried_parity, time_at
from hipdrop.settings import DropSettings, SideSettings
from synthetic import blank_columns, landing_at, ring_of

SIDES = SideSettings()


def test_time_of_an_index_is_interpolated_on_the_inputs_own_axis() -> None:
    columns = blank_columns(6)
    columns[col.T] = [100.0, 100.1, 100.2, 100.4, 100.5, 100.6]
    ring = ring_of(columns)
    assert time_at(ring, 1.0) == pytest.approx(100.1)
    assert time_at(ring, 1.25) == pytest.approx(100.125)
    assert time_at(ring, 2.5) == pytest.approx(100.3)
    with pytest.raises(IndexError):
        time_at(ring, 5.5)


def test_a_stride_needs_both_its_contacts() -> None:
    step = OpenStep(0, 1, 1, landing_at(100.4), 1.0)
    assert not step.has_stride
    step.previous = landing_at(30.6)
    assert not step.has_stride
    step.following = landing_at(170.5)
    assert step.has_stride
    assert step.stride() == (31, 170)


@pytest.mark.parametrize("parity", [1, -1])
@pytest.mark.parametrize(("gap_steps", "same"), [(1, False), (2, True), (3, False)])
@pytest.mark.parametrize("off_part", [-0.15, 0.0, 0.15])
def test_the_legs_alternate_on_through_a_gap(parity: int, gap_steps: int, same: bool, off_part: float) -> None:
    step_s = 0.35
    contact_s = 10.0 + (gap_steps + off_part) * step_s
    assert carried_parity(10.0, parity, step_s, contact_s, SIDES) == (parity if same else -parity)


def test_a_contact_between_two_steps_tells_nothing() -> None:
    assert carried_parity(10.0, 1, 0.35, 10.0 + 2.5 * 0.35, SIDES) == 0
    assert carried_parity(10.0, 1, 0.35, 10.0 + 2.25 * 0.35, SIDES) == 0


def test_a_long_gap_and_an_unknown_cadence_tell_nothing() -> None:
    step_s = 0.35
    longest = SIDES.carry_gap_s + step_s
    steps = math.floor(longest / step_s)
    assert carried_parity(10.0, 1, step_s, 10.0 + steps * step_s, SIDES) == (1 if steps % 2 == 0 else -1)
    assert carried_parity(10.0, 1, step_s, 10.0 + (steps + 1) * step_s, SIDES) == 0
    assert carried_parity(10.0, 1, 0.0, 10.35, SIDES) == 0
    assert carried_parity(-math.inf, 1, step_s, 10.35, SIDES) == 0


def odd(times: StepTime, step_s: float) -> bool:
    """Whether the step time is too far off the mean before it."""
    return abs(times.push(step_s) - 1.0) > DropSettings().irregular_part


def test_a_step_time_is_a_part_of_the_mean_before_it() -> None:
    times = StepTime()
    assert [times.push(0.35) for _ in range(10)] == pytest.approx([1.0] * 10)
    assert times.typical_s == pytest.approx(0.35)
    assert times.push(0.70) == pytest.approx(2.0)
    assert times.push(0.35) == pytest.approx(1.0, abs=0.12)  # an odd one moves the mean by a tenth
    assert times.push(0.175) == pytest.approx(0.5, abs=0.06)


def test_step_times_of_a_real_spread_stay_near_one() -> None:
    rng = np.random.default_rng(1)
    times = StepTime()
    parts = np.array([times.push(step_s) for step_s in rng.normal(0.35, 0.02 * 0.35, 1000)])
    assert np.abs(parts - 1.0).max() < 0.1
    assert times.typical_s == pytest.approx(0.35, abs=0.01)


def test_a_change_of_cadence_is_followed() -> None:
    times = StepTime()
    parts = [times.push(step_s) for step_s in np.linspace(0.40, 0.30, 40)]
    assert max(abs(part - 1.0) for part in parts) < 0.05
    assert times.typical_s == pytest.approx(0.30, abs=0.02)
    sudden = [times.push(0.42) for _ in range(12)]  # 40 % longer at once: odd at first, then the new cadence
    assert sudden[0] > 1.25
    assert max(sudden[6:]) < 1.25
