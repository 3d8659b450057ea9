"""Drop of one leg, step by step: the last ten minutes, and the whole run."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from hipdrop.events import AlertCleared, AlertRaised, Side
from hipdrop.live.snapshot import LegTrack, Snapshot
from hipdrop.live.stage import Panel, Rect
from hipdrop.live.theme import MARKERS, SMALL_PT, TINY_PT, Theme
from hipdrop.live.waveplot import axes_in
from hipdrop.monitor import words
from hipdrop.samples import Array

RECENT_MIN = (2, 5, 10)  # the last ten minutes, less while there are not so many
WHOLE_MIN = (10, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440)  # lengths that the whole run is drawn to
WHOLE_EVERY_S = 5.0
WHOLE_POINTS = 500
STEP_DEG = 2.0
LONGEST_LINE_MIN = 10.0 / 60
LABELS = 4


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
        inset = (0.11, 0.13, 0.84, 0.74) if whole else (0.075, 0.13, 0.915, 0.74)
        self._ax = ax = axes_in(figure, rect, theme, inset)
        self._seen: tuple[int, int] = (-1, -1)
        self._span_min = float(WHOLE_MIN[0] if whole else RECENT_MIN[0])
        ax.set(xlim=(0, self._span_min) if whole else (-self._span_min, 0), ylim=(scale.low_deg, scale.high_deg))
        ax.xaxis.set_major_locator(MaxNLocator(5 if whole else 10, integer=True, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        title = "whole run, minutes" if whole else f"{words.drops(side)}, degrees"
        ax.set_title(title, loc="left", fontsize=SMALL_PT, color=theme.faint if whole else theme.legs[side],
                     weight="normal" if whole else "bold")  # fmt: skip
        if not whole:
            ax.set_title("last minutes", loc="right", fontsize=TINY_PT, color=theme.faint)
        self._make(theme, theme.legs[side], MARKERS[side])

    def _make(self, theme: Theme, colour: str, marker: str) -> None:
        ax, top = self._ax, self._ax.get_xaxis_transform()
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
        self._alerted = line(color=theme.ink, lw=1.4, transform=top)
        self._raised = line("v", color=theme.ink, ms=8, transform=top)
        self._cleared = line("^", color=theme.ink, mfc=theme.paper, ms=8, transform=top)
        self._onset = line("d", color=theme.ink, mfc=colour, ms=8, transform=top)
        self._marked = line(color=theme.faint, lw=1.2, ls=(0, (2, 2)), transform=top)
        self._pain = line(color=theme.pain, lw=2.4, ls=(0, (2, 1)), transform=top)
        style: dict[str, Any] = {"fontsize": TINY_PT, "va": "top", "ha": "left", "transform": top, "clip_on": True}
        self._labels = [self.add(ax.text(0, 0.98, "", color=theme.ink, **style)) for _ in range(LABELS)]

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
        self._draw_moments(now, zero_s)

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

    def _draw_moments(self, now: Snapshot, zero_s: float) -> None:
        """Mark alerts of this leg or both, the onset of their drop, marks, and pain."""

        def at_min(t_s: float) -> float:
            return (t_s - zero_s) / 60

        start_s = now.facts.start_s
        alerts = [alert for alert in now.alerts if alert.side in (self._side, Side.BOTH)]
        raised = [at_min(alert.t_s - start_s) for alert in alerts if isinstance(alert, AlertRaised)]
        cleared = [at_min(alert.t_s - start_s) for alert in alerts if isinstance(alert, AlertCleared)]
        onsets = [at_min(onset.t_s) for onset in now.onsets if onset.side is self._side]
        marks = [at_min(mark.t_s) for mark in now.marks if not mark.pain]
        pains = [at_min(mark.t_s) for mark in now.marks if mark.pain]
        for line, times, height in (
            (self._raised, raised, 0.95),
            (self._cleared, cleared, 0.87),
            (self._onset, onsets, 0.04),
        ):
            line.set_data(times, [height] * len(times))
        for line, times in ((self._alerted, raised), (self._marked, marks), (self._pain, pains)):
            line.set_data(*_uprights(times))
        if not self._whole:
            named = [(t, 0.97, "alert") for t in raised] + [(t, 0.89, "recovered") for t in cleared]
            named += [(t, 0.12, "onset") for t in onsets]
            named += [(at_min(mark.t_s), 0.81, _mark_name(mark.note, mark.pain)) for mark in now.marks]
            self._draw_labels(named)

    def _draw_labels(self, named: list[tuple[float, float, str]]) -> None:
        """Name the newest moments, to the left of their line where it is near the end."""
        shown = sorted(item for item in named if item[0] > -self._span_min)[-LABELS:]
        for label in self._labels[len(shown) :]:
            label.set_text("")
        for label, (t_min, height, text) in zip(self._labels, shown, strict=False):
            late, beside = t_min > -0.2 * self._span_min, 0.012 * self._span_min
            label.set(x=t_min - beside if late else t_min + beside, y=height, text=text, ha="right" if late else "left")


def _mark_name(note: str, pain: bool) -> str:
    return "pain" if pain else note or "mark"


def _uprights(times_min: list[float]) -> tuple[Array, Array]:
    """Give one broken line that stands upright at each time."""
    x = np.repeat(np.array(times_min, dtype=float), 3)
    return x, np.tile([0.0, 1.0, np.nan], len(times_min))


def broken(t_min: Array, values: Array) -> tuple[Array, Array]:
    """Break a line where no step came for a while."""
    breaks = np.flatnonzero(np.diff(t_min) > LONGEST_LINE_MIN) + 1
    if not len(breaks):
        return t_min, values
    return np.insert(t_min, breaks, np.nan), np.insert(values, breaks, np.nan)
