"""The start of a sag: closed forms, what must not be found, and the interval's own promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from hipdrop.after.onset import BIN_S, binned, find_onset
from hipdrop.samples import Array

STEP_S = 0.7  # of one side
SD_DEG = 0.6  # from step to step (docs/algorithms.md: 0.4 to 0.8)


def drops(minutes: float, begin_s: float, ramp_s: float, rise_deg: float, seed: int = 0) -> tuple[Array, Array]:
    """Make times and drops of a side whose level rises by a ramp, on the noise from step to step."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(0.0, 60.0 * minutes, STEP_S)
    ramp = np.clip((t_s - begin_s) / ramp_s, 0.0, 1.0)
    return t_s, 3.0 + rise_deg * ramp + SD_DEG * rng.standard_normal(len(t_s))


def wandering(seed: int, sd_deg: float) -> tuple[Array, Array]:
    """Make times and drops of a fresh side whose level wanders with ten minutes' memory, 60 min."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(0.0, 3600.0, STEP_S)
    memory = np.exp(-STEP_S / 600.0)
    slow = lfilter([sd_deg * np.sqrt(1.0 - memory**2)], [1.0, -memory], rng.standard_normal(len(t_s)))
    return t_s, 3.0 + slow + SD_DEG * rng.standard_normal(len(t_s))


def test_without_noise_the_bends_are_where_they_were_put() -> None:
    t_s = np.arange(0.0, 1800.0, 0.5)
    found = find_onset(t_s, 3.0 + 2.0 * np.clip((t_s - 600.0) / 300.0, 0.0, 1.0))
    assert found is not None
    assert found.t_s == pytest.approx(600.0, abs=0.5 * BIN_S)
    assert found.settled_s == pytest.approx(900.0, abs=0.5 * BIN_S)
    assert (found.before_deg, found.after_deg) == (pytest.approx(3.0, abs=0.02), pytest.approx(5.0, abs=0.02))
    assert found.earliest_s <= found.t_s <= found.latest_s


@pytest.mark.parametrize("seed", range(1000, 1010))
def test_a_sag_of_two_degrees_is_dated_within_ninety_seconds(seed: int) -> None:
    found = find_onset(*drops(40.0, 900.0, 240.0, 2.0, seed))
    assert found is not None
    assert abs(found.t_s - 900.0) < 90.0
    assert found.rise_deg == pytest.approx(2.0, abs=0.25)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """95 % nominally; the grid and the levels' wander leave some of it."""
    inside = 0
    for seed in range(2000, 2060):
        found = find_onset(*drops(40.0, 900.0, 300.0, 1.5, seed))
        inside += found is not None and found.earliest_s <= 900.0 <= found.latest_s
    assert inside >= 52


def test_steady_runs_have_no_onset() -> None:
    assert not any(find_onset(*drops(40.0, 0.0, 1.0, 0.0, seed)) for seed in range(3000, 3030))


def test_a_level_that_wanders_is_seldom_a_sag() -> None:
    """0.2 deg of wander, the simulated runners' own (docs/algorithms.md)."""
    assert sum(find_onset(*wandering(seed, 0.2)) is not None for seed in range(4000, 4030)) <= 3


def test_a_drop_that_falls_has_no_onset() -> None:
    assert find_onset(*drops(40.0, 900.0, 240.0, -2.0)) is None


@pytest.mark.parametrize("length", [0, 1, 6, 100])
def test_too_little_gives_nothing(length: int) -> None:
    t_s = STEP_S * np.arange(length)
    assert find_onset(t_s, np.full(length, 3.0)) is None


def test_a_constant_has_no_onset() -> None:
    t_s = np.arange(0.0, 1800.0, STEP_S)
    assert find_onset(t_s, np.full(len(t_s), 3.0)) is None


def test_bins_hold_enough_steps_and_gaps_are_left_out() -> None:
    t_s = np.concatenate((np.arange(0.0, 60.0, 1.0), np.arange(300.0, 303.0, 1.0), np.arange(400.0, 440.0, 1.0)))
    times, medians, steps = binned(t_s, t_s)
    np.testing.assert_allclose(times, [9.5, 29.5, 49.5, 409.5, 429.5])
    np.testing.assert_allclose(medians, times)
    np.testing.assert_array_equal(steps, 20.0)
