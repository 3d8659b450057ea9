"""Which way up a body is in an exercise, and its angles against the quiet seconds before the set.

All of it comes from the direction of gravity in pelvis axes, so it holds standing and lying; turning about the vertical
does not change it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.training.levelled import Levels
from hipdrop.training.table import Axis, Exercise, Start

LEFT_DEG = 60.0  # who lies and is turned by more gets up: a bridge is 25 deg, a roll that the watch tells of 10 to 30
UPRIGHT_DEG = 40.0  # who stands leans no further; nor is a body on its back or side further from it
_FORWARD, _UP, _RIGHT = range(3)


def up_of(levels: Levels) -> Array:
    """Give the direction up (3, N) in pelvis axes: forward, up, right."""
    obliquity, tilt = np.deg2rad(levels.obliquity_deg), np.deg2rad(levels.tilt_deg)
    return np.stack([np.cos(obliquity) * np.sin(tilt), np.cos(obliquity) * np.cos(tilt), -np.sin(obliquity)])


@dataclass(frozen=True, slots=True)
class Posture:
    """The quiet seconds before a set: what angles are counted from.

    Attributes
    ----------
    up
        (3,) mean direction up in pelvis axes, of length 1.
    leg
        The leg that works; None for both.
    """

    up: tuple[float, float, float]
    leg: Side | None = None

    @classmethod
    def of(cls, quiet: Levels, leg: Side | None) -> Posture:
        """Take it from the quiet columns."""
        x, y, z = up_of(quiet).mean(axis=1).tolist()
        length = float(np.linalg.norm([x, y, z]))
        return cls((x / length, y / length, z / length), leg)

    def trouble(self, start: Start) -> str:
        """Say what is wrong with the position; empty when nothing is."""
        upright = np.cos(np.deg2rad(UPRIGHT_DEG))
        forward, up, right = self.up
        if start == "stand":
            return "" if up >= upright else "you do not stand; stand up straight"
        if start == "back":
            if forward <= -upright:
                return "you lie on your front, or the clip is not where it was in the bends; lie on your back"
            return "" if forward >= upright else "you do not lie on your back; lie down, knees bent"
        assert self.leg is not None
        on = self.leg.other
        if abs(right) < upright:
            return f"you do not lie on your side; lie on the {on} one"
        return "" if (right > 0.0) is (on is Side.LEFT) else f"you lie on the {on.other} side; lie on the {on} one"

    def is_left(self, levels: Levels) -> bool:
        """Say whether the body is no longer the way up it was."""
        up = up_of(levels).mean(axis=1)
        return bool(float(up @ self.up) < np.cos(np.deg2rad(LEFT_DEG)) * float(np.linalg.norm(up)))

    def angle_deg(self, levels: Levels, axis: Axis) -> Array:
        """Give an angle (N,) against the quiet seconds.

        `obliquity` > 0: the right side is down. `tilt` > 0: leaned back. `free hip` > 0: the hip of the leg that does
        not work is up. `roll` > 0, lying on a side: rolled back.
        """
        x, y, z = self.up
        if axis == "tilt":
            return _wrapped(levels.tilt_deg - np.rad2deg(np.arctan2(x, y)))
        if axis == "roll":
            up, sign = up_of(levels), 1.0 if z > 0.0 else -1.0
            rolled = np.arctan2(up[_FORWARD], sign * up[_RIGHT]) - np.arctan2(x, sign * z)
            return _wrapped(np.rad2deg(rolled))
        lower = levels.obliquity_deg + np.rad2deg(np.arcsin(z))
        if axis == "obliquity":
            return np.asarray(lower)
        return np.asarray(-self.drop_sign * lower)

    @property
    def drop_sign(self) -> float:
        """Sign of obliquity when the hip of the other leg drops."""
        return -1.0 if self.leg is Side.RIGHT else 1.0

    def way_out_deg(self, levels: Levels, exercise: Exercise) -> Array:
        """Give how far (N,) a repetition is out from its start."""
        assert exercise.count is not None
        angle = self.angle_deg(levels, exercise.count.axis)
        return self.drop_sign * angle if exercise.count.axis == "obliquity" else angle


def _wrapped(angle_deg: Array) -> Array:
    """Bring angles to -180..180."""
    return np.asarray((angle_deg + 180.0) % 360.0 - 180.0)
