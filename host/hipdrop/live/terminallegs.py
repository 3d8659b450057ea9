"""Both legs on a terminal: level, what it is judged by, and how it has gone over the last ten minutes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hipdrop.events import Side
from hipdrop.live.snapshot import LegTrack, Snapshot
from hipdrop.live.terminallines import Charset, Line, Span, columns, means
from hipdrop.monitor import words
from hipdrop.samples import Array
from hipdrop.wording import degrees

LEGS = (Side.LEFT, Side.RIGHT)
LEG_STYLES = {Side.LEFT: "cyan", Side.RIGHT: "bright_red", Side.BOTH: ""}
ALERT, OVER, HEADING = "bold black on yellow", "yellow", "bold"
LAST_S = 600.0
LEAST_SPAN_DEG = 2.0
LABEL = 5  # columns of the scale at the left of the bars
LONG, SHORT = 29, 11  # columns of the name of a leg
WIDE = 78  # columns, from which on the legs are named in full
NAN = float("nan")


class Bars(NamedTuple):
    """The last ten minutes of a leg, a bin a column.

    Attributes
    ----------
    level_deg
        (N,) means of the slow level; NaN where nothing was counted.
    over
        (N,) whether it was over the limit.
    """

    level_deg: Array
    over: NDArray[np.bool_]


def leg_rows(now: Snapshot, width: int, height: int, charset: Charset) -> Iterator[tuple[int, Line]]:
    """Give the lines of both legs with their ranks."""
    names = LONG if width >= WIDE else SHORT
    heads = "".join(f"{head:>9}" for head in ("level", "band" if now.by_band else "baseline", "change", "limit"))
    yield 10, (Span(f"{'drop':{names}}{heads}  bars: {LAST_S / 60:.0f} min", HEADING),)
    bars = {side: bars_of(now.leg(side), now.reached_s, width - LABEL) for side in LEGS}
    scale = scale_of(now, bars)
    for side in LEGS:
        yield 2, level_line(now, side, names, charset)
        yield from bar_lines(bars[side], side, scale, rows_of(height), charset)


def level_line(now: Snapshot, side: Side, name_width: int, charset: Charset) -> Line:
    """Give the figures of a leg; an alert is said, and shown by the ground."""
    leg = now.leg(side)
    name = f"{charset.signs[side]} {words.drops(side) if name_width == LONG else words.legs(side)}"
    change_deg = round(leg.change_deg, 1) + 0.0  # no -0.0
    figures = (
        degrees(leg.now_deg), degrees(leg.reference_now_deg), degrees(change_deg, signed=True),
        degrees(leg.limit_now_deg),
    )  # fmt: skip
    alert = side in now.alerted or Side.BOTH in now.alerted
    text = "".join(f"{charset.text(figure):>9}" for figure in figures)
    judged = " ALERT" if alert else " over limit" if leg.now_deg > leg.limit_now_deg else ""
    style = ALERT if alert else f"bold {LEG_STYLES[side]}"
    return (Span(f"{name:{name_width}}", style), Span(f"{text} ", "bold"), Span(judged, ALERT if judged else ""))


def rows_of(height: int) -> int:
    """Give how high the bars are where the terminal is so high."""
    return 1 if height < 30 else 2 if height < 38 else 3 if height < 50 else 5


def bars_of(leg: LegTrack, reached_s: float, bins: int) -> Bars:
    """Cut the last ten minutes into bins, which stay where they are while time goes on."""
    bins = max(bins, 1)
    bin_s = LAST_S / bins
    from_s = bin_s * max(math.floor(reached_s / bin_s) + 1 - bins, 0)
    begin = int(np.searchsorted(leg.level_s, from_s))
    times_s = leg.level_s[begin:]
    level_deg, limit_deg = (means(times_s, all_deg[begin:], from_s, bin_s, bins)
                            for all_deg in (leg.level_deg, leg.limit_deg))  # fmt: skip
    return Bars(level_deg, level_deg > limit_deg)


def scale_of(now: Snapshot, bars: dict[Side, Bars]) -> tuple[float, float]:
    """Give the least and the most whole degree of both legs, what they are judged by included."""
    judged = [value for side in LEGS for value in (now.leg(side).reference_now_deg, now.leg(side).limit_now_deg)]
    every = np.concatenate([*(one.level_deg for one in bars.values()), judged])
    every = every[np.isfinite(every)]
    if not len(every):
        return 0.0, LEAST_SPAN_DEG
    low_deg = math.floor(float(every.min()))
    return low_deg, max(math.ceil(float(every.max())), low_deg + LEAST_SPAN_DEG)


def bar_lines(
    bars: Bars, side: Side, scale: tuple[float, float], rows: int, charset: Charset
) -> Iterator[tuple[int, Line]]:
    """Draw the bars of a leg, with the scale at the left; over the limit in another colour."""
    low, high = (f"{value:.0f}" for value in scale)
    labels = [f"{low}-{high}"] if rows == 1 else [high, *[""] * (rows - 2), low]
    drawn = columns(bars.level_deg.tolist(), *scale, rows, charset)
    for number, (label, text) in enumerate(zip(labels, drawn, strict=True)):
        spans = [Span(f"{label:>{LABEL - 1}} ", "dim")]
        start = 0
        for end in [*(np.flatnonzero(np.diff(bars.over)) + 1).tolist(), len(text)]:
            spans.append(Span(text[start:end], OVER if bars.over[start] else LEG_STYLES[side]))
            start = end
        yield (5 if number == 0 else 16), tuple(spans)
