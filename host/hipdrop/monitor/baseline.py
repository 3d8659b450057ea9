"""The runner's own fresh level: learned from today's steps, or a stored profile shrunk toward them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean, median, pstdev

from hipdrop.events import Side

HUBER_K = 1.5  # 96 % as efficient as the mean in normal data (Huber 1964, 10.1214/aoms/1177703732)
MAD_TO_SD = 1.4826  # of a normal distribution


@dataclass(frozen=True, slots=True)
class Location:
    """Where a channel's drops lie.

    Attributes
    ----------
    mean_deg
        Huber's location.
    sd_deg
        Step-to-step SD, from the median absolute deviation.
    lag1
        Autocorrelation of neighbouring steps, 0 to 0.9.
    steps
        How many steps it was made of.
    """

    mean_deg: float
    sd_deg: float
    lag1: float
    steps: int


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """Fresh level of earlier days, as a profile keeps it.

    Attributes
    ----------
    left_deg, right_deg
        Mean drop per standing leg.
    left_sd_deg, right_sd_deg
        Step-to-step SD.
    left_steps, right_steps
        Number of steps behind them.
    between_day_sd_deg
        SD of the fresh level from day to day, belt taken off and put on. 1.0 deg: the smallest detectable difference
        between days is 2.7 to 2.8 deg = 1.96 sqrt(2) SD (Dingenen 2018, 2D video; facts on this clip are wanting).
    between_day_runs
        Of how many of the runner's own runs that is (`hipcal.repeatability`); 0 for the value of the literature.
    """

    left_deg: float
    right_deg: float
    left_sd_deg: float
    right_sd_deg: float
    left_steps: int
    right_steps: int
    between_day_sd_deg: float = 1.0
    between_day_runs: int = 0

    def repeating(self, between_day_sd_deg: float, runs: int) -> StoredBaseline:
        """Give the same level with what is known of its SD from day to day."""
        return replace(self, between_day_sd_deg=between_day_sd_deg, between_day_runs=runs)

    def location(self, side: Side) -> Location:
        """Give the stored level of a side, or of the mean of both."""
        if side is Side.LEFT:
            return Location(self.left_deg, self.left_sd_deg, 0.0, self.left_steps)
        if side is Side.RIGHT:
            return Location(self.right_deg, self.right_sd_deg, 0.0, self.right_steps)
        sd_deg = math.hypot(self.left_sd_deg, self.right_sd_deg) / 2
        return Location((self.left_deg + self.right_deg) / 2, sd_deg, 0.0, min(self.left_steps, self.right_steps))


def locate(drops_deg: list[float]) -> Location:
    """Find robust location and SD of a channel's drops (at least one).

    Huber's M-estimate: a few stumbles that slipped through the flags move it no more than 1.5 SD each, and unlike the
    median it stays near the mean in skewed data, which is what the slow statistic of the detector follows.
    """
    centre = median(drops_deg)
    sd = MAD_TO_SD * median([abs(x - centre) for x in drops_deg]) or pstdev(drops_deg)  # half the steps may be equal
    if sd > 0:
        reach = HUBER_K * sd
        for _ in range(20):  # each pass shrinks the error by the share of the steps beyond reach, about 0.13
            step = fmean([min(max(x - centre, -reach), reach) for x in drops_deg])
            centre += step
            if abs(step) < 1e-9 * sd:
                break
    return Location(centre, sd, _lag1(drops_deg, centre), len(drops_deg))


def shrink(stored: Location, between_day_sd_deg: float, today: Location, wander_deg: float) -> Location:
    """Weigh a stored level and today's by their precisions.

    mean = (m_s / v_s + m_t / v_t) / (1 / v_s + 1 / v_t), with v_s = between-day SD^2 + sd_s^2 / n_s and
    v_t = wander^2 + sd_t^2 / n_t: a few minutes of today know the day's level no better than the level wanders.
    """
    v_stored = between_day_sd_deg**2 + stored.sd_deg**2 / stored.steps
    v_today = wander_deg**2 + today.sd_deg**2 / today.steps
    weight = v_today / (v_stored + v_today) if v_stored + v_today > 0 else 0.0
    mean_deg = weight * stored.mean_deg + (1 - weight) * today.mean_deg
    return Location(mean_deg, today.sd_deg, today.lag1, today.steps)


def _lag1(drops_deg: list[float], centre_deg: float) -> float:
    off = [x - centre_deg for x in drops_deg]
    power = sum(x * x for x in off)
    if power == 0:
        return 0.0
    return min(max(sum(a * b for a, b in pairwise(off)) / power, 0.0), 0.9)
