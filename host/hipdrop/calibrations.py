"""Which calibration a run is given: a file that is named, the one that is kept of the clip, or none."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hipcal.file import calibration_path, load
from hipcal.model import Calibration
from hipdrop.errors import InputError, UsageError
from hipdrop.events import UseCalibration
from hipdrop.imucsv import Recording
from hipdrop.receive.calibrated import used_event
from hipdrop.receive.messages import ClipInfo

OfClip = Callable[[ClipInfo], UseCalibration | None]


def named_calibration(path: Path | None, *, none: bool) -> UseCalibration | None:
    """Give what `--calibration FILE` and `--no-calibration` mean for a run that begins now; None if neither is said.

    Raises
    ------
    UsageError
        Both are said.
    InputError
        The file cannot be used.
    """
    if none:
        if path is not None:
            raise UsageError("--calibration names a file and --no-calibration wants none; leave out one of the two")
        return UseCalibration(None, time.time())
    return None if path is None else UseCalibration(load(path), time.time())


def kept_calibration(info: ClipInfo) -> UseCalibration | None:
    """Give what is kept of this clip; None where nothing is. A damaged file is no reason not to run: it says why."""
    path = calibration_path(info.serial)
    if not info.serial or not path.exists():
        return None
    try:
        return UseCalibration(load(path), time.time())
    except InputError as error:
        return UseCalibration(None, time.time(), f"the file of clip {info.serial} {error.problem}")


def calibration_of_clip(given: UseCalibration | None) -> OfClip:
    """Give what a live run asks once it knows its clip: what was said on the command line, else what is kept."""
    return kept_calibration if given is None else lambda info: given


def calibrated(recording: Recording, calibration: Calibration) -> Recording:
    """Correct a recording that does not say of which sensor it is, nor when it was worn: its mount is left out."""
    note = f"corrected by the calibration of clip {calibration.clip_serial}: columns must be along the axes of its chip"
    return replace(
        recording,
        blocks=[calibration.applied(block) for block in recording.blocks],
        notes=(*recording.notes, note),
        calibration=used_event(replace(calibration, mount=None), "file"),
    )
