"""The foot of the window of a replay: how far it has come, and where a click goes."""

from __future__ import annotations

from matplotlib.figure import Figure

from hipdrop.live.readouts import FootPanel
from hipdrop.live.snapshot import Snapshot
from hipdrop.live.stage import Rect
from hipdrop.live.theme import SMALL_PT, Theme
from hipdrop.wording import clock

WIDE, MIDDLE, HIGH = 0.36, 0.24, 0.26  # of the bar, parts of the panel
BESIDE = 0.01


class ReplayFoot(FootPanel):
    """Shows a bar of the run's length in the place of the recording that is made of a live one."""

    def __init__(self, figure: Figure, rect: Rect, theme: Theme) -> None:
        super().__init__(figure, rect, theme)
        self._length_s = 0.0
        self._shown: tuple[int, float] | None = None
        bottom = MIDDLE - HIGH / 2
        self.box(0.0, bottom, WIDE, HIGH, theme.grid)
        self._bar = self.box(0.0, bottom, 0.0, HIGH, theme.fresh)
        self._told = self.text(WIDE + BESIDE, MIDDLE, SMALL_PT, theme.ink)

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Say it."""
        changed = super().show(now, clock_s)
        if changed:
            self._recording.set_text("")  # the first line names the file
        length_s = now.facts.length_s or 0.0
        at_s = min(max(now.facts.elapsed_s, now.reached_s), length_s)
        if (int(at_s), length_s) == self._shown:
            return changed
        self._shown, self._length_s = (int(at_s), length_s), length_s
        self._bar.set_width(WIDE * self.rect[2] * (at_s / length_s if length_s else 0.0))
        self._told.set_text(f"{clock(at_s)} of {clock(length_s)}")
        return True

    def moment_at(self, x: float, y: float) -> float | None:
        """Give the time of the run at a place of the bar, parts of the window; above and below it counts, too."""
        left, bottom, wide, high = self.rect
        part = (x - left) / (WIDE * wide)
        inside = 0.0 <= part <= 1.0 and bottom <= y <= bottom + 2 * MIDDLE * high
        return part * self._length_s if inside else None
