"""What a column of time stamps says: the sample rate, the gaps, and how far the stamps can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.samples import Array

_SPAN = 32  # samples over which the first guess of the period is taken, so that rounding to 1 ms weighs 1/32
_SPAN_PERCENTILE = 10.0  # the guess needs one span in ten without a gap: 6 % of single samples may be lost
_GAP_PERIODS = 1.5  # a step of the clock longer than this has lost a sample
_GAP_SHORTFALLS = 1.5  # and longer than jitter reaches, which makes steps as much too short as too long
_ROUNDING_S = 1e-3  # loggers write whole milliseconds; finer stamps do not matter
_SCATTER_PERIODS = 0.1  # stamps that scatter by more than a tenth of a period are evened out


@dataclass(frozen=True)
class TimeBase:
    """The clock behind a column of time stamps.

    Attributes
    ----------
    t_s
        (N,) time of each sample, increasing.
    period_s
        Mean sample period over the gap-free stretches.
    starts
        (S,) index of the first sample of each gap-free stretch; the first is 0.
    scatter_s
        Standard deviation of the steps of the clock, gaps left out.
    evened
        Whether `t_s` are the stamps evened out, not the stamps themselves.
    """

    t_s: Array
    period_s: float
    starts: NDArray[np.intp]
    scatter_s: float
    evened: bool

    @property
    def rate_hz(self) -> float:
        """Samples per second."""
        return 1.0 / self.period_s

    def stretches(self) -> list[tuple[int, int]]:
        """Give the gap-free stretches as [start, stop) sample indices."""
        stops = [*self.starts[1:].tolist(), len(self.t_s)]
        return list(zip(self.starts.tolist(), stops, strict=True))


def estimate_time_base(t_s: Array) -> TimeBase:
    """Estimate rate and gaps from increasing time stamps, which may be rounded or jitter.

    1. First guess of the period: the time over 32 samples at its 10th percentile, which rounding and gaps hardly move.
    2. Shortfall: by how much steps of the clock are shorter than the period (jitter does that, gaps do not).
    3. A gap is a step longer than 1.5 periods, than a period and 1.5 times the largest shortfall (but for one in a
       thousand), and than stamps in whole milliseconds round to.
    4. Period: the mean of all other steps; then 2 and 3 again with it.

    Parameters
    ----------
    t_s
        (N,) time stamps, N > 1, strictly increasing.
    """
    steps_s = np.diff(t_s)
    span = min(_SPAN, len(steps_s))
    period_s = float(np.percentile(t_s[span:] - t_s[:-span], _SPAN_PERCENTILE)) / span
    first_s = t_s[:10_000]  # enough to see what the logger rounds to
    in_whole_ms = bool(np.all(np.abs(first_s - np.round(first_s, 3)) < 1e-3 * _ROUNDING_S))
    for _ in range(2):
        shortfall_s = np.maximum(period_s - steps_s, 0.0)
        limit_s = max(_GAP_PERIODS * period_s, period_s + _GAP_SHORTFALLS * float(np.percentile(shortfall_s, 99.9)))
        if in_whole_ms:
            limit_s = max(limit_s, math.ceil(period_s / _ROUNDING_S - 0.01) * _ROUNDING_S * 1.001)
        within = steps_s <= limit_s
        period_s = float(steps_s[within].mean())
    scatter_s = float(np.std(steps_s[within]))
    starts = np.concatenate(([0], np.flatnonzero(~within) + 1))
    base = TimeBase(t_s, period_s, starts, scatter_s, evened=False)
    return _evened(base) if scatter_s > _SCATTER_PERIODS * period_s else base


def _evened(base: TimeBase) -> TimeBase:
    """Put the samples of each stretch one period apart, at the mean of its stamps."""
    even_s = np.empty_like(base.t_s)
    for start, stop in base.stretches():
        ideal_s = np.arange(stop - start) * base.period_s
        even_s[start:stop] = ideal_s + np.mean(base.t_s[start:stop] - ideal_s)
    if not np.all(np.diff(even_s) > 0):  # stretches too short to be moved apart from one another
        return base
    return TimeBase(even_s, base.period_s, base.starts, base.scatter_s, evened=True)
