"""A torn recording made whole, beside the old one: all that can be read of it, with an end that every tool accepts."""

from __future__ import annotations

from pathlib import Path

from hipdrop.errors import InputError, OutputError
from hipdrop.recording.copying import copy_beside
from hipdrop.recording.reader import REPAIRED_NAME, read_run

ENDING = "-repaired"


def repair(path: Path) -> Path:
    """Write what can be read of a torn recording into a whole file beside it, and give that file.

    Every record up to the tear is kept as it is, in its order, also what this hipdrop does not know; a metadata record
    tells that and where the file was torn, so that replay goes on saying it.

    Raises
    ------
    InputError
        There is nothing to repair, or nothing that could be.
    OutputError
        The new file is there already, or cannot be written.
    """
    run = read_run(path)  # refuses what is no recording
    if run.whole:
        raise InputError(path, "is whole: there is nothing to repair")
    target = path.with_name(f"{path.stem}{ENDING}{path.suffix}")
    if target.exists():
        raise OutputError(target, "is there already; move it away to repair the old one again")
    try:
        copy_beside(path, target, {REPAIRED_NAME: {"note": run.notes[-1]}})
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}; copy the torn one to where there is room"
        raise OutputError(target, problem) from error
    return target
