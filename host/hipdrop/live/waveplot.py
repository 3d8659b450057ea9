"""The obliquity of the last strides over the baseline's mean stride."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hipdrop.events import Side
from hipdrop.live.axes import Room, axes_in
from hipdrop.live.snapshot import Snapshot
from hipdrop.live.stage import Panel, Rect
from hipdrop.live.theme import SIGNS, SMALL_PT, TINY_PT, Theme
from hipdrop.waves import LAST_STRIDES, POINTS

ROOM = Room(48.0, 8.0, 26.0, 24.0)
STEP_DEG = 2.0  # the axis grows in such steps


class WavePanel(Panel):
    """Drawn anew with each stride."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect)
        self._ax = ax = axes_in(figure, rect, theme, ROOM)
        self._seen = -1
        phase = np.linspace(0.0, 100.0, POINTS)
        ax.set(xlim=(0, 100), ylim=(-6, 6), xticks=[0, 25, 50, 75, 100], xticklabels=[])
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.set_title("obliquity by stride, degrees", loc="left", fontsize=SMALL_PT, weight="bold", color=theme.ink)
        ax.set_ylabel("right hip down \N{RIGHTWARDS ARROW}", fontsize=TINY_PT, color=theme.faint, labelpad=2)
        ax.axhline(0, color=theme.faint, lw=0.8)
        ax.axvline(50, color=theme.grid, lw=0.8)
        for x, side in ((25, Side.LEFT), (75, Side.RIGHT)):
            ax.text(x, -0.06, f"{SIGNS[side]} {side} leg stands", transform=ax.get_xaxis_transform(), ha="center",
                    va="top", fontsize=SMALL_PT, color=theme.legs[side])  # fmt: skip
        (self._baseline,) = ax.plot(phase, np.zeros(POINTS), color=theme.fresh, lw=5, alpha=0.6)
        self._lines = [ax.plot(phase, np.zeros(POINTS), color=theme.ink, lw=1.0)[0] for _ in range(LAST_STRIDES)]
        self._label = ax.set_title("", loc="right", fontsize=TINY_PT, color=theme.fresh)
        for artist in (self._baseline, *self._lines, self._label):
            self.add(artist)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Lay the strides over each other, the newest strongest."""
        strides = now.strides
        if strides.count == self._seen:
            return False
        self._seen = strides.count
        for i, line in enumerate(reversed(self._lines)):
            known = i < len(strides.last_deg)
            line.set_visible(known)
            if known:
                line.set_ydata(strides.last_deg[-1 - i])
                line.set(alpha=1.0 if i == 0 else 0.45 - 0.08 * i, linewidth=2.2 if i == 0 else 1.2)
        baseline = strides.baseline_deg
        self._baseline.set_visible(baseline is not None)
        self._label.set_text("" if baseline is None else "thick: when fresh")
        if baseline is not None:
            self._baseline.set_ydata(baseline)
        shown = [*strides.last_deg, *([] if baseline is None else [baseline])]
        reach_deg = max((float(np.abs(wave).max()) for wave in shown), default=0.0)
        if reach_deg > self._ax.get_ylim()[1]:
            edge_deg = STEP_DEG * np.ceil(reach_deg / STEP_DEG)
            self._ax.set_ylim(-edge_deg, edge_deg)
            self.ground_stale = True
        return True
