"""Which recordings are meant, and which of them are in the table already."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from hipdrop.after.many.work import Failed, Task, made_under, sha256_of
from hipdrop.errors import UsageError
from hipdrop.results import RESULT_NAMES
from hipdrop.settings import Settings

SUFFIXES = (".mcap", ".csv", ".csv.gz")
OWN_TABLES = (*RESULT_NAMES, "events.csv")  # what hipdrop itself writes beside recordings
MAGIC = "*?["

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A run that is in the table.

    Attributes
    ----------
    run, file, sha256, bytes, changed_ns, made
        As of `hipdrop.after.many.work.Task`.
    folder
        Of its partition.
    """

    run: str
    file: str
    sha256: str
    bytes: int
    changed_ns: int
    made: str
    folder: str


@dataclass
class Plan:
    """What is to be done.

    Attributes
    ----------
    tasks
        To be analysed, the largest first: so no core is left with a long one at the end.
    there
        How many runs are in the table already, as they would be made.
    same
        Files of which another one with the same bytes is in the plan.
    failed
        Files that cannot be read at all.
    runs
        Names of all runs of the plan, done or to be done.
    """

    tasks: list[Task] = field(default_factory=list)
    there: int = 0
    same: list[str] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)


def make_plan(
    paths: Sequence[Path], kept: Mapping[str, Kept], settings: Settings | None, threads: int, tell: Tell
) -> Plan:
    """Hash the files and leave out what is done under the same settings by the same version.

    A recording is what is in it: its hash. Names and times of change are lost by copying, and a run that lies there
    twice must not count twice. Size, time of change and path only save the hashing of files that have not been touched
    since they came into the table.
    """
    made = made_under(settings)
    known = {(one.file, one.bytes, one.changed_ns): one.sha256 for one in kept.values()}
    plan = Plan()
    with ThreadPoolExecutor(threads) as pool:  # hashing leaves Python alone
        looked = pool.map(lambda path: _look(path, known, settings, made), paths)
        for number, task in enumerate(looked):
            tell("looking", number / len(paths))
            _add(plan, task, kept)
    tell("looking", 1.0)
    plan.tasks.sort(key=lambda task: (-task.bytes, task.path))
    return plan


def _look(path: Path, known: Mapping[tuple[str, int, int], str], settings: Settings | None, made: str) -> Task | Failed:
    whole = str(path)
    try:
        found = path.stat()
        size, changed_ns = found.st_size, found.st_mtime_ns
        sha256 = known.get((whole, size, changed_ns)) or sha256_of(whole)
    except OSError as error:
        return Failed(whole, f"{whole}: cannot be read: {error.strerror or error}")
    return Task(whole, sha256, size, changed_ns, settings, made)


def _add(plan: Plan, task: Task | Failed, kept: Mapping[str, Kept]) -> None:
    if isinstance(task, Failed):
        plan.failed.append(task)
    elif task.run in plan.runs:
        plan.same.append(task.path)
    else:
        plan.runs.add(task.run)
        one = kept.get(task.run)
        if one is not None and one.made == task.made:
            plan.there += 1
        else:
            plan.tasks.append(task)


def find_files(given: Sequence[Path]) -> list[Path]:
    """Give the recordings that are meant, each once, in the order of their paths.

    Parameters
    ----------
    given
        Files, folders, which are searched through, and patterns that no shell has resolved (`DIR/**`). Files with other
        suffixes than `SUFFIXES`, those of hipdrop's own tables, and hidden ones are no recordings.

    Raises
    ------
    UsageError
        One of them does not exist.
    """
    found: set[Path] = set()
    for path in given:
        found.update(one.resolve() for one in _meant(path) if _may_be_recording(one))
    return sorted(found)


def _meant(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from _files_below(path)
    elif path.exists():
        yield path
    elif any(sign in str(path) for sign in MAGIC):
        yield from _matching(path)
    else:
        raise UsageError(f"{path}: does not exist; name recordings or folders that hold some")


def _matching(pattern: Path) -> Iterator[Path]:
    """Give the files of a pattern; a folder that it names is searched through, so `DIR/**` is all below DIR."""
    number = next(i for i, part in enumerate(pattern.parts) if any(sign in part for sign in MAGIC))
    top, rest = Path(*pattern.parts[:number]), pattern.parts[number:]
    if not top.is_dir():
        raise UsageError(f"{top}: is no folder; name recordings or folders that hold some")
    if set(rest) == {"**"}:
        yield from _files_below(top)
        return
    for path in top.glob("/".join(rest)):
        if not any(part.startswith(".") and part != ".." for part in path.relative_to(top).parts):
            yield from _files_below(path) if path.is_dir() else (path,)


def _files_below(top: Path) -> Iterator[Path]:
    """Give all files below a folder; links to folders are followed, each folder once."""
    been: set[tuple[int, int]] = set()
    for folder, below, names in os.walk(top, followlinks=True):
        here = Path(folder).stat()
        if (here.st_dev, here.st_ino) in been:
            below.clear()
            continue
        been.add((here.st_dev, here.st_ino))
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from (Path(folder) / name for name in names)


def _may_be_recording(path: Path) -> bool:
    name = path.name.lower()
    return name.endswith(SUFFIXES) and name not in OWN_TABLES and not name.startswith(".")
