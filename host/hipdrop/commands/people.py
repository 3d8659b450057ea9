"""`hipdrop where` and `hipdrop forget`: what is kept on this computer, and how to be rid of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hipdrop.commands.options import DebugOption


def where_command(debug: DebugOption = False) -> None:
    """Say where hipdrop keeps what it keeps, and of whom; nothing is sent anywhere."""
    from hipcal.file import calibration_path
    from hipdrop.after.history.store import history_path
    from hipdrop.people import data_folder, files_of, people
    from hipdrop.recording.library import SUFFIX, recordings_folder
    from hipdrop.recording.owners import recordings_of
    from hipdrop.training.store import training_path

    print(data_folder())
    for person in people():
        own, recorded = files_of(person), recordings_of(person.name)
        print(f"  {person.words}: {_files(own)} in {person.folder}, {len(recorded)} recordings")
        training = training_path(person.name)
        if training.exists():
            print(f"    training: {_files([training])}, {training}")
    recordings = sorted(recordings_folder().glob(f"*{SUFFIX}"))
    if recordings:
        print(f"  recordings: {_files(recordings)} in {recordings_folder()}")
    if history_path().exists():
        print(f"  history: {_files([history_path()])}, {history_path()}")
    clips = sorted(calibration_path("").parent.glob("*.json"))
    if clips:
        print(f"  calibrations of clips: {_files(clips)} in {clips[0].parent}")
    fetched = sorted(calibration_path("").parent.glob("*/*"))
    if fetched:
        print(f"  runs of clips on their way, and their clocks: {_files(fetched)} in {calibration_path('').parent}")


def forget_command(
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="Whom to forget.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    debug: DebugOption = False,
) -> None:
    """Delete all that is kept of a person on this computer: profiles, sessions, training, recordings, history.

    What was written elsewhere, with --out or --save-profile, is left alone.
    """
    from hipdrop.after.history.store import kept_of
    from hipdrop.people import Person, checked_name, files_of, forget
    from hipdrop.recording.owners import recordings_of

    name = checked_name(person, "--person")
    recorded = recordings_of(name)
    files = [*files_of(Person(name)), *recorded]
    runs = kept_of(name)
    if not files and not runs:
        print(f"nothing is kept of {name}")
        return
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {_files(files)} and {_entries(runs)} of {name} for good?", abort=True)
    gone = forget(name, recorded)
    history = f", {_entries(runs)}" if runs else ""
    print(f"forgotten: {name}, {gone} of {len(files)} files, {len(recorded)} of them recordings{history}")


def _files(paths: list[Path]) -> str:
    size_mb = sum(path.stat().st_size for path in paths) / 1e6
    return f"{len(paths)} file{'s' if len(paths) != 1 else ''} ({size_mb:.1f} MB)"


def _entries(count: int) -> str:
    return f"{count} entr{'ies' if count != 1 else 'y'} of the history"
