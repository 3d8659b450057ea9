"""One recording to its part of the table: a function of the file alone, the same in a process here or on a cluster."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import hipdrop
from hipdrop.errors import HipdropError
from hipdrop.settings import Settings

TABLE_VERSION = 1  # of the table: up by one when a column changes, or the analysis says something else of a run
RUN_DIGITS = 16  # of the hash of a file, by which its run is named


@dataclass(frozen=True, slots=True)
class Task:
    """A recording that is to be analysed.

    Attributes
    ----------
    path
        The file, whole.
    sha256
        Of its bytes.
    bytes, changed_ns
        Size and time of the last change, when it was hashed.
    settings
        In place of the recording's own; None for these.
    made
        Under what it is analysed (`made_under`).
    """

    path: str
    sha256: str
    bytes: int
    changed_ns: int
    settings: Settings | None
    made: str

    @property
    def run(self) -> str:
        """The run's name in the table."""
        return self.sha256[:RUN_DIGITS]


@dataclass(frozen=True, slots=True)
class Part:
    """What a recording adds to the table.

    Attributes
    ----------
    task
        Of which it was made.
    version
        The hipdrop that made it.
    folder
        Where it belongs: folder of its partition, in both tables.
    steps
        How many.
    runs_file, steps_file
        Contents of its two Parquet files.
    """

    task: Task
    version: str
    folder: str
    steps: int
    runs_file: bytes
    steps_file: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """A recording that adds nothing, and why in one line."""

    path: str
    problem: str


def made_under(settings: Settings | None) -> str:
    """Give what tells apart two ways to analyse the same file: versions and settings, as 12 hexadecimal digits."""
    what = [hipdrop.__version__, TABLE_VERSION, None if settings is None else asdict(settings)]
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:12]


def sha256_of(path: str) -> str:
    """Hash the bytes of a file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def analyse_task(task: Task) -> Part | Failed:
    """Analyse a recording; whatever is wrong with it becomes a line, so that the others go on."""
    try:
        part = _part(task)
        if sha256_of(task.path) != task.sha256:
            return Failed(task.path, f"{task.path}: is not what it was when it was looked at; run the command again")
        return part
    except HipdropError as error:
        return Failed(task.path, str(error))
    except OSError as error:
        return Failed(task.path, f"{task.path}: cannot be read: {error.strerror or error}")
    except MemoryError:
        return Failed(task.path, f"{task.path}: the memory is full; give fewer --workers")
    except Exception as error:  # a fault of hipdrop's own must not cost the other recordings
        what = " ".join(f"unexpected {type(error).__name__}: {error}".split())
        return Failed(task.path, f"{task.path}: {what}; run hipdrop report on it with --debug and report it")


def _part(task: Task) -> Part:
    from hipdrop.after.analysis import analyse_file
    from hipdrop.after.history.adding import run_of_analysis
    from hipdrop.after.many.columns import partition_folder, runs_bytes, steps_bytes
    from hipdrop.after.runrow import run_row

    found = analyse_file(Path(task.path), task.settings)
    row = run_row(found, run_of_analysis(found))
    return Part(
        task, hipdrop.__version__, partition_folder(row), len(found.steps), runs_bytes(task, row),
        steps_bytes(task, found.steps),
    )  # fmt: skip
