"""Harmonics of strides that were made of known harmonics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipdrop import columns as col
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.strides import EVEN, HARMONICS, ODD, ORDERS, Complex, stride_shape
from synthetic import REPEATABLE, blank_columns, wave_of


def some_harmonics(rows: int, seed: int = 1) -> Complex:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rows, HARMONICS)) + 1j * rng.standard_normal((rows, HARMONICS))


@REPEATABLE
@given(n=st.integers(2 * HARMONICS + 1, 800), seed=st.integers(0, 100))
def test_harmonics_come_back_exactly(n: int, seed: int) -> None:
    harmonics = some_harmonics(6, seed)
    window = blank_columns(n)
    moved = wave_of(harmonics, n)
    window[col.ACC] += moved[:3]
    window[col.GYR] = moved[3:] + 0.7  # a mean is no harmonic
    np.testing.assert_allclose(stride_shape(window).harmonics, harmonics, atol=1e-10)


def test_the_clock_starts_at_the_contact_that_begins_the_stride() -> None:
    """A cosine has its peak at the first sample: phase 0; a quarter of the stride later: phase -90 deg."""
    n = 144
    window = blank_columns(n)
    window[col.GYR][0] = np.cos(2.0 * np.pi * np.arange(n) / n)
    window[col.GYR][1] = np.cos(2.0 * np.pi * (np.arange(n) / n - 0.25))
    found = stride_shape(window).harmonics
    assert found[3, 0] == pytest.approx(1.0)
    assert found[4, 0] == pytest.approx(-1.0j)


def test_gravity_is_taken_off_by_the_up_vector() -> None:
    """A clip that tilts to and fro but does not accelerate reads gravity on moving axes, and no acceleration."""
    n = 150
    window = blank_columns(n)
    angle = np.deg2rad(10.0) * np.sin(2.0 * np.pi * np.arange(n) / n)
    window[col.UP] = np.stack((0.0 * angle, np.cos(angle), -np.sin(angle)))
    window[col.ACC] = STANDARD_GRAVITY_MS2 * window[col.UP]
    assert np.abs(window[col.ACC][2]).max() > 1.0
    np.testing.assert_allclose(stride_shape(window).harmonics, 0.0, atol=1e-12)


def test_what_lies_above_the_harmonics_is_left_out() -> None:
    n = 150
    window = blank_columns(n)
    window[col.ACC][0] += np.sin(2.0 * np.pi * (HARMONICS + 1) * np.arange(n) / n)
    np.testing.assert_allclose(stride_shape(window).harmonics, 0.0, atol=1e-12)


def test_odd_harmonics_turn_over_from_step_to_step_and_even_ones_stay() -> None:
    n = 144
    harmonics = some_harmonics(6)
    window = blank_columns(n)
    moved = np.roll(wave_of(harmonics, n), n // 2, axis=1)  # seen from the other foot
    window[col.ACC] += moved[:3]
    window[col.GYR] = moved[3:]
    found = stride_shape(window).harmonics
    np.testing.assert_allclose(found[:, ODD], -harmonics[:, ODD], atol=1e-10)
    np.testing.assert_allclose(found[:, EVEN], harmonics[:, EVEN], atol=1e-10)
    np.testing.assert_array_equal(ORDERS[ODD], [1, 3, 5])
    np.testing.assert_array_equal(ORDERS[EVEN], [2, 4, 6])


def test_a_clip_at_rest_has_no_stride() -> None:
    np.testing.assert_allclose(stride_shape(blank_columns(100)).harmonics, 0.0, atol=1e-12)


def test_means_are_those_of_the_samples() -> None:
    rng = np.random.default_rng(1)
    window = rng.standard_normal((col.COUNT, 137))
    shape = stride_shape(window)
    np.testing.assert_allclose(shape.mean_rate, window[col.GYR].mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(shape.mean_up, window[col.UP].mean(axis=1), atol=1e-12)
