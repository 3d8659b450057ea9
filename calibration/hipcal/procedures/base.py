"""What all guided procedures have in common: samples in, the next thing to do out.

A procedure knows no clock but that of its samples, and no screen: the same samples give the same result however they
are cut into blocks, live or from a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from hipcal.model import Vector
from hipdrop.samples import SampleBlock


class Picture(StrEnum):
    """What a view shows beside the words."""

    TABLE = "table"
    POSE = "pose"
    STAND = "stand"
    BEND = "bend"
    LEFT_LEG = "left leg"
    RAISE_LEFT = "raise on the left leg"
    RAISE_RIGHT = "raise on the right leg"
    SQUAT_LEFT = "squat on the left leg"
    SQUAT_RIGHT = "squat on the right leg"
    DROP_LEFT = "pelvic drop on the left leg"
    DROP_RIGHT = "pelvic drop on the right leg"
    BRIDGE = "bridge"
    CLAMSHELL_LEFT = "clamshell with the left leg"
    CLAMSHELL_RIGHT = "clamshell with the right leg"
    LEG_LIFT_LEFT = "leg lift with the left leg"
    LEG_LIFT_RIGHT = "leg lift with the right leg"
    SIDE_STEP = "side step"
    BALANCE_LEFT = "balance on the left leg"
    BALANCE_RIGHT = "balance on the right leg"
    RUN = "run"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Ball:
    """Directions in sensor axes, of length 1: which way is up in the poses so far, now, and in the one that is wanted.

    `now` is None before the first sample, `wanted` where any direction will do.
    """

    covered: tuple[Vector, ...] = ()
    now: Vector | None = None
    wanted: Vector | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How far the clip leaned from where it stood: time before now (s, negative) and angle, and bends counted.

    Another angle than that has a `heading` that says which, and its ends `low_deg` and `high_deg`. What is counted may
    be something else than bends as well: `counts`.
    """

    t_s: tuple[float, ...] = ()
    lean_deg: tuple[float, ...] = ()
    bends: int = 0
    bends_wanted: int = 0
    heading: str = "how far the clip leans"
    low_deg: float = 0.0
    high_deg: float = 90.0
    counts: str = "bends"


class Sound(StrEnum):
    """What is to be heard and felt: begin, it is over, something is not as it should be."""

    GO = "go"
    OVER = "over"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Call:
    """The newest sound, and how many there were: a number that has been heard is not played again."""

    number: int = 0
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to do now, and how it goes.

    Attributes
    ----------
    picture
        What to show.
    title
        What to do, in few words.
    how
        The same in a sentence or two.
    step, steps
        Number of the step, from 1, and of all.
    part
        How much of the step is done, 0 to 1.
    held_s, hold_s
        How long it has been still so far, and shall be; both 0 where nothing is to be held.
    moving
        Whether it moves too much to count.
    trouble
        What went wrong with the last try, and what to do; empty when nothing did.
    good
        What went well last; empty at the beginning.
    enough
        Whether the step may be ended now.
    ball, course
        What the step has found so far, where there is such a thing to be seen.
    large
        A count or a time to be read from afar; empty where there is none.
    side
        `left`, `right` or `both`: which leg works; empty where that is not the point.
    call
        What is to be heard and felt.
    """

    picture: Picture
    title: str
    how: str = ""
    step: int = 1
    steps: int = 1
    part: float = 0.0
    held_s: float = 0.0
    hold_s: float = 0.0
    moving: bool = False
    trouble: str = ""
    good: str = ""
    enough: bool = False
    ball: Ball | None = None
    course: Course | None = None
    large: str = ""
    side: str = ""
    call: Call = Call()


class Procedure(Protocol):
    """Something that people are led through.

    Attributes
    ----------
    result
        What it has found, or a `hipcal.refusal.Refusal`; None before it is done.
    """

    result: Any

    def push(self, block: SampleBlock) -> None:
        """Take the next samples."""

    def close(self) -> None:
        """No more will come: make of it what can be made."""

    @property
    def prompt(self) -> Prompt:
        """What to do now."""

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do; then there is a result."""

    def redo(self) -> None:
        """Throw the last thing away and do it again."""

    def enough(self) -> None:
        """End the step, where that is possible: the wearer will not wait, or do more."""
