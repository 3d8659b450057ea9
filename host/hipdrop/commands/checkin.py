"""`hipdrop check-in`: how a person is today, and whether to train at all; `checked_in` is for other commands."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hipdrop.commands.options import DebugOption
from hipdrop.errors import InputError, StopSigns, UsageError

if TYPE_CHECKING:
    from hipdrop.training.checkin import Answered, CheckIn

NOBODY = "-"
WHO_TRAINS = "say who trains with --person NAME (a pseudonym will do), - for nobody"
PersonOption = Annotated[
    str | None,
    typer.Option("--person", metavar="NAME", help="Who; without it who came last, - for nobody.", show_default=False),
]
PainOption = Annotated[int | None, typer.Option("--pain", metavar="N", help="Pain now, 0 none to 10 worst.")]
WhereOption = Annotated[str | None, typer.Option("--where", metavar="TEXT", help="Where it hurts.")]
AfterRunOption = Annotated[int | None, typer.Option("--after-run", metavar="N", help="Pain after the last run.")]
MorningOption = Annotated[int | None, typer.Option("--next-morning", metavar="N", help="Pain on the morning after it.")]
ShoeOption = Annotated[str | None, typer.Option("--shoe", metavar="NAME", help="Which shoes today.")]
SurfaceOption = Annotated[str | None, typer.Option("--surface", metavar="TEXT", help="On what you run or train.")]


def check_in_command(
    person: PersonOption = None,
    pain: PainOption = None,
    where: WhereOption = None,
    after_run: AfterRunOption = None,
    next_morning: MorningOption = None,
    shoe: ShoeOption = None,
    surface: SurfaceOption = None,
    stop_sign: Annotated[
        list[str] | None,
        typer.Option("--stop-sign", metavar="NAME", help="A stop sign that holds (docs/check-in.md); may be repeated."),
    ] = None,
    no_stop_signs: Annotated[bool, typer.Option("--no-stop-signs", help="None of them holds.")] = False,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="All answers as JSON; - is standard input.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Answer anew, though today is answered already.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it for programs (docs/check-in.md).")] = False,
    debug: DebugOption = False,
) -> None:
    """Say how you are before a test, an exercise or a coached run; once a day is enough.

    A stop sign ends the session: have it looked at (exit code 3). Your answers stay on this computer.
    """
    from hipdrop.training import checkin

    name, now = whose(person), datetime.now().astimezone()
    said = {
        "--pain": pain, "--where": where, "--after-run": after_run, "--next-morning": next_morning, "--shoe": shoe,
        "--surface": surface,
    }  # fmt: skip
    given = _given(said, stop_sign or [], no_stop_signs)
    if answers is not None and given:
        raise UsageError("--answers holds all answers: leave out the other ones")
    found = None if name is None or again or given or answers else checkin.of_today(name, now)
    answered = found
    if answered is None:
        answered = asked(name, now, given) if answers is None else read_answers(answers, now)
        if name is not None:
            checkin.keep(name, answered)
            _recall(name)
    if json:
        _print_json(name, answered)
    else:
        _print(name, answered, before=found is not None)
    passed(answered)


def checked_in(person: str | None, now: datetime | None = None) -> CheckIn:
    """Give the check-in of the day before a session: what is kept, else what is answered now.

    Parameters
    ----------
    person
        Whose; None is nobody, of whom nothing is kept: they are asked each time.
    now
        With an offset; without it the computer's clock.

    Raises
    ------
    StopSigns
        There are any: the session does not start.
    UsageError
        Nobody has answered today, and there is no terminal to ask on.
    KeyboardInterrupt
        It was left.
    """
    from hipdrop.training import checkin

    now = now or datetime.now().astimezone()
    if person is None and not _has_terminal():
        raise UsageError(
            "no terminal to ask on how you are, and of nobody no check-in is kept: say who trains with --person NAME, "
            "and answer before with hipdrop check-in --person NAME --pain N --no-stop-signs, if none holds"
        )
    answered = checkin.require(person, now, lambda: asked(person, now, {}))
    check_in = passed(answered)
    for line in _look_out(person, answered):
        print(f"hipdrop: look out: {line}", file=sys.stderr)
    return check_in


def passed(answered: Answered) -> CheckIn:
    """Give the check-in, if there is no stop sign in it."""
    from hipdrop.training.checkin import Stop

    if isinstance(answered, Stop):
        raise StopSigns(answered.words)
    return answered


def whose(person: str | None) -> str | None:
    """Give whose it is: the one named, else who came last, and say so; None for nobody."""
    from hipdrop.people import checked_name, last_person

    name = last_person() if person is None else person
    if name is None:
        raise UsageError(WHO_TRAINS)
    if person is None:
        print(f"hipdrop: {name}, as last time; --person NAME is another", file=sys.stderr)
    return None if name == NOBODY else checked_name(name, "--person")


def of_demo(person: str | None) -> None:
    """Refuse to keep of somebody what a demo has made up.

    Raises
    ------
    UsageError
        Somebody is named.
    """
    if person not in (None, NOBODY):
        raise UsageError("--demo is made up and kept of nobody: leave out --person")


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def asked(person: str | None, now: datetime, given: Mapping[str, Any]) -> Answered:
    """Ask on the terminal what is not given; without a terminal what is given has to do."""
    from hipdrop.training.asking import Left, ask
    from hipdrop.training.checkin import of_answers
    from hipdrop.training.questions import QUESTIONS, STOP_SIGNS

    if _has_terminal():
        try:
            return ask(sys.stdin, sys.stderr, now, given, _usual(person))
        except (Left, KeyboardInterrupt):
            print("\nhipdrop: left; nothing is kept", file=sys.stderr)
            raise KeyboardInterrupt from None
    if "pain" not in given or STOP_SIGNS[0].key not in given:
        who = person or NOBODY
        raise UsageError(
            "no check-in today, and no terminal to ask on: give at least "
            f"hipdrop check-in --person {who} --pain N --no-stop-signs, if none holds (docs/check-in.md)"
        )
    values = {question.key: given[question.key] for question in QUESTIONS if question.key in given}
    return of_answers(values, (sign.key for sign in STOP_SIGNS if given[sign.key]), now)


def read_answers(path: Path, now: datetime) -> Answered:
    """Read all answers from a file.

    Raises
    ------
    InputError
        It is no check-in; names what is wrong.
    """
    import json

    from hipdrop.training import checkin, store

    try:
        text = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        data = json.loads(text.decode("utf-8-sig"))
        if not isinstance(data, dict):
            raise ValueError("$: is no table of keys")
        store.line_of("check-in", data, now)
        plain = {key: _plain(key, value) for key, value in data.items()}
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror or error}); name a file of answers") from error
    except (ValueError, TypeError, RecursionError) as error:
        said = " ".join(str(error).split()).replace("$.data", "$")
        raise InputError(path, f"is no check-in ({said}); see docs/check-in.md") from error
    return checkin.of_data(plain, now)


def _plain(key: str, value: Any) -> Any:
    from hipdrop.training.questions import words

    try:
        return words(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"$.{key}: give {error}") from error


def _given(said: Mapping[str, int | str | None], signs: list[str], none: bool) -> dict[str, Any]:
    """Give the values of the options, by the keys of the questions."""
    from hipdrop.training.questions import BY_KEY, QUESTIONS, BadAnswer

    if none and signs:
        raise UsageError("--stop-sign and --no-stop-signs: give one of the two")
    for sign in signs:
        if sign not in BY_KEY:
            raise UsageError(f"--stop-sign {sign}: there are {', '.join(BY_KEY)}")
    given: dict[str, Any] = {key: key in signs for key in BY_KEY} if none or signs else {}
    for (option, value), question in zip(said.items(), QUESTIONS, strict=True):
        try:
            given |= {} if value is None else {question.key: question.read(str(value))}
        except BadAnswer as error:
            raise UsageError(f"{option} {value}: give {error}") from error
    return given


def _recall(person: str) -> None:
    from hipdrop.errors import OutputError
    from hipdrop.people import Person, data_folder

    try:
        Person(person).recall()
    except OSError as error:
        raise OutputError(data_folder(), f"cannot be written ({error.strerror or error}); make room") from error


def _usual(person: str | None) -> dict[str, str]:
    """Give what Enter alone stands for: the shoe worn last, the place and surface said last."""
    from hipdrop.people import Person
    from hipdrop.training.store import entries

    if person is None:
        return {}
    said = entries(person, "check-in")
    last = {key: said[-1].data[key] for key in ("where", "shoe", "surface")} if said else {}
    return {**last, "shoe": Person.open(person).shoe or last.get("shoe", "")}


def _look_out(person: str | None, answered: Answered) -> list[str]:
    from hipdrop.training.checkin import Stop
    from hipdrop.training.lookout import look_out, of_answers

    check_in = answered.answers if isinstance(answered, Stop) else answered
    own = [] if person is None else [advice.text for advice in look_out(person, check_in.at.date())]
    return own + of_answers(check_in)


def _print(person: str | None, answered: Answered, *, before: bool) -> None:
    from hipdrop.training.checkin import Stop
    from hipdrop.training.page import print_page_line

    check_in = answered.answers if isinstance(answered, Stop) else answered
    where = f" ({check_in.where})" if check_in.where else ""
    worn = "".join(f", {said}" for said in (check_in.shoe, check_in.surface) if said)
    signs = "stop sign" if isinstance(answered, Stop) else "no stop sign"
    when = f"{check_in.at:%a %d %b %Y %H:%M}"
    kept = "answered" if before else "not kept" if person is None else "kept"
    print_page_line(f"{kept:10} {when}, {person or 'nobody'}: pain {check_in.pain} of 10{where}{worn}; {signs}")
    if isinstance(answered, Stop):
        return
    for line in _look_out(person, answered):
        print_page_line(f"look out   {line}")
    if before:
        print("again      hipdrop check-in --again answers anew")


def _print_json(person: str | None, answered: Answered) -> None:
    import json

    from hipdrop.training.checkin import Stop, as_data

    at = (answered.answers if isinstance(answered, Stop) else answered).at
    whole = {
        "hipdrop_check_in": 1, "person": person, "at": at.isoformat(), **as_data(answered),
        "train": not isinstance(answered, Stop), "look_out": _look_out(person, answered),
    }  # fmt: skip
    print(json.dumps(whole, ensure_ascii=False, indent=1))
