"""Frames back into order: reordering, loss, duplicates, wraps, and how long a hole holds up the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.receive.decode import Frame
from hipdrop.receive.order import Sequencer, Taken
from hipwire import ids
from synthetic import REPEATABLE

FULL = 19
WAIT_US = 3_000_000
EACH_US = 91_346


def frame_of(number: int) -> Frame:
    """Frame `number` of a clip that began at number 0, index 0."""
    return Frame(ids.RAW, 0, number & 0xFFFF, FULL * number, (number * EACH_US) % 2**30, FULL, b"")


def numbers_of(frames: list[Frame]) -> list[int]:
    """Which frames these are."""
    return [frame.index // FULL for frame in frames]


def started_at(number: int) -> Sequencer:
    """An order that knows from START where it begins."""
    order = Sequencer(WAIT_US)
    order.announce(number & 0xFFFF, FULL * number, FULL, 0)
    return order


@pytest.mark.parametrize("first", [0, 65530, 3 * 65536 - 4])
def test_frames_in_order_leave_at_once(first: int) -> None:
    order = started_at(first)
    for number in range(first, first + 20):
        assert order.take(frame_of(number), 1, number * EACH_US) is Taken.NEW
        assert numbers_of(order.release(number * EACH_US)) == [number]
    assert order.holes == []


@pytest.mark.parametrize("first", [0, 65530])
def test_a_hole_holds_up_the_rest_for_the_wait_and_no_longer(first: int) -> None:
    order = started_at(first)
    order.take(frame_of(first), 1, 0)
    assert numbers_of(order.release(0)) == [first]
    order.take(frame_of(first + 3), 1, 1000)
    assert order.release(1000 + WAIT_US - 1) == []
    assert numbers_of(order.release(1000 + WAIT_US)) == [first + 3]
    assert order.take(frame_of(first + 1), 1, 2 * WAIT_US) is Taken.LATE
    assert order.release(2 * WAIT_US) == []
    assert [(hole.first - first, hole.stop - first) for hole in order.holes] == [(2, 3)]


def test_a_hole_that_is_filled_in_time_lets_all_go() -> None:
    order = started_at(0)
    order.take(frame_of(3), 1, 0)
    assert order.take(frame_of(1), 1, 10) is Taken.RECOVERED
    assert order.release(10) == []
    assert order.take(frame_of(0), 1, 20) is Taken.RECOVERED
    assert numbers_of(order.release(20)) == [0, 1]
    order.take(frame_of(2), 1, 30)
    assert numbers_of(order.release(30)) == [2, 3]


def test_what_the_clip_has_not_any_more_is_not_waited_for() -> None:
    order = started_at(0)
    order.take(frame_of(5), 1, 0)
    order.give_up(4)
    assert order.release(1) == []
    assert [(hole.first, hole.stop, hole.gone) for hole in order.holes] == [(0, 4, True), (4, 5, False)]
    order.take(frame_of(4), 1, 2)
    assert numbers_of(order.release(2)) == [4, 5]


def test_duplicates_and_strays_are_told_apart() -> None:
    order = started_at(10)
    order.take(frame_of(10), 1, 0)
    order.take(frame_of(12), 1, 0)
    assert order.take(frame_of(10), 1, 1) is Taken.DUPLICATE
    assert order.take(frame_of(12), 1, 1) is Taken.DUPLICATE
    assert order.take(frame_of(9), 1, 1) is Taken.STRAY
    backwards = Frame(ids.RAW, 0, 13, 0, 0, FULL, b"")
    assert order.take(backwards, 1, 1) is Taken.STRAY


def test_the_index_says_how_often_the_sequence_has_wrapped() -> None:
    """Two and a half hours without a frame: 98 000 frames, more than the sequence counts."""
    order = started_at(0)
    order.take(frame_of(0), 1, 0)
    order.release(0)
    order.take(frame_of(98_000), 1, 0)
    assert [(hole.first, hole.stop) for hole in order.holes] == [(1, 98_000)]


@REPEATABLE
@given(st.data())
def test_whatever_comes_leaves_once_and_in_order(data: st.DataObject) -> None:
    """Any loss, reordering and repetition: what leaves is in order and without doubles, and nothing stays behind."""
    first = data.draw(st.sampled_from([0, 65500, 131060]))
    count = data.draw(st.integers(1, 60))
    arrivals = data.draw(st.lists(st.integers(first, first + count - 1), min_size=1, max_size=120))
    times_us = sorted(data.draw(st.lists(st.integers(0, 10_000_000), min_size=len(arrivals), max_size=len(arrivals))))
    order = started_at(first)
    out: list[int] = []
    late = set()
    for number, now_us in zip(arrivals, times_us, strict=True):
        taken = order.take(frame_of(number), 1, now_us)
        late |= {number} if taken is Taken.LATE else set()
        out += numbers_of(order.release(now_us))
    out += numbers_of(order.flush())
    assert out == sorted(set(out))
    assert set(out) | late == set(arrivals)
    assert not set(out) & late
    wraps = first - (first & 0xFFFF)  # the order counts from the first sequence number it sees
    holes = {number + wraps for hole in order.holes for number in range(hole.first, hole.stop)}
    assert holes == set(range(first, max(arrivals) + 1)) - set(arrivals)
