"""From what a procedure has found to the calibration of a clip: dates and temperatures beside it, old parts kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hipcal.file import calibration_path, check_belongs, load
from hipcal.model import AccFit, Calibration, GyroFit, MountFit
from hipcal.onclip import of_record
from hipcal.procedures.mount import MountResult
from hipcal.procedures.sensor import SensorResult
from hipdrop.calibrating.run import Clip
from hipdrop.errors import InputError, WrongCalibration
from hipdrop.receive.messages import ClipInfo
from hipwire import errors

AROUND_S = 2.5  # a clip says its temperature every 2 s


def blank(info: ClipInfo) -> Calibration:
    """Give the calibration of a clip of which nothing is known."""
    return Calibration(
        info.serial, info.chip, info.acc_range_g, info.gyr_range_dps, info.acc_ng_per_lsb, info.gyr_ndps_per_lsb
    )


def known_of(clip: Clip) -> tuple[Calibration | None, str]:
    """Give what is known of a clip, and why what is kept of it cannot be used, if it cannot.

    The file kept here goes over what the clip itself holds.
    """
    if clip.info is None:
        return None, ""
    path, problem = calibration_path(clip.info.serial), ""
    if path.exists():
        try:
            kept = load(path)
            check_belongs(kept, clip.info)
            return kept, ""
        except (InputError, WrongCalibration) as error:
            problem = str(error)
    try:
        return None if clip.record is None else of_record(clip.record, clip.info), problem
    except errors.WireError as error:
        return None, problem or f"what the clip holds cannot be used ({error})"


def with_sensor(
    before: Calibration, result: SensorResult, measured: datetime, temperatures_c: Sequence[tuple[float, float]]
) -> Calibration:
    """Put in accelerometer and gyroscope; the mount stays."""
    acc, gyro = result.acc, result.gyro
    return replace(
        before,
        acc=AccFit(
            matrix=acc.matrix,
            offset_ms2=acc.offset_ms2,
            parameters=acc.parameters,
            poses=acc.poses,
            residual_ms2=acc.residual_ms2,
            coverage=acc.coverage,
            temperature_c=temperature_at(temperatures_c, result.poses),
            measured=measured,
            verdict=acc.verdict,
        ),
        gyro=GyroFit(
            bias_dps=gyro.bias_dps,
            residual_dps=gyro.residual_dps,
            rest_s=gyro.rest_s,
            temperature_c=temperature_at(temperatures_c, [result.rest]),
            measured=measured,
            verdict=gyro.verdict,
        ),
    )


def with_mount(before: Calibration, result: MountResult, measured: datetime, site: str | None) -> Calibration:
    """Put in the mount; the sensor's parts stay."""
    estimate = result.estimate
    found = site or (None if estimate.site is None else str(estimate.site))
    sides_checked = result.check is not None and result.check.confirms
    mount = MountFit(
        quaternion=estimate.quaternion,
        site=found,
        method=estimate.method,
        residual_deg=estimate.residual_deg,
        sides_checked=sides_checked,
        measured=measured,
        verdict=estimate.verdict,
    )
    return replace(before, mount=mount)


def temperature_at(told_c: Sequence[tuple[float, float]], spans: Sequence[tuple[float, float]]) -> float | None:
    """Give the mean of what the clip said of its temperature in or about these times; of all, where it said nothing."""
    near = [
        value for at_s, value in told_c if any(start - AROUND_S <= at_s <= stop + AROUND_S for start, stop in spans)
    ]
    chosen = near or [value for _, value in told_c]
    return sum(chosen) / len(chosen) if chosen else None
