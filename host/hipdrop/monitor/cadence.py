"""Cadence stands beside an alert as explanation; it is never taken out of the drop, because it is the cue."""

from __future__ import annotations

import math


class Cadence:
    """Mean cadence of the fresh running, and the cadence of late.

    Attributes
    ----------
    late_spm
        EWMA over the steps, steps/min; NaN before the first.
    """

    __slots__ = ("_fresh_steps", "_fresh_sum_spm", "_weight", "late_spm")

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self.late_spm = math.nan
        self.forget()

    @property
    def fresh_spm(self) -> float:
        """Mean cadence of the baseline, NaN without one."""
        return self._fresh_sum_spm / self._fresh_steps if self._fresh_steps else math.nan

    def take(self, cadence_spm: float, fresh: bool) -> None:
        """Take in the cadence of a step, which belongs to the baseline if it is `fresh`."""
        if cadence_spm != cadence_spm:
            return
        if self.late_spm == self.late_spm:
            self.late_spm += self._weight * (cadence_spm - self.late_spm)
        else:
            self.late_spm = cadence_spm
        if fresh:
            self._fresh_sum_spm += cadence_spm
            self._fresh_steps += 1

    def forget(self) -> None:
        """Begin the baseline anew."""
        self._fresh_sum_spm = 0.0
        self._fresh_steps = 0
