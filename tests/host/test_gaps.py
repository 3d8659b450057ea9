"""What stands in for lost samples: the stride before, or a straight line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop import columns as col
from hipdrop.gaps import bridge
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import Array, SampleBlock
from synthetic import RATE_HZ, REPEATABLE, blank_columns, ring_of

STRIDE = 150


def periodic(n: int) -> Array:
    """(6, n) specific force and rate that repeat every stride."""
    rng = np.random.default_rng(1)
    return np.tile(rng.standard_normal((6, STRIDE)), n // STRIDE + 1)[:, :n]


def cut_out(signal: Array, start: int, missing: int) -> tuple[RingBuffer, SampleBlock]:
    """The ring before the gap, and the block after it."""
    columns = blank_columns(signal.shape[1])
    columns[col.ACC], columns[col.GYR] = signal[:3], signal[3:]
    stop = start + missing
    after = SampleBlock(columns[col.T, stop:], signal[:3, stop:].T, signal[3:, stop:].T, stop, missing / RATE_HZ)
    return ring_of(columns[:, :start]), after


@REPEATABLE
@given(start=st.integers(STRIDE + 1, 400), missing=st.integers(1, 21))
def test_a_stride_that_repeats_is_filled_exactly(start: int, missing: int) -> None:
    signal = periodic(600)
    ring, after = cut_out(signal, start, missing)
    filler = bridge(ring, after, missing, STRIDE, RATE_HZ)
    assert filler is not None
    np.testing.assert_allclose(filler.acc_ms2.T, signal[:3, start : start + missing], atol=1e-12)
    np.testing.assert_allclose(filler.gyr_rads.T, signal[3:, start : start + missing], atol=1e-12)
    np.testing.assert_allclose(filler.t_s, np.arange(start, start + missing) / RATE_HZ, atol=1e-12)
    assert filler.first_index == start
    assert filler.gap_s == 0.0


def test_a_drift_over_the_stride_is_carried_on() -> None:
    """A straight line on top of what repeats is filled exactly too."""
    signal = periodic(600) + np.linspace(0.0, 4.0, 600)
    ring, after = cut_out(signal, 300, 19)
    filler = bridge(ring, after, 19, STRIDE, RATE_HZ)
    assert filler is not None
    np.testing.assert_allclose(filler.acc_ms2.T, signal[:3, 300:319], atol=1e-12)


@pytest.mark.parametrize("stride", [0, 20])  # unknown; too short for the gap
def test_without_a_stride_it_is_a_straight_line(stride: int) -> None:
    signal = np.random.default_rng(2).standard_normal((6, 400))
    ring, after = cut_out(signal, 300, 19)
    filler = bridge(ring, after, 19, stride, RATE_HZ)
    assert filler is not None
    part = np.arange(1, 20) / 20.0
    line = np.outer(signal[:, 299], 1.0 - part) + np.outer(signal[:, 319], part)
    np.testing.assert_allclose(np.hstack((filler.acc_ms2, filler.gyr_rads)).T, line, atol=1e-12)


def test_a_stride_that_the_ring_no_longer_holds_is_not_used() -> None:
    signal = periodic(400)
    ring, after = cut_out(signal, STRIDE - 10, 5)
    filler = bridge(ring, after, 5, STRIDE, RATE_HZ)
    assert filler is not None
    np.testing.assert_allclose(np.diff(filler.acc_ms2, 2, axis=0), 0.0, atol=1e-12)


def test_the_fill_meets_the_samples_on_both_sides() -> None:
    """Of a stride that does not repeat well the ends are bent to fit: no step larger than the strides' own."""
    t = np.arange(600.0) / STRIDE
    signal = np.tile(np.sin(2.0 * np.pi * t) * np.where(t < 2.0, 1.0, 1.3), (6, 1))
    ring, after = cut_out(signal, 310, 19)
    filler = bridge(ring, after, 19, STRIDE, RATE_HZ)
    assert filler is not None
    joined = np.concatenate((signal[0, 300:310], filler.acc_ms2[:, 0], signal[0, 329:340]))
    assert np.abs(np.diff(joined)).max() < 1.5 * 1.3 * 2.0 * np.pi / STRIDE


def test_times_are_equally_spaced_between_the_two_sides() -> None:
    ring, after = cut_out(periodic(400), 300, 19)
    late = SampleBlock(after.t_s + 0.004, after.acc_ms2, after.gyr_rads, after.first_index, after.gap_s)
    filler = bridge(ring, late, 19, STRIDE, RATE_HZ)
    assert filler is not None
    times = np.concatenate(([299 / RATE_HZ], filler.t_s, late.t_s[:1]))
    np.testing.assert_allclose(np.diff(times), np.diff(times)[0], rtol=1e-9)


def test_an_empty_ring_cannot_be_bridged_from() -> None:
    _, after = cut_out(periodic(400), 300, 19)
    assert bridge(RingBuffer(col.COUNT, 10), after, 19, STRIDE, RATE_HZ) is None


def test_the_fill_is_a_copy() -> None:
    ring, after = cut_out(periodic(600), 300, 19)
    filler = bridge(ring, after, 19, STRIDE, RATE_HZ)
    assert filler is not None
    assert not np.shares_memory(filler.acc_ms2, ring.last(300))
