"""What a wearer does in the single-leg test, with its truth: raise and hold, both feet down all the time, squats.

Movements as of `hipdrop.simulate.movements`. How large faults are in people is an assumption where no source is named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import OBLIQUITY, RIGHT, ROTATION, TILT, UP
from hipdrop.simulate.movements import minimum_jerk, sway, there_and_back

TOUCH_HZ = 12.0  # of the jolt that a foot on the ground gives: the clip on its belt
_TOUCH_DECAY_S = 0.06
_WOBBLE_HZ, _WOBBLE_DECAY_S = 1.0, 0.8


@dataclass(frozen=True, slots=True)
class Touch:
    """The free foot comes down and is lifted again.

    Attributes
    ----------
    at_s, for_s
        When, since the foot was lifted first; how long it stays down.
    back
        Which part of its way the pelvis goes back, of the weight that the foot takes.
    """

    at_s: float
    for_s: float = 0.5
    back: float = 0.4


@dataclass(frozen=True, slots=True)
class Wobble:
    """The balance is nearly lost: at a time since the foot was lifted, with so many degrees and mm at its peak."""

    at_s: float
    deg: float = 2.0
    mm: float = 8.0


@dataclass(frozen=True, slots=True)
class RaiseAndHold:
    """A stand on one leg with the other side of the pelvis raised, which sags in time; and a pause on both legs.

    Attributes
    ----------
    leg
        Which leg stands.
    hold_s
        From the foot's leaving the ground to its coming back.
    raise_deg, raise_s
        How far the free side comes up, below 0: it drops; how long that takes from the foot's leaving the ground on.
    fall_after_s, fall_dps, lowest_deg
        When it begins to fall, since the foot was lifted; how fast; where that ends.
    shift_s, shift_mm, off_part
        How long the weight takes to come over the leg, how far the pelvis goes, and after which part of the way the
        foot leaves the ground.
    back_s, down_part
        How long it takes to go back; at which part of the way the foot is down again.
    lower_s
        How long before the foot is down the pelvis begins to come level.
    turn_deg, tilt_deg
        Rotation and tilt that go with it.
    sway_factor
        How much more than on both legs the wearer sways: 3; with a hand on a support half of it.
    touches, wobbles
        The foot comes down in between; the balance is nearly lost.
    jolt_ms2
        Vertical acceleration at its peak when a foot comes down.
    pause_s
        On both legs behind it.
    """

    leg: Side = Side.LEFT
    hold_s: float = 30.0
    raise_deg: float = 4.0
    raise_s: float = 1.0
    fall_after_s: float = 1e3
    fall_dps: float = 0.0
    lowest_deg: float = -8.0
    shift_s: float = 1.0
    shift_mm: float = 80.0
    off_part: float = 0.85
    back_s: float = 0.9
    down_part: float = 0.9
    lower_s: float = 0.5
    turn_deg: float = 2.0
    tilt_deg: float = 2.0
    sway_factor: float = 3.0
    touches: tuple[Touch, ...] = ()
    wobbles: tuple[Wobble, ...] = ()
    jolt_ms2: float = 1.0
    pause_s: float = 4.0

    @property
    def off_s(self) -> float:
        """When the foot leaves the ground, since the movement's beginning."""
        return self.shift_s * _share_of_way(self.off_part)

    @property
    def down_s(self) -> float:
        """When it is down for good."""
        return self.off_s + self.hold_s

    @property
    def touches_s(self) -> list[tuple[float, float]]:
        """From when to when the foot is down in between."""
        return [(self.off_s + touch.at_s, self.off_s + touch.at_s + touch.for_s) for touch in self.touches]

    @property
    def _back_at_s(self) -> float:
        return self.down_s - self.back_s * _share_of_way(1.0 - self.down_part)

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.down_s + self.back_s + self.pause_s

    def height_deg(self, since_s: Array) -> Array:
        """Give (n,) how high the free side is raised, without sway, at times since the beginning."""
        since_off = since_s - self.off_s
        height = self.raise_deg * minimum_jerk(since_off / self.raise_s)
        fallen = self.fall_dps * np.clip(since_off - self.fall_after_s, 0.0, None)
        height -= np.clip(fallen, 0.0, max(0.0, self.raise_deg - self.lowest_deg))
        height *= 1.0 - minimum_jerk((since_s - self.down_s + self.lower_s) / (self.lower_s + 0.2))
        for at_s, until_s in self.touches_s:
            height *= 1.0 - 0.8 * there_and_back(since_s - at_s + 0.25, 0.3, until_s - at_s, 0.5)
        return height

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """The weight comes over the leg, the free side comes up and sags; sway, wobbles, touches."""
        stands = minimum_jerk(since_s / self.shift_s) - minimum_jerk((since_s - self._back_at_s) / self.back_s)
        sign = 1.0 if self.leg is Side.LEFT else -1.0
        added = (self.sway_factor - 1.0) * stands * sway(since_s, rng)
        height = self.height_deg(since_s)
        way_mm = self.shift_mm * stands
        for (at_s, until_s), touch in zip(self.touches_s, self.touches, strict=True):
            way_mm -= touch.back * self.shift_mm * there_and_back(since_s - at_s + 0.1, 0.35, until_s - at_s, 0.4)
            _jolt(added, since_s - at_s, self.jolt_ms2)
        for wobble in self.wobbles:
            swing = _swing(since_s - self.off_s - wobble.at_s)
            height += wobble.deg * swing
            way_mm += wobble.mm * swing
        _jolt(added, since_s - self.down_s, self.jolt_ms2)
        added[OBLIQUITY] -= sign * np.deg2rad(height)
        added[ROTATION] += sign * np.deg2rad(self.turn_deg) * stands
        added[TILT] += np.deg2rad(self.tilt_deg) * stands
        added[RIGHT] -= sign * 1e-3 * way_mm
        return added


@dataclass(frozen=True, slots=True)
class BothFeetDown:
    """What may look like a stand on one leg and is none: weight to one side, a hip hiked or a knee bent, a turn.

    Attributes
    ----------
    leg
        To which leg the weight goes.
    shift_mm
        How far the pelvis goes over it; 0: it stays.
    height_deg
        How far the other side is raised, by the heel, or dropped (below 0), by a bent knee.
    turn_deg, tilt_deg
        Rotation and tilt.
    move_s, hold_s, pause_s
        How long it takes to get there, and back; is held; on both legs behind it.
    sway_factor
        How much more than in quiet standing the wearer sways.
    """

    leg: Side = Side.LEFT
    shift_mm: float = 0.0
    height_deg: float = 0.0
    turn_deg: float = 0.0
    tilt_deg: float = 0.0
    move_s: float = 1.0
    hold_s: float = 30.0
    pause_s: float = 4.0
    sway_factor: float = 1.2

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return 2.0 * self.move_s + self.hold_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """All of it at once, and back."""
        there = there_and_back(since_s, self.move_s, self.hold_s, self.move_s)
        sign = 1.0 if self.leg is Side.LEFT else -1.0
        added = (self.sway_factor - 1.0) * there * sway(since_s, rng)
        added[OBLIQUITY] -= sign * np.deg2rad(self.height_deg) * there
        added[ROTATION] += np.deg2rad(self.turn_deg) * there
        added[TILT] += np.deg2rad(self.tilt_deg) * there
        added[RIGHT] -= sign * 1e-3 * self.shift_mm * there
        return added


@dataclass(frozen=True, slots=True)
class SingleLegSquats:
    """Squats on one leg, one after the other, the pelvis dropping a little more in each.

    Attributes
    ----------
    leg
        Which leg stands.
    drops_deg
        Contralateral drop at the bottom of each: as many as there are repetitions.
    depth_mm, tilt_deg
        How far the pelvis goes down and tilts (below 0: forward) at the bottom.
    down_s, hold_s, up_s, between_s
        Times of a repetition.
    shift_s, shift_mm, settle_s, back_s, pause_s
        Getting on the leg, standing there before the first one, and off it again.
    sway_factor, jolt_ms2
        As of `RaiseAndHold`.
    """

    leg: Side = Side.LEFT
    drops_deg: tuple[float, ...] = (4.0,) * 20
    depth_mm: float = 140.0
    tilt_deg: float = -12.0
    down_s: float = 1.1
    hold_s: float = 0.2
    up_s: float = 1.0
    between_s: float = 0.5
    shift_s: float = 1.0
    shift_mm: float = 80.0
    settle_s: float = 2.0
    back_s: float = 0.9
    pause_s: float = 4.0
    sway_factor: float = 3.0
    jolt_ms2: float = 1.0

    @property
    def each_s(self) -> float:
        """From one repetition to the next."""
        return self.down_s + self.hold_s + self.up_s + self.between_s

    @property
    def bottoms_s(self) -> list[float]:
        """When each is at its lowest, since the beginning."""
        first = self.shift_s + self.settle_s + self.down_s + 0.5 * self.hold_s
        return [first + number * self.each_s for number in range(len(self.drops_deg))]

    @property
    def _back_at_s(self) -> float:
        return self.shift_s + self.settle_s + len(self.drops_deg) * self.each_s + 1.0

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self._back_at_s + self.back_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """Down and up over the leg."""
        stands = minimum_jerk(since_s / self.shift_s) - minimum_jerk((since_s - self._back_at_s) / self.back_s)
        sign = 1.0 if self.leg is Side.LEFT else -1.0
        added = (self.sway_factor - 1.0) * stands * sway(since_s, rng)
        for number, drop_deg in enumerate(self.drops_deg):
            begins_s = self.shift_s + self.settle_s + number * self.each_s
            deep = there_and_back(since_s - begins_s, self.down_s, self.hold_s, self.up_s)
            added[OBLIQUITY] += sign * np.deg2rad(drop_deg) * deep
            added[TILT] += np.deg2rad(self.tilt_deg) * deep
            added[UP] -= 1e-3 * self.depth_mm * deep
        _jolt(added, since_s - self._back_at_s - 0.25 * self.back_s, self.jolt_ms2)
        added[RIGHT] -= sign * 1e-3 * self.shift_mm * stands
        return added


def _share_of_way(part: float) -> float:
    """Give the share of time after which a minimum-jerk way is done to this part."""
    shares = np.linspace(0.0, 1.0, 4001)
    return float(np.interp(part, minimum_jerk(shares), shares))


def _jolt(added: Array, since_s: Array, peak_ms2: float) -> None:
    """Add what a foot on the ground does to the clip: a short damped shaking, up and in roll."""
    t = np.clip(since_s, 0.0, None)
    ring = (t / _TOUCH_DECAY_S) ** 2 * np.exp(2.0 - 2.0 * t / _TOUCH_DECAY_S) * np.sin(2.0 * np.pi * TOUCH_HZ * t)
    size_m = peak_ms2 / (2.0 * np.pi * TOUCH_HZ) ** 2
    added[UP] += size_m * ring
    added[OBLIQUITY] += size_m / 0.1 * ring  # as of a lever of 0.1 m


def _swing(since_s: Array) -> Array:
    """Give a damped swing that begins smoothly, about 1 at its peak."""
    t = np.clip(since_s, 0.0, None)
    swing: Array = minimum_jerk(t / 0.3) * np.exp(-t / _WOBBLE_DECAY_S) * np.sin(2.0 * np.pi * _WOBBLE_HZ * t) / 0.7
    return swing
