"""Bends as they go on: how far the clip leans, and how many there were; for what to say meanwhile."""

from __future__ import annotations

from hipcal.bends import LEAST_DEG
from hipcal.procedures.base import Course
from hipcal.procedures.quiet import Lean
from hipdrop.samples import SampleBlock

UPRIGHT_DEG = 10.0  # as `hipcal.bends` counts them: a bend is where the clip leans by more
COURSE_S = 20.0


class BendWatch:
    """Counts bends from quiet standing on.

    Attributes
    ----------
    bends
        Those that are over, and were deep enough.
    trouble
        What was wrong with the last one; empty where it was right.
    """

    def __init__(self, standing: SampleBlock) -> None:
        self.bends = 0
        self.trouble = ""
        self._lean = Lean(standing)
        self._deepest_deg = 0.0
        self._course: list[tuple[float, float]] = []

    @property
    def upright(self) -> bool:
        """Whether the clip leans no more than in standing."""
        return self._lean.lean_deg < UPRIGHT_DEG

    @property
    def begun(self) -> bool:
        """Whether there has been, or is, a bend."""
        return bool(self.bends or self._deepest_deg)

    def push(self, cell: SampleBlock) -> None:
        """Take the next cell."""
        now_s, lean_deg = float(cell.t_s[-1]), self._lean.push(cell)
        self._course = [(at_s, deg) for at_s, deg in self._course if at_s > now_s - COURSE_S]
        self._course.append((now_s, lean_deg))
        if lean_deg > UPRIGHT_DEG:
            self._deepest_deg = max(self._deepest_deg, lean_deg)
        elif self._deepest_deg:
            deep = self._deepest_deg >= LEAST_DEG
            self.bends += deep
            self.trouble = "" if deep else f"that was {self._deepest_deg:.0f} deg; bow deeper, from the hips"
            self._deepest_deg = 0.0

    def course(self, wanted: int) -> Course:
        """Give what there is to be seen."""
        now_s = self._course[-1][0] if self._course else 0.0
        times_s = tuple(round(at_s - now_s, 3) for at_s, _ in self._course)
        return Course(times_s, tuple(round(lean, 1) for _, lean in self._course), self.bends, wanted)
