"""Cadence over the last ten minutes at most."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hipdrop.live.axes import Room, axes_in, minutes_ago
from hipdrop.live.droplines import RECENT_MIN, broken, recent_min
from hipdrop.live.snapshot import Snapshot
from hipdrop.live.stage import Panel, Rect
from hipdrop.live.theme import TINY_PT, Theme

STEP_SPM = 10.0
EVERY_S = 2.0
ROOM = Room(34.0, 24.0, 22.0, 20.0)


class CadenceLine(Panel):
    """Drawn anew every other second."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._ax = ax = axes_in(figure, rect, theme, ROOM)
        ax.set(xlim=(-RECENT_MIN[0], 0), ylim=(150, 190))
        ax.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.xaxis.set_major_formatter(minutes_ago)
        ax.set_title("bar: walking or standing", loc="right", fontsize=TINY_PT, color=theme.faint, pad=3)
        (self._pauses,) = ax.plot(
            [], [], color=theme.faint, lw=6, solid_capstyle="butt", transform=ax.get_xaxis_transform()
        )
        (self._line,) = ax.plot([], [], color=theme.ink, lw=2)
        self.add(self._pauses)
        self.add(self._line)
        self._seen = -1

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Draw the line, and the pauses as a bar at the bottom."""
        seen = int(now.reached_s / EVERY_S)
        if seen == self._seen:
            return False
        self._seen = seen
        span_min = recent_min(now.reached_s)
        if self._ax.get_xlim()[0] != -span_min:
            self._ax.set_xlim(-span_min, 0)
            self.ground_stale = True
        since = slice(int(np.searchsorted(now.cadence_s, now.reached_s - 60 * span_min)), None)
        t_min, cadence_spm = (now.cadence_s[since] - now.reached_s) / 60, now.cadence_spm[since]
        self._line.set_data(*broken(t_min, cadence_spm))
        edges = [edge for begin, end in now.pauses for edge in (begin, end, np.nan)]
        self._pauses.set_data((np.array(edges) - now.reached_s) / 60, np.full(len(edges), 0.06))
        if len(cadence_spm):
            low, high = self._ax.get_ylim()
            fit = (
                min(low, STEP_SPM * np.floor(cadence_spm.min() / STEP_SPM)),
                max(high, STEP_SPM * np.ceil(cadence_spm.max() / STEP_SPM)),
            )
            if fit != (low, high):
                self._ax.set_ylim(*fit)
                self.ground_stale = True
        return True
