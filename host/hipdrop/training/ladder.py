"""Which walk-run session comes next: a ladder of sessions, and the rule by which one goes up or down on it.

The sessions are what clinics hand out for a return to running, half an hour from five to thirty minutes of running; no
trial compares ladders. The rule is that of the return-to-run programme in table 1 of the protocol Trials 24 (2023),
doi 10.1186/s13063-023-07502-x: each session at least twice, a day of rest between two, and none onward after more pain
during or after it. Pain up to 3 of 10, back by the next morning, is held to be safe (`hipdrop.training.checkin`). It is
a proposal: a physio sets another ladder (docs/coached-run.md).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hipdrop.errors import InputError, UsageError
from hipdrop.training.checkin import SAFE_PAIN, CheckIn
from hipdrop.training.coach import Outcome
from hipdrop.training.walkrun import WalkRun

TIMES_EACH = 2
REST_DAYS = 1
KEY = "walk_run"
_RUNG = re.compile(r"(\S+)\s*[x\N{MULTIPLICATION SIGN}]\s*(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it was: what was planned, how it ended, the most pain in it (None: none was told)."""

    at: datetime
    plan: WalkRun
    outcome: Outcome
    pain: int | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The next session, from which day on, and why that one; without a plan there is none yet."""

    plan: WalkRun | None
    from_day: date | None
    why: str


def rung(text: str, name: str = KEY) -> WalkRun:
    """Read `RUN:WALK x REPEATS`, such as `4:1 x 6`; raises UsageError."""
    match = _RUNG.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{name} {text}: write RUN:WALK x REPEATS, in minutes, for example 4:1 x 6")
    return WalkRun.parse(match[1], int(match[2]), name)


LADDER = tuple(rung(text) for text in ("1:5 x 5", "2:4 x 5", "3:3 x 5", "4:2 x 5", "5:1 x 5", "10:1 x 3"))


def read_ladder(path: Path) -> tuple[WalkRun, ...]:
    """Read the ladder of a TOML file: its key `walk_run`, a list of sessions, the easiest first.

    Raises
    ------
    InputError
        There is none in it.
    """
    try:
        said: Any = tomllib.loads(path.read_text("utf-8")).get(KEY)
        if not isinstance(said, list) or not said:
            raise InputError(path, f'has no list {KEY}; write {KEY} = ["1:5 x 5", "2:4 x 5"], run first')
        return tuple(rung(str(text)) for text in said)
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror or error}); name a TOML file") from error
    except (ValueError, UsageError) as error:
        raise InputError(path, f"{error}") from error


def propose(sessions: Sequence[Session], check_ins: Sequence[CheckIn], ladder: Sequence[WalkRun] = LADDER) -> Proposal:
    """Propose the next session after these, oldest first, by what the mornings after them were like."""
    if not sessions:
        return Proposal(ladder[0], None, "the first of the ladder")
    last = sessions[-1]
    morning = _morning_after(last, check_ins)
    if morning is None:
        return Proposal(None, None, "first say how the morning after was: hipdrop check-in, from tomorrow on")
    from_day = last.at.date() + timedelta(days=1 + REST_DAYS)
    worse = _worse(last, morning)
    if worse:
        return Proposal(_before(last.plan, ladder), from_day, worse)
    if last.outcome is Outcome.LEFT:
        return Proposal(last.plan, from_day, "the same again: it was left before its end")
    times = _times(sessions, check_ins)
    if times < TIMES_EACH:
        return Proposal(
            last.plan, from_day, f"the same again: each session {TIMES_EACH} times, this one {times} so far"
        )
    after = [one for one in ladder if one.running_s > last.plan.running_s]
    if not after:
        return Proposal(last.plan, from_day, "the top of the ladder: what comes now is your physio's and yours to say")
    return Proposal(after[0], from_day, f"{times} times without too much pain, in it and on the morning after")


def _morning_after(session: Session, check_ins: Sequence[CheckIn]) -> CheckIn | None:
    """Give the first check-in of a later day that says how the morning after was."""
    later = (one for one in check_ins if one.at.date() > session.at.date() and one.pain_next_morning is not None)
    return next(later, None)


def _worse(session: Session, morning: CheckIn) -> str:
    """Say why the next is to be easier; empty where it need not be."""
    if session.outcome in (Outcome.PAIN, Outcome.LIMP):
        return f"easier: the last one ended with {'a limp' if session.outcome is Outcome.LIMP else 'pain'}"
    pain, after = morning.pain_next_morning or 0, morning.pain_after_last_run
    if pain > SAFE_PAIN:
        return f"easier: the morning after had pain {pain} of 10"
    if after is not None and pain > after:
        return f"easier: the morning after was worse ({pain} of 10) than the end of the run ({after})"
    return ""


def _times(sessions: Sequence[Session], check_ins: Sequence[CheckIn]) -> int:
    """Count how often the last session was done in a row without a word against it."""
    count = 0
    for one in reversed(sessions):
        morning = _morning_after(one, check_ins)
        if one.plan != sessions[-1].plan or one.outcome is not Outcome.DONE or (morning and _worse(one, morning)):
            break
        count += 1
    return count


def _before(plan: WalkRun, ladder: Sequence[WalkRun]) -> WalkRun:
    easier = [one for one in ladder if one.running_s < plan.running_s]
    return easier[-1] if easier else ladder[0]
