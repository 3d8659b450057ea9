"""What cadence explains: the slope that was put in, and when nothing is said."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.after.explained import cadence_share


def run(slope: float, change_spm: float, spread_spm: float, seed: int = 0, sag_deg: float = 0.0):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    t_s = np.arange(0.0, 2400.0, 0.7)
    cadence = 165.0 + spread_spm * np.sin(2.0 * np.pi * t_s / 240.0) + change_spm * (t_s >= 1200.0)
    drop = 3.0 + slope * (cadence - 165.0) + sag_deg * (t_s >= 1200.0) + 0.6 * rng.standard_normal(len(t_s))
    return t_s, drop, cadence


def test_the_slope_and_what_it_explains_come_back() -> None:
    share = cadence_share(*run(-0.1, -8.0, 4.0, sag_deg=1.0), 1200.0, 1200.0)
    assert share is not None
    assert share.slope_deg == pytest.approx(-0.1, abs=0.02)
    assert share.explained_deg == pytest.approx(0.8, abs=0.2)
    low, high = share.explained_range_deg
    assert low < share.explained_deg < high


def test_the_interval_of_the_slope_holds_the_truth_as_often_as_it_says() -> None:
    shares = [cadence_share(*run(-0.05, -5.0, 3.0, seed), 1200.0, 1200.0) for seed in range(100)]
    assert sum(s is not None and s.low_deg <= -0.05 <= s.high_deg for s in shares) >= 88


def test_a_steady_cadence_shows_nothing() -> None:
    assert cadence_share(*run(-0.1, -8.0, 0.2), 1200.0, 1200.0) is None


def test_too_little_before_the_change_shows_nothing() -> None:
    t_s, drop, cadence = run(-0.1, -8.0, 4.0)
    assert cadence_share(t_s, drop, cadence, 100.0, 100.0) is None
    assert cadence_share(t_s, drop, cadence, 1200.0, 1e9) is None
    assert cadence_share(np.empty(0), np.empty(0), np.empty(0), 0.0, 0.0) is None
    assert cadence_share(t_s, np.full(len(t_s), np.nan), cadence, 1200.0, 1200.0) is None
