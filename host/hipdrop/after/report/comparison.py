"""Several runs beside each other: every run against the first, and the smallest difference that could be told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hipdrop.after.analysis import LEGS, RunAnalysis
from hipdrop.after.course import StrideCourse
from hipdrop.after.report.detectable import Change, between_runs, drop_changes
from hipdrop.after.report.pictures import Picture
from hipdrop.after.report.strides import LEAST_DEG, stride_axes
from hipdrop.after.report.svg import LARGE, Plot, limits
from hipdrop.after.report.words import date_words
from hipdrop.events import AlertRaised, Side
from hipdrop.monitor import words
from hipdrop.wording import clock, degrees

WEAKEST = 0.35  # opacity of the first of the later runs


@dataclass(frozen=True, eq=False)
class Compared:
    """What the comparison needs of a run; its samples can go.

    Attributes
    ----------
    between_deg, own
        As of `hipdrop.after.report.detectable.between_runs`.
    """

    label: str
    began: datetime | None
    person: str
    shoe: str
    running_min: float
    steps: int
    cadence_spm: float
    alerts: int
    changes: dict[Side, Change]
    onsets: dict[Side, str]
    fresh: dict[Side, StrideCourse | None]
    tired: dict[Side, StrideCourse | None]
    between_deg: float
    own: bool


@dataclass(frozen=True)
class SideRow:
    """Drop of a leg in a run, and against the first run; NaN is not known."""

    number: int
    key: str
    fresh: float
    fresh_change: float
    end: float
    end_change: float
    between: float

    @property
    def verdict(self) -> str:
        """Which of the two changes stand out."""
        if self.number == 1 or not (math.isfinite(self.fresh_change) or math.isfinite(self.end_change)):
            return ""
        out = [
            name
            for name, value in (("fresh", self.fresh_change), ("end", self.end_change))
            if abs(value) > self.between
        ]
        return " and ".join(out) or "no"


@dataclass(frozen=True)
class Row:
    """A run in the first table."""

    number: int
    label: str
    running_min: float
    steps: int
    cadence_spm: float
    alerts: int


def compared(analysis: RunAnalysis) -> Compared:
    """Keep of an analysis what the comparison needs."""
    recorded, summary = analysis.recorded, analysis.summary
    label = date_words(recorded.began) or recorded.path.name
    between_deg, own = between_runs(recorded.profile)
    return Compared(
        ", ".join(part for part in (label, recorded.person, recorded.shoe) if part),
        recorded.began, recorded.person, recorded.shoe,
        summary.running_s / 60.0, summary.steps, summary.cadence_spm,
        sum(isinstance(alert, AlertRaised) for alert in analysis.alerts), drop_changes(analysis),
        {side: clock(onset.t_s - analysis.start_s) for side, onset in analysis.onsets.items() if onset is not None},
        analysis.fresh, analysis.tired, between_deg, own,
    )  # fmt: skip


def rows(runs: Sequence[Compared]) -> list[Row]:
    """Give the first table."""
    return [
        Row(number, run.label, run.running_min, run.steps, run.cadence_spm, run.alerts)
        for number, run in enumerate(runs, 1)
    ]


def side_rows(runs: Sequence[Compared], side: Side) -> list[SideRow]:
    """Give the drop of a leg run by run; runs of different people are not set against each other."""
    first, out = runs[0], []
    for number, run in enumerate(runs, 1):
        now, before = run.changes[side], first.changes[side]
        same = number > 1 and run.person == first.person
        off = (now.fresh - before.fresh, now.end - before.end) if same else (math.nan, math.nan)
        out.append(
            SideRow(
                number,
                f"run{number}.{side}",
                now.fresh,
                off[0],
                now.end,
                off[1],
                between(first, run) if same else math.nan,
            )
        )
    return out


def between(first: Compared, run: Compared) -> float:
    """Give the smallest difference between two runs that can be told from chance, the larger of their two figures."""
    return max(first.between_deg, run.between_deg)


def headline(runs: Sequence[Compared]) -> str:
    """Say the comparison in one sentence."""
    told = [f"on the {side} leg in run {number}" for side in LEGS for number in _unlike(runs, side)]
    if told:
        return f"The drop differs from the first run by more than chance {', '.join(told)}."
    return f"{len(runs)} runs: no drop differs from the first run by more than can be told from chance."


def _unlike(runs: Sequence[Compared], side: Side) -> list[int]:
    return [row.number for row in side_rows(runs, side) if row.verdict not in ("", "no")]


def comparison_words(runs: Sequence[Compared]) -> Iterator[str]:
    """Say what the comparison rests on, and how each run went."""
    first = runs[0]
    if any(run.person != first.person for run in runs):
        yield "Not all runs are of the same person: those of another than the first are shown, not compared."
    if any(run.shoe != first.shoe for run in runs):
        yield "Not all runs are in the same shoe: a difference may be the shoe's."
    if any(run.own for run in runs):
        yield "The smallest detectable difference is the runner's own, from repeated measurements, where one is known."
    if not all(run.own for run in runs):
        yield (
            "The smallest detectable difference between runs is that of 2D video a week apart (2.7° to 2.8°; Dingenen "
            "2018): that of this clip is not known yet. Where the belt stayed on between two runs it is smaller."
        )
    for number, run in enumerate(runs, 1):
        yield from (_within(number, run, side) for side in LEGS if run.changes[side].known)


def _within(number: int, run: Compared, side: Side) -> str:
    change = run.changes[side]
    verdict = "it stands out" if change.stands_out else "it does not stand out"
    began = f"; it began to grow at {run.onsets[side]}" if side in run.onsets else ""
    return (
        f"Run {number}, {side} leg: {degrees(change.change, signed=True)} from fresh to end, smallest detectable "
        f"within the run {degrees(change.detectable)}: {verdict}{began}."
    )


def comparison_pictures(runs: Sequence[Compared]) -> tuple[list[Picture], list[Picture]]:
    """Draw fresh and tired drop run by run, and the mean strides over each other."""
    levels = [_levels(runs, side) for side in LEGS]
    strides = [_strides(runs, side, tired=tired) for tired in (False, True) for side in LEGS]
    return levels, strides


def _levels(runs: Sequence[Compared], side: Side) -> Picture:
    key, title = f"levels-{side}", f"{words.drops(side)}, run by run"
    values = np.array([[run.changes[side].fresh, run.changes[side].end] for run in runs])
    if not np.isfinite(values).any():
        return Picture(key, title, why="too few steps count in any of the runs")
    first, reach = values[0], max(between(runs[0], run) for run in runs)
    band = np.array([first[0] - reach, first[0] + reach])
    y = limits(values.ravel(), values.ravel() + 0.4, band, least=2.0, floor=0.0)
    plot = Plot(LARGE, (0.5, len(runs) + 0.5), y, "run", "drop, degrees", whole=True)
    if math.isfinite(first[0]):
        ends = np.array([0.5, len(runs) + 0.5])
        plot.area(ends, np.full(2, band[0]), np.full(2, band[1]), "allowed")
    for number, (fresh_deg, end_deg) in enumerate(values.tolist(), 1):
        plot.line(np.full(2, float(number)), np.array([fresh_deg, end_deg]), str(side))
        plot.sign(number, fresh_deg, f"hollow {side}", square=side is Side.RIGHT)
        plot.sign(number, end_deg, f"full {side}", square=side is Side.RIGHT)
    told = "; ".join(f"run {n}: {degrees(a)} fresh, {degrees(b)} tired" for n, (a, b) in enumerate(values.tolist(), 1))
    return Picture(key, title, plot.markup(f"{title}. {told}."), looks=("hollow", "full", "alike"))


def _strides(runs: Sequence[Compared], side: Side, *, tired: bool) -> Picture:
    when = "tired" if tired else "fresh"
    key, title = f"strides-{side}-{when}", f"Mean stride of the {side} leg, {when}"
    courses = [(run.tired if tired else run.fresh)[side] for run in runs]
    drawn = [(number, course) for number, course in enumerate(courses) if course is not None]
    if not drawn:
        return Picture(key, title, why="too few whole strides count in any of the runs")
    plot = stride_axes(limits(*(course.mean_deg for _, course in drawn), least=LEAST_DEG))
    for number, course in drawn:
        opacity = 1.0 if number == 0 else WEAKEST + (1.0 - WEAKEST) * number / (len(runs) - 1)
        plot.line(course.phase_percent, course.mean_deg, f"{side} {'fresh' if number == 0 else 'tired'}", opacity)
    told = "; ".join(f"run {number + 1} deepest {degrees(course.peak_deg)}" for number, course in drawn)
    return Picture(key, title, plot.markup(f"{title}. {told}."), looks=("first", "later"))
