"""A calibration as plain data, as it stands in its file and in every recording (docs/calibration.md)."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from hipcal.model import AccFit, Calibration, GyroFit, MountFit
from hipdrop.samples import STANDARD_GRAVITY_MS2

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

VERSION = 1
VERSION_KEY, CHECK_KEY = "hipdrop_calibration", "check"
SCHEMA_NAME = "calibration.schema.json"
CARRY_OVER: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}  # from an older version to the next one

# More than this no sensor in order is off. The widest of those that clips are made with is MPU-6050 and its kin
# (product specification, 6.1 and 6.2): 80 mg, 20 deg/s, 3 % scale, 2 % cross-axis; an LSM6DSOX stays within 20 mg,
# 1 deg/s and 1 %, and soldering may add to it. The clip takes no more either (firmware/hipclip/calibration.py).
MOST_OFFSET_MS2 = 0.2 * STANDARD_GRAVITY_MS2
MOST_BIAS_DPS = 20.0
MOST_OFF_ONE = 0.1  # of scale and cross-axis
_ALIKE = 1e-9  # of two numbers that are the same but for rounding
_UNIT = 1e-6  # a quaternion rounded to seven digits
_CLOCKS_APART = timedelta(days=1)  # a computer's clock may be in another time zone than it believes
_LONGEST = 160  # letters of what a check says

_CLIP_KEYS = ("chip", "acc_range_g", "gyr_range_dps", "acc_ng_per_lsb", "gyr_ndps_per_lsb")


class BadCalibration(ValueError):
    """Plain data that are no calibration: the place ($.acc.offset_ms2[1]) and what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place}: {problem}")


def as_dict(calibration: Calibration) -> dict[str, Any]:
    """Give a calibration as plain data."""
    data: dict[str, Any] = {
        VERSION_KEY: VERSION,
        "clip": {"serial": calibration.clip_serial, **{key: getattr(calibration, key) for key in _CLIP_KEYS}},
        "acc": _part(calibration.acc),
        "gyro": _part(calibration.gyro),
        "mount": _part(calibration.mount),
    }
    if calibration.acc is not None:
        matrix = data["acc"]["matrix"]
        data["acc"]["matrix"] = [matrix[row : row + 3] for row in (0, 3, 6)]
    return {**data, CHECK_KEY: check_of(data)}


def _part(part: AccFit | GyroFit | MountFit | None) -> dict[str, Any] | None:
    return None if part is None else {name: _json(value) for name, value in asdict(part).items()}


def _json(value: Any) -> Any:
    """Give a value as JSON knows it; what NumPy has made becomes Python's own."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def check_of(data: dict[str, Any]) -> str:
    """Give the CRC-32 of all but `check` itself: JSON with sorted keys, no spaces, and ASCII alone."""
    rest = {key: value for key, value in data.items() if key != CHECK_KEY}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return f"crc32:{zlib.crc32(text.encode()):08x}"


def of_dict(data: Any, now: datetime | None = None) -> Calibration:
    """Take what `as_dict` gives.

    Parameters
    ----------
    data
        Plain data from anywhere.
    now
        The time of day; without it no date lies in the future.

    Raises
    ------
    BadCalibration
        It is damaged, impossible, or of a version that cannot be carried over.
    """
    if not isinstance(data, dict):
        raise BadCalibration("$", "is no table of keys")
    try:
        data = _carried_over(data)
        _check_schema(data)
        return _built(data, now)
    except RecursionError as error:
        raise BadCalibration("$", "is nested too deeply") from error


def _carried_over(data: dict[str, Any]) -> dict[str, Any]:
    """Check the CRC and bring data of an older version up to this one."""
    version = data.get(VERSION_KEY)
    if type(version) is not int:
        raise BadCalibration("$", f"says no version as {VERSION_KEY}")
    if CHECK_KEY in data and data[CHECK_KEY] != _check_or_none(data):
        raise BadCalibration(f"$.{CHECK_KEY}", "does not fit: something was changed after it was written")
    while version in CARRY_OVER:
        data = CARRY_OVER[version](data)
        version = data[VERSION_KEY]
    if version != VERSION:
        problem = f"is of version {version}, this hipdrop reads version {VERSION}"
        remedy = "; use the hipdrop that wrote it, or a newer one" if version > VERSION else ""
        raise BadCalibration(f"$.{VERSION_KEY}", problem + remedy)
    return data


def _check_or_none(data: dict[str, Any]) -> str | None:
    try:
        return check_of(data)
    except (TypeError, ValueError):
        return None


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    text = resources.files("hipcal").joinpath(SCHEMA_NAME).read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _check_schema(data: dict[str, Any]) -> None:
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(data))
    if error is not None:
        words = " ".join(error.message.split())
        raise BadCalibration(error.json_path, words if len(words) <= _LONGEST else f"{words[:_LONGEST]}...")


def _built(data: dict[str, Any], now: datetime | None) -> Calibration:
    """Build it of data in the form of the schema, and check what that cannot say."""
    for place, value in _leaves("$", data):
        if isinstance(value, float) and not math.isfinite(value):
            raise BadCalibration(place, f"{value} is no number")
        if isinstance(value, str) and not value.isprintable():
            raise BadCalibration(place, "is not plain text on one line")
    clip = data["clip"]
    numbers = {key: int(clip[key]) for key in _CLIP_KEYS[1:]}
    return Calibration(
        clip["serial"],
        clip["chip"],
        **numbers,
        acc=None if data["acc"] is None else _acc(data["acc"], now),
        gyro=None if data["gyro"] is None else _gyro(data["gyro"], now),
        mount=None if data["mount"] is None else _mount(data["mount"], now),
    )


def _leaves(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{place}.{key}", item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(f"{place}[{number}]", item)
    else:
        yield place, value


def _acc(data: dict[str, Any], now: datetime | None) -> AccFit:
    matrix = np.array(data["matrix"], dtype=np.float64)
    off_one = np.abs(matrix - np.eye(3))
    parameters = int(data["parameters"])
    _refuse("$.acc.matrix", "is not symmetric", (np.abs(matrix - matrix.T) > _ALIKE).any())
    _refuse("$.acc.matrix", f"is off one by more than {MOST_OFF_ONE:g}: no chip is", off_one.max() > MOST_OFF_ONE)
    cross = off_one - np.diag(np.diag(off_one))
    _refuse("$.acc.matrix", f"has cross-axis terms, but {parameters} parameters", parameters < 9 and cross.max() > 0.0)
    _refuse("$.acc.matrix", f"has scales, but {parameters} parameters", parameters < 6 and off_one.max() > 0.0)
    _check_size("$.acc.offset_ms2", data["offset_ms2"], MOST_OFFSET_MS2, "m/s²")
    return AccFit(
        tuple(float(value) for row in data["matrix"] for value in row),
        _vector(data["offset_ms2"]),
        parameters,
        int(data["poses"]),
        float(data["residual_ms2"]),
        float(data["coverage"]),
        _or_none(data["temperature_c"]),
        _time("$.acc.measured", data["measured"], now),
        data["verdict"],
    )


def _gyro(data: dict[str, Any], now: datetime | None) -> GyroFit:
    _check_size("$.gyro.bias_dps", data["bias_dps"], MOST_BIAS_DPS, "deg/s")
    return GyroFit(
        _vector(data["bias_dps"]),
        float(data["residual_dps"]),
        float(data["rest_s"]),
        _or_none(data["temperature_c"]),
        _time("$.gyro.measured", data["measured"], now),
        data["verdict"],
    )


def _mount(data: dict[str, Any], now: datetime | None) -> MountFit:
    w, x, y, z = (float(value) for value in data["quaternion"])
    _refuse("$.mount.quaternion", "is not of length 1", abs(math.hypot(w, x, y, z) - 1.0) > _UNIT)
    return MountFit(
        (w, x, y, z),
        data["site"],
        data["method"],
        float(data["residual_deg"]),
        data["sides_checked"],
        _time("$.mount.measured", data["measured"], now),
        data["verdict"],
    )


def _refuse(place: str, problem: str, wrong: bool | np.bool_) -> None:
    if wrong:
        raise BadCalibration(place, problem)


def _check_size(place: str, values: list[float], most: float, unit: str) -> None:
    for number, value in enumerate(values):
        problem = f"{value:g} {unit}: no chip in order is off by more than {most:.3g}"
        _refuse(f"{place}[{number}]", problem, abs(value) > most)


def _vector(values: list[float]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _or_none(value: float | None) -> float | None:
    return None if value is None else float(value)


def _time(place: str, text: str, now: datetime | None) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCalibration(place, f"{text!r} is no date and time") from error
    _refuse(place, f"{text!r} has no offset from UTC", time.utcoffset() is None)
    _refuse(place, f"{text!r} is in the future", now is not None and time - now > _CLOCKS_APART)
    return time
