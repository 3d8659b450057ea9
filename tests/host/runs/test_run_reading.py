"""Run files read on the host: the record written by hand, what is torn, damaged, lost or of another run."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from hipdrop.errors import InputError
from hipdrop.runs.reading import read_run
from hipdrop.runs.records import RECORD_BYTES, BadRecord, decode_record
from hipwire import decoding, ids

GOLDEN = Path(__file__).parents[2] / "firmware/log/golden.txt"


def golden() -> bytes:
    data = b""
    for line in GOLDEN.read_text("utf-8").splitlines():
        words = line.split("#")[0].split()[1:]
        data += bytes(int(words[1])) if words[:1] == ["zeros"] else bytes(int(word, 16) for word in words)
    return data


def record(
    sequence: int, front: tuple[bytes, ...] = (), back: tuple[bytes, ...] = (), run: int = 3, marks: int = 0
) -> bytes:
    """Give a record of these items, by the tables of docs/run-format.md."""
    ahead = b"".join(struct.pack("<H", len(item)) + item for item in front)
    behind = b"".join(struct.pack("<H", len(item)) + item for item in reversed(back))
    head = struct.pack("<HIHH", run, sequence, len(ahead), len(behind) | marks)
    body = head + ahead + bytes(1010 - len(ahead) - len(behind)) + behind
    return body + struct.pack("<I", zlib.crc32(body))


def run_of(count: int, ended: bool = True) -> bytes:
    """Give a run of so many records, each with its number as its message."""
    return b"".join(record(k, (bytes([k]),), marks=0x8000 if ended and k == count - 1 else 0) for k in range(count))


def test_the_golden_record() -> None:
    found = decode_record(golden())
    assert (found.run, found.sequence, found.last, found.has_raw) == (7, 1, True, False)
    tilt, event, log = found.messages
    assert decoding.header(tilt) == (ids.TILT, ids.LOW_BATTERY, 0, 4048, 1_000_000)
    assert decoding.samples(tilt) == [(123, -5, 250, -1000, 32767), (-32768, 0, -1000, 1, -1)]
    assert decoding.event(event) == {
        "code": ids.EVENT_STEP, "sequence": 3, "index": 4050, "side": ids.SIDE_RIGHT, "detail": 95, "flags": 0x0102,
        "a": 512, "b": -300, "c": 1700, "d": 352,
    }  # fmt: skip
    assert decoding.log(log) == (ids.LOG_MARK, ids.LOG_INFO, 1, "ok")


def test_messages_of_a_record_in_the_order_of_their_putting_in() -> None:
    found = decode_record(record(0, (b"a", b"bb"), (b"c", b"dd", b"e"), marks=0x4000))
    assert found.messages == (b"a", b"bb", b"c", b"dd", b"e")
    assert (found.has_raw, found.last) == (True, False)


@pytest.mark.parametrize("at", [0, 5, 8, 10, 500, 1019, 1020, 1023])
def test_each_changed_byte_shows(at: int) -> None:
    data = bytearray(golden())
    data[at] ^= 0x10
    with pytest.raises(BadRecord, match="wrong checksum"):
        decode_record(bytes(data))


def test_what_is_no_record() -> None:
    with pytest.raises(BadRecord, match="1023 of 1024 bytes"):
        decode_record(golden()[:-1])
    for front, back in ((600, 411), (3, 0), (1, 0), (0, 1)):
        body = bytearray(1020)
        struct.pack_into("<HIHH", body, 0, 1, 0, front, back)
        body[10:12] = body[1018:1020] = b"\x02\x00"
        with pytest.raises(BadRecord):
            decode_record(bytes(body) + struct.pack("<I", zlib.crc32(body)))


def test_a_whole_run() -> None:
    run = read_run(run_of(5), "a.run")
    assert (run.number, run.records, run.ended, run.has_raw) == (3, 5, True, False)
    assert [(item.sequence, item.message) for item in run.items] == [(k, bytes([k])) for k in range(5)]
    assert (run.damaged, run.lost, run.torn_bytes, run.complaints) == (0, 0, 0, ())


def test_a_run_that_was_cut_off() -> None:
    run = read_run(run_of(5, ended=False) + b"\xff" * 300, "a.run")
    assert (run.records, run.ended, run.torn_bytes) == (5, False, 300)
    assert run.complaints == (
        "the last 300 bytes are torn",
        "it was cut off: what the clip had not flushed by then, less than 10 s, is lost",
    )


def test_damaged_and_lost_records_are_told_apart() -> None:
    data = bytearray(b"".join(record(k, (bytes([k]),)) for k in (0, 1, 2, 3, 5, 6)))
    data[2 * RECORD_BYTES + 77] ^= 1
    run = read_run(bytes(data), "a.run")
    assert [item.sequence for item in run.items] == [0, 1, 3, 5, 6]
    assert (run.records, run.damaged, run.lost, run.torn_bytes) == (5, 1, 1, 0)
    assert run.complaints[:2] == ("the clip could not write 1 record", "1 record cannot be read")


def test_a_record_of_another_run_is_never_used() -> None:
    data = run_of(3, ended=False) + record(3, (b"foreign",), run=2) + record(4, (b"own",))
    run = read_run(data, "a.run")
    assert [item.message for item in run.items][3:] == [b"own"]
    assert (run.number, run.damaged, run.lost) == (3, 1, 0)
    again = read_run(run_of(3, ended=False) + record(1, (b"old",)), "a.run")
    assert (again.records, again.torn_bytes) == (3, RECORD_BYTES)


def test_what_is_no_run_says_so() -> None:
    with pytest.raises(InputError, match="an empty run"):
        read_run(b"", "a.run")
    for data in (b"hello", bytes(4096), b"\xff" * 2048):
        with pytest.raises(InputError, match=r"a\.run.*no run file of a clip.*fetch it again"):
            read_run(data, "a.run")


def test_of_a_run_whose_number_is_known_another_is_never_read() -> None:
    """Its own records may all be damaged."""
    data = record(0, (b"own",)) + b"".join(record(k, (b"foreign",), run=2) for k in (1, 2))
    assert [item.message for item in read_run(data, "a.run", 3).items] == [b"own"]
    with pytest.raises(InputError, match="its records are of another run than 4"):
        read_run(data, "a.run", 4)
