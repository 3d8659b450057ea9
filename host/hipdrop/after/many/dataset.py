"""The table on the disk: a Parquet data set in which a run is there whole or not at all, whatever ends the program.

::

    OUT/runs/person_key=ada/year_month=2026-11/0123456789abcdef.parquet     one row
    OUT/steps/person_key=ada/year_month=2026-11/0123456789abcdef.parquet    its steps
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from hipdrop.after.many.lock import Lock
from hipdrop.after.many.plan import Kept
from hipdrop.after.many.work import Part
from hipdrop.errors import OutputError
from hipdrop.results import prepare_folder, write_files

RUNS, STEPS = "runs", "steps"
PARTITION = "person_key=*/year_month=*"
_OWN = re.compile(r"[0-9a-f]{16}\.parquet")
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.parquet\.\d+\.part")  # hipdrop.results.write_files


class Dataset:
    """A data set that is written to by nobody else until it is closed.

    Parameters
    ----------
    folder
        It is made where it is not there.

    Raises
    ------
    OutputError
        It cannot be written to, or another hipdrop is writing to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        prepare_folder(folder)
        self._lock = Lock(folder / ".lock")
        try:
            self.kept = {one.run: one for one in self._swept()}
        except OSError as error:
            self._lock.release()
            raise OutputError(folder, f"cannot be read ({error.strerror or error}); name another folder") from error

    def __enter__(self) -> Dataset:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def put(self, part: Part) -> None:
        """Put a run in, over what was there of it.

        The steps come first: a run is in when its own row is (`_swept`).

        Raises
        ------
        OutputError
            It cannot be written; the table is as it was.
        """
        old, task = self.kept.get(part.task.run), part.task
        if old is not None and old.folder != part.folder:
            self.remove(old.run)
        name = f"{task.run}.parquet"
        for table, content in ((STEPS, part.steps_file), (RUNS, part.runs_file)):
            place = self.folder / table / part.folder
            prepare_folder(place)
            write_files(place, {name: content})
        self.kept[task.run] = Kept(
            task.run, task.path, task.sha256, task.bytes, task.changed_ns, task.made, part.folder
        )  # fmt: skip

    def remove(self, run: str) -> None:
        """Take a run out."""
        one = self.kept.pop(run)
        for table in (RUNS, STEPS):
            self._unlink(self.folder / table / one.folder / f"{run}.parquet")

    def remove_file(self, path: str, planned: set[str]) -> None:
        """Take out what a file was before it changed, unless another file of the plan is that still."""
        for run in [one.run for one in self.kept.values() if one.file == path and one.run not in planned]:
            self.remove(run)

    def _swept(self) -> Iterator[Kept]:
        """Give the runs that are in whole, and clear away what an ended program has left of others."""
        for table in (RUNS, STEPS):
            for path in (self.folder / table).glob(f"{PARTITION}/.*.part"):
                if _UNFINISHED.fullmatch(path.name):
                    self._unlink(path)
        whole = set()
        for path in self._parts(RUNS):
            place = path.relative_to(self.folder / RUNS)
            kept = _read_kept(path, place.parent.as_posix())
            if kept is None or _read_kept(self.folder / STEPS / place, kept.folder) != kept:
                self._unlink(path)
                continue
            whole.add(place)
            yield kept
        for path in self._parts(STEPS):
            if path.relative_to(self.folder / STEPS) not in whole:
                self._unlink(path)

    def _parts(self, table: str) -> list[Path]:
        found = (self.folder / table).glob(f"{PARTITION}/*.parquet")
        return sorted(path for path in found if _OWN.fullmatch(path.name))

    def _unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # others lie there still
            path.parent.rmdir()
            path.parent.parent.rmdir()


def _read_kept(path: Path, folder: str) -> Kept | None:
    """Read what a file says of itself; None for one that is damaged or not there."""
    try:
        said = {key.decode(): value.decode() for key, value in (pq.read_metadata(path).metadata or {}).items()}
        return Kept(
            said["hipdrop.run"], said["hipdrop.file"], said["hipdrop.file_sha256"], int(said["hipdrop.file_bytes"]),
            int(said["hipdrop.file_changed_ns"]), said["hipdrop.made"], folder,
        )  # fmt: skip
    except (pa.ArrowInvalid, KeyError, ValueError, FileNotFoundError):
        return None
