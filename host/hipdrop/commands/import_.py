"""`hipdrop import`: recordings of other sensors become recordings of hipdrop."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hipdrop.commands.live import RECORDING_NAME
from hipdrop.commands.options import DebugOption, PersonOption, ShoeOption, SiteOption
from hipdrop.errors import HipdropError, OutputError, UsageError

if TYPE_CHECKING:
    from hipdrop.after.importing.foreign import Foreign
    from hipdrop.after.importing.writing import Imported
    from hipdrop.events import Site
    from hipdrop.people import Person

Layout = Literal["phyphox", "dot", "csv"]
DATE_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d")


def import_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Recordings: a zip or CSV of phyphox (or both its CSVs), a CSV of a Movella DOT, or another CSV.",
        ),
    ],
    from_: Annotated[
        Layout | None,
        typer.Option("--from", help="In which layout; without it hipdrop finds out.", show_default=False),
    ] = None,
    columns: Annotated[
        Path | None,
        typer.Option(
            "--columns",
            metavar="MAP",
            help="Which columns a CSV has: a TOML file, or shimmer, physilog, imu (docs/import.md).",
            show_default=False,
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", metavar="DATE", help='When it began, such as "2026-11-22 18:30".', show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Write DIR/run.mcap, in place of among your recordings."),
    ] = None,
    site: SiteOption = None,
    person: PersonOption = None,
    shoe: ShoeOption = None,
    debug: DebugOption = False,
) -> None:
    """Make recordings of other sensors into recordings of hipdrop, which replay, report and the others take.

    What the file does not say and is taken for granted is told, and kept in the recording.
    """
    if columns is not None and from_ not in (None, "csv"):
        raise UsageError(f"--columns is for a CSV of any other layout; leave out --from {from_}")
    began = None if date is None else parse_date(date)
    from hipdrop.after.importing.columnmap import load_map
    from hipdrop.after.importing.recognise import read_recordings
    from hipdrop.commands.runner import who_runs

    column_map = None if columns is None else load_map(columns)
    who = None if person is None and shoe is None else who_runs(person, shoe, recall=False)
    check_place(out)
    found = list(read_recordings(files, from_, column_map))
    if len(found) > 1 and (out is not None or began is not None):
        option = "--out" if out is not None else "--date"
        raise UsageError(f"{option} is for one recording, and there are {len(found)}; import them one by one")
    failed = 0
    for foreign in found:
        try:
            if isinstance(foreign, HipdropError):
                raise foreign
            keep(foreign, began, out, site, who)
        except HipdropError as error:
            if len(found) == 1:
                raise
            failed += 1
            print(f"hipdrop: {error}", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def parse_date(text: str) -> datetime:
    """Read a date and time of this computer's zone."""
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    raise UsageError(f'--date {text}: give date and time such as "2026-11-22 18:30"')


def check_place(out: Path | None) -> None:
    """Refuse to go over a recording before anything is read."""
    if out is not None and (out / RECORDING_NAME).exists():
        raise OutputError(
            out / RECORDING_NAME, "is there already, and no recording is ever overwritten; name another folder"
        )


def keep(foreign: Foreign, began: datetime | None, out: Path | None, site: Site | None, who: Person | None) -> None:
    """Check a recording, write it, and say what was written and what was assumed."""
    from hipdrop.after.importing.writing import judged, write_recording
    from hipdrop.commands.progress import progress
    from hipdrop.results import prepare_folder

    imported = judged(foreign, began)
    path = place_of(imported, out)
    prepare_folder(path.parent)
    tell(imported)
    with progress() as show:
        steps = write_recording(imported, path, site=site, person=who, progress=lambda share: show("importing", share))
    print(f"written    {path}: {summary_of(imported, steps)}")


def place_of(imported: Imported, out: Path | None) -> Path:
    """Give the file: run.mcap in the folder, else one named by the date of the recording among the user's."""
    if out is not None:
        return out / RECORDING_NAME
    from hipdrop.recording.library import new_path, recordings_folder

    return new_path(recordings_folder(), imported.began)


def tell(imported: Imported) -> None:
    """Say on standard error what was taken for granted, and what was mended."""
    name = imported.foreign.path.name
    for text in imported.assumed:
        print(f"hipdrop: {name}: assumed: {text}", file=sys.stderr)
    for text in imported.notes:
        print(f"hipdrop: {name}: {text}", file=sys.stderr)


def summary_of(imported: Imported, steps: int) -> str:
    """Say in a line what the recording is."""
    from hipdrop.wording import clock

    rate = f"{imported.samples} samples at {imported.even.rate_hz:.1f} Hz"
    began = imported.began.strftime("%d %b %Y %H:%M")
    return f"{imported.foreign.layout}, {began}, {clock(imported.lasting_s)}, {rate}, {steps} steps"
