"""Plans as files: TOML in the form of plan.schema.json; the one in use lies in the person's folder."""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hipdrop.errors import InputError, OutputError, UsageError
from hipdrop.people import Person, checked_name
from hipdrop.training.plan import COACHED_RUN, WEEKDAYS, Block, Exercise, Plan
from hipdrop.training.tomlplaces import Place, line_of, words

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

FILE_NAME = "plan.toml"
SCHEMA_NAME = "plan.schema.json"
EXAMPLE_NAME = "example-plan.toml"
MOST_BYTES = 1 << 20  # no plan is so long
_LONGEST = 160  # letters of what a check says
_SEE = "see docs/plan.md"


class BadPlan(ValueError):
    """Data that are no plan: the place, and what is wrong there."""

    def __init__(self, place: Place, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{words(place)}: {problem}" if place else problem)


def plan_path(person: str) -> Path:
    """Give where the plan of a person lies, if there is one."""
    return Person(checked_name(person, "--person")).folder / FILE_NAME


def example(start: date) -> str:
    """Give the example as text, beginning on a day."""
    text = resources.files("hipdrop.training").joinpath(EXAMPLE_NAME).read_text("utf-8")
    return text.replace("start = 2026-11-23", f"start = {start.isoformat()}")


def load(path: Path) -> tuple[Plan, str]:
    """Read a plan, and the text of its file.

    Raises
    ------
    InputError
        It cannot be read or is no plan; names the line and the key.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(path, f"is too long for a plan; {_SEE}")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error}); hipdrop plan --example > {FILE_NAME} writes one"
        raise InputError(path, problem) from error
    except ValueError as error:
        raise InputError(path, f"is no text ({error}); {_SEE}") from error
    try:
        return of_text(text), text
    except BadPlan as error:
        raise InputError(path, f"{error}; {_SEE}", line_of(text, error.place)) from error
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"is no TOML ({' '.join(str(error).split())}); {_SEE}") from error


def of_text(text: str) -> Plan:
    """Read a plan from TOML; raises BadPlan, or ValueError of the parser."""
    data = _plain(tomllib.loads(text))
    _check_schema(data)
    return _plan(data)


def keep(person: str, text: str) -> Path:
    """Make a plan the one in use; one that is there stays whole until the new one is on the disk.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    path = plan_path(person)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        Person(checked_name(person, "--person")).introduce()
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        problem = f"cannot be written ({error.strerror or error}); make room, or let it be written"
        raise OutputError(path, problem) from error
    return path


def _plain(value: Any) -> Any:
    """Give what TOML knows as JSON knows it."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) else value.isoformat()


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    text = resources.files("hipdrop.training").joinpath(SCHEMA_NAME).read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _check_schema(data: dict[str, Any]) -> None:
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(data))
    if error is None:
        return
    place = tuple(error.absolute_path)
    if error.parent is not None or error.validator == "oneOf":  # the one choice in the schema
        raise BadPlan(place, "needs a name, or a text, or a walk_run, and one of them alone")
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        wrong = next(key for key in error.instance if key not in known)
        raise BadPlan((*place, wrong), f"there is no such key; there are {', '.join(known)}")
    said = " ".join(error.message.split())
    raise BadPlan(place, said if len(said) <= _LONGEST else f"{said[:_LONGEST]}...")


def _plan(data: Mapping[str, Any]) -> Plan:
    """Build it of data in the form of the schema, and check what that cannot say."""
    try:
        start = date.fromisoformat(data["start"])
        if start.year > date.max.year - 2:
            raise ValueError("no room for its days")
    except ValueError as error:
        raise BadPlan(("start",), f"{data['start']} is no date such as 2026-11-23") from error
    days = int(data["days"])
    for number, day in enumerate(data.get("test_days", [])):
        if day > days:
            raise BadPlan(("test_days", number), f"day {day} lies after the last one, {days}")
    return Plan(
        data["title"], start, days,
        tuple(_block(("block", number), block, days) for number, block in enumerate(data["block"])),
        data.get("by", ""), data.get("note", ""), data.get("example", False),
        frozenset(WEEKDAYS.index(day) for day in data.get("run_days", [])),
        tuple(sorted(int(day) for day in data.get("test_days", []))),
        **({"acute_above": int(data["acute_above"])} if "acute_above" in data else {}),
    )  # fmt: skip


def _block(place: Place, data: Mapping[str, Any], days: int) -> Block:
    at = data.get("at", "any-time")
    on = data.get("on", "every-day" if at == "any-time" else "run-days")
    first, last = int(data.get("from", 1)), int(data.get("to", days))
    if at != "any-time" and on != "run-days":
        raise BadPlan((*place, "on"), f"{on} does not go with {at}: leave it out")
    for key, day in (("from", first), ("to", last)):
        if day > days:
            raise BadPlan((*place, key), f"day {day} lies after the last one, {days}")
    if first > last:
        raise BadPlan((*place, "to"), f"ends on day {last}, before it begins on day {first}")
    exercises = tuple(_exercise((*place, "exercise", number), one) for number, one in enumerate(data["exercise"]))
    return Block(data["title"], exercises, on, at, data.get("pain", "any"), first, last)


def _exercise(place: Place, data: Mapping[str, Any]) -> Exercise:
    if "walk_run" in data:
        return _coached_run(place, data)
    name = " ".join((data.get("name") or data["text"]).split())
    if not name or not name.isprintable():
        raise BadPlan((*place, "text"), "is not plain words")
    repetitions, hold_s = data.get("repetitions"), data.get("hold_s")
    if hold_s is not None and not math.isfinite(hold_s):
        raise BadPlan((*place, "hold_s"), f"{hold_s} is no number")
    return Exercise(
        name, data.get("side", "both"), int(data.get("sets", 1)),
        None if repetitions is None else int(repetitions), hold_s, data.get("note", ""),
    )  # fmt: skip


def _coached_run(place: Place, data: Mapping[str, Any]) -> Exercise:
    from hipdrop.training.ladder import rung

    idle = [key for key in ("side", "sets", "repetitions", "hold_s") if key in data]
    if idle:
        raise BadPlan((*place, idle[0]), "does not go with walk_run")
    try:
        return Exercise(COACHED_RUN, note=data.get("note", ""), walk_run=rung(data["walk_run"]))
    except UsageError as error:
        raise BadPlan((*place, "walk_run"), str(error)) from error
