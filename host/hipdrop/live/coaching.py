"""What a coach shows beside a live run: what is due, how much of it is left, what comes next."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hipdrop.wording import clock


@dataclass(frozen=True, slots=True)
class Coaching:
    """A moment of it, as plain data.

    Attributes
    ----------
    due
        A word to be read from afar: RUN, WALK, PAIN? or OVER.
    left_s
        How much of it is left; None where it has no end.
    repeat, repeats
        Which repeat, of how many.
    then
        What comes next.
    detail
        What to do, where that is not plain.
    why
        What has happened, where `pressing`.
    pressing
        Whether it goes before what the run itself has to say.
    """

    due: str
    left_s: float | None
    repeat: int
    repeats: int
    then: str = ""
    detail: str = ""
    why: str = ""
    pressing: bool = False

    @property
    def headline(self) -> str:
        """The word and the countdown."""
        return self.due if self.left_s is None else f"{self.due} {countdown(self.left_s)}"

    @property
    def beside(self) -> str:
        """Which repeat, what comes next, what to do; of what is pressing, the state of the run says the rest."""
        parts = (f"{self.repeat} of {self.repeats}", self.then, "" if self.pressing else self.detail)
        return ", ".join(part for part in parts if part)


def countdown(left_s: float) -> str:
    """Give what is left in whole seconds, 0:00 at the very end alone."""
    return clock(max(0.0, math.ceil(left_s)))
