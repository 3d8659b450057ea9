"""What a run comes to: counts, drop per side fresh and at the end, baseline, alerts; as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hipdrop.events import (
    AlertEvent,
    BaselineReady,
    CalibrationRefused,
    CalibrationUsed,
    Event,
    Flag,
    Gap,
    GyroBias,
    MountFound,
    MountRefused,
    MountSlipped,
    Side,
    SidesChanged,
    Step,
    TreadmillSet,
)
from hipdrop.imucsv import Recording
from hipdrop.receive.counters import RunFacts
from hipdrop.samples import Array

FRESH_S = 300.0  # "fresh" and "end" are at most so much running time at either end of the run
MIN_STEPS = 7  # fewer make no stable mean (Dingenen 2018, docs/monitor.md)
FRESH_PART = 0.2  # and at most this part of it, so that the two do not touch
LOOSE_PART = 0.1  # with more wobbling steps than this, the user is told to tighten the belt
UNSURE_PART = 0.02  # with more steps of unsure side than this, the user is told

Kind = TypeVar("Kind", bound=Event)
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class DropSummary:
    """Drop of one side, or of the mean of both.

    Attributes
    ----------
    steps, counted
        Steps of this side, and those of them that count.
    median_deg, fresh_deg, end_deg, change_deg
        Median drop of the counted steps of the whole run, of its first and of its last running, and end less fresh; NaN
        with fewer than `MIN_STEPS`. For both sides: the mean of the two sides' medians.
    baseline_deg
        The last baseline; NaN if there was none.
    """

    side: Side
    steps: int
    counted: int
    median_deg: float
    fresh_deg: float
    end_deg: float
    baseline_deg: float

    @property
    def change_deg(self) -> float:
        """Drop at the end over the fresh one."""
        return self.end_deg - self.fresh_deg


@dataclass(frozen=True)
class RunSummary:
    """The result of a run; times are on the input's own axis.

    Attributes
    ----------
    running_s
        Sum of the step times.
    flags
        How many steps carry each flag; a step can carry several.
    drops
        Left, right, both.
    sides_sure
        How many steps are sure of their standing leg.
    treadmill
        What the user said of it, in its order.
    person, shoe
        Who ran, and in what; empty where it was not said.
    calibration
        What the samples were corrected by; None for nominal ones.
    """

    recording: Recording
    running_s: float
    cadence_spm: float
    flags: dict[Flag, int]
    drops: tuple[DropSummary, DropSummary, DropSummary]
    sides_sure: int
    mount: MountFound | None
    baseline: BaselineReady | None
    alerts: tuple[AlertEvent, ...]
    gaps_s: tuple[float, ...]
    warnings: tuple[str, ...]
    treadmill: tuple[TreadmillSet, ...] = ()
    person: str = ""
    shoe: str = ""
    calibration: CalibrationUsed | None = None

    @property
    def steps(self) -> int:
        """All steps found."""
        return self.drops[0].steps + self.drops[1].steps

    @property
    def counted(self) -> int:
        """Steps that count for their own side."""
        return self.drops[0].counted + self.drops[1].counted

    @property
    def start_s(self) -> float:
        """Start of the recording."""
        return self.recording.start_s

    @property
    def link(self) -> Mapping[str, int | float | None] | None:
        """What the link did, where the run came over one."""
        return self.recording.link if isinstance(self.recording, RunFacts) else None


def summarize(recording: Recording, events: Sequence[Event], person: str = "", shoe: str = "") -> RunSummary:
    """Sum up the events of a whole run, of this person in this shoe."""
    steps = [event for event in events if isinstance(event, Step)]
    flags = Counter(flag for step in steps for flag in step.flags)
    baseline = _last(events, BaselineReady)
    cadence_spm = [step.cadence_spm for step in steps if step.cadence_spm > 0]
    return RunSummary(
        recording=recording,
        running_s=float(_since_s(steps)[-1]) if steps else 0.0,
        cadence_spm=float(np.median(cadence_spm)) if cadence_spm else float("nan"),
        flags={flag: flags[flag] for flag in Flag if flag in flags},
        drops=_drops(steps, baseline),
        sides_sure=sum(step.side_sure for step in steps),
        mount=_last(events, MountFound),
        baseline=baseline,
        alerts=tuple(event for event in events if isinstance(event, AlertEvent)),
        gaps_s=tuple(event.duration_s for event in events if isinstance(event, Gap)),
        warnings=tuple(_warnings(events, steps, flags)),
        treadmill=tuple(event for event in events if isinstance(event, TreadmillSet)),
        person=person,
        shoe=shoe,
        calibration=_last(events, CalibrationUsed) or recording.calibration,
    )


def _last(events: Sequence[Event], kind: type[Kind]) -> Kind | None:
    return next((event for event in reversed(events) if isinstance(event, kind)), None)


def _drops(steps: list[Step], baseline: BaselineReady | None) -> tuple[DropSummary, DropSummary, DropSummary]:
    """Sum up left, right and both; bends shift left and right oppositely and stay in for both."""
    since_s = _since_s(steps)
    end_part_s = min(FRESH_S, FRESH_PART * since_s[-1]) if steps else 0.0
    drop_deg = np.array([step.drop_deg for step in steps])
    left = np.array([step.side is Side.LEFT for step in steps], dtype=bool)
    valid = np.array([step.valid for step in steps], dtype=bool)
    for_mean = np.array([step.valid_for_mean for step in steps], dtype=bool)

    fresh, end = since_s <= end_part_s, since_s > since_s[-1:] - end_part_s

    def medians(counts: Mask) -> tuple[float, float, float]:
        return _median(drop_deg[counts]), _median(drop_deg[counts & fresh]), _median(drop_deg[counts & end])

    def mean_of_sides(counts: Mask) -> tuple[float, float, float]:
        sides = zip(medians(counts & left), medians(counts & ~left), strict=True)
        whole_deg, fresh_deg, end_deg = ((left_deg + right_deg) / 2 for left_deg, right_deg in sides)
        return whole_deg, fresh_deg, end_deg

    levels_deg = (baseline.left_deg, baseline.right_deg, baseline.mean_deg) if baseline else 3 * (float("nan"),)
    of_left, of_right, of_both = left & valid, ~left & valid, for_mean
    return (
        DropSummary(Side.LEFT, int(left.sum()), int(of_left.sum()), *medians(of_left), levels_deg[0]),
        DropSummary(Side.RIGHT, int((~left).sum()), int(of_right.sum()), *medians(of_right), levels_deg[1]),
        DropSummary(Side.BOTH, len(steps), int(of_both.sum()), *mean_of_sides(of_both), levels_deg[2]),
    )


def _since_s(steps: list[Step]) -> Array:
    """Running time up to the end of each step; the last step of a bout may have no end."""
    return np.nancumsum([step.step_s for step in steps])


def _median(values: Array) -> float:
    return float(np.median(values)) if len(values) >= MIN_STEPS else float("nan")


def _warnings(events: Sequence[Event], steps: list[Step], flags: Counter[Flag]) -> Iterator[str]:
    for refused in (event for event in events if isinstance(event, CalibrationRefused)):
        yield f"a calibration was not used: {refused.reason}"
    if not steps:
        yield "no running was found: walking and standing have no drop that hipdrop measures"
        return
    if not any(isinstance(event, MountFound) for event in events):
        yield (
            "how the clip sits was not found: run evenly for half a minute or more, and give --site; if you did, the "
            "gyroscope may be in another unit than its column says"
        )
    unsure = sum(not step.side_sure for step in steps) / len(steps)
    if unsure > UNSURE_PART:
        yield f"left and right are not sure for {100 * unsure:.0f} % of the steps; these count for no side"
    if flags[Flag.WOBBLE] > LOOSE_PART * len(steps):
        yield "the belt was loose: tighten it, or clip hipdrop to a firmer waistband"
    if flags[Flag.SATURATED]:
        yield f"{flags[Flag.SATURATED]} steps reached the end of the sensor's range: set a wider one"
    if not any(isinstance(event, BaselineReady) for event in events):
        yield "no baseline: the run has too little steady running to learn one, so nothing could be raised"
    for event in events:
        if isinstance(event, MountSlipped):
            yield f"the clip moved on the body by {event.angle_deg:.0f}°"
        elif isinstance(event, MountRefused):
            yield f"the stored mount was off by {event.angle_deg:.0f}° and not used: calibrate it again"
        elif isinstance(event, SidesChanged) and event.reason in ("corrected", "swapped"):
            yield f"left and right were {event.reason} during the run"
        elif isinstance(event, GyroBias) and not event.at_rest:
            worst_dps = max(abs(bias_dps) for bias_dps in event.bias_dps)
            yield f"the gyroscope was off by {worst_dps:.1f} deg/s or more: stand still for some seconds before you run"
