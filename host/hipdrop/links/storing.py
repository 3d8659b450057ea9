"""What a clip keeps of its calibration: stored there, asked back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from hipdrop.errors import ClipRefused, LinkLost
from hipdrop.links.requests import TRIES
from hipdrop.receive.messages import ClipInfo
from hipwire import errors, ids

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


async def set_mount(asker: Asker, mount: MountFit | None) -> None:
    """Tell the clip how it sits, for its tilt stream; None makes it forget."""
    from hipcal.onclip import mount_record

    await asker.ask(ids.SET_MOUNT, mount_record(mount), timeout_s=STORE_S, tries=TRIES)
