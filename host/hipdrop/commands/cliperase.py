"""`hipdrop clip erase`: runs off a clip's flash, those that are safe on this computer first of all (docs/sync.md)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.live import chosen_link
from hipdrop.commands.options import ClipOption, DebugOption
from hipdrop.errors import UsageError

if TYPE_CHECKING:
    from hipdrop.links.base import Link
    from hipdrop.links.line import Line
    from hipdrop.runs.kept import ClipRun, Kept

EraseNumbers = Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Which.", show_default=False)]


def erase_command(
    numbers: EraseNumbers = None,
    clip: ClipOption = None,
    fetched: Annotated[bool, typer.Option("--fetched", help="All that are safe on this computer.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="All; with --yes those too that were never fetched.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    debug: DebugOption = False,
) -> None:
    """Erase runs on a clip: those named, those that are safe here, or all.

    One that has not been fetched is gone for good, and is erased with --all --yes alone.
    """
    from hipdrop.commands.clip import with_clip
    from hipdrop.runs.asking import asked_info, erase, list_runs
    from hipdrop.runs.kept import Kept

    if bool(numbers) + fetched + all_ != 1:
        raise UsageError("name the runs by number, or say --fetched or --all")

    async def work(line: Line, link: Link) -> list[ClipRun]:
        info = await asked_info(line)
        runs = await list_runs(line)
        with Kept(info["serial"]) as kept:
            chosen = chosen_runs(runs, kept, numbers or (), fetched=fetched, even_unfetched=all_ and yes)
            if not chosen or not (yes or await asyncio.to_thread(_confirmed, chosen)):
                return []
            for run in chosen:
                await erase(line, run)
        return chosen

    gone = asyncio.run(with_clip(chosen_link(clip), work))
    print(erased_line(gone) if gone else "nothing was erased")


def chosen_runs(
    runs: Sequence[ClipRun], kept: Kept, numbers: Sequence[int], *, fetched: bool, even_unfetched: bool
) -> list[ClipRun]:
    """Give the runs to be erased.

    Raises
    ------
    UsageError
        One has not been fetched, is being recorded, or is none of the clip's.
    """
    missing = sorted({*numbers} - {run.number for run in runs})
    if missing:
        there = ", ".join(str(run.number) for run in runs) or "none"
        raise UsageError(f"the clip has no run {missing[0]}; it has {there}")
    chosen = [run for run in runs if not numbers or run.number in numbers]
    growing = next((run for run in chosen if run.growing), None)
    if fetched or even_unfetched:
        chosen = [run for run in chosen if not run.growing]
    elif growing is not None:
        raise UsageError(f"run {growing.number} is being recorded; end it first, with two presses of the clip's button")
    unfetched = [run for run in chosen if kept.find(run) is None]
    if fetched:
        return [run for run in chosen if run not in unfetched]
    if unfetched and not even_unfetched:
        which = ", ".join(str(run.number) for run in unfetched)
        raise UsageError(
            f"never fetched to this computer: run {which}; fetch first: hipdrop clip sync; "
            "--all --yes erases all, for good"
        )
    for run in unfetched:
        print(f"hipdrop: run {run.number} was never fetched to this computer", file=sys.stderr)
    return chosen


def _confirmed(runs: Sequence[ClipRun]) -> bool:
    """Ask."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("nobody is here to be asked; say --yes")
    count = len(runs)
    return typer.confirm(f"Erase {count} run{'s' if count != 1 else ''} on the clip? They are on this computer.")


def erased_line(runs: Sequence[ClipRun]) -> str:
    """Say which are gone."""
    return f"erased on the clip: {', '.join(f'run {run.number}' for run in runs)}"
