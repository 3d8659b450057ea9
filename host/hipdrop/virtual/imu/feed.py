"""The motion that a modelled sensor feels: a recording or a simulated run, at any sample rate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hipdrop.samples import STANDARD_GRAVITY_MS2, Array


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """Motion in sensor axes at a uniform rate.

    Attributes
    ----------
    rate_hz
        Rate of the rows.
    acc_g
        (N, 3) specific force.
    gyr_dps
        (N, 3) angular rate.
    repeat
        Begin again at the end; otherwise the last row stays.
    """

    rate_hz: float
    acc_g: Array
    gyr_dps: Array
    repeat: bool = False

    @classmethod
    def from_file(cls, path: Path, *, repeat: bool = False) -> Feed:
        """Read an IMU CSV; what is missing in it is filled by straight lines, since a sensor never pauses."""
        from hipdrop.imucsv import read_imu_csv

        recording = read_imu_csv(path)
        t_s = np.concatenate([block.t_s for block in recording.blocks])
        acc = np.concatenate([block.acc_ms2 for block in recording.blocks]) / STANDARD_GRAVITY_MS2
        gyr = np.degrees(np.concatenate([block.gyr_rads for block in recording.blocks]))
        if any(block.gap_s > 0.0 for block in recording.blocks):
            even_s = np.arange(t_s[0], t_s[-1], 1.0 / recording.rate_hz)
            acc = np.column_stack([np.interp(even_s, t_s, column) for column in acc.T])
            gyr = np.column_stack([np.interp(even_s, t_s, column) for column in gyr.T])
        return cls(recording.rate_hz, acc, gyr, repeat)

    @property
    def duration_s(self) -> float:
        """Time from the first row to the end of the last."""
        return len(self.acc_g) / self.rate_hz

    def sampled(self, rate_hz: float) -> tuple[Array, Array]:
        """Give (N, 3) specific force in g and rate in deg/s as a sensor with this rate sees them.

        The rows themselves where the rates are equal, else a cubic spline through them.
        """
        if abs(rate_hz / self.rate_hz - 1.0) < 1e-9:
            return self.acc_g, self.gyr_dps
        from scipy.interpolate import make_interp_spline

        own_s = np.arange(len(self.acc_g)) / self.rate_hz
        at_s = np.arange(0.0, own_s[-1], 1.0 / rate_hz)
        both = make_interp_spline(own_s, np.hstack((self.acc_g, self.gyr_dps)), k=3)(at_s)
        return both[:, :3], both[:, 3:]


def counts(values: Array, per_lsb: float) -> Array:
    """Give int16 counts of (N, 3) values, cut off at the ends of the range as a sensor does."""
    rounded: Array = np.clip(np.rint(values / per_lsb), -32768, 32767).astype(np.int16)
    return rounded
