"""Drop that is added to a runner: another level from the start, sags, slow wander.

What is added is a bump 64 x^3 (1 - x)^3 on the obliquity, positive in left stance and negative in right stance. A
raised level and a sag have it inside the stance, x from contact to toe-off. That cannot lower the shoulders of the
stance, so what lowers is wider and centred on midstance: 0.6 of a stride for sags under zero and for the wander, a
whole stride for a lowered level, down to a hiked pelvis.

Amplitudes are not degrees of drop: a bump on one side also moves the stride mean that both sides are measured from, and
the place of the peak. `calibration` finds those that change the *mean drop* as asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.samples import Array
from hipdrop.simulate.gait import Gait

IN_STANCE = 0.0  # width of a bump that is as wide as the stance
NARROW = 0.6
WHOLE_STRIDE = 1.0

SIGN = np.array([1.0, -1.0])  # left, right: what a drop is in obliquity


def bump(x: Array) -> Array:
    """Give 64 x^3 (1 - x)^3 inside 0 to 1, and 0 outside."""
    inside = np.clip(x, 0.0, 1.0)
    shape: Array = 64.0 * (inside * (1.0 - inside)) ** 3
    return shape


@dataclass(frozen=True)
class Bumps:
    """Bumps of one width: `amplitude_rad` (K, 2) per stride and side (left, right), `width` in strides."""

    width: float
    amplitude_rad: Array

    def obliquity(self, gait: Gait, middle: Array, phase: Array) -> Array:
        """Give what they add at (N,) phases, rad; `middle` (2,) is the phase of midstance."""
        added = np.zeros_like(phase)
        last = len(self.amplitude_rad) - 1
        for side in (0, 1):
            if not self.amplitude_rad[:, side].any():
                continue
            if self.width == IN_STANCE:
                k = np.clip(np.floor(phase).astype(np.int64), 0, last)
                contact = gait.right_fraction[k] if side else 0.0
                x = (phase - k - contact) / gait.contact_fraction[k]
            else:
                k = np.clip(np.floor(phase - middle[side] + 0.5).astype(np.int64), 0, last)
                x = (phase - k - middle[side]) / self.width + 0.5
            added += SIGN[side] * self.amplitude_rad[k, side] * bump(x)
        return added


@dataclass(frozen=True)
class AddedDrop:
    """All bumps of a run, and the phase of midstance of both sides (2,)."""

    parts: tuple[Bumps, ...]
    middle: Array

    def obliquity(self, gait: Gait, phase: Array) -> Array:
        """Give what is added to the obliquity at (N,) phases, rad."""
        added = np.zeros_like(phase)
        for part in self.parts:
            added += part.obliquity(gait, self.middle, phase)
        return added
