"""What a wearer does in the exercises in which the pelvis is to stay where it is, and leaves it now and then.

Movements as of `hipdrop.simulate.exercise_moves`; how large faults are in people is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import OBLIQUITY, RIGHT, TILT
from hipdrop.simulate.movements import minimum_jerk, sway, there_and_back


@dataclass(frozen=True, slots=True)
class Away:
    """The pelvis leaves its place and comes back: when, for how long it is away, and how far."""

    at_s: float
    deg: float
    away_s: float = 2.0
    move_s: float = 0.8

    def share(self, since_s: Array) -> Array:
        """Give how much of it is there (n,)."""
        return there_and_back(since_s - self.at_s, self.move_s, self.away_s, self.move_s)


@dataclass(frozen=True, slots=True)
class LegLifts:
    """Clamshells or leg lifts, lying on one side: the pelvis rolls a little with each, and back now and then.

    Attributes
    ----------
    on
        Which side lies on the floor.
    seconds
        How long.
    each_s, with_deg
        A repetition, and how far the pelvis rolls back with it.
    rolls
        Rolling back, or forward (below 0).
    """

    on: Side = Side.RIGHT
    seconds: float = 45.0
    each_s: float = 4.0
    with_deg: float = 3.0
    rolls: tuple[Away, ...] = ()

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.seconds

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """Roll about the long axis: obliquity, of who lies."""
        inside = (since_s > 0.0) & (since_s < self.seconds)
        back_deg = 0.5 * self.with_deg * inside * (1.0 - np.cos(2.0 * np.pi * since_s / self.each_s))
        back_deg += sum((roll.deg * roll.share(since_s) for roll in self.rolls), np.zeros(len(since_s)))
        added = np.zeros((6, len(since_s)))
        added[OBLIQUITY] = (-1.0 if self.on is Side.RIGHT else 1.0) * np.deg2rad(back_deg)
        return added


@dataclass(frozen=True, slots=True)
class Balance:
    """A stand on one leg in which the free hip drops, or the wearer bows, now and then.

    Attributes
    ----------
    leg
        Which leg stands.
    hold_s
        How long.
    raise_deg
        Where the free hip is held.
    drops, bows
        When it sinks by how much; when the wearer bows (> 0 forward).
    """

    leg: Side = Side.LEFT
    hold_s: float = 30.0
    raise_deg: float = 2.0
    drops: tuple[Away, ...] = ()
    bows: tuple[Away, ...] = ()
    shift_s: float = 1.0
    pause_s: float = 3.0

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return 2.0 * self.shift_s + self.hold_s + self.pause_s

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """The weight comes over the leg."""
        stands = there_and_back(since_s, self.shift_s, self.hold_s, self.shift_s)
        sign = 1.0 if self.leg is Side.LEFT else -1.0
        added = 2.0 * stands * sway(since_s, rng)
        low_deg = -self.raise_deg * stands
        low_deg += sum((drop.deg * drop.share(since_s) for drop in self.drops), np.zeros(len(since_s)))
        bow_deg = sum((bow.deg * bow.share(since_s) for bow in self.bows), np.zeros(len(since_s)))
        added[OBLIQUITY] += sign * np.deg2rad(low_deg)
        added[TILT] -= np.deg2rad(bow_deg)
        added[RIGHT] -= sign * 0.08 * stands
        return added


@dataclass(frozen=True, slots=True)
class SideSteps:
    """Steps to the right and back to the left by turns, the pelvis rocking with each.

    Attributes
    ----------
    seconds, each_s
        How long; a step.
    way_mm
        How far a step goes.
    rock_deg
        How far the pelvis rocks with each.
    rocks
        When it rocks further, > 0 the right side is down.
    """

    seconds: float = 40.0
    each_s: float = 1.2
    way_mm: float = 250.0
    rock_deg: float = 3.0
    rocks: tuple[Away, ...] = ()

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.seconds

    def channels(self, since_s: Array, rng: np.random.Generator) -> Array:
        """One step after the other, six to each side."""
        added = np.zeros((6, len(since_s)))
        for number in range(int(self.seconds / self.each_s)):
            share = (since_s - number * self.each_s) / self.each_s
            to_right = 1.0 if number // 6 % 2 == 0 else -1.0
            added[RIGHT] += to_right * 1e-3 * self.way_mm * minimum_jerk(share)
            inside = (share > 0.0) & (share < 1.0)
            added[OBLIQUITY] += inside * to_right * np.deg2rad(self.rock_deg) * np.sin(2.0 * np.pi * share) * (
                16.0 * np.clip(share, 0.0, 1.0) ** 2 * np.clip(1.0 - share, 0.0, 1.0) ** 2
            )  # fmt: skip
        away = sum((rock.deg * rock.share(since_s) for rock in self.rocks), np.zeros(len(since_s)))
        added[OBLIQUITY] += np.deg2rad(away)
        return added
