"""Always the same side: a lasting lean, as of a sloping road, or always round the same way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from hipdrop.after.history.advice import Advice
from hipdrop.after.history.runs import ROBUST_SD, Run
from hipdrop.after.history.weeks import in_days

# Were the lean of each run nothing but its day-to-day spread, four of five beyond one SD on one side would come about
# in 0.6 % of cases.
SAME, OF = 4, 5
RECENT_DAYS = 30
# The tared change of obliquity of a clip that is not calibrated is off by less in 95 % of cases (docs/calibration.md).
LEAST_SPREAD_DEG = 0.5
SPREAD_DAYS = 90
LEAST_FOR_SPREAD = 5
LEAST_TURNS = 3.0  # full turns to one side more than to the other: laps, not a single round
ONE_SIDED = 3.0  # times as much turning to the one side as to the other


def same_lean(runs: Sequence[Run], today: date) -> Advice | None:
    """Say that most of the last runs leaned to the same side, beyond what their lean differs from day to day."""
    known = [run for run in in_days(runs, today, SPREAD_DAYS) if run.list_deg == run.list_deg]
    last = in_days(known, today, RECENT_DAYS)[-OF:]
    if len(last) < OF:
        return None
    spread_deg = day_to_day_deg(known)
    lean_deg = np.array([run.list_deg for run in last])
    right, left = int((lean_deg > spread_deg).sum()), int((lean_deg < -spread_deg).sum())
    if max(right, left) < SAME:
        return None
    side, median_deg = ("right" if right > left else "left"), abs(float(np.median(lean_deg)))
    text = (
        f"In {max(right, left)} of the last {OF} runs the pelvis leaned to the {side}, by {median_deg:.1f}° (median) "
        f"against standing; from day to day it differs by {spread_deg:.1f}°. A sloping road does that: the hip on its "
        "upper side is then more adducted, and slopes are blamed for iliotibial band syndrome, on thin evidence. "
        f"Run on the other side of the road, or back the way you came. On level ground or a treadmill, stand evenly on "
        "both feet before the run: the lean is measured from there."
    )
    return Advice("same-lean", text, {
        "side": side, "runs": max(right, left), "of": OF, "median_deg": float(np.median(lean_deg)),
        "spread_deg": spread_deg,
    })  # fmt: skip


def day_to_day_deg(runs: Sequence[Run]) -> float:
    """Give by how much the lean differs from run to run: robust SD about its median, at least that of the sensor."""
    values = np.array([run.list_deg for run in runs])
    if len(values) < LEAST_FOR_SPREAD:
        return LEAST_SPREAD_DEG
    return max(LEAST_SPREAD_DEG, ROBUST_SD * float(np.median(np.abs(values - np.median(values)))))


def same_turn(runs: Sequence[Run], today: date) -> Advice | None:
    """Say that most of the last runs went round the same way."""
    last = [run for run in in_days(runs, today, RECENT_DAYS) if run.net_turn_deg == run.net_turn_deg][-OF:]
    if len(last) < OF:
        return None
    ways = [way_round(run) for run in last]
    side = max(("left", "right"), key=ways.count)
    if ways.count(side) < SAME:
        return None
    turns = [
        abs(run.left_turn_deg - run.right_turn_deg) / 360.0 for run, way in zip(last, ways, strict=True) if way == side
    ]
    text = (
        f"{ways.count(side)} of the last {OF} runs went round to the {side}, by {np.median(turns):.0f} full turns "
        "(median) more than to the other side, as on a track. In bends the two legs do not do the same work. Run the "
        "other way round every second time, where the track allows it."
    )
    return Advice("same-turn", text, {
        "side": side, "runs": ways.count(side), "of": OF, "median_turns": float(np.median(turns)),
    })  # fmt: skip


def way_round(run: Run) -> str:
    """Name the side to which a run went round, `left` or `right`; empty for neither."""
    left, right = run.left_turn_deg, run.right_turn_deg
    if abs(left - right) < 360.0 * LEAST_TURNS or max(left, right) < ONE_SIDED * min(left, right):
        return ""
    return "left" if left > right else "right"
