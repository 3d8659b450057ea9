"""`hipdrop clip install`: put the firmware on a board."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.options import DebugOption

if TYPE_CHECKING:
    from hipdrop.install.install import Progress


def install_command(
    board: Annotated[
        str | None, typer.Option(help="Which board it is; without it hipdrop asks the board.", show_default=False)
    ] = None,
    port: Annotated[
        str | None, typer.Option(metavar="PORT", help="Serial port, such as /dev/ttyACM0 or COM5.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write even if the board looks like another one.")] = False,
    debug: DebugOption = False,
) -> None:
    """Put this version's firmware on a board that runs MicroPython 1.28 or later; its settings are kept."""
    from hipdrop.install.board import SerialBoard
    from hipdrop.install.install import find_port, guess_board, install

    there = SerialBoard(port or find_port())
    with _progress() as show:
        name = board or guess_board(there.who())
        done = install(there, name, force=force, progress=show)
    before = done.before.firmware or "none"
    print(f"board      {name} ({done.before.machine}, MicroPython {'.'.join(map(str, done.before.version))})")
    print(f"firmware   {done.firmware}, wire format {done.wire} (before: {before})")
    print(f"written    {done.files} files, {done.size / 1000:.0f} kB, each read back and compared")


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar on a terminal, else one line for each thing that is done."""
    if not sys.stderr.isatty():
        yield lambda what, done, steps: print(f"hipdrop: {done}/{steps} {what}", file=sys.stderr)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:40}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("asking the board")
        yield lambda what, done, steps: bar.update(task, description=what, completed=done, total=steps)
