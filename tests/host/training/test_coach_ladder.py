"""Which session is proposed next, and which only after the answer of the morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hipdrop.errors import InputError
from hipdrop.training.checkin import CheckIn
from hipdrop.training.coach import Outcome
from hipdrop.training.ladder import LADDER, Session, propose, read_ladder, rung
from hipdrop.training.walkrun import WalkRun

DAY = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
THIRD = LADDER[2]


def session(day: int, plan: WalkRun = THIRD, outcome: Outcome = Outcome.DONE) -> Session:
    return Session(DAY + timedelta(days=day, hours=10), plan, outcome, None)


def morning(day: int, pain: int | None = 0, after: int | None = 0) -> CheckIn:
    return CheckIn(DAY + timedelta(days=day), 0, pain_after_last_run=after, pain_next_morning=pain)


def test_the_ladder_has_more_running_from_rung_to_rung() -> None:
    running_min = [one.running_s / 60 for one in LADDER]
    assert running_min == [5.0, 10.0, 15.0, 20.0, 25.0, 30.0]
    assert {(one.run_s + one.walk_s) * one.repeats / 60 for one in LADDER} == {30.0, 33.0}


def test_without_a_session_it_is_the_first() -> None:
    assert propose([], []).plan == LADDER[0]


@pytest.mark.parametrize("answers", [[], [morning(0)], [morning(1, pain=None)]], ids=["none", "same day", "not said"])
def test_nothing_is_proposed_before_the_answer_of_the_next_morning(answers: list[CheckIn]) -> None:
    proposal = propose([session(0)], answers)
    assert proposal.plan is None
    assert "hipdrop check-in" in proposal.why


def test_each_is_done_twice_then_the_next_with_a_day_of_rest() -> None:
    once = propose([session(0)], [morning(1)])
    assert (once.plan, once.from_day) == (THIRD, date(2026, 11, 22))
    twice = propose([session(0), session(2)], [morning(1), morning(3)])
    assert (twice.plan, twice.from_day) == (LADDER[3], date(2026, 11, 24))


def test_one_of_ones_own_goes_on_by_its_running_time() -> None:
    own = WalkRun(240.0, 60.0, 6)  # 24 min
    answers = [morning(1), morning(3)]
    assert propose([session(0, own), session(2, own)], answers).plan == LADDER[4]
    assert propose([session(0, own), session(2, own, Outcome.PAIN)], answers).plan == LADDER[3]


@pytest.mark.parametrize("outcome", [Outcome.PAIN, Outcome.LIMP])
def test_pain_or_a_limp_in_it_is_a_rung_down(outcome: Outcome) -> None:
    assert propose([session(0), session(2, outcome=outcome)], [morning(1), morning(3)]).plan == LADDER[1]
    assert propose([session(0, LADDER[0], outcome)], [morning(1)]).plan == LADDER[0]


@pytest.mark.parametrize(("pain", "after", "down"), [(4, 5, True), (3, 3, False), (2, 1, True), (2, None, False)])
def test_a_worse_morning_is_a_rung_down(pain: int, after: int | None, down: bool) -> None:
    proposal = propose([session(0), session(2)], [morning(1), morning(3, pain, after)])
    assert proposal.plan == (LADDER[1] if down else LADDER[3])


def test_one_that_was_left_is_the_same_again_and_counts_not() -> None:
    assert propose([session(0), session(2, outcome=Outcome.LEFT)], [morning(1), morning(3)]).plan == THIRD
    after = [session(0), session(2, outcome=Outcome.LEFT), session(4)]
    assert propose(after, [morning(1), morning(3), morning(5)]).plan == THIRD


def test_at_the_top_the_physio_has_the_word() -> None:
    proposal = propose([session(0, LADDER[-1]), session(2, LADDER[-1])], [morning(1), morning(3)])
    assert proposal.plan == LADDER[-1]
    assert "physio" in proposal.why


def test_a_ladder_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('title = "x"\nwalk_run = ["1:2 x 3", "2:1x4"]\n')
    ladder = read_ladder(path)
    assert ladder == (WalkRun(60.0, 120.0, 3), WalkRun(120.0, 60.0, 4))
    last = replace(session(0), plan=ladder[0])
    assert (
        propose([last, replace(last, at=last.at + timedelta(days=2))], [morning(1), morning(3)], ladder).plan
        == ladder[1]
    )


@pytest.mark.parametrize(
    "text", ["", 'walk_run = "4:1 x 6"', "walk_run = []", 'walk_run = ["4:1"]', "walk_run = [", "x = \x01"]
)
def test_what_is_no_ladder_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"plan\.toml"):
        read_ladder(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_ladder(tmp_path)


def test_a_rung_reads_as_it_is_written() -> None:
    assert rung("4:1 x 6") == rung("4:1x6") == WalkRun(240.0, 60.0, 6)
