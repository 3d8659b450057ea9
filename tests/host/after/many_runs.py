"""A folder of recordings for the tests of many at once, and the table that is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow.dataset as ds
from run_files import write_csv, write_run

from hipdrop.after.many.pools import Result
from hipdrop.after.many.running import Outcome, run_table
from hipdrop.after.many.work import Task, analyse_task
from hipdrop.settings import Settings
from synthetic import simulated

MINUTES = 0.75
PERSON, SHOE = "Ada L.", "blue 7"


def write_recordings(folder: Path) -> Path:
    """Write four: two of a live run, of a person and of nobody, and two IMU CSV, one in a folder below."""
    (folder / "lab").mkdir(parents=True)
    runs = [simulated(minutes=MINUTES, seed=seed) for seed in range(31, 35)]
    write_run(folder / "friday.mcap", runs[0], person=PERSON, shoe=SHOE, pain_s=(30.0,), speed_ms=3.0)
    write_run(folder / "saturday.mcap", runs[1], day=31)
    write_csv(folder / "one.csv", runs[2])
    write_csv(folder / "lab" / "two.csv", runs[3])
    return folder


def inline(tasks: Sequence[Task]) -> Iterator[Result]:
    """Analyse in this process: what comes of it is the same, and no process is waited for."""
    return map(analyse_task, tasks)


def tabled(given: Path | Sequence[Path], out: Path, settings: Settings | None = None) -> Outcome:
    """Bring a table up to date, in this process."""
    paths = [given] if isinstance(given, Path) else given
    return run_table(paths, out, inline, tell_nobody, settings)


def tell_nobody(what: str, share: float) -> None:
    """Be told of the progress."""
    assert what in ("looking", "analysing")
    assert 0.0 <= share <= 1.0


def rows(out: Path) -> list[dict[str, object]]:
    """Read the runs, in the order of their files."""
    read: list[dict[str, object]] = ds.dataset(out / "runs", partitioning="hive").to_table().to_pylist()
    return sorted(read, key=lambda row: str(row["file"]))


def names(out: Path) -> list[str]:
    """Name the recordings that are in the table."""
    return [Path(str(row["file"])).name for row in rows(out)]


def contents(out: Path) -> dict[str, bytes]:
    """Give all files of a table, but its lock, by their paths in it."""
    found = (path for path in out.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found}
