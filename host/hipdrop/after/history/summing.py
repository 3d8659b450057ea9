"""From a run as it was analysed, or as it was live, to what the history keeps of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

import hipdrop
from hipdrop.after.analysis import RunAnalysis
from hipdrop.after.history.runs import NAN, ROBUST_SD, BeganFrom, Mark, Run, SideOfRun, Source
from hipdrop.after.onset import Onset, binned, find_onset
from hipdrop.after.steptable import StepTable
from hipdrop.events import AlertRaised, Event, Marked, Side, TreadmillSet
from hipdrop.samples import Array
from hipdrop.summary import RunSummary

TURN_WINDOW_S = 10.0  # a bend of a track lasts 20 s and more
# On a track the slowest jog (2 m/s) in the outer lane (radius 45 m) turns at 2.5 deg/s; what a gyroscope at rest before
# the run is still off by is below 0.5 deg/s.
TURNING_DPS = 2.0


@dataclass(frozen=True)
class Start:
    """Which run it is, and when it began."""

    key: str
    began: datetime
    began_from: BeganFrom
    clip: str = ""
    file: str = ""


def of_analysis(found: RunAnalysis, start: Start) -> Run:
    """Give what is kept of an analysed run."""
    marks = [Mark(mark.t_s - found.start_s, mark.note) for mark in found.marks]
    return _run(start, Source.ANALYSIS, found.summary, found.steps, found.onsets, marks)


def of_live(summary: RunSummary, events: Sequence[Event], start: Start) -> Run:
    """Give what is kept of a run as it was live."""
    steps = StepTable.of_events(events)
    onsets = {
        side: find_onset(counted.contact_s, counted.drop_deg) for side in Side for counted in [_known(steps, side)]
    }
    marks = [Mark(mark.t_s - summary.start_s, mark.note) for mark in events if isinstance(mark, Marked)]
    return _run(start, Source.LIVE, summary, steps, onsets, marks)


def _run(
    start: Start, source: Source, summary: RunSummary, steps: StepTable, onsets: dict[Side, Onset | None],
    marks: list[Mark],
) -> Run:  # fmt: skip
    link = summary.link or {}
    lost, received = float(link.get("samples_lost") or 0), float(link.get("samples_received") or 0)
    list_deg, list_sd_deg = lasting_list(steps)
    distance_m, slope_percent = on_treadmill(steps, summary.treadmill)
    net, left, right, left_share, right_share = turning(steps)
    return Run(
        start.key, start.began, start.began_from, source, hipdrop.__version__,
        person=summary.person, shoe=summary.shoe, clip=start.clip, file=start.file,
        samples=summary.recording.samples,
        lost_share=lost / (lost + received) if lost + received else NAN,
        valid_share=summary.counted / summary.steps if summary.steps else NAN,
        lasting_s=summary.recording.duration_s, running_s=summary.running_s, steps=summary.steps,
        cadence_spm=summary.cadence_spm, list_deg=list_deg, list_sd_deg=list_sd_deg,
        net_turn_deg=net, left_turn_deg=left, right_turn_deg=right, left_turn_share=left_share,
        right_turn_share=right_share,
        speed_ms=distance_m / summary.running_s if summary.running_s else NAN,
        slope_percent=slope_percent, distance_m=distance_m,
        sides=_sides(summary, steps, onsets), marks=tuple(marks),
    )  # fmt: skip


def _sides(summary: RunSummary, steps: StepTable, onsets: dict[Side, Onset | None]) -> tuple[SideOfRun, ...]:
    alerts = Counter(alert.side for alert in summary.alerts if isinstance(alert, AlertRaised))
    minutes = {drop.side: drop_minutes(steps, drop.side, drop.baseline_deg) for drop in summary.drops}
    minutes[Side.BOTH] = 0.5 * (minutes[Side.LEFT] + minutes[Side.RIGHT])
    found = []
    for drop in summary.drops:
        onset = onsets[drop.side]
        times = (NAN,) * 4 if onset is None else (
            onset.t_s - summary.start_s, onset.earliest_s - summary.start_s, onset.latest_s - summary.start_s,
            onset.rise_deg,
        )  # fmt: skip
        found.append(SideOfRun(
            drop.side, drop.steps, drop.counted, drop.median_deg, drop.fresh_deg, drop.end_deg, drop.baseline_deg,
            *times, alerts[drop.side], minutes[drop.side],
        ))  # fmt: skip
    return tuple(found)


def drop_minutes(steps: StepTable, side: Side, baseline_deg: float) -> float:
    """Integrate the excess of a leg's drop over its baseline, over the running time: degrees times minutes.

    The level is the medians of 20 s (`hipdrop.after.onset.binned`), joined by lines; below the baseline nothing is
    gained. NaN without baseline or level.
    """
    counted = _known(steps, side)
    at_s, level_deg, _ = binned(counted.contact_s, counted.drop_deg)
    if len(at_s) == 0 or not np.isfinite(baseline_deg):
        return NAN
    excess_deg = np.maximum(0.0, np.interp(steps.contact_s, at_s, level_deg) - baseline_deg)
    return float(np.nansum(excess_deg * steps.step_s)) / 60.0


def lasting_list(steps: StepTable) -> tuple[float, float]:
    """Give median and robust SD of the list of the steps that count; NaN without standing before the run."""
    values = steps.counted(Side.BOTH).list_deg
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return NAN, NAN
    median = float(np.median(values))
    return median, ROBUST_SD * float(np.median(np.abs(values - median)))


def turning(steps: StepTable) -> tuple[float, float, float, float, float]:
    """Give net turn, turning to the left and to the right in degrees, and their parts of the running time.

    A bend is where the mean yaw rate of `TURN_WINDOW_S` is over `TURNING_DPS`; all NaN without steps.
    """
    known = np.isfinite(steps.yaw_dps) & np.isfinite(steps.step_s)
    since_s, step_s, yaw_dps = steps.contact_s[known], steps.step_s[known], steps.yaw_dps[known]
    if len(since_s) == 0:
        return NAN, NAN, NAN, NAN, NAN
    window = np.floor((since_s - since_s[0]) / TURN_WINDOW_S).astype(int)
    for_s = np.bincount(window, step_s)
    turned_deg = np.bincount(window, yaw_dps * step_s)
    rate_dps = turned_deg / np.maximum(for_s, 1e-9)
    left, right = rate_dps > TURNING_DPS, rate_dps < -TURNING_DPS
    whole_s = float(for_s.sum())

    def shared(bends: np.ndarray) -> float:
        return float(for_s[bends].sum()) / whole_s

    return (
        float(turned_deg.sum()), float(turned_deg[left].sum()), -float(turned_deg[right].sum()), shared(left),
        shared(right),
    )  # fmt: skip


def on_treadmill(steps: StepTable, said: Sequence[TreadmillSet]) -> tuple[float, float]:
    """Give distance in m and mean slope in %, by what was said of the treadmill; NaN where nothing was.

    What was said first holds for the running before it too.
    """
    for_s = np.nan_to_num(steps.step_s)

    def over_time(values: list[tuple[float, float]]) -> Array | None:
        known = [(t_s, value) for t_s, value in values if np.isfinite(value)]
        if not known or not len(for_s):
            return None
        at_s, told = np.array(known).T
        course: Array = told[np.maximum(np.searchsorted(at_s, steps.contact_s, side="right") - 1, 0)]
        return course

    speed = over_time([(one.t_s, one.speed_ms) for one in said])
    slope = over_time([(one.t_s, one.slope_percent) for one in said])
    whole_s = float(for_s.sum())
    return (
        NAN if speed is None else float(speed @ for_s),
        NAN if slope is None or not whole_s else float(slope @ for_s) / whole_s,
    )


def _known(steps: StepTable, side: Side) -> StepTable:
    counted = steps.counted(side)
    return counted.where(np.isfinite(counted.drop_deg))
