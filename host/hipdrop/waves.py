"""The mean course of obliquity over a stride, for pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.samples import Array

POINTS = 101


@dataclass(frozen=True, slots=True, eq=False)
class MeanWave:
    """Obliquity over the stride from one left contact to the next, its own mean taken off.

    Attributes
    ----------
    phase_percent
        (101,) 0 to 100.
    mean_deg, sd_deg
        (101,) mean and standard deviation over strides; > 0 is right side down.
    strides
        Number of strides in it.
    """

    phase_percent: Array
    mean_deg: Array
    sd_deg: Array
    strides: int


class WaveMean:
    """Adds up strides; costs one interpolation each."""

    def __init__(self) -> None:
        self._sum = np.zeros(POINTS)
        self._square = np.zeros(POINTS)
        self._n = 0

    def push(self, stride_deg: Array, mean_deg: float) -> None:
        """Take one stride that begins with a left contact, (m,) obliquity, and its mean."""
        last = len(stride_deg) - 1
        wave = np.interp(np.linspace(0.0, last, POINTS), np.arange(last + 1.0), stride_deg) - mean_deg
        self._sum += wave
        self._square += wave * wave
        self._n += 1

    def result(self) -> MeanWave | None:
        """The mean so far; None before the second stride."""
        if self._n < 2:
            return None
        mean = self._sum / self._n
        sd = np.sqrt(np.maximum(self._square / self._n - mean * mean, 0.0))
        return MeanWave(np.linspace(0.0, 100.0, POINTS), mean, sd, self._n)
