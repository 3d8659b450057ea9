"""The clip's clock on the host's, and the time axis of the run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.receive.clock import HostClock, TickClock, Timeline
from hipwire.frames import TICKS_PERIOD
from synthetic import REPEATABLE

RATE_HZ = 208.0
FULL = 19


@pytest.mark.parametrize("error", [-0.05, 0.0, 0.05])
@pytest.mark.parametrize("silent_s", [0.1, 600.0, 3 * 3600.0 * 0.9])
def test_ticks_go_on_through_wraps_and_silences(error: float, silent_s: float) -> None:
    """The guess by the index is off by up to 5 %: 486 s in 2.7 h, under half a period of 1074 s."""
    ticks = TickClock(RATE_HZ)
    true_hz = RATE_HZ * (1 + error)
    at_s = np.concatenate((np.arange(0, 2000, 30.0), 2000 + silent_s + np.arange(0, 2000, 30.0)))
    for time_s in at_s:
        index = round(time_s * true_hz)
        device_us = round(1e6 * index / true_hz) + 12345
        assert ticks.device_us(index, device_us % TICKS_PERIOD) == device_us


@pytest.mark.parametrize("drift_ppm", [-80.0, 0.0, 50.0])
def test_drift_and_jitter_are_seen_through_late_arrivals(drift_ppm: float) -> None:
    """Delays are 5 ms and an exponential tail of 20 ms: its 95th percentile is 60 ms above the fastest."""
    rng = np.random.default_rng(1)
    clock = HostClock()
    device_us = np.arange(0, 600_000_000, 91_000)
    late_us = rng.exponential(20_000, len(device_us))
    for at_us, late in zip(device_us, late_us, strict=True):
        clock.take(int(at_us), round(7e9 + at_us * (1 + 1e-6 * drift_ppm) + 5_000 + late))
    drift, jitter_ms = clock.report()
    assert drift == pytest.approx(drift_ppm, abs=3.0)
    assert jitter_ms == pytest.approx(-20 * np.log(0.05), rel=0.1)
    true_us = 7e9 + device_us[-1] * (1 + 1e-6 * drift_ppm) + 5_000
    assert clock.host_us(int(device_us[-1])) == pytest.approx(true_us, abs=2_000)


def test_a_short_run_has_no_drift() -> None:
    clock = HostClock()
    assert clock.report() == (None, None)
    clock.take(0, 1000)
    clock.take(1_000_000, 1_003_000)
    drift, jitter_ms = clock.report()
    assert drift is None
    assert jitter_ms == pytest.approx(0.95 * 2.0)


@REPEATABLE
@given(
    st.lists(st.tuples(st.integers(1, FULL), st.integers(0, 3), st.floats(-0.02, 0.02)), min_size=1, max_size=60),
    st.floats(-0.05, 0.05),
)
def test_times_increase_strictly_whatever_the_ticks_say(parts: list[tuple[int, int, float]], error: float) -> None:
    line = Timeline(RATE_HZ, 1)
    index, last_s = 7, -1.0
    for count, lost, jitter_s in parts:
        index += lost
        place = line.place(index, round(1e6 * (index / (RATE_HZ * (1 + error)) + jitter_s)), count)
        assert place is not None
        assert place.t_s > last_s
        assert (place.missing == 0) == (place.gap_s == 0.0)
        last_s, index = place.t_s + (count - 1) / RATE_HZ, index + count


def test_the_axis_follows_the_ticks_and_smooths_their_jitter() -> None:
    """The pipeline's rate is 0.2 % off for an hour: the axis keeps to the ticks, which jitter by a sample."""
    rng = np.random.default_rng(2)
    true_hz = RATE_HZ * 1.002
    line = Timeline(RATE_HZ, 1)
    errors_s = []
    for number in range(40_000):
        seen_us = round(1e6 * number * FULL / true_hz + rng.uniform(0, 1e6 / RATE_HZ))
        place = line.place(number * FULL, seen_us, FULL)
        assert place is not None
        errors_s.append(place.t_s - number * FULL / true_hz)
    settled_s = np.array(errors_s[200:])
    assert np.std(settled_s) < 0.5e-3
    assert abs(np.mean(settled_s)) < 5e-3


def test_a_gap_is_as_long_as_the_ticks_say() -> None:
    line = Timeline(100.0, 1)
    assert line.place(0, 0, 10) is not None
    place = line.place(60, 605_000, 10)
    assert place is not None
    assert (place.first, place.missing) == (60, 50)
    assert place.t_s == pytest.approx(0.605)
    assert place.gap_s == pytest.approx(0.505)


def test_a_frame_that_lies_before_the_last_one_has_no_place() -> None:
    line = Timeline(100.0, 1)
    line.place(100, 0, 10)
    assert line.place(105, 50_000, 10) is None


def test_a_new_boot_goes_on_where_the_arrivals_say() -> None:
    line = Timeline(100.0, 1)
    line.place(1000, 5_000_000, 10)  # samples at 0 to 0.09 s
    place = line.reboot(0, 77, 10, away_s=2.0)
    assert place.t_s == pytest.approx(2.09)
    assert place.gap_s == pytest.approx(1.99)
    assert place.first == 10 + 199
    after = line.place(10, 77 + 100_000, 10)
    assert after is not None
    assert after.t_s == pytest.approx(2.19)
