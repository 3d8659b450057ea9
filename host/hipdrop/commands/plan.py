"""`hipdrop plan`: what is due today, what was done, and the hip-drop tests side by side."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from hipdrop.commands.checkin import whose
from hipdrop.commands.options import DebugOption
from hipdrop.errors import InputError, UsageError

if TYPE_CHECKING:
    from hipdrop.profile import Profile
    from hipdrop.training.plan import Plan

SHOW, LATEST_TICK_DAYS = "show", 31


class PlanGroup(TyperGroup):
    """`hipdrop plan FILE` and `hipdrop plan --date` are `hipdrop plan show …`."""

    def parse_args(self, context: typer.Context, arguments: list[str]) -> list[str]:  # type: ignore[override]
        """Put the command in where none is named."""
        if not arguments or (arguments[0] not in self.commands and arguments[0] not in context.help_option_names):
            arguments = [SHOW, *arguments]
        return super().parse_args(context, arguments)


plan_app = typer.Typer(
    name="plan", cls=PlanGroup, no_args_is_help=False,
    help="Show a plan: today's list, what was done, the tests. `hipdrop plan FILE` is short for `plan show FILE`.",
)  # fmt: skip
PersonOption = Annotated[
    str | None,
    typer.Option("--person", metavar="NAME", help="Whose; without it who came last, - for nobody.", show_default=False),
]
DateOption = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="A day such as 2026-11-22; without it today.")
]


@plan_app.command(SHOW)
def show_command(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE.toml", help="A plan; it becomes the person's. Without it the one in use."),
    ] = None,
    person: PersonOption = None,
    day: DateOption = None,
    example: Annotated[bool, typer.Option("--example", help="Print an example of a plan, beginning today.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it for programs (docs/plan.md).")] = False,
    debug: DebugOption = False,
) -> None:
    """Show what is due today, what was done, and the hip-drop tests at start, day 7 and day 14 side by side.

    A plan is made by a physio and you (docs/plan.md); hipdrop keeps count, and is no diagnosis.
    """
    from hipdrop.people import last_person
    from hipdrop.training import planview, store
    from hipdrop.training.page import print_page_line
    from hipdrop.training.planfile import example as example_text

    today = datetime.now().astimezone().date()
    if example:
        if file is not None:
            raise UsageError("--example prints a plan: leave out the file")
        print(example_text(today), end="")
        return
    name = None if file is not None and person is None and last_person() is None else whose(person)
    plan = plan_in_use(file, name)
    entries = [] if name is None else store.entries(name)
    shown = planview.PlanDay.of(plan, date_of(day, today), today, entries, _profile(name))
    if json:
        from json import dumps

        print(dumps(planview.as_json(shown, name), ensure_ascii=False, indent=1))
        return
    for line in planview.lines(shown):
        print_page_line(line)


@plan_app.command("tick")
def tick_command(
    exercise: Annotated[str, typer.Argument(metavar="NAME", help="An exercise of the day, as the list has it.")],
    person: PersonOption = None,
    day: DateOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take a tick back.")] = False,
    debug: DebugOption = False,
) -> None:
    """Tick an exercise that was done without the clip."""
    from hipdrop.training import adherence, store

    now = datetime.now().astimezone()
    name = whose(person)
    if name is None:
        raise UsageError("say who has done it with --person NAME")
    plan, that_day = plan_in_use(None, name), date_of(day, now.date())
    if not now.date() - timedelta(days=LATEST_TICK_DAYS) <= that_day <= now.date():
        raise UsageError(f"--date {that_day}: give a day of the last {LATEST_TICK_DAYS}, up to today")
    due = adherence.items(plan, that_day, store.entries(name))
    same = [item for item in due if adherence.day_key(item.due.exercise.name) == adherence.day_key(exercise)]
    if not same:
        names = ", ".join(dict.fromkeys(item.due.exercise.name for item in due)) or "nothing"
        raise UsageError(f"{exercise}: is not due on {that_day}; there is {names}")
    if undo and not any(item.ticked for item in same):
        raise UsageError(f"{exercise}: is not ticked on {that_day}")
    if not undo and all(item.done for item in same):
        print(f"done       {same[0].due.exercise.name}, {that_day}: already")
        return
    tick = {"exercise": same[0].due.exercise.name, "day": that_day.isoformat()}
    store.add(name, "ticked", tick | ({"done": False} if undo else {}), now)
    print(f"{'taken back' if undo else 'ticked':10} {tick['exercise']}, {that_day}")


def plan_in_use(file: Path | None, person: str | None) -> Plan:
    """Give the plan of a file, which becomes the person's, else the one that is the person's.

    Raises
    ------
    UsageError
        There is none.
    InputError, OutputError
        It cannot be read, or not be kept.
    """
    from hipdrop.training import planfile

    if file is not None:
        plan, text = planfile.load(file)
        if person is not None:
            _keep(person, text)
        return plan
    path = None if person is None else planfile.plan_path(person)
    if path is None or not path.exists():
        whose_plan = "" if person is None else f" of {person}"
        raise UsageError(
            f"there is no plan{whose_plan} yet: hipdrop plan FILE.toml; hipdrop plan --example > my-plan.toml shows one"
        )
    return planfile.load(path)[0]


def _keep(person: str, text: str) -> None:
    """Keep a plan as the person's, and say so where it is another than before."""
    from hipdrop.training import planfile

    path = planfile.plan_path(person)
    try:
        before = planfile.load(path)[1] if path.exists() else None
    except InputError:
        before = None
    if before != text:
        planfile.keep(person, text)
        print(f"hipdrop: this is the plan of {person} from now on, {path}", file=sys.stderr)


def _profile(person: str | None) -> Profile | None:
    from hipdrop.people import Person

    return None if person is None else Person.open(person).profile()


def date_of(text: str | None, today: date) -> date:
    """Read --date."""
    try:
        return today if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--date {text}: give a day such as 2026-11-22") from error
