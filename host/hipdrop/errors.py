"""What can go wrong, one class per remedy.

::

    HipdropError
    ├─ UsageError          the command line asks for something that does not fit together (exit code 2)
    ├─ InputError          a file that cannot be read as what it should be; names the file and the line, if any
    ├─ OutputError         a file that cannot be written
    ├─ ConfigError         a setting that does not exist or has an impossible value; names the file, if any
    ├─ WrongCalibration    a calibration of another clip, chip, range or scale
    ├─ NotCalibrated       what was done tells no calibration; nothing is changed
    ├─ StopSigns           a person should have something looked at before training (exit code 3)
    ├─ NoWindow            no screen or no toolkit for the live plot; the terminal shows the run instead
    ├─ ClusterError        a Dask cluster that cannot be reached, or not be used
    ├─ VirtualClipError    the virtual clip cannot be started, or has died
    └─ LinkError           a clip that cannot be reached, or not be worked with
       ├─ NoAdapter        no Bluetooth here, or nothing that serves it
       ├─ AdapterOff       Bluetooth is switched off
       ├─ NotPermitted     the system, the port or the clip does not let this program in
       ├─ ClipNotFound     no such clip in reach, no such port, or what is there is no clip
       ├─ ClipBusy         another program, phone or computer has it
       ├─ LinkLost         the connection is gone, or nothing comes over it
       ├─ ProtocolMismatch clip and host speak different versions of the wire format
       └─ ClipRefused      the clip has answered that it cannot do what was asked
"""

from __future__ import annotations

from pathlib import Path


class HipdropError(Exception):
    """Base of all errors that a user can mend; the text is one line: what is wrong, and what to do."""

    exit_code = 1


class UsageError(HipdropError):
    """The command line asks for something that does not fit together."""

    exit_code = 2


class InputError(HipdropError):
    """A file that cannot be read as what it should be.

    Parameters
    ----------
    path
        The file.
    problem
        What is wrong with it and what to do.
    line
        Line number counted from 1, if the fault lies on one.
    """

    def __init__(self, path: Path | str, problem: str, line: int | None = None) -> None:
        self.path = Path(path)
        self.problem = problem
        self.line = line
        where = str(path) if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {problem}")


class OutputError(HipdropError):
    """A file or folder that cannot be written."""

    def __init__(self, path: Path | str, problem: str) -> None:
        self.path = Path(path)
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class ConfigError(HipdropError):
    """A setting that does not exist or has an impossible value.

    Parameters
    ----------
    key
        The table, or `table.key`.
    problem
        What is wrong with it and what to do.
    path, line
        The settings file and the line in it, counted from 1, where they are known.
    """

    def __init__(self, key: str, problem: str, path: Path | str | None = None, line: int | None = None) -> None:
        self.key = key
        self.problem = problem
        self.path = None if path is None else Path(path)
        self.line = line
        where = "" if path is None else f"{path}: " if line is None else f"{path}, line {line}: "
        super().__init__(f"{where}setting {key}: {problem}")


class WrongCalibration(HipdropError):
    """A calibration of another clip, chip, range or scale than the one that it shall correct."""


class NotCalibrated(HipdropError):
    """What was done, or recorded, tells no calibration; nothing is changed."""


class LinkError(HipdropError):
    """A clip that cannot be reached, or not be worked with."""


class NoAdapter(LinkError):
    """No Bluetooth on this computer, or nothing that serves it."""


class AdapterOff(LinkError):
    """Bluetooth is switched off."""


class NotPermitted(LinkError):
    """The system, the port or the clip does not let this program in."""


class ClipNotFound(LinkError):
    """No such clip in reach, no such port, or what is there is no clip."""


class ClipBusy(LinkError):
    """Another program, phone or computer has the clip."""


class LinkLost(LinkError):
    """The connection is gone, or nothing comes over it."""


class ProtocolMismatch(LinkError):
    """Clip and host speak different versions of the wire format.

    Parameters
    ----------
    clip_version, host_version
        Versions of the wire format (docs/wire-format.md).
    """

    def __init__(self, clip_version: int, host_version: int) -> None:
        self.clip_version = clip_version
        self.host_version = host_version
        older = "put the firmware of this hipdrop on it: hipdrop clip install"
        newer = "update hipdrop on this computer"
        super().__init__(
            f"the clip speaks version {clip_version} of the wire format, this hipdrop version {host_version}; "
            f"{older if clip_version < host_version else newer}"
        )


class ClipRefused(LinkError):
    """The clip has answered that it cannot do what was asked.

    Parameters
    ----------
    problem
        What it said and what to do.
    result
        Its code (hipwire.ids, docs/wire-format.md).
    payload
        What came with it.
    """

    def __init__(self, problem: str, result: int, payload: bytes = b"") -> None:
        self.result = result
        self.payload = payload
        super().__init__(problem)


class InstallError(HipdropError):
    """The firmware cannot be put on the board."""


class ClusterError(HipdropError):
    """A Dask cluster that cannot be reached, has no workers, or has another version of hipdrop."""


class VirtualClipError(HipdropError):
    """The virtual clip cannot be started, or has died; the text says what it last wrote."""


class StopSigns(HipdropError):
    """A stop sign was answered with yes in the check-in: no test, no exercise, no coached run (docs/check-in.md)."""

    exit_code = 3


class NotReady(HipdropError):
    """Today is no day for a coached run, by what was answered before it (docs/coached-run.md)."""

    exit_code = 3


class NoWindow(HipdropError):
    """There can be no window, or it is gone; the terminal shows the run instead."""
