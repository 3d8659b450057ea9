"""The mean course of obliquity over a stride, for pictures, and the last strides, for the live view."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from hipdrop.samples import Array

POINTS = 101
LAST_STRIDES = 5  # shown live, about 3.5 s
_MOST_WAITING = 64  # strides whose steps are held back; more than `sides.hold_steps` hold


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

    def push(self, stride_deg: Array, mean_deg: float) -> Array:
        """Take one stride that begins with a left contact, (m,) obliquity, and its mean; give its (101,) course."""
        last = len(stride_deg) - 1
        wave = np.interp(np.linspace(0.0, last, POINTS), np.arange(last + 1.0), stride_deg) - mean_deg
        self._sum += wave
        self._square += wave * wave
        self._n += 1
        return wave

    def result(self) -> MeanWave | None:
        """The mean so far; None before the second stride."""
        if self._n < 2:
            return None
        mean = self._sum / self._n
        sd = np.sqrt(np.maximum(self._square / self._n - mean * mean, 0.0))
        return MeanWave(np.linspace(0.0, 100.0, POINTS), mean, sd, self._n)


@dataclass(frozen=True, slots=True, eq=False)
class RecentStrides:
    """What the live view lays over each other.

    Attributes
    ----------
    last_deg
        (k, 101) the last strides, oldest first, each from one left contact to the next, its own mean taken off.
    baseline_deg
        (101,) mean of the strides that the baseline was learned from; None without.
    count
        Strides so far: where it has not changed, neither have they.
    """

    last_deg: Array
    baseline_deg: Array | None
    count: int


class StrideBook:
    """Keeps the last strides and the mean one of the baseline, in step with the events that leave the pipeline."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Array]] = deque(maxlen=_MOST_WAITING)
        self._last: deque[Array] = deque(maxlen=LAST_STRIDES)
        self._count = 0
        self._baseline: Array | None = None
        self._sum = np.zeros(POINTS)
        self._n = 0

    def add(self, number: int, wave_deg: Array) -> None:
        """Take the course of the stride that ends with step `number`; it counts once that step has left."""
        self._waiting.append((number, wave_deg))

    def reach(self, number: int, learning: bool) -> None:
        """Step `number` leaves; `learning`: the baseline is made of the strides of this time."""
        while self._waiting and self._waiting[0][0] <= number:
            wave_deg = self._waiting.popleft()[1]
            self._last.append(wave_deg)
            self._count += 1
            if learning:
                self._sum += wave_deg
                self._n += 1

    def learned(self) -> None:
        """The baseline stands: so does its mean stride."""
        if self._n:
            self._baseline = self._sum / self._n
            self._count += 1

    def forget_baseline(self) -> None:
        """Learn the mean stride anew."""
        self._baseline = None
        self._sum = np.zeros(POINTS)
        self._n = 0
        self._count += 1

    def swap(self) -> None:
        """Left and right were the wrong way round: every stride began half a stride later than was thought."""
        self._last = deque((_half_later(wave) for wave in self._last), maxlen=LAST_STRIDES)
        self._sum = _half_later(self._sum)
        self._baseline = None if self._baseline is None else _half_later(self._baseline)
        self._count += 1

    def result(self) -> RecentStrides:
        """Give them as they stand now."""
        last_deg = np.array(self._last).reshape(-1, POINTS)
        return RecentStrides(last_deg, self._baseline, self._count)


def _half_later(wave_deg: Array) -> Array:
    """Give a stride from the other contact on, which is taken to be at its half."""
    turned = np.roll(wave_deg[:-1], -(POINTS // 2))
    return np.append(turned, turned[0])
