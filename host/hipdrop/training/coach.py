"""The coach of a walk-run session: events and time in, what is to be told out. No clock, no I/O.

It follows the wearer: a phase is over when so much of it was done, and waits while something else is done. Drop and
alerts are no business of it; pain and a limp are (docs/coached-run.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hipdrop.alerts.signals import Signal
from hipdrop.events import Event, Marked
from hipdrop.live.coaching import Coaching
from hipdrop.live.model import LIMP_NOTE, PAIN_NOTE, PAIN_NOTES
from hipdrop.training.checkin import SAFE_PAIN
from hipdrop.training.gaitphases import GaitPhases
from hipdrop.training.walkrun import Running, WalkRun, Window
from hipdrop.wording import clock

ANSWER_S = 60.0  # of samples; pain that nobody rates until then ends the set: in doubt, no
WAITS_S = 3.0  # in another phase than the one that is due, longer than it takes to hear of it and to change


class Stage(StrEnum):
    """What is due."""

    RUN = "run"
    WALK = "walk"
    ASK = "pain?"
    OVER = "over"


class Outcome(StrEnum):
    """How a session ended."""

    DONE = "done"
    PAIN = "pain"
    LIMP = "limp"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Told:
    """What the coach says.

    Attributes
    ----------
    t_s
        Time of the newest sample then.
    stage, repeat
        What is due from here on, in which repeat (from 1).
    signal
        How it is said without words.
    why
        Why the set is over, or stands still.
    """

    t_s: float
    stage: Stage
    repeat: int
    signal: Signal
    why: str = ""


class Coach:
    """Leads through a session.

    Parameters
    ----------
    plan
        What is to be done.

    Attributes
    ----------
    stage, repeat
        What is due; repeats count from 1.
    outcome
        `LEFT` until the set is over.
    why
        Why it is over; empty while it is not.
    running
        When it was run.
    pains
        Time and number of each pain that was told; NaN where none was.
    """

    def __init__(self, plan: WalkRun) -> None:
        self.plan = plan
        self.stage = Stage.RUN
        self.repeat = 1
        self.outcome = Outcome.LEFT
        self.why = ""
        self.running = Running()
        self.pains: list[tuple[float, float]] = []
        self._phases = GaitPhases()
        self._windows: list[Window] = []  # of the phase that is due
        self._repeats: list[Window] = []
        self._asked_s = math.inf
        self._before = Stage.RUN  # the question
        self._now_s = -math.inf
        self._changed_s = -math.inf  # when the wearer last began or ceased to run

    def take(self, events: Sequence[Event], now_s: float, landed_s: float = -math.inf) -> list[Told]:
        """Take what has become known, the time of the newest sample and of the newest landing; give what to tell."""
        self._now_s = max(self._now_s, now_s)
        changes = self._phases.take(events, self._now_s, landed_s)
        self.running.take(changes)
        if changes:
            self._changed_s = changes[-1].t_s
        if self.stage is Stage.OVER:
            return []
        if not self._repeats and self.running.began_s == self.running.began_s:
            self._repeats.append(Window(self.running.began_s))
            if self.stage is Stage.RUN:
                self._begin(self.running.began_s)
        told = [said for event in events if isinstance(event, Marked) for said in self._marked(event)]
        return told + self._advance()

    def repeats(self) -> list[Window]:
        """Give the repeats that were begun; the last goes to the newest sample if it is not over."""
        return [Window(one.from_s, min(one.to_s, self._now_s)) for one in self._repeats]

    def coaching(self) -> Coaching:
        """Give what is to be seen."""
        plan, repeat = self.plan, self.repeat
        if self.stage is Stage.OVER:
            done = self.outcome is Outcome.DONE
            detail = "well done; tomorrow's check-in comes before the next" if done else "the set ends here; walk home"
            why = self.why if done else f"over: {self.why}"
            return Coaching("OVER", None, repeat, plan.repeats, "", detail, why, pressing=not done)
        if self.stage is Stage.ASK:
            detail = f"walk; press P and a number: {SAFE_PAIN} or less goes on, more ends the set, so does no answer"
            left_s = self._asked_s + ANSWER_S - self._now_s
            return Coaching(
                "PAIN?", left_s, repeat, plan.repeats, "", detail, "pain: how much, 0 to 10?", pressing=True
            )
        due = "RUN" if self.stage is Stage.RUN else "WALK"
        return Coaching(due, self._left_s(), repeat, plan.repeats, self._then(), self._waiting())

    def _marked(self, mark: Marked) -> list[Told]:
        kind, _, number = mark.note.partition(":")
        if self.stage is Stage.OVER:
            return []
        if kind == LIMP_NOTE:
            return [self._end(Outcome.LIMP, "a limp")]
        if kind not in PAIN_NOTES:
            return []
        rated = number.strip()
        if kind == PAIN_NOTE and rated.isdigit():
            return self._pain(mark.t_s, int(rated))
        self.pains.append((mark.t_s, math.nan))
        return [] if self.stage is Stage.ASK else [self._ask()]

    def _pain(self, t_s: float, pain: int) -> list[Told]:
        self.pains.append((t_s, float(pain)))
        if pain > SAFE_PAIN:
            return [self._end(Outcome.PAIN, f"pain {pain} of 10")]
        if self.stage is not Stage.ASK:
            return []
        self.stage, self._asked_s = self._before, math.inf
        if self._repeats:
            self._begin(self._now_s, again=True)
        return [Told(self._now_s, self.stage, self.repeat, _signal(self.stage), f"goes on, pain {pain} of 10")]

    def _ask(self) -> Told:
        """Let the set stand still; who hurts walks."""
        self._close()
        self._before, self.stage, self._asked_s = self.stage, Stage.ASK, self._now_s
        return Told(self._now_s, Stage.ASK, self.repeat, Signal.WALK, "pain")

    def _advance(self) -> list[Told]:
        """Go to what is due next, as often as the time has passed for it: after a gap of the link it may be far."""
        told: list[Told] = []
        if self.stage is Stage.ASK and self._now_s - self._asked_s >= ANSWER_S:
            told.append(self._end(Outcome.PAIN, "pain that was not rated"))
        while self.stage in (Stage.RUN, Stage.WALK) and self._windows and self._left_s() <= 0:
            told.append(self._next())
        return told

    def _next(self) -> Told:
        if self.stage is Stage.RUN:
            self.stage = Stage.WALK
        elif self.repeat == self.plan.repeats:
            return self._end(Outcome.DONE, "all repeats done")
        else:
            self.stage, self.repeat = Stage.RUN, self.repeat + 1
            self._repeats[-1] = Window(self._repeats[-1].from_s, self._now_s)
            self._repeats.append(Window(self._now_s))
        self._begin(self._now_s)
        return Told(self._now_s, self.stage, self.repeat, _signal(self.stage))

    def _end(self, outcome: Outcome, why: str) -> Told:
        self._close()
        if self._repeats:
            self._repeats[-1] = Window(self._repeats[-1].from_s, self._now_s)
        self.stage, self.outcome, self.why = Stage.OVER, outcome, why
        return Told(self._now_s, Stage.OVER, self.repeat, Signal.END, why)

    def _begin(self, from_s: float, *, again: bool = False) -> None:
        self._windows = [*(self._windows if again else ()), Window(from_s)]

    def _close(self) -> None:
        if self._windows:
            self._windows[-1] = Window(self._windows[-1].from_s, self._now_s)

    def _left_s(self) -> float:
        """Give how much of the phase is left."""
        if self.stage is Stage.RUN:
            return self.plan.run_s - self.running.ran_s(self._windows, self._now_s)
        return self.plan.walk_s - self.running.rested_s(self._windows, self._now_s)

    def _then(self) -> str:
        if self.stage is Stage.RUN:
            return f"then walk {clock(self.plan.walk_s)}"
        return "then done" if self.repeat == self.plan.repeats else f"then run {clock(self.plan.run_s)}"

    def _waiting(self) -> str:
        """Say that the coach waits, where something else is done than what is due."""
        if not self._windows:
            return "walk until you are warm; the first run begins when you run"
        runs = self._phases.running
        since_s = self._now_s - max(self._changed_s, self._windows[-1].from_s)
        if runs is (self.stage is Stage.RUN) or since_s < WAITS_S:
            return ""
        return "waits: walk when you can" if runs else "waits: run on when you like"


def _signal(stage: Stage) -> Signal:
    return Signal.RUN if stage is Stage.RUN else Signal.WALK
