"""Finds the bumps that change a runner's mean drop as asked for, on 400 strides of the same runner.

A level of both sides is reached with two numbers: `common` (both sides alike: under zero by bumps over the stride, over
zero inside the stance) and `uneven` (inside the stance of one side: right over zero, left under zero). Lowering one
side alone would need a far larger motion, since both sides are measured from the same stride mean.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from hipdrop.errors import UsageError
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import OBLIQUITY
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.gait import steady
from hipdrop.simulate.levels import SIGN, AddedDrop

_STRIDES = 400
_POINTS = 128  # of a stride
_WALK_RAD = np.deg2rad([0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0, 20.0])  # no pelvis moves by more
_TOLERANCE_RAD = np.deg2rad(0.03)
_TABLE = 17  # values of either number in a table


def bumps(common: Array, uneven: Array) -> tuple[Array, Array]:
    """Give the amplitudes (..., 2) inside the stance and over the stride of a level."""
    raised = np.maximum(common, 0.0)
    inside = np.stack([raised + np.maximum(-uneven, 0.0), raised + np.maximum(uneven, 0.0)], axis=-1)
    lowered = np.minimum(common, 0.0)
    return inside, np.stack([lowered, lowered], axis=-1)


class Bench:
    """Measures the mean drop of both sides, as truth defines it, over steady strides with given bumps."""

    def __init__(self, config: RunnerConfig, speed_ms: float) -> None:
        gait = steady(config, speed_ms, _STRIDES)
        phase = np.arange(_STRIDES * _POINTS) / _POINTS
        fraction, right = float(gait.contact_fraction[0]), float(gait.right_fraction[0])
        self.middle = np.array([0.5 * fraction, right + 0.5 * fraction])
        self._edges = [(0.0, fraction), (right, right + fraction)]
        self._own = gait.motion(phase, slice(OBLIQUITY, OBLIQUITY + 1))[0]
        none = np.zeros((_STRIDES, 2))
        sides = [np.tile(side, (_STRIDES, 1)) for side in np.eye(2)]
        self._inside = [AddedDrop(side, none, self.middle).obliquity(gait, phase) for side in sides]
        self._over = [AddedDrop(none, side, self.middle).obliquity(gait, phase) for side in sides]

    def drops_rad(self, in_stance_rad: Array, over_stride_rad: Array) -> Array:
        """Give the mean drop (2,) of left and right with bumps of (2,) amplitudes."""
        obliquity = self._own.copy()
        for side in (0, 1):
            obliquity += in_stance_rad[side] * self._inside[side] + over_stride_rad[side] * self._over[side]
        strides = obliquity.reshape(_STRIDES, _POINTS)
        total = np.concatenate([[0.0], np.cumsum(obliquity)])
        drops = []
        for side in (0, 1):
            first = np.arange(_STRIDES) * _POINTS + round((self.middle[side] - 0.5) * _POINTS)
            whole = (first >= 0) & (first + _POINTS < len(total))
            mean = (total[first[whole] + _POINTS] - total[first[whole]]) / _POINTS
            peak = self._peaks(SIGN[side] * strides, side)[whole]
            drops.append(np.mean(peak - SIGN[side] * mean))
        return np.array(drops)

    def _peaks(self, strides: Array, side: int) -> Array:
        """Give the largest value of each stance, its very edges included."""
        edges = [edge * _POINTS for edge in self._edges[side]]
        inside = strides[:, int(np.ceil(edges[0])) : int(np.floor(edges[1])) + 1].max(axis=1)
        at_edges = []
        for edge in edges:
            i, u = int(edge), edge % 1.0
            at_edges.append((1.0 - u) * strides[:, i] + u * strides[:, min(i + 1, _POINTS - 1)])
        largest: Array = np.max([inside, *at_edges], axis=0)
        return largest

    def level_rad(self, common: float, uneven: float) -> Array:
        """Give the mean drop (2,) at a level."""
        return self.drops_rad(*bumps(np.array(common), np.array(uneven)))

    def nearest(self, wanted_rad: Array) -> tuple[float, float]:
        """Find `common` and `uneven` of a wanted mean drop (2,), or of what comes near to it.

        Right minus left grows with `uneven`, and both grow with `common`: one root search inside the other.
        """

        def evened(common: float) -> float:
            return _root(lambda uneven: float(np.diff(self.level_rad(common, uneven) - wanted_rad)[0]))

        common = _root(lambda common: float(self.level_rad(common, evened(common))[0] - wanted_rad[0]))
        return common, evened(common)

    def solve(self, wanted_rad: Array) -> tuple[float, float]:
        """Find `common` and `uneven` of a wanted mean drop (2,).

        Raises
        ------
        UsageError
            No bumps give these two.
        """
        found = self.nearest(wanted_rad)
        if np.max(np.abs(self.level_rad(*found) - wanted_rad)) > _TOLERANCE_RAD:
            left, right = np.rad2deg(wanted_rad)
            raise UsageError(
                f"drops of {left:.1f} deg left and {right:.1f} deg right are out of this runner's reach at this speed; "
                "bring them closer to each other, or run faster (a hiked pelvis needs flight between the contacts)"
            )
        return found


class LevelTable:
    """Turns wanted drops, stride by stride, into `common` and `uneven`, by interpolation."""

    def __init__(self, bench: Bench, low_rad: Array, high_rad: Array) -> None:
        sides = ((low_rad[0], high_rad[0]), (low_rad[1], high_rad[1]))
        corners = np.array([bench.nearest(np.array([left, right])) for left in sides[0] for right in sides[1]])
        commons, unevens = (np.linspace(found.min() - 1e-3, found.max() + 1e-3, _TABLE) for found in corners.T)
        left, right = np.array([[bench.level_rad(c, u) for u in unevens] for c in commons]).transpose(2, 0, 1)
        self._commons, self._unevens, self._left = commons, unevens, left
        self._difference = np.maximum.accumulate(right - left, axis=1)

    def solve(self, wanted_rad: Array) -> tuple[Array, Array]:
        """Give `common` and `uneven` (K,) of (K, 2) wanted mean drops; at the table's edge, what comes nearest."""
        difference = np.diff(wanted_rad)[:, 0]
        evened = np.array([np.interp(difference, row, self._unevens) for row in self._difference])
        left = np.array([np.interp(e, self._unevens, row) for e, row in zip(evened, self._left, strict=True)])
        i = np.clip(np.sum(left < wanted_rad[:, 0], axis=0), 1, _TABLE - 1)  # first row of `common` that reaches it
        k = np.arange(len(wanted_rad))
        rise = np.maximum(left[i, k] - left[i - 1, k], 1e-9)
        share = np.clip((wanted_rad[:, 0] - left[i - 1, k]) / rise, 0.0, 1.0)
        common: Array = self._commons[i - 1] + share * (self._commons[i] - self._commons[i - 1])
        uneven: Array = evened[i - 1, k] + share * (evened[i, k] - evened[i - 1, k])
        return common, uneven


def _root(growing: Callable[[float], float]) -> float:
    """Walk from 0 to where a function that grows around 0 changes its sign, and find the root there.

    Far from 0 the functions here no longer grow. Without a root the end of the walk is returned.
    """
    start = growing(0.0)
    direction = -1.0 if start > 0.0 else 1.0
    before = 0.0
    for step in _WALK_RAD:
        here = direction * float(step)
        if growing(here) * start <= 0.0:
            return float(brentq(growing, *sorted((before, here)), xtol=1e-5))
        before = here
    return before
