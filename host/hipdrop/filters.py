"""Linear-phase low-passes: one kernel serves the causal chain and its zero-phase twin.

A symmetric kernel of 2 h + 1 samples delays every frequency by exactly h samples. Stamped h samples back, the output
of the causal filter is the zero-phase one, so times need no correction that depends on frequency, and no filter of
the live chain has a rival in the analysis after the run. It costs h samples of latency (80 ms for the contacts).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hipdrop.samples import Array


def hann_kernel(half_s: float, rate_hz: float) -> Array:
    """Smoothing kernel without ripple or overshoot: a Hann window of unit sum, shape (2 h + 1,), h = half_s * rate_hz.

    It passes half the amplitude at 1 / (2 half_s) Hz and nothing at 1 / half_s Hz.
    """
    h = max(1, round(half_s * rate_hz))
    window = np.hanning(2 * h + 3)[1:-1]
    return np.asarray(window / window.sum(), dtype=np.float64)


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
    """A symmetric kernel run over a stream; output i belongs to the time of input i - delay.

    Each output value is one dot product over the same samples in the same order, so that it does not depend on how the
    stream was cut. Before the first sample the stream is taken to have stood still at it.
    """

    def __init__(self, kernel: Array) -> None:
        self._kernel = kernel
        self._tail: Array | None = None

    @property
    def delay(self) -> int:
        """Constant delay in samples."""
        return len(self._kernel) // 2

    def push(self, x: Array) -> Array:
        """Filter the (n,) samples that follow those before; gives (n,)."""
        if self._tail is None:
            self._tail = np.full(len(self._kernel) - 1, x[0])
        padded = np.concatenate((self._tail, x))
        self._tail = padded[len(x) :]
        return np.correlate(padded, self._kernel, "valid")  # symmetric, so no turning round

    def reset(self) -> None:
        """Forget the past, after a gap."""
        self._tail = None
