"""What is to be shown at one moment, as frozen plain data; times in seconds since the start of the run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hipdrop.events import AlertEvent, Side, Step
from hipdrop.live.updates import Facts
from hipdrop.samples import Array
from hipdrop.waves import RecentStrides


class PhaseKind(Enum):
    """What is going on, the most pressing first where several hold."""

    LINK_LOST = "link lost"
    CONNECTING = "connecting"
    FINISHING = "finishing"
    COACH = "coach"
    ENDED = "ended"
    WAITING = "waiting"
    STANDING = "standing"
    WALKING = "walking"
    MOUNT = "finding mount"
    SIDES = "learning left and right"
    ALERT = "alert"
    WITHHELD = "withheld"
    RECOVERED = "recovered"
    WARMING_UP = "warming up"
    BASELINE = "learning baseline"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Phase:
    """What is going on, in words.

    Attributes
    ----------
    text, detail
        A few words to be read from afar; a sentence beside them.
    part
        How much of it is done, 0 to 1, where that is known.
    sides
        The legs that it is about.
    """

    kind: PhaseKind
    text: str
    detail: str = ""
    part: float | None = None
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that was marked; `pain` by its key or by the clip's button."""

    t_s: float
    note: str
    pain: bool


@dataclass(frozen=True, slots=True)
class Onset:
    """A leg's drop went over its limit and stayed there until an alert was due."""

    t_s: float
    side: Side


@dataclass(frozen=True, slots=True, eq=False)
class LegTrack:
    """Drop of one leg over the run.

    Attributes
    ----------
    step_s, step_deg
        (N,) its steps.
    counted
        (N,) 1 for a step that counts, else 0.
    level_s, level_deg, reference_deg, limit_deg
        (M,) the monitor's slow level after each counted step, and what it was judged by; NaN where by nothing.
    """

    side: Side
    step_s: Array
    step_deg: Array
    counted: Array
    level_s: Array
    level_deg: Array
    reference_deg: Array
    limit_deg: Array

    @property
    def now_deg(self) -> float:
        """The level now; NaN before the first step."""
        return _last(self.level_deg)

    @property
    def reference_now_deg(self) -> float:
        """Baseline or edge of the band now."""
        return _last(self.reference_deg)

    @property
    def limit_now_deg(self) -> float:
        """Limit of the alert now."""
        return _last(self.limit_deg)

    @property
    def change_deg(self) -> float:
        """How far the level lies above its reference."""
        return self.now_deg - self.reference_now_deg


@dataclass(frozen=True, slots=True)
class Motion:
    """How the pelvis moves now.

    Attributes
    ----------
    stride_s
        Duration of a stride; 0 while there is no running of sure sides.
    phase
        Part of the stride from left contact to left contact that had gone by at `at_s`.
    at_s
        Time that the phase is about.
    list_deg
        Mean obliquity of the stride against standing; > 0 is right side down; 0 where not known.
    """

    stride_s: float = 0.0
    phase: float = 0.0
    at_s: float = 0.0
    list_deg: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All that a view shows.

    Attributes
    ----------
    steps_version, facts_version
        Count what was told: where one has not changed, neither has what hangs on it (tracks, marks, alerts, cadence
        and phase on the first; facts and phase on the second).
    last_steps
        The newest steps, the oldest of them first; their times are on the axis of the events.
    left, right
        Drop of each leg.
    cadence_s, cadence_spm
        (K,) cadence of each step, smoothed as a running mean of the last ten steps.
    pauses
        Times of walking and standing, (begin, end).
    alerted
        Legs whose alert has not cleared.
    by_band
        Whether the drop is judged by a band, not by the runner's own baseline.
    """

    steps_version: int
    facts_version: int
    reached_s: float
    steps: int
    last_steps: tuple[Step, ...]
    phase: Phase
    left: LegTrack
    right: LegTrack
    cadence_s: Array
    cadence_spm: Array
    pauses: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    onsets: tuple[Onset, ...]
    alerts: tuple[AlertEvent, ...]
    alerted: tuple[Side, ...]
    motion: Motion
    strides: RecentStrides
    facts: Facts
    by_band: bool = False

    @property
    def cadence_now_spm(self) -> float:
        """Cadence of late; NaN before the first stride."""
        return _last(self.cadence_spm)

    def leg(self, side: Side) -> LegTrack:
        """Give the track of a leg."""
        return self.left if side is Side.LEFT else self.right


def _last(values: Array) -> float:
    return float(values[-1]) if len(values) else float("nan")
