"""Runs and weeks as rows of words, the same on the terminal and on the page."""

from __future__ import annotations

from hipdrop.after.history.runs import BeganFrom, Run, Source
from hipdrop.after.history.weeks import Week
from hipdrop.events import Side
from hipdrop.wording import degrees, length

# Heading, and whether it holds words, which stand on the left.
RUN_COLUMNS = (
    ("began", True), ("shoe", True), ("running", False), ("steps", False), ("/min", False), ("left fresh", False),
    ("tired", False), ("right fresh", False), ("tired", False), ("onset", False), ("alerts", False),
    ("drop-min", False),
)  # fmt: skip
WEEK_COLUMNS = ("week of", "runs", "min", "steps", "km", "drop-min left", "right")


def run_cells(run: Run) -> tuple[str, ...]:
    """Give the row of a run."""
    left, right, both = (run.side(side) for side in Side)
    unsure = "?" if run.began_from is BeganFrom.FILE else ""
    return (
        f"{run.began:%a %d %b %Y %H:%M}{unsure}{'*' if run.source is Source.LIVE else ''}", run.shoe,
        length(run.running_s), str(run.steps), whole(run.cadence_spm),
        degrees(left.fresh_deg), degrees(left.tired_deg), degrees(right.fresh_deg), degrees(right.tired_deg),
        onset_words(run), str(left.alerts + right.alerts + both.alerts),
        f"{whole(left.drop_minutes)}/{whole(right.drop_minutes)}",
    )  # fmt: skip


def onset_words(run: Run) -> str:
    """Say in which minute the drop of which leg began to grow, the earlier one."""
    onsets = [(one.onset_s, one.side) for one in map(run.side, (Side.LEFT, Side.RIGHT)) if one.onset_s == one.onset_s]
    if not onsets:
        return "-"
    at_s, side = min(onsets)
    return f"{side} {at_s / 60:.0f} min"


def whole(value: float) -> str:
    """Write a number without decimals; a dash where there is none."""
    return f"{value:.0f}" if value == value else "-"


def week_cells(week: Week) -> tuple[str, ...]:
    """Give the row of a week."""
    load = week.load
    judged = load.judged_minutes > 0
    return (
        f"{week.monday:%d %b %Y}", str(load.runs), f"{load.minutes:.0f}", str(load.steps),
        f"{load.distance_m / 1e3:.1f}" if load.distance_m == load.distance_m else "-",
        f"{load.left_drop_minutes:.0f}" if judged else "-", f"{load.right_drop_minutes:.0f}" if judged else "-",
    )  # fmt: skip
