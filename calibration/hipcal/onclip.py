"""The calibration as the clip keeps it: the record of docs/wire-format.md.

Whole numbers: of the matrix 1e-6, of offset, bias and residuals 1e-6 g and 1e-6 deg/s, temperatures 0.01 °C, coverage
1 %, rest 0.1 s and at least that, dates whole seconds, each rounded to the nearest (halves to the even one). That moves
a sample at 1 g by less than 3e-6 g, 0.0002 deg. The clip keeps no words and no offset from UTC: what comes back has
`STORED` as its verdict and dates in UTC. The mount is a record of its own there.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

from hipcal.file import ClipNames
from hipcal.model import AccFit, Calibration, GyroFit, MountFit, Vector
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipwire import calibration as wire
from hipwire import errors, frames, records

STORED = "as stored on the clip"
PARAMETERS = (3, 6, 9)
_MICRO = 1e6


def to_record(calibration: Calibration | None) -> bytes:
    """Give the record that stores accelerometer and gyroscope; what has not been measured the clip forgets."""
    values: dict[str, int] = {"parts": 0}
    if calibration is not None and calibration.acc is not None:
        values |= _acc_values(calibration.acc) | {"acc_range_g": calibration.acc_range_g}
        values["parts"] |= wire.ACC
    if calibration is not None and calibration.gyro is not None:
        values |= _gyro_values(calibration.gyro) | {"gyr_range_dps": calibration.gyr_range_dps}
        values["parts"] |= wire.GYR
    return wire.pack(values)


def of_record(record: bytes, info: ClipNames) -> Calibration | None:
    """Read the record that this clip has given; None where nothing is stored.

    Raises
    ------
    WireError
        It is too short, damaged, or cannot be of this clip.
    """
    values = wire.unpack(record)
    if not values["parts"] & (wire.ACC | wire.GYR):
        return None
    if values["calibration_id"] != wire.identity(record):
        raise errors.WireError(errors.CRC, "of a calibration")
    return Calibration(
        info.serial, info.chip, info.acc_range_g, info.gyr_range_dps, info.acc_ng_per_lsb, info.gyr_ndps_per_lsb,
        acc=_acc(values, info) if values["parts"] & wire.ACC else None,
        gyro=_gyro(values, info) if values["parts"] & wire.GYR else None,
    )  # fmt: skip


def mount_record(mount: MountFit | None) -> bytes:
    """Give the record that tells a clip how it sits (SET_MOUNT), named by its CRC-32; None makes it forget."""
    if mount is None:
        return records.pack(records.MOUNT, {})
    names = [f"mount_{part}" for part in "wxyz"]
    parts = [round(part * frames.QUATERNION_ONE) for part in mount.quaternion]
    values = dict(zip(names, parts, strict=True))
    mount_id = zlib.crc32(records.pack(records.MOUNT[2:], values)) or 1
    return records.pack(records.MOUNT, values | {"mount_id": mount_id})


def _acc_values(fit: AccFit) -> dict[str, int]:
    offset_g = [value / STANDARD_GRAVITY_MS2 for value in fit.offset_ms2]
    return {
        **_micros(wire.ACC_MATRIX, fit.matrix),
        **_micros(wire.ACC_OFFSET, offset_g),
        "acc_residual_ug": round(_MICRO * fit.residual_ms2 / STANDARD_GRAVITY_MS2),
        "acc_parameters": fit.parameters,
        "acc_poses": fit.poses,
        "acc_coverage_percent": round(100 * fit.coverage),
        "acc_temperature_cdeg": _cdeg(fit.temperature_c),
        "acc_measured_s": round(fit.measured.timestamp()),
    }


def _gyro_values(fit: GyroFit) -> dict[str, int]:
    return {
        **_micros(wire.GYR_BIAS, fit.bias_dps),
        "gyr_residual_udps": round(_MICRO * fit.residual_dps),
        "gyr_rest_ds": max(1, round(10 * fit.rest_s)),
        "gyr_temperature_cdeg": _cdeg(fit.temperature_c),
        "gyr_measured_s": round(fit.measured.timestamp()),
    }


def _acc(values: dict[str, int], info: ClipNames) -> AccFit:
    """Read the accelerometer's part."""
    named = values["acc_parameters"] in PARAMETERS and values["acc_poses"] > 0 and values["acc_coverage_percent"] <= 100
    if not named or values["acc_range_g"] != info.acc_range_g:
        raise errors.WireError(errors.VALUE, "calibration of the accelerometer")
    x, y, z = (values[name] / _MICRO * STANDARD_GRAVITY_MS2 for name in wire.ACC_OFFSET)
    return AccFit(
        matrix=tuple(values[name] / _MICRO for name in wire.ACC_MATRIX),
        offset_ms2=(x, y, z),
        parameters=values["acc_parameters"],
        poses=values["acc_poses"],
        residual_ms2=values["acc_residual_ug"] / _MICRO * STANDARD_GRAVITY_MS2,
        coverage=values["acc_coverage_percent"] / 100,
        temperature_c=_celsius(values["acc_temperature_cdeg"]),
        measured=datetime.fromtimestamp(values["acc_measured_s"], UTC),
        verdict=STORED,
    )


def _gyro(values: dict[str, int], info: ClipNames) -> GyroFit:
    """Read the gyroscope's part."""
    if values["gyr_rest_ds"] == 0 or values["gyr_range_dps"] != info.gyr_range_dps:
        raise errors.WireError(errors.VALUE, "calibration of the gyroscope")
    x, y, z = (values[name] / _MICRO for name in wire.GYR_BIAS)
    return GyroFit(
        bias_dps=(x, y, z),
        residual_dps=values["gyr_residual_udps"] / _MICRO,
        rest_s=values["gyr_rest_ds"] / 10,
        temperature_c=_celsius(values["gyr_temperature_cdeg"]),
        measured=datetime.fromtimestamp(values["gyr_measured_s"], UTC),
        verdict=STORED,
    )


def _micros(names: tuple[str, ...], values: tuple[float, ...] | list[float] | Vector) -> dict[str, int]:
    return {name: round(_MICRO * value) for name, value in zip(names, values, strict=True)}


def _cdeg(celsius: float | None) -> int:
    return frames.UNKNOWN_TEMPERATURE_CDEG if celsius is None else round(100 * celsius)


def _celsius(cdeg: int) -> float | None:
    return None if cdeg == frames.UNKNOWN_TEMPERATURE_CDEG else cdeg / 100
