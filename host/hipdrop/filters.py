"""Low-passes without phase shift, and the early kernel that stands in for one of them live.

A symmetric kernel of 2 h + 1 samples delays every frequency by exactly h samples. Stamped h samples back, the output
of the causal filter is the zero-phase one, so times need no correction that depends on frequency. It costs h samples
of latency: 80 ms for the contacts, too much for a runner's cue. So the live chain takes a kernel of shorter reach into
the future that answers alike where running has its power.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from hipdrop.samples import Array

# The running that the early kernel is made for (docs/algorithms.md).
STRIDE_HZ = np.linspace(70.0, 100.0, 13) / 60.0  # 140 to 200 steps a minute
# Vertical acceleration at harmonics 1 to 10 of the stride: rms over 2.5 and 3.5 m/s at sacrum and both hips of a
# measured runner (Fukuchi et al. 2017, doi 10.7717/peerj.3298).
HARMONICS_G = (0.06, 1.45, 0.26, 0.32, 0.14, 0.26, 0.20, 0.15, 0.11, 0.10)
# Impacts: 0.4 g rms from 12 to 50 Hz on a sacrum, mean of eight trials (Alcantara et al. 2022, 10.7717/peerj.12752).
IMPACT_G2_PER_HZ = 4e-3


def hann_kernel(half_s: float, rate_hz: float) -> Array:
    """Smoothing kernel without ripple or overshoot: a Hann window of unit sum, shape (2 h + 1,), h = half_s * rate_hz.

    It passes half the amplitude at 1 / (2 half_s) Hz and nothing at 1 / half_s Hz.
    """
    h = max(1, round(half_s * rate_hz))
    window = np.hanning(2 * h + 3)[1:-1]
    return np.asarray(window / window.sum(), dtype=np.float64)


@lru_cache(maxsize=32)
def early_kernel(half_s: float, ahead_s: float, rate_hz: float) -> tuple[Array, int]:
    """Stand-in for the Hann kernel that reaches as far back but only `ahead_s` ahead.

    Of all kernels g on that support it is the one whose output departs least, in mean square, from that of the Hann
    kernel h on running: it minimises (g - h)' R (g - h), R the autocovariance of running, with sum and mean of h, so
    that a constant and a straight line pass as they do there. One linear system: a Wiener filter (Wiener 1949) with
    two constraints. When the support holds all of the Hann kernel, it is the Hann kernel.

    Returns
    -------
    kernel
        (n,) weights, oldest sample first.
    ahead
        Number of weights after the middle: the delay of the causal filter in samples.
    """
    hann = hann_kernel(half_s, rate_hz)
    h = len(hann) // 2
    ahead = min(h, max(1, math.ceil(ahead_s * rate_hz)))
    m, n = np.arange(-h, h + 1), np.arange(-h, ahead + 1)
    covariance = running_autocovariance(2 * h + 1, rate_hz)
    line = np.stack((np.ones(2 * h + 1), m / h))
    bordered = np.zeros((len(n) + 2, len(n) + 2))
    bordered[:-2, :-2] = covariance[np.abs(n[:, None] - n)]
    bordered[-2:, :-2] = line[:, : len(n)]
    bordered[:-2, -2:] = line[:, : len(n)].T
    wanted = np.concatenate((covariance[np.abs(n[:, None] - m)] @ hann, line @ hann))
    return np.asarray(np.linalg.solve(bordered, wanted)[:-2], dtype=np.float64), ahead


def running_autocovariance(lags: int, rate_hz: float) -> Array:
    """Autocovariance of the vertical acceleration of running in g², (lags,), from lag 0 on in samples.

    Harmonics of the stride, averaged over the cadences of running, and white impacts.
    """
    order = np.arange(1, len(HARMONICS_G) + 1)
    power = 0.5 * np.square(HARMONICS_G)
    turns = np.multiply.outer(np.arange(lags) / rate_hz, np.multiply.outer(STRIDE_HZ, order))
    covariance = (np.cos(2.0 * np.pi * turns) @ power).mean(axis=1)
    covariance[0] += 0.5 * IMPACT_G2_PER_HZ * rate_hz
    return np.asarray(covariance)


@lru_cache(maxsize=1024)
def stride_kernel(stride_samples: int, harmonics: float, half_part: float) -> Array:
    """Low-pass that goes with the stride: flat up to its cut-off (half amplitude) at `harmonics` times the stride rate.

    A sinc in a Hamming window of unit sum, shape (2 h + 1,), h = half_part of the stride. What it takes off the shape
    of a stride does not depend on the cadence.
    """
    h = max(1, round(half_part * stride_samples))
    n = np.arange(-h, h + 1)
    kernel = np.sinc(2.0 * harmonics / stride_samples * n) * np.hamming(2 * h + 1)
    return np.asarray(kernel / kernel.sum(), dtype=np.float64)


class CausalFir:
    """A kernel run over a stream; output i belongs to the time of input i - delay.

    `kernel` has the weight of the oldest sample first; `delay` is the number of its weights after the middle, half of
    them for a symmetric one.

    Each output value is one dot product over the same samples in the same order, so that it does not depend on how the
    stream was cut. Before the first sample the stream is taken to have stood still at it.
    """

    def __init__(self, kernel: Array, delay: int | None = None) -> None:
        self._kernel = kernel
        self._tail: Array | None = None
        self.delay = len(kernel) // 2 if delay is None else delay

    def push(self, x: Array) -> Array:
        """Filter the (n,) samples that follow those before; gives (n,)."""
        if self._tail is None:
            self._tail = np.full(len(self._kernel) - 1, x[0])
        padded = np.concatenate((self._tail, x))
        self._tail = padded[len(x) :]
        return np.correlate(padded, self._kernel, "valid")

    def reset(self) -> None:
        """Forget the past, after a gap."""
        self._tail = None
