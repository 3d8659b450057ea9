"""What a clip keeps of its calibration and for its own monitor: stored there, asked back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from hipdrop.errors import ClipRefused, LinkLost
from hipdrop.links.requests import TRIES
from hipdrop.receive.messages import ClipInfo
from hipwire import errors, ids, monitoring

if TYPE_CHECKING:
    from hipcal.model import Calibration, MountFit

STORE_S = 3.0  # for an answer that comes when the flash is written: a block takes up to 0.4 s to be erased


class Asker(Protocol):
    """Sends a command to a clip and gives the payload of its answer: a `Line`, or a `Session` that runs."""

    async def ask(self, code: int, payload: bytes, *, timeout_s: float, tries: int) -> bytes:
        """Raise ClipRefused where the clip says no, LinkLost where it says nothing."""


def keeps_calibration(info: Mapping[str, Any]) -> bool:
    """Whether a clip with this info message knows of calibrations: all but those of wire format 1.0 do."""
    return bool(info["features"] & ids.HAS_CALIBRATION)


async def set_calibration(asker: Asker, info: Mapping[str, Any], calibration: Calibration | None) -> None:
    """Store accelerometer and gyroscope on the clip; what has not been measured it forgets, with None all of it.

    Raises
    ------
    WrongCalibration
        It is of another clip, or this one has another range.
    ClipRefused
        The clip is too old, a tilt stream runs, or it says why it does not take it.
    LinkLost
        No answer.
    """
    from hipcal.file import check_belongs
    from hipcal.onclip import to_record

    if not keeps_calibration(info):
        problem = "the clip cannot keep a calibration: put a newer firmware on it: hipdrop clip install"
        raise ClipRefused(problem, ids.UNKNOWN_COMMAND, b"")
    if calibration is not None:
        check_belongs(calibration, ClipInfo.of(dict(info)))
    await asker.ask(ids.SET_CALIBRATION, to_record(calibration), timeout_s=STORE_S, tries=TRIES)


async def get_calibration(asker: Asker, info: Mapping[str, Any]) -> Calibration | None:
    """Ask the clip for what it has stored; None where that is nothing, or the clip knows of no such thing.

    Raises
    ------
    LinkError
        No answer, or one that cannot be read.
    """
    from hipcal.onclip import of_record

    if not keeps_calibration(info):
        return None
    record = await asker.ask(ids.GET_CALIBRATION, b"", timeout_s=STORE_S, tries=TRIES)
    try:
        return of_record(record, ClipInfo.of(dict(info)))
    except errors.WireError as error:
        raise LinkLost(f"the calibration that the clip keeps cannot be read ({error}); store another") from error


def detects(info: Mapping[str, Any]) -> bool:
    """Whether a clip with this info message finds steps and gives alerts by itself."""
    return bool(info["features"] & ids.HAS_DETECTION)


async def set_monitor(asker: Asker, info: Mapping[str, Any], record: bytes) -> None:
    """Store what the clip's own monitor goes by (`hipdrop.links.monitoring.to_record`).

    Raises
    ------
    ClipRefused
        The clip does not detect by itself, or says why it does not take it.
    LinkLost
        No answer.
    """
    _check_detects(info)
    await asker.ask(ids.SET_MONITOR, record, timeout_s=STORE_S, tries=TRIES)


async def tell_monitor(asker: Asker, info: Mapping[str, Any], record: bytes) -> LinkLost | ClipRefused | None:
    """Store it as `set_monitor`, for a run that goes on without: gives the error, if there is one."""
    try:
        await set_monitor(asker, info, record)
    except (LinkLost, ClipRefused) as error:
        return error
    return None


async def get_monitor(asker: Asker, info: Mapping[str, Any]) -> bytes:
    """Ask the clip for the record that its monitor goes by.

    Raises
    ------
    ClipRefused
        The clip does not detect by itself.
    LinkLost
        No answer, or one that cannot be read.
    """
    _check_detects(info)
    record = await asker.ask(ids.GET_MONITOR, b"", timeout_s=STORE_S, tries=TRIES)
    if len(record) < monitoring.SIZE:
        raise LinkLost("the clip's monitor cannot be read; put a newer firmware on it: hipdrop clip install")
    return record


def _check_detects(info: Mapping[str, Any]) -> None:
    if not detects(info):
        problem = "the clip gives no alerts by itself: put a newer firmware on it: hipdrop clip install"
        raise ClipRefused(problem, ids.UNKNOWN_COMMAND, b"")


async def set_mount(asker: Asker, mount: MountFit | None) -> None:
    """Tell the clip how it sits, for its tilt stream; None makes it forget."""
    from hipcal.onclip import mount_record

    await asker.ask(ids.SET_MOUNT, mount_record(mount), timeout_s=STORE_S, tries=TRIES)
