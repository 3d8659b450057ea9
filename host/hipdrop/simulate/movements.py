"""What a wearer does to be calibrated: standing, forward bends, one-leg stands, a few steps; each a smooth motion.

A movement gives what it adds to quiet standing: (6, n) channels tilt, obliquity, rotation (rad, Baker's order),
forward, up, right displacement of the midpoint of the two PSIS (m), at times since its beginning. It begins and ends in
standing, at rest, so that movements can follow each other in any order. Profiles are minimum-jerk (Flash and Hogan
1985, J Neurosci 5:1688, doi 10.1523/JNEUROSCI.05-07-01688.1985).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import (
    FORWARD,
    HARMONICS,
    OBLIQUITY,
    RIGHT,
    ROTATION,
    TILT,
    UP,
    WALKING_STRIDE_S,
    standing,
    walking,
)


class Movement(Protocol):
    """Something a wearer does, from standing to standing."""

    @property
    def duration_s(self) -> float:
        """How long it takes."""

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """Give (6, n) what it adds to standing at times (n,) since its beginning, from before it to behind it."""


def minimum_jerk(share: Array) -> Array:
    """Go from 0 to 1 over a share of time, 0 before and 1 after."""
    u = np.clip(share, 0.0, 1.0)
    smooth: Array = u**3 * (10.0 - 15.0 * u + 6.0 * u**2)
    return smooth


def there_and_back(since_s: Array, there_s: float, hold_s: float, back_s: float) -> Array:
    """Give 0 to 1 to 0: out within `there_s`, held, back within `back_s`."""
    return minimum_jerk(since_s / there_s) - minimum_jerk((since_s - there_s - hold_s) / back_s)


@dataclass(frozen=True, slots=True)
class Stand:
    """Quiet standing; its sway belongs to all movements (`sway`)."""

    duration_s: float = 3.0

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """Nothing is added."""
        return np.zeros((6, len(since_s)))


@dataclass(frozen=True, slots=True)
class Bend:
    """A forward bend from the hips, and a pause behind it.

    Attributes
    ----------
    pelvis_deg
        How far the pelvis tilts forward: 30 to 60 of a deep bend, the spine does the rest (lumbopelvic rhythm, review
        of Vazirian et al. 2016, doi 10.1080/17536146.2016.1241525). Below 0 the wearer leans back.
    side_deg, side_lag
        Obliquity at the bottom, and how much later than the bend it comes, as part of the way down: a bend that is no
        pure one.
    twist_deg
        Rotation at the bottom.
    down_s, hold_s, up_s, pause_s
        Times of its parts.
    back_mm
        How far the PSIS move back at 45 deg, to keep the balance.
    """

    pelvis_deg: float = 45.0
    side_deg: float = 0.0
    side_lag: float = 0.0
    twist_deg: float = 0.0
    down_s: float = 1.4
    hold_s: float = 0.4
    up_s: float = 1.3
    pause_s: float = 1.2
    back_mm: float = 50.0

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.down_s + self.hold_s + self.up_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """Tilt with its faults, hips going back."""
        bent = there_and_back(since_s, self.down_s, self.hold_s, self.up_s)
        late = there_and_back(since_s - self.side_lag * self.down_s, self.down_s, self.hold_s, self.up_s)
        added = np.zeros((6, len(since_s)))
        added[TILT] = -np.deg2rad(self.pelvis_deg) * bent
        added[OBLIQUITY] = np.deg2rad(self.side_deg) * late
        added[ROTATION] = np.deg2rad(self.twist_deg) * late
        added[FORWARD] = -1e-3 * self.back_mm * self.pelvis_deg / 45.0 * bent
        return added


@dataclass(frozen=True, slots=True)
class LegStand:
    """A stand on one leg, and a pause on both behind it.

    Attributes
    ----------
    leg
        Which leg stands.
    hold_s, shift_s, back_s, pause_s
        How long it is held; how long the weight takes to come over it, and to go back; on both legs afterwards.
    shift_mm
        How far the pelvis moves over the standing leg: half of the distance between the feet, a little less or more.
    drop_deg
        Contralateral drop of the stand; below 0 the free hip is lifted, as the healthy do.
    turn_deg, tilt_deg
        Rotation and tilt that go with it.
    sway
        How much more than on both legs the wearer sways.
    """

    leg: Side = Side.LEFT
    hold_s: float = 3.0
    shift_s: float = 1.0
    back_s: float = 0.9
    pause_s: float = 2.0
    shift_mm: float = 75.0
    drop_deg: float = -2.0
    turn_deg: float = 2.0
    tilt_deg: float = 2.0
    sway: float = 3.0

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.shift_s + self.hold_s + self.back_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """The pelvis goes over the leg, the free hip comes up or sinks, the wearer sways."""
        stands = there_and_back(since_s, self.shift_s, self.hold_s, self.back_s)
        sign = 1.0 if self.leg is Side.LEFT else -1.0
        added = self.sway * stands * sway(since_s, rng)
        added[OBLIQUITY] += sign * np.deg2rad(self.drop_deg) * stands
        added[ROTATION] += sign * np.deg2rad(self.turn_deg) * stands
        added[TILT] += np.deg2rad(self.tilt_deg) * stands
        added[RIGHT] -= sign * 1e-3 * self.shift_mm * stands
        return added


@dataclass(frozen=True, slots=True)
class Walk:
    """Walking, as on a treadmill, and a pause behind it."""

    walking_s: float = 6.0
    pause_s: float = 2.0

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.walking_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """The mean walking stride, faded in and out within a second."""
        series = walking(1).mean[0] - standing(1).mean[0]
        turns = np.exp(2j * np.pi * np.outer(np.arange(HARMONICS + 1), since_s / WALKING_STRIDE_S))
        walks = there_and_back(since_s, 1.0, self.walking_s - 2.0, 1.0)
        return np.asarray((series.T @ turns).real * walks)


# RMS of quiet standing on both legs: displacement as of the centre of pressure of healthy adults (Prieto et al. 1996,
# IEEE Trans Biomed Eng 43:956, doi 10.1109/10.532130: some 4 mm back and forth, 2.5 mm sideways), angles as of a body
# that swings about its ankles by that much, rotation alike.
_SWAY_RMS = np.zeros(6)
_SWAY_RMS[[TILT, OBLIQUITY, ROTATION]] = np.deg2rad([0.25, 0.15, 0.25])
_SWAY_RMS[[FORWARD, UP, RIGHT]] = [4e-3, 2e-4, 2.5e-3]
_SWAY_HZ = np.geomspace(0.08, 1.2, 14)  # most of the power below 1 Hz, displacement falls with frequency (the same)


def sway(t_s: Array, rng: np.random.Generator) -> Array:
    """Give (6, n) a slow random wander of all channels: sines of random phase, amplitude as one over frequency."""
    amplitude = np.sqrt(2.0) / _SWAY_HZ / np.linalg.norm(1.0 / _SWAY_HZ)
    phase = rng.uniform(0.0, 2.0 * np.pi, (6, len(_SWAY_HZ), 1))
    waves = np.sin(2.0 * np.pi * _SWAY_HZ[:, None] * t_s + phase)
    return np.asarray(_SWAY_RMS[:, None] * np.einsum("f,cfn->cn", amplitude, waves))


def three_bends(rng: np.random.Generator | None = None) -> list[Movement]:
    """Give standing and three forward bends: alike and pure, or as a person may do them.

    A person's own depth is 35 to 55 deg and differs by 3 deg from bend to bend; off the plane a person has a habit of
    1.5 deg (SD) of side-bending and 4 deg of twist at the bottom, and each bend as much again; the side-bend may lag.
    How large these are in runners is an assumption: no measurement of the pelvis alone was found.
    """
    if rng is None:
        return [Stand(4.0), Bend(), Bend(), Bend()]
    depth, pace, side, twist = rng.uniform(35.0, 55.0), rng.uniform(0.8, 1.3), rng.normal(0, 1.5), rng.normal(0, 4.0)
    bends = [
        Bend(
            pelvis_deg=depth + rng.normal(0.0, 3.0),
            side_deg=side + rng.normal(0.0, 1.5),
            side_lag=rng.uniform(-0.3, 0.3),
            twist_deg=twist + rng.normal(0.0, 4.0),
            down_s=1.4 * pace * rng.uniform(0.9, 1.1),
            hold_s=rng.uniform(0.2, 1.0),
            up_s=1.3 * pace * rng.uniform(0.9, 1.1),
        )
        for _ in range(3)
    ]
    return [Stand(4.0), *bends]
