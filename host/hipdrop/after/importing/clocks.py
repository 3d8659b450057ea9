"""One uniform time base from the time stamps of one sensor or of two, gaps kept as gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import uniform_filter1d

from hipdrop.after.importing.foreign import Foreign
from hipdrop.clipping import find_limit
from hipdrop.imucsv import (
    GOOD_RATE_HZ,
    LEAST_ACC_LIMIT_MS2,
    LEAST_GYR_LIMIT_RADS,
    MAX_RATE_HZ,
    MIN_RATE_HZ,
    RATE_TOLERANCE,
    RESAMPLED_RATE_HZ,
    numbered,
    resampled,
)
from hipdrop.samples import Array, SampleBlock
from hipdrop.timebase import TimeBase, estimate_time_base

FOLLOW_S = 5.0  # stamps that scatter are evened out over so long: a phone's clock drifts over minutes, not seconds
FASTER = 1.2  # the other sensor sets the grid where it is faster by more than the spread of oscillators
_LEAST_SPLINE = 4  # samples
_AT_LIMIT = 0.999  # of the range

Cut = tuple[Array, Array, Array]  # t_s, acc_ms2, gyr_rads of a stretch without a gap


@dataclass(frozen=True, eq=False)
class Even:
    """Samples of both sensors on one time base.

    Attributes
    ----------
    blocks
        One per stretch without a gap, times from the first sample on.
    rate_hz
        Their rate.
    start_s
        Time stamp of the first sample.
    acc_limit_ms2, gyr_limit_rads
        Range at which the sensor was cut off; None where it was not.
    notes
        What was done, in plain words.
    """

    blocks: list[SampleBlock]
    rate_hz: float
    start_s: float
    acc_limit_ms2: float | None
    gyr_limit_rads: float | None
    notes: tuple[str, ...]


def evened(foreign: Foreign) -> Even:
    """Bring both sensors onto one uniform time base.

    1. Rate and gaps of each sensor's stamps (`hipdrop.timebase`). Stamps that scatter are smoothed over `FOLLOW_S`.
    2. The samples of the faster sensor stay as they are, of the accelerometer where they are alike; the other one is
       interpolated by a cubic spline within its gap-free stretches.
    3. Where either has a gap, the recording has one.

    Raises
    ------
    InputError
        The rate is one that the pipeline cannot work at, or the sensors have no time in common.
    """
    acc, gyr = foreign.acc, foreign.gyr
    limits = find_limit(acc.values, LEAST_ACC_LIMIT_MS2), find_limit(gyr.values, LEAST_GYR_LIMIT_RADS)
    acc_base = clock_of(acc.t_s)
    gyr_base = acc_base if foreign.one_clock else clock_of(gyr.t_s)
    lead = gyr_base if _gyr_leads(acc_base, gyr_base) else acc_base
    _check_rate(foreign, min(acc_base.rate_hz, gyr_base.rate_hz), lead.rate_hz)
    notes = []
    if any(base.evened for base in (acc_base, gyr_base)):
        scatter_s = max(acc_base.scatter_s, gyr_base.scatter_s)
        notes.append(f"time stamps scatter by {1e3 * scatter_s:.1f} ms and were evened out")
    if foreign.one_clock:
        cuts = [(lead.t_s[a:b], acc.values[a:b], gyr.values[a:b]) for a, b in lead.stretches()]
    else:
        cuts = list(_two_clocks(foreign, acc_base, gyr_base, limits))
        notes.append(
            f"accelerometer at {acc_base.rate_hz:.1f} Hz and gyroscope at {gyr_base.rate_hz:.1f} Hz were brought onto "
            f"one time base of {lead.rate_hz:.1f} Hz"
        )
    if not cuts:
        raise foreign.error("accelerometer and gyroscope have no time in common; name files of one recording")
    start_s = float(cuts[0][0][0])
    cuts = [(t_s - start_s, acc_ms2, gyr_rads) for t_s, acc_ms2, gyr_rads in cuts]
    blocks, rate_hz = _blocks(lead, cuts, notes)
    return Even(blocks, rate_hz, start_s, *limits, tuple(notes))


def clock_of(t_s: Array) -> TimeBase:
    """Find rate and gaps, and where the stamps scatter, the clock behind them, which may drift."""
    base = estimate_time_base(t_s)
    if not base.evened:
        return base
    smooth_s = np.empty_like(base.t_s)
    length = max(1, round(FOLLOW_S * base.rate_hz))
    for start, stop in base.stretches():
        off_s = t_s[start:stop] - base.t_s[start:stop]
        smooth_s[start:stop] = base.t_s[start:stop] + uniform_filter1d(off_s, min(length, stop - start), mode="nearest")
    return replace(base, t_s=smooth_s) if np.all(np.diff(smooth_s) > 0) else base


def _check_rate(foreign: Foreign, slowest_hz: float, rate_hz: float) -> None:
    if slowest_hz < MIN_RATE_HZ * (1 - RATE_TOLERANCE):
        problem = f"is sampled at {slowest_hz:.3g} Hz, too slow to see a step; record at {GOOD_RATE_HZ:.0f} Hz or more"
        raise foreign.error(problem)
    if rate_hz > MAX_RATE_HZ * (1 + RATE_TOLERANCE):
        raise foreign.error(
            f"is sampled at {rate_hz:.5g} Hz, hipdrop takes up to {MAX_RATE_HZ:.0f} Hz; resample it to some 200 Hz, "
            "and check the unit of the time"
        )


def _blocks(base: TimeBase, cuts: list[Cut], notes: list[str]) -> tuple[list[SampleBlock], float]:
    if base.rate_hz >= GOOD_RATE_HZ * (1 - RATE_TOLERANCE):
        return numbered(cuts, base.period_s), base.rate_hz
    notes.append(
        f"sampled at only {base.rate_hz:.1f} Hz, interpolated to {RESAMPLED_RATE_HZ:.0f} Hz: peaks are flattened, "
        f"drops read low; record at {GOOD_RATE_HZ:.0f} Hz or more, best at 200 Hz"
    )
    t_s, acc_ms2, gyr_rads = (np.concatenate(parts) for parts in zip(*cuts, strict=True))
    starts = np.concatenate(([0], np.cumsum([len(cut[0]) for cut in cuts])[:-1])).astype(np.intp)
    return resampled(replace(base, t_s=t_s, starts=starts), t_s, acc_ms2, gyr_rads), RESAMPLED_RATE_HZ


def _gyr_leads(acc_base: TimeBase, gyr_base: TimeBase) -> bool:
    return gyr_base.rate_hz > FASTER * acc_base.rate_hz


def _two_clocks(
    foreign: Foreign, acc_base: TimeBase, gyr_base: TimeBase, limits: tuple[float | None, float | None]
) -> Iterator[Cut]:
    acc, gyr = foreign.acc.values, foreign.gyr.values
    if _gyr_leads(acc_base, gyr_base):
        for t_s, gyr_rads, acc_ms2 in _joined(gyr_base, acc_base, gyr, acc, limits[0]):
            yield t_s, acc_ms2, gyr_rads
    else:
        yield from _joined(acc_base, gyr_base, acc, gyr, limits[1])


def _joined(lead: TimeBase, follow: TimeBase, stay: Array, move: Array, limit: float | None) -> Iterator[Cut]:
    """Give times, the samples of the sensor that leads, and those of the other one at the same times.

    `limit` is the range at which the samples that are interpolated are cut off.
    """
    for a, b in follow.stretches():
        if b - a < _LEAST_SPLINE:
            continue
        spline = CubicSpline(follow.t_s[a:b], move[a:b])
        first, end = np.searchsorted(lead.t_s, [follow.t_s[a], np.nextafter(follow.t_s[b - 1], np.inf)])
        inside = lead.starts[(lead.starts > first) & (lead.starts < end)]
        edges = [int(first), *inside.tolist(), int(end)]
        for start, stop in pairwise(edges):
            if stop > start:
                t_s = lead.t_s[start:stop]
                moved = np.asarray(spline(t_s))
                if limit is not None:
                    moved = _still_cut_off(t_s, moved, follow.t_s[a:b], move[a:b], limit)
                yield t_s, stay[start:stop], moved


def _still_cut_off(t_s: Array, moved: Array, from_s: Array, samples: Array, limit: float) -> Array:
    """Put what lies beside a cut-off peak to the end of the range, so that it is not taken for a measurement."""
    out = moved.copy()
    for axis in range(3):
        beside = np.interp(t_s, from_s, (np.abs(samples[:, axis]) >= _AT_LIMIT * limit).astype(np.float64)) > 0
        out[beside, axis] = np.copysign(limit, moved[beside, axis])
    return out
