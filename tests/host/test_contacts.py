"""Contacts and toe-off of a runner whose ground force is a half sine: the true moments are known exactly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop import columns as col
from hipdrop.contacts import ContactDetector, Landing, toe_off
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import Array
from hipdrop.settings import ContactSettings
from synthetic import RATE_HZ, REPEATABLE, blank_columns, half_sine_vertical_g, ring_of, smoothing, vertical_columns

SETTINGS = ContactSettings()
HANN, _ = smoothing(live=False)
STEPS = 40
# cadence in steps/min, part of the step that the foot is on the ground (1: grounded running, no flight)
GAITS = [(cadence, duty) for cadence in (140.0, 165.0, 200.0) for duty in (0.55, 0.7, 0.85)] + [(165.0, 1.0)]


def run_vertical_g(step_s: float, duty: float, rate_hz: float = RATE_HZ, steps: int = STEPS) -> Array:
    """Falling at first (t from -0.1 s), then `steps` steps, contacts at 0.1 s + whole steps."""
    return half_sine_vertical_g(np.arange(-0.1, steps * step_s, 1.0 / rate_hz), step_s, duty * step_s)


def landings_of(
    vertical_g: Array, rate_hz: float = RATE_HZ, live: bool = True
) -> tuple[list[Landing], RingBuffer, int]:
    columns, delay = vertical_columns(vertical_g, rate_hz, live)
    ring = ring_of(columns)
    return ContactDetector(rate_hz, delay, SETTINGS).push(ring, 0, ring.end), ring, delay


def smoothed_model_g(step_s: float, duty: float, live: bool) -> tuple[Array, Array]:
    """One step of the model on a fine grid, from contact on, and what smoothing makes of it."""
    kernel, ahead = smoothing(live=live)
    reach_s = (np.arange(len(kernel)) - (len(kernel) - 1 - ahead)) / RATE_HZ
    t_s = np.arange(0.0, step_s, 5e-4)
    return t_s, half_sine_vertical_g(10.0 * step_s + t_s[:, None] + reach_s, step_s, duty * step_s) @ kernel


def smoothed_crossing_s(step_s: float, duty: float, level: float, rising: bool, live: bool) -> float:
    """Time after contact at which the smoothed model crosses a level: first rise or last fall."""
    t_s, smooth = smoothed_model_g(step_s, duty, live)
    inside = smooth >= level
    turns = np.flatnonzero(inside[1:] > inside[:-1]) if rising else np.flatnonzero(inside[1:] < inside[:-1])
    k = int(turns[0] if rising else turns[-1])
    return float(t_s[k] + (level - smooth[k]) / (smooth[k + 1] - smooth[k]) * 5e-4)


@pytest.mark.parametrize(("cadence", "duty"), GAITS)
def test_every_contact_is_found_at_its_time(cadence: float, duty: float) -> None:
    step_s = 60.0 / cadence
    landings, _, _ = landings_of(run_vertical_g(step_s, duty))
    found_s = np.array([landing.index for landing in landings]) / RATE_HZ - 0.1
    number = np.round(found_s / step_s)
    np.testing.assert_array_equal(np.diff(number), 1.0)
    assert set(range(1, STEPS - 1)) <= set(number.astype(int).tolist())
    offset_s = (found_s - number * step_s)[2:-2]
    assert offset_s.std() < 0.002
    # the force reaches body weight at arcsin(2 duty / pi) / pi of contact; a smoother hardly moves a steep crossing
    crossing_s = duty * step_s / np.pi * np.arcsin(2.0 * duty / np.pi)
    assert offset_s.mean() == pytest.approx(crossing_s - SETTINGS.lag_s, abs=0.005)
    if duty <= 0.7:  # with a flight as in running, the constant lag leaves no more than between runners
        assert abs(offset_s.mean()) < 0.02


@pytest.mark.parametrize("live", [True, False], ids=["live", "twin"])
@pytest.mark.parametrize(("cadence", "duty"), GAITS)
def test_the_constant_offset_is_that_of_the_model(cadence: float, duty: float, live: bool) -> None:
    step_s = 60.0 / cadence
    landings, _, _ = landings_of(run_vertical_g(step_s, duty), live=live)
    found_s = np.array([landing.index for landing in landings])[3:-3] / RATE_HZ - 0.1
    offset_s = found_s - np.round(found_s / step_s) * step_s
    expected_s = smoothed_crossing_s(step_s, duty, 0.0, rising=True, live=live) - SETTINGS.lag_s
    np.testing.assert_allclose(offset_s, expected_s, atol=1e-3)


@pytest.mark.parametrize(("cadence", "duty"), GAITS)
def test_live_and_after_the_run_a_contact_is_stamped_alike(cadence: float, duty: float) -> None:
    """What the early kernel does not know of the future moves no contact by more than an odd sample."""
    vertical = run_vertical_g(60.0 / cadence, duty)
    live, twin = ([landing.index for landing in landings_of(vertical, live=live)[0]] for live in (True, False))
    assert len(live) == len(twin)
    np.testing.assert_allclose(live, twin, atol=1.25)


@pytest.mark.parametrize("rate_hz", [50.0, 104.0, 416.0, 1000.0])
def test_the_sample_rate_makes_little_difference(rate_hz: float) -> None:
    step_s = 0.36
    landings, _, _ = landings_of(run_vertical_g(step_s, 0.7, rate_hz), rate_hz)
    found_s = np.array([landing.index for landing in landings])[3:-3] / rate_hz - 0.1
    offset_s = found_s - np.round(found_s / step_s) * step_s
    assert len(found_s) >= STEPS - 8
    assert offset_s.std() < 0.002
    assert abs(offset_s.mean()) < 0.02


@pytest.mark.parametrize("live", [True, False], ids=["live", "twin"])
@pytest.mark.parametrize(("cadence", "duty"), [(140.0, 0.7), (165.0, 0.7), (200.0, 0.6)])
def test_toe_off_is_that_of_the_model(cadence: float, duty: float, live: bool) -> None:
    step_s = 60.0 / cadence
    landings, ring, delay = landings_of(run_vertical_g(step_s, duty), live=live)
    off = np.array([toe_off(ring, a, b, delay, HANN, SETTINGS) for a, b in pairwise(landings[3:-3])])
    since_contact_s = np.mod(off / RATE_HZ - 0.1, step_s)
    level = max(
        SETTINGS.toe_off_g, SETTINGS.toe_off_trough * float(smoothed_model_g(step_s, duty, live=False)[1].min())
    )
    expected_s = smoothed_crossing_s(step_s, duty, level, rising=False, live=False)
    np.testing.assert_allclose(since_contact_s, expected_s, atol=3e-3)
    assert abs(since_contact_s.mean() - duty * step_s) < 0.03  # 15 to 20 ms between people is a limit of the site


def test_there_is_no_toe_off_without_a_fall() -> None:
    columns = blank_columns(200)
    columns[col.VERT] = np.linspace(0.1, 0.5, 200)
    here, there = Landing(30.0, 40, 25, -1.0), Landing(180.0, 190, 185, -1.0)
    assert np.isnan(toe_off(ring_of(columns), here, there, 5, HANN, SETTINGS))


def test_there_is_no_toe_off_where_the_samples_are_too_few_to_smooth() -> None:
    columns, _ = vertical_columns(run_vertical_g(0.36, 0.7))
    here, there = Landing(30.0, 40, 25, -1.0), Landing(48.0, 60, 50, -1.0)
    assert np.isnan(toe_off(ring_of(columns), here, there, 5, HANN, SETTINGS))


def test_toe_off_reads_no_sample_after_the_next_contact_was_found() -> None:
    landings, ring, delay = landings_of(run_vertical_g(0.36, 0.7))
    for a, b in pairwise(landings[3:-3]):
        cut = ring_of(ring.window(0, b.crossing + 1))
        assert toe_off(cut, a, b, delay, HANN, SETTINGS) == toe_off(ring, a, b, delay, HANN, SETTINGS)


@pytest.mark.parametrize("hz", [1.7, 2.2, 3.0])
def test_walking_gives_no_contacts(hz: float) -> None:
    t_s = np.arange(0.0, 20.0, 1.0 / RATE_HZ)
    assert landings_of(0.3 * np.sin(2.0 * np.pi * hz * t_s))[0] == []


def test_standing_gives_no_contacts() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.02, 3000)
    assert landings_of(noise)[0] == []
    assert landings_of(np.zeros(3000))[0] == []


@pytest.mark.parametrize("cadence", [150.0, 165.0, 190.0])
@pytest.mark.parametrize("phase_deg", range(0, 360, 45))
def test_a_clip_over_the_hip_loses_no_step(cadence: float, phase_deg: int) -> None:
    """The roll of the pelvis adds 0.3 g at the stride rate to the vertical: up at one hip, down at the other."""
    step_s = 60.0 / cadence
    vertical = run_vertical_g(step_s, 0.65)
    t_s = np.arange(len(vertical)) / RATE_HZ
    lever = 0.3 * np.sin(np.pi * t_s / step_s + np.deg2rad(phase_deg))
    landings, _, _ = landings_of(vertical + lever)
    contacts = np.round((np.array([landing.index for landing in landings]) / RATE_HZ - 0.1) / step_s)
    inner = contacts[(contacts >= 2) & (contacts <= STEPS - 3)]
    np.testing.assert_array_equal(inner, np.arange(2, STEPS - 2))


def test_the_first_contact_of_a_run_needs_no_flight_before_it() -> None:
    """From standing straight into a stance of running: the flight comes after it."""
    step_s = 0.36
    t_s = np.arange(-2.0, 10.0, 1.0 / RATE_HZ)
    vertical = np.where(t_s < 0.0, -0.02, half_sine_vertical_g(t_s, step_s, 0.7 * step_s))
    landings, _, _ = landings_of(vertical)
    found_s = np.array([landing.index for landing in landings]) / RATE_HZ - 2.0
    np.testing.assert_array_equal(np.round(found_s / step_s)[:5], [0.0, 1.0, 2.0, 3.0, 4.0])


def dips(crossings_s: list[float]) -> Array:
    """SMOOTH that rises through 0 g out of a trough of -1 g at each of these times."""
    columns = blank_columns(round(RATE_HZ * (crossings_s[-1] + 0.5)))
    columns[col.SMOOTH] = 0.5
    for crossing_s in crossings_s:
        at = round(crossing_s * RATE_HZ)
        columns[col.SMOOTH, at - 4 : at] = -1.0
    return columns


def crossings(columns: Array) -> list[float]:
    ring = ring_of(columns)
    detector = ContactDetector(RATE_HZ, 0, SETTINGS)
    return [round(landing.crossing / RATE_HZ, 2) for landing in detector.push(ring, 0, ring.end)]


def test_a_second_crossing_within_the_refractory_time_is_the_same_contact() -> None:
    assert crossings(dips([1.0, 1.15, 1.4])) == [1.0, 1.4]
    assert crossings(dips([1.0, 1.22])) == [1.0, 1.22]


def test_the_refractory_time_follows_the_cadence() -> None:
    slow = [1.0, 1.5, 2.0, 2.5, 3.0]  # 120 steps/min: at 0.5 s, 0.6 of it is 0.3 s
    assert crossings(dips([*slow, 3.25, 3.5])) == [*slow, 3.5]
    quick = [1.0, 1.3, 1.6, 1.9]
    assert crossings(dips([*quick, 2.15])) == [*quick, 2.15]


def test_after_a_pause_the_cadence_is_learned_anew() -> None:
    slow = [1.0, 1.5, 2.0, 2.5]
    assert crossings(dips([*slow, 4.0, 4.25, 4.5])) == [*slow, 4.0, 4.25, 4.5]


def test_a_shallow_trough_is_no_flight() -> None:
    columns = dips([1.0, 1.5])
    columns[col.SMOOTH, columns[col.SMOOTH] < 0.0] = SETTINGS.flight_g + 0.01
    assert crossings(columns) == []


def test_no_landing_from_across_a_gap() -> None:
    """The gap ends in the rise: of the flight only what is above -0.5 g is left after it."""
    columns, delay = vertical_columns(run_vertical_g(0.36, 0.7))
    ring = ring_of(columns)
    whole = ContactDetector(RATE_HZ, delay, SETTINGS).push(ring, 0, ring.end)
    target = whole[10]
    shallow = target.crossing - 1
    while columns[col.SMOOTH, shallow - 1] > SETTINGS.flight_g:
        shallow -= 1
    detector = ContactDetector(RATE_HZ, delay, SETTINGS)
    detector.push(ring, 0, shallow)
    detector.restart(shallow)
    after = detector.push(ring, shallow, ring.end)
    assert after == whole[11:]


def test_no_landing_of_a_contact_within_a_gap() -> None:
    """Enough of the trough comes after the gap, but the contact itself, stamped back, lay in it."""
    columns, delay = vertical_columns(run_vertical_g(0.36, 0.7))
    ring = ring_of(columns)
    whole = ContactDetector(RATE_HZ, delay, SETTINGS).push(ring, 0, ring.end)
    floor = int(whole[10].index) + 1
    assert columns[col.SMOOTH, floor] < SETTINGS.flight_g  # or the test would be that of the shallow rise
    detector = ContactDetector(RATE_HZ, delay, SETTINGS)
    detector.restart(floor)
    assert detector.push(ring, floor, ring.end) == whole[11:]


@REPEATABLE
@given(cuts=st.lists(st.integers(1, 2800), max_size=30))
def test_a_stream_cut_anywhere_gives_the_same_to_the_bit(cuts: list[int]) -> None:
    columns, delay = vertical_columns(run_vertical_g(0.36, 0.7))
    ring = ring_of(columns)
    whole = ContactDetector(RATE_HZ, delay, SETTINGS).push(ring, 0, ring.end)
    assert len(whole) >= STEPS - 2
    growing, detector = RingBuffer(col.COUNT, ring.end), ContactDetector(RATE_HZ, delay, SETTINGS)
    found = []
    for stop in sorted({*cuts, ring.end}):
        start = growing.end
        growing.append(columns[:, start:stop])
        found += detector.push(growing, start, growing.end)
    assert found == whole
