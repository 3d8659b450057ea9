"""Whether a calibration still holds: ten seconds of quiet, worn or on a table."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipcal.levelled import LOOK_S
from hipcal.model import Calibration, Vector
from hipcal.procedures.base import Picture, Prompt
from hipcal.procedures.cells import Cells, joined
from hipcal.procedures.quiet import HALF, HalfSeconds, is_quiet
from hipcal.refusal import Refusal
from hipdrop.events import SensorChecked
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.settings import MountSettings, OrientationSettings

REST_S = 10.0
# The orientation filter takes a bias off by itself up to here; over 10 s, sway of standing moves the mean by 0.1
MOST_BIAS_DPS = OrientationSettings().rest_bias_limit_dps
# As much across gravity would be 0.6 deg of inclination: more than a calibration in order leaves (docs/calibration.md)
MOST_GRAVITY_G = 0.010
MOST_TILT_DEG = MountSettings().slip_pitch_deg  # of standing: how people stand differs by some degrees from day to day
NOT_WORN_DEG = MountSettings().standing_angle_deg
SENSOR_REMEDY = "hipdrop calibrate sensor"
MOUNT_REMEDY = "hipdrop calibrate mount"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a clip at rest reads.

    Attributes
    ----------
    bias_dps
        Mean rate along the chip's axes, after the calibration.
    gravity_g
        Length of the mean specific force, after the calibration.
    tilt_deg
        Angle of up from where the mount has it; NaN without one.
    rest_s
        For how long it was looked at.
    due
        What is to be calibrated anew, and why; empty where nothing is.
    verdict
        In words.
    """

    bias_dps: Vector
    gravity_g: float
    tilt_deg: float
    rest_s: float
    due: tuple[str, ...]
    verdict: str

    @property
    def drift_dps(self) -> float:
        """Size of the bias."""
        return float(np.linalg.norm(self.bias_dps))


def check_at_rest(acc_ms2: Array, rate_rads: Array, rest_s: float, calibration: Calibration | None) -> CheckResult:
    """Judge the means (3,) of quiet samples, of which the calibration has been taken already."""
    gravity_g = float(np.linalg.norm(acc_ms2)) / STANDARD_GRAVITY_MS2
    x, y, z = np.rad2deg(rate_rads).tolist()
    drift_dps = math.hypot(x, y, z)
    mount = None if calibration is None else calibration.mount
    tilt_deg = math.nan
    if mount is not None and gravity_g > 0.0:
        upright = float(mount.pelvis_from_sensor[1] @ acc_ms2) / STANDARD_GRAVITY_MS2 / gravity_g
        tilt_deg = math.degrees(math.acos(max(-1.0, min(1.0, upright))))
    due = _due(drift_dps, gravity_g, tilt_deg)
    calibrated = calibration is not None and (calibration.acc is not None or calibration.gyro is not None)
    verdict = _verdict(drift_dps, gravity_g, tilt_deg, due, calibrated=calibrated)
    return CheckResult((x, y, z), gravity_g, tilt_deg, rest_s, due, verdict)


def words_of(checked: SensorChecked, *, calibrated: bool) -> str:
    """Say what a run has seen in its first quiet seconds, and whether a calibration is due."""
    drift_dps, gravity_g = math.hypot(*checked.bias_dps), checked.gravity_g
    due = _due(drift_dps, gravity_g, math.nan)
    return _verdict(drift_dps, gravity_g, math.nan, due, calibrated=calibrated)


def _verdict(drift_dps: float, gravity_g: float, tilt_deg: float, due: tuple[str, ...], *, calibrated: bool) -> str:
    figures = f"bias {drift_dps:.1f} deg/s, gravity {gravity_g:.3f} g"
    if not math.isnan(tilt_deg):
        figures += f", {tilt_deg:.0f} deg from upright{', not worn' if tilt_deg > NOT_WORN_DEG else ''}"
    if due:
        return f"calibration is due ({figures}): {'; '.join(due)}"
    return f"{'sensor as calibrated' if calibrated else 'sensor not calibrated, and in order'} ({figures})"


def _due(drift_dps: float, gravity_g: float, tilt_deg: float) -> tuple[str, ...]:
    due = []
    if drift_dps > MOST_BIAS_DPS:
        due.append(f"the gyroscope is off by {drift_dps:.1f} deg/s, run {SENSOR_REMEDY}")
    if abs(gravity_g - 1.0) > MOST_GRAVITY_G:
        due.append(f"gravity is off by {1e3 * (gravity_g - 1.0):+.0f} mg, run {SENSOR_REMEDY}")
    if MOST_TILT_DEG < tilt_deg <= NOT_WORN_DEG:
        due.append(f"the clip sits {tilt_deg:.0f} deg off, run {MOUNT_REMEDY}")
    return tuple(due)


class CheckProcedure:
    """Leads through it; see `hipcal.procedures.base.Procedure`.

    Parameters
    ----------
    calibration
        What is looked at, and taken off the samples first; None for a clip without one.
    """

    def __init__(self, calibration: Calibration | None = None) -> None:
        self._calibration = calibration
        self._cells, self._halves = Cells(calibration), HalfSeconds()
        self._trouble = ""
        self._moves = True
        self._data: list[SampleBlock] = []
        self._quiet_s = 0.0
        self.result: CheckResult | Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.result is not None

    def push(self, block: SampleBlock) -> None:
        """Take nominal samples in sensor axes."""
        for cell in self._cells.push(block):
            if self.done:
                return
            if cell.gap_s:
                self.redo()
                self._trouble = f"{cell.gap_s:.1f} s of samples are missing; bring the clip nearer to the computer"
            self._data.append(cell)
            piece = self._halves.push(cell)
            if piece is not None:
                self._half_second(piece)

    def close(self) -> None:
        """It was too short."""
        if not self.done:
            reason = f"the clip was quiet for {self._quiet_s:.0f} s only"
            self.result = Refusal(reason, f"stand still for {REST_S:.0f} s, or lay the clip on a table")

    def redo(self) -> None:
        """Begin again."""
        self._data, self._quiet_s, self._trouble = [], 0.0, ""

    def enough(self) -> None:
        """It cannot be shortened."""

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        if self.done:
            return Prompt(Picture.DONE, "Done", part=1.0)
        how = "As you wear it, look ahead, arms hanging; or lay the clip on a table and let go of it."
        return Prompt(
            Picture.STAND, "Stand still", how, part=self._quiet_s / REST_S, held_s=self._quiet_s, hold_s=REST_S,
            moving=self._moves, trouble=self._trouble,
        )  # fmt: skip

    def _half_second(self, piece: SampleBlock) -> None:
        self._moves = not is_quiet(piece)
        if self._moves:
            if self._quiet_s:
                self._trouble = f"that was {self._quiet_s:.0f} s; stand still for {REST_S:.0f} s"
            self._data, self._quiet_s = [], 0.0
            return
        self._quiet_s += LOOK_S
        self._data = self._data[-round(self._quiet_s / LOOK_S) * HALF :]
        if self._quiet_s >= REST_S:
            rest = joined(self._data)
            acc_ms2, rate_rads = rest.acc_ms2.mean(axis=0), rest.gyr_rads.mean(axis=0)
            self.result = check_at_rest(acc_ms2, rate_rads, REST_S, self._calibration)
