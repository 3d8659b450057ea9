"""Drop of one leg, step by step: the last ten minutes, and the whole run."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from hipdrop.events import Side
from hipdrop.live.axes import Room, axes_in, minutes_ago
from hipdrop.live.moments import ROW_PX, ROWS, MomentLines, moments_of
from hipdrop.live.snapshot import LegTrack, Snapshot
from hipdrop.live.stage import BASE_DPI, Panel, Rect
from hipdrop.live.theme import MARKERS, SMALL_PT, TINY_PT, Theme
from hipdrop.monitor import words
from hipdrop.samples import Array

RECENT_MIN = (2, 5, 10)  # the last ten minutes, less while there are not so many
WHOLE_MIN = (10, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440)  # lengths that the whole run is drawn to
WHOLE_EVERY_S = 5.0
WHOLE_POINTS = 500
STEP_DEG = 2.0
LONGEST_LINE_MIN = 10.0 / 60
RECENT_ROOM = Room(30.0, 46.0, 27.0, ROWS * ROW_PX + 3.0)  # at the right names of the lines, on top those of moments
WHOLE_ROOM = Room(30.0, 10.0, 27.0, ROWS * ROW_PX + 3.0)
APART_PX = 15.0  # of two names at the edge


def recent_min(run_s: float) -> int:
    """Give how many minutes the recent view is long after so much of a run."""
    return next((length for length in RECENT_MIN if 60 * length >= run_s), RECENT_MIN[-1])


class DropScale:
    """The common axis of both legs: it grows to hold what matters, and never shrinks, so that the eye can rest."""

    def __init__(self) -> None:
        self.low_deg, self.high_deg = 0.0, 8.0
        self._seen = -1

    def fit(self, now: Snapshot) -> None:
        """Hold levels, limits and all but the wildest steps of either leg."""
        if now.steps_version == self._seen:
            return
        self._seen = now.steps_version
        for leg in (now.left, now.right):
            counted = leg.step_deg[-600:][leg.counted[-600:] > 0]
            if len(counted) < 20:
                continue
            low_deg, high_deg = np.percentile(counted, [1, 99])
            high_deg = np.nanmax([high_deg, leg.limit_now_deg, leg.now_deg])
            self.low_deg = min(self.low_deg, STEP_DEG * float(np.floor(low_deg / STEP_DEG)))
            self.high_deg = max(self.high_deg, STEP_DEG * float(np.ceil(1.05 * high_deg / STEP_DEG)))


class DropPanel(Panel):
    """Points, slow level, reference and band of a leg over a stretch of time.

    Parameters
    ----------
    whole
        The whole run, else the last ten minutes at most.
    """

    def __init__(self, figure: Figure, rect: Rect, theme: Theme, side: Side, scale: DropScale, whole: bool) -> None:
        super().__init__(figure, rect)
        self._side, self._scale, self._whole = side, scale, whole
        self._ax = ax = axes_in(figure, rect, theme, WHOLE_ROOM if whole else RECENT_ROOM)
        self._seen: tuple[int, int] = (-1, -1)
        self._span_min = float(WHOLE_MIN[0] if whole else RECENT_MIN[0])
        ax.set(xlim=(0, self._span_min) if whole else (-self._span_min, 0), ylim=(scale.low_deg, scale.high_deg))
        ax.xaxis.set_major_locator(MaxNLocator(5 if whole else 10, integer=True, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        if not whole:
            ax.xaxis.set_major_formatter(minutes_ago)
        title = title_in(ax, "whole run, minutes" if whole else f"{words.drops(side)}, degrees")
        title.set(color=theme.faint if whole else theme.legs[side], weight="normal" if whole else "bold")
        title_px = title.get_window_extent().width * BASE_DPI / figure.dpi
        self._make(theme, theme.legs[side], MARKERS[side])
        self._moments = MomentLines(self, ax, theme, theme.legs[side], title_px, named=not whole)

    def _make(self, theme: Theme, colour: str, marker: str) -> None:
        ax = self._ax
        size = 1.8 if self._whole else 3.6

        def line(marker: str = "", **more: Any) -> Line2D:
            more = {"ls": "" if marker else "-", **more}
            made: Line2D = self.add(ax.plot([], [], marker=marker, **more)[0])
            return made

        self._band = self.add(ax.add_patch(Rectangle((0, 0), 0, 0, fc=theme.fresh, alpha=0.18, lw=0)))
        self._left_out = line("x", color=theme.faint, ms=size, mew=0.7, alpha=0.6)
        self._counted = line(marker, color=colour, ms=size, mew=0, alpha=0.4)
        self._reference = line(color=theme.fresh, lw=2.0, ls=(0, (6, 2)))
        self._limit = line(color=theme.fresh, lw=1.2, ls=":")
        self._level = line(color=colour, lw=3.2 if not self._whole else 2.0)
        style: dict[str, Any] = {"fontsize": TINY_PT, "color": theme.fresh, "va": "center", "clip_on": False}
        edge = ax.get_yaxis_transform()
        self._edges = [self.add(ax.text(1.012, 0.0, "", transform=edge, **style)) for _ in range(2)]

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Draw anew with each step, the whole run every few seconds."""
        self._scale.fit(now)
        limits = (self._scale.low_deg, self._scale.high_deg)
        if self._ax.get_ylim() != limits:
            self._ax.set_ylim(*limits)
            self.ground_stale = True
        every = (0, int(now.reached_s / WHOLE_EVERY_S)) if self._whole else (now.steps_version, int(now.reached_s))
        seen = (every[0] + len(now.marks) + len(now.alerts), every[1])
        if seen == self._seen:
            return False
        self._seen = seen
        self._lengthen(now.reached_s)
        self._draw(now.leg(self._side), now)
        return True

    def _lengthen(self, run_s: float) -> None:
        """Let the time axis grow in steps."""
        span_min = float(recent_min(run_s))
        if self._whole:
            span_min = next((float(length) for length in WHOLE_MIN if 60 * length >= run_s), run_s / 60)
        if span_min != self._span_min:
            self._span_min = span_min
            self._ax.set_xlim(*((0, span_min) if self._whole else (-span_min, 0)))
            self.ground_stale = True

    def _draw(self, leg: LegTrack, now: Snapshot) -> None:
        zero_s, from_s = (0.0, -1.0) if self._whole else (now.reached_s, now.reached_s - 60 * self._span_min)
        steps = slice(int(np.searchsorted(leg.step_s, from_s)), None)
        t_min, drop_deg, counts = (leg.step_s[steps] - zero_s) / 60, leg.step_deg[steps], leg.counted[steps] > 0
        if self._whole:  # every k-th is as good there
            thin = slice(None, None, 1 + len(t_min) // WHOLE_POINTS)
            t_min, drop_deg, counts = t_min[thin], drop_deg[thin], counts[thin]
        self._counted.set_data(t_min[counts], drop_deg[counts])
        self._left_out.set_data(t_min[~counts], drop_deg[~counts])
        levels = slice(int(np.searchsorted(leg.level_s, from_s)), None, 1 + len(leg.level_s) // 1500)
        level_min = (leg.level_s[levels] - zero_s) / 60
        self._level.set_data(*broken(level_min, leg.level_deg[levels]))
        end_min = (now.reached_s - zero_s) / 60
        self._draw_reference(level_min, leg.reference_deg[levels], leg.limit_deg[levels], end_min)
        self._moments.show(moments_of(now, self._side), leg, zero_s)
        if not self._whole:
            self._name_edges(leg, "band" if now.by_band else "fresh")

    def _draw_reference(self, t_min: Array, reference_deg: Array, limit_deg: Array, end_min: float) -> None:
        """Draw the line over all of it, the band where it is the one of now."""
        known = len(t_min) > 0 and reference_deg[-1] == reference_deg[-1]
        self._band.set_visible(known)
        if not known:
            self._reference.set_data(t_min, reference_deg)
            self._limit.set_data(t_min, limit_deg)
            return
        edges = (
            np.append(t_min, end_min),
            np.append(reference_deg, reference_deg[-1]),
            np.append(limit_deg, limit_deg[-1]),
        )
        self._reference.set_data(edges[0], edges[1])
        self._limit.set_data(edges[0], edges[2])
        same = reference_deg == reference_deg[-1]
        since = int(len(same) - np.argmin(same[::-1])) if not same.all() else 0
        height_deg = limit_deg[-1] - reference_deg[-1]
        self._band.set_bounds(
            t_min[since], reference_deg[-1], end_min - t_min[since], height_deg if height_deg > 0 else 0.0
        )

    def _name_edges(self, leg: LegTrack, reference: str) -> None:
        """Name reference and limit beside their ends, apart where they lie close together."""
        low_deg, high_deg = leg.reference_now_deg, leg.limit_now_deg
        px_per_deg = (
            self._ax.bbox.height * BASE_DPI / self._ax.figure.dpi / (self._scale.high_deg - self._scale.low_deg)
        )
        push_deg = max(0.0, APART_PX / px_per_deg - (high_deg - low_deg)) / 2 if high_deg == high_deg else 0.0
        for text, name, deg, push in zip(
            self._edges, (reference, "limit"), (low_deg, high_deg), (-push_deg, push_deg), strict=True
        ):
            known = deg == deg and self._scale.low_deg <= deg + push <= self._scale.high_deg
            text.set(text=name if known else "", y=deg + push if known else 0.0)


def broken(t_min: Array, values: Array) -> tuple[Array, Array]:
    """Break a line where no step came for a while."""
    breaks = np.flatnonzero(np.diff(t_min) > LONGEST_LINE_MIN) + 1
    if not len(breaks):
        return t_min, values
    return np.insert(t_min, breaks, np.nan), np.insert(values, breaks, np.nan)


def title_in(ax: Axes, text: str) -> Text:
    """Write a title above the strip for names."""
    return ax.annotate(text, (0.0, 1.0), (0.0, (ROWS - 0.5) * ROW_PX * 72.0 / BASE_DPI), xycoords="axes fraction",
                       textcoords="offset points", va="center", fontsize=SMALL_PT)  # fmt: skip
