"""Writes run.mcap while the run goes on (docs/recording-format.md)."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from mcap.writer import CompressionType, IndexType, Writer

import hipdrop
from hipdrop.errors import OutputError
from hipdrop.events import Event, UserInput
from hipdrop.receive.chain import microseconds
from hipdrop.recording.event_texts import event_schema, event_text, topic_of
from hipdrop.recording.items import CLIP_TOPIC, HEADER_NAME, INPUT_TOPIC, SESSION_TOPIC, RunHeader, input_text

FLUSH_S = 1.0  # a killed process or a full disk loses no more
_ANY_OBJECT = b'{"type": "object"}'

Entry = tuple[str, int, bytes | Event]  # topic, time of day in us, data


class RunWriter:
    """A recording that is being written, by a thread of its own: no call waits for the disk.

    Everything is written in the order of the calls, and reaches the disk every `FLUSH_S`. When the disk fails, `error`
    is set, nothing more is taken, and what is written stays readable; `close` raises it.

    Parameters
    ----------
    path
        File to make; one that is there is never overwritten.
    header
        What the run is made with.

    Raises
    ------
    OutputError
        The file is there already, or cannot be made.
    """

    def __init__(self, path: Path | str, header: RunHeader) -> None:
        self.path = Path(path)
        self.error: OutputError | None = None
        self._file = _make(self.path)
        self._header = header
        self._offset_us = microseconds(header.start_unix_s) - microseconds(header.start_s)
        self._queue: deque[Entry] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="hipdrop recording", daemon=True)
        self._thread.start()

    def frame(self, arrival_s: float, message: bytes) -> None:
        """Record a message of the clip."""
        self._put(CLIP_TOPIC, arrival_s, bytes(message))

    def user(self, t_s: float, item: UserInput) -> None:
        """Record an input of the user."""
        self._put(INPUT_TOPIC, t_s, input_text(item))

    def session(self, t_s: float, what: str, **detail: Any) -> None:
        """Record what became of the link: `connected` (with `mtu`, if it has one), `lost`, or another word."""
        self._put(SESSION_TOPIC, t_s, json.dumps({"what": what, **detail}).encode())

    def events(self, t_s: float, events: Iterable[Event]) -> None:
        """Record what the pipeline has said by now; for other tools and for lists alone, no replay reads it."""
        for event in events:
            self._put(topic_of(event), t_s, event)

    def close(self) -> None:
        """Write the rest and the end mark.

        Raises
        ------
        OutputError
            Not everything could be written.
        """
        self._closing = True
        self._wake.set()
        self._thread.join()
        if self.error is not None:
            raise self.error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _put(self, topic: str, time_s: float, data: bytes | Event) -> None:
        time_us = microseconds(time_s) + self._offset_us
        if time_us < 0:
            raise ValueError(f"{time_s} s is before 1970 on the clock of the header")
        if self.error is None and not self._closing:
            self._queue.append((topic, time_us, data))

    def _work(self) -> None:
        """Write and flush until closed; the only place that touches the file."""
        try:
            with self._file:
                self._write_all()
        except OSError as error:
            problem = f"cannot be written on ({error.strerror or error}); what was recorded until then can be replayed"
            self.error = OutputError(self.path, problem)
            self._queue.clear()

    def _write_all(self) -> None:
        mcap = _Mcap(self._file, self._header)
        last = False
        while not last:
            last = self._closing  # before the queue is emptied: what came before `close` is in it
            while self._queue:
                mcap.add(*self._queue.popleft())
            if last:
                mcap.finish()
            _to_disk(self._file)
            self._wake.wait(FLUSH_S)


def _make(path: Path) -> BinaryIO:
    try:
        return path.open("xb")
    except FileExistsError as error:
        raise OutputError(
            path, "is there already, and a recording is never overwritten; name another folder"
        ) from error
    except OSError as error:
        raise OutputError(path, f"cannot be written: {error.strerror or error}; name another folder") from error


class _Mcap:
    """The file as MCAP: messages by topic, numbered."""

    def __init__(self, file: BinaryIO, header: RunHeader) -> None:
        self._writer = begin_mcap(file)
        self._writer.add_metadata(HEADER_NAME, header.as_texts())
        schema = self._writer.register_schema("hipdrop", "jsonschema", _ANY_OBJECT)
        self._channels = {CLIP_TOPIC: self._writer.register_channel(CLIP_TOPIC, "hipwire", 0)}
        for topic in (INPUT_TOPIC, SESSION_TOPIC):
            self._channels[topic] = self._writer.register_channel(topic, "json", schema)
        self._number = 0

    def add(self, topic: str, time_us: int, data: bytes | Event) -> None:
        """Write one message."""
        if isinstance(data, Event):
            if topic not in self._channels:  # schema and channel of a kind of event stand before its first
                schema = self._writer.register_schema(
                    f"hipdrop.{type(data).__name__}", "jsonschema", event_schema(type(data))
                )
                self._channels[topic] = self._writer.register_channel(topic, "json", schema)
            data = event_text(data)
        self._writer.add_message(self._channels[topic], 1000 * time_us, data, 1000 * time_us, self._number & 0xFFFFFFFF)
        self._number += 1

    def finish(self) -> None:
        """Write the end."""
        self._writer.finish()  # type: ignore[no-untyped-call]


def begin_mcap(file: BinaryIO, library: str = f"hipdrop {hipdrop.__version__}") -> Writer:
    """Begin a file of the recording's kind; unchunked, so that each message stands for itself when the file is torn."""
    writer = Writer(file, compression=CompressionType.NONE, index_types=IndexType.METADATA, use_chunking=False)
    writer.start(profile="hipdrop", library=library)
    return writer


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
