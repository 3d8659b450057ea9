"""Plays a recording: play, pause, one step on, to any moment, at any speed; the events are those of the live run.

A player computes when it is asked to, in the caller's thread, for as long as it is given: a view calls `advance` from
its timer and stays awake. Backward there is no way but from the beginning at full speed, a second or two for an hour.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hipdrop.events import Event, Step
from hipdrop.recording.tapes import Tape

BUDGET_S = 0.02  # of computing in one `advance`; a view at 30 frames a second has 33 ms for all
LUMP_S = 2.0  # of the tape at a time where it is to go quickly, less than a budget's worth


class Doing(StrEnum):
    """What a player does."""

    PLAYING = "playing"
    PAUSED = "paused"
    SEEKING = "seeking"  # or stepping: what was asked for is not reached yet
    ENDED = "ended"


@dataclass(frozen=True)
class Played:
    """What came of an `advance`.

    Attributes
    ----------
    events
        New events, in their order.
    anew
        Whether the run began from the start again: these are the first events, and a view forgets all before.
    reached_s
        Time of the newest sample in the pipeline, since the first one.
    doing
        What the player does now.
    """

    events: list[Event]
    anew: bool
    reached_s: float
    doing: Doing


class Player:
    """A player for one tape.

    Parameters
    ----------
    tape
        What to play.
    speed
        Times as fast as it was run; infinity is as fast as can be.
    until_s
        Time of the run at which it pauses by itself, once.
    now
        Clock, s.

    Attributes
    ----------
    current
        The pass that goes on: chain or pipeline of the run so far.
    """

    def __init__(
        self, tape: Tape, *, speed: float = 1.0, until_s: float = math.inf, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.current = tape.begin()
        self._tape = tape
        self._speed = speed
        self._until_s = until_s
        self._now = now
        self._playing = True
        self._ended = False
        self._anew = False
        self._target_s = -math.inf  # seeking until the run has come so far
        self._steps = 0  # step events that are asked for
        self._next = 0  # number of the next piece
        self._head_s = 0.0  # time of the tape that has been played
        self._clock_s = now()
        self._ready: list[Event] = []  # known, not given out yet

    @property
    def doing(self) -> Doing:
        """What it does now."""
        if self._ended and not self._ready:
            return Doing.ENDED
        if self._target_s > self.current.reached_s or self._steps:
            return Doing.SEEKING
        return Doing.PLAYING if self._playing else Doing.PAUSED

    @property
    def speed(self) -> float:
        """Times as fast as it was run."""
        return self._speed

    @property
    def playing(self) -> bool:
        """Whether it plays, or will when it is where it was sent."""
        return self._playing

    @property
    def heading_s(self) -> float:
        """Time of the run where it is, or is going."""
        return max(self.current.reached_s, -math.inf if self._ended else self._target_s)

    @property
    def head_s(self) -> float:
        """Time on the tape that has been played; it passes while a connection is lost, too."""
        return self._head_s

    @property
    def holds_back(self) -> bool:
        """Whether more is known than was given: one step was asked for, out of many."""
        return bool(self._ready)

    def play(self) -> None:
        """Go on."""
        self._playing = True

    def pause(self) -> None:
        """Stay where it is, or where it is going."""
        self._playing = False
        self._steps = 0

    def set_speed(self, speed: float) -> None:
        """Play at so many times the speed of the run."""
        if not speed > 0.0:
            raise ValueError(f"speed {speed} is not over 0")
        self._speed = speed

    def step(self) -> None:
        """Pause behind the next step event."""
        self._playing = False
        self._steps += 1

    def seek(self, t_s: float) -> None:
        """Go to this time of the run, with all that is known by then, and then play or stay paused as before."""
        self._steps = 0
        if t_s < self.current.reached_s:
            self.current = self._tape.begin()
            self._next, self._head_s, self._ended, self._anew = 0, 0.0, False, True
            self._ready = []
        self._target_s = t_s

    def hurry(self) -> None:
        """Play to the end as fast as can be, from where it is."""
        self._target_s, self._until_s, self._steps = -math.inf, math.inf, 0
        self._playing, self._speed = True, math.inf

    def advance(self, budget_s: float = BUDGET_S) -> Played:
        """Do what is due by now, for about `budget_s` at most, and give what has become known."""
        began_s = self._now()
        passed_s, self._clock_s = began_s - self._clock_s, began_s
        anew, self._anew = self._anew, False
        events: list[Event] = []

        def time_left() -> bool:
            return self._now() - began_s < budget_s

        if self._target_s > self.current.reached_s:
            events += self._all_ready() + self._seek_on(time_left)
        elif self._steps:
            events += self._step_on(time_left)
        elif self._playing:
            events += self._all_ready() + self._play_on(passed_s, time_left)
        return Played(events, anew, self.current.reached_s, self.doing)

    def _step_on(self, time_left: Callable[[], bool]) -> list[Event]:
        events: list[Event] = []
        while self._steps:
            at = next((k for k, event in enumerate(self._ready, 1) if isinstance(event, Step)), None)
            if at is not None:
                self._steps -= 1
            events += self._ready[:at]
            self._ready = self._ready[at:] if at is not None else []
            if at is None and self._ended:
                self._steps = 0
            if at is not None or self._ended:
                continue
            if not time_left():
                break
            self._ready += self._enter(self._next + 1)
        return events

    def _seek_on(self, time_left: Callable[[], bool]) -> list[Event]:
        events: list[Event] = []
        while self._target_s > self.current.reached_s and not self._ended:
            ahead_s = min(LUMP_S, self._target_s - self.current.reached_s)
            events += self._enter(bisect_right(self._tape.due_s, self._due_s() + 0.5 * ahead_s))
            if not time_left():
                break
        return events

    def _play_on(self, passed_s: float, time_left: Callable[[], bool]) -> list[Event]:
        """Enter all that is due; where the time does not suffice, the tape goes slower and leaves nothing out."""
        events: list[Event] = []
        goal_s = self._head_s + passed_s * self._speed if math.isfinite(self._speed) else math.inf
        while self._due_s() <= goal_s and not self._ended and self._playing:
            ahead_s = min(LUMP_S, max(0.0, self._until_s - self.current.reached_s))
            events += self._enter(bisect_right(self._tape.due_s, min(goal_s, self._due_s() + 0.5 * ahead_s)))
            if self.current.reached_s >= self._until_s:
                self._playing, self._until_s = False, math.inf
            if not time_left():
                return events
        if math.isfinite(goal_s) and self._playing:
            self._head_s = goal_s
        return events

    def _due_s(self) -> float:
        """Time on the tape of the next piece; behind the last one that of the end."""
        due_s = self._tape.due_s
        return due_s[min(self._next, len(due_s) - 1)] if due_s else 0.0

    def _enter(self, stop: int) -> list[Event]:
        """Let the pieces up to `stop`, but one at least, enter; behind the last one the run ends."""
        due_s = self._tape.due_s
        if self._next >= len(due_s):
            self._ended = True
            return self.current.run() + self.current.close()
        events: list[Event] = []
        for number in range(self._next, max(stop, self._next + 1)):
            events += self.current.take(number)
        self._next = max(stop, self._next + 1)
        self._head_s = due_s[self._next - 1]
        return events + self.current.run()

    def _all_ready(self) -> list[Event]:
        ready, self._ready = self._ready, []
        return ready
