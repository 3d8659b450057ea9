"""A torn recording made whole, beside the old one: all that can be read of it, with an end that every tool accepts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from mcap.records import Channel, Metadata, Schema
from mcap.records import Message as McapMessage
from mcap.writer import Writer

from hipdrop.errors import InputError, OutputError
from hipdrop.recording.items import HEADER_NAME
from hipdrop.recording.reader import REPAIRED_NAME, mcap_records, read_run
from hipdrop.recording.writer import begin_mcap

ENDING = "-repaired"


def repair(path: Path) -> Path:
    """Write what can be read of a torn recording into a whole file beside it, and give that file.

    Every record up to the tear is kept as it is, in its order, also what this hipdrop does not know; a metadata record
    tells that and where the file was torn, so that replay goes on saying it.

    Raises
    ------
    InputError
        There is nothing to repair, or nothing that could be.
    OutputError
        The new file is there already, or cannot be written.
    """
    run = read_run(path)  # refuses what is no recording
    if run.whole:
        raise InputError(path, "is whole: there is nothing to repair")
    target = path.with_name(f"{path.stem}{ENDING}{path.suffix}")
    part = path.with_name(f".{target.name}.{os.getpid()}.part")
    if target.exists():
        raise OutputError(target, "is there already; move it away to repair the old one again")
    try:
        try:
            with path.open("rb") as torn, part.open("xb") as file:
                _copy(torn, file, run.notes[-1])
                file.flush()
                os.fsync(file.fileno())
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}; copy the torn one to where there is room"
        raise OutputError(target, problem) from error
    return target


def _copy(torn: BinaryIO, file: BinaryIO, note: str) -> None:
    """Copy header, schemas, channels, metadata and messages, and write an end."""
    writer = begin_mcap(file)
    schemas: dict[int, int] = {0: 0}
    channels: dict[int, int] = {}
    for record in mcap_records(torn):
        if isinstance(record, Schema) and record.id not in schemas:
            schemas[record.id] = writer.register_schema(record.name, record.encoding, record.data)
        elif isinstance(record, Channel) and record.id not in channels:
            schema = schemas.get(record.schema_id, 0)
            channels[record.id] = writer.register_channel(
                record.topic, record.message_encoding, schema, dict(record.metadata)
            )
        elif isinstance(record, Metadata):
            writer.add_metadata(record.name, dict(record.metadata))
            if record.name == HEADER_NAME:
                writer.add_metadata(REPAIRED_NAME, {"note": note})
        elif isinstance(record, McapMessage) and record.channel_id in channels:
            _add(writer, channels[record.channel_id], record)
    writer.finish()  # type: ignore[no-untyped-call]


def _add(writer: Writer, channel: int, record: McapMessage) -> None:
    writer.add_message(channel, record.log_time, record.data, record.publish_time, record.sequence)
