"""The clip: how it is mounted, shakes and slips, and what its chip makes of the motion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hipdrop.samples import Array
from hipdrop.simulate.config import FRAME_SAMPLES, RunnerConfig
from hipdrop.simulate.specs import Slip
from hipdrop.simulate.wobble import Wobble

SLIP_S = 0.5  # a slip takes this long


def _turned(vector: Array, angle_rad: Array, axis: int) -> Array:
    """Give (3, N) vectors in axes that are turned by `angle_rad` about one of them."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turned = vector.copy()
    turned[i] = c * vector[i] + s * vector[j]
    turned[j] = c * vector[j] - s * vector[i]
    return turned


def shaken(wobble: Wobble, t_s: Array, gyr_rads: Array, acc_ms2: Array) -> tuple[Array, Array]:
    """Turn rate and specific force (3, N) into the axes of a clip that wobbles about the sensor's own place."""
    (roll, pitch), (roll_rate, pitch_rate) = wobble.at(t_s)
    gyr = _turned(gyr_rads, roll, 0)
    gyr[0] += roll_rate
    gyr = _turned(gyr, pitch, 2)
    gyr[2] += pitch_rate
    return gyr, _turned(_turned(acc_ms2, roll, 0), pitch, 2)


def mounted(config: RunnerConfig, mount: Array, t_s: Array, gyr: Array, acc: Array) -> tuple[Array, Array]:
    """Turn rate and specific force (3, N) from pelvis axes into sensor axes, with the slip if there is one."""
    gyr, acc = mount @ gyr, mount @ acc
    if config.slip is None:
        return gyr, acc
    return slipped(config.slip, mount, t_s, gyr, acc)


def slipped(slip: Slip, mount: Array, t_s: Array, gyr: Array, acc: Array) -> tuple[Array, Array]:
    """Turn rate and specific force (3, N), sensor axes, into the axes of a clip that slips; the rate of it is seen."""
    outward = np.array([0.0, 0.0, 1.0])
    axis = outward if slip.axis is None else mount @ slip.axis / np.linalg.norm(slip.axis)
    u = np.clip((t_s - slip.at_min * 60.0) / SLIP_S, 0.0, 1.0)
    size = np.deg2rad(slip.deg)
    angle = size * u**3 * (10.0 - 15.0 * u + 6.0 * u**2)
    rate = size * 30.0 * (u * (1.0 - u)) ** 2 / SLIP_S
    return _turned_about(axis, angle, gyr) + axis[:, None] * rate, _turned_about(axis, angle, acc)


def _turned_about(axis: Array, angle_rad: Array, vector: Array) -> Array:
    """Give (3, N) vectors in axes that are turned by `angle_rad` about a unit vector (Rodrigues)."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    along = axis @ vector
    turned: Array = c * vector - s * np.cross(axis, vector, axis=0) + axis[:, None] * ((1.0 - c) * along)
    return turned


def digitised(config: RunnerConfig, gyr_rads: Array, acc_ms2: Array) -> tuple[Array, Array]:
    """Give what the chip makes of (3, N): (N, 3) rate in deg/s and specific force in m/s²."""
    acc, gyr = config.chip.read(acc_ms2.T, gyr_rads.T, config.true_rate_hz, config.rng(6), config.rng(5))
    return gyr, acc


def received(config: RunnerConfig) -> NDArray[np.bool_]:
    """Say for each sample whether its frame arrives; the first and the last frame do."""
    frames = -(-config.samples // FRAME_SAMPLES)
    arrives = config.rng(7).random(frames) >= config.drop_frames
    arrives[[0, -1]] = True
    return np.repeat(arrives, FRAME_SAMPLES)[: config.samples]
