"""Which calibration a run is made with (docs/calibration.md): what the user gives goes over what the clip holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hipcal.file import check_belongs
from hipcal.model import Calibration, MountFit
from hipcal.onclip import of_record
from hipdrop.errors import WrongCalibration
from hipdrop.events import CalibrationRefused, CalibrationUsed, Event, Site, UseCalibration
from hipdrop.receive.messages import ClipInfo
from hipwire import errors, ids

MOUNT_HOLDS_S = 12 * 3600.0  # no one wears a clip longer without taking it off
TOO_LATE = "it came when the run had begun already"
ON_THE_CLIP = "the tilt stream is corrected on the clip, by what the clip holds"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the samples of a run are corrected by.

    Attributes
    ----------
    calibration
        None for nominal samples.
    mount
        How the clip may still sit; None where nothing says so.
    said
        What the run says of it, at its beginning.
    """

    calibration: Calibration | None = None
    mount: MountFit | None = None
    said: tuple[Event, ...] = ()


NOMINAL = Chosen()


class Choice:
    """Collects calibrations until the pipeline begins.

    Parameters
    ----------
    fixed
        Goes over all that enters.
    """

    def __init__(self, fixed: UseCalibration | None = None) -> None:
        self._fixed = fixed
        self._entered: UseCalibration | None = None
        self._record: bytes | None = None

    def enter(self, item: UseCalibration) -> None:
        """Take what the user gives; the last one counts."""
        self._entered = item

    def told(self, record: bytes) -> None:
        """Take what the clip says that it holds."""
        self._record = record

    def choose(self, info: ClipInfo, kind: int, site: Site | None = None) -> Chosen:
        """Choose for a clip and a kind of stream; `site` is where the clip sits, if the user says so."""
        given = self._fixed or self._entered
        said: list[Event] = []
        own = self._of_user(given, info, kind, said)
        held = None if given is not None and given.nominal and kind == ids.RAW else self._of_clip(info, said)
        mount = None if own is None or given is None else _fresh(own.mount, given.at_unix_s, site)
        if own is not None:
            own = replace(own, mount=mount)
        merged = _merged(own, held)
        if merged is None:
            return Chosen(said=tuple(said))
        sources = " and ".join(name for name, one in (("file", own), ("clip", held)) if _adds(one, merged))
        used = used_event(merged, sources)
        return Chosen(merged if kind == ids.RAW else None, mount, (*said, used))

    @staticmethod
    def _of_user(given: UseCalibration | None, info: ClipInfo, kind: int, said: list[Event]) -> Calibration | None:
        if given is None:
            return None
        problem = given.problem
        if given.calibration is not None:
            try:
                check_belongs(given.calibration, info)
            except WrongCalibration as error:
                problem = str(error)
            problem = problem or (ON_THE_CLIP if kind == ids.TILT else "")
        if problem:
            said.append(CalibrationRefused(0.0, problem))
            return None
        return given.calibration

    def _of_clip(self, info: ClipInfo, said: list[Event]) -> Calibration | None:
        try:
            return None if self._record is None else of_record(self._record, info)
        except errors.WireError as error:
            said.append(CalibrationRefused(0.0, f"what the clip holds cannot be used ({error}); store it anew"))
            return None


def _fresh(mount: MountFit | None, at_unix_s: float, site: Site | None) -> MountFit | None:
    """Give a mount that may still hold: of this wearing, and where the user says that the clip sits."""
    if mount is None or not 0.0 <= at_unix_s - mount.measured.timestamp() < MOUNT_HOLDS_S:
        return None
    return mount if site is None or mount.site in (None, site) else None


def _merged(own: Calibration | None, held: Calibration | None) -> Calibration | None:
    """Take each part from the user's, else from the clip's; None where there is no part at all."""
    if own is None or held is None:
        merged = own or held
    else:
        merged = replace(own, acc=own.acc or held.acc, gyro=own.gyro or held.gyro)
    return None if merged is None or merged.empty else merged


def _adds(one: Calibration | None, merged: Calibration) -> bool:
    """Say whether any part comes from this one."""
    if one is None:
        return False
    parts = ((one.acc, merged.acc), (one.gyro, merged.gyro), (one.mount, merged.mount))
    return any(part is not None and part is used for part, used in parts)


def used_event(calibration: Calibration, source: str) -> CalibrationUsed:
    """Say which calibration is used, with all its parts."""
    mount = calibration.mount
    named = (("accelerometer", calibration.acc), ("gyroscope", calibration.gyro), ("mount", mount))
    acc_measured, gyro_measured, mount_measured = (
        "" if part is None else part.measured.isoformat() for _, part in named
    )
    verdict = "; ".join(f"{name}: {part.verdict}" for name, part in named if part is not None)
    method = "" if mount is None else mount.method
    return CalibrationUsed(0.0, source, acc_measured, gyro_measured, mount_measured, method, verdict)
