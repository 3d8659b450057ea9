"""Settings from a TOML file: the tables over the defaults, each fault named with file, key and line."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hipdrop.errors import ConfigError, InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Whole = TypeVar("Whole", bound="DataclassInstance")

MOST_COUNT = 10_000  # of steps, strides, seconds, sessions: hours of running; more is a typing error
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}


def load_settings(defaults: Whole, path: Path | str) -> Whole:
    """Put a TOML file over the defaults, a dataclass of dataclasses.

    Raises
    ------
    InputError
        The file cannot be read or is no TOML.
    ConfigError
        An unknown table or key, or a value of the wrong type or out of range; names the file and the line.
    """
    try:
        text = Path(path).read_text("utf-8")
        tables = tomllib.loads(text)
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror or error}); name an existing settings file") from error
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, or numbers and nesting without end
        raise InputError(path, f"is no TOML ({error}); see docs/settings.md") from error
    try:
        return replace_tables(defaults, tables)
    except ConfigError as error:
        raise ConfigError(error.key, error.problem, path, line_of_key(text, error.key)) from error


def replace_tables(settings: Whole, tables: Mapping[str, Any]) -> Whole:
    """Return a copy with the values of nested `tables` ({section: {key: value}}) put in."""
    sections = {f.name: getattr(settings, f.name) for f in dataclasses.fields(settings)}
    changed = {}
    for name, values in tables.items():
        if name not in sections:
            raise ConfigError(name, f"there is no such table; there are {', '.join(sections)}")
        if not isinstance(values, Mapping):
            raise ConfigError(name, "is a table; write its keys below a line [" + name + "]")
        changed[name] = _replace_section(name, sections[name], values)
    return dataclasses.replace(settings, **changed)


def line_of_key(text: str, key: str) -> int | None:
    """Find the line, counted from 1, on which `table.key` or `table` stands in TOML; None where it does not."""
    table, _, name = key.partition(".")
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        if header:
            inside = _bare(header[1]) == table
            if inside and not name:
                return number
            continue
        left, equals, _ = line.partition("=")
        if equals and (_bare(left) == key or (inside and name and _bare(left) == name)):
            return number
    return None


def _bare(key: str) -> str:
    return re.sub(r"[\s\"']", "", key)


def _replace_section(name: str, section: Any, values: Mapping[str, Any]) -> Any:
    known = {f.name: getattr(section, f.name) for f in dataclasses.fields(section)}
    changed = {}
    for key, value in values.items():
        where = f"{name}.{key}"
        if key not in known:
            raise ConfigError(where, f"there is no such setting; [{name}] has {', '.join(known)}")
        changed[key] = _converted(where, value, known[key])
    try:
        return dataclasses.replace(section, **changed)
    except ValueError as error:  # raised by the section's own __post_init__ as "key: problem"
        key, _, problem = str(error).partition(": ")
        raise ConfigError(f"{name}.{key}", problem) from error


def _converted(where: str, value: Any, default: Any) -> Any:
    kind = type(default)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (type(value) is kind or (kind is float and whole)):
        said = str(value).lower() if isinstance(value, bool) else repr(value)
        raise ConfigError(where, f"{said} is not {_KINDS[kind]}")
    try:
        return kind(value)
    except OverflowError as error:
        raise ConfigError(where, "the number is too large") from error
