"""The exercises, as the table says them (exercises.toml): position, axis, range, tempo, cues, sets, faults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

from hipdrop.events import Side

TABLE_NAME = "exercises.toml"
Start = Literal["stand", "back", "side"]
Axis = Literal["obliquity", "tilt", "roll", "free hip"]
End = Literal["start", "out"]
Way = Literal["out", "back"]


@dataclass(frozen=True, slots=True)
class Counting:
    """How repetitions are counted and judged: a way out from the start, and a way back.

    Attributes
    ----------
    axis
        Which angle; its sign is such that the way out goes up.
    hold_at
        At which end it is held.
    down
        Which way goes down.
    least_deg
        A smaller movement is no repetition.
    shallow_deg
        A smaller repetition is too shallow.
    most_deg
        A larger movement is no repetition either.
    quick_s
        A way is too quick that takes less from a fifth to four fifths of it.
    sinks
        Whether the pelvis is lower when it is out: above level and higher it is the other leg that works.
    lean_axis, lean_deg
        Another angle, and by how much it may go along.
    lean_mm
        How far the pelvis may go to the side along with it; None: that is not looked at.
    turn_deg
        Who turns about the vertical by more does something else.
    shake_ms2
        RMS of acceleration on either way, and the same; None: not looked at.
    rolled_deg
        How far a body may be rolled about its long axis, and the same; None: not looked at.
    """

    axis: Axis
    hold_at: End
    down: Way
    least_deg: float
    shallow_deg: float
    most_deg: float
    quick_s: float
    lean_axis: Axis
    lean_deg: float
    turn_deg: float
    sinks: bool = False
    lean_mm: float | None = None
    shake_ms2: float | None = None
    rolled_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Where an angle is to stay against the start, and what it means when it does not.

    Attributes
    ----------
    axis
        Which angle; `free hip` is the height of the hip of the leg that does not stand.
    low_deg, high_deg
        Ends of the range.
    low, high
        What has happened below and above.
    """

    axis: Axis
    low_deg: float
    high_deg: float
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise.

    Attributes
    ----------
    name
        As it is called in commands and plans.
    title
        In words.
    sides
        The legs that work, `left` and `right`, or `both` at once.
    start
        Standing, on the back or on the side; the quiet seconds before the set are in this position.
    position, how, cues
        What to do; `said` puts the sides in.
    course, course_deg
        The angle that is shown as it goes on, in words, and the ends of its drawing.
    clip
        Where the clip sits.
    moved
        Whether that is elsewhere than in runs and tests: a mount that is known from there does not hold.
    sets, repetitions, seconds
        Without a plan; of repetitions and seconds one is None.
    count
        How repetitions are counted; None where they are not.
    watch
        Where the pelvis is to stay; empty where repetitions are counted.
    """

    name: str
    title: str
    sides: tuple[str, ...]
    start: Start
    position: str
    how: str
    course: str
    course_deg: tuple[float, float]
    clip: str
    cues: tuple[str, ...]
    sets: int
    repetitions: int | None = None
    seconds: float | None = None
    moved: bool = False
    count: Counting | None = None
    watch: tuple[Range, ...] = field(default=())

    @property
    def where(self) -> str:
        """Where the clip sits, without the reason."""
        return self.clip.partition(":")[0]

    def legs(self, side: str) -> list[Side | None]:
        """Give the legs that work one after the other, `both` is each of them; None where both work at once."""
        if "both" in self.sides:
            return [None]
        return [Side(name) for name in self.sides if side in (name, "both")]


def said(text: str, leg: Side | None) -> str:
    """Put the sides into a text of the table."""
    return text if leg is None else text.format(side=leg, other=leg.other)


@cache
def exercises() -> Mapping[str, Exercise]:
    """Give all exercises by name."""
    text = resources.files("hipdrop.training").joinpath(TABLE_NAME).read_text("utf-8")
    return {name: _exercise(name, row) for name, row in tomllib.loads(text).items()}


def _exercise(name: str, row: dict[str, Any]) -> Exercise:
    count, watch = row.get("count"), row.get("watch", [])
    made: dict[str, Any] = {
        "count": None if count is None else Counting(**count),
        "watch": tuple(Range(**one) for one in watch),
        "sides": tuple(row["sides"]),
        "cues": tuple(row["cues"]),
        "course_deg": tuple(row["course_deg"]),
    }
    return Exercise(name=name, **row | made)
