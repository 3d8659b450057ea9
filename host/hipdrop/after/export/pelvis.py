"""The three angles of the pelvis at every sample, as the analysis has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hipdrop import columns as col
from hipdrop.after.course import mounted, up_times
from hipdrop.events import Event
from hipdrop.samples import Array

CUT_PERIODS = 1.5  # a longer step of the clock is a gap (docs/input-format.md)


@dataclass(frozen=True, eq=False)
class PelvisAngles:
    """Baker's angles (docs/frames-and-signs.md), R = Ry(rotation) Rx(obliquity) Rz(tilt), each (N,).

    Attributes
    ----------
    t_s
        Where they hold.
    obliquity_deg, tilt_deg
        NaN without a mount.
    rotation_deg
        Unwound, from 0 at the first sample of each stretch: without a magnetometer nobody knows from where.
    stretches
        The parts without a gap.
    """

    t_s: Array
    obliquity_deg: Array
    tilt_deg: Array
    rotation_deg: Array
    stretches: Sequence[slice]

    @property
    def known(self) -> bool:
        """Whether a mount was found."""
        return len(self.t_s) > 0 and bool(np.isfinite(self.tilt_deg[0]))


def pelvis_angles(columns: Array, up_shift: float, events: Sequence[Event], obliquity_deg: Array) -> PelvisAngles:
    """Give the angles of the columns of a run (`hipdrop.offline.Analysis`), whose obliquity (N,) is known.

    Tilt is that of the up vector. Of rotation there is the rate alone: with u = R' e_y the up vector in pelvis axes,

        w . u = d(rotation)/dt - sin(obliquity) d(tilt)/dt

    since Rx' e_y has no part along x and Rz' leaves e_z, so that obliquity's own rate is square to u.
    """
    t_s = columns[col.T]
    tilt = np.full(len(t_s), np.nan)
    for part, pelvis_from_sensor in mounted(t_s, events):
        up = pelvis_from_sensor[:2] @ columns[col.UP, part]
        tilt[part] = np.arctan2(up[0], up[1])
    period_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else 0.0
    cuts = np.flatnonzero(np.diff(t_s) > CUT_PERIODS * period_s) + 1
    stretches = [slice(int(a), int(b)) for a, b in zip([0, *cuts], [*cuts, len(t_s)], strict=True)]
    rotation = np.zeros(len(t_s))
    for part in stretches:
        rotation[part] = _rotation(columns[:, part], np.radians(obliquity_deg[part]), tilt[part], up_shift)
    return PelvisAngles(up_times(t_s, up_shift), obliquity_deg, np.degrees(tilt), np.degrees(rotation), stretches)


def _rotation(columns: Array, obliquity: Array, tilt: Array, up_shift: float) -> Array:
    """Add up the rate about the vertical from one up vector to the next; it stands between them where they are late."""
    if len(tilt) < 2:
        return np.zeros(len(tilt))
    up, rate = columns[col.UP], columns[col.GYR]
    if up_shift == 0.0:  # rates stand at the up vectors then
        rate = np.column_stack((rate[:, :1], 0.5 * (rate[:, 1:] + rate[:, :-1])))
    about_up = 0.5 * np.einsum("ij,ij->j", rate[:, 1:], up[:, 1:] + up[:, :-1]) * np.diff(columns[col.T])
    turned = np.sin(0.5 * (obliquity[1:] + obliquity[:-1])) * np.diff(np.unwrap(tilt))
    return np.concatenate(([0.0], np.cumsum(about_up + turned)))
