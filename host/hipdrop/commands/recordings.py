"""`hipdrop recordings`: which runs are kept here; `repair` makes a torn one whole, `swap` turns left and right over."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import DebugOption

if TYPE_CHECKING:
    from hipdrop.recording.library import Listed
    from hipdrop.recording.swap import Swapped

recordings_app = typer.Typer(name="recordings", no_args_is_help=False)


@recordings_app.callback(invoke_without_command=True)
def recordings_command(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="List this folder in place of your own.", show_default=False),
    ] = None,
    debug: DebugOption = False,
) -> None:
    """List the recordings of your runs: date, length, steps, alerts, and whether the file is whole.

    They stay on this computer, in the folder that the last line names. Delete a file, and that run is forgotten.
    """
    if context.invoked_subcommand is not None:
        return
    from hipdrop.recording.library import list_recordings, recordings_folder

    place = folder or recordings_folder()
    found = list_recordings(place)
    width = max((len(one.path.name) for one in found), default=0) + 2
    if found:
        print(f"{'name':{width}}{'date':20}{'length':>9}{'steps':>8}{'alerts':>8}  file")
    for one in found:
        print(listed_line(one, width))
    print(f"{len(found) or 'no'} recording{'' if len(found) == 1 else 's'} in {place}")


def listed_line(one: Listed, width: int) -> str:
    """Give the line of one recording, whose name takes so many columns."""
    from datetime import datetime

    from hipdrop.recording.reader import SWAPPED_NOTE
    from hipdrop.wording import clock

    date = datetime.fromtimestamp(one.start_unix_s).strftime("%a %d %b %Y %H:%M")
    steps, alerts = ("-" if count is None else str(count) for count in (one.steps, one.alerts))
    length = clock(one.lasting_s) if one.lasting_s else "-"
    state = f"{one.state}, {SWAPPED_NOTE}" if one.swapped else one.state
    return f"{one.path.name:{width}}{date:20}{length:>9}{steps:>8}{alerts:>8}  {state}"


@recordings_app.command("repair")
def repair_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A torn recording: a path, or a name from the list.")],
    debug: DebugOption = False,
) -> None:
    """Write all that is in a torn recording into a whole file beside it, which any MCAP tool opens.

    hipdrop itself reads a torn recording as it is. The old file is left as it was.
    """
    from hipdrop.recording.library import find_recording
    from hipdrop.recording.reader import read_run
    from hipdrop.recording.repair import repair

    target = repair(find_recording(file))
    for note in read_run(target).notes:
        print(f"hipdrop: {target.name}: {note}", file=sys.stderr)
    print(f"written    {target}")


@recordings_app.command("swap")
def swap_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording: a path, or a name from the list.")],
    debug: DebugOption = False,
) -> None:
    """Turn left and right over in a stored recording, for the whole run; a second time undoes it.

    What the clip sent stays as it is, byte by byte.
    """
    from hipdrop.recording.library import find_recording
    from hipdrop.recording.swap import swap

    path = find_recording(file)
    print("\n".join(swapped_lines(file, swap(path))))


def swapped_lines(file: Path, found: Swapped) -> list[str]:
    """Say what became of a recording, named as the user named it."""
    from hipdrop.people import Person
    from hipdrop.wording import clock

    name = found.run.path.name
    if found.back:
        return [f"back       {name}: left and right are as the run had them"]
    lines = [
        f"swapped    {name}: what was left is right, for the whole run",
        f"undo       hipdrop recordings swap {file}",
    ]
    if found.live_s:
        times = ", ".join(clock(at_s) for at_s in found.live_s)
        lines.append(f"live       swapped by you at {times}: that no longer counts")
    header = found.run.header
    if header.person:
        profile = Person(header.person, header.shoe).profile_path
        learn = f"hipdrop replay {file} --no-plot --save-profile {shlex.quote(str(profile))}"
        lines.append(f"profile    of {header.person}: if it was learned in this run, correct it by {learn}")
    return lines
