"""Low-passes without phase shift, and their early twin for the live chain.

A symmetric kernel of 2 h + 1 samples delays every frequency by exactly h samples. Stamped h samples back, the output
of the causal filter is the zero-phase one, so times need no correction that depends on frequency. It costs h samples
of latency: 80 ms for the contacts, too much for a runner's cue. So live a kernel that looks `ahead_s` into the future
stands in for the symmetric one: where running has its power the two answer alike, in amplitude and in phase.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from hipdrop.samples import Array

# The running that `early_kernel` is made for.
STEP_HZ = np.linspace(140.0, 200.0, 13) / 60.0
DUTIES = (0.55, 0.65, 0.75, 0.85)
STEP_HARMONICS = 7
LEVER_G = 0.3
IMPACT_G2_PER_HZ = 4e-3
PAST_PART = 1.5
_KINDS = len(STEP_HZ) * len(DUTIES)


def hann_kernel(half_s: float, rate_hz: float) -> Array:
    """Smoothing kernel without ripple or overshoot: a Hann window of unit sum, shape (2 h + 1,), h = half_s * rate_hz.

    It passes half the amplitude at 1 / (2 half_s) Hz and nothing at 1 / half_s Hz.
    """
    h = max(1, round(half_s * rate_hz))
    window = np.hanning(2 * h + 3)[1:-1]
    return np.asarray(window / window.sum(), dtype=np.float64)


@lru_cache(maxsize=32)
def early_kernel(half_s: float, ahead_s: float, rate_hz: float) -> tuple[Array, int]:
    """Stand-in for `hann_kernel` that looks only `ahead_s` ahead, and PAST_PART times as far back as the Hann kernel.

    Of all kernels g on that support with unit sum it is the one whose output departs least, in mean square, from that
    of the Hann kernel h on running: it minimises (g - h)' R (g - h), R the autocovariance of `running_autocovariance`,
    one linear system (linear prediction, Wiener 1949, with the smoothed signal in the place of the future one). When
    the support holds the Hann kernel, it is the Hann kernel.

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
    n, m = np.arange(-round(PAST_PART * h), ahead + 1), np.arange(-h, h + 1)
    inside = running_autocovariance(n[:, None] - n, rate_hz)
    bordered = np.block([[inside, np.ones((len(n), 1))], [np.ones((1, len(n))), np.zeros((1, 1))]])
    wanted = np.append(running_autocovariance(n[:, None] - m, rate_hz) @ hann, 1.0)
    return np.asarray(np.linalg.solve(bordered, wanted)[:-1]), ahead


def running_autocovariance(lag: Array, rate_hz: float) -> Array:
    """Autocovariance in g² of the vertical acceleration of running at whole lags in samples, any shape.

    A half-sine ground force of unit mean whose k-th harmonic of the step has the amplitude
    2 cos(pi k d) / (1 - 4 k² d²), d the part of the step on the ground; over the cadences and duties of running; plus
    the stride-rate part that a clip over one hip sees; plus impacts, which are white.
    """
    lag_s = lag / rate_hz
    total = np.where(lag == 0, 0.5 * IMPACT_G2_PER_HZ * rate_hz, 0.0)
    k = np.arange(1, STEP_HARMONICS + 1)
    for duty in DUTIES:
        power = 2.0 * (np.cos(np.pi * k * duty) / (1.0 - 4.0 * (k * duty) ** 2)) ** 2
        for step_hz in STEP_HZ:
            phase = 2.0 * np.pi * step_hz * lag_s
            total += (power @ np.cos(np.multiply.outer(k, phase)).reshape(len(k), -1)).reshape(lag.shape) / _KINDS
            total += 0.5 * LEVER_G**2 * np.cos(0.5 * phase) / _KINDS
    return total


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
