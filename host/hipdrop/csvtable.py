"""Numbers from a CSV file, plain or gzip: read fast where the file is clean, else the fault is named with its line."""

from __future__ import annotations

import csv
import gzip
import io
import math
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np

from hipdrop.errors import InputError
from hipdrop.samples import Array

DELIMITERS = (",", ";", "\t")
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_HEADER = 1 << 16
_NO_TEXT = "is no text; hipdrop reads a CSV of IMU samples, see docs/input-format.md"


@dataclass(frozen=True)
class Header:
    """The first line of a CSV file that is not blank.

    Attributes
    ----------
    names
        Column names in lower case, without spaces and quotes around them.
    delimiter
        What stands between two fields.
    line
        Its line number, counted from 1.
    """

    names: tuple[str, ...]
    delimiter: str
    line: int


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a plain or gzip text file; each way in which reading it can fail becomes an `InputError`."""
    if path.is_dir():
        raise InputError(path, "is a folder; name a CSV file in it")
    try:
        if not path.is_file():
            missing = (
                "is no regular file; save it to a file first" if path.exists() else "does not exist; check the name"
            )
            raise InputError(path, missing)
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            with io.TextIOWrapper(gzip.open(raw) if packed else raw, encoding="utf-8-sig") as text:
                yield text
    except UnicodeDecodeError as error:
        raise InputError(path, _NO_TEXT) from error
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InputError(path, "is a broken gzip file; copy or download it again") from error
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror or error}") from error


def read_header(path: Path) -> Header:
    """Read the column names; the delimiter is the comma, semicolon or tab that is most frequent there."""
    with opened(path) as text:
        number, line = 1, text.readline(_MAX_HEADER)
        while line.isspace():
            number, line = number + 1, text.readline(_MAX_HEADER)
    if not line:
        raise InputError(path, "is empty; record something first")
    if not line.strip().replace("\t", " ").isprintable():
        raise InputError(path, _NO_TEXT, number)
    delimiter = max(DELIMITERS, key=line.count)
    names = tuple(name.strip().strip('"').strip().lower() for name in line.rstrip("\r\n").split(delimiter))
    if all(_is_number(name) for name in names):
        raise InputError(path, "has no header that names the columns; see docs/input-format.md", number)
    return Header(names, delimiter, number)


def read_columns(path: Path, header: Header, columns: tuple[int, ...]) -> Array:
    """Read some columns of a CSV file as (N, len(columns)) finite numbers, N > 0.

    Raises
    ------
    InputError
        There are no rows, or one has another number of fields than the header or a field that is no finite number.
    """
    try:
        table = _load(path, header, columns, lambda text: text)
    except ValueError:  # numpy skips empty lines but not lines of spaces, which are rare
        try:
            table = _load(path, header, columns, lambda text: (line for line in text if not line.isspace()))
        except ValueError as error:
            find_fault(path, header, columns)
            raise InputError(path, f"cannot be read as numbers: {error}") from error
    if not len(table):
        raise InputError(path, "has a header but no rows; record something first")
    if not np.isfinite(table).all() or not _is_even(path, header, columns, len(table)):
        find_fault(path, header, columns)
    return table


def _load(path: Path, header: Header, columns: tuple[int, ...], lines: Callable[[TextIO], Iterable[str]]) -> Array:
    all_used = len(columns) == len(header.names)
    with opened(path) as text, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # "no data": the caller says so
        for _ in range(header.line):
            text.readline()
        table = np.loadtxt(
            lines(text),
            delimiter=header.delimiter,
            usecols=None if all_used else columns,
            comments=None,
            quotechar='"',
            ndmin=2,
        ).reshape(-1, len(columns))
    return table if not all_used or columns == tuple(range(len(columns))) else table[:, columns]


def _is_even(path: Path, header: Header, columns: tuple[int, ...], rows: int) -> bool:
    """Whether the file has as many delimiters as its rows need; numpy looks only where it reads every column."""
    if len(columns) == len(header.names):
        return True
    with opened(path) as text:
        found = sum(chunk.count(header.delimiter) for chunk in iter(partial(text.read, 1 << 20), ""))
    return found == (rows + 1) * (len(header.names) - 1)


def find_fault(path: Path, header: Header, columns: tuple[int, ...]) -> None:
    """Go through the file field by field and raise the first fault, with its line."""
    for line, fields in _rows(path, header):
        if len(fields) != len(header.names):
            problem = f"has {len(fields)} fields where the header has {len(header.names)}; mend or delete the line"
            raise InputError(path, problem, line)
        for column in columns:
            problem = _fault_of(fields[column])
            if problem:
                raise InputError(path, f"{header.names[column]} {problem}; mend or delete the line", line)


def line_of_row(path: Path, header: Header, row: int) -> int:
    """Give the line number of a data row, counted from 0; blank lines are no rows."""
    return next(line for number, (line, _) in enumerate(_rows(path, header)) if number == row)


def _rows(path: Path, header: Header) -> Iterator[tuple[int, list[str]]]:
    with opened(path) as text:
        reader = csv.reader(text, delimiter=header.delimiter)
        try:
            for fields in reader:
                if reader.line_num > header.line and any(field.strip() for field in fields):
                    yield reader.line_num, fields
        except csv.Error as error:
            raise InputError(path, f"is no CSV ({error})", reader.line_num) from error


def _fault_of(field: str) -> str:
    text = field.strip()
    if not text:
        return "is empty"
    if not _is_number(text):
        hint = ", write decimals with a point" if _is_number(text.replace(",", ".")) else ""
        return f"is {text[:40]!r}, which is no number{hint}"
    return "" if math.isfinite(float(text)) else f"is {text}, which is no measurement"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
