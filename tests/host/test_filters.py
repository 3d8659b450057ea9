"""Linear-phase low-passes: closed-form responses, an independent design, and streams cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from hipdrop.filters import CausalFir, hann_kernel, stride_kernel
from hipdrop.samples import Array
from hipdrop.settings import ContactSettings, DropSettings
from synthetic import REPEATABLE

RATES_HZ = (50.0, 100.0, 104.0, 208.0, 416.0, 1000.0)
HALF_S = ContactSettings().smooth_half_s
DROP = DropSettings()


def amplitude_at(kernel: Array, cycles_per_sample: float) -> float:
    """Zero-phase amplitude by the definition of the transform; negative where it turns the phase over."""
    n = np.arange(len(kernel)) - len(kernel) // 2
    return float(np.sum(kernel * np.cos(2.0 * np.pi * cycles_per_sample * n)))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_hann_kernel_is_a_symmetric_mean_without_overshoot(rate_hz: float) -> None:
    kernel = hann_kernel(HALF_S, rate_hz)
    assert len(kernel) == 2 * round(HALF_S * rate_hz) + 1
    assert kernel.sum() == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(kernel, kernel[::-1], rtol=1e-12)
    assert (kernel > 0.0).all()  # a mean with positive weights cannot overshoot
    step = CausalFir(kernel).push(np.r_[np.zeros(5), np.ones(200)])
    assert (np.diff(step) > -1e-12).all()
    assert step.max() < 1.0 + 1e-12


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_hann_kernel_halves_and_stops_where_it_says(rate_hz: float) -> None:
    kernel = hann_kernel(HALF_S, rate_hz)
    h = len(kernel) // 2
    # the spectrum of a Hann window over 2 h + 2 samples has three lines: 1/2, 1, 1/2
    assert amplitude_at(kernel, 1.0 / (2 * h + 2)) == pytest.approx(0.5, abs=1e-12)
    assert amplitude_at(kernel, 2.0 / (2 * h + 2)) == pytest.approx(0.0, abs=1e-12)
    assert rate_hz / (2 * h + 2) == pytest.approx(1.0 / (2.0 * HALF_S), rel=0.6 / h + 1.0 / (h + 1))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_stride_kernel_agrees_with_another_library(rate_hz: float) -> None:
    for stride_s in (0.55, 0.7, 0.8):
        stride = round(stride_s * rate_hz)
        kernel = stride_kernel(stride, DROP.cutoff_harmonics, DROP.kernel_half_part)
        peer = signal.firwin(len(kernel), DROP.cutoff_harmonics / stride, fs=1.0, window="hamming")
        np.testing.assert_allclose(kernel, peer, atol=1e-12)


@pytest.mark.parametrize("stride", [35, 70, 146, 300, 700])
def test_stride_kernel_keeps_the_pelvis_and_stops_the_wobble(stride: int) -> None:
    kernel = stride_kernel(stride, DROP.cutoff_harmonics, DROP.kernel_half_part)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(kernel, kernel[::-1], atol=1e-15)
    for harmonic in range(6):
        assert amplitude_at(kernel, harmonic / stride) == pytest.approx(1.0, abs=0.1)
    assert amplitude_at(kernel, DROP.cutoff_harmonics / stride) == pytest.approx(0.5, abs=0.05)
    for harmonic in np.arange(12.0, stride / 2.0, 0.25):
        assert abs(amplitude_at(kernel, harmonic / stride)) < 0.1


def test_stride_kernel_takes_the_same_off_at_any_cadence() -> None:
    slow, fast = (stride_kernel(n, DROP.cutoff_harmonics, DROP.kernel_half_part) for n in (160, 120))
    for harmonic in range(1, 8):
        assert amplitude_at(slow, harmonic / 160) == pytest.approx(amplitude_at(fast, harmonic / 120), abs=0.01)


@pytest.mark.parametrize("hz", [0.5, 2.8, 5.6, 9.0])
def test_a_sine_comes_out_exactly_delay_samples_late(hz: float) -> None:
    kernel = hann_kernel(HALF_S, 208.0)
    fir = CausalFir(kernel)
    n = np.arange(2000)
    out = fir.push(np.sin(2.0 * np.pi * hz / 208.0 * n))
    late = np.sin(2.0 * np.pi * hz / 208.0 * (n - fir.delay)) * amplitude_at(kernel, hz / 208.0)
    np.testing.assert_allclose(out[len(kernel) :], late[len(kernel) :], atol=1e-12)


def test_a_straight_line_passes_unchanged_but_for_the_delay() -> None:
    fir = CausalFir(hann_kernel(0.08, 208.0))
    out = fir.push(np.arange(200.0))
    np.testing.assert_allclose(out[2 * fir.delay :], np.arange(200.0)[fir.delay : -fir.delay], atol=1e-10)


def test_the_stream_is_taken_to_have_stood_still_before() -> None:
    fir = CausalFir(hann_kernel(0.08, 208.0))
    np.testing.assert_allclose(fir.push(np.full(100, 3.0)), 3.0, atol=1e-12)
    fir.reset()
    np.testing.assert_allclose(fir.push(np.full(100, -1.0)), -1.0, atol=1e-12)


def test_it_is_the_convolution() -> None:
    kernel = hann_kernel(0.04, 208.0)
    x = np.random.default_rng(1).standard_normal(300)
    padded = np.r_[np.full(len(kernel) - 1, x[0]), x]
    np.testing.assert_allclose(CausalFir(kernel).push(x), np.convolve(padded, kernel, "valid"), atol=1e-12)


@REPEATABLE
@given(cuts=st.lists(st.integers(1, 399), max_size=12), rate_hz=st.sampled_from(RATES_HZ))
def test_a_stream_cut_anywhere_gives_the_same_to_the_bit(cuts: list[int], rate_hz: float) -> None:
    x = np.random.default_rng(2).standard_normal(400)
    kernel = hann_kernel(HALF_S, rate_hz)
    whole = CausalFir(kernel).push(x)
    fir = CausalFir(kernel)
    edges = sorted({0, 400, *cuts})
    parts = [fir.push(x[a:b]) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_sample_by_sample_is_the_same_to_the_bit() -> None:
    x = np.random.default_rng(3).standard_normal(200)
    kernel = hann_kernel(HALF_S, 208.0)
    fir = CausalFir(kernel)
    np.testing.assert_array_equal([fir.push(x[i : i + 1])[0] for i in range(200)], CausalFir(kernel).push(x))
