"""The block of samples that everything downstream of a link or a file works on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STANDARD_GRAVITY_MS2 = 9.80665  # CODATA, by definition

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """Consecutive samples of one clip in SI units, in sensor axes.

    Attributes
    ----------
    t_s
        (N,) time of each sample on the input's own time axis, increasing.
    acc_ms2
        (N, 3) specific force: +9.81 on the axis that points up at rest.
    gyr_rads
        (N, 3) angular rate.
    first_index
        Number of the first sample in the recording, lost samples counted in.
    gap_s
        Time that is missing before the first sample (0: none), that is the time since the sample before, less one
        sample period.
    """

    t_s: Array
    acc_ms2: Array
    gyr_rads: Array
    first_index: int = 0
    gap_s: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.t_s)
        if self.acc_ms2.shape != (n, 3) or self.gyr_rads.shape != (n, 3):
            raise ValueError(
                f"a block of {n} times needs (N, 3) arrays, not {self.acc_ms2.shape} and {self.gyr_rads.shape}"
            )

    def __len__(self) -> int:
        return len(self.t_s)

    @property
    def sensed(self) -> tuple[Array, Array]:
        """Specific force and angular rate as the sensor gave them: by these a sample is at the end of its range."""
        return self.acc_ms2, self.gyr_rads

    def cut(self, length: int) -> Iterator[SampleBlock]:
        """Yield the same samples in blocks of `length`; the gap stays before the first of them."""
        for start in range(0, len(self), length):
            yield self.slice(start, start + length)

    def slice(self, start: int, stop: int) -> SampleBlock:
        """Give samples [start, stop) as a block of its own, without copying."""
        return SampleBlock(
            self.t_s[start:stop],
            self.acc_ms2[start:stop],
            self.gyr_rads[start:stop],
            self.first_index + start,
            self.gap_s if start == 0 else 0.0,
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CalibratedBlock(SampleBlock):
    """Samples of which a calibration has taken the errors of the sensor.

    Attributes
    ----------
    sensed_acc_ms2, sensed_gyr_rads
        (N, 3) the same by the nominal scale alone.
    """

    sensed_acc_ms2: Array
    sensed_gyr_rads: Array

    @property
    def sensed(self) -> tuple[Array, Array]:
        """Specific force and angular rate as the sensor gave them."""
        return self.sensed_acc_ms2, self.sensed_gyr_rads

    def slice(self, start: int, stop: int) -> CalibratedBlock:
        """Give samples [start, stop) as a block of its own, without copying."""
        return CalibratedBlock(
            self.t_s[start:stop], self.acc_ms2[start:stop], self.gyr_rads[start:stop], self.first_index + start,
            self.gap_s if start == 0 else 0.0,
            sensed_acc_ms2=self.sensed_acc_ms2[start:stop], sensed_gyr_rads=self.sensed_gyr_rads[start:stop],
        )  # fmt: skip
