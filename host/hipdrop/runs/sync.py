"""From the clip's flash to recordings on this computer: each run fetched, checked, converted, perhaps erased."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hipdrop.errors import ClipBusy, ClipNotFound, InputError, LinkLost, OutputError
from hipdrop.links.base import Link
from hipdrop.links.connection import OPEN_S, REOPEN_S
from hipdrop.links.line import Line
from hipdrop.links.timing import unix_now_s
from hipdrop.recording.library import new_path
from hipdrop.runs.asking import asked_info, booted_unix_s, check_idle, check_numbers, erase, list_runs
from hipdrop.runs.aslive import AsLive, as_live
from hipdrop.runs.clockbook import settings_of
from hipdrop.runs.convert import Recorded, Who, record
from hipdrop.runs.fetching import Parts, fetch
from hipdrop.runs.kept import ClipRun, Had, Kept
from hipdrop.runs.reading import RunFile, read_run
from hipdrop.runs.wallclock import Known, When, began
from hipwire import errors, frames, ids

LOSSES = 3  # connections in a row that bring nothing
AGAIN_S = 1.0  # from the end of a connection to the next try
RAW_LEFT = "raw samples"
STAYS = "it stays on the clip"
Result = TypeVar("Result")
Tell = Callable[[ClipRun, int], None]  # a run, and how many bytes of it are here


@dataclass(frozen=True)
class Wish:
    """What a sync shall do.

    Attributes
    ----------
    folder
        Where the recordings go.
    who
        What goes into their headers.
    numbers
        Of the runs; none: all that are not here.
    keep
        Leave the clip's own file beside the recording.
    erase
        Erase on the clip what is safe here.
    at_unix_s
        When the run was, typed in.
    clips
        The folder of what is on its way, in place of the one in the user's data.
    """

    folder: Path
    who: Who
    numbers: Sequence[int] = ()
    keep: bool = False
    erase: bool = False
    at_unix_s: float | None = None
    clips: Path | None = None


@dataclass(frozen=True)
class Synced:
    """What became of a run.

    Attributes
    ----------
    run
        Which.
    recorded
        Its recording; None where it holds no samples, or was left on the clip.
    when
        When it was.
    notes
        What its owner should know, in words.
    empty
        Whether there is nothing in it that could be lost.
    """

    run: ClipRun
    recorded: Recorded | None = None
    when: When | None = None
    notes: tuple[str, ...] = ()
    empty: bool = False


@dataclass
class Sync:
    """One sync: over as many connections as it takes.

    `done` is what became of the runs so far, `at` how far the one being fetched is, `erased` what the clip has no more.
    """

    link: Link
    wish: Wish
    tell: Tell = lambda run, at: None
    on_done: Callable[[Synced], None] = lambda synced: None
    done: list[Synced] = field(default_factory=list)
    at: tuple[ClipRun, int] | None = None
    erased: list[ClipRun] = field(default_factory=list)
    _now_s: float = 0.0

    async def run(self) -> list[Synced]:
        """Fetch all that is wished for.

        Raises
        ------
        LinkError
            The clip cannot be reached any more, or refuses; what has come is kept.
        OutputError
            The disk does not take it.
        """
        parts = Parts()
        return await persist(self.link, parts.message, lambda line: self._over(line, parts), self._progress)

    def _progress(self) -> tuple[int, int]:
        return len(self.done), self.at[1] if self.at is not None else 0

    async def _over(self, line: Line, parts: Parts) -> list[Synced]:
        """Go on over a new connection."""
        info = await asked_info(line)
        self._now_s = unix_now_s()
        await check_idle(line)
        runs = await list_runs(line)
        check_numbers(self.wish.numbers, runs)
        with Kept(info["serial"], self.wish.clips) as kept:
            for run in runs:
                if self._wanted(run, kept):
                    await self._one(line, parts, info, run, kept)
            for run in runs if self.wish.erase else ():
                if self._may_go(run, kept):
                    await erase(line, run)
                    self.erased.append(run)
        return self.done

    def _wanted(self, run: ClipRun, kept: Kept) -> bool:
        if run.key in [one.run.key for one in self.done]:
            return False
        return run.number in self.wish.numbers if self.wish.numbers else kept.find(run) is None

    def _may_go(self, run: ClipRun, kept: Kept) -> bool:
        """Whether a run may be erased: it is safe here and its time is known, or there is nothing in it."""
        if self.wish.numbers and run.number not in self.wish.numbers:
            return False
        had = kept.find(run)
        if had is None:
            return run.key in [one.run.key for one in self.done if one.empty]
        return had.known != Known.UNKNOWN

    async def _one(self, line: Line, parts: Parts, info: dict[str, Any], run: ClipRun, kept: Kept) -> None:
        """Bring one run here."""
        if run.growing:
            self._tell_done(Synced(run, notes=("it is being recorded: end it, then sync again",)))
            return
        path = kept.part(run)

        def heard(at: int) -> None:
            self.at = (run, at)
            self.tell(run, at)

        await fetch(line, parts, run, path, heard)
        booted_s = await booted_unix_s(line, run)
        keeping = asyncio.ensure_future(asyncio.to_thread(self._keep, path, info, run, booted_s, kept))
        try:
            await asyncio.shield(keeping)
        finally:  # Ctrl-C too waits for it: it takes a few seconds, and then the run is here
            self._tell_done(await keeping)

    def _tell_done(self, synced: Synced) -> None:
        self.done.append(synced)
        self.on_done(synced)

    def _keep(self, path: Path, info: dict[str, Any], run: ClipRun, booted_s: float | None, kept: Kept) -> Synced:
        """Make a recording of a run that is here, note it, and put the clip's own file away (in a thread)."""
        before = kept.had().get(run.key)
        synced = self._convert(path, info, run, booted_s)
        if synced.recorded is None or synced.when is None:
            if synced.empty:
                path.unlink(missing_ok=True)
            return synced
        recording, known = synced.recorded.path.resolve(), synced.when.known.value
        kept.note(Had(run.number, run.boot_id, run.bytes, str(recording), known))
        if before is not None and before.known == Known.UNKNOWN:
            Path(before.recording).unlink(missing_ok=True)  # this one is the same run, with its time
        self._put_away(path, synced)
        return synced

    def _convert(self, path: Path, info: dict[str, Any], run: ClipRun, booted_s: float | None) -> Synced:
        """Make a recording of the fetched bytes."""
        data = path.read_bytes()
        if not data:
            return Synced(run, notes=("the power was cut as it began: there is nothing in it",), empty=True)
        try:
            found = read_run(data, path, run.number)
        except InputError as error:
            return Synced(run, notes=(f"{STAYS}: {error}",))
        try:
            live = as_live([item.message for item in found.items], frames.pack_info(info))
        except errors.WireError:
            if _may_hold_samples(found):
                return Synced(run, notes=(*found.complaints, f"{STAYS}: its samples cannot be read, see {path}"))
            return Synced(run, notes=(*found.complaints, "there are no samples in it"), empty=True)
        lasted_s = (live.last_us - live.first_us) / 1e6
        when = began(
            live.first_us, live.shown, settings_of(info["serial"], self.wish.clips), booted_s, self._now_s, lasted_s
        )
        if self.wish.at_unix_s is not None:
            when = When(self.wish.at_unix_s, Known.SAID)
        local = datetime.fromtimestamp(when.unix_s, UTC).astimezone()
        notes = _notes(found, live, when)
        words = {"clip_run": run.number, "serial": live.info.serial, "known": when.known.value, "notes": list(notes)}
        recorded = record(live, new_path(self.wish.folder, local), when, self.wish.who, words)
        return Synced(run, recorded, when, notes)

    def _put_away(self, path: Path, synced: Synced) -> None:
        """Leave the clip's file beside the recording where that is wished, or there is more in it."""
        assert synced.recorded is not None
        try:
            if self.wish.keep or any(RAW_LEFT in note for note in synced.notes):
                path.replace(synced.recorded.path.with_suffix(".run"))
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(path, f"cannot be moved to the recording ({error.strerror or error})") from error


def _may_hold_samples(found: RunFile) -> bool:
    """Whether a run without a sample that can be read may have some all the same."""
    sampled = any(item.message[0] & 0x0F in (ids.RAW, ids.TILT) for item in found.items)
    return sampled or found.damaged > 0 or found.torn_bytes > 0


def _notes(found: RunFile, live: AsLive, when: When) -> tuple[str, ...]:
    notes = list(found.complaints)
    if live.unreadable:
        notes.append(f"{live.unreadable} messages in it cannot be read")
    if live.left_out:
        notes.append(f"its {RAW_LEFT} do not go to its end: they are in the clip's file beside the recording")
    if when.known is Known.UNKNOWN:
        notes.append("when it was is not known: taken as just before this sync, and not erased; give it with --at")
    elif when.known is Known.ESTIMATED:
        notes.append("when it was is reckoned from how long the clip had been on")
    return tuple(notes)


async def persist(
    link: Link, take: Callable[[float, bytes], None], work: Callable[[Line], Awaitable[Result]],
    progress: Callable[[], object],
) -> Result:  # fmt: skip
    """Do something over a link, and again over the next connection when it is lost, as long as that gets it on.

    Raises
    ------
    LinkError
        It does not.
    """
    losses, before, opened = 0, progress(), False
    async with link:
        while True:
            line = Line(link, take)
            try:
                try:
                    await line.open(REOPEN_S if opened else OPEN_S)
                    opened = True
                    return await work(line)
                finally:
                    await line.close()
            except (LinkLost, ClipBusy, ClipNotFound):
                losses = 1 if progress() != before else losses + 1
                before = progress()
                if losses >= LOSSES or not opened:
                    raise
            await asyncio.sleep(AGAIN_S)
