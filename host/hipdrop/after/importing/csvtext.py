"""CSV as apps write it: lines before the header, units under it, any delimiter, decimal commas, rows with holes."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TextIO

import numpy as np

from hipdrop.after.importing.container import Member
from hipdrop.csvtable import DELIMITERS
from hipdrop.samples import Array

MOST_LINES_BEFORE = 60  # a header stands above, or nowhere
MOST_LETTERS = 1 << 16  # of one line
_LEAST_PART = 0.5  # of the rows must be whole
_NUMBER = re.compile(r"\s*[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?\s*|\s*[-+]?(nan|inf(inity)?)\s*", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*")


@dataclass(frozen=True)
class Header:
    """Where the names of the columns stand.

    Attributes
    ----------
    names
        As they are written, without quotes and spaces around them.
    delimiter
        What stands between two fields.
    line
        Number of its line, from 1.
    above
        The lines before it.
    """

    names: tuple[str, ...]
    delimiter: str
    line: int
    above: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The header for a message."""
        text = self.delimiter.join(self.names)
        return text if len(text) <= 160 else text[:157] + "..."


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers of some columns.

    Attributes
    ----------
    values
        (N, columns) finite numbers.
    rows
        (N,) number of each row in the file, from 0.
    first_line
        Number of the line of row 0.
    notes
        What was left out.
    """

    values: Array
    rows: np.ndarray
    first_line: int
    notes: tuple[str, ...] = field(default=())

    def kept(self, which: np.ndarray) -> Table:
        """Give some of the rows."""
        return replace(self, values=self.values[which], rows=self.rows[which])

    def line(self, row: int) -> int:
        """Give the line of a row of `values`; blank lines above it are not counted."""
        return self.first_line + int(self.rows[row])


def find_header(member: Member, fits: Callable[[Sequence[str]], bool]) -> Header | None:
    """Find the first line whose names fit, whatever its delimiter."""
    above: list[str] = []
    for number, line in _first_lines(member):
        for delimiter in DELIMITERS:
            names = split(line, delimiter)
            if len(names) > 1 and fits(names):
                return Header(names, delimiter, number, tuple(above))
        above.append(line)
    return None


def likely_header(member: Member) -> Header:
    """Give the line that looks most like a header: the one with the most names that are no numbers."""
    best = Header((), ",", 1)
    for number, line in _first_lines(member):
        delimiter = max(DELIMITERS, key=line.count)
        names = split(line, delimiter)
        if sum(bool(name) and not is_number(name) for name in names) > sum(map(bool, best.names)):
            best = Header(names, delimiter, number)
    return best


def split(line: str, delimiter: str) -> tuple[str, ...]:
    """Give the fields of a line, without quotes and spaces around them."""
    try:
        fields = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(name.strip().strip('"').strip() for name in fields)


def is_number(text: str) -> bool:
    """Say whether a field is a number, with a decimal point or comma."""
    return _NUMBER.fullmatch(text) is not None


def _first_lines(member: Member) -> Iterator[tuple[int, str]]:
    with member.text() as text:
        for number in range(1, MOST_LINES_BEFORE + 1):
            line = text.readline(MOST_LETTERS)
            if not line:
                return
            yield number, line.rstrip("\r\n")


def read_table(
    member: Member, header: Header, columns: Sequence[int], *, skip: int = 0, decimal: str | None = None,
    keep_empty: Sequence[int] = (),
) -> Table:  # fmt: skip
    """Read some columns below the header.

    Parameters
    ----------
    columns
        Their places.
    skip
        Lines between the header and the numbers, such as one with units.
    decimal
        `.` or `,`; None to find out.
    keep_empty
        Columns, by their place among those read, that may lack a number: it is NaN.

    Raises
    ------
    InputError
        There are no rows, or too few whole ones, or a field is neither a number nor empty.
    """
    start = header.line + skip
    comma = _has_decimal_commas(member, header, start, columns) if decimal is None else decimal == ","
    if comma and header.delimiter == ",":
        raise member.error("the comma cannot both end a field and begin decimals; export with semicolons", header.line)
    notes: list[str] = []
    try:
        values = _read_fast(member, header, columns, start, comma)
    except ValueError:
        values = _read_slowly(member, header, columns, start, notes)
    if not len(values):
        raise member.error("has a header but no rows; record something first", header.line)
    needed = [place for place in range(len(columns)) if place not in keep_empty]
    whole = np.isfinite(values[:, needed]).all(axis=1)
    missing = len(values) - int(whole.sum())
    if missing > (1 - _LEAST_PART) * len(values):
        raise member.error(f"{missing} of {len(values)} rows lack a number; record again", start + 1)
    if missing:
        notes.append(f"{missing} rows of {member.label} lack a number and were left out")
    return Table(values[whole], np.flatnonzero(whole), start + 1, tuple(notes))


def _has_decimal_commas(member: Member, header: Header, start: int, columns: Sequence[int]) -> bool:
    """Look at the first rows: whoever writes decimals with a comma does it in all of them."""
    if header.delimiter == ",":
        return False
    with member.text() as text:
        for line in islice(text, start, start + 20):
            fields = split(line, header.delimiter)
            if any(column < len(fields) and _DECIMAL_COMMA.fullmatch(fields[column]) for column in columns):
                return True
    return False


def _read_fast(member: Member, header: Header, columns: Sequence[int], start: int, comma: bool) -> Array:
    with member.text() as text, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # "no data": the caller says so
        for _ in range(start):
            text.readline()
        lines = (line.replace(",", ".") for line in text) if comma else text
        table = np.loadtxt(
            lines, delimiter=header.delimiter, usecols=tuple(columns), comments=None, quotechar='"', ndmin=2
        )
    return table.reshape(-1, len(columns))


def _read_slowly(member: Member, header: Header, columns: Sequence[int], start: int, notes: list[str]) -> Array:
    """Read field by field: empty fields are missing, a last line that breaks off is left out, others are told."""
    rows: list[list[float]] = []
    with member.text() as text:
        for number, line, last in _with_last(text, start):
            fields = split(line, header.delimiter)
            if not any(fields):
                continue
            faults = [column for column in columns if column >= len(fields) or not _is_empty_or_number(fields[column])]
            if faults and last:
                notes.append(f"the last line of {member.label} breaks off and was left out")
            elif faults:
                raise _fault(member, header, fields, faults[0], number)
            else:
                rows.append([float(fields[column].replace(",", ".") or "nan") for column in columns])
    return np.array(rows, dtype=np.float64).reshape(-1, len(columns))


def _is_empty_or_number(text: str) -> bool:
    return not text or is_number(text)


def _with_last(text: TextIO, start: int) -> Iterator[tuple[int, str, bool]]:
    """Give number, text and whether it is the last one of each line behind the first `start`."""
    before: tuple[int, str] | None = None
    for number, line in enumerate(text, 1):
        if number > start:
            if before is not None:
                yield (*before, False)
            before = (number, line.rstrip("\r\n"))
    if before is not None:
        yield (*before, True)


def _fault(member: Member, header: Header, fields: Sequence[str], column: int, line: int) -> Exception:
    name = header.names[column] if column < len(header.names) else f"column {column + 1}"
    if column >= len(fields):
        return member.error(f"there are {len(fields)} fields and none for {name}; mend or delete the line", line)
    return member.error(f"{name} is {fields[column][:40]!r}, which is no number; mend or delete the line", line)
