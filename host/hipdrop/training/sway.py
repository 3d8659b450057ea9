"""How steady a stance is: sway of obliquity and of lateral acceleration."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, detrend, sosfiltfilt

from hipdrop.samples import Array
from hipdrop.training.levelled import Levels
from hipdrop.training.stances import Stance

LOW_PASS_HZ = 3.5  # as of sway by a trunk sensor (Mancini et al. 2012, doi 10.1186/1743-0003-9-59)
PIECE_S = 5.0  # obliquity is looked at about a straight line over so long: what is slower is a sag, and no sway
SETTLE_S = (2.0, 1.5)  # at its beginning the pelvis comes up, at its end it comes level: not judged
TOUCH_S = (0.75, 2.5)  # before and behind a touch-down nothing is judged: a foot is down, and lifted again


@dataclass(frozen=True, slots=True)
class Sway:
    """Sway of a stance, without its ends and touch-downs; RMS, and the length of the path in a second.

    Attributes
    ----------
    obliquity_rms_deg, obliquity_path_dps
        Of obliquity about straight lines over five seconds each.
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
    inside = judged(levels.t_s, stance)
    obliquity = _about_lines(_low_passed(levels.obliquity_deg, rate_hz)[inside], max(2, round(PIECE_S * rate_hz)))
    lateral = _low_passed(levels.acc_ms2[2], rate_hz)[inside]
    return Sway(
        _rms(np.concatenate(obliquity)), _path(obliquity, rate_hz), _rms(lateral - lateral.mean()),
        _path([lateral], rate_hz),
    )  # fmt: skip


def judged(t_s: Array, stance: Stance) -> NDArray[np.bool_]:
    """Say for each time (N,) whether it is of the stance, and not of its ends or a touch-down."""
    inside: NDArray[np.bool_] = (t_s >= stance.start_s + SETTLE_S[0]) & (t_s <= stance.end_s - SETTLE_S[1])
    for at_s in stance.touches_s:
        inside &= (t_s < at_s - TOUCH_S[0]) | (t_s > at_s + TOUCH_S[1])
    return inside


def _about_lines(values: Array, n: int) -> list[Array]:
    """Take a straight line off each piece of n values; what is left at the end belongs to the last one."""
    pieces = max(1, len(values) // n)
    edges = [*range(0, pieces * n, n), len(values)]
    return [np.asarray(detrend(values[start:stop])) for start, stop in pairwise(edges)]


def _low_passed(values: Array, rate_hz: float) -> Array:
    sections = butter(4, LOW_PASS_HZ, fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sections, values))


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _path(pieces: list[Array], rate_hz: float) -> float:
    """Mean of what it goes in a second, either way."""
    return float(np.mean(np.abs(np.concatenate([np.diff(piece) for piece in pieces]))) * rate_hz)
