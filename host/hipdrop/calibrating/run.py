"""A calibration as it happens: samples and keys into the procedure, in an order that a recording keeps."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from hipcal.procedures.base import Procedure
from hipdrop.calibrating.samples import nominal_chain
from hipdrop.errors import OutputError
from hipdrop.links.base import Link
from hipdrop.links.connection import Session as LinkSession
from hipdrop.links.states import State
from hipdrop.links.storing import Asker
from hipdrop.receive.messages import ClipInfo, ClipStatus
from hipdrop.recording import RunHeader, RunWriter
from hipdrop.recording.items import Item, Message, Session
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipwire import decoding, errors, ids
from hipwire.frames import UNKNOWN_TEMPERATURE_CDEG

KEY = "key"  # what the session items of a recording are called that keep keys


class Key(StrEnum):
    """What the one who watches wants."""

    ENOUGH = "enough"
    REDO = "redo"
    LEAVE = "leave"


class Clip(NamedTuple):
    """What is known of the clip when its first sample comes; None where a file does not say.

    Attributes
    ----------
    info
        What it is.
    record
        What it holds of a calibration.
    rate_hz
        Rate of its samples.
    """

    info: ClipInfo | None
    record: bytes | None
    rate_hz: float


Make = Callable[[Clip], Procedure]
Finish = Callable[[Asker], Awaitable[None]]  # what is done with the result, while the clip can still be asked


class CalibrationRun:
    """The sink of a session (`hipdrop.links.connection.Sink`) that leads through a procedure.

    Parameters
    ----------
    make
        Makes the procedure once the clip has said what it is, and its rate is known.
    recording
        Where to record, if anywhere.
    parts
        Whether a part of it is worth keeping, as sets and tries are; a calibration is whole or none.

    Attributes
    ----------
    procedure
        None before the first sample.
    left
        Whether somebody has left it.
    link_lost
        Whether the connection is gone, and not there again.
    temperatures_c
        Of the sensor, each with its time on the axis of the samples.
    record
        What the clip has said of the calibration that it holds; None where it has not.
    on_done
        Called once when there is nothing left to do, or it is left.
    session
        The connection while there is one; None before, and with a recording.
    """

    def __init__(self, make: Make, recording: Path | None = None, *, parts: bool = False) -> None:
        self._make = make
        self._path = recording
        self._parts = parts
        self._writer: RunWriter | None = None
        self.recording_error: OutputError | None = None
        self.chain = nominal_chain(self._take)
        self.procedure: Procedure | None = None
        self.left = False
        self.link_lost = False
        self.temperatures_c: list[tuple[float, float]] = []
        self.on_done: Callable[[], None] = lambda: None
        self.session: LinkSession | None = None
        self.record: bytes | None = None
        self._status: ClipStatus | None = None
        self._told = False

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.left or (self.procedure is not None and self.procedure.done)

    @property
    def keeps_if_left(self) -> bool:
        """Whether leaving keeps what is done: the link is gone, which is no wish of anybody's."""
        return self._parts and self.link_lost and self.procedure is not None

    @property
    def measured(self) -> datetime:
        """Now, as it stands in the calibration."""
        return datetime.now().astimezone().replace(microsecond=0)

    def message(self, arrival_s: float, message: bytes) -> None:
        """Record a message, then see what becomes of it."""
        if self._path is not None and self.recording_error is None:
            self._record(self._path, arrival_s, message)
        self.enter(arrival_s, message)

    def enter(self, arrival_s: float, message: bytes) -> None:
        """Take a message, live or recorded."""
        self._hear_record(message)
        self.chain.push(arrival_s, message)
        status = self.chain.status
        if status is not None and status is not self._status:
            self._status = status
            if status.temperature_cdeg != UNKNOWN_TEMPERATURE_CDEG:
                self.temperatures_c.append((self.chain.reached_s, status.temperature_cdeg / 100))
        self._tell()

    def _hear_record(self, message: bytes) -> None:
        """Keep what the clip holds, before the first sample asks for it."""
        with suppress(errors.WireError):
            if decoding.kind(message) == ids.ANSWER:
                code, _, result, payload = decoding.answer(message)
                if code == ids.GET_CALIBRATION and result == ids.OK:
                    self.record = bytes(payload)

    def press(self, key: Key) -> None:
        """Take a key; before the first sample there is nothing but to leave."""
        if self._writer is not None:
            self._writer.session(asyncio.get_running_loop().time(), KEY, key=str(key))
        self.do(key)

    def do(self, key: Key) -> None:
        """Do what a key says, live or recorded."""
        if key is Key.LEAVE:
            self.left = self.left or not self.done
        elif self.procedure is not None and not self.done:
            if key is Key.ENOUGH:
                self.procedure.enough()
            else:
                self.procedure.redo()
        self._tell()

    def end(self) -> None:
        """Nothing more will come: the procedure makes of it what can be made."""
        if not self.done:
            self.cut()

    def cut(self) -> None:
        """Nothing more can come, whoever has left: the procedure makes of it what can be made."""
        self.chain.close()
        if self.procedure is not None and not self.procedure.done:
            self.procedure.close()

    def close(self) -> None:
        """Close the recording."""
        if self._writer is not None:
            self._writer.close()

    def connected(self, at_s: float, mtu: int) -> None:
        """Note that the stream goes."""
        self.link_lost = False
        if self._writer is not None:
            self._writer.session(at_s, "connected", mtu=mtu)
        self.chain.connected(mtu)

    def lost(self, at_s: float) -> None:
        """Note that the connection is gone."""
        self.link_lost = True
        if self._writer is not None:
            self._writer.session(at_s, "lost")
        self.chain.lost()

    def missing(self, at_s: float) -> tuple[int, int] | None:
        """Give frames to ask the clip for."""
        return None if self.done else self.chain.missing(at_s)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that the clip may still have; once it is done nothing is wanted any more."""
        return self.done or self.chain.complete

    def _take(self, block: SampleBlock) -> None:
        if self.procedure is None:
            assert self.chain.rate_hz is not None, "samples come when the rate is known"
            self.procedure = self._make(Clip(self.chain.info, self.record, self.chain.rate_hz))
        if not self.done:
            self.procedure.push(block)

    def _tell(self) -> None:
        if self.done and not self._told:
            self._told = True
            self.on_done()

    def _record(self, path: Path, arrival_s: float, message: bytes) -> None:
        """Record a message; a calibration does not fail for a disk."""
        try:
            if self._writer is None:
                self._writer = RunWriter(path, RunHeader.now(arrival_s, Settings()))
            self._writer.frame(arrival_s, message)
            self.recording_error = self._writer.error
        except OutputError as error:
            self.recording_error = error
        if self.recording_error is not None:
            print(f"hipdrop: {self.recording_error}; the calibration goes on, not recorded", file=sys.stderr)


class RecordedCalibration(CalibrationRun):
    """A calibration from the recording of a clip; `start_unix_s` is the time of day at `start_s` of its items."""

    def __init__(self, make: Make, start_s: float, start_unix_s: float) -> None:
        super().__init__(make)
        self._offset_s = start_unix_s - start_s
        self._now_s = start_s

    @property
    def measured(self) -> datetime:
        """When that was."""
        return datetime.fromtimestamp(self._now_s + self._offset_s, UTC).astimezone().replace(microsecond=0)

    def item(self, item: Item) -> None:
        """Let an item of the recording enter."""
        if isinstance(item, Message):
            self._now_s = item.arrival_s
            self.enter(item.arrival_s, item.message)
        elif isinstance(item, Session) and item.what == KEY and item.detail.get("key") in list(Key):
            self.do(Key(item.detail["key"]))


async def lead(
    run: CalibrationRun,
    link: Link,
    finish: Finish,
    on_state: Callable[[State], None] = lambda state: None,
) -> None:
    """Lead through it over a link, which is open around this, until it is done, left, or nothing more comes.

    Raises
    ------
    LinkError
        The clip cannot be reached, or not be worked with.
    OutputError
        The recording could not be written to its end.
    """
    session = run.session = LinkSession(link, run, stream="raw", on_change=on_state)
    over = asyncio.Event()
    run.on_done = over.set
    ending = asyncio.create_task(_end(run, link, session, over, finish))
    try:
        await session.run()
        if over.is_set() or link.ended.is_set():
            await ending
    finally:
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        run.close()


async def _end(run: CalibrationRun, link: Link, session: LinkSession, over: asyncio.Event, finish: Finish) -> None:
    """Finish when it is done, or when nothing more will come: the motion that a virtual clip was fed with is over."""
    waits = [asyncio.ensure_future(event.wait()) for event in (over, link.ended)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        run.end()
        if not run.left:
            await finish(session)
    finally:
        session.end()
        if not session.stands:
            session.end()  # nothing is missing any more: a lost link is not waited for
        for wait in waits:
            wait.cancel()
