"""Bytes of a run over a link into a file: resumed at any byte, checked record by record."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from hipdrop.errors import LinkLost, OutputError
from hipdrop.links.line import Line, now_s
from hipdrop.runs.kept import ClipRun
from hipdrop.runs.records import RECORD_BYTES
from hipwire import decoding, errors, ids, records
from hipwire import runs as wire

WINDOW_BYTES = 1 << 15  # asked for at a time; a cable that hears nothing from its host for 10 s is closed by the clip
STALL_S = 3.0  # without a part: a request or its parts are lost
TRIES = 4  # without a byte of progress

Progress = Callable[[int], None]  # bytes of the run that are here


class Parts:
    """Takes the messages of a clip, and puts the parts of one run behind each other."""

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._run = 0
        self._wake: Callable[[], None] = lambda: None
        self.at = 0  # bytes that are here
        self.until = 0
        self.heard_s = 0.0
        self.torn = False  # a part is missing
        self.error: OSError | None = None  # of the file

    def message(self, arrival_s: float, message: bytes) -> None:
        """Take a message; all but the parts that are wanted next is let go."""
        if self._file is None or not message or message[0] & 0x0F != ids.PART:
            return
        try:
            _, run, offset, data = decoding.part(message)
        except errors.WireError:
            return
        if run != self._run:
            return
        if offset > self.at:
            self.torn = True
        elif offset == self.at and self.error is None:
            self._put(data[: self.until - self.at], arrival_s)
        if self.torn or self.at == self.until or self.error is not None:
            self._wake()

    def _put(self, data: bytes, arrival_s: float) -> None:
        assert self._file is not None
        try:
            written = self._file.write(data)
        except OSError as error:
            self.error = error
            return
        self.at += written  # a disk that is nearly full takes a part; the rest is asked for again, and says why
        self.torn = written < len(data)
        self.heard_s = arrival_s

    def begin(self, file: BinaryIO, run: int, at: int, wake: Callable[[], None]) -> None:
        """Write what comes of this run into a file that holds the first `at` bytes."""
        self._file, self._run, self.at, self.until, self._wake = file, run, at, at, wake
        self.torn, self.error = False, None

    def end(self) -> None:
        """Take no more."""
        self._file = None


async def fetch(line: Line, parts: Parts, run: ClipRun, path: Path, tell: Progress) -> None:
    """Bring the file to the length of the run, from where it ends on, and to the disk; ask again for what is damaged.

    Raises
    ------
    LinkLost
        The link is gone, or nothing comes any more; what has come stays.
    ClipRefused
        The clip does not give it.
    OutputError
        The disk does not take it.
    """
    try:
        with path.open("ab", buffering=0) as file:
            try:
                await _bring(line, parts, run, file, min(file.tell(), run.bytes), run.bytes, tell)
            finally:
                os.fsync(file.fileno())
        for first, end in stretches(bad_records(path.read_bytes())):
            await _bring_again(line, parts, run, path, first * RECORD_BYTES, end * RECORD_BYTES)
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error}); what has come is kept: make room, then sync again"
        raise OutputError(path, problem) from error


async def _bring_again(line: Line, parts: Parts, run: ClipRun, path: Path, begin: int, end: int) -> None:
    """Fetch a stretch once more: damaged on the flash it comes as it was."""
    again = io.BytesIO()
    await _bring(line, parts, run, again, begin, end, lambda at: None)
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(again.getvalue())
        file.flush()
        os.fsync(file.fileno())


async def _bring(
    line: Line, parts: Parts, run: ClipRun, sink: BinaryIO, begin: int, end: int, tell: Progress
) -> None:  # fmt: skip
    """Put bytes `begin` to `end` of a run behind each other into a file."""
    parts.begin(sink, run.number, begin, line.wake)
    tries = 0
    try:
        while parts.at < end:
            before = parts.at
            await _window(line, parts, run, min(WINDOW_BYTES, end - parts.at), tell)
            tries = 0 if parts.at > before else tries + 1
            if tries == TRIES:
                waited_s = TRIES * STALL_S
                raise LinkLost(f"the clip does not send run {run.number}: nothing has come for {waited_s:.0f} s")
    finally:
        parts.end()


async def _window(line: Line, parts: Parts, run: ClipRun, wanted: int, tell: Progress) -> None:
    """Ask for a stretch, and take it as far as it comes."""
    parts.until = parts.at + wanted
    parts.heard_s = now_s()
    payload = records.pack(wire.FETCH, {"run": run.number, "offset": parts.at, "bytes": wanted})
    answer = records.unpack(wire.FETCHING, await line.ask(ids.FETCH_RUN, payload))
    if answer["total"] != run.bytes:
        raise LinkLost(f"run {run.number} has {answer['total']} bytes, not {run.bytes}: list the runs again")
    parts.torn = False
    while parts.at < parts.until and not parts.torn and now_s() - parts.heard_s < STALL_S:
        line.check()
        await line.rest(STALL_S / 8)
        if parts.error is not None:
            raise parts.error
        tell(parts.at)


def stretches(numbers: list[int]) -> list[tuple[int, int]]:
    """Give numbers that follow each other as first and end."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return found


def bad_records(data: bytes) -> list[int]:
    """Give the numbers of the records whose checksum is wrong; one that is not all there is not looked at."""
    whole = len(data) // RECORD_BYTES
    return [k for k in range(whole) if not _is_whole(data[RECORD_BYTES * k : RECORD_BYTES * (k + 1)])]


def _is_whole(record: bytes) -> bool:
    return zlib.crc32(record[:-4]) == int.from_bytes(record[-4:], "little")
