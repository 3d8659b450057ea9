"""The way that a runner takes over ground: bends, changes of speed and slopes, as slow signals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from hipdrop.samples import Array
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.plan import STAND_BELOW_MS, Plan

BEND_RADIUS_M = 36.5
STRAIGHT_M = 200.0 - np.pi * BEND_RADIUS_M  # two bends and two straights make 400 m

_STEP_S = 0.1
_SMOOTH_S = 1.0  # how fast a runner takes up a new speed, turn or slope
_BEFORE_S = 5.0


@dataclass(frozen=True)
class Way:
    """Slow signals every `_STEP_S`, from `_BEFORE_S` before the recording on.

    Attributes
    ----------
    turn_rads, heading_rad
        Turn rate and its integral, > 0 to the left.
    forward_ms2, left_ms2
        Acceleration along the way and across it.
    slope_rad
        > 0 uphill.
    """

    turn_rads: Array
    heading_rad: Array
    forward_ms2: Array
    left_ms2: Array
    slope_rad: Array

    @property
    def straight(self) -> bool:
        """Whether nothing ever happens on it."""
        return not (self.turn_rads.any() or self.forward_ms2.any() or self.slope_rad.any())

    def at(self, t_s: Array) -> tuple[Array, Array, Array, Array]:
        """Give heading, forward and left acceleration, and slope at `t_s`."""
        x = (t_s + _BEFORE_S) / _STEP_S
        i = np.clip(x.astype(np.int64), 0, len(self.turn_rads) - 2)
        u = x - i
        step = self.turn_rads[i + 1] - self.turn_rads[i]
        heading = self.heading_rad[i] + _STEP_S * u * (self.turn_rads[i] + 0.5 * u * step)  # exact for a linear rate

        def linear(values: Array) -> Array:
            between: Array = values[i] + u * (values[i + 1] - values[i])
            return between

        return heading, linear(self.forward_ms2), linear(self.left_ms2), linear(self.slope_rad)


def lay_way(config: RunnerConfig, plan: Plan, stop_s: float) -> Way:
    """Lay the way of a run; a runner on an even treadmill has none."""
    t_s: Array = _STEP_S * np.arange(round((stop_s + 2 * _BEFORE_S) / _STEP_S), dtype=np.float64) - _BEFORE_S
    if config.schedule is None and config.turns == 0.0:
        nothing = np.zeros_like(t_s)
        return Way(nothing, nothing, nothing, nothing, nothing)
    speed = _smooth(np.array([plan.at(t).speed_ms for t in t_s]))
    turn = _smooth(np.deg2rad(_turn_dps(config, plan, t_s, speed)))
    steps = 0.5 * _STEP_S * (turn[1:] + turn[:-1])
    return Way(
        turn_rads=turn,
        heading_rad=np.concatenate([[0.0], np.cumsum(steps)]),
        forward_ms2=np.gradient(speed, _STEP_S),
        left_ms2=speed * turn,
        slope_rad=_smooth(np.arctan(plan.scheduled("incline_pct", t_s) / 100.0)),
    )


def _turn_dps(config: RunnerConfig, plan: Plan, t_s: Array, speed_ms: Array) -> Array:
    if config.turns == "oval":
        distance = (
            np.cumsum(np.where(t_s < 0.0, 0.0, speed_ms)) * _STEP_S
        )  # the first straight begins with the recording
        return np.where(distance % 200.0 >= STRAIGHT_M, np.rad2deg(speed_ms / BEND_RADIUS_M), 0.0)
    constant = np.where(speed_ms > STAND_BELOW_MS, float(config.turns), 0.0)
    return constant + plan.scheduled("turn_rate_dps", t_s)


def _smooth(values: Array) -> Array:
    smoothed: Array = gaussian_filter1d(values, _SMOOTH_S / _STEP_S, mode="nearest")
    return smoothed
