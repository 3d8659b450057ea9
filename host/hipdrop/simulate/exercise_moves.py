"""What a wearer does in the exercises, with its truth: repetitions good and cheated, and what is no repetition.

Movements as of `hipdrop.simulate.movements`. They begin and end in standing on both legs, but for those that lie down
and get up: what is done between the two is done lying. A posture is tilt and obliquity, in Baker's order: on the back
tilt is 90 deg; with obliquity beside it the body rolls about its long axis, 90 deg is lying on the right side.
How large faults are in people is an assumption: no measurements of the pelvis in these exercises were found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import FORWARD, OBLIQUITY, RIGHT, ROTATION, TILT, UP
from hipdrop.simulate.movements import Walk, minimum_jerk, sway, there_and_back

# From the hip joint to the midpoint of the two PSIS: half of the distance between the hips (175 mm, Bell et al. 1990,
# doi 10.1016/0021-9290(90)90054-7), and how far the PSIS lie above; from the ground to the pelvis; from the shoulders
# to the pelvis.
_ASIDE_M, _ABOVE_M = 0.0875, 0.10
_PELVIS_M, _TRUNK_M = 0.95, 0.50
_LYING_M = 0.8  # so much lower is who lies


@dataclass(frozen=True, slots=True)
class Drop:
    """One repetition of the pelvic drop.

    Attributes
    ----------
    depth_deg
        How far the free side goes down from where it was held, all in all.
    tip_deg
        How much of that is the whole body that tips about its foot: leaning.
    bow_deg
        Tilt that goes along, > 0 back: bowing or arching, leaning too.
    way_mm
        How far the pelvis goes over the standing leg to keep the balance.
    down_s, bottom_s, up_s, level_s
        Times of its parts; the last one is held at level.
    """

    depth_deg: float = 10.0
    tip_deg: float = 0.0
    bow_deg: float = 0.0
    way_mm: float = 10.0
    down_s: float = 2.0
    bottom_s: float = 0.4
    up_s: float = 2.0
    level_s: float = 1.5

    @property
    def each_s(self) -> float:
        """How long it takes with its hold."""
        return self.down_s + self.bottom_s + self.up_s + self.level_s


@dataclass(frozen=True, slots=True)
class PelvicDrops:
    """A set of pelvic drops on one leg.

    Attributes
    ----------
    leg
        Which leg stands.
    drops
        One after the other.
    raise_deg
        Where the free side is held, over its height on both legs.
    before_s
        On one leg, before the first one.
    shift_s, shift_mm, back_s, pause_s
        How long the weight takes to come over the leg, how far the pelvis goes; back; on both legs behind it.
    sway_factor
        How much more than on both legs the wearer sways: 3; with a hand on a support half of it.
    swings
        Fidgets: the balance is nearly lost, times since the beginning and degrees at the peak.
    """

    leg: Side = Side.LEFT
    drops: tuple[Drop, ...] = (Drop(),) * 10
    raise_deg: float = 1.0
    before_s: float = 2.0
    shift_s: float = 1.0
    shift_mm: float = 80.0
    back_s: float = 0.9
    pause_s: float = 3.0
    sway_factor: float = 2.0
    swings: tuple[tuple[float, float], ...] = ()

    @property
    def starts_s(self) -> list[float]:
        """When each begins to go down, since the movement's beginning."""
        return _starts(self.shift_s + self.before_s, [drop.each_s for drop in self.drops])

    @property
    def ends_s(self) -> float:
        """When the weight goes back on both legs."""
        return self.shift_s + self.before_s + sum(drop.each_s for drop in self.drops) + 0.5

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.ends_s + self.back_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """The weight comes over the leg; the pelvis turns about its hip, or the body about the foot."""
        stands = minimum_jerk(since_s / self.shift_s) - minimum_jerk((since_s - self.ends_s) / self.back_s)
        sign = 1.0 if self.leg is Side.LEFT else -1.0
        added = (self.sway_factor - 1.0) * stands * sway(since_s, rng)
        hips, tips, way_mm = -self.raise_deg * stands, np.zeros(len(since_s)), self.shift_mm * stands
        for start_s, drop in zip(self.starts_s, self.drops, strict=True):
            deep = there_and_back(since_s - start_s, drop.down_s, drop.bottom_s, drop.up_s)
            hips += (drop.depth_deg - drop.tip_deg) * deep
            tips += drop.tip_deg * deep
            way_mm += drop.way_mm * deep
            added[TILT] += np.deg2rad(drop.bow_deg) * deep
        for at_s, deg in self.swings:
            swing = _swing(since_s - at_s)
            hips += deg * swing
            way_mm += 3.0 * deg * swing
        hips_rad, tips_rad = np.deg2rad(hips), np.deg2rad(tips)
        added[OBLIQUITY] += sign * (hips_rad + tips_rad)
        aside = _ASIDE_M * (np.cos(hips_rad) - 1.0) + _ABOVE_M * np.sin(hips_rad) + _PELVIS_M * np.sin(tips_rad)
        added[RIGHT] += sign * (aside - 1e-3 * way_mm)
        added[UP] += _ABOVE_M * (np.cos(hips_rad) - 1.0) - _ASIDE_M * np.sin(hips_rad)
        added[UP] += _PELVIS_M * (np.cos(tips_rad) - 1.0)
        return added


@dataclass(frozen=True, slots=True)
class Lift:
    """One repetition of the bridge.

    Attributes
    ----------
    lift_deg
        How far the body slopes when the hips are up.
    hang_deg
        How far one side hangs then, > 0 the right one: leaning.
    up_s, top_s, down_s, floor_s
        Times of its parts; up it is held.
    """

    lift_deg: float = 24.0
    hang_deg: float = 0.0
    up_s: float = 2.0
    top_s: float = 2.0
    down_s: float = 2.0
    floor_s: float = 0.8

    @property
    def each_s(self) -> float:
        """How long it takes with the rest on the floor."""
        return self.up_s + self.top_s + self.down_s + self.floor_s


@dataclass(frozen=True, slots=True)
class Bridges:
    """A set of bridges, lying on the back.

    Attributes
    ----------
    lifts
        One after the other.
    before_s, pause_s
        Before the first and behind the last one.
    shifts
        Fidgets: times since the beginning and degrees by which the pelvis tilts on the floor, and comes back.
    """

    lifts: tuple[Lift, ...] = (Lift(),) * 12
    before_s: float = 2.0
    pause_s: float = 3.0
    shifts: tuple[tuple[float, float], ...] = ()

    @property
    def starts_s(self) -> list[float]:
        """When each begins to go up, since the movement's beginning."""
        return _starts(self.before_s, [lift.each_s for lift in self.lifts])

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.before_s + sum(lift.each_s for lift in self.lifts) + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """The trunk turns about the shoulders."""
        added = np.zeros((6, len(since_s)))
        slope = np.zeros(len(since_s))
        for start_s, lift in zip(self.starts_s, self.lifts, strict=True):
            high = there_and_back(since_s - start_s, lift.up_s, lift.top_s, lift.down_s)
            slope += np.deg2rad(lift.lift_deg) * high
            added[OBLIQUITY] += np.deg2rad(lift.hang_deg) * high
        added[UP] += _TRUNK_M * np.sin(slope)
        added[FORWARD] -= _TRUNK_M * (1.0 - np.cos(slope))
        for at_s, deg in self.shifts:
            slope += np.deg2rad(deg) * there_and_back(since_s - at_s, 0.8, 0.5, 0.8)
        added[TILT] += slope
        return added


@dataclass(frozen=True, slots=True)
class LieDown:
    """From standing to lying; what follows is done lying.

    Attributes
    ----------
    on
        `left` or `right` for that side, None for the back.
    down_s, pause_s
        How long it takes; quiet behind it.
    up
        The other way round: from lying to standing.
    """

    on: Side | None = None
    down_s: float = 4.0
    pause_s: float = 1.0
    up: bool = False

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.down_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """Give the posture, from now on."""
        lies = (-1.0 if self.up else 1.0) * minimum_jerk(since_s / self.down_s)
        added = np.zeros((6, len(since_s)))
        added[TILT] = 0.5 * np.pi * lies
        added[UP] = -_LYING_M * lies
        if self.on is not None:
            added[OBLIQUITY] = (0.5 if self.on is Side.RIGHT else -0.5) * np.pi * lies
        return added


@dataclass(frozen=True, slots=True)
class TurnAbout:
    """Walking about, and turning round by half a turn: no repetition of anything."""

    walking_s: float = 5.0
    turn_deg: float = 180.0
    pause_s: float = 2.0

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.walking_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """Strides of walking, turned."""
        added = Walk(self.walking_s, self.pause_s).channels(since_s, rng)
        added[ROTATION] += np.deg2rad(self.turn_deg) * minimum_jerk((since_s - 0.5) / (self.walking_s - 1.0))
        return added


def _starts(first_s: float, each_s: list[float]) -> list[float]:
    """Give when each begins."""
    return (first_s + np.concatenate([[0.0], np.cumsum(each_s[:-1])])).tolist() if each_s else []


def _swing(since_s: Array) -> Array:
    """Give a damped swing at 1 Hz, about 1 at its peak."""
    t = np.clip(since_s, 0.0, None)
    swing: Array = minimum_jerk(t / 0.3) * np.exp(-t / 0.8) * np.sin(2.0 * np.pi * t) / 0.7
    return swing
