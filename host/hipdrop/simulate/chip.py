"""The chip: its errors, its noise, and the counts that come out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.sensorerrors import NO_ERRORS, REFERENCE_C, SensorErrors


@dataclass(frozen=True)
class Chip:
    """Noise densities per root hertz, quantisation (0: none) and range; the default is of LSM6DSO class.

    Attributes
    ----------
    errors
        What it makes wrong.
    temperature_c
        How warm it is.
    """

    gyro_noise_mdps: float = 3.8
    acc_noise_ug: float = 70.0
    gyro_lsb_mdps: float = 70.0
    acc_lsb_mg: float = 0.488
    gyro_range_dps: float = 2000.0
    acc_range_g: float = 16.0
    errors: SensorErrors = NO_ERRORS
    temperature_c: float = REFERENCE_C

    def read(
        self, acc_ms2: Array, gyr_rads: Array, rate_hz: float, acc_draws: Generator, gyr_draws: Generator
    ) -> tuple[Array, Array]:
        """Give what it puts out, m/s² and deg/s (N, 3), of a true specific force and rate (N, 3)."""
        acc_ms2, gyr_rads = self.errors.apply(acc_ms2, gyr_rads, self.temperature_c)
        bandwidth_root = math.sqrt(rate_hz / 2.0)
        gyr = np.rad2deg(gyr_rads)
        gyr += gyr_draws.standard_normal(gyr.shape) * (self.gyro_noise_mdps * 1e-3 * bandwidth_root)
        acc = acc_ms2 / STANDARD_GRAVITY_MS2
        acc += acc_draws.standard_normal(acc.shape) * (self.acc_noise_ug * 1e-6 * bandwidth_root)
        acc = _rounded(acc, self.acc_lsb_mg * 1e-3, self.acc_range_g) * STANDARD_GRAVITY_MS2
        return acc, _rounded(gyr, self.gyro_lsb_mdps * 1e-3, self.gyro_range_dps)


def _rounded(values: Array, lsb: float, full_scale: float) -> Array:
    if lsb == 0.0:
        return np.clip(values, -full_scale, full_scale)
    top = np.floor(full_scale / lsb)
    rounded: Array = np.clip(np.rint(values / lsb), -top, top) * lsb
    return rounded
