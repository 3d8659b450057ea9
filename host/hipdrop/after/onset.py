"""When a drop began to grow: a line with two bends, flat, ramp, flat, and how sure the first bend is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import f as f_distribution

from hipdrop.samples import Array

BIN_S = 20.0  # about 25 steps of a side, nearly independent of each other (lag-1 is 0.05, docs/algorithms.md)
LEAST_BINS = 12  # four minutes; less has no flat before and after a ramp
LEAST_STEPS = 7  # in a bin; fewer make no stable mean (Dingenen 2018, docs/monitor.md)
FINER = 21  # places of either bend looked at between the neighbours of the best on the grid
LEAST_RISE_DEG = 0.5  # a smaller rise is within the wander of a fresh runner's level (0.2 deg, docs/algorithms.md)
CONFIDENCE = 0.95
FLOOR_DEG = 0.05  # no bin is known better: 25 steps of 0.6 deg have a median with a standard error of 0.15 deg


@dataclass(frozen=True, slots=True)
class Onset:
    """A rise of the level.

    Attributes
    ----------
    t_s, earliest_s, latest_s
        Where the ramp begins, and its 95 % interval.
    settled_s
        Where the ramp ends; the end of the run where it still rises.
    before_deg, after_deg
        Level before the ramp and behind it.
    p
        Chance of so much better a fit than a constant one if nothing had changed.
    """

    t_s: float
    earliest_s: float
    latest_s: float
    settled_s: float
    before_deg: float
    after_deg: float
    p: float

    @property
    def rise_deg(self) -> float:
        """Level behind the ramp less the one before it."""
        return self.after_deg - self.before_deg


def binned(t_s: Array, values: Array, bin_s: float = BIN_S) -> tuple[Array, Array, Array]:
    """Give times, medians and numbers of steps (K,) of the bins that hold enough steps."""
    if len(t_s) == 0:
        return np.empty(0), np.empty(0), np.empty(0)
    number = np.floor((t_s - t_s[0]) / bin_s).astype(int)
    edges = np.flatnonzero(np.diff(number, prepend=-1, append=number[-1] + 1))
    parts = [slice(a, b) for a, b in pairwise(edges.tolist()) if b - a >= LEAST_STEPS]
    times = np.array([t_s[part].mean() for part in parts])
    medians = np.array([np.median(values[part]) for part in parts])
    return times, medians, np.array([part.stop - part.start for part in parts], dtype=np.float64)


def find_onset(t_s: Array, drop_deg: Array) -> Onset | None:
    """Find where a drop (N,) at times (N,) began to rise; None where it did not rise clearly.

    Least squares of the medians of 20 s by a line that is flat, rises, and is flat again, over all pairs of bends on
    the grid of the bins, then more finely around the best (Hudson, 1966, doi 10.1080/01621459.1966.10482198, for two
    joined lines; here three, the outer ones level). The interval of the first bend holds all places that an F test at
    95 % does not refuse, the second bend fitted anew for each (profile likelihood); the test counts as many free bins
    as an autoregression of first order leaves of them, since a runner's level wanders.
    """
    t, y, steps = binned(t_s, drop_deg)
    if len(t) < LEAST_BINS:
        return None
    weights = steps / steps.mean()
    flat = float(weights @ (y - np.average(y, weights=weights)) ** 2)
    spacing = float(np.median(np.diff(t)))
    grid = np.append(np.arange(t[0], t[-1], spacing), t[-1])
    coarse = _fits(t, y, weights, grid, grid)
    _, begin, end, _, _ = coarse[:, int(coarse[0].argmin())]
    around = np.linspace(-spacing, spacing, FINER)
    fits = np.hstack((coarse, _fits(t, y, weights, begin + around, np.minimum(end + around, t[-1]))))
    error, begin, end, before, rise = fits[:, int(fits[0].argmin())].tolist()
    residual = y - before - rise * _ramp(t, begin, np.array([end]))[0]
    free = _effective(residual) - 4.0
    if rise < LEAST_RISE_DEG or free < 2.0:
        return None
    scale = max(error, 1e-12) / free
    p = float(f_distribution.sf((flat - error) / 3.0 / scale, 3.0, free))
    if p > 1.0 - CONFIDENCE:
        return None
    allowed = error + scale * float(f_distribution.ppf(CONFIDENCE, 1.0, free))
    begins = fits[1, (fits[0] <= allowed) & (fits[4] > 0.0)]
    half = 0.5 * spacing  # the grid knows it no better
    return Onset(begin, float(begins.min()) - half, float(begins.max()) + half, end, before, before + rise, p)


def _fits(t: Array, y: Array, weights: Array, begins: Array, ends: Array) -> Array:
    """Fit every pair of bends; gives (5, K): error, first bend, second bend, level before, rise."""
    total, mean_y = weights.sum(), np.average(y, weights=weights)
    found = [np.empty((5, 0))]
    for begin in begins.tolist():
        later = ends[ends > begin]
        ramps = _ramp(t, begin, later)
        means = ramps @ weights / total
        off = ramps - means[:, None]
        spread = np.maximum((off * off) @ weights, 1e-9)
        rises = off @ (weights * (y - mean_y)) / spread
        before = mean_y - rises * means
        errors = ((y - before[:, None] - rises[:, None] * ramps) ** 2) @ weights
        found.append(np.stack((errors, np.full(len(later), begin), later, before, rises)))
    return np.hstack(found)


def _ramp(t: Array, begin: float, ends: Array) -> Array:
    """Give the ramps (K, N) from 0 at the first to 1 at each of the second bends (K,)."""
    ramps: Array = np.clip((t - begin) / np.maximum(ends - begin, 1e-9)[:, None], 0.0, 1.0)
    return ramps


def _effective(residual: Array) -> float:
    """Number of independent bins: n (1 - r) / (1 + r), r the correlation of neighbours, not below 0."""
    square = float(np.dot(residual, residual)) + len(residual) * FLOOR_DEG**2
    r = min(max(float(np.dot(residual[1:], residual[:-1])) / square, 0.0), 0.95)
    return len(residual) * (1.0 - r) / (1.0 + r)
