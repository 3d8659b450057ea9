"""Which run a recording is, and which board made it."""

from __future__ import annotations

import gzip
import hashlib
from contextlib import suppress
from pathlib import Path

from mcap.records import Channel, Message

from hipdrop.receive.messages import read_info
from hipdrop.recording.items import CLIP_TOPIC
from hipdrop.recording.library import look_at
from hipdrop.recording.reader import is_recording, mcap_records
from hipwire import errors as wire

VIRTUAL_BOARD = "virtual clip"  # firmware/virtual/virtual_board.py
CHUNK = 1 << 20


def key_of(clip: str, path: Path) -> str:
    """Say which run a file is: its clip and its start to the millisecond, else a hash of what is in it.

    One clip begins one run at a time; how many samples of it have come differs between the live run, its recording and
    a torn copy of that.
    """
    start_unix_s = look_at(path, 0.0).start_unix_s if is_recording(path) else 0.0
    return f"{clip}@{round(1e3 * start_unix_s)}" if clip and start_unix_s > 0.0 else f"sha256:{_hash(path)}"


def _hash(path: Path) -> str:
    """Hash the bytes of a file, unpacked where it is a gzip."""
    found = hashlib.sha256()
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def board_of(path: Path) -> str:
    """Name the board of the clip that made a recording; empty where it does not say."""
    topics: dict[int, str] = {}
    try:
        with path.open("rb") as file:
            for record in mcap_records(file):
                if isinstance(record, Channel):
                    topics[record.id] = record.topic
                elif isinstance(record, Message) and topics.get(record.channel_id) == CLIP_TOPIC:
                    with suppress(wire.WireError):
                        return read_info(record.data).board
    except OSError:
        pass
    return ""
