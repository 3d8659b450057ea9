"""What the pipeline says: frozen values, in the order in which they become known.

`t_s` is always a time on the input's own axis: the moment that the event is about, not the moment at which it was
found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hipcal.model import Calibration


class Side(StrEnum):
    """A side of the body; a step is named by its standing leg."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"

    @property
    def other(self) -> Side:
        """The opposite side; both sides stay both."""
        return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.BOTH: Side.BOTH}[self]


class Site(StrEnum):
    """Where on the waistband the clip sits."""

    SACRUM = "sacrum"
    LEFT_HIP = "left-hip"
    RIGHT_HIP = "right-hip"


class Activity(StrEnum):
    """What the wearer does."""

    STAND = "stand"
    WALK = "walk"
    RUN = "run"


class Flag(StrEnum):
    """Why a step does not count, or (TURN) counts for the mean of both sides only."""

    START = "start"  # no full stride before it yet
    STOP = "stop"  # the first steps after standing or walking, or the last before it
    GAP = "gap"  # a gap touches the step or its stride, or the orientation has not recovered from one yet
    SATURATED = "saturated"  # a sample at the end of the sensor's range
    WOBBLE = "wobble"  # the clip shakes against the body: loose belt
    SLIP = "slip"  # the clip has moved on the body and its mount is not found again yet
    MOUNT = "mount"  # the mount is not known (well enough)
    SIDE = "side"  # which leg stands is not sure
    IRREGULAR = "irregular"  # step time far from its neighbours': a missed or extra step, a hop, a stumble
    TURN = "turn"  # in a bend: a shift of opposite sign on left and right


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""

    t_s: float


@dataclass(frozen=True, slots=True)
class Contact(Event):
    """A foot touched the ground (while running); known about 0.06 s later, its side only with its step."""

    number: int


@dataclass(frozen=True, slots=True)
class Step(Event):
    """One running step, from the contact at `t_s` to the next contact.

    Attributes
    ----------
    number
        Counts contacts of the run from 0.
    side
        The standing leg. When `side_sure` is false it is the more likely one.
    side_confidence
        Probability that `side` is right, 0.5 to 1.
    side_sure
        Whether `side_confidence` suffices for what needs a side.
    toe_off_s
        Time at which the foot left the ground; NaN if there was no flight.
    contact_ms, step_s, cadence_spm
        Contact time (NaN without toe-off), time to the next contact, steps per minute over the stride.
    drop_deg
        Peak contralateral-side-down obliquity from contact to 60 % of the step, over the mean obliquity of the stride
        that ends at the next contact (docs/algorithms.md).
    excursion_deg
        The same peak over the value at contact.
    midstance_deg
        Contralateral-side-down obliquity at the middle of contact over the same mean.
    list_deg
        Mean obliquity of the stride against quiet standing (NaN without a standing tare); > 0 is right side down.
    peak_s
        Time of the peak.
    oscillation_mm
        Vertical travel of the clip within the step, peak to peak.
    wobble_deg
        RMS of the obliquity above the pelvis' own band within the stride.
    yaw_dps
        Mean yaw rate of the stride; > 0 is a turn to the left.
    flags
        Why the step does not count, in the order of `Flag`; empty for a step that counts for everything.
    """

    number: int
    side: Side
    side_confidence: float
    side_sure: bool
    toe_off_s: float
    contact_ms: float
    step_s: float
    cadence_spm: float
    drop_deg: float
    excursion_deg: float
    midstance_deg: float
    list_deg: float
    peak_s: float
    oscillation_mm: float
    wobble_deg: float
    yaw_dps: float
    flags: tuple[Flag, ...]

    @property
    def valid(self) -> bool:
        """Whether the step counts for its own side."""
        return not self.flags

    @property
    def valid_for_mean(self) -> bool:
        """Whether the step counts for the mean of both sides, which a bend does not shift."""
        return not self.flags or self.flags == (Flag.TURN,)


@dataclass(frozen=True, slots=True)
class ActivityChanged(Event):
    """The wearer began to stand, walk or run."""

    activity: Activity


@dataclass(frozen=True, slots=True)
class Turn(Event):
    """A bend begins (`begins`) or ends."""

    begins: bool
    yaw_dps: float


@dataclass(frozen=True, slots=True)
class Gap(Event):
    """Samples are missing after `t_s`."""

    duration_s: float
    bridged: bool  # short enough to hold parity and orientation through it


@dataclass(frozen=True, slots=True)
class GyroBias(Event):
    """A gyroscope offset that the orientation filter could not have taken off by itself.

    It has been taken off. `at_rest` is false where the clip was never at rest: then only the part across the vertical
    could be seen.
    """

    bias_dps: tuple[float, float, float]  # sensor axes
    at_rest: bool


@dataclass(frozen=True, slots=True)
class MountFound(Event):
    """How the clip sits on the pelvis.

    Attributes
    ----------
    pelvis_from_sensor
        Nine numbers, row by row: v_pelvis = R v_sensor. Its forward axis is the axis of step symmetry, which in an
        uneven runner lies up to 10 deg from the axis through the pelvis markers; given mounts are about the given axis.
    site
        Where the clip sits.
    lever_m
        Distance of the clip to the right of the midline, m; NaN when it was not estimated.
    quality
        Contrast of the step symmetry, 0 to 1.
    refined
        Whether it only sharpens an earlier find (left and right stay as they were).
    given
        Whether it was given, not found.
    """

    pelvis_from_sensor: tuple[float, ...]
    site: Site
    lever_m: float
    quality: float
    refined: bool
    given: bool


@dataclass(frozen=True, slots=True)
class MountSlipped(Event):
    """The clip has moved on the body by `angle_deg`; steps are void until the mount is found again."""

    angle_deg: float


@dataclass(frozen=True, slots=True)
class MountRefused(Event):
    """A stored mount is not believed: the first strides put the clip `angle_deg` elsewhere; it is sought anew.

    180 is back to front or upside down. No step has been judged by it.
    """

    angle_deg: float


@dataclass(frozen=True, slots=True)
class SidesChanged(Event):
    """What is known of left and right has changed.

    `reason` is `settled` (sure from here on), `unsure` (not sure, or no longer), `corrected` (later steps are labelled
    the other way than earlier ones of the same run) or `swapped` (by the user).
    """

    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Marked(Event):
    """The user marked this moment."""

    note: str


@dataclass(frozen=True, slots=True)
class TreadmillSet(Event):
    """What the user says of the treadmill, from here on; NaN is not said. It explains, and changes no drop."""

    speed_ms: float
    slope_percent: float


@dataclass(frozen=True, slots=True)
class CalibrationUsed(Event):
    """The samples are corrected by a calibration, from the first one on (docs/calibration.md).

    Attributes
    ----------
    source
        `file`, `clip`, or `file and clip` where each gives a part.
    acc_measured, gyro_measured, mount_measured
        When the part was measured, ISO 8601; empty where it is not used. A mount is in doubt until the first strides
        confirm it.
    mount_method
        `bends` or `running`; empty without a mount.
    verdict
        How good the parts were found to be.
    """

    source: str
    acc_measured: str
    gyro_measured: str
    mount_measured: str
    mount_method: str
    verdict: str


@dataclass(frozen=True, slots=True)
class SensorChecked(Event):
    """What the sensor read in the first three quiet seconds; once in a run that has them.

    Attributes
    ----------
    bias_dps
        Mean rate, sensor axes: bias that the calibration, if there is one, has left.
    gravity_g
        Length of the mean specific force.
    """

    bias_dps: tuple[float, float, float]
    gravity_g: float


@dataclass(frozen=True, slots=True)
class CalibrationRefused(Event):
    """A calibration was not used, and why; what remains may be another one, or none."""

    reason: str


@dataclass(frozen=True, slots=True)
class BaselineReady(Event):
    """The runner's own fresh level, in degrees of drop; NaN for a side that it holds no steps of."""

    left_deg: float
    right_deg: float
    mean_deg: float
    left_sd_deg: float
    right_sd_deg: float
    mean_sd_deg: float
    steps: int
    source: str  # today, profile+today


@dataclass(frozen=True, slots=True)
class AlertEvent(Event):
    """Base of the three alert events."""

    side: Side
    drop_deg: float  # the slow statistic of drop that was judged
    baseline_deg: float  # the runner's baseline, or the edge of the band in target mode
    excess_deg: float  # drop_deg - baseline_deg
    reason: str


@dataclass(frozen=True, slots=True)
class AlertRaised(AlertEvent):
    """The drop has been over the limit for long enough."""


@dataclass(frozen=True, slots=True)
class AlertCleared(AlertEvent):
    """The drop is back; the runner is told that too."""


@dataclass(frozen=True, slots=True)
class AlertWithheld(AlertEvent):
    """The drop is over the limit, but the alert is kept back; `reason` says why."""


# What the user or the link pushes into the pipeline, beside samples.


@dataclass(frozen=True, slots=True)
class SwapSides:
    """Left and right are the wrong way round: swap them from here on."""


@dataclass(frozen=True, slots=True)
class NewBaseline:
    """Forget the baseline and learn it anew from here on."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Mark this moment, or the one `ago_s` before it: a note takes time to type."""

    note: str = ""
    ago_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TargetBand:
    """A physio's band of drop; the monitor goes on in target mode.

    `side` BOTH sets the band of either side. None as `upper_deg` ends target mode.
    """

    side: Side
    upper_deg: float | None


@dataclass(frozen=True, slots=True)
class Treadmill:
    """The treadmill goes like this from here on; None is not said."""

    speed_ms: float | None = None
    slope_percent: float | None = None


@dataclass(frozen=True, slots=True)
class UseCalibration:
    """Correct the samples by this calibration; it must come before the first samples.

    Attributes
    ----------
    calibration
        None for none: not the clip's own either, unless there is a `problem`.
    at_unix_s
        The time of day at which the run begins, seconds since 1970: how old a mount is.
    problem
        Why there is none, though there should be one.
    """

    calibration: Calibration | None
    at_unix_s: float
    problem: str = ""

    @property
    def nominal(self) -> bool:
        """Whether no calibration at all is wanted."""
        return self.calibration is None and not self.problem


UserInput = SwapSides | NewBaseline | Mark | TargetBand | Treadmill | UseCalibration
