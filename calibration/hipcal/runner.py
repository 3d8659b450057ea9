"""The runner when fresh: per side how far the pelvis drops, how that spreads, and how it goes with the cadence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hipcal.refusal import Refusal
from hipdrop.after.explained import cadence_slope
from hipdrop.events import Side, Step
from hipdrop.monitor.baseline import locate
from hipdrop.monitor.learning import LONGEST_STEP_S
from hipdrop.profile import CadenceCourse
from hipdrop.settings import MonitorSettings
from hipdrop.sides import StrideTemplate

FROM_PART = 3.0 / 8.0  # of a run that is shorter than the baseline asks for: as minutes 3 to 8 are of eight
LEAST_MINUTES = 4.0  # shorter still, and nothing is left behind the warming up


@dataclass(frozen=True, slots=True)
class LegLevel:
    """The fresh drop of one standing leg.

    Attributes
    ----------
    mean_deg, sd_deg, lag1
        Huber's location, robust SD from step to step, correlation of a step with the leg's next one
        (`hipdrop.monitor.baseline.locate`, as the monitor's baseline).
    steps
        How many counted.
    """

    mean_deg: float
    sd_deg: float
    lag1: float
    steps: int

    @property
    def error_deg(self) -> float:
        """Standard error of the mean within this run.

        n steps of correlation r are worth n (1 - r) / (1 + r) independent ones (Bartlett 1935, J R Stat Soc 98:536).
        """
        return self.sd_deg * math.sqrt((1.0 + self.lag1) / (1.0 - self.lag1) / self.steps)


@dataclass(frozen=True, slots=True, eq=False)
class RunnerEstimate:
    """What a fresh run showed.

    Attributes
    ----------
    left, right
        By the standing leg.
    list_deg
        Median obliquity against quiet standing, > 0 right side down; NaN without a standing tare.
    cadence_spm, minutes
        Mean cadence, and how much running it was made of.
    course
        Drop over cadence; None where the cadence did not vary enough.
    template
        The stride; None where the run shows too few.
    verdict
        How well it is known, in words.
    """

    left: LegLevel
    right: LegLevel
    list_deg: float
    cadence_spm: float
    minutes: float
    course: CadenceCourse | None
    template: StrideTemplate | None
    verdict: str


def runner_profile(
    steps: Sequence[Step], template: StrideTemplate | None = None, settings: MonitorSettings | None = None
) -> RunnerEstimate | Refusal:
    """Sum up a fresh run, in the part of it that the monitor's baseline is made of.

    That part are minutes 3 to 8 of running (settings), or the last five eighths of a run that is shorter.

    Parameters
    ----------
    steps
        All steps of the run, in their order.
    template
        The stride that it showed (`hipdrop.pipeline.Pipeline.template`).
    settings
        Of the baseline.
    """
    settings = settings or MonitorSettings()
    running_s = np.cumsum([step.step_s if 0.0 < step.step_s <= LONGEST_STEP_S else 0.0 for step in steps])
    minutes = float(running_s[-1]) / 60.0 if len(steps) else 0.0
    if minutes < min(LEAST_MINUTES, settings.baseline_until_min):
        return Refusal(f"there were {minutes:.1f} minutes of running", f"run for {LEAST_MINUTES:.0f} minutes or more")
    until_min = min(settings.baseline_until_min, minutes)
    from_min = min(settings.baseline_from_min, FROM_PART * until_min)
    fresh = [s for s, at_s in zip(steps, running_s / 60.0, strict=True) if from_min <= at_s <= until_min]
    counted = {side: [s for s in fresh if s.valid and s.side is side] for side in (Side.LEFT, Side.RIGHT)}
    for side, of_side in counted.items():
        if len(of_side) < settings.baseline_min_steps:
            return Refusal(
                f"{len(of_side)} steps on the {side} leg count, of {len(fresh)} of both",
                "fasten the clip, and run evenly on the flat, without many bends",
            )
    left, right = (_level(counted[side]) for side in (Side.LEFT, Side.RIGHT))
    both = [*counted[Side.LEFT], *counted[Side.RIGHT]]
    cadence_spm = float(np.mean([step.cadence_spm for step in both]))
    course = _course(counted, cadence_spm)
    return RunnerEstimate(
        left, right, float(np.median([step.list_deg for step in both])), cadence_spm, until_min - from_min,
        course, template, _verdict(left, right, course),
    )  # fmt: skip


def _level(steps: list[Step]) -> LegLevel:
    found = locate([step.drop_deg for step in steps])
    return LegLevel(found.mean_deg, found.sd_deg, found.lag1, found.steps)


def _course(counted: dict[Side, list[Step]], cadence_spm: float) -> CadenceCourse | None:
    left, right = (
        cadence_slope(*np.array([(step.t_s, step.drop_deg, step.cadence_spm) for step in counted[side]]).T)
        for side in (Side.LEFT, Side.RIGHT)
    )
    return None if left is None and right is None else CadenceCourse(cadence_spm, left, right)


def _verdict(left: LegLevel, right: LegLevel, course: CadenceCourse | None) -> str:
    worst_deg = 1.96 * max(left.error_deg, right.error_deg)
    words = [f"the level of this run is known to {worst_deg:.2f} deg"]
    if course is None:
        words.append("the cadence was too even to tell what it does to the drop")
    return "; ".join(words)
