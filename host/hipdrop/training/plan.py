"""A plan of exercises: what a physio and the person have agreed on, and what is due on a day (docs/plan.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hipdrop.training.checkin import SAFE_PAIN
from hipdrop.training.walkrun import WalkRun

COACHED_RUN = "coached-run"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Exercise:
    """An exercise of a plan.

    Attributes
    ----------
    name
        Of the table of exercises, or free words.
    side
        `left`, `right` or `both`.
    sets
        On each side.
    repetitions, hold_s
        Of a set; None where the plan does not say.
    walk_run
        Of a coached run; None of all else.
    """

    name: str
    side: str = "both"
    sets: int = 1
    repetitions: int | None = None
    hold_s: float | None = None
    note: str = ""
    walk_run: WalkRun | None = None

    @property
    def dose(self) -> str:
        """How much of it, in words."""
        if self.walk_run is not None:
            return self.walk_run.words
        many = str(self.sets) if self.repetitions is None else f"{self.sets} x {self.repetitions}"
        long = "" if self.hold_s is None else f"{' x' if self.repetitions is None else ', hold'} {self.hold_s:g} s"
        return f"{many}{long}{'' if self.side == 'both' else f', {self.side}'}"


@dataclass(frozen=True)
class Block:
    """Exercises that belong together.

    Attributes
    ----------
    on
        `every-day`, `run-days` or `off-days`.
    at
        `any-time`, `before-run` or `after-run`.
    pain
        `any`, `calm` or `acute`.
    first, last
        Days of the plan, from 1.
    """

    title: str
    exercises: tuple[Exercise, ...]
    on: str = "every-day"
    at: str = "any-time"
    pain: str = "any"
    first: int = 1
    last: int = 366


@dataclass(frozen=True)
class Due:
    """An exercise that is due on a day."""

    exercise: Exercise
    block: Block


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes
    ----------
    start
        Day 1.
    days
        How many.
    run_days
        Weekdays with a run, 0 is Monday.
    test_days
        Days of the hip-drop test, in their order, 1 is the start.
    acute_above
        Pain of the day, 0 to 10, above which it is acute.
    example
        Written for nobody.
    """

    title: str
    start: date
    days: int
    blocks: tuple[Block, ...]
    by: str = ""
    note: str = ""
    example: bool = False
    run_days: frozenset[int] = field(default_factory=frozenset)
    test_days: tuple[int, ...] = ()
    acute_above: int = SAFE_PAIN

    @property
    def last(self) -> date:
        """The last day."""
        return self.date_of(self.days)

    def date_of(self, number: int) -> date:
        """Give the date of a day of the plan."""
        return self.start + timedelta(days=number - 1)

    def number_of(self, day: date) -> int:
        """Give the number of a day, 1 is the start; below 1 before it, above `days` after the end."""
        return (day - self.start).days + 1

    def holds(self, day: date) -> bool:
        """Say whether a day is one of the plan's."""
        return 1 <= self.number_of(day) <= self.days

    def is_run_day(self, day: date) -> bool:
        """Say whether a run is planned."""
        return day.weekday() in self.run_days

    def is_test_day(self, day: date) -> bool:
        """Say whether a hip-drop test is planned."""
        return self.number_of(day) in self.test_days

    def due(self, day: date, pain: int | None) -> list[Due]:
        """Give what is due on a day, in the order of the plan.

        Parameters
        ----------
        day
            The date.
        pain
            Of the day's check-in; None, where there is none, counts as calm.
        """
        if not self.holds(day):
            return []
        acute = pain is not None and pain > self.acute_above
        return [
            Due(exercise, block) for block in self.blocks if self._is_on(block, day, acute)
            for exercise in block.exercises
        ]  # fmt: skip

    def _is_on(self, block: Block, day: date, acute: bool) -> bool:
        fits_day = block.on == "every-day" or (block.on == "run-days") == self.is_run_day(day)
        fits_pain = block.pain == "any" or (block.pain == "acute") == acute
        return fits_day and fits_pain and block.first <= self.number_of(day) <= block.last
