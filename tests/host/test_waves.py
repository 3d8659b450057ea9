"""The mean course of obliquity over strides of different length and scatter."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.waves import POINTS, WaveMean


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
