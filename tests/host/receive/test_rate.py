"""The true sample rate, told by the clip or counted in its frames."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.receive.rate import MAX_ERROR, RateFinder

FULL = 19


def test_a_clip_that_knows_its_rate_is_believed_at_once() -> None:
    rate = RateFinder(208.0)
    rate.told(212_345, 2001)
    assert rate.rate_hz is None
    rate.told(212_345, 2000)
    assert rate.rate_hz == 212.345


@pytest.mark.parametrize("rate_mhz", [0, 65_535, 4_294_967_295])
def test_what_cannot_be_a_rate_is_not_believed(rate_mhz: int) -> None:
    rate = RateFinder(208.0)
    rate.told(rate_mhz, 0)
    assert rate.rate_hz is None
    assert rate.best_hz == 208.0


@pytest.mark.parametrize("error", [-0.05, 0.0, 0.05])
@pytest.mark.parametrize("seed", range(5))
def test_frames_alone_settle_it_in_five_seconds(error: float, seed: int) -> None:
    """Ticks are anywhere within a sample; the rate is wanted to 0.2 %."""
    true_hz = 208.0 * (1 + error)
    rng = np.random.default_rng(seed)
    rate = RateFinder(208.0)
    for index in range(0, 10_000, FULL):
        if rate.rate_hz is not None:
            break
        rate.frame(index, round(1e6 * (index + rng.uniform()) / true_hz))
    assert index / true_hz < 5.2
    assert rate.rate_hz == pytest.approx(true_hz, rel=MAX_ERROR)


def test_a_run_too_short_for_it_takes_what_there_is() -> None:
    rate = RateFinder(208.0)
    rate.frame(0, 0)
    assert rate.best_hz == 208.0
    rate.told(210_000, 9000)
    assert rate.best_hz == 210.0


def test_ticks_that_stand_still_leave_the_nominal_rate() -> None:
    rate = RateFinder(208.0)
    for index in range(0, 3000, FULL):
        rate.frame(index, 0)
    assert rate.rate_hz == 208.0
