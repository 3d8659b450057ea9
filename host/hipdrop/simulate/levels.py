"""Drop that is added to a runner: another level from the start, sags, slow wander.

What is added is a bump 64 x^3 (1 - x)^3 on the obliquity, positive in left stance and negative in right stance. Raised
levels and sags have it inside the stance, x from contact to toe-off. A bump inside the stance cannot lower the value at
the stance's edges, so a lowered level, down to a hiked pelvis, has it over one whole stride centred on midstance.

Amplitudes are not degrees of drop: a bump on one side also lifts the stride mean that drop is measured from, and moves
the peak. They are calibrated on 400 strides of the same runner with his variability, so that the *mean drop* changes as
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.errors import UsageError
from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import OBLIQUITY
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.gait import Gait, steady

SHARED_WANDER = 0.5  # share of the wander's variance that both sides have in common

_STRIDES = 400
_POINTS = 128  # of a stride, in the calibration
_SIGN = np.array([1.0, -1.0])  # left, right: what a drop is in obliquity


@dataclass(frozen=True)
class AddedDrop:
    """Amplitudes of the bumps, rad, of each stride and side (left, right).

    Attributes
    ----------
    in_stance
        (K, 2) bump inside the stance.
    over_stride
        (K, 2) bump over the stride around midstance.
    middle
        (2,) phase of midstance.
    """

    in_stance: Array
    over_stride: Array
    middle: Array

    def obliquity(self, gait: Gait, phase: Array) -> Array:
        """Give what is added to the obliquity at (N,) phases, rad."""
        added = np.zeros_like(phase)
        k = np.clip(np.floor(phase).astype(np.int64), 0, len(self.in_stance) - 1)
        within = phase - k
        for side in (0, 1):
            if self.in_stance[:, side].any():
                contact = gait.right_fraction[k] if side else 0.0
                shape = bump((within - contact) / gait.contact_fraction[k])
                added += _SIGN[side] * self.in_stance[k, side] * shape
            if self.over_stride[:, side].any():
                x = phase - self.middle[side] + 0.5
                stride = np.clip(np.floor(x).astype(np.int64), 0, len(self.over_stride) - 1)
                added += _SIGN[side] * self.over_stride[stride, side] * bump(x - stride)
        return added


def bump(x: Array) -> Array:
    """Give 64 x^3 (1 - x)^3 inside 0 to 1, and 0 outside."""
    inside = np.clip(x, 0.0, 1.0)
    shape: Array = 64.0 * (inside * (1.0 - inside)) ** 3
    return shape


class _Calibration:
    """Measures the mean drop of both sides over steady strides with given bumps."""

    def __init__(self, config: RunnerConfig, speed_ms: float) -> None:
        self.gait = steady(config, speed_ms, _STRIDES)
        self._phase = np.arange(_STRIDES * _POINTS) / _POINTS
        self._own = self.gait.motion(self._phase, slice(OBLIQUITY, OBLIQUITY + 1))[0]
        fraction, right = float(self.gait.contact_fraction[0]), float(self.gait.right_fraction[0])
        self.middle = np.array([0.5 * fraction, right + 0.5 * fraction])
        self._shapes = [[self._shape(side, wide) for wide in (False, True)] for side in (0, 1)]
        edges = [(0.0, fraction), (right, right + fraction)]
        self._stance = [slice(round(a * _POINTS), round(b * _POINTS) + 1) for a, b in edges]

    def _shape(self, side: int, wide: bool) -> Array:
        amplitudes = np.zeros((_STRIDES, 2))
        amplitudes[:, side] = 1.0
        none = np.zeros_like(amplitudes)
        added = AddedDrop(none if wide else amplitudes, amplitudes if wide else none, self.middle)
        return added.obliquity(self.gait, self._phase)

    def drops_rad(self, in_stance: Array, over_stride: Array) -> Array:
        """Give the mean drop of left and right with (2,) amplitudes, as truth defines it."""
        obliquity = self._own.copy()
        for side in (0, 1):
            obliquity += in_stance[side] * self._shapes[side][0] + over_stride[side] * self._shapes[side][1]
        strides = obliquity.reshape(_STRIDES, _POINTS)
        total = np.concatenate([[0.0], np.cumsum(obliquity)])
        drops = []
        for side in (0, 1):
            peak = (_SIGN[side] * strides[:, self._stance[side]]).max(axis=1)
            first = np.arange(_STRIDES) * _POINTS + round((self.middle[side] - 0.5) * _POINTS)
            whole = (first >= 0) & (first + _POINTS < len(total))
            mean = (total[first[whole] + _POINTS] - total[first[whole]]) / _POINTS
            drops.append(np.mean(peak[whole] - _SIGN[side] * mean))
        return np.array(drops)

    def levels_rad(self, amplitudes: Array, wide: NDArray[np.bool_]) -> Array:
        """Give the mean drop with one bump a side, over the stride where `wide`."""
        return self.drops_rad(np.where(wide, 0.0, amplitudes), np.where(wide, amplitudes, 0.0))


def add_drop(config: RunnerConfig, gait: Gait, speed_ms: float) -> AddedDrop:
    """Calibrate and lay out the bumps of a run."""
    count = len(gait.running)
    asked = config.sags or config.wander_deg or config.drop_left_deg is not None or config.drop_right_deg is not None
    if not asked:
        nothing = np.zeros((count, 2))
        return AddedDrop(nothing, nothing, np.zeros(2))
    calibration = _Calibration(config, speed_ms)
    base, wide = _base(config, calibration)
    levels = base + _wander(config, gait) @ _inverse_gain(calibration, base, wide).T
    in_stance, over_stride = np.where(wide, 0.0, levels), np.where(wide, levels, 0.0)
    in_stance = in_stance + _sags(config, gait, calibration, base, wide)
    running = gait.running[:, None]
    return AddedDrop(in_stance * running, over_stride * running, calibration.middle)


def _base(config: RunnerConfig, calibration: _Calibration) -> tuple[Array, NDArray[np.bool_]]:
    """Find the amplitudes (2,) of the levels from the start, and which sides are lowered, by Newton's method."""
    own = calibration.drops_rad(np.zeros(2), np.zeros(2))
    asked = (config.drop_left_deg, config.drop_right_deg)
    wanted = np.array([own[side] if deg is None else np.deg2rad(deg) for side, deg in enumerate(asked)])
    amplitudes = np.zeros(2)
    for _ in range(30):
        missing = wanted - calibration.levels_rad(amplitudes, amplitudes < 0)
        if np.max(np.abs(missing)) < np.deg2rad(0.001):
            break
        gain = _inverse_gain(calibration, amplitudes, np.where(amplitudes == 0, missing < 0, amplitudes < 0))
        amplitudes = amplitudes + np.clip(gain @ missing, -0.05, 0.05)
    return amplitudes, amplitudes < 0


def _inverse_gain(calibration: _Calibration, amplitudes: Array, wide: NDArray[np.bool_]) -> Array:
    """Give d amplitude / d drop, (2, 2), around the given amplitudes."""
    step = np.deg2rad(0.25)
    columns = [
        calibration.levels_rad(amplitudes + one, wide) - calibration.levels_rad(amplitudes - one, wide)
        for one in step * np.eye(2)
    ]
    inverse: Array = np.linalg.inv(np.array(columns).T / (2 * step))
    return inverse


def _wander(config: RunnerConfig, gait: Gait) -> Array:
    """Draw the wander of drop, (K, 2) rad: an Ornstein-Uhlenbeck level a side, with a part that both sides share."""
    draws = config.rng(3).standard_normal((len(gait.running), 3))
    keep = np.exp(-np.diff(gait.start_s) / config.wander_s)
    fresh = np.sqrt(1.0 - keep**2)
    levels = np.empty_like(draws)
    level = draws[0]  # stationary from the start
    for k in range(len(draws)):
        level = keep[k] * level + fresh[k] * draws[k]
        levels[k] = level
    sides = np.sqrt(SHARED_WANDER) * levels[:, :1] + np.sqrt(1.0 - SHARED_WANDER) * levels[:, 1:]
    wander: Array = np.deg2rad(config.wander_deg) * sides
    return wander


def _sags(config: RunnerConfig, gait: Gait, calibration: _Calibration, base: Array, wide: NDArray[np.bool_]) -> Array:
    """Give the in-stance amplitudes (K, 2) of all sags, rad."""
    stamps = gait.start_s[:-1] * (1.0 + config.rate_error)  # on the axis of the time stamps
    total = np.zeros((len(stamps), 2))
    for sag in config.sags:
        sides = [s for s, side in enumerate((Side.LEFT, Side.RIGHT)) if sag.side in (side, Side.BOTH)]
        amplitudes, changes = _response(calibration, base, wide, sides)
        for column, side in enumerate(sides):
            change = changes[:, column]
            wanted = np.deg2rad(sag.deg) * sag.level(stamps)
            if not change.min() <= np.deg2rad(sag.deg) <= change.max():
                low, high = np.rad2deg([change.min(), change.max()])
                raise UsageError(
                    f"a sag of {sag.deg:g} deg cannot be put on this runner; give {low:.1f} to {high:.1f}, "
                    "or another level from the start"
                )
            total[:, side] += np.interp(wanted, change, amplitudes)
    return total


def _response(calibration: _Calibration, base: Array, wide: NDArray[np.bool_], sides: list[int]) -> tuple[Array, Array]:
    """Give amplitudes (A,) of a bump in the stance of `sides`, and the changes (A, sides) of their mean drop."""
    amplitudes = np.deg2rad(np.concatenate([np.arange(-6.0, 12.0, 0.2), np.arange(12.0, 25.0, 1.0)]))
    stance, stride = np.where(wide, 0.0, base), np.where(wide, base, 0.0)
    on = np.isin(np.arange(2), sides)
    drops = np.array([calibration.drops_rad(stance + a * on, stride) for a in amplitudes])
    changes = drops[:, sides] - calibration.drops_rad(stance, stride)[sides]
    return amplitudes, np.maximum.accumulate(changes, axis=0)
