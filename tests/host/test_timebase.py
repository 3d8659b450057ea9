"""Rate and gaps from time stamps whose clock is known."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.timebase import estimate_time_base

RATES_HZ = [20.0, 50.0, 104.0, 208.0, 416.7, 1000.0]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_clean_clock_is_read_exactly(rate_hz: float) -> None:
    base = estimate_time_base(7.0 + np.arange(2000) / rate_hz)
    assert base.rate_hz == pytest.approx(rate_hz, rel=1e-9)
    assert base.stretches() == [(0, 2000)]
    assert not base.evened


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_rate_survives_rounding_loss_and_a_long_stop(rate_hz: float) -> None:
    """Stamps rounded to 1 ms, 5 % of single samples lost, one stop of a minute: the rate is right to 0.1 %."""
    rng = np.random.default_rng(3)
    kept = np.flatnonzero(rng.random(20000) > 0.05)
    t_s = kept / rate_hz
    t_s[len(t_s) // 2 :] += 60.0
    t_s = np.round(t_s, 3)
    assert estimate_time_base(t_s).rate_hz == pytest.approx(rate_hz, rel=1e-3)


@pytest.mark.parametrize("lost", [1, 2, 19, 5000])
def test_a_gap_is_found_where_samples_are_missing(lost: int) -> None:
    index = np.concatenate((np.arange(1000), 1000 + lost + np.arange(3000)))
    base = estimate_time_base(index / 208.0)
    assert base.stretches() == [(0, 1000), (1000, 4000)]
    assert base.rate_hz == pytest.approx(208.0, rel=1e-9)


def test_rounding_to_milliseconds_makes_no_gaps() -> None:
    """At 800 Hz the steps of a clock in whole milliseconds are 1 and 2: two are no lost sample."""
    base = estimate_time_base(np.floor(np.arange(8000) / 0.8) / 1000)
    assert base.stretches() == [(0, 8000)]
    assert base.rate_hz == pytest.approx(800.0, rel=1e-3)


def test_jittering_stamps_are_evened_out_within_each_stretch() -> None:
    rng = np.random.default_rng(4)
    true_s = np.concatenate((np.arange(2000), 2300 + np.arange(2000))) / 104.0
    base = estimate_time_base(np.sort(true_s + rng.normal(0, 0.002, 4000)))
    assert base.evened
    assert base.stretches() == [(0, 2000), (2000, 4000)]
    assert np.abs(base.t_s - true_s).max() < 0.0005
    assert np.all(np.diff(base.t_s) > 0)
