"""Per-sample stage: gross gyroscope bias off, VQF, up vector, vertical acceleration; indifferent to the mount."""

from __future__ import annotations

import math

import numpy as np
from vqf import VQF

from hipdrop import columns as col
from hipdrop.contacts import ContactDetector
from hipdrop.filters import CausalFir, early_kernel
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.settings import ContactSettings, OrientationSettings


def up_from_quaternion(quat: Array) -> Array:
    """World up in sensor axes, (3, N), from sensor-to-world quaternions (N, 4) in (w, x, y, z) with world z up."""
    q = np.ascontiguousarray(quat.T)
    up = np.empty((3, len(quat)))
    np.multiply(q[1:3], q[3], out=up[:2])  # xz, yz
    cross = q[0] * q[1:3]  # wx, wy
    up[0] -= cross[1]
    up[1] += cross[0]
    up[:2] *= 2.0
    np.multiply(q[1:3], q[1:3], out=cross)
    np.add(cross[0], cross[1], out=up[2])
    up[2] *= -2.0
    up[2] += 1.0
    return up


def vertical_acceleration(acc: Array, up: Array) -> Array:
    """Acceleration along up in g, (N,), from specific force (3, N) in m/s² and up (3, N); 0 at rest."""
    product = acc * up
    vertical = np.add.reduce(product, axis=0)  # row by row: the same sums for any block length
    vertical *= 1.0 / STANDARD_GRAVITY_MS2
    vertical -= 1.0
    return np.asarray(vertical)


class OrientationStage:
    """Turns sample blocks into columns (`hipdrop.columns`), sample by sample and with state kept between blocks.

    Orientation is VQF without magnetometer (Laidig and Seel, 2023, doi 10.1016/j.inffus.2022.10.014), default
    parameters. Filters that normalise the momentary accelerometer fail in the flight of a running step
    (docs/algorithms.md). VQF's output i holds at t_i + dt/2: whoever reads `col.UP` stamps it `up_shift` samples
    later.

    Attributes
    ----------
    senses
        Whether the rates and forces of its columns are the sensor's own, as it read them.
    """

    up_shift = 0.5
    senses = True

    def __init__(self, rate_hz: float, orientation: OrientationSettings, contacts: ContactSettings) -> None:
        self._rate_hz = rate_hz
        self._vqf = VQF(1.0 / rate_hz)
        self._smooth = CausalFir(*early_kernel(contacts.smooth_half_s, contacts.ahead_s, rate_hz))
        self._bias_rads: Array | None = None
        self._settings = orientation
        self._contacts = contacts

    @property
    def smooth_delay(self) -> int:
        """Samples by which `col.SMOOTH` lags the others."""
        return self._smooth.delay

    def detector(self) -> ContactDetector:
        """Give what finds contacts in these columns."""
        return ContactDetector(self._rate_hz, self.smooth_delay, self._contacts)

    def push(self, block: SampleBlock, out: Array) -> None:
        """Fill `out` (col.COUNT, n) from a block of n samples."""
        gyr = np.ascontiguousarray(block.gyr_rads)
        if self._bias_rads is not None:
            gyr = gyr - self._bias_rads
        acc = np.ascontiguousarray(block.acc_ms2)
        quat = self._vqf.updateBatch(gyr, acc)["quat6D"]
        fill_columns(out, block.t_s, acc, gyr, up_from_quaternion(quat))
        out[col.SMOOTH] = self._smooth.push(out[col.VERT])

    @property
    def bias_rads(self) -> Array | None:
        """(3,) what is taken off all rates now."""
        return self._bias_rads

    def take_off_rest_bias(self, residual_rads: Array) -> tuple[float, float, float] | None:
        """Take a rest bias off all further samples if it is too large for VQF; give the whole of it in deg/s if so.

        Parameters
        ----------
        residual_rads
            (3,) mean rate at rest of samples from which the bias known so far is already off.
        """
        if np.linalg.norm(residual_rads) < math.radians(self._settings.rest_bias_limit_dps):
            return None
        self._vqf.resetState()  # what it had learned belongs to the biased rates
        return self._take_off(residual_rads)

    def take_off_run_bias(self, level_rads: Array) -> tuple[float, float, float] | None:
        """The same for a clip that never was at rest: only what is level can be seen, and VQF goes on where it is.

        Parameters
        ----------
        level_rads
            (3,) mean level rate over many strides, which is zero in a pelvis that keeps its mean tilt.
        """
        if np.linalg.norm(level_rads) < math.radians(self._settings.run_bias_limit_dps):
            return None
        estimate, sigma = self._vqf.getBiasEstimate()
        # what VQF holds of it, up to its clip, goes; the part about the vertical stays
        share = float(np.dot(estimate, level_rads) / np.dot(level_rads, level_rads))
        self._vqf.setBiasEstimate(estimate - share * level_rads, sigma)
        return self._take_off(level_rads)

    def _take_off(self, residual_rads: Array) -> tuple[float, float, float]:
        self._bias_rads = residual_rads if self._bias_rads is None else self._bias_rads + residual_rads
        x, y, z = np.rad2deg(self._bias_rads)
        return float(x), float(y), float(z)

    def restart_smoothing(self) -> None:
        """Forget the samples before a gap."""
        self._smooth.reset()


def fill_columns(out: Array, t_s: Array, acc: Array, gyr: Array, up: Array) -> None:
    """Fill all columns but SMOOTH: times (n,), specific force and rates (n, 3), up (3, n)."""
    out[col.T] = t_s
    out[col.ACC] = acc.T
    out[col.GYR] = gyr.T
    out[col.UP] = up
    out[col.VERT] = vertical_acceleration(out[col.ACC], up)
