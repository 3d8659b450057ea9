"""Squats on one leg: how far the other side of the pelvis drops in each, and whether it drops more and more.

Pelvic drop at the bottom of single-leg squats grew over 20 repetitions, measured with a phone on the sacrum
(docs/single-leg-test.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.signal import butter, find_peaks, sosfiltfilt
from scipy.special import stdtrit

from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import Array, SampleBlock
from hipdrop.training.levelled import Levels
from hipdrop.training.singleleg import height_deg, stood
from hipdrop.training.stances import Stance

SQUATS = 20
FEWEST = 5  # for a trend that says anything
LEAST_MM = 40.0  # of depth; a wobble is less
_BAND_HZ = (0.15, 3.0)  # squats of 1 to 6 s; slower is drift
_SHORTEST_S = 1.0
_LOW_PASS_HZ = 3.0
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Trend:
    """Change over the repetitions: degrees from the first to the last, and its 95 % interval."""

    deg: float
    low_deg: float
    high_deg: float


@dataclass(frozen=True, slots=True)
class SquatsEstimate:
    """What squats on one leg showed.

    Attributes
    ----------
    leg
        Which leg stood.
    start_s, end_s
        When the other foot left the ground and came back.
    at_s
        When each was at its lowest, since the start.
    drops_deg
        How far under level the free side was at its lowest in each; below 0 it stayed over level.
    trend
        Of the drop; None with fewer than five.
    touch_downs_s
        As of the raise.
    """

    leg: Side
    start_s: float
    end_s: float
    at_s: tuple[float, ...]
    drops_deg: tuple[float, ...]
    trend: Trend | None
    touch_downs_s: tuple[float, ...]

    @property
    def mean_drop_deg(self) -> float:
        """Over all repetitions."""
        return float(np.mean(self.drops_deg))


def single_leg_squats(block: SampleBlock, pelvis_from_sensor: Array, leg: Side) -> SquatsEstimate | Refusal:
    """Look at squats: quiet standing on both legs, the squats on one, and both legs again.

    Parameters
    ----------
    block
        Samples of all of it, in sensor axes, calibrated where there is a calibration.
    pelvis_from_sensor
        (3, 3) mount.
    leg
        The leg that was to stand.
    """
    found = stood(block, pelvis_from_sensor, leg)
    if isinstance(found, Refusal):
        return found
    levels, level_deg, stance = found
    bottoms = bottoms_of(levels, stance)
    if not bottoms:
        return Refusal("no squat was to be seen", "go down slowly on one leg, and come up all the way")
    drops = _drops(levels, level_deg, leg, bottoms)
    since = tuple(float(levels.t_s[at]) - stance.start_s for at in bottoms)
    touches = tuple(at_s - stance.start_s for at_s in stance.touches_s)
    return SquatsEstimate(leg, stance.start_s, stance.end_s, since, tuple(drops.tolist()), trend_of(drops), touches)


def bottoms_of(levels: Levels, stance: Stance) -> list[int]:
    """Find where the pelvis is lowest: deeper than 40 mm under where it was before and where it is behind.

    The height is the vertical acceleration, integrated twice within the band of squats.
    """
    band = butter(2, _BAND_HZ, "bandpass", fs=levels.rate_hz, output="sos")
    speed = sosfiltfilt(band, cumulative_trapezoid(levels.acc_ms2[1], levels.t_s, initial=0.0))
    depth_mm = -1e3 * sosfiltfilt(band, cumulative_trapezoid(speed, levels.t_s, initial=0.0))
    peaks, _ = find_peaks(depth_mm, prominence=LEAST_MM, distance=max(1, round(_SHORTEST_S * levels.rate_hz)))
    return [at for at in peaks.tolist() if stance.start_s < levels.t_s[at] < stance.end_s]


def _drops(levels: Levels, level_deg: float, leg: Side, bottoms: list[int]) -> Array:
    """Give the largest drop about each bottom: half of the way to the next one on either side."""
    smooth = sosfiltfilt(butter(2, _LOW_PASS_HZ, fs=levels.rate_hz, output="sos"), levels.obliquity_deg)
    drop = -height_deg(replace(levels, obliquity_deg=smooth), level_deg, leg)
    half = round(min([0.5 * (b - a) for a, b in pairwise(bottoms)], default=levels.rate_hz) * 0.8)
    return np.array([drop[max(0, at - half) : at + half + 1].max() for at in bottoms])


def trend_of(drops_deg: Array) -> Trend | None:
    """Fit a straight line over the repetitions; give its change from the first to the last."""
    n = len(drops_deg)
    if n < FEWEST:
        return None
    number = np.arange(n) - 0.5 * (n - 1)
    spread = float(number @ number)
    slope = float(number @ drops_deg) / spread
    rest = drops_deg - drops_deg.mean() - slope * number
    error = math.sqrt(float(rest @ rest) / (n - 2) / spread)
    reach = float(stdtrit(n - 2, 0.5 * (1.0 + CONFIDENCE))) * error
    return Trend(*(value * (n - 1) for value in (slope, slope - reach, slope + reach)))
