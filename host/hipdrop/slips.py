"""Notices that the clip no longer sits as it did."""

from __future__ import annotations

import math

from hipdrop.mount import Mount, MountFinder
from hipdrop.samples import Array
from hipdrop.settings import MountSettings
from hipdrop.strides import Complex


class SlipWatch:
    """Compares the strides of today's mount with how they were when it was found.

    A roll shows in the mean up vector across the right axis, smoothed over steps. Pitch is left more room: slopes and
    speed change it, and obliquity does not depend on it. A turn about the vertical shows when the step symmetry is
    looked for afresh.
    """

    def __init__(self, settings: MountSettings) -> None:
        self._settings = settings
        self._recent: Array | None = None
        self._reference: Array | None = None
        self._off_steps = 0
        self._fresh = MountFinder(settings)
        self._heading_deg: float | None = None

    @property
    def suspicious(self) -> bool:
        """Whether the newest look was off: steps should not count until it is told whether the clip has slipped."""
        return self._off_steps > 0

    def new_reference(self) -> None:
        """Take the mean up vector from here on as the one to be kept: the mount or the orientation was made better."""
        self._reference = self._recent = None
        self._off_steps = 0

    def end_bout(self) -> None:
        """The alternation of the legs starts anew."""
        self._fresh.end_bout()

    def roll(self, mount: Mount, mean_up: Array, steps: int) -> float | None:
        """Take the mean up vector of a stride that stands for so many steps; give degrees if the clip has slipped."""
        s = self._settings
        weight = min(1.0, steps / s.slip_mean_steps)
        self._recent = mean_up if self._recent is None else self._recent + weight * (mean_up - self._recent)
        if self._reference is None:
            self._reference = self._recent
            return None
        right = mount.pelvis_from_sensor[2]
        roll_deg = math.degrees(abs(_elevation(right, self._recent) - _elevation(right, self._reference)))
        angle_deg = math.degrees(angle(self._recent, self._reference))
        off = roll_deg > s.slip_deg or angle_deg > s.slip_pitch_deg
        self._off_steps = self._off_steps + steps if off else 0
        return angle_deg if self._off_steps >= s.slip_steps else None

    def turn(self, mount: Mount, harmonics: Complex, parity: int) -> float | None:
        """Take the harmonics of a stride; give degrees if the clip has turned about the vertical."""
        if self._reference is None:
            return None
        self._fresh.push(harmonics, parity, self._reference, 1.0)
        if self._fresh.strides < self._settings.heading_strides:
            return None
        found, self._fresh = self._fresh.find(self._reference, None, mount), MountFinder(self._settings)
        if found is None:
            return None
        turned_deg = math.degrees(angle(found.pelvis_from_sensor[2], mount.pelvis_from_sensor[2]))
        if self._heading_deg is None:  # a given mount may be about another axis than that of step symmetry
            self._heading_deg = turned_deg
        return turned_deg if turned_deg - self._heading_deg > self._settings.slip_heading_deg else None


class Doubt:
    """A mount that is looked at again after a break: the clip may have been taken off and put on otherwise."""

    def __init__(self, mount: Mount, settings: MountSettings) -> None:
        self.mount = mount
        self._settings = settings
        self._fresh = MountFinder(settings)

    def end_bout(self) -> None:
        """The alternation of the legs starts anew."""
        self._fresh.end_bout()

    def push(self, harmonics: Complex, parity: int, mean_up: Array, stride_s: float) -> float | None:
        """Take a stride; give how far the right or the up axis has turned, degrees, once there are enough of them.

        The fresh look is about the strides' own up, forward sign included: upside down, back to front and on its side
        all show. Where the strides determine nothing, nothing speaks against the mount: 0.
        """
        self._fresh.push(harmonics, parity, mean_up, stride_s)
        if self._fresh.strides < self._settings.doubt_strides:
            return None
        found = self._fresh.find(None, None, None)
        if found is None:
            return 0.0
        fresh, before = found.pelvis_from_sensor, self.mount.pelvis_from_sensor
        return math.degrees(max(angle(fresh[2], before[2]), angle(fresh[1], before[1])))


def angle(a: Array, b: Array) -> float:
    """Angle between two vectors (3,), rad."""
    return math.acos(_cosine(a, b))


def _elevation(axis: Array, up: Array) -> float:
    return math.asin(_cosine(axis, up))


def _cosine(a: Array, b: Array) -> float:
    (x, y, z), (u, v, w) = a.tolist(), b.tolist()  # plain floats: a tenth of the time of NumPy for three numbers
    cosine: float = (x * u + y * v + z * w) / math.sqrt((x * x + y * y + z * z) * (u * u + v * v + w * w))
    return min(1.0, max(-1.0, cosine))
