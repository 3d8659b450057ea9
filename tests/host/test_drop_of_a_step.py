"""The drop of one step from obliquity made of known sinusoids, and vertical travel from a known bounce."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.drop import Drop, ObliquityCourse, drop_of, obliquity_course, oscillation_mm
from hipdrop.events import Side
from hipdrop.filters import stride_kernel
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.settings import DropSettings
from synthetic import RATE_HZ, REPEATABLE, obliquity_columns, ring_of

SETTINGS = DropSettings()
STRIDE = 150
STEP = STRIDE / 2
CONTACT = 300.0
RIGHT = np.array([0.0, 0.0, 1.0])
PEAK_AFTER = 0.3 * STEP
AMPLITUDE_DEG = 3.0


def gain(harmonic: float) -> float:
    """What smoothing leaves of a harmonic of the stride, by the definition of the transform."""
    kernel = stride_kernel(STRIDE, SETTINGS.cutoff_harmonics, SETTINGS.kernel_half_part)
    n = np.arange(len(kernel)) - len(kernel) // 2
    return float(np.sum(kernel * np.cos(2.0 * np.pi * harmonic / STRIDE * n)))


def rocking(index: Array) -> Array:
    """Right side down by 3 deg a third into left stance, up by as much a third into right stance."""
    return np.asarray(AMPLITUDE_DEG * np.cos(2.0 * np.pi * (index - CONTACT - PEAK_AFTER) / STRIDE))


def measured(
    obliquity_deg: Callable[[Array], Array], contact: float = CONTACT, side: Side = Side.LEFT,
    toe_off_part: float = 0.7, up_shift: float = 0.0,
) -> tuple[Drop, ObliquityCourse]:  # fmt: skip
    """Drop of the step at `contact`; `obliquity_deg` is a function of the sample index, fractional."""
    ring = ring_of(obliquity_columns(obliquity_deg(np.arange(600) + up_shift)))
    previous, following = contact - STEP, contact + STEP
    course = obliquity_course(ring, RIGHT, up_shift, previous, contact, following, ring.end, SETTINGS)
    return drop_of(course, side, contact, contact + toe_off_part * STEP, following, SETTINGS.peak_part), course


@pytest.mark.parametrize("up_shift", [0.0, 0.5])
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_drop_of_a_sinusoid_in_closed_form(side: Side, up_shift: float) -> None:
    """A right step lies half a stride later, with all signs turned over: the same figures."""
    contact = CONTACT if side is Side.LEFT else CONTACT + STEP
    drop, course = measured(rocking, contact, side, up_shift=up_shift)
    height = AMPLITUDE_DEG * gain(1)
    at_contact, at_mid = (height * math.cos(2.0 * math.pi * (p - 0.3) / 2.0) for p in (0.0, 0.35))
    assert course.mean_deg == pytest.approx(0.0, abs=0.05)
    assert drop.drop_deg == pytest.approx(height - (1.0 if side is Side.LEFT else -1.0) * course.mean_deg, abs=1e-3)
    assert drop.excursion_deg == pytest.approx(height - at_contact, abs=2e-3)
    assert drop.midstance_deg == pytest.approx(at_mid, abs=0.05)
    assert drop.peak == pytest.approx(contact + PEAK_AFTER, abs=0.02)


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_the_wrong_side_reads_the_other_way(side: Side) -> None:
    """A pelvis that is held up on the swinging side: negative where the search for the peak holds no drop."""
    hiked, _ = measured(lambda i: -rocking(i), CONTACT if side is Side.LEFT else CONTACT + STEP, side)
    assert hiked.drop_deg < 0.0


@REPEATABLE
@given(offset=st.floats(0.0, 1.0), side=st.sampled_from([Side.LEFT, Side.RIGHT]))
def test_the_phase_of_the_samples_does_not_matter(offset: float, side: Side) -> None:
    contact = (CONTACT if side is Side.LEFT else CONTACT + STEP) + offset
    drop, _ = measured(lambda i: rocking(i - offset), contact, side)
    assert drop.drop_deg == pytest.approx(AMPLITUDE_DEG * gain(1), abs=0.07)  # mean over whole samples
    assert drop.excursion_deg == pytest.approx(AMPLITUDE_DEG * gain(1) * (1.0 - math.cos(0.3 * math.pi)), abs=3e-3)
    assert drop.peak == pytest.approx(contact + PEAK_AFTER, abs=0.02)


def test_a_constant_roll_of_the_clip_changes_nothing() -> None:
    plain, _ = measured(rocking)
    rolled, course = measured(lambda i: rocking(i) + 9.0)
    assert rolled.drop_deg == pytest.approx(plain.drop_deg, abs=1e-9)
    assert rolled.excursion_deg == pytest.approx(plain.excursion_deg, abs=1e-9)
    assert rolled.midstance_deg == pytest.approx(plain.midstance_deg, abs=1e-9)
    assert course.mean_deg == pytest.approx(9.0, abs=0.05)


def test_a_slow_drift_changes_little() -> None:
    """2 deg in a minute; the mean is that of the stride around the contact, the peak comes 0.3 of a step later."""
    slope = 2.0 / (60.0 * RATE_HZ)
    plain, drifting = measured(rocking)[0], measured(lambda i: rocking(i) + slope * i)[0]
    assert drifting.drop_deg - plain.drop_deg == pytest.approx(slope * PEAK_AFTER, abs=1e-3)
    assert abs(drifting.drop_deg - plain.drop_deg) < 0.01


def test_contact_fifteen_ms_off_changes_drop_little_and_excursion_much() -> None:
    """Why the drop is measured from the mean: with a whole stride in it, the contact itself hardly matters."""
    late = 0.015 * RATE_HZ
    plain, off = measured(rocking)[0], measured(rocking, CONTACT + late)[0]
    assert abs(off.drop_deg - plain.drop_deg) < 0.06
    assert abs(off.excursion_deg - plain.excursion_deg) > 0.2


@pytest.mark.parametrize("phase", [0.0, 1.5, 3.0, 4.5])
def test_wobble_is_taken_out_of_the_drop_and_told(phase: float) -> None:
    """2 deg at 20 Hz, 14 harmonics of the stride: beyond the kernel's stop band."""
    hz = 20.0
    plain, still = measured(rocking)
    shaken, course = measured(lambda i: rocking(i) + 2.0 * np.sin(2.0 * np.pi * hz / RATE_HZ * i + phase))
    left = abs(gain(hz / RATE_HZ * STRIDE))
    assert left < 0.02
    assert abs(shaken.drop_deg - plain.drop_deg) < 2.0 * left + 0.05
    assert course.wobble_deg == pytest.approx(2.0 / math.sqrt(2.0), rel=0.1)
    assert still.wobble_deg < 0.02


def test_fifteen_hertz_wobble_is_mostly_taken_out() -> None:
    plain, _ = measured(rocking)
    worst = 0.0
    for phase in np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False):
        shaken, course = measured(lambda i, p=phase: rocking(i) + 2.0 * np.sin(2.0 * np.pi * 15.0 / RATE_HZ * i + p))  # type: ignore[misc]
        worst = max(worst, abs(shaken.drop_deg - plain.drop_deg))
        assert course.wobble_deg > SETTINGS.wobble_limit_deg  # 1.4 deg rms: voided as a loose belt
    assert worst < 0.15


def test_the_pelvis_own_harmonics_pass() -> None:
    """The third harmonic of a measured runner (1.5 deg) is kept to 2 %."""
    third = measured(lambda i: 1.5 * np.cos(6.0 * np.pi * (i - CONTACT - PEAK_AFTER) / STRIDE))[0]
    assert third.drop_deg == pytest.approx(1.5, rel=0.03)


def test_a_flat_pelvis_has_no_drop() -> None:
    drop, course = measured(lambda i: np.full_like(i, 2.0))
    assert drop.drop_deg == pytest.approx(0.0, abs=1e-9)
    assert drop.excursion_deg == pytest.approx(0.0, abs=1e-9)
    assert course.wobble_deg == pytest.approx(0.0, abs=1e-9)


def test_without_toe_off_midstance_is_the_middle_of_the_search() -> None:
    ring = ring_of(obliquity_columns(rocking(np.arange(600.0))))
    course = obliquity_course(ring, RIGHT, 0.0, CONTACT - STEP, CONTACT, CONTACT + STEP, ring.end, SETTINGS)
    drop = drop_of(course, Side.LEFT, CONTACT, math.nan, CONTACT + STEP, SETTINGS.peak_part)
    expected, _ = measured(rocking, toe_off_part=SETTINGS.peak_part)
    assert drop.midstance_deg == pytest.approx(expected.midstance_deg)


def test_the_peak_is_sought_up_to_the_set_part_of_the_step_only() -> None:
    """A rise that goes on beyond 60 % of the step: the peak is the value there."""
    drop, course = measured(lambda i: 0.04 * (i - CONTACT))
    end = CONTACT + SETTINGS.peak_part * STEP
    assert drop.peak == pytest.approx(end, abs=1.0)
    assert drop.drop_deg == pytest.approx(0.04 * (end - CONTACT) - course.mean_deg, abs=0.05)


def test_a_stride_at_the_very_beginning_of_the_ring() -> None:
    ring = ring_of(obliquity_columns(rocking(np.arange(300.0) + CONTACT - STEP + 0.5)))
    course = obliquity_course(ring, RIGHT, 0.5, 0.0, STEP, STRIDE, ring.end, SETTINGS)
    drop = drop_of(course, Side.LEFT, STEP, 1.7 * STEP, STRIDE, SETTINGS.peak_part)
    assert drop.drop_deg == pytest.approx(AMPLITUDE_DEG * gain(1), abs=0.07)


def test_of_a_contact_at_the_very_beginning_only_what_smoothing_reaches_is_read() -> None:
    ring = ring_of(obliquity_columns(rocking(np.arange(300.0) + CONTACT - 20.0)))
    course = obliquity_course(ring, RIGHT, 0.0, 20.0 - STEP, 20.0, 20.0 + STEP, ring.end, SETTINGS)
    half = len(stride_kernel(STRIDE, SETTINGS.cutoff_harmonics, SETTINGS.kernel_half_part)) // 2
    assert course.start == half
    drop = drop_of(course, Side.LEFT, 20.0, 70.0, 20.0 + STEP, SETTINGS.peak_part)
    assert drop.peak == pytest.approx(20.0 + PEAK_AFTER, abs=0.05)


@pytest.mark.parametrize("late", [0, 3, 8, 12, 100])
def test_samples_that_came_after_the_next_contact_was_found_change_nothing(late: int) -> None:
    """Whether the block held them or not: the figures must not depend on how the stream was cut."""
    known = round(CONTACT + STEP) + late
    columns = obliquity_columns(rocking(np.arange(600.0)))
    full, cut = ring_of(columns), ring_of(columns[:, :known])
    here, there = (
        obliquity_course(ring, RIGHT, 0.0, CONTACT - STEP, CONTACT, CONTACT + STEP, known, SETTINGS)
        for ring in (full, cut)
    )
    assert here.smooth_deg == there.smooth_deg
    assert (here.start, here.mean_deg, here.wobble_deg) == (there.start, there.mean_deg, there.wobble_deg)
    whole = measured(rocking)[1].smooth_deg
    missing = len(whole) - len(here.smooth_deg)
    assert here.smooth_deg == whole[: len(here.smooth_deg)]
    # smoothing to 60 % of the step reaches 0.25 strides further, a tenth of a step past the next contact
    needed = SETTINGS.peak_part * STEP + 2 + round(SETTINGS.kernel_half_part * STRIDE) - STEP
    assert missing == max(0, round(needed) - late)


@pytest.mark.parametrize("amplitude_mm", [20.0, 50.0])
@pytest.mark.parametrize("n", [40, 75, 200])
def test_vertical_travel_of_a_bounce_in_closed_form(amplitude_mm: float, n: int) -> None:
    turn = 2.0 * np.pi / n
    bounce_g = -amplitude_mm / 1000.0 * (turn * RATE_HZ) ** 2 / STANDARD_GRAVITY_MS2 * np.cos(turn * np.arange(n))
    assert oscillation_mm(bounce_g, RATE_HZ) == pytest.approx(2.0 * amplitude_mm, rel=0.01)
    assert oscillation_mm(bounce_g + 0.05, RATE_HZ) == pytest.approx(oscillation_mm(bounce_g, RATE_HZ))


def test_without_acceleration_there_is_no_travel() -> None:
    assert oscillation_mm(np.zeros(75), RATE_HZ) == pytest.approx(0.0, abs=1e-12)
    assert oscillation_mm(np.full(75, -1.0), RATE_HZ) == pytest.approx(0.0, abs=1e-9)
