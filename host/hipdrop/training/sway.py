"""How steady a stance is: sway of obliquity and of lateral acceleration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from hipdrop.samples import Array
from hipdrop.training.levelled import Levels
from hipdrop.training.stances import Stance

LOW_PASS_HZ = 3.5  # as of sway by a trunk sensor (Mancini et al. 2012, doi 10.1186/1743-0003-9-59)
COURSE_S = 5.0  # what goes slower than this is not sway, it is sagging
SETTLE_S = 1.0
TOUCH_S = (0.75, 2.5)  # before and behind a touch-down nothing is judged: a foot is down, and lifted again


@dataclass(frozen=True, slots=True)
class Sway:
    """Sway of a stance, without its ends and touch-downs; RMS, and the length of the path in a second.

    Attributes
    ----------
    obliquity_rms_deg, obliquity_path_dps
        Of obliquity about its own mean over five seconds.
    lateral_rms_ms2, lateral_path_ms3
        Of the level acceleration to the side.
    """

    obliquity_rms_deg: float
    obliquity_path_dps: float
    lateral_rms_ms2: float
    lateral_path_ms3: float


def sway_of(levels: Levels, stance: Stance) -> Sway:
    """Measure it: low-pass of 3.5 Hz without phase shift, then RMS and path, as Mancini et al. have them."""
    rate_hz = levels.rate_hz
    inside = (levels.t_s >= stance.start_s + SETTLE_S) & (levels.t_s <= stance.end_s - SETTLE_S)
    for at_s in stance.touches_s:
        inside &= (levels.t_s < at_s - TOUCH_S[0]) | (levels.t_s > at_s + TOUCH_S[1])
    obliquity = _low_passed(levels.obliquity_deg, rate_hz)
    obliquity = obliquity - uniform_filter1d(obliquity, max(1, round(COURSE_S * rate_hz) | 1), mode="nearest")
    lateral = _low_passed(levels.acc_ms2[2], rate_hz)
    return Sway(
        _rms(obliquity[inside]), _path(obliquity, inside, rate_hz), _rms(lateral[inside] - lateral[inside].mean()),
        _path(lateral, inside, rate_hz),
    )  # fmt: skip


def _low_passed(values: Array, rate_hz: float) -> Array:
    sections = butter(4, LOW_PASS_HZ, fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sections, values))


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _path(values: Array, inside: NDArray[np.bool_], rate_hz: float) -> float:
    """Mean of what it goes in a second, either way."""
    return float(np.abs(np.diff(values))[inside[1:]].mean() * rate_hz)
