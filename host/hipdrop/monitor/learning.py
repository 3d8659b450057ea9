"""Learning the runner's own fresh level from the first steady running, and weighing a stored one with it."""

from __future__ import annotations

import math

from hipdrop.events import BaselineReady, Side
from hipdrop.monitor.baseline import Location, StoredBaseline, locate, shrink
from hipdrop.settings import MonitorSettings

LONGEST_STEP_S = 1.0  # what takes longer is a stop or a gap and no running time
NONE = Location(math.nan, math.nan, 0.0, 0)


class BaselineLearner:
    """Collects the drops of each channel in a window of running time; walks and stops do not make it pass.

    A channel that has too few valid steps when the window ends goes on learning until it has them. With a stored level
    there is an early baseline, from less of today's running; the full window then sharpens it.
    """

    __slots__ = ("_drops_deg", "_early_s", "_from_s", "_settings", "_stored", "_today", "_until_s", "open", "running_s")

    def __init__(self, settings: MonitorSettings, stored: StoredBaseline | None) -> None:
        self._settings = settings
        self._stored = stored
        self.running_s = 0.0
        self._from_s = 60 * settings.baseline_from_min
        self._until_s = 60 * settings.baseline_until_min
        self._early_s = math.inf
        self._today: dict[Side, Location] = {}
        self._drops_deg: dict[Side, list[float]] = {}
        self.open = False
        self._begin()

    def run(self, step_s: float) -> None:
        """Let running time pass."""
        if 0 < step_s <= LONGEST_STEP_S:
            self.running_s += step_s
            self.open = bool(self._drops_deg) and self.running_s >= self._from_s

    def take(self, side: Side, drop_deg: float) -> None:
        """Take in a step that counts for this channel, while `open`."""
        drops_deg = self._drops_deg.get(side)
        if drops_deg is not None:
            drops_deg.append(drop_deg)

    def complete(self) -> bool:
        """Make the baselines that are due; whether there is a new one."""
        if not self.open or self.running_s < min(self._early_s, self._until_s):
            return False
        least = self._settings.baseline_min_steps
        due = [side for side, drops_deg in self._drops_deg.items() if len(drops_deg) >= least]
        for side in due:
            self._today[side] = locate(self._drops_deg[side])
        if self.running_s >= self._until_s:
            for side in due:
                del self._drops_deg[side]
            self.open = bool(self._drops_deg)
        self._early_s = math.inf
        return bool(due)

    def forget(self) -> None:
        """Learn anew, in as much running as before, but without waiting for the body to warm up."""
        length_s = self._until_s - self._from_s
        self._from_s = self.running_s
        self._until_s = self.running_s + length_s
        self._begin()

    def swap(self) -> None:
        """Exchange what was learned of left and right."""
        self._today = {side.other: found for side, found in self._today.items()}
        self._drops_deg = {side.other: drops_deg for side, drops_deg in self._drops_deg.items()}

    def level(self, side: Side) -> Location | None:
        """Give the baseline of a channel, the stored one shrunk toward today's; None while it is not learned."""
        today = self._today.get(side)
        if today is None or self._stored is None:
            return today
        stored = self._stored
        return shrink(stored.location(side), stored.between_day_sd_deg, today, self._settings.wander_deg)

    def event(self, t_s: float) -> BaselineReady:
        """Tell what has been learned so far."""
        left, right, both = (self.level(side) or NONE for side in (Side.LEFT, Side.RIGHT, Side.BOTH))
        return BaselineReady(
            t_s,
            left_deg=left.mean_deg,
            right_deg=right.mean_deg,
            mean_deg=both.mean_deg,
            left_sd_deg=left.sd_deg,
            right_sd_deg=right.sd_deg,
            mean_sd_deg=both.sd_deg,
            steps=left.steps + right.steps,
            source="today" if self._stored is None else "profile+today",
        )

    @property
    def due_s(self) -> tuple[float, float]:
        """Running time at which the learning began, or will, and at which the next baseline is due."""
        return self._from_s, min(self._early_s, self._until_s)

    def _begin(self) -> None:
        self._today = {}
        self._drops_deg = {side: [] for side in (Side.LEFT, Side.RIGHT, Side.BOTH)}
        if self._stored is not None:
            early_min = self._settings.stored_baseline_until_min - self._settings.baseline_from_min
            self._early_s = self._from_s + 60 * early_min
        self.open = self.running_s >= self._from_s
