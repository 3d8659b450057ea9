"""The column map: a TOML file that says which columns of a CSV hold what, in which unit (docs/import.md)."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hipdrop.errors import InputError
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
ACC_UNITS = {"m/s2": 1.0, "g": STANDARD_GRAVITY_MS2, "mg": 1e-3 * STANDARD_GRAVITY_MS2}
GYR_UNITS = {"rad/s": 1.0, "deg/s": np.pi / 180.0, "mdeg/s": 1e-3 * np.pi / 180.0}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";", "\t": "\t"}
_AXES = {"x": 0, "y": 1, "z": 2}
_KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset({"name", "assumed", "recognise", "serial", "chip", "delimiter", "decimal", "skip_lines",
                   "skip_after_header", "time", "acceleration", "angular_rate"}),
    "time": frozenset({"column", "unit", "unix", "rate_hz"}),
    "acceleration": frozenset({"columns", "unit", "scale", "axes", "range"}),
    "angular_rate": frozenset({"columns", "unit", "scale", "axes", "range"}),
}  # fmt: skip
_HELP = "see docs/import.md"

T = TypeVar("T")


@dataclass(frozen=True)
class Axes:
    """Three columns of a sensor.

    Attributes
    ----------
    columns
        Names, which may hold `*` for any letters, or places from 1.
    factor
        Of a number in the file to m/s² or rad/s.
    order, signs
        Which column each axis comes from, and its sign.
    limit
        End of the range, m/s² or rad/s, if it is stated.
    """

    columns: tuple[str | int, str | int, str | int]
    factor: float
    order: tuple[int, int, int] = (0, 1, 2)
    signs: tuple[float, float, float] = (1.0, 1.0, 1.0)
    limit: float | None = None

    def si(self, values: Array) -> Array:
        """Give (N, 3) numbers of the file in SI units, in the sensor's right-handed axes."""
        return np.ascontiguousarray(values[:, self.order] * np.array(self.signs) * self.factor)


@dataclass(frozen=True)
class ColumnMap:
    """What a map says; the keys are those of the file."""

    path: Path
    name: str
    acceleration: Axes
    angular_rate: Axes
    time_column: str | int | None
    time_factor: float
    unix: bool
    rate_hz: float | None
    delimiter: str | None = None
    decimal: str | None = None
    skip_lines: int = 0
    skip_after_header: int = 0
    assumed: tuple[str, ...] = ()
    recognise: bool = False
    serial: str = ""
    chip: str = ""

    @property
    def wanted(self) -> tuple[str | int, ...]:
        """All columns that are read, the time first."""
        time = () if self.time_column is None else (self.time_column,)
        return (*time, *self.acceleration.columns, *self.angular_rate.columns)

    @property
    def by_place(self) -> bool:
        """Whether the columns are named by their place, from 1: then there need be no header."""
        return any(isinstance(wanted, int) for wanted in self.wanted)

    def places(self, names: Sequence[str]) -> tuple[list[int], list[str]]:
        """Find the columns under a header: their places, and what is missing or there more than once, in words."""
        places, faults = [], []
        for wanted in self.wanted:
            hits = _hits(wanted, names)
            if len(hits) == 1:
                places.append(hits[0])
            else:
                faults.append(f"{wanted}" if not hits else f"{wanted} ({len(hits)} columns are called so)")
        return places, faults


def _hits(wanted: str | int, names: Sequence[str]) -> list[int]:
    if isinstance(wanted, int):
        return [wanted - 1] if wanted <= len(names) else []
    escaped = wanted.replace("[", "[[]").lower()  # units stand in brackets: only * is a pattern
    return [place for place, name in enumerate(names) if fnmatch.fnmatchcase(name.lower(), escaped.replace("?", "[?]"))]


def shipped_maps() -> dict[str, ColumnMap]:
    """Give the maps that come with hipdrop, by name."""
    folder = resources.files("hipdrop.after.importing")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".toml"): parse_map(entry.read_text("utf-8"), Path(entry.name)) for entry in found}


def load_map(name: str | Path) -> ColumnMap:
    """Read a map: a file, or one of hipdrop's own by its name.

    Raises
    ------
    InputError
        There is no such file or name, or what it says cannot be.
    """
    path = Path(name)
    if not path.exists():
        shipped = shipped_maps()
        if str(name) in shipped:
            return shipped[str(name)]
        raise InputError(path, f"does not exist; name a file, or one of {', '.join(shipped)}")
    try:
        return parse_map(path.read_text("utf-8"), path)
    except (OSError, UnicodeError) as error:
        raise InputError(path, f"cannot be read as a column map: {error}") from error


def parse_map(text: str, path: Path) -> ColumnMap:
    """Read a map from its text."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(path, f"is no TOML: {error}") from error
    try:
        return _parsed(data, path)
    except (KeyError, TypeError, ValueError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(path, f"{what}; {_HELP}") from error


def _parsed(data: Mapping[str, Any], path: Path) -> ColumnMap:
    for table, known in _KEYS.items():
        found = data if not table else data[table]
        if not isinstance(found, Mapping):
            raise TypeError(f"{table} is no table")
        unknown = sorted(set(found) - known)
        if unknown:
            raise ValueError(f"{'.'.join(filter(None, (table, unknown[0])))} is no key of a column map")
    time = data["time"]
    rate_hz = time.get("rate_hz")
    if ("column" in time) == (rate_hz is not None):
        raise ValueError("time has either a column or a rate_hz")
    if rate_hz is not None and not (isinstance(rate_hz, int | float) and 0 < rate_hz < 1e5):
        raise ValueError(f"time.rate_hz is {rate_hz!r}, give samples per second")
    decimal = data.get("decimal")
    if decimal not in (None, ".", ","):
        raise ValueError(f"decimal is {decimal!r}, give a point or a comma")
    delimiter = data.get("delimiter")
    read = ColumnMap(
        path, str(data.get("name", path.stem)),
        _axes("acceleration", data["acceleration"], ACC_UNITS), _axes("angular_rate", data["angular_rate"], GYR_UNITS),
        None if "column" not in time else _column("time.column", time["column"]),
        1.0 if "column" not in time else _choice("time.unit", time["unit"], TIME_UNITS),
        bool(time.get("unix", False)), None if rate_hz is None else float(rate_hz),
        None if delimiter is None else _choice("delimiter", delimiter, DELIMITERS), decimal,
        _count("skip_lines", data.get("skip_lines", 0)), _count("skip_after_header", data.get("skip_after_header", 0)),
        tuple(str(item) for item in data.get("assumed", ())), bool(data.get("recognise", False)),
        str(data.get("serial", "")), str(data.get("chip", "")),
    )  # fmt: skip
    if read.by_place and not all(isinstance(wanted, int) for wanted in read.wanted):
        raise ValueError("some columns are named and others numbered, name all or number all")
    return read


def _axes(table: str, data: Mapping[str, Any], units: Mapping[str, float]) -> Axes:
    columns = data["columns"]
    if not isinstance(columns, list) or len(columns) != 3:
        raise ValueError(f"{table}.columns names {columns!r}, give three columns: x, y, z")
    x, y, z = (_column(f"{table}.columns", column) for column in columns)
    factor = _choice(f"{table}.unit", data["unit"], units)
    scale = data.get("scale", 1.0)
    if not isinstance(scale, int | float) or not 0 < abs(scale) < 1e9:
        raise ValueError(f"{table}.scale is {scale!r}, give a number: {data['unit']} for one count")
    order, signs = _turned(table, data.get("axes", ["x", "y", "z"]))
    limit = data.get("range")
    if limit is not None and not (isinstance(limit, int | float) and limit > 0):
        raise ValueError(f"{table}.range is {limit!r}, give the largest value of the sensor in {data['unit']}")
    return Axes((x, y, z), factor * scale, order, signs, None if limit is None else limit * factor)


def _turned(table: str, axes: Any) -> tuple[tuple[int, int, int], tuple[float, float, float]]:
    """Read axes such as `["x", "-z", "y"]`: what becomes x, y and z, of the three columns."""
    parts = [re.fullmatch(r"([+-]?)([xyz])", str(axis)) for axis in axes] if isinstance(axes, list) else []
    if len(parts) != 3 or None in parts or len({part.group(2) for part in parts if part}) != 3:
        raise ValueError(f'{table}.axes is {axes!r}, give each of "x", "y", "z" once, with - where it is turned round')
    a, b, c = (part for part in parts if part)
    order = (_AXES[a.group(2)], _AXES[b.group(2)], _AXES[c.group(2)])
    x, y, z = (-1.0 if part.group(1) == "-" else 1.0 for part in (a, b, c))
    return order, (x, y, z)


def _column(key: str, value: Any) -> str | int:
    if (isinstance(value, str) and value) or (isinstance(value, int) and value is not True and value >= 1):
        return value
    raise ValueError(f"{key} is {value!r}, give the name of a column, or its place from 1")


def _choice(key: str, value: Any, among: Mapping[str, T]) -> T:
    if value not in among:
        raise ValueError(f"{key} is {value!r}, give one of {', '.join(repr(name) for name in among)}")
    return among[value]


def _count(key: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000:
        return value
    raise ValueError(f"{key} is {value!r}, give a number of lines")
