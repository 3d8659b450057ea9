"""Notices that the clip no longer sits as it did, as hipdrop/slips.py does; the mount itself is not found anew here.

The mean up vector of a stride is its mean obliquity and tilt, both in degrees.
"""

import math
from array import array

from micropython import const

# hipdrop.settings.MountSettings
_SLIP_DEG = const(5)
_SLIP_PITCH_DEG = const(15)
_SLIP_JUMP_DEG = const(7)
_SLIP_JUMP_FROM = const(8)
_SLIP_STEPS = const(24)
_SLIP_MEAN_STEPS = const(16)
_SLIP_GAP_STEPS = const(20)
_SLIP_SETTLE_STEPS = const(60)
# hipdrop.slips
_JUMP_STEPS = const(8)
_JUMP_PAUSE_MS = const(1000)


class Slips:
    """Strides are held against how they were at first, and three against the three before them."""

    def __init__(self, contacts):
        self._contacts = contacts
        self._ups = array("f", bytes(4 * 2 * _JUMP_STEPS))
        self.begin()

    def begin(self):
        """A new run."""
        self.doubt = 0  # strides until the clip is watched again, after a break in which it may have been moved
        self._recent = self._reference = None
        self._off = 0
        self._settle = _SLIP_SETTLE_STEPS  # a filter that has just begun levels itself for 10 s
        self.end_bout()

    @property
    def suspicious(self):
        """Whether the clip looks as if it had slipped, though it is not told yet."""
        return self._off > 0 or self._before is not None

    def end_bout(self):
        """The wearer has stopped, samples are missing, or the alternation starts anew."""
        self._steps = self._seen = self._jump_off = 0
        self._before = None

    def gap(self):
        """Samples are missing in the stride or shortly before it."""
        self._settle = max(self._settle, _SLIP_GAP_STEPS)
        if self._before is None:
            self._seen = 0
            self._steps = _SLIP_JUMP_FROM - _SLIP_GAP_STEPS

    def jump(self, place, up):
        """Take the mean up of the stride around a contact; gives degrees if the clip has slipped at once."""
        self._steps += 1
        if self._steps <= _SLIP_JUMP_FROM:
            return None
        if self._seen and place - self._place > self._contacts.samples_64(_JUMP_PAUSE_MS):
            self._seen = 0
        self._place = place
        at = 2 * (self._seen % _JUMP_STEPS)
        self._ups[at], self._ups[at + 1] = up
        self._seen += 1
        if self._seen < _JUMP_STEPS:
            return None
        after = self._mean(self._seen - 3)
        if self._before is None:
            before = self._mean(self._seen)  # the oldest
            if _angle(before, after) > _SLIP_JUMP_DEG:
                self._before, self._jump_off = before, 0
            return None
        slipped = _angle(self._before, after)
        if slipped < _SLIP_DEG:
            self._seen = 0
            self._before = None  # it has come back
            return None
        self._jump_off += 1
        return slipped if self._jump_off >= _SLIP_STEPS else None

    def _mean(self, first):
        obliquity = tilt = 0
        for k in range(first, first + 3):
            at = 2 * (k % _JUMP_STEPS)
            obliquity += self._ups[at]
            tilt += self._ups[at + 1]
        return obliquity / 3, tilt / 3

    def roll(self, up, steps):
        """Take the mean up of a stride that stands for so many steps; gives degrees if the clip has slipped."""
        self._settle -= steps
        if self._settle > 0 and self._reference is None:
            return None
        if self._reference is None:
            self._recent = self._reference = up
            return None
        weight = min(1, steps / _SLIP_MEAN_STEPS)
        obliquity, tilt = self._recent
        obliquity += weight * (up[0] - obliquity)
        tilt += weight * (up[1] - tilt)
        self._recent = obliquity, tilt
        slipped = _angle(self._recent, self._reference)
        off = abs(obliquity - self._reference[0]) > _SLIP_DEG or slipped > _SLIP_PITCH_DEG
        self._off = self._off + steps if off else 0
        return slipped if self._off >= _SLIP_STEPS else None


def _angle(a, b):
    """Degrees between two up vectors whose obliquity is small."""
    across = (a[1] - b[1]) * math.cos(math.radians(a[0]))
    along = a[0] - b[0]
    return math.sqrt(along * along + across * across)
