"""A run as the history keeps it, and what two tellings of the same run come to."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from hipdrop.events import Side
from hipdrop.people import file_name

NAN = float("nan")
ROBUST_SD = 1.4826  # SD of normal values by their median absolute deviation


class Source(StrEnum):
    """What the figures of a run are from, the better one last."""

    LIVE = "live"  # as they were said while the run went on
    ANALYSIS = "analysis"  # zero-phase analysis of the recording


class BeganFrom(StrEnum):
    """How it is known when a run began, the better one last."""

    FILE = "file"  # the last change of a file that does not say it
    RECORDING = "recording"  # the recording; the time zone is that of the computer that read it
    SAID = "said"  # typed in
    LIVE = "live"  # clock and time zone of the computer while the run went on


@dataclass(frozen=True, slots=True)
class SideOfRun:
    """A side of a run, or both; NaN is not known.

    Attributes
    ----------
    steps, counted, median_deg, fresh_deg, tired_deg, baseline_deg
        As of `hipdrop.summary.DropSummary`, whose end is `tired`.
    onset_s, onset_earliest_s, onset_latest_s, rise_deg
        When the drop began to grow, since the start of the recording, its 95 % interval, and by how much; NaN where it
        did not.
    alerts
        Alerts raised.
    drop_minutes
        Integral of the drop's excess over the baseline, over the running time, degrees times minutes.
    """

    side: Side
    steps: int
    counted: int
    median_deg: float = NAN
    fresh_deg: float = NAN
    tired_deg: float = NAN
    baseline_deg: float = NAN
    onset_s: float = NAN
    onset_earliest_s: float = NAN
    onset_latest_s: float = NAN
    rise_deg: float = NAN
    alerts: int = 0
    drop_minutes: float = NAN


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that the runner marked, since the start of the recording."""

    at_s: float
    note: str


@dataclass(frozen=True)
class Run:
    """A run; NaN is not known.

    Attributes
    ----------
    key
        Which run it is: serial number of the clip and start of the recording, or a hash of the file.
    began, began_from
        With its time zone's offset, and how it is known.
    person, shoe, clip, file
        Empty where there is none.
    source, version
        What the figures are from, and of which hipdrop.
    samples, lost_share, valid_share
        Samples that are there, the part of them that is missing, and the part of the steps that count.
    lasting_s, running_s
        From the first sample to the last, and sum of the step times.
    list_deg, list_sd_deg
        Lasting roll against quiet standing, > 0 right side down: median of its steps, and their robust SD.
    net_turn_deg
        Sum of all turning, > 0 to the left.
    left_turn_deg, right_turn_deg, left_turn_share, right_turn_share
        Turning in bends to the one side, > 0 both, and their part of the running time.
    speed_ms, slope_percent, distance_m
        As it was said of the treadmill, means over the running time.
    sides
        Left, right, both.
    """

    key: str
    began: datetime
    began_from: BeganFrom
    source: Source
    version: str
    person: str = ""
    shoe: str = ""
    clip: str = ""
    file: str = ""
    samples: int = 0
    lost_share: float = NAN
    valid_share: float = NAN
    lasting_s: float = 0.0
    running_s: float = 0.0
    steps: int = 0
    cadence_spm: float = NAN
    list_deg: float = NAN
    list_sd_deg: float = NAN
    net_turn_deg: float = NAN
    left_turn_deg: float = NAN
    right_turn_deg: float = NAN
    left_turn_share: float = NAN
    right_turn_share: float = NAN
    speed_ms: float = NAN
    slope_percent: float = NAN
    distance_m: float = NAN
    sides: tuple[SideOfRun, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def day(self) -> date:
        """The date where the runner was."""
        return self.began.date()

    @property
    def minutes(self) -> float:
        """Minutes running."""
        return self.running_s / 60.0

    @property
    def who(self) -> str:
        """Name by which persons are told apart; those that differ in nothing but case are the same."""
        return file_name(self.person)

    @property
    def worn(self) -> str:
        """Name by which shoes are told apart."""
        return file_name(self.shoe)

    def side(self, side: Side) -> SideOfRun:
        """Give a side; one without any step where it is not kept."""
        return next((one for one in self.sides if one.side is side), SideOfRun(side, 0, 0))


def merged(old: Run, new: Run) -> Run:
    """Give what two tellings of the same run come to.

    The analysis stands before what was said live, more samples before fewer, else the new one before the old. The other
    one fills in names, file and start where it knows them better. Which of two different tellings came first makes
    no difference.
    """
    better, other = (new, old) if _rank(new) >= _rank(old) else (old, new)
    start = other if _start_rank(other) > _start_rank(better) else better
    return replace(
        better,
        began=start.began,
        began_from=start.began_from,
        person=better.person or other.person,
        shoe=better.shoe or other.shoe,
        file=better.file or other.file,
    )


def _rank(run: Run) -> tuple[int, int]:
    return list(Source).index(run.source), run.samples


def _start_rank(run: Run) -> tuple[int, float]:
    """Of files that do not say when they began, the older one: copies are younger."""
    rank = list(BeganFrom).index(run.began_from)
    return rank, -run.began.timestamp() if run.began_from is BeganFrom.FILE else 0.0


def as_plain(run: Run) -> dict[str, Any]:
    """Give a run as JSON can say it (docs/history.md); null is not known."""
    names = (field.name for field in fields(run) if field.name not in ("began", "sides", "marks"))
    return {
        "began": run.began.isoformat(timespec="seconds"),
        **finite({name: getattr(run, name) for name in names}),
        "sides": {str(one.side): _side(one) for one in run.sides},
        "marks": [finite({"at_s": mark.at_s, "note": mark.note}) for mark in run.marks],
    }


def _side(one: SideOfRun) -> dict[str, Any]:
    return finite({field.name: getattr(one, field.name) for field in fields(one) if field.name != "side"})


def finite(values: dict[str, Any]) -> dict[str, Any]:
    """Put None for what is no finite number, which JSON cannot say, and round to what can be meant."""
    return {name: _known(value) for name, value in values.items()}


def _known(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return str(value) if isinstance(value, StrEnum) else value
