"""A plan on a day, in lines and for programs: what is due, what was done, the tests side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hipdrop.after.history.advice import day_words
from hipdrop.profile import Profile
from hipdrop.training.adherence import Item, Share, items, pain_of, shares, stop_of
from hipdrop.training.checkin import Stop
from hipdrop.training.detectable import Detectable, detectable
from hipdrop.training.plan import Plan
from hipdrop.training.store import Entry
from hipdrop.training.table import exercises
from hipdrop.training.testdays import AT_ONCE_S, DayOfTest, Row, Within, days_of_tests, rows
from hipdrop.wording import degrees

VERSION = 1
EXAMPLE_WORDS = "an EXAMPLE, written for nobody: go through it with your physio before you use it"
AT_WORDS = {"any-time": "", "before-run": "before the run", "after-run": "after the run"}


@dataclass(frozen=True)
class PlanDay:
    """A plan on a day, with all that is kept of the person.

    Attributes
    ----------
    day
        The date.
    today
        Whether it is today: what can still be done.
    pain
        Of its check-in; None without one.
    stop
        Stop signs of its check-in.
    items
        What is due.
    shares
        What was done up to the day before, or up to yesterday, where the day lies ahead.
    tests
        The test days.
    """

    plan: Plan
    day: date
    today: bool
    pain: int | None
    stop: Stop | None
    items: list[Item]
    shares: list[Share]
    tests: list[DayOfTest]
    rows: list[Row]
    detectable: Detectable

    @classmethod
    def of(cls, plan: Plan, day: date, today: date, entries: Sequence[Entry], profile: Profile | None) -> PlanDay:
        """Put it together; what was done after the day is not seen."""
        until = [one for one in entries if one.day <= day or one.kind == "ticked"]
        known, tests = detectable(profile), days_of_tests(plan, until)
        return cls(
            plan, day, day == today, pain_of(day, until), stop_of(day, until), items(plan, day, until),
            shares(plan, min(day, today) - timedelta(days=1), until), tests, list(rows(tests, known)), known,
        )  # fmt: skip

    @property
    def number(self) -> int:
        """Day of the plan."""
        return self.plan.number_of(self.day)


def lines(shown: PlanDay) -> Iterator[str]:
    """Say all of it."""
    plan = shown.plan
    yield f"plan       {plan.title}{f' ({EXAMPLE_WORDS})' if plan.example else ''}"
    if plan.by:
        yield f"by         {plan.by}"
    if plan.note:
        yield f"note       {plan.note}"
    yield f"{'today' if shown.today else 'day':10} {_day_line(shown)}"
    yield from _item_lines(shown)
    yield from _how_lines(shown)
    yield from _share_lines(shown.shares, shown.today)
    yield from _test_lines(shown)


def _day_line(shown: PlanDay) -> str:
    plan, said = shown.plan, day_words(shown.day)
    if shown.number < 1:
        return f"{said}; the plan begins on {day_words(plan.start)}"
    if shown.number > plan.days:
        return f"{said}; the plan ended on {day_words(plan.last)}"
    kind = "a day with a run" if plan.is_run_day(shown.day) else "a day without a run"
    pain = "not checked in" if shown.pain is None else f"pain {shown.pain} of 10"
    acute = ", acute" if shown.pain is not None and shown.pain > plan.acute_above else ""
    hint = ": hipdrop check-in" if shown.pain is None and shown.today else ""
    return f"{said}, day {shown.number} of {plan.days}, {kind}; {pain}{acute}{hint}"


def _item_lines(shown: PlanDay) -> Iterator[str]:
    if shown.stop is not None:
        yield f"stop       {shown.stop.words}"
        return
    if shown.plan.is_test_day(shown.day):
        done = any(test.test is not None and test.test.day == shown.day for test in shown.tests)
        yield f"  [{'x' if done else ' '}] hip-drop test: hipdrop test single-leg"
    width = max((len(item.due.exercise.name) for item in shown.items), default=0)
    for item in shown.items:
        exercise, block = item.due.exercise, item.due.block
        how = [exercise.dose, AT_WORDS[block.at], f"{item.sets_done} of {exercise.sets} sets" * _begun(item)]
        how += ["ticked" * item.ticked, exercise.note, block.title]
        if exercise.walk_run is not None and not item.done:
            how.append(f"hipdrop coach run {exercise.walk_run.options}")
        yield f"  [{'x' if item.done else ' '}] {exercise.name:{width}}  {'; '.join(part for part in how if part)}"
    if shown.plan.holds(shown.day) and not shown.items:
        yield "  nothing is due"


def _how_lines(shown: PlanDay) -> Iterator[str]:
    """Say how something of today's list is done, or ticked."""
    left = [item.due.exercise.name for item in shown.items if not item.done and item.due.exercise.walk_run is None]
    if not shown.today or shown.stop is not None or not left:
        return
    led = next((name for name in left if name in exercises()), None)
    clip = "" if led is None else f"with the clip hipdrop exercise {led}; "
    yield f"to do it   {clip}without it, when done: hipdrop plan tick {_quoted(left[0])}"


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _begun(item: Item) -> bool:
    return 0 < item.sets_done < item.due.exercise.sets


def _share_lines(found: Sequence[Share], today: bool) -> Iterator[str]:
    if found:
        done, due = sum(one.done for one in found), sum(one.due for one in found)
        each = ", ".join(f"{one.name} {one.done} of {one.due}" for one in found)
        until = "yesterday" if today else "the day before, at most yesterday"
        yield f"done       {done} of {due} up to {until} ({100 * done / due:.0f} %): {each}"


def _test_lines(shown: PlanDay) -> Iterator[str]:
    if not shown.tests:
        return
    if not shown.rows:
        days = ", ".join(f"{test.name} {day_words(test.day)}" for test in shown.tests)
        yield f"tests      {days}; none is there yet"
        return
    heads = [f"{test.name}, {_head(test)}" for test in shown.tests] + ["change", "detectable"]
    table = [["hip-drop test", *heads], *(_cells(row) for row in shown.rows)]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(table[0]))]
    for cells in table:
        first, *others = (f"{cell:{'<' if not column else '>'}{widths[column]}}" for column, cell in enumerate(cells))
        yield "  ".join([first, *others]).rstrip()
    yield f"detectable {degrees(shown.detectable.deg)}: {shown.detectable.source}. A smaller change may be chance."


def _head(test: DayOfTest) -> str:
    day = test.day if test.test is None else test.test.day
    return f"{day:%a} {day.day} {day:%b}"


def _cells(row: Row) -> list[str]:
    change = "-" if row.change is None else _words(row.change, row.unit, signed=True)
    told = "" if row.told is None else "" if row.told else " (may be chance)"
    limit = "not known" if row.detectable_deg is None else degrees(row.detectable_deg)
    figures = [
        _words(value, row.unit) if span is None else _span_words(span)
        for value, span in zip(row.values, row.spans_s, strict=True)
    ]
    return [row.name, *figures, change + told, limit]


def _span_words(span: Within) -> str:
    """Say from when to when it may have been, as the test does (`hipdrop.training.results`)."""
    if span[1] <= AT_ONCE_S:
        return "from the start"
    return "not clearly" if math.isinf(span[1]) else f"{span[0]:.0f} to {span[1]:.0f} s"


def _words(value: float | None, unit: str, *, signed: bool = False) -> str:
    if value is None:
        return "-"
    if math.isinf(value):
        return "held"
    return degrees(value, signed) if unit == "deg" else f"{value:{'+' if signed else ''}.1f} s"


def as_json(shown: PlanDay, person: str | None) -> dict[str, Any]:
    """Give it for programs (docs/plan.md)."""
    plan = shown.plan
    return {
        "hipdrop_plan_day": VERSION, "person": person, "title": plan.title, "example": plan.example,
        "start": plan.start.isoformat(), "days": plan.days, "date": shown.day.isoformat(), "day": shown.number,
        "run_day": plan.is_run_day(shown.day), "pain": shown.pain,
        "stop": None if shown.stop is None else shown.stop.words,
        "due": [] if shown.stop is not None else [_item(item) for item in shown.items],
        "done": [{"exercise": one.name, "done": one.done, "due": one.due} for one in shown.shares],
        "tests": {
            "days": [
                {"day": test.number, "date": test.day.isoformat(),
                 "at": None if test.test is None else test.test.at.isoformat()}
                for test in shown.tests
            ],
            "detectable_deg": shown.detectable.deg, "detectable_source": shown.detectable.source,
            "rows": [_row(row) for row in shown.rows],
        },
    }  # fmt: skip


def _item(item: Item) -> dict[str, Any]:
    exercise, block = item.due.exercise, item.due.block
    return {
        "exercise": exercise.name, "side": exercise.side, "sets": exercise.sets, "repetitions": exercise.repetitions,
        "hold_s": exercise.hold_s, "walk_run": None if exercise.walk_run is None else exercise.dose,
        "note": exercise.note, "block": block.title, "at": block.at,
        "sets_done": item.sets_done, "ticked": item.ticked, "done": item.done,
    }  # fmt: skip


def _row(row: Row) -> dict[str, Any]:
    values = ["held" if value is not None and math.isinf(value) else value for value in row.values]
    return {
        "name": row.name, "unit": row.unit, "values": values, "change": row.change,
        "spans_s": [None if span is None else [s if math.isfinite(s) else None for s in span] for span in row.spans_s],
        "detectable_deg": row.detectable_deg, "more_than_chance": row.told,
    }  # fmt: skip
