"""Angles of the pelvis from a quiet stand on both legs on, for movements that may be slow: a sag is no gyroscope bias.

A filter that takes rest for a chance to learn the gyroscope's bias takes a slow sag for bias, and is off by a degree at
its end (docs/single-leg-test.md). So the bias is taken from the stand on both legs, and the filter learns none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from vqf import VQF

from hipcal.levelled import rate_of
from hipdrop.orientation import up_from_quaternion
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock

LEAST_S = 2.0  # of standing


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Columns of N samples.

    Attributes
    ----------
    t_s
        (N,) times, as of the samples.
    obliquity_deg, tilt_deg, rotation_deg
        (N,) of the pelvis (docs/frames-and-signs.md); rotation since the beginning, it drifts.
    acc_ms2
        (3, N) acceleration without gravity: level forward, up, level right.
    acc_pelvis_ms2
        (3, N) specific force in pelvis axes: forward, up, right.
    """

    t_s: Array
    obliquity_deg: Array
    tilt_deg: Array
    rotation_deg: Array
    acc_ms2: Array
    acc_pelvis_ms2: Array

    def __len__(self) -> int:
        return len(self.t_s)

    @property
    def rate_hz(self) -> float:
        """Sample rate."""
        return rate_of(self.t_s)

    def part(self, start: int, stop: int) -> Levels:
        """Give samples [start, stop)."""
        cut = slice(start, stop)
        return Levels(
            self.t_s[cut], self.obliquity_deg[cut], self.tilt_deg[cut], self.rotation_deg[cut], self.acc_ms2[:, cut],
            self.acc_pelvis_ms2[:, cut],
        )  # fmt: skip


def joined_levels(parts: Sequence[Levels]) -> Levels:
    """Give columns one after the other."""
    return Levels(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Levels.__slots__[:4]),
        *(np.concatenate([getattr(part, name) for part in parts], axis=1) for name in Levels.__slots__[4:]),
    )


class Levelled:
    """Turns samples into angles, from a quiet stand on.

    Orientation is VQF without magnetometer (Laidig and Seel 2023, doi 10.1016/j.inffus.2022.10.014) with neither of its
    estimates of bias. Its output i holds half a sample later: the mean of two of them stands at a sample. The same
    samples give the same columns however they are cut.

    Parameters
    ----------
    standing
        Quiet standing on both legs right before the samples that are pushed, two seconds or more; not pushed again.
    pelvis_from_sensor
        (3, 3) mount.

    Attributes
    ----------
    obliquity_deg, tilt_deg
        Of the standing: what is level.
    bias_rads
        (3,) of the gyroscope, sensor axes.
    standing
        The columns of the standing.
    """

    def __init__(self, standing: SampleBlock, pelvis_from_sensor: Array) -> None:
        self._mount = np.ascontiguousarray(pelvis_from_sensor)
        rate_hz = rate_of(standing.t_s)
        self.bias_rads = bias_of(standing)
        self._vqf = VQF(1.0 / rate_hz)
        self._vqf.setRestBiasEstEnabled(False)
        self._vqf.setMotionBiasEstEnabled(False)
        self._last: Array | None = None
        self._yaw_rad, self._step_s = 0.0, 1.0 / rate_hz
        x, y, z = self._mount @ _unit(standing.acc_ms2.mean(axis=0))
        self.obliquity_deg = -math.degrees(math.asin(max(-1.0, min(1.0, float(z)))))
        self.tilt_deg = math.degrees(math.atan2(x, y))
        self.standing = self.push(standing)

    def push(self, block: SampleBlock) -> Levels:
        """Take samples; give their columns."""
        gyr = np.ascontiguousarray(block.gyr_rads - self.bias_rads)
        acc = np.ascontiguousarray(block.acc_ms2)
        up = self._at_samples(up_from_quaternion(self._vqf.updateBatch(gyr, acc)["quat6D"]))
        u, force, rate = _turned(self._mount, up), _turned(self._mount, acc.T), _turned(self._mount, gyr.T)
        tilt = np.arctan2(u[0], u[1])
        return Levels(
            t_s=block.t_s,
            obliquity_deg=-np.rad2deg(np.arcsin(np.clip(u[2], -1.0, 1.0))),
            tilt_deg=np.rad2deg(tilt),
            rotation_deg=np.rad2deg(self._turned_by(rate, u)),
            acc_ms2=_level(force, u),
            acc_pelvis_ms2=force,
        )

    def _at_samples(self, up: Array) -> Array:
        """Give the up vectors (3, N) at the samples, not half a sample later."""
        before = up[:, :1] if self._last is None else self._last
        self._last = up[:, -1:].copy() if up.shape[1] else self._last
        return 0.5 * (up + np.concatenate([before, up[:, :-1]], axis=1)) if up.shape[1] else up

    def _turned_by(self, rate: Array, up: Array) -> Array:
        """Integrate the rate about the vertical."""
        turn: Array = np.add.reduce(rate * up, axis=0) * self._step_s
        if not len(turn):
            return turn
        turn[0] += self._yaw_rad
        total = np.cumsum(turn)
        self._yaw_rad = float(total[-1])
        return np.asarray(total)


def bias_of(standing: SampleBlock) -> Array:
    """Estimate the gyroscope's bias (3,), rad/s, from quiet standing.

    Who stands sways, and ends elsewhere than they began: over 5 s the mean rate is off by some 0.05 deg/s. The
    accelerometer tells that part of it which matters: the bias across gravity is the slope over time of the integrated
    rate less the lean of gravity. About gravity it is the mean rate.
    """
    t_s = standing.t_s - standing.t_s.mean()
    up = _unit(standing.acc_ms2.mean(axis=0))
    turn = np.cumsum(standing.gyr_rads, axis=0) / rate_of(standing.t_s)
    lean = np.cross(standing.acc_ms2 / STANDARD_GRAVITY_MS2, up)  # what a small turn makes of gravity: its level part
    slope: Array = t_s @ (turn - lean) / (t_s @ t_s)
    about_up = float(up @ (standing.gyr_rads.mean(axis=0) - slope))
    return np.asarray(slope + about_up * up)


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))


def _turned(matrix: Array, vectors: Array) -> Array:
    """Turn (3, N) vectors, row by row: the same to the bit in any block."""
    x, y, z = vectors
    return np.stack([row[0] * x + row[1] * y + row[2] * z for row in matrix.tolist()])


def _level(force: Array, up: Array) -> Array:
    """Give acceleration (3, N) along level forward, up and level right of specific force and up in pelvis axes."""
    right = -up[2] * up
    right[2] += 1.0
    right /= np.sqrt(np.add.reduce(right * right, axis=0))
    forward = np.stack(
        [up[1] * right[2] - up[2] * right[1], up[2] * right[0] - up[0] * right[2], up[0] * right[1] - up[1] * right[0]]
    )
    along = [np.add.reduce(force * axis, axis=0) for axis in (forward, up, right)]
    along[1] = along[1] - STANDARD_GRAVITY_MS2
    return np.stack(along)
