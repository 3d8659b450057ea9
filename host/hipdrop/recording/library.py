"""Where recordings lie when nobody says where, and what is there."""

from __future__ import annotations

import io
import struct
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Footer, Message, Metadata, Statistics
from mcap.stream_reader import StreamReader
from platformdirs import user_data_path

from hipdrop.errors import InputError
from hipdrop.events import AlertRaised, Step
from hipdrop.recording.event_texts import EVENT_TOPICS, topic_of
from hipdrop.recording.items import CLIP_TOPIC, HEADER_NAME
from hipdrop.recording.reader import MAGIC, MOST_BYTES, SIDES_NAME

SUFFIX = ".mcap"
FOLDER_NAME = "recordings"
END = struct.Struct("<BQ20s8s")  # the footer with its opcode and length, and the closing magic
BEING_WRITTEN_S = 5.0  # a run flushes its recording every second
_BAD = (McapError, struct.error, ValueError, KeyError, EOFError)


@dataclass(frozen=True)
class Listed:
    """What the list of recordings says of one.

    Attributes
    ----------
    path
        The file.
    start_unix_s
        Time of day at its beginning, seconds since 1970; of the file's last change where it does not say.
    lasting_s
        Time from its beginning to the last thing recorded.
    steps, alerts
        Running steps, and alerts raised, as the run has told them; None where the recording holds no events.
    state
        `whole`, `torn`, `recording` (not closed, and written within the last seconds), or what it is instead of a
        recording.
    swapped
        Whether left and right have been swapped afterwards.
    """

    path: Path
    start_unix_s: float
    lasting_s: float
    steps: int | None
    alerts: int | None
    state: str
    swapped: bool = False


def recordings_folder() -> Path:
    """Give the folder of the recordings in the user's data folder."""
    return user_data_path("hipdrop", appauthor=False) / FOLDER_NAME


def new_path(folder: Path, now: datetime) -> Path:
    """Give a name that is not taken, by local date and time, such as `2026-11-22_18-30-05.mcap`."""
    stem = now.strftime("%Y-%m-%d_%H-%M-%S")
    names = (stem if number == 1 else f"{stem}_{number}" for number in range(1, 1000))
    return next(path for name in names if not (path := folder / f"{name}{SUFFIX}").exists())


def find_recording(path: Path) -> Path:
    """Give the file of this name; a bare name that is not here is looked up in the folder, also without its suffix."""
    if path.exists() or path.parent != Path():
        return path
    kept = recordings_folder() / path.name
    found = (one for one in (kept, kept.with_name(kept.name + SUFFIX)) if one.exists())
    return next(found, path)


def list_recordings(folder: Path, now_unix_s: float | None = None) -> list[Listed]:
    """List the recordings in a folder, the oldest first.

    Raises
    ------
    InputError
        The folder cannot be read; one that does not exist is empty.
    """
    now_unix_s = time.time() if now_unix_s is None else now_unix_s
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.exists() else []
    except OSError as error:
        raise InputError(folder, f"cannot be read ({error.strerror or error})") from error
    return sorted((look_at(path, now_unix_s) for path in paths), key=lambda one: (one.start_unix_s, one.path))


def look_at(path: Path, now_unix_s: float) -> Listed:
    """Look at one file: a whole one tells by its end, of another the records are counted up to the tear."""
    changed_s = 0.0
    try:
        changed_s = path.stat().st_mtime
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                return Listed(path, changed_s, 0.0, None, None, "no recording")
            counted = _counts_at_end(file)
            state = "whole"
            if counted is None:
                state = "recording" if 0.0 <= now_unix_s - changed_s < BEING_WRITTEN_S else "torn"
                counted = _counts_by_walking(file)
            start_unix_s, swapped = _words_at_start(file)
    except OSError as error:
        return Listed(path, changed_s, 0.0, None, None, f"cannot be read ({error.strerror or error})")
    if start_unix_s is None:
        return Listed(path, changed_s, 0.0, None, None, "no recording" if state == "whole" else "torn, empty")
    counts, last_ns = counted
    steps = alerts = None
    if any(topic.startswith(EVENT_TOPICS) for topic in counts):
        steps, alerts = counts[topic_of(Step)], counts[topic_of(AlertRaised)]
    lasting_s = max(0.0, last_ns / 1e9 - start_unix_s) if counts[CLIP_TOPIC] else 0.0
    return Listed(path, start_unix_s, lasting_s, steps, alerts, state, swapped)


def _words_at_start(file: BinaryIO) -> tuple[float | None, bool]:
    """Read the time of day in the header of a run, None without such a header, and whether sides were swapped."""
    start_unix_s, swapped = None, False
    for record in _records_from(file, 0):
        if isinstance(record, Metadata) and record.name == HEADER_NAME:
            try:
                start_unix_s = float(record.metadata["start_unix_s"])
            except (KeyError, ValueError):
                return None, False
        swapped |= isinstance(record, Metadata) and record.name == SIDES_NAME
        if isinstance(record, Message):
            break
    return start_unix_s, swapped


def _counts_at_end(file: BinaryIO) -> tuple[Counter[str], int] | None:
    """Read messages by topic, and the time of the last one in ns, off the summary; None for a file without its end."""
    length = file.seek(0, 2)
    if length < END.size + len(MAGIC):
        return None
    file.seek(-END.size, 2)
    opcode, _, footer, magic = END.unpack(file.read(END.size))
    if opcode != Opcode.FOOTER or magic != MAGIC:
        return None
    summary_start = int.from_bytes(footer[:8], "little")
    topics: dict[int, str] = {}
    for record in _records_from(file, summary_start) if summary_start else ():
        if isinstance(record, Channel):
            topics[record.id] = record.topic
        elif isinstance(record, Statistics):
            counts = {topics.get(key, ""): count for key, count in record.channel_message_counts.items()}
            return Counter(counts), record.message_end_time
        elif isinstance(record, Footer):
            break
    return None


def _records_from(file: BinaryIO, at: int) -> Iterator[object]:
    """Give the records from a place in the file on, up to the tear or the end."""
    file.seek(at)
    try:
        yield from StreamReader(file, skip_magic=at > 0, record_size_limit=MOST_BYTES).records
    except _BAD:
        return


def _counts_by_walking(file: BinaryIO) -> tuple[Counter[str], int]:
    """Count messages by topic from record to record, without reading what they hold."""
    file.seek(0)
    data = file.read()
    topics: dict[int, str] = {}
    counts: Counter[int] = Counter()
    last_ns, at = 0, len(MAGIC)
    while at + 9 <= len(data):
        opcode, size = data[at], int.from_bytes(data[at + 1 : at + 9], "little")
        at += 9
        if at + size > len(data) or opcode in (0, Opcode.DATA_END):
            break
        if opcode == Opcode.MESSAGE and size >= 22:
            counts[data[at] | data[at + 1] << 8] += 1
            last_ns = int.from_bytes(data[at + 6 : at + 14], "little")
        elif opcode == Opcode.CHANNEL:
            channel = Channel.read(ReadDataStream(io.BytesIO(data[at : at + size])))
            topics[channel.id] = channel.topic
        at += size
    return Counter({topics.get(key, ""): count for key, count in counts.items()}), last_ns
