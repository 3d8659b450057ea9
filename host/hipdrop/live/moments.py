"""Moments over a plot in time: a line with a mark at each, and its name in the strip above, where there is room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hipdrop.events import AlertCleared, AlertRaised, Side
from hipdrop.live.snapshot import LegTrack, Snapshot
from hipdrop.live.stage import BASE_DPI, Panel
from hipdrop.live.textpanel import cut
from hipdrop.live.theme import TINY_PT, Theme
from hipdrop.samples import Array
from hipdrop.wording import clock

LABELS = 6
UNNAMED = -1
ROW_PX, BESIDE_PX = 16.0, 6.0  # in a window of 1280 x 800
ROWS = 3  # the uppermost is that of the title, as far as it leaves room
NOTE_CHARS = 24
PERMUTED = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened.

    Attributes
    ----------
    kind
        Which line and mark it has.
    name
        What it is called.
    """

    t_s: float
    kind: str
    name: str


Places = dict[Moment, tuple[int, float, str]]  # row, left edge in pixels, text


def moments_of(now: Snapshot, side: Side) -> list[Moment]:
    """Give alerts of a leg or both, the onset of their drop, marks and pain, in the order of their time."""
    start_s = now.facts.start_s
    found = [Moment(onset.t_s, "onset", "onset") for onset in now.onsets if onset.side is side]
    for alert in now.alerts:
        if alert.side in (side, Side.BOTH) and isinstance(alert, (AlertRaised, AlertCleared)):
            kind = "alert" if isinstance(alert, AlertRaised) else "recovered"
            found.append(Moment(alert.t_s - start_s, kind, kind))
    found += [
        Moment(mark.t_s, "pain", "pain") if mark.pain else Moment(mark.t_s, "mark", _short(mark.note))
        for mark in now.marks
    ]
    return sorted(found, key=lambda moment: moment.t_s)


class MomentLines:
    """Lines, marks and names of moments on the axes of a panel.

    Parameters
    ----------
    title_px
        How far the title reaches from the left, in a window of 1280 x 800; the names stay clear of it.
    named
        Whether there are names at all.
    """

    def __init__(self, panel: Panel, ax: Axes, theme: Theme, colour: str, title_px: float, named: bool) -> None:
        self._ax, self._title_px = ax, title_px
        top = ax.get_xaxis_transform()

        def line(**style: Any) -> Line2D:
            made: Line2D = panel.add(ax.plot([], [], transform=top, clip_on=False, **style)[0])
            return made

        self._lines = {
            "mark": line(color=theme.faint, lw=1.2, ls=(0, (2, 2))),
            "pain": line(color=theme.pain, lw=2.4, ls=(0, (2, 1))),
            "onset": line(color=colour, lw=1.4, ls=(0, (1, 1))),
            "recovered": line(color=theme.ink, lw=1.0, ls=(0, (6, 3))),
            "alert": line(color=theme.ink, lw=1.6),
        }
        self._marks = {
            "alert": line(ls="", marker="v", color=theme.ink, ms=8),
            "recovered": line(ls="", marker="^", color=theme.ink, mfc=theme.paper, ms=8),
        }
        (self._onsets,) = ax.plot([], [], "D", color=theme.ink, mfc=theme.paper, mew=1.6, ms=7)
        panel.add(self._onsets)
        inks = {"pain": theme.pain, "onset": colour}
        self._inks = {kind: inks.get(kind, theme.ink) for kind in self._lines}
        style: dict[str, Any] = {"fontsize": TINY_PT, "va": "center", "transform": top}
        self._widths_px: dict[str, float] = {}  # in a window of 1280 x 800
        self._labels = [panel.add(ax.text(0, 1.0, "", **style)) for _ in range(LABELS if named else 0)]

    def show(self, moments: list[Moment], leg: LegTrack, zero_s: float) -> None:
        """Draw those that lie within the axes."""
        first_min, _ = self._ax.get_xlim()
        seen = [moment for moment in moments if (moment.t_s - zero_s) / 60 >= first_min]
        rows = self._place(seen, zero_s)
        for kind, line in self._lines.items():
            here = [moment for moment in seen if moment.kind == kind]
            line.set_data(*_uprights([((m.t_s - zero_s) / 60, self._height(rows.get(m, UNNAMED))) for m in here]))
        for kind, line in self._marks.items():
            at = [((m.t_s - zero_s) / 60, self._height(rows.get(m, UNNAMED))) for m in seen if m.kind == kind]
            line.set_data([t for t, _ in at], [y for _, y in at])
        onset_s = np.array([moment.t_s for moment in seen if moment.kind == "onset"])
        level_deg = np.interp(onset_s, leg.level_s, leg.level_deg) if len(leg.level_s) else np.zeros_like(onset_s)
        self._onsets.set_data((onset_s - zero_s) / 60, level_deg)

    def _height(self, row: int) -> float:
        """Give where the middle of a row of the strip lies, in parts of the axes; without a name their upper edge."""
        return 1.0 if row == UNNAMED else 1.0 + (row + 0.5) * ROW_PX / self._px(self._ax.bbox.height)

    def _px(self, drawn_px: float) -> float:
        """Give a length of the screen as one of a window of 1280 x 800."""
        return float(drawn_px * BASE_DPI / self._ax.figure.dpi)

    def _place(self, moments: list[Moment], zero_s: float) -> dict[Moment, int]:
        """Name as many of the newest as have room, what is most pressing before marks; give the row of each name."""
        named = moments[-len(self._labels) :] if self._labels else []
        width_px, (first_min, last_min) = self._px(self._ax.bbox.width), self._ax.get_xlim()
        px_per_min = width_px / (last_min - first_min)
        at_px = {m: px_per_min * ((m.t_s - zero_s) / 60 - first_min) for m in moments}
        best: Places = {}
        for order, times in self._orders(named):
            places = self._placed(order, at_px, width_px, times)
            best = max(best, places, key=_worth)
            if len(best) == len(named):
                break
        places = best
        for label in self._labels:
            label.set_text("")
        for label, (moment, (row, from_px, text)) in zip(self._labels, places.items(), strict=False):
            label.set(x=first_min + from_px / px_per_min, y=self._height(row), text=text, color=self._inks[moment.kind])
        return {moment: row for moment, (row, _, _) in places.items()}

    def _orders(self, named: list[Moment]) -> Iterator[tuple[list[Moment], bool]]:
        """Give the orders that are tried, and whether names have their times; the first is good where there is room."""
        pressing = [moment for moment in named if moment.kind != "mark"][-PERMUTED:]
        others = [moment for moment in named if moment not in pressing]
        for times in (True, False):
            yield named, times
            for order in permutations(pressing):
                yield [*order, *others], times

    def _placed(self, order: list[Moment], at_px: dict[Moment, float], width_px: float, times: bool) -> Places:
        """Put names one after the other where they meet no other name, no line and no title; give row, edge, text."""
        places: Places = {}
        taken: list[tuple[int, float, float]] = [(ROWS - 1, -1.0, self._title_px)]  # row, from, to
        for moment in order:
            lines = [(x, places[m][0] if m in places else UNNAMED) for m, x in at_px.items() if m is not moment]
            text = f"{moment.name} {clock(moment.t_s)}" if times else moment.name
            wide_px = self._wide_px(text)
            place = _free(at_px[moment], wide_px, width_px, taken, lines)
            if place is not None:
                row, from_px = place
                places[moment] = (row, from_px, text)
                taken.append((row, from_px, from_px + wide_px))
        return places

    def _wide_px(self, text: str) -> float:
        if text not in self._widths_px:
            label = self._labels[0]
            label.set_text(text)
            self._widths_px[text] = self._px(label.get_window_extent().width)
        return self._widths_px[text]


def _worth(places: Places) -> int:
    return sum(1 if moment.kind == "mark" else LABELS for moment in places)


def _free(
    at_px: float, wide_px: float, width_px: float, taken: list[tuple[int, float, float]],
    others_px: list[tuple[float, int]],
) -> tuple[int, float] | None:  # fmt: skip
    """Give row and left edge of a free place beside a line; None where there is none.

    A line reaches up into the row of its own name, so a name is clear of the lines of names from its own row up.
    """
    for row in range(ROWS):
        for from_px in (at_px - BESIDE_PX - wide_px, at_px + BESIDE_PX):  # to the past first: what is new is at the end
            to_px = from_px + wide_px
            inside = from_px >= 0.0 and to_px <= width_px
            met = any(r == row and from_px < b + BESIDE_PX and to_px > a - BESIDE_PX for r, a, b in taken)
            met |= any(r >= row and from_px - BESIDE_PX < x < to_px + BESIDE_PX for x, r in others_px)
            own = any(
                r <= row and a - BESIDE_PX < at_px < b + BESIDE_PX for r, a, b in taken
            )  # its line crosses a name
            if inside and not met and not own:
                return row, from_px
    return None


def _short(note: str) -> str:
    """Give what is written of a mark."""
    return cut(note, NOTE_CHARS) or "mark"


def _uprights(tops: list[tuple[float, float]]) -> tuple[Array, Array]:
    """Give one broken line that stands upright at each time, up to its height."""
    x = np.repeat(np.array([t for t, _ in tops], dtype=float), 3)
    y = np.array([value for _, top in tops for value in (0.0, top, np.nan)], dtype=float)
    return x, y
