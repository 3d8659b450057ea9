"""Notices that the clip no longer sits as it did."""

from __future__ import annotations

import math
from collections import deque

from hipdrop.mount import Mount, MountFinder
from hipdrop.samples import Array
from hipdrop.settings import MountSettings
from hipdrop.strides import Complex

_JUMP_STEPS = 8  # strides end at every step and hold two of them: three, a step and a half between, three
_JUMP_PAUSE_S = 1.0  # steps that cannot be used leave a pause; over a longer one nothing is compared


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
        self._settle_steps = 0
        self._fresh = MountFinder(settings)
        self._heading_deg: float | None = None

    @property
    def suspicious(self) -> bool:
        """Whether the newest look was off: steps should not count until it is told whether the clip has slipped."""
        return self._off_steps > 0

    def new_reference(self) -> None:
        """The orientation was corrected: once it has settled, take the mean up vector as the one to be kept."""
        self._reference = self._recent = None
        self._settle_steps = self._settings.slip_settle_steps
        self._off_steps = 0

    def gap(self) -> None:
        """Samples are missing in the stride or shortly before it: no time to begin to compare.

        A comparison that has begun goes on: what a gap does to the filter is over before a slip would be told.
        """
        self._settle_steps = max(self._settle_steps, self._settings.slip_gap_steps)

    def end_bout(self) -> None:
        """The alternation of the legs starts anew."""
        self._fresh.end_bout()

    def roll(self, mount: Mount, mean_up: Array, steps: int) -> float | None:
        """Take the mean up vector of a stride that stands for so many steps; give degrees if the clip has slipped."""
        s = self._settings
        self._settle_steps -= steps
        if self._settle_steps > 0 and self._reference is None:
            return None
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


class JumpWatch:
    """Notices that the up vector has jumped in the sensor from one stride to another, whatever the axis.

    Slopes, speed and posture turn the pelvis as well, but over many strides; a clip slips within one. Three strides are
    held against three before, a step between; what has jumped is a slip if it stays so for as long as any slip has to.
    """

    def __init__(self, settings: MountSettings) -> None:
        self._settings = settings
        self._steps = 0
        self._ups: deque[tuple[float, Array]] = deque(maxlen=_JUMP_STEPS)
        self._before: Array | None = None
        self._off_steps = 0

    @property
    def suspicious(self) -> bool:
        """Whether it has jumped, and it is not told yet whether it stays so."""
        return self._before is not None

    def new_reference(self) -> None:
        """What was seen so far is not to be compared with what comes."""
        self._ups.clear()
        self._before = None

    def end_bout(self) -> None:
        """The wearer has stopped, or samples are missing."""
        self._steps = 0
        self.new_reference()

    def gap(self) -> None:
        """Samples are missing in the stride or shortly before it: where the filter is off, no jump is the clip's."""
        if self._before is None:
            self._ups.clear()
            self._steps = self._settings.slip_jump_from - self._settings.slip_gap_steps

    def push(self, contact_s: float, mean_up: Array) -> float | None:
        """Take the mean up vector (3,) of the stride around a contact; give degrees if the clip has slipped."""
        self._steps += 1
        if self._steps <= self._settings.slip_jump_from:
            return None
        if self._ups and contact_s - self._ups[-1][0] > _JUMP_PAUSE_S:
            self._ups.clear()
        self._ups.append((contact_s, mean_up))
        if len(self._ups) < _JUMP_STEPS:
            return None
        ups = [up for _, up in self._ups]
        after: Array = ups[-3] + ups[-2] + ups[-1]
        if self._before is None:
            before: Array = ups[0] + ups[1] + ups[2]
            if math.degrees(angle(before, after)) > self._settings.slip_jump_deg:
                self._before, self._off_steps = before, 0
            return None
        angle_deg = math.degrees(angle(self._before, after))
        if angle_deg < self._settings.slip_deg:
            self.new_reference()  # it has come back, which is no jump either
            return None
        self._off_steps += 1
        return angle_deg if self._off_steps >= self._settings.slip_steps else None


class Doubt:
    """A mount that has to be confirmed by strides: the clip may have been taken off and put on otherwise.

    Parameters
    ----------
    mount
        The mount as it was.
    settings
        How many strides, and how far it may be off.
    stored
        Whether it comes from another time, by a calibration, and is not of this run.
    """

    def __init__(self, mount: Mount, settings: MountSettings, *, stored: bool = False) -> None:
        self.mount = mount
        self.stored = stored
        self.finder = MountFinder(settings)
        self._settings = settings

    @property
    def limit_deg(self) -> float:
        """By more than this it is not believed."""
        return self._settings.stored_deg if self.stored else self._settings.doubt_deg

    def end_bout(self) -> None:
        """The alternation of the legs starts anew."""
        self.finder.end_bout()

    def push(self, harmonics: Complex, parity: int, mean_up: Array, stride_s: float) -> float | None:
        """Take a stride; give how far the right or the up axis has turned, degrees, once there are enough of them."""
        self.finder.push(harmonics, parity, mean_up, stride_s)
        return self.judge() if self.finder.strides >= self._settings.doubt_strides else None

    def judge(self) -> float | None:
        """Give how far it has turned, by the strides so far.

        The fresh look is about the strides' own up, forward sign included: upside down, back to front and on its side
        all show. Where the strides determine no heading, nothing speaks against a mount of this run: 0. A stored one is
        still held against their up, and against their braking, which tells back to front by itself; None while that is
        unclear.
        """
        before = self.mount.pelvis_from_sensor
        found = self.finder.find(None, None, None)
        if found is not None:
            fresh = found.pelvis_from_sensor
            return math.degrees(max(angle(fresh[2], before[2]), angle(fresh[1], before[1])))
        if not self.stored:
            return 0.0
        backward = self.finder.backward(self.mount)
        if backward > self._settings.min_forward_correlation:
            return 180.0
        sure = -backward > self._settings.min_forward_correlation
        if sure or self.finder.strides >= self._settings.stored_strides:
            return math.degrees(angle(self.finder.mean_up(), before[1]))
        return None


def angle(a: Array, b: Array) -> float:
    """Angle between two vectors (3,), rad."""
    return math.acos(_cosine(a, b))


def _elevation(axis: Array, up: Array) -> float:
    return math.asin(_cosine(axis, up))


def _cosine(a: Array, b: Array) -> float:
    (x, y, z), (u, v, w) = a.tolist(), b.tolist()  # plain floats: a tenth of the time of NumPy for three numbers
    cosine: float = (x * u + y * v + z * w) / math.sqrt((x * x + y * y + z * z) * (u * u + v * v + w * w))
    return min(1.0, max(-1.0, cosine))
