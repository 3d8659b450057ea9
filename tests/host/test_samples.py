"""Blocks of samples: cutting them loses nothing and copies nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.samples import SampleBlock
from synthetic import REPEATABLE


def a_block(n: int, first_index: int = 100, gap_s: float = 0.25) -> SampleBlock:
    rng = np.random.default_rng(1)
    return SampleBlock(np.arange(n) / 100.0, rng.random((n, 3)), rng.random((n, 3)), first_index, gap_s)


@REPEATABLE
@given(n=st.integers(0, 60), length=st.integers(1, 70))
def test_pieces_make_the_whole(n: int, length: int) -> None:
    block = a_block(n)
    pieces = list(block.cut(length))
    assert [len(piece) for piece in pieces[:-1]] == [length] * max(0, len(pieces) - 1)
    assert sum(len(piece) for piece in pieces) == len(block)
    assert [piece.first_index for piece in pieces] == list(range(100, 100 + n, length))
    assert [piece.gap_s for piece in pieces] == [0.25, *[0.0] * n][: len(pieces)]
    for name in ("t_s", "acc_ms2", "gyr_rads"):
        parts = [getattr(piece, name) for piece in pieces] or [getattr(block, name)]
        np.testing.assert_array_equal(np.concatenate(parts), getattr(block, name))


def test_a_slice_is_a_view_and_loses_the_gap_of_its_beginning() -> None:
    block = a_block(10)
    part = block.slice(4, 20)
    assert len(part) == 6
    assert (part.first_index, part.gap_s) == (104, 0.0)
    assert np.shares_memory(part.acc_ms2, block.acc_ms2)
    assert block.slice(0, 4).gap_s == 0.25


@pytest.mark.parametrize("shape", [(9, 3), (10, 2), (3, 10), (10,)])
def test_arrays_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    good = np.zeros((10, 3))
    with pytest.raises(ValueError, match="a block of 10 times needs"):
        SampleBlock(np.zeros(10), np.zeros(shape), good)
    with pytest.raises(ValueError, match="a block of 10 times needs"):
        SampleBlock(np.zeros(10), good, np.zeros(shape))
