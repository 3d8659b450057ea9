"""The height of the free side of the pelvis as it goes on: for the eyes, the figures are made from all of it."""

from __future__ import annotations

from collections import deque

from hipcal.procedures.base import Course
from hipdrop.events import Side
from hipdrop.samples import Array, SampleBlock
from hipdrop.training.levelled import Levelled
from hipdrop.training.singleleg import height_deg

COURSE_S = 20.0
REACH_DEG = 10.0  # of the drawing: a pelvis is hardly raised or dropped by more


class LiveHeight:
    """Follows it from a quiet stand on, a value for each cell of samples.

    Parameters
    ----------
    standing
        Quiet standing on both legs.
    pelvis_from_sensor
        (3, 3) mount.
    leg
        The leg that will stand.
    """

    def __init__(self, standing: SampleBlock, pelvis_from_sensor: Array, leg: Side) -> None:
        self._levelled = Levelled(standing, pelvis_from_sensor)
        self._leg = leg
        self._course: deque[tuple[float, float]] = deque()

    def push(self, cell: SampleBlock) -> None:
        """Take the next samples."""
        levels = self._levelled.push(cell)
        now_s = float(cell.t_s[-1])
        self._course.append((now_s, float(height_deg(levels, self._levelled.obliquity_deg, self._leg).mean())))
        while self._course[0][0] <= now_s - COURSE_S:
            self._course.popleft()

    @property
    def course(self) -> Course:
        """Give what there is to be seen."""
        now_s = self._course[-1][0] if self._course else 0.0
        return Course(
            tuple(round(at_s - now_s, 3) for at_s, _ in self._course),
            tuple(round(deg, 1) for _, deg in self._course),
            heading=f"height of the {self._leg.other} hip",
            low_deg=-REACH_DEG,
            high_deg=REACH_DEG,
        )
