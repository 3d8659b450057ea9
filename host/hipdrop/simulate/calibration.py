"""Finds the bumps that change a runner's mean drop as asked for, on 400 strides of the same runner."""

from __future__ import annotations

import numpy as np

from hipdrop.errors import UsageError
from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import OBLIQUITY
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.gait import Gait, steady
from hipdrop.simulate.levels import IN_STANCE, NARROW, SIGN, WHOLE_STRIDE, AddedDrop, Bumps

SHARED_WANDER = 0.5  # share of the wander's variance that both sides have in common

_STRIDES = 400
_POINTS = 128  # of a stride


class _Bench:
    """Measures the mean drop of both sides over steady strides with given bumps, as truth defines it."""

    def __init__(self, config: RunnerConfig, speed_ms: float) -> None:
        self._gait = steady(config, speed_ms, _STRIDES)
        self._phase = np.arange(_STRIDES * _POINTS) / _POINTS
        fraction, right = float(self._gait.contact_fraction[0]), float(self._gait.right_fraction[0])
        self.middle = np.array([0.5 * fraction, right + 0.5 * fraction])
        self._edges = [(0.0, fraction), (right, right + fraction)]
        self._shapes = {width: self._both_sides(width) for width in (IN_STANCE, NARROW, WHOLE_STRIDE)}
        self._obliquity = self._gait.motion(self._phase, slice(OBLIQUITY, OBLIQUITY + 1))[0]

    def _both_sides(self, width: float) -> list[Array]:
        one = [np.tile(side, (_STRIDES, 1)) for side in np.eye(2)]
        return [Bumps(width, amplitude).obliquity(self._gait, self.middle, self._phase) for amplitude in one]

    def with_bumps(self, width: float, amplitude_rad: Array) -> Array:
        """Give the obliquity with bumps of (2,) amplitudes."""
        left, right = self._shapes[width]
        sum_of_all: Array = self._obliquity + amplitude_rad[0] * left + amplitude_rad[1] * right
        return sum_of_all

    def keep(self, obliquity: Array) -> None:
        """Measure on this obliquity from now on."""
        self._obliquity = obliquity

    def drops_rad(self, obliquity: Array) -> Array:
        """Give the mean drop (2,) of left and right."""
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

    def levels_rad(self, amplitude_rad: Array) -> Array:
        """Give the drops with levels (2,): under zero over a whole stride, else inside the stance."""
        return self.drops_rad(self.with_level(amplitude_rad))

    def with_level(self, amplitude_rad: Array) -> Array:
        """Give the obliquity with levels (2,)."""
        lowered = self.with_bumps(WHOLE_STRIDE, np.minimum(amplitude_rad, 0.0))
        raised = self.with_bumps(IN_STANCE, np.maximum(amplitude_rad, 0.0))
        sum_of_all: Array = lowered + raised - self._obliquity
        return sum_of_all


def add_drop(config: RunnerConfig, gait: Gait, speed_ms: float) -> AddedDrop:
    """Calibrate at `speed_ms` and lay out the bumps of a run.

    Raises
    ------
    UsageError
        A sag goes further down than bumps can bring this runner.
    """
    asked = config.sags or config.wander_deg or config.drop_left_deg is not None or config.drop_right_deg is not None
    if not asked:
        return AddedDrop((), np.zeros(2))
    bench = _Bench(config, speed_ms)
    level = _level(config, bench)
    raised, lowered = np.maximum(level, 0.0), np.minimum(level, 0.0)
    bench.keep(bench.with_level(level))
    sag_up, sag_down = _sags(config, gait, bench)
    narrow = sag_down + _wander(config, gait) @ _inverse_gain(bench).T
    running = gait.running[:, None]
    parts = ((IN_STANCE, raised + sag_up), (NARROW, narrow), (WHOLE_STRIDE, lowered + np.zeros_like(narrow)))
    return AddedDrop(tuple(Bumps(width, amplitude * running) for width, amplitude in parts), bench.middle)


def _level(config: RunnerConfig, bench: _Bench) -> Array:
    """Find the amplitudes (2,) of the levels from the start by Newton's method."""
    amplitude = np.zeros(2)
    own = bench.levels_rad(amplitude)
    asked = (config.drop_left_deg, config.drop_right_deg)
    wanted = np.array([own[side] if deg is None else np.deg2rad(deg) for side, deg in enumerate(asked)])
    step = np.deg2rad(0.1)
    for _ in range(40):
        drops = bench.levels_rad(amplitude)
        missing = wanted - drops
        if np.max(np.abs(missing)) < np.deg2rad(0.002):
            break
        ahead = np.copysign(step, missing)  # the side of zero to which the amplitude is going
        slopes = [(bench.levels_rad(amplitude + ahead * side) - drops) / ahead[i] for i, side in enumerate(np.eye(2))]
        amplitude = amplitude + np.clip(np.linalg.solve(np.array(slopes).T, missing), -0.04, 0.04)
    return amplitude


def _inverse_gain(bench: _Bench) -> Array:
    """Give d amplitude / d drop (2, 2) of narrow bumps."""
    step = np.deg2rad(0.5)
    rise = [bench.drops_rad(bench.with_bumps(NARROW, step * side)) for side in np.eye(2)]
    fall = [bench.drops_rad(bench.with_bumps(NARROW, -step * side)) for side in np.eye(2)]
    inverse: Array = np.linalg.inv((np.array(rise) - np.array(fall)).T / (2.0 * step))
    return inverse


def _wander(config: RunnerConfig, gait: Gait) -> Array:
    """Draw the wander of drop (K, 2), rad: an Ornstein-Uhlenbeck level a side, with a part that both sides share."""
    draws = config.rng(3).standard_normal((len(gait.running), 3))
    keep = np.exp(-np.diff(gait.start_s) / config.wander_s)
    fresh = np.sqrt(1.0 - keep**2)
    levels = np.empty_like(draws)
    level = draws[0]  # stationary from the start
    for k, draw in enumerate(draws):
        level = keep[k] * level + fresh[k] * draw
        levels[k] = level
    sides = np.sqrt(SHARED_WANDER) * levels[:, :1] + np.sqrt(1.0 - SHARED_WANDER) * levels[:, 1:]
    wander: Array = np.deg2rad(config.wander_deg) * sides
    return wander


def _sags(config: RunnerConfig, gait: Gait, bench: _Bench) -> tuple[Array, Array]:
    """Give the amplitudes (K, 2) of all sags, rad: those inside the stance, and the narrow ones of sags under zero."""
    stamp_s = gait.start_s[:-1] * (1.0 + config.rate_error)
    up, down = np.zeros((len(stamp_s), 2)), np.zeros((len(stamp_s), 2))
    for sag in config.sags:
        sides = np.array([sag.side in (Side.LEFT, Side.BOTH), sag.side in (Side.RIGHT, Side.BOTH)])
        width, target = (IN_STANCE, up) if sag.deg >= 0.0 else (NARROW, down)
        amplitude, change = _response(bench, width, sides)
        for side in np.flatnonzero(sides):
            low, high = np.rad2deg(change[[0, -1], side])
            if not low <= sag.deg <= high:
                raise UsageError(
                    f"a sag of {sag.deg:g} deg is out of this runner's reach; give {low:.1f} to {high:.1f}"
                )
            wanted = np.deg2rad(sag.deg) * sag.level(stamp_s)
            target[:, side] += np.interp(wanted, change[:, side], amplitude)
    return up, down


def _response(bench: _Bench, width: float, sides: Array) -> tuple[Array, Array]:
    """Give amplitudes (A,) of bumps on `sides`, increasing, and the changes (A, 2) of mean drop that they make, rad."""
    size = np.deg2rad(np.concatenate([np.arange(0.0, 8.0, 0.2), np.arange(8.0, 21.0, 1.0)]))
    amplitude = size if width == IN_STANCE else -size[::-1]
    drops = np.array([bench.drops_rad(bench.with_bumps(width, a * sides)) for a in amplitude])
    change = drops - drops[np.argmin(np.abs(amplitude))]
    return amplitude, np.maximum.accumulate(change, axis=0)
