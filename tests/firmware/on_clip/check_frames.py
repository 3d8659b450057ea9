"""Ring and raw frames."""

import fakes
import micropython

from hipclip.rawframes import RawWriter
from hipclip.ring import FrameRing
from hipwire import decoding, ids


def a_block(first, n):
    """Give the bytes of n samples."""
    block = bytearray(12 * max(n, 32))
    for k in range(n):
        for axis in range(6):
            value = fakes.count(first + k, axis) & 0xFFFF
            block[12 * k + 2 * axis] = value & 0xFF
            block[12 * k + 2 * axis + 1] = value >> 8
    return block


def expected(first, n):
    """Give the samples as the wire's decoder does."""
    return [tuple([fakes.count(k, axis) for axis in range(6)]) for k in range(first, first + n)]


def test_a_ring_keeps_the_newest_and_counts_on():
    ring = FrameRing(bytearray(5 * 41 + 7))
    ring.begin(40)
    assert ring.capacity == 4
    assert ring.oldest == ring.next == 0
    for number in range(11):
        length = 12 + number
        for k in range(length):
            ring.memory[ring.slot_offset + k] = number
        ring.commit(length)
        assert ring.next == number + 1
        assert ring.oldest == max(0, number - 3)
        for kept in range(ring.oldest, ring.next):
            assert bytes(ring.frame(kept)) == bytes([kept]) * (12 + kept)
    ring.begin(20)
    assert ring.next == ring.oldest == 11
    assert ring.capacity == 9
    for number in (10, 11, 6):
        try:
            ring.frame(number)
        except IndexError:
            continue
        raise AssertionError(number)


def test_a_frame_of_full_length_is_kept_whole():
    ring = FrameRing(bytearray(3 * 241))
    ring.begin(240)
    ring.memory[ring.slot_offset + 239] = 7
    ring.commit(240)
    ring.memory[ring.slot_offset] = 9
    assert len(ring.frame(0)) == 240
    assert ring.frame(0)[239] == 7


def test_frames_hold_header_and_samples():
    ring = FrameRing(bytearray(20 * 241))
    writer = RawWriter(ring)
    writer.begin(19)
    k = 0
    for n in (5, 14, 1, 18, 19, 3, 3):
        writer.take(a_block(k, n), n, 100 + k, 5000 + k, ids.SATURATED if k == 5 else 0)
        k += n
        assert writer.index_next == 100 + k
        assert writer.wanted == 19 - k % 19
    assert ring.next == 3
    for number, flags in ((0, ids.SATURATED), (1, 0), (2, 0)):
        message = bytes(ring.frame(number))
        first = 19 * number
        assert len(message) == 240
        assert decoding.header(message) == (ids.RAW, flags, number, 100 + first, 5000 + first)
        assert decoding.samples(message) == expected(first, 19)
    writer.flush()
    writer.flush()
    assert ring.next == 4
    message = bytes(ring.frame(3))
    assert len(message) == 12 + 6 * 12
    assert decoding.samples(message) == expected(57, 6)


def test_a_gap_closes_the_frame_before_it():
    ring = FrameRing(bytearray(10 * 241))
    writer = RawWriter(ring)
    writer.begin(10)
    writer.take(a_block(0, 4), 4, 0, 111, ids.RATE_UNSETTLED)
    writer.take(a_block(9, 6), 6, 9, 222, ids.GAP)
    writer.take(a_block(15, 4), 4, 15, 333, 0)
    assert ring.next == 2
    before, behind = bytes(ring.frame(0)), bytes(ring.frame(1))
    assert decoding.header(before) == (ids.RAW, ids.RATE_UNSETTLED, 0, 0, 111)
    assert decoding.samples(before) == expected(0, 4)
    assert decoding.header(behind) == (ids.RAW, ids.GAP, 1, 9, 222)
    assert decoding.samples(behind) == expected(9, 10)


def test_a_block_beyond_the_frame_is_refused():
    writer = RawWriter(FrameRing(bytearray(10 * 241)))
    writer.begin(9)
    try:
        writer.take(a_block(0, 10), 10, 0, 0, 0)
    except ValueError:
        return
    raise AssertionError("accepted")


def test_the_sequence_wraps_on_the_wire():
    ring = FrameRing(bytearray(10 * 241))
    ring.next = ring.oldest = 65535
    writer = RawWriter(ring)
    writer.begin(9)
    for k in range(2):
        writer.take(a_block(0, 9), 9, 9 * k, 0, 0)
    assert [decoding.header(bytes(ring.frame(number)))[2] for number in (65535, 65536)] == [65535, 0]


def test_nothing_is_allocated():
    ring = FrameRing(bytearray(30 * 241))
    writer = RawWriter(ring)
    writer.begin(19)
    block = a_block(0, 19)
    micropython.heap_lock()
    for k in range(400):
        writer.take(block, 5, 19 * k, 5 * k, 0)
        writer.take(block, 14, 19 * k + 5, 5 * k, ids.GAP if k % 7 == 0 else 0)
    micropython.heap_unlock()
    assert ring.next == 400
