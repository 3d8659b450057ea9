"""When somebody stands on one leg: the weight comes over it, the other foot leaves the ground, and comes down again."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label, uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.training.levelled import Levels
from hipdrop.training.sideways import back_to_nought, way_of

# Feet a hip's width apart, the pelvis moves 60 to 100 mm to stand over one of them; with a quarter of the weight left
# on the other foot it is half of that. The way is known to 10 mm (SD, of simulated stands).
LEAST_MM = 40.0
# Times the acceleration of standing on both legs: on one leg 3 to 4 times, less with a hand on a support. The ratio
# itself scatters by a third where 5 s, in which sway goes to and fro a few times, stand against 8 s.
SWAYS = 3.0
JOLT_MS2 = 0.15  # of a foot that comes down, at the clip; a foot that was never up gives none
OFF_PART, DOWN_PART = 0.85, 0.88  # of the way, when the foot is lifted and when it is down again
HOME_PART = 0.15  # of the way, and less: the wearer still stands on both legs
_JOLT_BAND_HZ = (8.0, 30.0)  # a balance that is caught again stays below
_SWAY_BAND_HZ = (0.3, 3.5)
_SETTLED_S = (0.3, 1.3)  # beyond half of the way; later the pelvis has swayed, and the error of the way has grown
_SAME_S = 2.0  # jolts nearer to each other are of one touch-down
_INNER_S = 1.0  # nearer to the ends it is the foot that is lifted, or put down
LONGEST_TOUCH_S = 2.0  # a foot that is down for longer has ended the stance
_AGAIN = "stand on both legs, feet a hip's width apart, then lift one foot until told"


@dataclass(frozen=True, slots=True)
class Stance:
    """A stance on one leg.

    Attributes
    ----------
    leg
        Which leg stands.
    shift_s
        When the weight began to come over the leg.
    start_s, end_s
        When the other foot left the ground, and came down for good.
    way_mm
        How far the pelvis came over the leg.
    touches_s
        When it came down in between.
    """

    leg: Side
    shift_s: float
    start_s: float
    end_s: float
    way_mm: float
    touches_s: tuple[float, ...] = ()


def stance_of(levels: Levels, leg: Side) -> Stance | Refusal:
    """Find the stance in columns that begin with a quiet stand on both legs, and end with one.

    1. The way of the pelvis to the side of the leg (`hipdrop.training.sideways`); the stance is the longest time for
       which it is beyond half of its largest.
    2. The foot is off the ground when 85 % of the way are done, and down again when the pelvis is back at 88 %: the
       weight has to be over the leg before the other foot can leave the ground, and a foot is down before it takes any.
    3. That the foot was up at all is seen by two signs: the way, and its coming down, or sway. A long way is none:
       from the one side to the other it is long with both feet down.
    4. A touch-down is a jolt within the stance, of a height that lost balance does not reach.
    """
    sign = -1.0 if leg is Side.LEFT else 1.0
    way_m, rest = way_of(levels.t_s, levels.acc_ms2[2])
    way_mm = 1e3 * sign * way_m
    if way_mm[-1] < 0.7 * way_mm.max():  # else there was no way back
        way_mm = back_to_nought(way_mm, rest, levels.rate_hz)
    over = _over(way_mm, levels.rate_hz)
    if isinstance(over, Refusal):
        return over
    start, end = _foot_off(way_mm, over, levels.rate_hz), _foot_down(way_mm, over, levels.rate_hz)
    there_mm = float(np.median(way_mm[over]))
    jolt = _jolt(levels)
    refusal = _unseen(levels, there_mm, jolt, start, end)
    if refusal is not None:
        return refusal
    t_s = levels.t_s
    at_home = np.flatnonzero(way_mm[:start] < HOME_PART * there_mm)
    shift_s = float(t_s[at_home[-1] if len(at_home) else 0])
    return Stance(leg, shift_s, float(t_s[start]), float(t_s[end]), there_mm, _touches(t_s, jolt, start, end))


def _over(way_mm: Array, rate_hz: float) -> slice | Refusal:
    """Give the samples for which the pelvis is over the leg."""
    peak = float(np.percentile(way_mm, 90.0)) if len(way_mm) else 0.0
    if peak < LEAST_MM:
        other = -float(np.percentile(way_mm, 10.0))
        if other >= LEAST_MM:
            return Refusal(
                "the weight went over the other leg", "stand on the leg that is named, or calibrate the mount again"
            )
        return Refusal(f"both feet stayed down: the pelvis moved {max(0.0, peak):.0f} mm to the side", _AGAIN)
    marks, _ = label(_closed(way_mm > 0.5 * peak, round(LONGEST_TOUCH_S * rate_hz)))
    longest = int(np.bincount(marks)[1:].argmax()) + 1
    inside = np.flatnonzero(marks == longest)
    if len(way_mm) - inside[-1] < 0.5 * rate_hz:
        return Refusal("you did not come back on both legs", "put the foot down when told, and stand still")
    return slice(int(inside[0]), int(inside[-1]) + 1)


def _closed(over: NDArray[np.bool_], n: int) -> NDArray[np.bool_]:
    """Fill what is shorter than n samples between two times over the leg."""
    edges = np.flatnonzero(np.diff(over.astype(np.int8)))
    closed = over.copy()
    for leaves, returns in itertools.pairwise(edges.tolist()):
        if over[leaves] and returns - leaves < n:
            closed[leaves : returns + 1] = True
    return closed


def _foot_off(way_mm: Array, over: slice, rate_hz: float) -> int:
    """Give the first sample with the foot off the ground."""
    settled = over.start + round(_SETTLED_S[0] * rate_hz)
    there = float(np.median(way_mm[settled : settled + round(_SETTLED_S[1] * rate_hz)]))
    beyond = np.flatnonzero(way_mm[over.start : over.stop] >= OFF_PART * there)
    return int(over.start) + (int(beyond[0]) if len(beyond) else 0)


def _foot_down(way_mm: Array, over: slice, rate_hz: float) -> int:
    """Give the first sample with it down again."""
    settled = over.stop - round(_SETTLED_S[0] * rate_hz)
    there = float(np.median(way_mm[max(0, settled - round(_SETTLED_S[1] * rate_hz)) : settled]))
    beyond = np.flatnonzero(way_mm[over.start : over.stop] >= DOWN_PART * there)
    return int(over.start) + (int(beyond[-1]) if len(beyond) else 0)


def _jolt(levels: Levels) -> Array:
    """Give how much the clip is shaken (N,), m/s²: RMS over a tenth of a second, in the band of a foot coming down."""
    band = butter(2, _JOLT_BAND_HZ, "bandpass", fs=levels.rate_hz, output="sos")
    shaken = sosfiltfilt(band, levels.acc_ms2, axis=1)
    n = max(1, round(0.1 * levels.rate_hz))
    return np.asarray(np.sqrt(uniform_filter1d((shaken**2).sum(axis=0), n, mode="nearest")))


def _unseen(levels: Levels, there_mm: float, jolt: Array, start: int, end: int) -> Refusal | None:
    """Refuse where nothing but a way to the side speaks for a foot off the ground."""
    about = slice(max(0, end - round(0.8 * levels.rate_hz)), end + round(0.8 * levels.rate_hz))
    if jolt[about].max() >= _limit(jolt, start, end) or _sways(levels, start, end) >= SWAYS:
        return None
    reason = f"both feet stayed down, as far as can be seen: the pelvis moved {there_mm:.0f} mm to the side"
    return Refusal(reason, "lift the foot clear of the ground, and put it down with a firm step")


def _limit(jolt: Array, start: int, end: int) -> float:
    """Give how large a jolt is clear of what the stance has anyway."""
    return max(JOLT_MS2, 5.0 * float(np.median(jolt[start:end])))


def _sways(levels: Levels, start: int, end: int) -> float:
    """Give how many times the acceleration to the side is that of the quiet stand, by medians: steps are no sway."""
    band = butter(2, _SWAY_BAND_HZ, "bandpass", fs=levels.rate_hz, output="sos")
    lateral = sosfiltfilt(band, levels.acc_ms2[2])
    n = round(levels.rate_hz)
    before, inside = lateral[n : max(2 * n, start - 2 * n)], lateral[start + n : max(start + 2 * n, end - n)]
    return float(np.median(np.abs(inside)) / max(float(np.median(np.abs(before))), 1e-3))


def _touches(t_s: Array, jolt: Array, start: int, end: int) -> tuple[float, ...]:
    """Give when the foot comes down in between, by its jolt."""
    n = round(_INNER_S * (len(t_s) - 1) / float(t_s[-1] - t_s[0]))
    touches: list[float] = []
    for at in (start + n + np.flatnonzero(jolt[start + n : end - n] >= _limit(jolt, start, end))).tolist():
        if not touches or t_s[at] > touches[-1] + _SAME_S:
            touches.append(float(t_s[at]))
    return tuple(touches)
