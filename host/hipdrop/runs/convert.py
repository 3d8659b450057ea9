"""A run of the clip into an ordinary recording, with the events that a live run of it would have had."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hipdrop.errors import InputError, OutputError
from hipdrop.eventlog import EventLog
from hipdrop.events import Event
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.receive.messages import ClipInfo
from hipdrop.recording import RunHeader, RunWriter, read_run
from hipdrop.recording.items import Message, versions
from hipdrop.runs.aslive import AsLive
from hipdrop.runs.wallclock import When
from hipdrop.settings import Settings
from hipdrop.summary import RunSummary, summarize

TOGETHER = 50  # messages that enter the pipeline at a time: 5 s


@dataclass(frozen=True)
class Who:
    """With what and for whom a run is recorded, as `hipdrop.recording.RunHeader` has it."""

    settings: Settings
    profile: Profile | None = None
    person: str = ""
    shoe: str = ""


@dataclass(frozen=True)
class Recorded:
    """A run that is a recording now.

    Attributes
    ----------
    path
        The recording.
    info
        Which clip it was.
    summary, events
        As of a live run.
    """

    path: Path
    info: ClipInfo
    summary: RunSummary
    events: Sequence[Event]


def record(live: AsLive, path: Path, when: When, who: Who, words: Mapping[str, Any]) -> Recorded:
    """Write the recording of a run, read it back, and put it in its place when it is safe on the disk.

    Parameters
    ----------
    live
        The run as messages.
    path
        Where to; a file that is there is never overwritten.
    when
        When its first sample was.
    who
        What goes into its header.
    words
        What it says of its origin.

    Raises
    ------
    OutputError
        It cannot be written, or what was written is not what was to be.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        chain, events = _write(live, part, when, who, words)
        _check(live, part)
        if path.exists():
            raise OutputError(path, "is there already, and a recording is never overwritten; name another folder")
        part.replace(path)
        settle(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return Recorded(path, live.info, summarize(chain.facts(path), events, who.person, who.shoe), events)


def _write(live: AsLive, part: Path, when: When, who: Who, words: Mapping[str, Any]) -> tuple[Chain, list[Event]]:
    begin_us = live.messages[0][0]
    start_unix_s = when.unix_s - (live.first_us - begin_us) / 1e6
    header = RunHeader(
        who.settings, None, who.profile, None, begin_us / 1e6, start_unix_s, versions(), who.person, who.shoe
    )
    chain = Chain(who.settings, profile=who.profile)
    events = EventLog()
    with RunWriter(part, header) as writer:
        writer.session(header.start_s, "synced", **words)
        at_s = header.start_s
        for number, (device_us, message) in enumerate(live.messages):
            at_s = device_us / 1e6
            writer.frame(at_s, message)
            chain.take(at_s, message)
            if number % TOGETHER == 0:
                _keep(events, writer, at_s, chain.run())
        _keep(events, writer, at_s, chain.run() + chain.close())
    return chain, list(events)


def _keep(log: EventLog, writer: RunWriter, at_s: float, events: list[Event]) -> None:
    log.extend(events)
    writer.events(at_s, events)


def settle(folder: Path) -> None:
    """Have the disk know the names in a folder, where the system has a way to ask for that."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _check(live: AsLive, part: Path) -> None:
    """Compare what can be read of the file with what was to be in it."""
    try:
        found = [item.message for item in read_run(part).items if isinstance(item, Message)]
    except InputError as error:
        raise OutputError(part, f"cannot be read again ({error.problem}); is the disk all right?") from error
    if found != [message for _, message in live.messages]:
        raise OutputError(part, "does not hold what was written to it; is the disk all right?")
