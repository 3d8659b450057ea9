"""A run by the second and by the lap, as a sports watch would have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hipdrop.after.analysis import RunAnalysis
from hipdrop.after.steptable import StepTable
from hipdrop.events import Activity, ActivityChanged, Event, Side
from hipdrop.samples import Array

HALF_S = 3.0  # six seconds hold seven steps of either leg, the fewest with a stable mean, from 140 a minute on


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the run, [begin_s, end_s), all of it running or none."""

    begin_s: float
    end_s: float
    running: bool


def stretches(events: Sequence[Event], start_s: float, end_s: float) -> list[Stretch]:
    """Cut a run where running begins and ends."""
    changes = [(start_s, False)]
    for event in events:
        if isinstance(event, ActivityChanged):
            running = event.activity is Activity.RUN
            if running is not changes[-1][1]:
                changes.append((max(event.t_s, changes[-1][0]), running))
    if len(changes) > 1 and changes[1][0] <= start_s:
        del changes[0]
    ends = [*changes, (end_s, False)]
    return [Stretch(begin[0], max(end[0], begin[0]), begin[1]) for begin, end in pairwise(ends)]


def second_values(run: RunAnalysis, at_s: Array) -> dict[str, Array]:
    """Give means over the steps around each time (N,) of running, NaN where there are none.

    All but cadence are of the steps that count: a drop for its side, the others for the mean of both.

    Returns
    -------
    dict
        cadence_spm, contact_ms, oscillation_mm, contact_balance_percent (share of the left in the sum of both contact
        times), drop_left_deg, drop_right_deg, drop_mean_deg (half the sum of the two).
    """
    left, right, both = (run.steps.counted(side) for side in Side)
    values = {
        "cadence_spm": _around(run.steps, run.steps.cadence_spm, at_s),
        "contact_ms": _around(both, both.contact_ms, at_s),
        "oscillation_mm": _around(both, both.oscillation_mm, at_s),
        "contact_balance_percent": _balance(
            _around(left, left.contact_ms, at_s), _around(right, right.contact_ms, at_s)
        ),
        "drop_left_deg": _around(left, left.drop_deg, at_s),
        "drop_right_deg": _around(right, right.drop_deg, at_s),
    }
    values["drop_mean_deg"] = 0.5 * (values["drop_left_deg"] + values["drop_right_deg"])
    running = np.zeros(len(at_s), dtype=bool)
    for part in stretches(run.events, run.start_s, run.start_s + run.recorded.facts.duration_s):
        running |= part.running & (at_s >= part.begin_s) & (at_s < part.end_s)
    return {name: np.where(running, value, np.nan) for name, value in values.items()}


def mean_values(run: RunAnalysis, part: Stretch) -> dict[str, float]:
    """Give the same means, drops left out, over a part of the run, and the number of its steps."""
    steps = run.steps.where((run.steps.contact_s >= part.begin_s) & (run.steps.contact_s < part.end_s))
    left, right, both = (steps.counted(side) for side in Side)
    balance = _balance(np.array([_mean(left.contact_ms)]), np.array([_mean(right.contact_ms)]))
    return {
        "steps": float(len(steps)),
        "cadence_spm": _mean(steps.cadence_spm),
        "contact_ms": _mean(both.contact_ms),
        "oscillation_mm": _mean(both.oscillation_mm),
        "contact_balance_percent": float(balance[0]),
    }


def _balance(left_ms: Array, right_ms: Array) -> Array:
    return 100.0 * left_ms / (left_ms + right_ms)


def _mean(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _around(steps: StepTable, values: Array, at_s: Array) -> Array:
    """Average the values of the steps that begin within `HALF_S` of each time."""
    known = np.isfinite(values)
    contact_s, values = steps.contact_s[known], values[known]
    sums = np.concatenate(([0.0], np.cumsum(values)))
    first, last = np.searchsorted(contact_s, at_s - HALF_S), np.searchsorted(contact_s, at_s + HALF_S)
    with np.errstate(invalid="ignore"):
        return np.asarray((sums[last] - sums[first]) / np.where(last > first, last - first, np.nan))
