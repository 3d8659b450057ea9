"""The tare: how the clip hangs when its wearer stands quietly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipcal.levelled import levelled
from hipcal.refusal import Refusal
from hipdrop.samples import Array

_STEADY_PART = 0.8  # of the time that has to be still
_QUIET_DEG = 0.5  # sway of the healthy is a few tenths of a degree
_MOVES_DEG = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class StandingEstimate:
    """Quiet standing.

    Attributes
    ----------
    up
        (3,) mean up vector in sensor axes, of length 1.
    obliquity_deg, tilt_deg
        Of the pelvis in the mount that was given; NaN without one.
    sway_deg
        RMS lean of the up vector from its mean.
    rest_s
        How long the wearer stood still.
    verdict
        In words.
    """

    up: Array
    obliquity_deg: float
    tilt_deg: float
    sway_deg: float
    rest_s: float
    verdict: str


def standing_tare(
    t_s: Array, acc_ms2: Array, gyr_rads: Array, pelvis_from_sensor: Array | None = None
) -> StandingEstimate | Refusal:
    """Estimate the mean up vector of quiet standing, and obliquity and tilt in a mount (3, 3).

    Parameters
    ----------
    t_s, acc_ms2, gyr_rads
        (N,), (N, 3), (N, 3) of standing alone, sensor axes.
    """
    data = levelled(t_s, acc_ms2, gyr_rads)
    if isinstance(data, Refusal):
        return data
    if data.quiet.mean() < _STEADY_PART:
        return Refusal("you moved while standing", "stand still, look ahead, let the arms hang")
    ups = data.up[:, data.quiet]
    up = ups.mean(axis=1) / np.linalg.norm(ups.mean(axis=1))
    leans = np.arccos(np.clip(up @ ups, -1.0, 1.0))
    sway_deg = math.degrees(math.sqrt(float(np.mean(leans**2))))
    rest_s = float(data.quiet.sum() / data.rate_hz)
    if sway_deg > _MOVES_DEG:
        return Refusal("you leaned while standing", "stand upright and still")
    word = "good" if sway_deg < _QUIET_DEG else "fair"
    verdict = f"{word}: {rest_s:.0f} s of standing, swaying by {sway_deg:.1f} deg"
    obliquity_deg, tilt_deg = (math.nan, math.nan) if pelvis_from_sensor is None else _angles(pelvis_from_sensor @ up)
    return StandingEstimate(up, obliquity_deg, tilt_deg, sway_deg, rest_s, verdict)


def _angles(up: Array) -> tuple[float, float]:
    """Obliquity and tilt in degrees of an up vector in pelvis axes (docs/frames-and-signs.md)."""
    x, y, z = up.tolist()
    return -math.degrees(math.asin(max(-1.0, min(1.0, z)))), math.degrees(math.atan2(x, y))
