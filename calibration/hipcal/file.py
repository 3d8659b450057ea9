"""The file of a calibration: one a clip, by its serial number, in the user's data folder (docs/calibration.md)."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from hipcal.model import Calibration
from hipcal.plain import VERSION_KEY, BadCalibration, as_dict, of_dict
from hipdrop import people
from hipdrop.errors import InputError, OutputError, WrongCalibration

__all__ = ["ClipNames", "as_dict", "calibration_path", "check_belongs", "load", "of_dict", "save"]

FOLDER = "clips"
_ANEW = "calibrate anew: hipdrop calibrate sensor"
# what a calibration belongs to: name there, name in the clip's info message, what is said where the two differ
_BELONGS = (
    ("clip_serial", "serial", "is of clip {}, this is clip {}"),
    ("chip", "chip", "is of a chip {}, this clip has a {}"),
    ("acc_range_g", "acc_range_g", "is for a range of {} g, this clip has {} g"),
    ("gyr_range_dps", "gyr_range_dps", "is for a range of {} deg/s, this clip has {} deg/s"),
    ("acc_ng_per_lsb", "acc_ng_per_lsb", "is for counts of {} ng, this clip has {} ng"),
    ("gyr_ndps_per_lsb", "gyr_ndps_per_lsb", "is for counts of {} ndps, this clip has {} ndps"),
)


class ClipNames(Protocol):
    """What a clip says of itself in its info message; `hipdrop.receive.messages.ClipInfo` is one."""

    @property
    def serial(self) -> str:
        """Serial number."""

    @property
    def chip(self) -> str:
        """Name of the sensor."""

    @property
    def acc_range_g(self) -> int:
        """Range of the accelerometer."""

    @property
    def gyr_range_dps(self) -> int:
        """Range of the gyroscope."""

    @property
    def acc_ng_per_lsb(self) -> int:
        """What a count of acceleration is worth."""

    @property
    def gyr_ndps_per_lsb(self) -> int:
        """What a count of angular rate is worth."""


def check_belongs(calibration: Calibration, clip: ClipNames) -> None:
    """Refuse a calibration that is not of this clip as it is set.

    Raises
    ------
    WrongCalibration
        It names what differs.
    """
    for own, name, words in _BELONGS:
        measured, found = getattr(calibration, own), getattr(clip, name)
        if measured != found:
            raise WrongCalibration(f"the calibration {words.format(measured, found)}; {_ANEW}")


def calibration_path(serial: str) -> Path:
    """Give where the calibration of a clip lies, if there is one."""
    return people.data_folder() / FOLDER / f"{people.file_name(serial)}.json"


def load(path: Path | str) -> Calibration:
    """Read a calibration.

    Raises
    ------
    InputError
        It cannot be read, is damaged, or is of a version that cannot be carried over; names the place in the file.
    """
    path = Path(path)
    try:
        data = json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error}); name an existing calibration"
        raise InputError(path, problem) from error
    except (ValueError, RecursionError) as error:
        words = " ".join(str(error).split())
        raise InputError(path, f"is no calibration ({words}); {_ANEW}") from error
    if not isinstance(data, dict) or VERSION_KEY not in data:
        raise InputError(path, f"is no calibration ($: says no version as {VERSION_KEY}); {_ANEW}")
    try:
        return of_dict(data, datetime.now(UTC))
    except BadCalibration as error:
        raise InputError(path, f"is no calibration that can be used ({error}); {_ANEW}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a table; a key that is there twice is damage."""
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key is there twice")
    return table


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def save(path: Path | str, calibration: Calibration) -> None:
    """Write a calibration; one that is there stays whole until the new one is on the disk.

    Raises
    ------
    OutputError
        It cannot be written.
    BadCalibration
        It is one that no `load` would take: a fault of whoever made it.
    """
    path = Path(path)
    data = as_dict(calibration)
    of_dict(data)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            file.write(json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        problem = f"cannot be written ({error.strerror or error}); make room, or name another place"
        raise OutputError(path, problem) from error
