"""A recording copied record by record, with a word beside its header that it did not have."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from mcap.records import Channel, Header, Metadata, Schema
from mcap.records import Message as McapMessage
from mcap.writer import Writer

from hipdrop.recording.items import HEADER_NAME
from hipdrop.recording.reader import mcap_records
from hipdrop.recording.writer import begin_mcap

Words = Mapping[str, Mapping[str, str] | None]


def copy_beside(path: Path, target: Path, words: Words) -> None:
    """Copy all that can be read of a recording, and put the copy in the place of `target` once it is whole.

    Every record is kept as it is, in its order, also what this hipdrop does not know. A crash leaves what was there.

    Parameters
    ----------
    path, target
        They may be the same.
    words
        Metadata by name: what stands behind the header in place of what was there of that name; None: nothing.

    Raises
    ------
    OSError
        It cannot be read or written.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with path.open("rb") as source, part.open("xb") as file:
            _copy(source, file, words)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _copy(source: BinaryIO, file: BinaryIO, words: Words) -> None:
    """Copy header, schemas, channels, metadata and messages, and write an end."""
    writer: Writer | None = None
    schemas: dict[int, int] = {0: 0}
    channels: dict[int, int] = {}
    for record in mcap_records(source):
        if writer is None:
            writer = begin_mcap(file, record.library) if isinstance(record, Header) else begin_mcap(file)
        if isinstance(record, Schema) and record.id not in schemas:
            schemas[record.id] = writer.register_schema(record.name, record.encoding, record.data)
        elif isinstance(record, Channel) and record.id not in channels:
            schema = schemas.get(record.schema_id, 0)
            channels[record.id] = writer.register_channel(
                record.topic, record.message_encoding, schema, dict(record.metadata)
            )
        elif isinstance(record, Metadata) and record.name not in words:
            writer.add_metadata(record.name, dict(record.metadata))
            if record.name == HEADER_NAME:
                _add_words(writer, words)
        elif isinstance(record, McapMessage) and record.channel_id in channels:
            channel = channels[record.channel_id]
            writer.add_message(channel, record.log_time, record.data, record.publish_time, record.sequence)
    assert writer is not None, "a run has been read from it"
    writer.finish()  # type: ignore[no-untyped-call]


def _add_words(writer: Writer, words: Words) -> None:
    for name, values in words.items():
        if values is not None:
            writer.add_metadata(name, dict(values))
