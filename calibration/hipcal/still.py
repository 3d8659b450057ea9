"""Where a clip is held still: in a hand, on a table, on a body that stands; the same however the samples are cut.

The method is that of Tedaldi, Pretto and Menegatti (2014, ICRA, doi 10.1109/ICRA.2014.6907297): spread in a sliding
window under a threshold. Three deviations: thresholds are absolute, from what hands do, since nobody lays the clip down
first; the gyroscope is looked at too; and the mean must stay where it is, for a slow turn has no spread.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from hipdrop.samples import Array, SampleBlock

# Tremor of a healthy hand has 0.0015 to 0.035 g at its peak (Wade, Gresty and Findley 1982, Arch Neurol 39:358, doi
# 10.1001/archneur.1982.00510180036009), the largest thus an SD of 0.24 m/s²; at 7 Hz, 0.1 m from the wrist, it turns
# with an SD of 3.1 deg/s. Slow wander of the hand comes on top: twice the tremor is no longer still, and a half more
# than it is still again (hysteresis). The chip's own noise (110 ug and 3.8 mdps per root hertz) is a twentieth of
# that; walking has 2 m/s² and more.
ACC_SD_MS2 = 0.5
GYR_SD_RADS = math.radians(6.5)
ENTER = 0.7
GYR_MEAN_RADS = math.radians(15.0)  # a bias of 10 at most (OrientationSettings.rest_bias_max_dps), and half as much
STEADY_MS2 = 0.5  # 3 deg, the slop of a pose by hand: smears the mean's length by less than 0.2 mg

SHORTEST_S = 1.5  # over which tremor averages to under 1 mg
CELL_S = 0.1
_WINDOW = 5  # cells in which spread is looked at: some periods of tremor
_TRIM = 3  # cells at either end of a part, fewer than the window: the hand comes to rest, or goes off slowly


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A part in which the clip is still, its edges trimmed.

    Attributes
    ----------
    start_s, stop_s
        From when to when.
    acc_ms2, gyr_rads
        (3,) means.
    acc_sd_ms2, gyr_sd_rads
        SD of the axis that has the largest.
    samples
        How many.
    """

    start_s: float
    stop_s: float
    acc_ms2: Array
    gyr_rads: Array
    acc_sd_ms2: float
    gyr_sd_rads: float
    samples: int

    @property
    def duration_s(self) -> float:
        """How long."""
        return self.stop_s - self.start_s


@dataclass(slots=True, eq=False)
class _Sums:
    """Number of samples, sums and sums of squares of (acceleration, rate), and their time."""

    start_s: float
    stop_s: float
    samples: int
    total: Array
    squares: Array

    @classmethod
    def of(cls, t_s: Array, values: Array, stop_s: float) -> _Sums:
        return cls(float(t_s[0]), stop_s, len(values), values.sum(axis=0), np.square(values).sum(axis=0))

    def plus(self, other: _Sums) -> _Sums:
        return _Sums(
            self.start_s,
            other.stop_s,
            self.samples + other.samples,
            self.total + other.total,
            self.squares + other.squares,
        )

    def mean(self) -> Array:
        mean: Array = self.total / self.samples
        return mean

    def sd(self) -> Array:
        variance = self.squares / self.samples - np.square(self.mean())
        sd: Array = np.sqrt(np.maximum(variance, 0.0))
        return sd

    def still(self) -> Still:
        mean, sd = self.mean(), self.sd()
        return Still(
            start_s=self.start_s,
            stop_s=self.stop_s,
            acc_ms2=mean[:3],
            gyr_rads=mean[3:],
            acc_sd_ms2=float(sd[:3].max()),
            gyr_sd_rads=float(sd[3:].max()),
            samples=self.samples,
        )


class StillWatch:
    """Finds still parts as samples come in.

    Time is cut into cells of 0.1 s, on the samples' own time axis, and each cell is judged when it is whole: so blocks
    may be cut as they like. A cell without samples is a gap, and ends a part.
    """

    def __init__(self) -> None:
        self._t_s = np.empty(0)
        self._values = np.empty((0, 6))
        self._last: int | None = None  # number of the last whole cell
        self._window: deque[_Sums] = deque(maxlen=_WINDOW)
        self._part: _Sums | None = None
        self._edge: deque[_Sums] = deque()  # the newest cells of a part, which may yet be trimmed
        self._untrimmed = 0  # cells of a part that are to be left out at its beginning

    @property
    def moving(self) -> bool:
        """Whether the clip moves now."""
        return self._part is None and not self._edge

    @property
    def so_far(self) -> Still | None:
        """The part that is going on, once it is long enough to be one."""
        part = self._part
        return part.still() if part is not None and _long_enough(part) else None

    @property
    def held_s(self) -> float:
        """How long the clip has been still now, edges trimmed; 0 while it moves."""
        return 0.0 if self._part is None else self._part.stop_s - self._part.start_s

    def push(self, block: SampleBlock) -> list[Still]:
        """Take samples; give the parts that have ended with them."""
        self._t_s = np.concatenate([self._t_s, block.t_s])
        self._values = np.concatenate([self._values, np.hstack([block.acc_ms2, block.gyr_rads])])
        cells = np.floor(self._t_s / CELL_S).astype(np.int64)
        edges = np.flatnonzero(np.diff(cells)) + 1
        ended: list[Still] = []
        start = 0
        for stop in edges.tolist():
            ended += self._cell(int(cells[start]), self._t_s[start : stop + 1], self._values[start:stop])
            start = stop
        self._t_s, self._values = self._t_s[start:], self._values[start:]
        return ended

    def close(self) -> list[Still]:
        """Give the part that was going on; samples of an unfinished cell are left out."""
        self._t_s, self._values, self._last = self._t_s[:0], self._values[:0], None
        return self._end()

    def _cell(self, number: int, t_s: Array, values: Array) -> list[Still]:
        """Judge a whole cell; `t_s` has the time of the sample after it as well."""
        ended: list[Still] = []
        if self._last is not None and number != self._last + 1:
            ended = self._end()
        self._last = number
        cell = _Sums.of(t_s, values, stop_s=min(float(t_s[-1]), (number + 1) * CELL_S))
        self._window.append(cell)
        if self.moving:
            if len(self._window) == _WINDOW and self._quiet(ENTER):
                self._untrimmed = _TRIM
                for past in self._window:
                    self._grow(past)
        elif self._quiet(1.0) and self._steady(cell):
            self._grow(cell)
        else:
            ended += self._end()
        return ended

    def _grow(self, cell: _Sums) -> None:
        if self._untrimmed:
            self._untrimmed -= 1
            return
        self._edge.append(cell)
        if len(self._edge) > _TRIM:
            oldest = self._edge.popleft()
            self._part = oldest if self._part is None else self._part.plus(oldest)

    def _end(self) -> list[Still]:
        part, self._part = self._part, None
        self._edge.clear()
        self._window.clear()
        return [part.still()] if part is not None and _long_enough(part) else []

    def _quiet(self, share: float) -> bool:
        """Whether nothing in the window shakes or turns by more than a share of the thresholds."""
        window = self._window[0]
        for cell in list(self._window)[1:]:
            window = window.plus(cell)
        sd = window.sd()
        return bool(
            sd[:3].max() < share * ACC_SD_MS2
            and sd[3:].max() < share * GYR_SD_RADS
            and np.linalg.norm(window.mean()[3:]) < GYR_MEAN_RADS
        )

    def _steady(self, cell: _Sums) -> bool:
        """Whether the window's mean is where that of the part is."""
        if self._part is None:
            return True
        window = sum((past.total[:3] for past in self._window), np.zeros(3))
        mean = window / sum(past.samples for past in self._window)
        return float(np.linalg.norm(mean - self._part.mean()[:3])) < STEADY_MS2


def still_parts(t_s: Array, acc_ms2: Array, gyr_rads: Array) -> list[Still]:
    """Find the still parts of a recording.

    Parameters
    ----------
    t_s
        (N,) times, increasing.
    acc_ms2, gyr_rads
        (N, 3) specific force and rate, sensor axes, uncorrected.
    """
    watch = StillWatch()
    return watch.push(SampleBlock(t_s, acc_ms2, gyr_rads)) + watch.close()


def _long_enough(part: _Sums) -> bool:
    return part.stop_s - part.start_s >= SHORTEST_S - 0.5 * CELL_S
