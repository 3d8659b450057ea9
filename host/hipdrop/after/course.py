"""What a stride looks like in a part of the run: obliquity over it, and the pelvis at its deepest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hipdrop import columns as col
from hipdrop.after.steptable import StepTable
from hipdrop.events import Event, MountFound, Side
from hipdrop.samples import Array
from hipdrop.waves import POINTS

LEAST_STRIDES = 7  # fewer make no stable mean (Dingenen 2018, docs/monitor.md)
LONGEST_STRIDE_S = 1.5


@dataclass(frozen=True, eq=False)
class StrideCourse:
    """Mean stride of one leg from its own contact, contralateral side down > 0, its own mean taken off.

    Attributes
    ----------
    phase_percent, mean_deg, sd_deg
        (101,) each.
    strides
        Number of strides in it.
    """

    side: Side
    phase_percent: Array
    mean_deg: Array
    sd_deg: Array
    strides: int

    @property
    def peak_deg(self) -> float:
        """Largest drop of the mean stride in the first 30 % of it, which hold the stance's deepest part."""
        return float(self.mean_deg[: round(0.3 * POINTS)].max())


def obliquity_deg(columns: Array, up_shift: float, events: list[Event]) -> tuple[Array, Array]:
    """Give times (N,) and obliquity (N,) in degrees of the columns of a run, > 0 right side down.

    The first mount found holds for what was before it too; NaN where none was ever found. `up_shift` as of
    `hipdrop.orientation.OrientationStage`.
    """
    t_s = columns[col.T]
    angle = np.full(len(t_s), np.nan)
    for part, pelvis_from_sensor in mounted(t_s, events):
        angle[part] = -np.degrees(np.arcsin(np.clip(pelvis_from_sensor[2] @ columns[col.UP, part], -1.0, 1.0)))
    return up_times(t_s, up_shift), angle


def mounted(t_s: Array, events: Sequence[Event]) -> list[tuple[slice, Array]]:
    """Give the parts of the samples at times (N,) with the mount (3, 3), v_pelvis = R v_sensor, that holds for each.

    The first mount found holds for what was before it too; no parts where none was ever found.
    """
    mounts = [event for event in events if isinstance(event, MountFound)]
    begins = [0, *(int(np.searchsorted(t_s, mount.t_s)) for mount in mounts[1:])]
    parts = map(slice, begins, [*begins[1:], len(t_s)])
    return [(part, np.reshape(mount.pelvis_from_sensor, (3, 3))) for part, mount in zip(parts, mounts, strict=False)]


def up_times(t_s: Array, up_shift: float) -> Array:
    """Give the times at which the up vectors of samples at times (N,) hold."""
    period_s = float(np.median(np.diff(t_s[:1000]))) if len(t_s) > 1 else 0.0
    return t_s + up_shift * period_s


def stride_course(t_s: Array, angle_deg: Array, steps: StepTable, side: Side) -> StrideCourse | None:
    """Average the strides of one leg that begin with its counted steps; None with too few of them.

    Parameters
    ----------
    t_s, angle_deg
        Obliquity as of `obliquity_deg`.
    steps
        Steps of the part of the run that is meant, all of them in their order.
    """
    own = steps.side == str(side)
    begin, end = np.flatnonzero(own)[:-1], np.flatnonzero(own)[1:]
    from_s, to_s = steps.contact_s[begin], steps.contact_s[end]
    good = steps.valid[begin] & (end - begin == 2) & (to_s - from_s < LONGEST_STRIDE_S)
    if good.sum() < LEAST_STRIDES:
        return None
    part = np.linspace(0.0, 1.0, POINTS)
    at = from_s[good, None] + part * (to_s - from_s)[good, None]
    strides = np.interp(at.ravel(), t_s, angle_deg).reshape(at.shape)
    strides -= strides[:, :-1].mean(axis=1, keepdims=True)
    strides *= 1.0 if side is Side.LEFT else -1.0
    strides = strides[np.isfinite(strides).all(axis=1)]
    if len(strides) < LEAST_STRIDES:
        return None
    return StrideCourse(side, 100.0 * part, strides.mean(axis=0), strides.std(axis=0), len(strides))
