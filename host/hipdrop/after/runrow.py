"""A run as one row: what the history keeps of it, laid flat, with the facts that a table of many runs needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from hipdrop.after.analysis import RunAnalysis
from hipdrop.after.history.runs import Run
from hipdrop.events import Side


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    TEXTS = "texts"  # a list of them
    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    TIME = "time"  # moment in UTC
    MARKS = "marks"  # a list of times on the run's clock with a note


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the runs.

    Attributes
    ----------
    name
        With its unit as suffix where it is one that has one.
    kind
        What it holds.
    unit
        Empty for none.
    meaning
        In plain words (docs/many.md).
    """

    name: str
    kind: Kind
    unit: str
    meaning: str


def _of_side(side: Side) -> tuple[Column, ...]:
    return tuple(Column(f"{side}_{name}", kind, unit, meaning) for name, kind, unit, meaning in OF_A_SIDE)


OF_A_SIDE = (
    ("steps", Kind.COUNT, "", "steps of this standing leg; of both: all"),
    ("counted", Kind.COUNT, "", "of these, those that count"),
    ("median_deg", Kind.NUMBER, "deg", "median drop of the whole run"),
    ("fresh_deg", Kind.NUMBER, "deg", "median drop of the first running: a fifth of it, at most five minutes"),
    ("tired_deg", Kind.NUMBER, "deg", "median drop of the last running, as long"),
    ("baseline_deg", Kind.NUMBER, "deg", "the runner's own level, from the fresh part"),
    ("onset_s", Kind.NUMBER, "s", "when the drop began to grow, since the start of the recording; null: it did not"),
    ("onset_earliest_s", Kind.NUMBER, "s", "lower end of its 95 % interval"),
    ("onset_latest_s", Kind.NUMBER, "s", "upper end of its 95 % interval"),
    ("rise_deg", Kind.NUMBER, "deg", "by how much the drop grew"),
    ("alerts", Kind.COUNT, "", "alerts raised"),
    ("drop_minutes", Kind.NUMBER, "deg min", "excess of the drop over the baseline, summed up over the running time"),
)
COLUMNS: tuple[Column, ...] = (
    Column("key", Kind.TEXT, "", "which run it is: clip and start, else a hash; the same for copies, whole or torn"),
    Column("file", Kind.TEXT, "", "where the recording lay when it was analysed"),
    Column("person", Kind.TEXT, "", "who ran; null: not said"),
    Column("shoe", Kind.TEXT, "", "in what; null: not said"),
    Column("clip", Kind.TEXT, "", "serial number of the clip; null: not said"),
    Column("began", Kind.TIME, "", "when it began, in UTC"),
    Column("began_from", Kind.TEXT, "", "how that is known: `recording`, or `file`: the file's last change"),
    Column("version", Kind.TEXT, "", "of the hipdrop that analysed it"),
    Column("start_s", Kind.NUMBER, "s", "time of the first sample, on the clock of the steps"),
    Column("rate_hz", Kind.NUMBER, "1/s", "sample rate"),
    Column("samples", Kind.COUNT, "", "samples that are there"),
    Column("lost_share", Kind.NUMBER, "1", "part of the samples that is missing; null: no clip that counts them"),
    Column("lasting_s", Kind.NUMBER, "s", "from the first sample to the last"),
    Column("running_s", Kind.NUMBER, "s", "running time: sum of the step times"),
    Column("steps", Kind.COUNT, "", "running steps"),
    Column("valid_share", Kind.NUMBER, "1", "part of the steps that counts for its own side"),
    Column("cadence_spm", Kind.NUMBER, "1/min", "median cadence"),
    Column("list_deg", Kind.NUMBER, "deg", "lasting roll against quiet standing, > 0 right side down"),
    Column("list_sd_deg", Kind.NUMBER, "deg", "robust SD of the steps' list"),
    Column("net_turn_deg", Kind.NUMBER, "deg", "sum of all turning, > 0 to the left"),
    Column("left_turn_deg", Kind.NUMBER, "deg", "turning to the left in bends"),
    Column("right_turn_deg", Kind.NUMBER, "deg", "turning to the right in bends"),
    Column("left_turn_share", Kind.NUMBER, "1", "part of the running time in bends to the left"),
    Column("right_turn_share", Kind.NUMBER, "1", "part of the running time in bends to the right"),
    Column("speed_ms", Kind.NUMBER, "m/s", "mean speed, as it was said of the treadmill"),
    Column("slope_percent", Kind.NUMBER, "%", "mean slope, as it was said of the treadmill"),
    Column("distance_m", Kind.NUMBER, "m", "distance by that speed"),
    *_of_side(Side.LEFT),
    *_of_side(Side.RIGHT),
    *_of_side(Side.BOTH),
    Column("marks", Kind.MARKS, "", "moments that the runner marked: `at_s` since the start of the recording, `note`"),
    Column("tilt_only", Kind.FLAG, "", "the clip has sent its own tilt in place of samples"),
    Column("swapped", Kind.FLAG, "", "left and right were swapped afterwards"),
    Column("notes", Kind.TEXTS, "", "what there is to say of the recording and of the run"),
)


def run_row(found: RunAnalysis, run: Run) -> dict[str, Any]:
    """Give the values of `COLUMNS` of an analysed run.

    Parameters
    ----------
    found
        The analysis.
    run
        What the history keeps of it (`hipdrop.after.history.adding.run_of_analysis`).

    Returns
    -------
    dict
        By column; NaN and an empty text are not known.
    """
    recorded = found.recorded
    own: dict[str, Any] = {
        "began": run.began.astimezone(UTC),
        "start_s": found.start_s,
        "rate_hz": recorded.rate_hz,
        "marks": [{"at_s": mark.at_s, "note": mark.note} for mark in run.marks],
        "tilt_only": recorded.tilt_only,
        "swapped": recorded.swapped,
        "notes": [*recorded.facts.notes, *found.summary.warnings],
    }
    for side in Side:
        one = run.side(side)
        own |= {f"{side}_{name}": getattr(one, name) for name, *_ in OF_A_SIDE}
    return {name: own[name] if name in own else getattr(run, name) for name in (column.name for column in COLUMNS)}


def year_month(began: datetime) -> str:
    """Give year and month of a moment in UTC, such as `2026-11`: the same on every computer."""
    return began.astimezone(UTC).strftime("%Y-%m")
