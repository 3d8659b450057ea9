"""A clip that is held in the hand, one pose after the other: what the calibration of its accelerometer is fed with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.simulate.chip import Chip

if TYPE_CHECKING:
    from hipdrop.virtual.imu import Feed

FACES = np.vstack([np.eye(3), -np.eye(3)])  # the six faces of the clip, each up once
SLOP_DEG = 3.0  # of a pose by hand, 1 SD about each axis

# Postural tremor of the hand peaks around 7 Hz with 0.0015 to 0.035 g, mode 0.01 g, in 97 healthy people (Wade,
# Gresty and Findley 1982, Arch Neurol 39:358, doi 10.1001/archneur.1982.00510180036009)
_TREMOR_HZ = (5.0, 12.0)
_LEVER_M = 0.1  # wrist to clip: what the hand moves by, it turns by
# Slower than that a hand wanders. An assumption: some mm and tenths of a degree, as of a hand that rests on nothing
_WANDER_HZ = (0.1, 1.0)
_WANDER_M = 2e-3
_WANDER_RAD = np.deg2rad(0.5)
_WAVES = 5  # sines of a tremor or a wander
_REACH_M = 0.2  # by which the hand moves from pose to pose
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, eq=False)
class HandPoses:
    """A recording of poses with its truth.

    Attributes
    ----------
    t_s, acc_ms2, gyr_rads
        (N,), (N, 3), (N, 3) what the chip put out.
    up
        (K, 3) true unit vector up in each pose, in sensor axes, mean over the pose.
    start_s, stop_s
        (K,) from when to when each was held.
    """

    t_s: Array
    acc_ms2: Array
    gyr_rads: Array
    up: Array
    start_s: Array
    stop_s: Array

    @property
    def block(self) -> SampleBlock:
        """All samples as one block."""
        return SampleBlock(self.t_s, self.acc_ms2, self.gyr_rads)

    @property
    def feed(self) -> Feed:
        """What a virtual clip without errors of its own feels that puts out the same."""
        from hipdrop.virtual.imu import Feed

        rate_hz = (len(self.t_s) - 1) / float(self.t_s[-1] - self.t_s[0])
        return Feed(rate_hz, self.acc_ms2 / STANDARD_GRAVITY_MS2, np.degrees(self.gyr_rads))


def six_faces(draws: Generator, slop_deg: float = SLOP_DEG) -> Array:
    """Give (6, 3) unit vectors up, one near each face, in random order."""
    slop = Rotation.from_rotvec(np.deg2rad(slop_deg) * draws.standard_normal((6, 3)))
    up: Array = slop.apply(draws.permutation(FACES))
    return up


def any_directions(draws: Generator, count: int) -> Array:
    """Give (K, 3) unit vectors up, uniform over all directions."""
    vectors = draws.standard_normal((count, 3))
    up: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return up


def hold(
    up: Array,
    draws: Generator,
    chip: Chip | None = None,
    *,
    rate_hz: float = 208.0,
    hold_s: float = 3.0,
    move_s: float = 1.5,
    tremor_g: float = 0.01,
) -> HandPoses:
    """Hold poses by hand, with moves between them, and one before the first and after the last.

    Parameters
    ----------
    up
        (K, 3) unit vectors up, sensor axes, pose by pose; headings are random.
    draws
        For headings, moves, tremor and noise.
    chip
        What it is measured with.
    rate_hz, hold_s, move_s
        Sample rate; how long poses and moves last.
    tremor_g
        Peak of the tremor.
    """
    motion = _Motion(up, draws, hold_s, move_s, tremor_g)
    t_s = np.arange(round(motion.duration_s * rate_hz)) / rate_hz
    half_s = 0.25 / rate_hz
    turned = motion.attitude(t_s - half_s).inv() * motion.attitude(t_s + half_s)
    attitude = motion.attitude(t_s)
    force = motion.acceleration_ms2(t_s) + STANDARD_GRAVITY_MS2 * _UP
    acc, gyr_dps = (chip or Chip()).read(
        attitude.apply(force, inverse=True), turned.as_rotvec() / (2.0 * half_s), rate_hz, *draws.spawn(2)
    )
    start_s = move_s + (hold_s + move_s) * np.arange(len(up), dtype=np.float64)
    true_up = attitude.apply(_UP, inverse=True)
    held = [true_up[(t_s >= start) & (t_s < start + hold_s)].mean(axis=0) for start in start_s]
    return HandPoses(
        t_s=t_s,
        acc_ms2=acc,
        gyr_rads=np.deg2rad(gyr_dps),
        up=np.array([vector / np.linalg.norm(vector) for vector in held]),
        start_s=start_s,
        stop_s=start_s + hold_s,
    )


class _Motion:
    """Attitude (sensor to world) and acceleration of the clip at any time."""

    def __init__(self, up: Array, draws: Generator, hold_s: float, move_s: float, tremor_g: float) -> None:
        ends = any_directions(draws, 2)
        wanted = np.vstack([ends[:1], up, ends[1:]])
        heading = Rotation.from_rotvec(draws.uniform(-np.pi, np.pi, len(wanted))[:, None] * _UP)
        self._from = heading * _upright(wanted)
        self._turn = (self._from[:-1].inv() * self._from[1:]).as_rotvec()
        self._reach_m = _REACH_M * any_directions(draws, len(wanted) - 1)
        self._move_s, self._period_s = move_s, hold_s + move_s
        self.duration_s = len(up) * self._period_s + move_s
        tremor_ms2 = tremor_g * STANDARD_GRAVITY_MS2
        self._tremor = _Waves(draws, _TREMOR_HZ, tremor_ms2 * np.sqrt(0.5))
        self._tremor_turn = _Waves(draws, _TREMOR_HZ, tremor_ms2 / _LEVER_M * np.sqrt(0.5))
        self._wander = _Waves(draws, _WANDER_HZ, _WANDER_M)
        self._wander_turn = _Waves(draws, _WANDER_HZ, _WANDER_RAD)

    def attitude(self, t_s: Array) -> Rotation:
        """Sensor to world."""
        move, share = self._where(t_s)
        done = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)  # minimum jerk (Flash and Hogan 1985)
        small = self._wander_turn.at(t_s) + self._tremor_turn.integrated_twice(t_s)
        turn = Rotation.from_rotvec(done[:, None] * self._turn[move])
        attitude: Rotation = self._from[move] * turn * Rotation.from_rotvec(small)
        return attitude

    def acceleration_ms2(self, t_s: Array) -> Array:
        """(N, 3), world axes."""
        move, share = self._where(t_s)
        bend = (60.0 * share - 180.0 * share**2 + 120.0 * share**3) / self._move_s**2
        moving = bend[:, None] * self._reach_m[move]
        acceleration: Array = moving + self._tremor.at(t_s) + self._wander.differentiated_twice(t_s)
        return acceleration

    def _where(self, t_s: Array) -> tuple[NDArray[np.int64], Array]:
        """Number of the move, and its share that is done (1 while the pose after it is held)."""
        move = np.clip(t_s // self._period_s, 0, len(self._turn) - 1).astype(np.int64)
        return move, np.clip((t_s - move * self._period_s) / self._move_s, 0.0, 1.0)


class _Waves:
    """Three sums of sines of random frequency and phase, with an RMS."""

    def __init__(self, draws: Generator, band_hz: tuple[float, float], rms: float) -> None:
        self._rads = 2.0 * np.pi * draws.uniform(*band_hz, (_WAVES, 3))
        self._phase = draws.uniform(0.0, 2.0 * np.pi, (_WAVES, 3))
        self._size = np.full((_WAVES, 3), rms * np.sqrt(2.0 / _WAVES))

    def _sum(self, t_s: Array, size: Array) -> Array:
        total: Array = np.sum(size * np.sin(self._rads * t_s[:, None, None] + self._phase), axis=1)
        return total

    def at(self, t_s: Array) -> Array:
        """(N, 3)."""
        return self._sum(t_s, self._size)

    def integrated_twice(self, t_s: Array) -> Array:
        """(N, 3)."""
        return self._sum(t_s, -self._size / self._rads**2)

    def differentiated_twice(self, t_s: Array) -> Array:
        """(N, 3)."""
        return self._sum(t_s, -self._size * self._rads**2)


def _upright(up: Array) -> Rotation:
    """Give attitudes in which (K, 3) unit vectors of the sensor point up."""
    axis = np.cross(up, _UP)
    length = np.linalg.norm(axis, axis=1)
    axis[length < 1e-9] = [1.0, 0.0, 0.0]  # up already, or upside down
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    upright: Rotation = Rotation.from_rotvec(np.arctan2(length, up @ _UP)[:, None] * axis)
    return upright
