"""One repetition, from the columns about it: how deep, how fast, how long held, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from hipdrop.samples import Array
from hipdrop.training.table import Counting

Indices = npt.NDArray[np.intp]
EDGE = 0.2  # a way is timed from a fifth to four fifths of it: sway at its ends does not make it longer
WHOLE = 0.94  # times as long as that the rest of a smooth way takes, at either end (minimum jerk: 0.327 of 0.347)
NEAR = 0.2  # of the way: so near to an end it is at that end
LEVEL = 0.1  # of the way: so near to its highest or lowest it counts for how deep a repetition went
END_S = 1.5  # of the rest before and behind it so much counts, the nearest
ABOUT_S = 0.1  # before and behind it the pelvis stands, but for sway
LEAST_HOLD_S = 0.3  # less is no hold whose steadiness could be told


class Fault(StrEnum):
    """What was wrong with a repetition, in words."""

    SHALLOW = "too shallow"
    QUICK = "too quick"
    LEANING = "by leaning"


@dataclass(frozen=True, slots=True)
class Repetition:
    """A repetition.

    Attributes
    ----------
    start_s, end_s
        When a fifth of the way out was done, and all but a fifth of the way back.
    depth_deg
        How far it went from where it was before and behind it, their mean.
    out_s, back_s
        From a fifth to four fifths of the way.
    lean_deg, lean_mm
        By how much another angle went along, and how far the pelvis went to the side (> 0 away from the leg that
        works; 0 where that is not looked at).
    faults
        What was wrong.
    hold_s
        How long it was held, where the exercise has its hold.
    hold_deg
        The angle of the hold against the quiet seconds before the set; None where it was not held.
    steadiness_deg
        SD of the angle in the hold; None alike.
    """

    start_s: float
    end_s: float
    depth_deg: float
    out_s: float
    back_s: float
    lean_deg: float
    lean_mm: float
    faults: tuple[Fault, ...] = ()
    hold_s: float = 0.0
    hold_deg: float | None = None
    steadiness_deg: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What a repetition is told from, (N,) each, evenly spaced.

    Attributes
    ----------
    t_s
        Times.
    out_deg
        How far it is out.
    lean_deg
        The angle that must not go along.
    aside_ms2, up_ms2
        Acceleration away from the leg that works, level, and up.
    turned_deg
        About the vertical.
    shaken_m2s4
        Squared acceleration.
    rolled
        Sine of how far the body is rolled to a side.
    """

    t_s: Array
    out_deg: Array
    lean_deg: Array
    aside_ms2: Array
    up_ms2: Array
    turned_deg: Array
    shaken_m2s4: Array
    rolled: Array

    @property
    def step_s(self) -> float:
        """From one to the next."""
        return float(self.t_s[-1] - self.t_s[0]) / (len(self.t_s) - 1)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where a repetition lies in its columns: rest before, out, rest behind."""

    rest_deg: float
    top_deg: float
    back_deg: float
    peak: int
    onset: int
    out_at: slice
    before: slice
    behind: slice


@dataclass(frozen=True, slots=True)
class _Times:
    """When its ways begin and end, by `EDGE`."""

    begins_s: float
    there_s: float
    leaves_s: float
    returned_s: float

    @property
    def out_s(self) -> float:
        """The way out."""
        return self.there_s - self.begins_s

    @property
    def back_s(self) -> float:
        """The way back."""
        return self.returned_s - self.leaves_s

    @property
    def whole_s(self) -> tuple[float, float]:
        """From when to when it lasts, with the beginning of the way out and the end of the way back."""
        return self.begins_s - WHOLE * self.out_s - ABOUT_S, self.returned_s + WHOLE * self.back_s + ABOUT_S


def measured(columns: Columns, rules: Counting) -> Repetition | None:
    """Measure a repetition in columns that hold it with the rest before and behind it; None where it is none."""
    ends = _ends(columns)
    way_out, way_back = ends.top_deg - ends.rest_deg, ends.top_deg - ends.back_deg
    if min(way_out, way_back) < (1.0 - NEAR) * rules.least_deg or 0.5 * (way_out + way_back) > rules.most_deg:
        return None
    times = _times(columns, ends)
    about = slice(*np.searchsorted(columns.t_s, times.whole_s).tolist())
    if _is_none(columns, ends, times, about, rules):
        return None
    found = Repetition(
        start_s=times.begins_s,
        end_s=times.returned_s,
        depth_deg=0.5 * (way_out + way_back),
        out_s=times.out_s,
        back_s=times.back_s,
        lean_deg=_along(columns.lean_deg, ends),
        lean_mm=0.0 if rules.lean_mm is None else 1e3 * _way_m(columns.aside_ms2, columns.step_s, about, ends),
    )
    found = replace(found, faults=faults_of(found, rules))
    from_s, to_s = times.there_s + WHOLE * times.out_s, times.leaves_s - WHOLE * times.back_s
    out_there = (columns.t_s >= from_s) & (columns.t_s <= to_s)
    return held(found, columns.out_deg[out_there], columns.step_s) if rules.hold_at == "out" else found


def _times(columns: Columns, ends: _Ends) -> _Times:
    """Time the ways."""
    t_s, out = columns.t_s, columns.out_deg
    way_out, way_back = ends.top_deg - ends.rest_deg, ends.top_deg - ends.back_deg
    begins_s = _before(t_s, out, ends.peak, ends.rest_deg + EDGE * way_out)
    there_s = _behind(t_s, out, int(np.searchsorted(t_s, begins_s)), ends.top_deg - EDGE * way_out, rising=True)
    leaves_s = _before(t_s, -out, len(out) - 1, -(ends.top_deg - EDGE * way_back))
    returned_s = _behind(t_s, out, int(np.searchsorted(t_s, leaves_s)), ends.back_deg + EDGE * way_back, rising=False)
    return _Times(begins_s, there_s, leaves_s, returned_s)


def _is_none(columns: Columns, ends: _Ends, times: _Times, about: slice, rules: Counting) -> bool:
    """Say whether it is a fidget, walking about, turning or rolling, or the work of the other leg."""
    if ends.top_deg - ends.rest_deg < rules.shallow_deg and times.out_s < rules.quick_s:
        return True  # balance is kept like that
    if rules.shake_ms2 is not None:
        there, leaves = np.searchsorted(columns.t_s, [times.there_s, times.leaves_s]).tolist()
        ways = columns.shaken_m2s4[about.start : there + 1], columns.shaken_m2s4[leaves : about.stop]
        if max(np.sqrt(way.mean()) for way in ways) > rules.shake_ms2:
            return True
    if rules.sinks and ends.top_deg < -ends.rest_deg and _way_m(columns.up_ms2, columns.step_s, about, ends) > 0.0:
        return True
    if np.ptp(columns.turned_deg[about]) > rules.turn_deg:
        return True
    most = None if rules.rolled_deg is None else np.sin(np.deg2rad(rules.rolled_deg))
    return most is not None and bool(np.abs(columns.rolled[about]).max() > most)


def held(found: Repetition, hold_deg: Array, step_s: float) -> Repetition:
    """Put in the hold: its angles, evenly spaced."""
    hold_s = len(hold_deg) * step_s
    if hold_s < LEAST_HOLD_S:
        return replace(found, hold_s=hold_s)
    return replace(found, hold_s=hold_s, hold_deg=float(hold_deg.mean()), steadiness_deg=float(hold_deg.std()))


def faults_of(found: Repetition, rules: Counting) -> tuple[Fault, ...]:
    """Give what was wrong."""
    leans = abs(found.lean_deg) > rules.lean_deg or (rules.lean_mm is not None and abs(found.lean_mm) > rules.lean_mm)
    wrong = {
        Fault.SHALLOW: found.depth_deg < rules.shallow_deg,
        Fault.QUICK: min(found.out_s, found.back_s) < rules.quick_s,
        Fault.LEANING: leans,
    }
    return tuple(fault for fault, is_so in wrong.items() if is_so)


def _ends(columns: Columns) -> _Ends:
    """Find rest, way out and rest again."""
    out, n = columns.out_deg, max(1, round(END_S / columns.step_s))
    peak = int(out.argmax())
    low = out[peak] - (1.0 - NEAR) * (out[peak] - out[: peak + 1].min())
    before = np.flatnonzero(out[: peak + 1] <= low)
    onset = int(before[-1])
    rest = _nearest(out, before[before > onset - n], LEVEL * (out[peak] - low))
    low_again = out[peak] - (1.0 - NEAR) * (out[peak] - out[peak:].min())
    behind = peak + np.flatnonzero(out[peak:] <= low_again)
    rest_again = _nearest(out, behind[behind < behind[0] + n], LEVEL * (out[peak] - low))
    way = out[onset : behind[0] + 1]
    top = float(np.median(way[way >= out[peak] - LEVEL * (out[peak] - low)]))
    high = onset + np.flatnonzero(out[onset : behind[0] + 1] >= top - NEAR * (top - low))
    return _Ends(
        rest_deg=float(np.median(out[rest])),
        top_deg=top,
        back_deg=float(np.median(out[rest_again])),
        peak=peak,
        onset=onset,
        out_at=slice(int(high[0]), int(high[-1]) + 1),
        before=slice(int(rest[0]), int(rest[-1]) + 1),
        behind=slice(int(rest_again[0]), int(rest_again[-1]) + 1),
    )


def _nearest(out: Array, at: Indices, within: float) -> Indices:
    """Give those of the places that are as low as the lowest, or nearly."""
    return np.asarray(at[out[at] <= out[at].min() + within])


def _before(t_s: Array, values: Array, at: int, limit: float) -> float:
    """Give when values rose over a limit for the last time before an index."""
    below = np.flatnonzero(values[: at + 1] < limit)
    if not len(below):
        return float(t_s[0])
    k = int(below[-1])
    return _crossing(t_s, values, min(k, len(values) - 2), limit)


def _behind(t_s: Array, values: Array, start: int, limit: float, *, rising: bool) -> float:
    """Give when values reach a limit for the first time from an index on; the end where they do not."""
    there = values[start:] >= limit if rising else values[start:] <= limit
    reached = np.flatnonzero(there)
    if not len(reached):
        return float(t_s[-1])
    k = start + int(reached[0])
    return float(t_s[0]) if k == 0 else _crossing(t_s, values, k - 1, limit)


def _crossing(t_s: Array, values: Array, k: int, limit: float) -> float:
    """Interpolate between samples k and k + 1."""
    rise = float(values[k + 1] - values[k])
    share = 0.0 if rise == 0.0 else min(1.0, max(0.0, (limit - float(values[k])) / rise))
    return float(t_s[k] + share * (t_s[k + 1] - t_s[k]))


def _along(values: Array, ends: _Ends) -> float:
    """Give by how much values differ out from the rest before and behind."""
    rest = 0.5 * (np.median(values[ends.before]) + np.median(values[ends.behind]))
    return float(np.median(values[ends.out_at]) - rest)


def _way_m(acceleration_ms2: Array, step_s: float, about: slice, ends: _Ends) -> float:
    """Integrate acceleration twice, with no speed and no way at both ends: give how far away it is when it is out."""
    n = len(acceleration_ms2[about])
    if n < 3:
        return 0.0
    speed = np.cumsum(acceleration_ms2[about]) * step_s
    way = np.cumsum(_to_nought(speed)) * step_s
    high = slice(max(0, ends.out_at.start - about.start), min(n, ends.out_at.stop - about.start))
    return float(_to_nought(way)[high].mean())


def _to_nought(values: Array) -> Array:
    """Take off the straight line through both ends."""
    return np.asarray(values - np.linspace(values[0], values[-1], len(values)))
