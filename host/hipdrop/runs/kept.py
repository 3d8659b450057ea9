"""What of a clip's runs is on this computer: bytes on their way, and which runs are recordings already."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from hipdrop.after.many.lock import Lock
from hipdrop.errors import OutputError
from hipdrop.recording.library import look_at
from hipdrop.runs.folder import clip_folder
from hipdrop.runs.wallclock import Known
from hipwire import ids

FILE_NAME = "runs.json"
LOCK_NAME = "lock"


@dataclass(frozen=True, slots=True)
class ClipRun:
    """A run as the clip lists it; the names are those of `hipwire.runs.RUN_ENTRY`."""

    number: int
    state: int
    content: int
    bytes: int
    boot_id: int
    start_s: int
    duration_s: int

    @property
    def growing(self) -> bool:
        """Whether it is being recorded."""
        return self.state == ids.RUN_GROWING

    @property
    def key(self) -> tuple[int, int, int]:
        """What tells it from every other run of the clip: a clip that is made anew counts from 1 again."""
        return self.number, self.boot_id, self.bytes


@dataclass(frozen=True, slots=True)
class Had:
    """A run that has been fetched.

    Attributes
    ----------
    run, boot_id, bytes
        Which.
    recording
        What became of it.
    known
        How it is known when it was.
    """

    run: int
    boot_id: int
    bytes: int
    recording: str
    known: str = Known.CLOCK.value

    @property
    def key(self) -> tuple[int, int, int]:
        """As `ClipRun.key`."""
        return self.run, self.boot_id, self.bytes

    @property
    def safe(self) -> bool:
        """Whether its recording is there, and has its end."""
        return look_at(Path(self.recording), 0.0).state == "whole"


class Kept:
    """The folder of a clip on this computer; one sync at a time, with `with`.

    Parameters
    ----------
    serial
        Of the clip.
    folder
        Another folder than that in the user's data.
    """

    def __init__(self, serial: str, folder: Path | None = None) -> None:
        self.folder = folder or clip_folder(serial)
        self._lock: Lock | None = None

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = Lock(self.folder / LOCK_NAME)
        except OutputError as error:
            problem = "another hipdrop on this computer is at the runs of this clip; wait until it is through"
            raise OutputError(self.folder, problem) from error
        except OSError as error:
            raise OutputError(self.folder, f"cannot be made ({error.strerror or error})") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def part(self, run: ClipRun) -> Path:
        """Give the file of what has come of a run."""
        return self.folder / f"{run.number:05d}-{run.boot_id:08x}-{run.bytes}.run"

    def had(self) -> dict[tuple[int, int, int], Had]:
        """Give the runs that were fetched."""
        return {one.key: one for one in self._read()}

    def find(self, run: ClipRun) -> Had | None:
        """Give what became of a run; None where it has not been fetched, or its recording is gone or damaged."""
        found = self.had().get(run.key)
        return found if found is not None and found.safe else None

    def note(self, had: Had) -> None:
        """Keep that a run has been fetched; a crash leaves the old list or the new one.

        Raises
        ------
        OutputError
            It cannot be kept.
        """
        runs = {**self.had(), had.key: had}
        path = self.folder / FILE_NAME
        beside = path.with_name(FILE_NAME + ".new")
        try:
            with beside.open("w", encoding="utf-8") as file:
                json.dump([asdict(one) for one in runs.values()], file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            raise OutputError(path, f"cannot be written ({error.strerror or error})") from error

    def _read(self) -> list[Had]:
        """Read the list; one that is damaged is none, and its runs are fetched again."""
        try:
            return [Had(**values) for values in json.loads((self.folder / FILE_NAME).read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []
