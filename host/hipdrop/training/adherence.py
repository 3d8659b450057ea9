"""What of a plan was done: sets and coached runs recorded with the clip, and what was ticked by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hipdrop.training.checkin import Stop, of_data
from hipdrop.training.plan import COACHED_RUN, Due, Exercise, Plan
from hipdrop.training.store import Entry


@dataclass(frozen=True)
class Item:
    """An exercise that is due on a day, and how much of it was done.

    Attributes
    ----------
    sets_done
        Of `due.exercise.sets`, recorded or, all of them, ticked.
    ticked
        By hand.
    """

    due: Due
    sets_done: int
    ticked: bool

    @property
    def done(self) -> bool:
        """All of it."""
        return self.sets_done >= self.due.exercise.sets


@dataclass(frozen=True)
class Share:
    """How often something was done of the days on which it was due."""

    name: str
    done: int
    due: int


def day_key(name: str) -> str:
    """Give the name by which exercises are told apart."""
    return " ".join(name.casefold().split())


def ticked_day(entry: Entry) -> date:
    """Give the day that a tick is for."""
    try:
        return date.fromisoformat(entry.data["day"])
    except ValueError:  # the schema knows figures, not the calendar
        return entry.day


def pain_of(day: date, entries: Iterable[Entry]) -> int | None:
    """Give the pain of a day's last check-in; None where there is none."""
    said = [one for one in entries if one.kind == "check-in" and one.day == day]
    return int(said[-1].data["pain"]) if said else None


def stop_of(day: date, entries: Iterable[Entry]) -> Stop | None:
    """Give the stop signs of a day's last check-in; None where there are none."""
    said = [of_data(one.data, one.at) for one in entries if one.kind == "check-in" and one.day == day]
    return said[-1] if said and isinstance(said[-1], Stop) else None


def items(plan: Plan, day: date, entries: Sequence[Entry]) -> list[Item]:
    """Give what is due on a day, with what was done of it.

    Where an exercise is due twice, what was done counts for the first one first.

    Parameters
    ----------
    plan
        The plan.
    day
        The date.
    entries
        All that is kept of the person, by time.
    """
    sets = [one.data for one in entries if one.kind == "set" and one.day == day]
    left: Counter[tuple[str, str]] = Counter((day_key(data["exercise"]), data.get("side", "both")) for data in sets)
    runs = [one.data for one in entries if one.kind == COACHED_RUN and one.day == day]
    ticks = _ticks(day, entries)
    found = []
    for due in plan.due(day, pain_of(day, entries)):
        name = day_key(due.exercise.name)
        recorded = _take_run(runs, due.exercise) if due.exercise.walk_run else _take(left, due.exercise)
        ticked = recorded < due.exercise.sets and ticks[name] > 0
        ticks[name] -= ticked
        found.append(Item(due, due.exercise.sets if ticked else recorded, ticked))
    return found


def _ticks(day: date, entries: Iterable[Entry]) -> Counter[str]:
    """Count the ticks of a day; one that was taken back takes one away."""
    count: Counter[str] = Counter()
    for one in entries:
        if one.kind == "ticked" and ticked_day(one) == day:
            name = day_key(one.data["exercise"])
            count[name] = max(0, count[name] + (1 if one.data.get("done", True) else -1))
    return count


def _take(left: Counter[tuple[str, str]], exercise: Exercise) -> int:
    """Take the sets of an exercise from those that are left; give how many of them were done on each of its sides."""
    name = day_key(exercise.name)
    sides = ("left", "right") if exercise.side == "both" else (exercise.side,)
    for done in range(exercise.sets):
        own = [side for side in sides if left[name, side]]
        if len(own) < len(sides) and not left[name, "both"]:
            return done
        for side in own if len(own) == len(sides) else ("both",):
            left[name, side] -= 1
    return exercise.sets


def _take_run(left: list[Mapping[str, Any]], exercise: Exercise) -> int:
    """Take a coached run from those that are left; one counts that was done to its end, with as much running."""
    assert exercise.walk_run is not None
    for run in left:
        if run["outcome"] == "done" and run["run_s"] * run["repeats"] >= exercise.walk_run.running_s:
            left.remove(run)
            return 1
    return 0


def shares(plan: Plan, until: date, entries: Sequence[Entry]) -> list[Share]:
    """Give how often each exercise was done, up to a day and with it, in the order of the plan.

    Days on which a stop sign was said do not count: nothing was due.
    """
    done: Counter[str] = Counter()
    due: Counter[str] = Counter()
    names: dict[str, str] = {}
    by_day: dict[date, list[Entry]] = {}
    for one in entries:
        by_day.setdefault(ticked_day(one) if one.kind == "ticked" else one.day, []).append(one)
    day = plan.start
    while day <= min(until, plan.last):
        own = by_day.get(day, [])
        for item in [] if stop_of(day, own) else items(plan, day, own):
            name = day_key(item.due.exercise.name)
            names.setdefault(name, item.due.exercise.name)
            due[name] += 1
            done[name] += item.done
        day += timedelta(days=1)
    order = dict.fromkeys(day_key(one.name) for block in plan.blocks for one in block.exercises)
    return [Share(names[name], done[name], due[name]) for name in order if due[name]]
