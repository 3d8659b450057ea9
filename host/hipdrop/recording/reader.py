"""Reads run.mcap, whole or torn (docs/recording-format.md)."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from mcap.exceptions import McapError
from mcap.records import Channel, McapRecord, Metadata
from mcap.records import Message as McapMessage
from mcap.stream_reader import StreamReader

from hipdrop.errors import ConfigError, InputError
from hipdrop.events import SwapSides
from hipdrop.profile import Profile, template_of_dict
from hipdrop.receive.chain import microseconds
from hipdrop.recording.items import (
    CLIP_TOPIC,
    FORMAT,
    HEADER_NAME,
    INPUT_TOPIC,
    SESSION_TOPIC,
    Entered,
    Item,
    Message,
    RunHeader,
    Session,
    read_input,
)
from hipdrop.sides import StrideTemplate

MAGIC = b"\x89MCAP0\r\n"
REPAIRED_NAME = "hipdrop.repaired"
SIDES_NAME = "hipdrop.sides"
SWAPPED_NOTE = "left and right swapped afterwards"
UNREADABLE_SIDES = "left and right were swapped afterwards, which cannot be read: they are as the run had them"
MOST_BYTES = 1 << 24  # of one record: the header is the longest, some kilobytes
_TORN = (McapError, struct.error, ValueError, KeyError, TypeError, EOFError)


@dataclass(frozen=True)
class Run:
    """A recording as it was read.

    Attributes
    ----------
    path
        The file.
    header
        What the run was made with.
    items
        Everything that entered it, in its order.
    notes
        What a user should know about the file, in plain words.
    whole
        Whether the file has its end.
    sides
        The runner's stride with left and right as the user has set them afterwards, for the whole run; None where they
        are as the run had them.
    """

    path: Path
    header: RunHeader
    items: list[Item]
    notes: tuple[str, ...] = ()
    whole: bool = True
    sides: StrideTemplate | None = None

    def runner(self, given: Profile | None = None) -> Profile | None:
        """Give what is known of the runner: `given` goes over the profile of the run, and `sides` over both."""
        profile = given or self.header.profile
        return profile if self.sides is None else replace(profile or Profile(), template=self.sides)

    def with_sides(self, sides: StrideTemplate) -> Run:
        """Give the run with these sides throughout: when the user swapped them while it went on no longer counts."""
        items = [item for item in self.items if not (isinstance(item, Entered) and isinstance(item.item, SwapSides))]
        return replace(self, items=items, sides=sides, notes=(SWAPPED_NOTE, *self.notes))


def is_recording(path: Path) -> bool:
    """Say whether a file is an MCAP recording, or was meant to be one."""
    try:
        with path.open("rb") as file:
            return path.suffix == ".mcap" or file.read(len(MAGIC)) == MAGIC
    except OSError:
        return path.suffix == ".mcap"


def read_run(path: Path | str) -> Run:
    """Read a recording; of a torn one all before the tear, with a note.

    Raises
    ------
    InputError
        The file cannot be read, is no recording of a run, or is of another version.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error}); name an existing recording"
        raise InputError(path, problem) from error


def _read(path: Path, file: BinaryIO) -> Run:
    magic = file.read(len(MAGIC))
    if not magic:
        raise InputError(path, "is empty; name a recording that `hipdrop live --out` has written")
    if not MAGIC.startswith(magic):
        raise InputError(path, "is no MCAP file; name a recording that `hipdrop live --out` has written")
    items: list[Item] = []
    header: RunHeader | None = None
    topics: dict[int, str] = {}
    notes: list[str] = []
    sides: StrideTemplate | None = None
    whole = False
    offset_us = 0
    for record in mcap_records(file):
        if isinstance(record, Metadata) and record.name == HEADER_NAME and header is None:
            header = _header(path, record)
            offset_us = microseconds(header.start_unix_s) - microseconds(header.start_s)
        elif isinstance(record, Metadata) and record.name == REPAIRED_NAME:
            notes.append(f"{record.metadata.get('note', 'torn')} (repaired)")
        elif isinstance(record, Metadata) and record.name == SIDES_NAME:
            sides = _sides(record)
            notes += [] if sides is not None else [UNREADABLE_SIDES]
        elif isinstance(record, Channel):
            topics[record.id] = record.topic
        elif isinstance(record, McapMessage) and header is not None:
            item = _item(topics.get(record.channel_id, ""), record.log_time // 1000 - offset_us, record.data)
            items += [item] if item is not None else []
        whole = record is None
    if header is None:
        problem = "is MCAP, but no run of hipdrop" if whole else "ends before its header: nothing of the run is in it"
        raise InputError(path, problem + "; name another recording")
    if not whole:
        notes.append(_tear(header, items))
    run = Run(path, header, items, tuple(notes), whole)
    return run if sides is None else run.with_sides(sides)


def mcap_records(file: BinaryIO) -> Iterator[McapRecord | None]:
    """Give the records up to the tear, or up to the end and then None."""
    file.seek(0)
    try:
        yield from StreamReader(file, record_size_limit=MOST_BYTES).records
    except _TORN:
        return
    yield None


def _header(path: Path, record: Metadata) -> RunHeader:
    found = record.metadata.get("format")
    if found != str(FORMAT):
        problem = f"is a recording of format {found}, this hipdrop reads {FORMAT}; use the hipdrop that wrote it"
        raise InputError(path, problem)
    try:
        return RunHeader.of_texts(record.metadata)
    except (KeyError, TypeError, ValueError, ConfigError) as error:
        problem = f"has a header that this hipdrop cannot read ({error}); use the hipdrop that wrote it"
        raise InputError(path, problem) from error


def _sides(record: Metadata) -> StrideTemplate | None:
    """Read the stride by which left and right are told; None where it is damaged."""
    try:
        return template_of_dict(json.loads(record.metadata["template"]))
    except (KeyError, TypeError, ValueError):
        return None


def _item(topic: str, time_us: int, data: bytes) -> Item | None:
    """Read one message of the file; None for what a newer hipdrop has put in beside."""
    if topic == CLIP_TOPIC:
        return Message(time_us / 1e6, data)
    try:
        if topic == INPUT_TOPIC:
            return Entered(time_us / 1e6, read_input(data))
        if topic == SESSION_TOPIC:
            values = json.loads(data)
            return Session(time_us / 1e6, str(values.pop("what")), values)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return None


def _tear(header: RunHeader, items: list[Item]) -> str:
    times_s = [item.arrival_s if isinstance(item, Message) else item.t_s for item in items]
    reached_s = times_s[-1] - header.start_s if times_s else 0.0
    minutes, seconds = divmod(max(0, round(reached_s)), 60)
    return f"the recording was cut off, by a crash or a full disk: read up to {minutes}:{seconds:02d}, where it ends"
