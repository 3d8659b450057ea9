"""What each repeat of a coached run came to, and the whole as it is kept (training.schema.json)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

from hipdrop.errors import UsageError
from hipdrop.events import BaselineReady, Event, Side, Step
from hipdrop.summary import MIN_STEPS
from hipdrop.training.coach import Coach, Outcome
from hipdrop.training.ladder import Session
from hipdrop.training.store import Entry
from hipdrop.training.walkrun import WalkRun, Window


@dataclass(frozen=True, slots=True)
class Repeat:
    """One repeat.

    Attributes
    ----------
    run_s, walk_s
        How long it was run, and not run.
    steps
        Running steps.
    cadence_spm
        Mean of them; None without.
    left_drop_deg, right_drop_deg
        Median drop of the steps that count; None with fewer than `hipdrop.summary.MIN_STEPS`.
    pain
        The most that was told, 0 to 10; None where no number was.
    """

    run_s: float
    walk_s: float
    steps: int
    cadence_spm: float | None
    left_drop_deg: float | None
    right_drop_deg: float | None
    pain: int | None


def repeats_of(coach: Coach, events: Sequence[Event]) -> list[Repeat]:
    """Sum up the repeats that were begun; a step belongs where its contact lies, however late it became known."""
    steps = [event for event in events if isinstance(event, Step)]
    return [_repeat(coach, window, steps) for window in coach.repeats()]


def _repeat(coach: Coach, window: Window, steps: Sequence[Step]) -> Repeat:
    own = [step for step in steps if window.from_s <= step.t_s < window.to_s]
    paces = [step.cadence_spm for step in own if step.cadence_spm == step.cadence_spm]
    pains = [pain for t_s, pain in coach.pains if window.from_s <= t_s <= window.to_s and pain == pain]
    return Repeat(
        round(coach.running.ran_s([window], window.to_s), 1),
        round(coach.running.rested_s([window], window.to_s), 1),
        len(own),
        round(fmean(paces), 1) if paces else None,
        _drop_deg(own, Side.LEFT),
        _drop_deg(own, Side.RIGHT),
        round(max(pains)) if pains else None,
    )


def _drop_deg(steps: Sequence[Step], side: Side) -> float | None:
    drops_deg = [step.drop_deg for step in steps if step.side is side and step.valid]
    return round(median(drops_deg), 2) if len(drops_deg) >= MIN_STEPS else None


def worst_pain(coach: Coach) -> int | None:
    """Give the most pain that was told; None where no number was."""
    return max((round(pain) for _, pain in coach.pains if not math.isnan(pain)), default=None)


def as_data(coach: Coach, events: Sequence[Event], recording: str, shoe: str) -> dict[str, Any]:
    """Give a coached run as it is kept."""
    plan = coach.plan
    baselines = [event for event in events if isinstance(event, BaselineReady)]
    learned = {side: getattr(baselines[-1], f"{side}_deg") for side in ("left", "right")} if baselines else {}
    return {
        "run_s": plan.run_s, "walk_s": plan.walk_s, "repeats": plan.repeats,
        "outcome": coach.outcome.value, "why": coach.why, "pain": worst_pain(coach),
        "pain_not_rated": sum(math.isnan(pain) for _, pain in coach.pains),
        "baseline_deg": {side: None if deg != deg else round(deg, 2) for side, deg in learned.items()} or None,
        "done": [asdict(one) for one in repeats_of(coach, events)],
        "recording": recording, "shoe": shoe,
    }  # fmt: skip


def session_of(entry: Entry) -> Session | None:
    """Read what is kept; None where it is not of this form."""
    data = entry.data
    try:
        plan = WalkRun(float(data["run_s"]), float(data["walk_s"]), int(data["repeats"]))
        pain = data["pain"]
        return Session(entry.at, plan, Outcome(data["outcome"]), None if pain is None else int(pain))
    except (KeyError, TypeError, ValueError, UsageError):
        return None
