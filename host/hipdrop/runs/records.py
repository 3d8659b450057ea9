"""One record of a run file as the clip keeps it on its flash: docs/run-format.md."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

RECORD_BYTES = 1024
_HEAD = struct.Struct("<HIHH")  # run, sequence, bytes at the front, bytes at the back and marks
_CRC_AT = RECORD_BYTES - 4
_CONTENT_BYTES = _CRC_AT - _HEAD.size
_LAST = 0x8000
_HAS_RAW = 0x4000
_BACK_MASK = 0x3FF


class BadRecord(ValueError):
    """Bytes that are no whole record; the text says what is wrong with them."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a record holds.

    Attributes
    ----------
    run
        Number of its run.
    sequence
        Its own number in the run, from 0; a number that is missing could not be written.
    last
        Whether the run ended with it, in good order.
    has_raw
        Whether the run has raw frames too.
    messages
        Messages of the wire: those of the front, then those of the back, each in the order in which they were put in.
    """

    run: int
    sequence: int
    last: bool
    has_raw: bool
    messages: tuple[bytes, ...]


def decode_record(data: bytes) -> RunRecord:
    """Read a record.

    Raises
    ------
    BadRecord
        It is short, its checksum is wrong, or its items do not fit into it.
    """
    if len(data) != RECORD_BYTES:
        raise BadRecord(f"{len(data)} of {RECORD_BYTES} bytes")
    if zlib.crc32(data[:_CRC_AT]) != int.from_bytes(data[_CRC_AT:], "little"):
        raise BadRecord("wrong checksum")
    run, sequence, front, back = _HEAD.unpack_from(data)
    marks, back = back & ~_BACK_MASK, back & _BACK_MASK
    if front + back > _CONTENT_BYTES:
        raise BadRecord(f"{front + back} bytes of content in {_CONTENT_BYTES}")
    begin, end = _HEAD.size, _CRC_AT - back
    messages = (*_items(data[begin : begin + front]), *reversed([*_items(data[end:_CRC_AT])]))
    return RunRecord(run, sequence, bool(marks & _LAST), bool(marks & _HAS_RAW), messages)


def _items(area: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(area):
        size = int.from_bytes(area[at : at + 2], "little")
        at += 2 + size
        if size == 0 or at > len(area):
            raise BadRecord("an item that does not fit")
        yield area[at - size : at]
