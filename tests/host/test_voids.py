"""Stretches that void what they touch, against a set of samples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop.events import Flag
from hipdrop.voids import Voids
from synthetic import REPEATABLE

stretches = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 9), st.sampled_from([Flag.GAP, Flag.SATURATED])), max_size=12
)


@REPEATABLE
@given(added=stretches, start=st.integers(0, 60), length=st.integers(1, 20))
def test_a_step_is_voided_by_what_it_shares_a_sample_with(
    added: list[tuple[int, int, Flag]], start: int, length: int
) -> None:
    voids = Voids()
    expected = set()
    for first, count, flag in sorted(added, key=lambda stretch: stretch[0]):  # samples come in time order
        voids.add(first, first + count, flag)
        if set(range(first, first + count)) & set(range(start, start + length)):
            expected.add(flag)
    assert voids.touching(start, start + length) == expected


@pytest.mark.parametrize(("start", "stop", "touched"), [(0, 10, False), (9, 11, True), (19, 20, True), (20, 30, False)])
def test_stretches_are_half_open(start: int, stop: int, touched: bool) -> None:
    voids = Voids()
    assert voids.touching(start, stop) == set()
    voids.add(10, 20, Flag.GAP)
    assert voids.touching(start, stop) == ({Flag.GAP} if touched else set())


def test_many_saturated_samples_in_a_row_are_one_stretch() -> None:
    voids = Voids()
    for index in range(100, 200):
        voids.add(index, index + 1, Flag.SATURATED)
    assert voids.touching(150, 151) == {Flag.SATURATED}
    assert voids.touching(200, 300) == set()
    voids.forget_before(199.0)  # its end is later: all of it is still there
    assert voids.touching(100, 101) == {Flag.SATURATED}


def test_a_stretch_within_the_one_before_does_not_shorten_it() -> None:
    voids = Voids()
    voids.add(10, 50, Flag.GAP)
    voids.add(20, 30, Flag.GAP)
    assert voids.touching(45, 46) == {Flag.GAP}


def test_only_what_has_ended_is_forgotten() -> None:
    voids = Voids()
    voids.forget_before(10.0)
    voids.add(0, 10, Flag.GAP)
    voids.add(20, 30, Flag.SATURATED)
    voids.forget_before(15.0)
    assert voids.touching(0, 15) == set()
    assert voids.touching(0, 40) == {Flag.SATURATED}
