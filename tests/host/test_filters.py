"""Low-passes: closed-form responses, an independent design, and streams cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from hipdrop.filters import (
    HARMONICS_G,
    IMPACT_G2_PER_HZ,
    STRIDE_HZ,
    CausalFir,
    early_kernel,
    hann_kernel,
    running_autocovariance,
    stride_kernel,
)
from hipdrop.samples import Array
from hipdrop.settings import ContactSettings, DropSettings
from synthetic import REPEATABLE, smoothing

RATES_HZ = (50.0, 100.0, 104.0, 208.0, 416.0, 1000.0)
HALF_S, AHEAD_S = ContactSettings().smooth_half_s, ContactSettings().ahead_s
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


def response(kernel: Array, ahead: int, cycles_per_sample: float) -> complex:
    """Answer of a kernel, oldest weight first, by the definition of the transform."""
    n = np.arange(len(kernel)) - (len(kernel) - 1 - ahead)
    return complex(np.sum(kernel * np.exp(2j * np.pi * cycles_per_sample * n)))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_early_kernel_waits_for_less_and_looks_as_far_back(rate_hz: float) -> None:
    kernel, ahead = early_kernel(HALF_S, AHEAD_S, rate_hz)
    half = len(hann_kernel(HALF_S, rate_hz)) // 2
    assert AHEAD_S * rate_hz <= ahead < AHEAD_S * rate_hz + 1.0
    assert len(kernel) == half + 1 + ahead


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_early_kernel_passes_a_constant_and_a_straight_line(rate_hz: float) -> None:
    kernel, ahead = early_kernel(HALF_S, AHEAD_S, rate_hz)
    line = np.arange(4.0 * len(kernel)) - 7.0
    out = CausalFir(kernel, ahead).push(line)
    np.testing.assert_allclose(out[len(kernel) :], line[len(kernel) - ahead : -ahead], atol=1e-9)


@pytest.mark.parametrize("rate_hz", [100.0, 104.0, 208.0, 416.0, 1000.0])
@pytest.mark.parametrize("hz", [0.5, 1.4, 2.3, 2.8, 3.3, 4.2])
def test_early_kernel_answers_running_as_the_hann_kernel_does(hz: float, rate_hz: float) -> None:
    """Stride rate, step rate, third harmonic of the stride: within 1 ms, and nearly the amplitude."""
    kernel, ahead = early_kernel(HALF_S, AHEAD_S, rate_hz)
    early, hann = response(kernel, ahead, hz / rate_hz), amplitude_at(hann_kernel(HALF_S, rate_hz), hz / rate_hz)
    assert abs(np.angle(early)) / (2.0 * np.pi * hz) < 1e-3  # seconds
    assert abs(early) == pytest.approx(hann, abs=0.1 if hz <= 2.8 else 0.17)


@pytest.mark.parametrize("rate_hz", [104.0, 208.0, 416.0])
def test_early_kernel_lets_no_frequency_grow(rate_hz: float) -> None:
    kernel, ahead = early_kernel(HALF_S, AHEAD_S, rate_hz)
    assert max(abs(response(kernel, ahead, f)) for f in np.linspace(0.0, 0.5, 400)) < 1.0 + 1e-9
    step = CausalFir(kernel, ahead).push(np.r_[np.zeros(5), np.ones(200)])
    assert step.max() < 1.05
    assert step.min() > -0.05


def test_early_kernel_departs_least_of_all_that_pass_lines() -> None:
    """Any change of the weights that keeps sum and mean departs more from the Hann kernel on running."""
    rate_hz = 208.0
    kernel, _ = early_kernel(HALF_S, AHEAD_S, rate_hz)
    hann = hann_kernel(HALF_S, rate_hz)
    lag = np.abs(np.subtract.outer(np.arange(len(hann)), np.arange(len(hann))))
    covariance = running_autocovariance(len(hann), rate_hz)[lag]

    def departure(weights: Array) -> float:
        off = np.r_[weights, np.zeros(len(hann) - len(weights))] - hann
        return float(off @ covariance @ off)

    draw = np.random.default_rng(1)
    keep = np.stack((np.ones(len(kernel)), np.arange(len(kernel), dtype=float)))
    for _ in range(50):
        change = draw.standard_normal(len(kernel))
        change -= keep.T @ np.linalg.lstsq(keep.T, change, rcond=None)[0]
        assert departure(kernel + 0.01 * change) > departure(kernel)


def test_with_all_of_its_support_the_early_kernel_is_the_hann_kernel() -> None:
    kernel, ahead = early_kernel(HALF_S, 1.0, 208.0)
    np.testing.assert_allclose(kernel, hann_kernel(HALF_S, 208.0), atol=1e-9)
    assert ahead == len(kernel) // 2


def test_autocovariance_of_running_is_that_of_its_harmonics() -> None:
    """By simulation: strides of random cadence and phase and white impacts of the same density."""
    rate_hz, lags = 104.0, 12
    draw, n = np.random.default_rng(5), 4000
    order = np.arange(1, len(HARMONICS_G) + 1)[:, None]
    total = np.zeros(lags)
    for hz in STRIDE_HZ:
        phase = 2.0 * np.pi * (order * hz * np.arange(n) / rate_hz + draw.random(order.shape))
        x = np.array(HARMONICS_G) @ np.cos(phase) + draw.standard_normal(n) * np.sqrt(IMPACT_G2_PER_HZ * rate_hz / 2.0)
        total += [float(np.mean(x[: n - k] * x[k:])) for k in range(lags)]
    np.testing.assert_allclose(running_autocovariance(lags, rate_hz), total / len(STRIDE_HZ), atol=0.02)


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
@given(cuts=st.lists(st.integers(1, 399), max_size=12), rate_hz=st.sampled_from(RATES_HZ), live=st.booleans())
def test_a_stream_cut_anywhere_gives_the_same_to_the_bit(cuts: list[int], rate_hz: float, live: bool) -> None:
    x = np.random.default_rng(2).standard_normal(400)
    kernel = smoothing(rate_hz, live)
    whole = CausalFir(*kernel).push(x)
    fir = CausalFir(*kernel)
    edges = sorted({0, 400, *cuts})
    parts = [fir.push(x[a:b]) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_sample_by_sample_is_the_same_to_the_bit() -> None:
    x = np.random.default_rng(3).standard_normal(200)
    fir = CausalFir(*smoothing(208.0))
    np.testing.assert_array_equal([fir.push(x[i : i + 1])[0] for i in range(200)], CausalFir(*smoothing(208.0)).push(x))
