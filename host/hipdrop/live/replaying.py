"""A recording as a view shows it: a player, what is wished of it, and what the view is told."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from hipdrop.events import Event, Step, TreadmillSet
from hipdrop.live.chainfacts import chain_facts
from hipdrop.live.feed import PipelineFeed
from hipdrop.live.keys import Action, Wish
from hipdrop.live.updates import CLOSED, STREAMING, WAITING, Facts, Update
from hipdrop.monitor.trace import LevelPoint
from hipdrop.recording.player import Doing, Played, Player
from hipdrop.recording.tapes import CsvPass, Pass, RunPass, Tape, length_s
from hipdrop.wording import clock, treadmill_words

LEAPS_S = {Wish.BACK: -10.0, Wish.AHEAD: 10.0, Wish.FAR_BACK: -60.0, Wish.FAR_AHEAD: 60.0}
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, math.inf)
FACTS_S = 0.2  # between two tellings of how things stand, as in a live run
HURRY_S = 0.1  # of computing between two drawings of the progress
AS_IT_WAS = "as it was in this run"
AT_THE_END = "the end: \N{LEFTWARDS ARROW} goes back, Q closes"
PART_ENDS = "the part ends here: Space goes on"

Show = Callable[[float, Sequence[Event]], None]


class Replay:
    """A run that is played to a view.

    Parameters
    ----------
    tape
        The run.
    speed, now
        As of `hipdrop.recording.player.Player`.
    from_s, to_s
        Where it begins and where it pauses, time of the run.
    facts
        What stays as it is: source, who, notice.

    Attributes
    ----------
    player
        Computes.
    events
        All up to where it is.
    """

    def __init__(
        self, tape: Tape, *, speed: float = 1.0, from_s: float = 0.0, to_s: float = math.inf,
        facts: Facts | None = None, now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.player = Player(tape, speed=speed, until_s=to_s, now=now)
        if from_s > 0.0:
            self.player.seek(from_s)
        self.events: list[Event] = []
        self._news: list[Event] = []  # not told yet
        self._feed = PipelineFeed()
        self._points: list[LevelPoint] = []  # of steps that are not told yet
        self._treadmill = math.nan, math.nan  # speed in m/s, slope in per cent
        self._anew = False  # the view has still to be told that the run began again
        self._tape, self._now = tape, now
        self._always = replace(facts or Facts(), start_s=tape.start_s, length_s=length_s(tape))
        self._facts = self._always  # as they were told last
        self._facts_s = -math.inf
        self._reached_s = math.nan  # as it was told last
        self._doing = self.player.doing
        self._part_over = False

    @property
    def ended(self) -> bool:
        """Whether it is at the end of the run."""
        return self.player.doing is Doing.ENDED

    def act(self, action: Action) -> None:
        """Do what is wished; what is no wish of a replay is none here."""
        player, wish = self.player, action.wish
        if wish is Wish.PAUSE:
            self._play_or_pause()
        elif wish is Wish.STEP:
            player.step()
        elif wish is Wish.SEEK:
            self._seek(action.to_s)
        elif wish is Wish.BEGINNING:
            self._seek(0.0)
        elif wish in LEAPS_S:
            self._seek(player.heading_s + LEAPS_S[wish])
        elif wish in (Wish.FASTER, Wish.SLOWER):
            player.set_speed(next_speed(player.speed, faster=wish is Wish.FASTER))
        self._doing, self._part_over = player.doing, False
        self._facts_s = -math.inf

    def advance(self) -> Update | None:
        """Play on; give what the view does not know yet, if there is anything."""
        played = self.player.advance()
        if played.anew:
            self._forget()
        self._take(played.events)
        self._news += played.events
        self._part_over |= self._doing is Doing.PLAYING and played.doing is Doing.PAUSED
        facts = self._facts_if_due(played)
        self._doing = played.doing
        if self._anew and played.doing is Doing.SEEKING:  # going back: nothing of the beginning flashes by
            return None if facts is None else Update(reached_s=self._reached_s, facts=facts)
        reached_s = self._tape.start_s + played.reached_s
        if not (self._news or self._anew or facts is not None or reached_s != self._reached_s):
            return None
        update = self._in_step(self._feed.update(self.player.current.pipeline, self._news, reached_s, facts))
        if self._anew:
            update = replace(update, facts=self._tell(self.facts()), restart=True)
        self._news, self._anew, self._reached_s = [], False, reached_s
        return update

    def _in_step(self, update: Update) -> Update:
        """Keep back the levels of steps that come one by one, out of many that became known at once."""
        points = [*self._points, *update.points]
        if not (points and self.player.holds_back):
            self._points = []
            return replace(update, points=tuple(points))
        told_s = next((event.t_s for event in reversed(self.events) if isinstance(event, Step)), -math.inf)
        self._points = [point for point in points if point.t_s > told_s]
        return replace(update, points=tuple(point for point in points if point.t_s <= told_s))

    def finish(self, show: Show) -> None:
        """Play what is left as fast as can be; `show` is told the time reached and the new events."""
        self.player.hurry()
        told = False
        while not (told and self.ended):
            played = self.player.advance(HURRY_S)
            if played.anew:
                self._forget()
            self._take(played.events)
            show(self._tape.start_s + played.reached_s, played.events if told else self.events)
            told = True

    def facts(self) -> Facts:
        """Give how things stand."""
        player, current = self.player, self.player.current
        at_s = max(player.head_s - self._tape.first_s, current.reached_s)
        lost_s = current.lost_s if isinstance(current, RunPass) else None
        state = CLOSED if self.ended else STREAMING if lost_s is None else WAITING
        treadmill = treadmill_words(*self._treadmill)
        return replace(
            facts_of(current, self._always),
            state=state,
            trouble=AS_IT_WAS if state == WAITING else "",
            lost_for_s=None if lost_s is None else float(int(player.head_s - lost_s)),
            elapsed_s=float(int(min(at_s, self._always.length_s or 0.0))),
            replay_speed=player.speed,
            replay_paused=not player.playing,
            who=", ".join(word for word in (self._always.who, treadmill) if word),
            notice=self._notice(),
        )

    def _notice(self) -> str:
        if self.ended:
            return AT_THE_END
        if self.player.heading_s > self.player.current.reached_s:
            return f"going to {clock(self.player.heading_s)}"
        return PART_ENDS if self._part_over else self._always.notice

    def _play_or_pause(self) -> None:
        player = self.player
        if self.ended:
            self._seek(0.0)
            player.play()
        elif player.playing:
            player.pause()
        else:
            player.play()

    def _seek(self, t_s: float) -> None:
        """Go to a moment; who goes somewhere wants to look, and would not at a speed that is over at once."""
        if math.isinf(self.player.speed):
            self.player.set_speed(1.0)
        self.player.seek(max(0.0, t_s))

    def _forget(self) -> None:
        """The run begins again."""
        self.events, self._news = [], []
        self._feed, self._points, self._anew = PipelineFeed(), [], True
        self._treadmill = math.nan, math.nan

    def _take(self, events: Sequence[Event]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, TreadmillSet):
                self._treadmill = event.speed_ms, event.slope_percent

    def _facts_if_due(self, played: Played) -> Facts | None:
        """Give the facts when it is time, or when something else is done than before; on the way back all but the
        notice stay.
        """
        now_s = self._now()
        if played.doing is self._doing and now_s - self._facts_s < FACTS_S:
            return None
        self._facts_s = now_s
        going_back = self._anew and played.doing is Doing.SEEKING
        facts = replace(self._facts, notice=self._notice()) if going_back else self.facts()
        return None if facts == self._facts else self._tell(facts)

    def _tell(self, facts: Facts) -> Facts:
        self._facts = facts
        return facts


def facts_of(current: Pass, always: Facts) -> Facts:
    """Put what a pass knows of clip and link over what stays as it is."""
    if isinstance(current, RunPass):
        return replace(chain_facts(current.chain, always), muted=current.muted)
    if isinstance(current, CsvPass):
        return replace(always, rate_hz=current.rate_hz, received=current.samples)
    return always


def next_speed(speed: float, *, faster: bool) -> float:
    """Give the next speed of the ladder; the same one at its end."""
    if faster:
        return next((other for other in SPEEDS if other > speed), speed)
    return next((other for other in reversed(SPEEDS) if other < speed), speed)
