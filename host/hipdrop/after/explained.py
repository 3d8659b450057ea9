"""How much of a change of drop goes with a change of cadence: said beside it, never taken off it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as t_distribution

from hipdrop.after.onset import binned
from hipdrop.profile import CadenceSlope
from hipdrop.samples import Array

LEAST_BINS = 8
LEAST_SPREAD_SPM = 1.0  # of the cadence before the change: a runner who kept it shows nothing of its effect
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class CadenceShare:
    """What cadence explains of a change.

    Attributes
    ----------
    slope_deg
        Drop per step a minute, as the run itself showed it before the change, and its 95 % interval.
    low_deg, high_deg
        That interval.
    cadence_change_spm
        Cadence after less before.
    """

    slope_deg: float
    low_deg: float
    high_deg: float
    cadence_change_spm: float

    @property
    def explained_deg(self) -> float:
        """Change of drop that would go with that change of cadence."""
        return self.slope_deg * self.cadence_change_spm

    @property
    def explained_range_deg(self) -> tuple[float, float]:
        """Its 95 % interval."""
        ends = self.low_deg * self.cadence_change_spm, self.high_deg * self.cadence_change_spm
        return min(ends), max(ends)


def cadence_share(
    t_s: Array, drop_deg: Array, cadence_spm: Array, change_s: float, settled_s: float
) -> CadenceShare | None:
    """Regress drop on cadence before `change_s` (medians of 20 s) and apply it to the cadence from `settled_s` on.

    None where the run does not show it: too short before, or a cadence that hardly varied.
    """
    known = np.isfinite(drop_deg) & np.isfinite(cadence_spm) & (cadence_spm > 0.0)
    t_s, drop_deg, cadence_spm = t_s[known], drop_deg[known], cadence_spm[known]
    before, after = t_s < change_s, t_s >= settled_s
    if not before.any() or not after.any():
        return None
    slope = cadence_slope(t_s[before], drop_deg[before], cadence_spm[before])
    if slope is None:
        return None
    change = float(np.median(cadence_spm[after]) - np.median(cadence_spm[before]))
    return CadenceShare(slope.deg_per_spm, slope.low_deg_per_spm, slope.high_deg_per_spm, change)


def cadence_slope(t_s: Array, drop_deg: Array, cadence_spm: Array) -> CadenceSlope | None:
    """Regress drop on cadence, both (N,) of known steps, by medians of 20 s.

    None where they do not show it: too few, or a cadence that hardly varied.
    """
    _, x, _ = binned(t_s, cadence_spm)
    _, y, _ = binned(t_s, drop_deg)
    if len(x) < LEAST_BINS or float(x.std()) < LEAST_SPREAD_SPM:
        return None
    slope, offset = np.polyfit(x, y, 1)
    residual = y - offset - slope * x
    free = len(x) - 2
    error = math.sqrt(float(residual @ residual) / free / float(np.sum((x - x.mean()) ** 2)))
    half = float(t_distribution.ppf(0.5 + 0.5 * CONFIDENCE, free)) * error
    return CadenceSlope(float(slope), float(slope) - half, float(slope) + half)
