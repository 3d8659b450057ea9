"""The ring against a plain array that forgets nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.ringbuffer import RingBuffer
from synthetic import REPEATABLE

CAPACITY = 16


@REPEATABLE
@given(
    lengths=st.lists(st.integers(0, CAPACITY), min_size=1, max_size=40),
    slack=st.integers(1, 5),
    parts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_windows_are_those_of_a_plain_array(lengths: list[int], slack: int, parts: tuple[float, float]) -> None:
    whole = np.random.default_rng(1).standard_normal((3, sum(lengths)))
    ring = RingBuffer(3, CAPACITY, slack)
    for length in lengths:
        before = ring.end
        ring.append(whole[:, before : before + length])
        assert ring.end == before + length
        assert ring.start <= max(0, ring.end - CAPACITY)
        start, stop = sorted(ring.start + round(part * (ring.end - ring.start)) for part in parts)
        np.testing.assert_array_equal(ring.window(start, stop), whole[:, start:stop])
        np.testing.assert_array_equal(ring.window(ring.start, ring.end), whole[:, ring.start : ring.end])


def test_many_wraps_keep_absolute_indices() -> None:
    whole = np.arange(10_000.0)[None, :]
    ring = RingBuffer(1, 100)
    for start in range(0, 10_000, 40):
        ring.append(whole[:, start : start + 40])
    assert ring.end == 10_000
    np.testing.assert_array_equal(ring.window(9_900, 10_000)[0], np.arange(9_900.0, 10_000.0))


def test_nothing_is_there_at_first() -> None:
    ring = RingBuffer(2, CAPACITY)
    assert (ring.start, ring.end) == (0, 0)
    assert ring.last(5).shape == (2, 0)
    assert ring.window(0, 0).shape == (2, 0)
    with pytest.raises(IndexError):
        ring.window(0, 1)


def test_last_gives_what_there_is() -> None:
    ring = RingBuffer(1, CAPACITY)
    ring.append(np.arange(5.0)[None, :])
    np.testing.assert_array_equal(ring.last(3)[0], [2.0, 3.0, 4.0])
    np.testing.assert_array_equal(ring.last(99)[0], np.arange(5.0))
    assert ring.last(0).shape == (1, 0)


def test_windows_are_views() -> None:
    ring = RingBuffer(2, CAPACITY)
    ring.append(np.ones((2, 10)))
    window = ring.window(2, 8)
    assert np.shares_memory(window, ring.last(10))
    assert np.shares_memory(window[0], ring.window(2, 3)[0])
    assert window[0].flags.c_contiguous


def test_room_is_filled_in_place() -> None:
    ring = RingBuffer(2, CAPACITY)
    room = ring.extend(4)
    assert room.shape == (2, 4)
    room[:] = [[1, 2, 3, 4], [5, 6, 7, 8]]
    np.testing.assert_array_equal(ring.window(0, 4), [[1, 2, 3, 4], [5, 6, 7, 8]])


@pytest.mark.parametrize(("start", "stop"), [(-1, 3), (0, 5), (190, 201), (198, 197), (201, 201)])
def test_a_window_beyond_what_is_held_is_refused_with_what_is(start: int, stop: int) -> None:
    ring = RingBuffer(1, CAPACITY)
    for _ in range(20):
        ring.append(np.zeros((1, 10)))
    assert ring.end == 200
    with pytest.raises(IndexError, match=rf"\[{start}, {stop}\).*\[{ring.start}, 200\)"):
        ring.window(start, stop)


def test_a_block_beyond_the_capacity_is_refused_and_changes_nothing() -> None:
    ring = RingBuffer(1, CAPACITY)
    ring.append(np.arange(10.0)[None, :])
    with pytest.raises(ValueError, match="longer than the ring's capacity of 16"):
        ring.extend(CAPACITY + 1)
    np.testing.assert_array_equal(ring.window(0, ring.end)[0], np.arange(10.0))
