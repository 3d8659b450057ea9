"""Parts of a run into a file: what does not belong there is let go, what the disk takes half is asked for again."""

from __future__ import annotations

import io

from hipdrop.runs.fetching import Parts, bad_records, stretches
from hipwire import frames


def part(offset: int, data: bytes, run: int = 7) -> bytes:
    head = bytearray(frames.PART_HEAD_SIZE)
    frames.pack_part_head_into(head, False, run, offset)
    return bytes(head) + data


class NearlyFull(io.BytesIO):
    """A disk with room for so much, which then takes what fits, as `write` of a full disk does."""

    room = 5

    def write(self, data: bytes) -> int:  # type: ignore[override]
        taken = super().write(data[: self.room])
        self.room -= taken
        return taken


def begun(file: io.BytesIO, until: int) -> tuple[Parts, list[int]]:
    parts, woken = Parts(), list[int]()
    parts.begin(file, 7, 0, lambda: woken.append(parts.at))
    parts.until = until
    return parts, woken


def test_parts_are_put_behind_each_other_once() -> None:
    file = io.BytesIO()
    parts, woken = begun(file, 6)
    for message in (
        part(0, b"ab"), part(0, b"ab"), part(2, b"xy", run=8), b"", part(2, b"cd")[:5], b"\x28" + part(2, b"cd")[1:],
        part(2, b"cdefgh"),
    ):  # fmt: skip
        parts.message(1.0, message)
    assert (file.getvalue(), parts.at, woken) == (b"abcdef", 6, [6])


def test_a_missing_part_tears() -> None:
    parts, woken = begun(file := io.BytesIO(), 6)
    parts.message(1.0, part(0, b"ab"))
    parts.message(1.0, part(4, b"ef"))
    assert (file.getvalue(), parts.torn, woken) == (b"ab", True, [2])


def test_what_a_nearly_full_disk_did_not_take_is_not_counted_as_here() -> None:
    parts, woken = begun(file := NearlyFull(), 8)
    parts.message(1.0, part(0, b"abcd"))
    parts.message(1.0, part(4, b"efgh"))
    assert (file.getvalue(), parts.at, parts.torn, woken) == (b"abcde", 5, True, [5])


def test_which_records_are_asked_for_once_more() -> None:
    assert bad_records(bytes(3000)) == [0, 1]
    assert stretches([0, 1, 4, 6, 7, 8]) == [(0, 2), (4, 5), (6, 9)]
    assert stretches([]) == []
