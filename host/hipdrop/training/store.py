"""What is kept of training: one line an entry in people/NAME/training.jsonl, in the user's data folder.

Form: training.schema.json (docs/check-in.md). Lines are only ever added; `hipdrop forget` deletes the file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from hipdrop.errors import InputError, OutputError
from hipdrop.people import Person, checked_name

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Kind = Literal["check-in", "single-leg", "set", "coached-run", "ticked"]
KINDS: tuple[Kind, ...] = get_args(Kind)
VERSION = 1
VERSION_KEY = "hipdrop_training"
FILE_NAME = "training.jsonl"
SCHEMA_NAME = "training.schema.json"
_LONGEST = 160  # letters of what a check says


@dataclass(frozen=True)
class Entry:
    """Something that was done or said.

    Attributes
    ----------
    kind
        What of.
    at
        When, with the offset of where the person was.
    data
        Its figures, in the form of the schema.
    """

    kind: Kind
    at: datetime
    data: Mapping[str, Any]

    @property
    def day(self) -> date:
        """The date where the person was."""
        return self.at.date()


def training_path(person: str) -> Path:
    """Give the file of a person, whether or not it is there."""
    return Person(checked_name(person, "--person")).folder / FILE_NAME


def add(person: str, kind: Kind, data: Mapping[str, Any], at: datetime) -> None:
    """Keep an entry: on the disk when this comes back, whole or not at all, whoever else writes meanwhile.

    Raises
    ------
    OutputError
        It cannot be written.
    ValueError
        It is none that `entries` would give back: a fault of whoever made it.
    """
    line = line_of(kind, data, at)
    path = training_path(person)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path, os.O_RDWR | os.O_CREAT | os.O_APPEND) as file:
            Person(checked_name(person, "--person")).introduce()
            _append(file, line)
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error}); make room, or let it be written"
        raise OutputError(path, problem) from error


def entries(person: str, kind: Kind | None = None, since: date | None = None) -> list[Entry]:
    """Give what is kept of a person, by time; of this kind, from this date on where the person was.

    Lines that cannot be read are told on standard error and left out.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    found, faults = read(training_path(person))
    for fault in faults:
        print(f"hipdrop: {fault}", file=sys.stderr)
    chosen = [one for one in found if kind in (None, one.kind) and (since is None or one.day >= since)]
    return sorted(chosen, key=lambda one: one.at)


def read(path: Path) -> tuple[list[Entry], list[InputError]]:
    """Give the entries of a file in their order there, and what is wrong with its other lines."""
    try:
        with _locked(path, os.O_RDWR) as file:
            text = _all_of(file)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror or error}); let it be read and written") from error
    found, faults = [], []
    lines = text.split(b"\n")
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                found.append(_entry(line))
        except (ValueError, RecursionError) as error:
            torn = number == len(lines)  # the file ends without the end of a line
            words = "was not written to its end" if torn else _cut(str(error))
            faults.append(InputError(path, f"{words}; the line is left out", number))
    return found, faults


def line_of(kind: Kind, data: Mapping[str, Any], at: datetime) -> bytes:
    """Give an entry as its line; raises ValueError for one that could not be read again."""
    if at.utcoffset() is None:
        raise ValueError("the time has no offset from UTC")
    whole = {VERSION_KEY: VERSION, "kind": kind, "at": at.isoformat(timespec="seconds"), "data": dict(data)}
    line = json.dumps(whole, ensure_ascii=False, allow_nan=False).encode()
    _entry(line)
    return line + b"\n"


def _entry(line: bytes) -> Entry:
    """Read a line; raises ValueError."""
    from jsonschema.exceptions import best_match

    whole = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    version = whole.get(VERSION_KEY) if isinstance(whole, dict) else None
    if type(version) is int and version > VERSION:
        raise ValueError(f"is of version {version}, this hipdrop reads version {VERSION}: update it")
    error = best_match(_validator().iter_errors(whole))
    if error is not None:
        raise ValueError(f"{error.json_path}: {error.message}")
    at = datetime.fromisoformat(whole["at"])
    if at.utcoffset() is None:
        raise ValueError("$.at: has no offset from UTC")
    return Entry(whole["kind"], at, whole["data"])


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    text = resources.files("hipdrop.training").joinpath(SCHEMA_NAME).read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}..."


def _append(file: int, line: bytes) -> None:
    """Write at the end, on a line of its own, or leave the file as it was."""
    size = os.fstat(file).st_size
    if size:
        os.lseek(file, size - 1, os.SEEK_SET)
        if os.read(file, 1) != b"\n":  # an entry that was torn before stays on a line of its own
            line = b"\n" + line
    try:
        while line:
            line = line[os.write(file, line) :]
        os.fsync(file)
    except BaseException:
        os.ftruncate(file, size)
        raise


def _all_of(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    parts = []
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    """Open a file that no other hipdrop reads or writes meanwhile; all of them need milliseconds."""
    file = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _FAR, os.SEEK_SET)  # Windows locks bytes, also where there are none yet
            msvcrt.locking(file, msvcrt.LK_LOCK, 1)
            try:
                yield file
            finally:
                os.lseek(file, _FAR, os.SEEK_SET)
                msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)  # given back by closing
            yield file
    finally:
        os.close(file)


_FAR = 0x7FFF0000
