"""The coach by made-up contacts: what it says when, how it waits, what ends it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pytest

from hipdrop.alerts.signals import Signal
from hipdrop.errors import UsageError
from hipdrop.events import Activity, ActivityChanged, Contact, Event, Gap, Marked
from hipdrop.training.coach import ANSWER_S, Coach, Outcome, Stage, Told
from hipdrop.training.gaitphases import GaitPhases
from hipdrop.training.walkrun import WalkRun

STEP_S, KNOWN_S, TICK_S = 0.36, 0.06, 0.1
PLAN = WalkRun(20.0, 10.0, 2)
TOLERANCE_S = 1.2  # until a stop is known, and a tick


class Wearer:
    """Runs at the times that are given; its contacts become known as the pipeline's do."""

    def __init__(self, coach: Coach, *bouts: tuple[float, float]) -> None:
        self.coach = coach
        self.told: list[Told] = []
        self.t_s = 0.0
        self._contacts: list[tuple[float, Contact]] = []
        for from_s, to_s in bouts:
            count = math.floor((to_s - from_s) / STEP_S)
            times = [from_s + STEP_S * number for number in range(count)]
            sure_s = times[3] + KNOWN_S  # four landings are a bout
            self._contacts += [(max(sure_s, t_s + KNOWN_S), Contact(t_s, 0)) for t_s in times]

    def go(self, until_s: float, marks: Iterable[Marked] = ()) -> Wearer:
        """Go on; marks are given at once."""
        self._push(list(marks))
        while self.t_s < until_s - 1e-9:
            self.t_s += TICK_S
            known = [contact for known_s, contact in self._contacts if known_s <= self.t_s]
            self._contacts = [one for one in self._contacts if one[0] > self.t_s]
            self._push(known)
        return self

    def say(self, note: str) -> Wearer:
        """Mark this moment."""
        return self.go(self.t_s, [Marked(self.t_s, note)])

    def _push(self, events: Sequence[Event]) -> None:
        self.told += self.coach.take(events, self.t_s)

    @property
    def signals(self) -> list[Signal]:
        return [told.signal for told in self.told]


def wearer(*bouts: tuple[float, float], plan: WalkRun = PLAN) -> Wearer:
    return Wearer(Coach(plan), *bouts)


def test_it_leads_through_a_session() -> None:
    whole = wearer((5.0, 26.0), (36.5, 57.0)).go(80.0)
    assert [(told.stage, told.repeat, told.signal) for told in whole.told] == [
        (Stage.WALK, 1, Signal.WALK),
        (Stage.RUN, 2, Signal.RUN),
        (Stage.WALK, 2, Signal.WALK),
        (Stage.OVER, 2, Signal.END),
    ]
    times = [told.t_s for told in whole.told]
    assert times == pytest.approx([25.0, 36.0, 56.5, 67.0], abs=TOLERANCE_S)
    assert whole.coach.outcome is Outcome.DONE
    first, second = whole.coach.repeats()
    ran = [whole.coach.running.ran_s([one], one.to_s) for one in (first, second)]
    assert ran == pytest.approx([21.0, 20.5], abs=STEP_S + TICK_S)
    assert first.from_s == 5.0
    assert whole.coach.running.rested_s([first], first.to_s) == pytest.approx(10.0, abs=TICK_S + 1e-6)


def test_the_first_run_waits_until_the_wearer_is_warm() -> None:
    warm = wearer((100.0, 130.0)).go(99.0)
    assert warm.told == []
    assert warm.coach.coaching().headline == "RUN 0:20"
    assert "begins when you run" in warm.coach.coaching().detail
    assert warm.go(119.0).told == []
    assert warm.go(120.3).signals == [Signal.WALK]


def test_who_walks_when_running_is_due_is_waited_for() -> None:
    paused = wearer((0.0, 10.0), (60.0, 80.0)).go(59.0)
    assert paused.told == []
    assert paused.coach.coaching().left_s == pytest.approx(10.0, abs=STEP_S)
    assert paused.coach.coaching().detail == "waits: run on when you like"
    assert paused.go(69.0).told == []
    assert paused.go(71.0).signals == [Signal.WALK]


def test_who_runs_on_when_walking_is_due_is_waited_for() -> None:
    eager = wearer((0.0, 50.0)).go(49.0)
    assert eager.signals == [Signal.WALK]
    assert eager.coach.coaching().detail == "waits: walk when you can"
    assert eager.coach.coaching().left_s == 10.0
    assert eager.go(58.5).signals == [Signal.WALK]
    assert eager.go(61.0).signals == [Signal.WALK, Signal.RUN]


def test_a_change_that_follows_its_tone_is_not_called_waiting() -> None:
    prompt = wearer((0.0, 21.5), (33.0, 54.5))
    said = {prompt.go(prompt.t_s + TICK_S).coach.coaching().detail for _ in range(600)}
    assert {words for words in said if words.startswith("waits")} == set()


@pytest.mark.parametrize("pain", [4, 7, 10])
def test_more_than_three_ends_the_set(pain: int) -> None:
    hurt = wearer((0.0, 30.0)).go(8.0).say(f"pain: {pain}")
    assert hurt.signals == [Signal.END]
    assert hurt.coach.outcome is Outcome.PAIN
    assert hurt.coach.why == f"pain {pain} of 10"
    assert hurt.coach.coaching().pressing
    assert hurt.go(60.0).say("limp").signals == [Signal.END]  # and nothing after it


@pytest.mark.parametrize("pain", [0, 3])
def test_three_or_less_goes_on_and_is_kept(pain: int) -> None:
    felt = wearer((0.0, 40.0)).go(8.0).say(f"pain: {pain}")
    assert felt.told == []
    assert felt.coach.pains == [(pytest.approx(8.0), float(pain))]


@pytest.mark.parametrize("note", ["pain", "button"])
def test_pain_without_a_number_is_asked_for_and_the_phase_goes_on_where_it_was(note: str) -> None:
    asked = wearer((0.0, 9.0), (30.0, 60.0)).go(8.0).say(note)
    assert asked.signals == [Signal.WALK]
    assert asked.coach.stage is Stage.ASK
    assert asked.coach.coaching().pressing
    asked.go(28.0).say(note)
    assert asked.signals == [Signal.WALK]  # it is asked already
    asked.say("pain: 2")
    assert asked.signals == [Signal.WALK, Signal.RUN]
    assert asked.coach.coaching().left_s == pytest.approx(12.0, abs=TICK_S + 1e-6)
    assert asked.go(41.5).signals == [Signal.WALK, Signal.RUN]
    assert asked.go(43.0).signals == [Signal.WALK, Signal.RUN, Signal.WALK]


def test_pain_that_nobody_rates_ends_the_set() -> None:
    silent = wearer((0.0, 200.0)).go(8.0).say("button").go(8.0 + ANSWER_S - 0.5)
    assert silent.coach.stage is Stage.ASK
    assert silent.go(8.0 + ANSWER_S + 0.5).signals == [Signal.WALK, Signal.END]
    assert silent.coach.outcome is Outcome.PAIN
    assert [pain == pain for _, pain in silent.coach.pains] == [False]


def test_a_limp_ends_it_and_other_marks_do_not() -> None:
    limps = wearer((0.0, 30.0)).go(8.0).say("bridge").say("")
    assert limps.told == []
    assert limps.say("limp").signals == [Signal.END]
    assert limps.coach.outcome is Outcome.LIMP


def test_pain_before_the_first_run() -> None:
    early = wearer((30.0, 60.0)).go(8.0).say("pain").go(12.0).say("pain: 1").go(49.0)
    assert early.signals == [Signal.WALK, Signal.RUN]
    assert early.go(51.0).signals[2:] == [Signal.WALK]
    assert len(early.coach.repeats()) == 1


def test_a_leap_of_the_time_is_no_end_of_running() -> None:
    """What the link has lost for good: who ran before and after it ran."""
    phases = GaitPhases()
    before = [Contact(STEP_S * n, n) for n in range(10)]
    assert [change.running for change in phases.take(before, 3.4)] == [True]
    assert phases.take([Gap(3.5, 30.0, bridged=False)], 33.5) == []
    for n in range(3):  # not told as contacts yet
        assert phases.take([], 34.2 + STEP_S * n, 34.0 + STEP_S * n) == []
    assert phases.take([Contact(34.0 + STEP_S * n, n) for n in range(4)], 35.3) == []
    assert phases.running
    (end,) = phases.take([], 37.0)
    assert end.t_s == pytest.approx(34.0 + 4 * STEP_S)


def test_landings_on_both_sides_of_a_gap_are_running() -> None:
    """The pipeline begins to count anew behind it: its contacts come later."""
    phases = GaitPhases()
    assert phases.take([], 10.2, 10.0) == phases.take([], 10.5, 10.0 + STEP_S) == []
    assert phases.take([Gap(10.5, 0.2, bridged=False)], 10.7) == []
    assert phases.take([], 11.1, 10.0 + 2 * STEP_S + 0.2) == []
    (begin,) = phases.take([], 11.5, 10.0 + 3 * STEP_S + 0.2)
    assert (begin.running, begin.t_s, begin.known_s) == (True, 10.0, 11.5)
    told = [Contact(10.2 + STEP_S * n, n) for n in range(2, 6)]
    assert phases.take(told, 12.1, told[-1].t_s) == []
    (end,) = phases.take([], 13.5, told[-1].t_s)
    assert end.t_s == pytest.approx(told[-1].t_s + STEP_S)


def test_a_silence_that_was_heard_before_a_gap_ends_the_running_at_once() -> None:
    phases = GaitPhases()
    phases.take([Contact(STEP_S * n, n) for n in range(10)], 3.4)
    (end,) = phases.take([Gap(9 * STEP_S + 0.85, 0.2, bridged=False)], 4.2)
    assert end.t_s == pytest.approx(10 * STEP_S)


def test_a_second_of_walking_after_a_gap_is_no_running() -> None:
    phases = GaitPhases()
    phases.take([Contact(STEP_S * n, n) for n in range(10)], 3.4)
    phases.take([Gap(3.5, 0.4, bridged=False)], 3.9)
    (end,) = phases.take([ActivityChanged(4.0, Activity.WALK)], 5.0)
    assert (end.running, end.t_s, end.known_s) == (False, pytest.approx(10 * STEP_S), 5.0)


def test_a_pause_that_is_told_together_with_its_end_is_a_pause() -> None:
    phases = GaitPhases()
    contacts = [Contact(STEP_S * n, n) for n in range(5)] + [Contact(10.0 + STEP_S * n, n) for n in range(5)]
    changes = phases.take(contacts, 11.6)
    assert [change.running for change in changes] == [True, False, True]
    assert [change.t_s for change in changes] == pytest.approx([0.0, 5 * STEP_S, 10.0])


@pytest.mark.parametrize("text", ["4", "4:", "0:1", "4:0", "4/1", "-4:1", "4:1:1", "400:1", "nan:1"])
def test_what_is_no_walk_run_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="run 4 min, walk 1 min"):
        WalkRun.parse(text, 6)


def test_run_comes_first_in_what_is_typed() -> None:
    assert WalkRun.parse("4:1", 6) == WalkRun(240.0, 60.0, 6)
    assert WalkRun.parse("0.5:1.5", 1).words == "run 0.5 min, walk 1.5 min, once"
    with pytest.raises(UsageError, match="--repeats 0"):
        WalkRun.parse("4:1", 0)
