"""The check-in before a session: how a person is today, and whether to train at all (docs/check-in.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hipdrop.training import store
from hipdrop.training.questions import BY_KEY, STOP_SIGNS

LONGEST_DAY = timedelta(hours=25)  # when the clocks go back
# In the pain-monitoring model 3 of 10 is held to be safe and 5 acceptable (Silbernagel and others 2007,
# doi 10.1177/0363546506298279, Achilles tendons, not hips); the coached run takes the lower one.
SAFE_PAIN = 3


@dataclass(frozen=True)
class CheckIn:
    """How a person is today, without a stop sign.

    Attributes
    ----------
    at
        When it was said, where the person was.
    pain
        Now, 0 none to 10 worst.
    where
        Of the pain, in the person's words; so are `shoe` and `surface`.
    pain_after_last_run, pain_next_morning
        0 to 10; None where there was no run, or no morning since.
    """

    at: datetime
    pain: int
    where: str = ""
    pain_after_last_run: int | None = None
    pain_next_morning: int | None = None
    shoe: str = ""
    surface: str = ""

    @property
    def sore(self) -> bool:
        """More pain than what a coached run starts with."""
        return self.pain > SAFE_PAIN


@dataclass(frozen=True)
class Stop:
    """Stop signs were answered with yes: no test, no exercise, no coached run today.

    Attributes
    ----------
    answers
        The rest of the answers.
    signs
        Keys of `STOP_SIGNS`, in their order.
    """

    answers: CheckIn
    signs: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was said, and what to do."""
        said = ", ".join(BY_KEY[key].said for key in self.signs)
        soon = any(BY_KEY[key].today for key in self.signs)
        how_soon = " today, and do not train before" if soon else " before you train"
        return f"have this looked at{how_soon}: {said}"


Answered = CheckIn | Stop


def of_answers(answers: Mapping[str, Any], signs: Iterable[str], at: datetime) -> Answered:
    """Make a check-in of answers, by the names of `CheckIn`, and the stop signs that were answered with yes."""
    check_in = CheckIn(at.replace(microsecond=0), **answers)
    said = set(signs)
    shown = tuple(sign.key for sign in STOP_SIGNS if sign.key in said)
    return Stop(check_in, shown) if shown else check_in


def of_data(data: Mapping[str, Any], at: datetime) -> Answered:
    """Take what `as_data` gives, in the form of the schema."""
    answers = {key: value for key, value in data.items() if key != "stop_signs"}
    return of_answers(answers, data["stop_signs"], at)


def as_data(answered: Answered) -> dict[str, Any]:
    """Give a check-in as it is kept (training.schema.json)."""
    check_in, signs = (answered.answers, answered.signs) if isinstance(answered, Stop) else (answered, ())
    plain = {key: value for key, value in asdict(check_in).items() if key != "at"}
    return {**plain, "stop_signs": list(signs)}


def keep(person: str, answered: Answered) -> None:
    """Keep a check-in; raises as `store.add` does."""
    at = answered.answers.at if isinstance(answered, Stop) else answered.at
    store.add(person, "check-in", as_data(answered), at)


def same_day(said: datetime, now: datetime) -> bool:
    """Say whether something was said on this day, by the calendars of where the person was and is."""
    return said.date() == now.date() and timedelta(0) <= now.astimezone(UTC) - said.astimezone(UTC) < LONGEST_DAY


def of_today(person: str, now: datetime) -> Answered | None:
    """Give the last check-in of the day; None where there is none.

    Raises
    ------
    InputError
        What is kept cannot be read.
    """
    said = [one for one in store.entries(person, "check-in", now.date()) if same_day(one.at, now)]
    return of_data(said[-1].data, said[-1].at) if said else None


def last_stop_before(person: str, today: date) -> tuple[date, Stop] | None:
    """Give the last check-in before today, and its day, where stop signs were said there."""
    before = [one for one in store.entries(person, "check-in") if one.day < today]
    last = of_data(before[-1].data, before[-1].at) if before else None
    return (before[-1].day, last) if isinstance(last, Stop) else None


def require(person: str | None, now: datetime, ask: Callable[[], Answered]) -> Answered:
    """Give the check-in of the day: the one that is kept, else what is answered now, which is then kept.

    Parameters
    ----------
    person
        Whose; of None, who is nobody, nothing is kept.
    now
        With the offset of where the person is.
    ask
        Asks; `hipdrop.commands.checkin.asked` does it on the terminal.

    Raises
    ------
    InputError, OutputError
        What is kept cannot be read or written.
    """
    found = None if person is None else of_today(person, now)
    if found is not None:
        return found
    answered = ask()
    if person is not None:
        keep(person, answered)
    return answered
