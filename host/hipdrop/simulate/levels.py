"""Drop that is added to a runner: another level from the start, sags, slow wander.

What is added is a bump 64 x^3 (1 - x)^3 on the obliquity, positive in left stance and negative in right stance. What
raises the drop has it inside the stance, x from contact to toe-off. That cannot lower the shoulders of a stance, so
what lowers it, down to a hiked pelvis, has it over one whole stride centred on midstance.

Amplitudes are not degrees of drop: a bump on one side also moves the stride mean that both sides are measured from, and
the place of the peak. `calibration` finds those that change the *mean drop* as asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.samples import Array
from hipdrop.simulate.gait import Gait

SIGN = np.array([1.0, -1.0])  # left, right: what a drop is in obliquity


def bump(x: Array) -> Array:
    """Give 64 x^3 (1 - x)^3 inside 0 to 1, and 0 outside."""
    inside = np.clip(x, 0.0, 1.0)
    shape: Array = 64.0 * (inside * (1.0 - inside)) ** 3
    return shape


@dataclass(frozen=True)
class AddedDrop:
    """Amplitudes of the bumps of each stride and side (left, right).

    Attributes
    ----------
    in_stance_rad, over_stride_rad
        (K, 2) bumps inside the stance, and over a whole stride.
    middle
        (2,) phase of midstance.
    """

    in_stance_rad: Array
    over_stride_rad: Array
    middle: Array

    def obliquity(self, gait: Gait, phase: Array) -> Array:
        """Give what is added to the obliquity at (N,) phases, rad."""
        added = np.zeros_like(phase)
        last = len(self.in_stance_rad) - 1
        for side in (0, 1):
            if self.in_stance_rad[:, side].any():
                k = np.clip(np.floor(phase).astype(np.int64), 0, last)
                contact = gait.right_fraction[k] if side else 0.0
                shape = bump((phase - k - contact) / gait.contact_fraction[k])
                added += SIGN[side] * self.in_stance_rad[k, side] * shape
            if self.over_stride_rad[:, side].any():
                x = phase - self.middle[side] + 0.5
                k = np.clip(np.floor(x).astype(np.int64), 0, last)
                added += SIGN[side] * self.over_stride_rad[k, side] * bump(x - k)
        return added
