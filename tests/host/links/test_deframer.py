"""The byte stream of the cable, cut anywhere, with junk in it."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.links.deframer import Deframer
from hipwire import cobs

messages_of = st.lists(st.binary(min_size=1, max_size=cobs.MAX_MESSAGE), max_size=8)


@given(messages_of, st.lists(st.integers(0, 3000), max_size=10))
def test_messages_come_whole_however_the_stream_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(cobs.encode, messages))
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    deframer = Deframer()
    got = [one for a, b in pairwise(places) for one in deframer.feed(stream[a:b])]
    assert got == messages
    assert deframer.bad_frames == 0


def test_what_is_cut_off_at_the_beginning_is_no_bad_frame() -> None:
    deframer = Deframer()
    assert deframer.feed(cobs.encode(b"first")[3:]) == []
    assert deframer.feed(cobs.encode(b"second")) == [b"second"]
    assert deframer.bad_frames == 0


@pytest.mark.parametrize("junk", [b"Traceback: oops\r\n", bytes(range(1, 200)), b"x" * 5000])
def test_printed_text_is_counted_and_left(junk: bytes) -> None:
    deframer = Deframer()
    got = deframer.feed(cobs.encode(b"one") + junk + cobs.encode(b"two"))
    assert got == [b"one", b"two"]
    assert deframer.bad_frames == 1


def test_no_damaged_message_is_taken() -> None:
    draw = random.Random(3)
    message = bytes(draw.randrange(256) for _ in range(240))
    wrong = 0
    for _ in range(2000):
        damaged = bytearray(cobs.encode(message))
        damaged[draw.randrange(1, len(damaged) - 1)] ^= 1 << draw.randrange(8)
        deframer = Deframer()
        deframer.feed(b"\0")
        wrong += sum(one != message for one in deframer.feed(bytes(damaged)))
    assert wrong == 0  # the checksum finds every single bit, and every burst of 16
