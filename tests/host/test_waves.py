"""The mean course of obliquity over strides of different length and scatter."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.samples import Array
from hipdrop.waves import LAST_STRIDES, POINTS, StrideBook, WaveMean


def test_strides_of_any_length_are_laid_over_each_other() -> None:
    mean = WaveMean()
    for n in (120, 150, 211):
        mean.push(2.0 * np.sin(2.0 * np.pi * np.arange(n) / (n - 1)), 0.0)
    wave = mean.result()
    assert wave is not None
    np.testing.assert_allclose(wave.phase_percent, np.linspace(0.0, 100.0, POINTS))
    np.testing.assert_allclose(wave.mean_deg, 2.0 * np.sin(2.0 * np.pi * wave.phase_percent / 100.0), atol=2e-3)
    assert wave.strides == 3
    assert wave.sd_deg.max() < 2e-3


def test_mean_and_spread_are_those_of_the_strides() -> None:
    rng = np.random.default_rng(1)
    strides = rng.standard_normal((50, POINTS)) + 7.0
    mean = WaveMean()
    for stride in strides:
        mean.push(stride, 7.0)
    wave = mean.result()
    assert wave is not None
    np.testing.assert_allclose(wave.mean_deg, strides.mean(axis=0) - 7.0, atol=1e-12)
    np.testing.assert_allclose(wave.sd_deg, strides.std(axis=0), atol=1e-9)


@pytest.mark.parametrize("strides", [0, 1])
def test_there_is_no_mean_of_fewer_than_two(strides: int) -> None:
    mean = WaveMean()
    for _ in range(strides):
        mean.push(np.zeros(100), 0.0)
    assert mean.result() is None


def test_equal_strides_have_no_spread() -> None:
    mean = WaveMean()
    for _ in range(3):
        mean.push(np.full(100, 0.1), 0.0)
    wave = mean.result()
    assert wave is not None
    np.testing.assert_allclose(wave.sd_deg, 0.0, atol=1e-8)


def book_of(waves: list[Array], learning: bool = True) -> StrideBook:
    book = StrideBook()
    for number, wave in enumerate(waves):
        book.add(number, wave)
        book.reach(number, learning)
    return book


def test_the_book_keeps_the_last_strides_and_the_mean_of_the_learned_ones() -> None:
    waves = list(np.random.default_rng(2).standard_normal((9, POINTS)))
    book = book_of(waves)
    assert book.result().baseline_deg is None
    book.learned()
    later = np.full(POINTS, 9.0)
    book.add(9, later)
    book.reach(9, learning=False)
    found = book.result()
    np.testing.assert_array_equal(found.last_deg, [*waves[-LAST_STRIDES + 1 :], later])
    assert found.baseline_deg is not None
    np.testing.assert_allclose(found.baseline_deg, np.mean(waves, axis=0))


def test_a_stride_counts_only_when_its_step_has_left() -> None:
    book = StrideBook()
    book.add(5, np.zeros(POINTS))
    count = book.result().count
    book.reach(4, learning=True)
    assert (len(book.result().last_deg), book.result().count) == (0, count)
    book.reach(5, learning=True)
    assert len(book.result().last_deg) == 1
    assert book.result().count > count


def test_swapped_sides_begin_every_stride_half_a_stride_later() -> None:
    phase = np.linspace(0.0, 1.0, POINTS)
    book = book_of([np.sin(2 * np.pi * phase)])
    book.learned()
    book.swap()
    found = book.result()
    assert found.baseline_deg is not None
    for wave in (found.last_deg[0], found.baseline_deg):
        np.testing.assert_allclose(wave, -np.sin(2 * np.pi * phase), atol=1e-12)


def test_a_forgotten_baseline_is_learned_from_later_strides_alone() -> None:
    book = book_of([np.ones(POINTS)])
    book.learned()
    book.forget_baseline()
    assert book.result().baseline_deg is None
    book.learned()
    assert book.result().baseline_deg is None
    book.add(1, np.full(POINTS, 3.0))
    book.reach(1, learning=True)
    book.learned()
    np.testing.assert_array_equal(book.result().baseline_deg, np.full(POINTS, 3.0))
