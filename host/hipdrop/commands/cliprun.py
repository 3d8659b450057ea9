"""`hipdrop clip runs` and `sync`: the runs that a clip has kept by itself (docs/sync.md)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hipdrop.commands.cliperase import erased_line
from hipdrop.commands.live import chosen_link
from hipdrop.commands.options import ClipOption, ConfigOption, DebugOption, PersonOption, ShoeOption
from hipdrop.errors import OutputError, UsageError
from hipwire import decoding, ids

if TYPE_CHECKING:
    from hipdrop.links.base import Link
    from hipdrop.links.line import Line
    from hipdrop.people import Person
    from hipdrop.runs.convert import Who
    from hipdrop.runs.kept import ClipRun, Kept
    from hipdrop.runs.sync import Sync, Synced, Tell

WHY_WORDS = {  # nothing is recorded
    ids.WHY_WAITING: "it waits until you run",
    ids.WHY_SWITCHED_OFF: "its setting log_enabled is off",
    ids.WHY_FULL: "its flash is full; fetch the runs and erase them: hipdrop clip sync --erase",
    ids.WHY_SHORT_FIFO: "its sensor cannot bridge the erasing of flash",
    ids.WHY_NO_MOUNT: "it has not been told how it sits: hipdrop calibrate mount",
    ids.WHY_BATTERY: "its battery is low; charge it",
    ids.WHY_FLASH_ERROR: "its flash failed; erase old runs, and look whether it goes on",
    ids.WHY_FETCHED: "a run is being fetched",
    ids.WHY_BUTTON: "its button has ended the last one; press it twice to begin another",
}
STATE_WORDS = {ids.RUN_WHOLE: "whole", ids.RUN_GROWING: "being recorded", ids.RUN_TORN: "cut off"}
SyncNumbers = Annotated[
    list[int] | None,
    typer.Argument(metavar="[NUMBER]...", help="Which runs; without it all that are not here.", show_default=False),
]


def runs_command(clip: ClipOption = None, debug: DebugOption = False) -> None:
    """List the runs that a clip has kept by itself: number, when, how long, size, state, whether they are here."""
    from hipdrop.commands.clip import with_clip
    from hipdrop.runs.asking import asked_info, list_runs
    from hipdrop.runs.kept import Kept

    async def ask(line: Line, link: Link) -> tuple[list[ClipRun], Kept, dict[str, int]]:
        info = await asked_info(line)
        runs = await list_runs(line)
        return runs, Kept(info["serial"]), decoding.status(await line.ask(ids.GET_STATUS))

    runs, kept, status = asyncio.run(with_clip(chosen_link(clip), ask))
    print("\n".join([*(_table(runs, kept) if runs else ["the clip keeps no runs"]), state_line(status)]))


def state_line(status: Mapping[str, int]) -> str:
    """Say whether the clip records, why not, and how much room it has."""
    why = WHY_WORDS.get(status["log_reason"], f"code {status['log_reason']}; update hipdrop on this computer")
    does = f"recording run {status['run']}" if status["log_state"] else f"not recording: {why}"
    room = size_words(1024 * status["storage_free_kb"])
    return f"{does}; {room} of {size_words(4096 * status['storage_total_4kb'])} free"


def _table(runs: Sequence[ClipRun], kept: Kept) -> Iterator[str]:
    yield f"{'run':>5}  {'when':16}  {'length':>8}  {'size':>8}  {'state':14}  here"
    for run in runs:
        here = "no" if kept.find(run) is None else "yes"
        yield (
            f"{run.number:5}  {_when(run.start_s):16}  {_length(run.duration_s):>8}  {size_words(run.bytes):>8}  "
            f"{STATE_WORDS.get(run.state, '?'):14}  {here}"
        )


def _when(unix_s: float) -> str:
    return f"{_local(unix_s):%Y-%m-%d %H:%M}" if unix_s else "not known"


def _local(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC).astimezone()


def _length(seconds: float) -> str:
    from hipdrop.wording import clock

    return clock(seconds)


def size_words(count: int) -> str:
    """Give a size as people read it."""
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count / 1e3:.0f} kB"


def sync_command(
    numbers: SyncNumbers = None,
    clip: ClipOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Put the recordings here, not among your recordings."),
    ] = None,
    person: PersonOption = None,
    shoe: ShoeOption = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the clip's own file beside each recording.")] = False,
    erase: Annotated[
        bool, typer.Option("--erase", help="Erase on the clip what is safe on this computer's disk.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="When the run began, such as '2026-11-22 18:30'.", show_default=False
        ),
    ] = None,
    config: ConfigOption = None,
    debug: DebugOption = False,
) -> None:
    """Fetch the runs that a clip has kept by itself, and make recordings of them.

    They are recordings as those of hipdrop live: replay, report, history and table take them. Ctrl-C or a pulled cable
    loses nothing: the next sync goes on where this one was. Nothing is erased on the clip without --erase.
    """
    from hipdrop.runs.sync import Sync, Wish

    if at is not None and len(numbers or ()) != 1:
        raise UsageError(
            "--at says when one run began: name that run, such as: hipdrop clip sync 3 --at '2026-11-22 18:30'"
        )
    at_unix_s = None if at is None else parse_time(at)
    link = chosen_link(clip)
    who = _who(link, person, shoe, config)
    wish = Wish(_folder(out), who, numbers or (), keep, erase, at_unix_s)
    with _bar() as tell:
        sync = Sync(link, wish, tell, _tell_done)
        _carry_out(sync)
    _tell_end(sync, named=bool(numbers))


def parse_time(text: str) -> float:
    """Read a local date and time.

    Raises
    ------
    UsageError
        It is none.
    """
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"--at {text}: give date and time, such as '2026-11-22 18:30'") from error


def _who(link: Link, name: str | None, shoe: str | None, config: Path | None) -> Who:
    from hipdrop.commands.runner import who_runs
    from hipdrop.runs.convert import Who
    from hipdrop.settings import Settings

    person: Person | None = who_runs(name, shoe, recall=not link.name.startswith("virtual"))
    settings = Settings() if config is None else Settings.load(config)
    if person is None:
        return Who(settings)
    person.keep(None, session=False)
    return Who(settings, person.profile(), person.name, person.shoe)


def _folder(out: Path | None) -> Path:
    from hipdrop.recording.library import recordings_folder

    folder = out or recordings_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(folder, f"cannot be made ({error.strerror or error}); name another with --out") from error
    return folder


def _carry_out(sync: Sync) -> None:
    """Run it; Ctrl-C ends it in order."""
    from hipdrop.interrupt import on_interrupt
    from hipdrop.links.remembered import remember

    async def run() -> None:
        task = asyncio.ensure_future(sync.run())

        def stop() -> None:
            task.cancel()

        with on_interrupt(stop):
            await task

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        _tell_broken_off(sync)
    remember(sync.link.name)


def _tell_broken_off(sync: Sync) -> None:
    """Say how far a run has come that is not done."""
    if sync.at is None or sync.at[0].key in [one.run.key for one in sync.done]:
        return
    run, at = sync.at
    print(
        f"hipdrop: run {run.number}: {size_words(at)} of {size_words(run.bytes)} are here; "
        "the next hipdrop clip sync goes on there",
        file=sys.stderr,
    )


def _tell_done(synced: Synced) -> None:
    """Say what became of a run, and put it into the history."""
    from hipdrop.after.history.keeping import keep_run
    from hipdrop.after.history.runs import BeganFrom
    from hipdrop.runs.wallclock import Known

    run, recorded, when = synced.run, synced.recorded, synced.when
    words = []
    if recorded is not None and when is not None:
        words = [_when(when.unix_s), _length(recorded.summary.recording.duration_s), str(recorded.path)]
        began = {Known.SAID: BeganFrom.SAID, Known.ESTIMATED: BeganFrom.RECORDING}.get(when.known, BeganFrom.LIVE)
        dated = when.known is not Known.UNKNOWN
        if dated and keep_run(recorded.path, recorded.info, recorded.summary, recorded.events, began):
            words.append("in the history")
    print(f"run {run.number}: {', '.join(words) or 'not fetched'}", flush=True)
    for note in synced.notes:
        print(f"hipdrop: run {run.number}: {note}", file=sys.stderr)


def _tell_end(sync: Sync, *, named: bool) -> None:
    if not sync.done and not named:
        print("nothing to fetch: all runs of the clip are here, or it keeps none")
    if sync.erased:
        print(erased_line(sync.erased))


@contextmanager
def _bar() -> Iterator[Tell]:
    """Show how far the run is on a terminal, with rate and time left; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda run, at: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description:8}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        tasks: dict[int, TaskID] = {}

        def tell(run: ClipRun, at: int) -> None:
            if run.number not in tasks:
                tasks[run.number] = bar.add_task(f"run {run.number}", total=run.bytes, completed=at)
            bar.update(tasks[run.number], completed=at)

        yield tell
