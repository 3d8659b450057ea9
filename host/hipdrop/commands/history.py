"""`hipdrop history`: the runs so far, how they add up, and what to look out for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import DebugOption, OutOption
from hipdrop.errors import InputError, UsageError

if TYPE_CHECKING:
    from hipdrop.after.history.advice import Advice
    from hipdrop.after.history.runs import Run
    from hipdrop.after.history.shoes import Shoe
    from hipdrop.after.history.store import History

history_app = typer.Typer(name="history", no_args_is_help=False)
PAGE_NAME = "history.html"
PersonOption = Annotated[
    str | None, typer.Option("--person", metavar="NAME", help="Whose runs.", show_default=False)
]  # fmt: skip
ShoeOption = Annotated[str | None, typer.Option("--shoe", metavar="NAME", help="In which shoe.", show_default=False)]


@dataclass(frozen=True)
class OfPerson:
    """What is shown of a person."""

    name: str
    runs: list[Run]
    shoes: list[Shoe]
    advice: list[Advice]


@history_app.callback(invoke_without_command=True)
def history_command(
    context: typer.Context,
    person: PersonOption = None,
    shoe: ShoeOption = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="From this date on, 2026-11-22.", show_default=False)
    ] = None,
    html: Annotated[bool, typer.Option("--html", help=f"Write {PAGE_NAME}, into --out or here.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it for programs (docs/history.md).")] = False,
    out: OutOption = None,
    debug: DebugOption = False,
) -> None:
    """Show your runs so far, week by week, and what to look out for.

    Live runs come in by themselves, files by hipdrop history add. It stays on this computer (hipdrop where).
    """
    if context.invoked_subcommand is not None:
        return
    if html and json:
        raise UsageError("--html and --json: give one of the two")
    from hipdrop.after.history.store import History, history_path

    first, today = day(since), date.today()
    if not history_path().exists():
        people: list[OfPerson] = []
    else:
        with History() as history:
            if history.waiting():
                complete_all(history)
            people = list(of_people(history, person, shoe, first, today))
    if json:
        print_json(people, today)
    elif html:
        write_page(people, out, today)
    elif people:
        from hipdrop.after.history.terminal import console, show

        for one in people:
            show(console(), one.name, one.runs, one.shoes, one.advice, today)
    else:
        print("no runs yet: hipdrop live keeps each run that it records, hipdrop history add FILE puts in another")


def complete_all(history: History) -> None:
    """Analyse the recordings of the runs that are kept as they were live."""
    from hipdrop.after.history.adding import complete
    from hipdrop.commands.progress import progress

    with progress() as tell:
        for line in complete(history, tell):
            say(line)


def of_people(
    history: History, person: str | None, shoe: str | None, since: date | None, today: date
) -> Iterator[OfPerson]:
    """Give what is to be shown, person by person; warnings are by all runs of the person, whatever is shown of them."""
    from hipdrop.after.history.shoes import shoes
    from hipdrop.after.history.warn import warnings
    from hipdrop.people import file_name

    runs = history.runs(person)
    for who in sorted({run.who for run in runs}):
        own = [run for run in runs if run.who == who]
        name = own[-1].person
        started = history.started_km(name)
        shown = [
            run for run in own
            if (shoe is None or run.worn == file_name(shoe)) and (since is None or run.day >= since)
        ]  # fmt: skip
        worn = [one for one in shoes(own, started) if shoe is None or one.worn == file_name(shoe)]
        if shown:
            yield OfPerson(name, shown, worn, warnings(own, today, started))


def print_json(people: list[OfPerson], today: date) -> None:
    """Print the history for programs."""
    import json

    from hipdrop.after.history.plain import as_json, of_person

    of = [of_person(one.name, one.runs, one.shoes, one.advice, today) for one in people]
    print(json.dumps(as_json(of, today), ensure_ascii=False, indent=1))


def write_page(people: list[OfPerson], out: Path | None, today: date) -> None:
    """Write the page."""
    from hipdrop.after.history.page import person_page, render
    from hipdrop.results import prepare_folder, write_files

    folder = out or Path()
    prepare_folder(folder)
    page = render([person_page(one.name, one.runs, one.shoes, one.advice, today) for one in people], today)
    write_files(folder, {PAGE_NAME: page.encode()})
    print(f"written    {folder / PAGE_NAME}")


@history_app.command("add")
def add_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recordings: paths, or names from the list.")],
    person: Annotated[
        str | None, typer.Option("--person", metavar="NAME", help="Who ran, in place of what the files say.")
    ] = None,
    shoe: Annotated[str | None, typer.Option("--shoe", metavar="NAME", help="In which shoe, likewise.")] = None,
    began: Annotated[
        str | None,
        typer.Option("--began", metavar="TIME", help="When files that do not say it began, 2026-11-22T18:30."),
    ] = None,
    debug: DebugOption = False,
) -> None:
    """Analyse recordings and put them into the history; the same run put in again is renewed, not doubled."""
    from hipdrop.after.history.adding import Said, run_of_file
    from hipdrop.after.history.store import History
    from hipdrop.commands.progress import progress
    from hipdrop.people import checked_name
    from hipdrop.recording.library import find_recording

    said = Said(
        "" if person is None else checked_name(person, "--person"),
        "" if shoe is None else checked_name(shoe, "--shoe"),
        None if began is None else time_of(began),
    )
    bad = 0
    with History() as history, progress() as tell:
        for number, file in enumerate(files):
            tell("analysing", number / len(files))
            try:
                run = run_of_file(find_recording(file), said)
            except InputError as error:
                say(str(error))
                bad += 1
                continue
            done = "added" if history.add(run) else "renewed"
            who = run.person or "nobody named"
            print(f"{done:10} {run.began:%a %d %b %Y %H:%M}, {run.minutes:.0f} min, {who}: {file}")
    if bad:
        raise InputError(history.path, f"{bad} of {len(files)} files are not in it; see above")


@history_app.command("rebuild")
def rebuild_command(debug: DebugOption = False) -> None:
    """Analyse all your recordings anew; a damaged history is moved away first.

    Runs whose recordings are not among yours (hipdrop recordings) stay as they are.
    """
    from hipdrop.after.history.adding import rebuild
    from hipdrop.commands.progress import progress

    with progress() as tell:
        for line in rebuild(tell):
            say(line)


@history_app.command("shoe")
def shoe_command(
    shoe: Annotated[str, typer.Argument(metavar="SHOE", help="Its name, as of --shoe.")],
    km: Annotated[float, typer.Option("--km", metavar="N", help="How far it had been run before hipdrop knew it.")],
    person: PersonOption = None,
    debug: DebugOption = False,
) -> None:
    """Say how far a shoe had been run before its first run here; a new one needs nothing."""
    from hipdrop.after.history.store import History
    from hipdrop.people import checked_name, last_person

    if not 0 <= km < 1e5:
        raise UsageError(f"--km {km:g}: give kilometres from 0 up")
    name = person or last_person()
    if name is None:
        raise UsageError("say whose shoe it is with --person NAME")
    name, shoe = checked_name(name, "--person"), checked_name(shoe, "SHOE")
    with History() as history:
        history.start_shoe(name, shoe, km)
    print(f"kept       {shoe} of {name}: {km:g} km before its first run here")


def day(text: str | None) -> date | None:
    """Read a date."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--since {text}: give a date such as 2026-11-22") from error


def time_of(text: str) -> datetime:
    """Read a time; without a zone in the zone of this computer."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"--began {text}: give a time such as 2026-11-22T18:30") from error


def say(text: str) -> None:
    """Tell the user in one line."""
    print(f"hipdrop: {text}", file=sys.stderr)
