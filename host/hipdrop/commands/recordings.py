"""`hipdrop recordings`: which runs are kept on this computer; `repair` makes a torn one whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import DebugOption

if TYPE_CHECKING:
    from hipdrop.recording.library import Listed

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

    from hipdrop.wording import clock

    date = datetime.fromtimestamp(one.start_unix_s).strftime("%a %d %b %Y %H:%M")
    steps, alerts = ("-" if count is None else str(count) for count in (one.steps, one.alerts))
    length = clock(one.lasting_s) if one.lasting_s else "-"
    return f"{one.path.name:{width}}{date:20}{length:>9}{steps:>8}{alerts:>8}  {one.state}"


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
