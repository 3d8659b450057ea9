"""Load by week: how long, how many steps, and how much drop above the fresh level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hipdrop.after.history.runs import NAN, Run
from hipdrop.events import Side

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Load:
    """What runs come to.

    Attributes
    ----------
    left_drop_minutes, right_drop_minutes
        Of the runs that know them, which ran `judged_minutes`; 0 where none does.
    distance_m
        Of the runs that know it; NaN where none does.
    """

    runs: int
    minutes: float
    steps: int
    left_drop_minutes: float
    right_drop_minutes: float
    judged_minutes: float
    distance_m: float

    @classmethod
    def of(cls, runs: Iterable[Run]) -> Load:
        """Add up runs."""
        runs = list(runs)
        left, right = ([run.side(side).drop_minutes for run in runs] for side in (Side.LEFT, Side.RIGHT))
        judged = [a == a and b == b for a, b in zip(left, right, strict=True)]
        distances = [run.distance_m for run in runs if run.distance_m == run.distance_m]
        return cls(
            len(runs),
            sum(run.minutes for run in runs),
            sum(run.steps for run in runs),
            sum(value for value, known in zip(left, judged, strict=True) if known),
            sum(value for value, known in zip(right, judged, strict=True) if known),
            sum(run.minutes for run, known in zip(runs, judged, strict=True) if known),
            sum(distances) if distances else NAN,
        )

    def drop_minutes(self, side: Side) -> float:
        """Drop-minutes of a leg."""
        return self.left_drop_minutes if side is Side.LEFT else self.right_drop_minutes


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday, by the dates where the runner was."""

    monday: date
    load: Load

    @property
    def name(self) -> str:
        """Year and number by ISO 8601, such as 2026-W53."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02d}"


def monday_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks(runs: Sequence[Run], until: date | None = None) -> list[Week]:
    """Give the weeks from the first run's to the last one's, or to that of `until`; those without a run too."""
    by_monday: dict[date, list[Run]] = {}
    for run in runs:
        by_monday.setdefault(monday_of(run.day), []).append(run)
    if not by_monday:
        return []
    last = max(by_monday) if until is None else max(max(by_monday), monday_of(until))
    found, monday = [], min(by_monday)
    while monday <= last:
        found.append(Week(monday, Load.of(by_monday.get(monday, []))))
        monday += WEEK
    return found


def in_days(runs: Sequence[Run], last: date, days: int) -> list[Run]:
    """Give the runs of so many days, the last of them included."""
    return [run for run in runs if last - timedelta(days=days) < run.day <= last]
