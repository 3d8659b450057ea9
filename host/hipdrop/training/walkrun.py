"""A session of running and walking by turns, and the time that was run in it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hipdrop.errors import UsageError
from hipdrop.training.gaitphases import PhaseChange

MOST_MIN, MOST_REPEATS = 120.0, 60
_PAIR = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class WalkRun:
    """So much running, then so much walking, so many times; the last walk cools down."""

    run_s: float
    walk_s: float
    repeats: int

    @classmethod
    def parse(cls, text: str, repeats: int, name: str = "--walk-run") -> WalkRun:
        """Read `RUN:WALK` in minutes, run first as in `4:1`.

        Raises
        ------
        UsageError
            It is none.
        """
        match = _PAIR.fullmatch(text.strip())
        run_min, walk_min = (float(match[1]), float(match[2])) if match is not None else (0.0, 0.0)
        if not (0 < run_min <= MOST_MIN and 0 < walk_min <= MOST_MIN):
            raise UsageError(
                f"{name} {text}: give minutes of running, then of walking, each over 0 and at most {MOST_MIN:g}, for "
                "example 4:1 (run 4 min, walk 1 min)"
            )
        if not 1 <= repeats <= MOST_REPEATS:
            raise UsageError(f"--repeats {repeats}: give 1 to {MOST_REPEATS}")
        return cls(60.0 * run_min, 60.0 * walk_min, repeats)

    @property
    def running_s(self) -> float:
        """Running time of the whole session."""
        return self.run_s * self.repeats

    @property
    def words(self) -> str:
        """Give it in a few words."""
        times = "once" if self.repeats == 1 else f"{self.repeats} times"
        return f"run {self.run_s / 60:g} min, walk {self.walk_s / 60:g} min, {times}"

    @property
    def options(self) -> str:
        """Give it as `hipdrop coach run` takes it."""
        return f"--walk-run {self.run_s / 60:g}:{self.walk_s / 60:g} --repeats {self.repeats}"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time; it ends at infinity while it goes on."""

    from_s: float
    to_s: float = math.inf

    def common_s(self, from_s: float, to_s: float) -> float:
        """Give how much of it lies between two times."""
        return max(0.0, min(self.to_s, to_s) - max(self.from_s, from_s))


class Running:
    """When the wearer ran; what becomes known late counts from when it was."""

    def __init__(self) -> None:
        self._bouts: list[Window] = []

    @property
    def began_s(self) -> float:
        """When the first running began; NaN before."""
        return self._bouts[0].from_s if self._bouts else math.nan

    def take(self, changes: Sequence[PhaseChange]) -> None:
        """Take changes in their order."""
        for change in changes:
            if change.running:
                self._bouts.append(Window(change.t_s))
            elif self._bouts:
                self._bouts[-1] = Window(self._bouts[-1].from_s, change.t_s)

    def ran_s(self, windows: Sequence[Window], now_s: float) -> float:
        """Give how long it was run in these windows until now."""
        return sum(bout.common_s(window.from_s, min(window.to_s, now_s)) for bout in self._bouts for window in windows)

    def rested_s(self, windows: Sequence[Window], now_s: float) -> float:
        """Give how long it was not run in them until now."""
        return sum(window.common_s(-math.inf, now_s) for window in windows) - self.ran_s(windows, now_s)
