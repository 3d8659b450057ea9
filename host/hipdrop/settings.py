"""Every parameter of the pipeline, with unit and source; a TOML file goes over the defaults, flags go over the file.

A table of the TOML file is a field of `Settings`, a key in it a field of that section. An unknown table or key, or a value
of the wrong type, is a `ConfigError`.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hipdrop.errors import ConfigError, InputError


@dataclass(frozen=True)
class MonitorSettings:
    """Baseline, detection and alerts."""

    mode: str = "fatigue"  # "fatigue" (own baseline) or "target" (a band set by a physio)


@dataclass(frozen=True)
class Settings:
    """All parameters; hand one to `hipdrop.pipeline.Pipeline`."""

    monitor: MonitorSettings = field(default_factory=MonitorSettings)

    @classmethod
    def load(cls, path: Path | str) -> Settings:
        """Read a TOML file over the defaults.

        Raises
        ------
        InputError
            The file cannot be read or is no TOML.
        ConfigError
            An unknown table or key, or a value of the wrong type or out of range.
        """
        try:
            tables = tomllib.loads(Path(path).read_text("utf-8"))
        except OSError as error:
            raise InputError(path, f"cannot be read ({error.strerror or error}); name an existing settings file") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(path, f"is no TOML ({error}); see docs/settings.md") from error
        return cls().replace(tables)

    def replace(self, tables: Mapping[str, Any]) -> Settings:
        """Return a copy with the values of nested `tables` ({section: {key: value}}) put in."""
        sections = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        changed = {}
        for name, values in tables.items():
            if name not in sections:
                raise ConfigError(name, f"there is no such table; there are {', '.join(sections)}")
            if not isinstance(values, Mapping):
                raise ConfigError(name, "is a table; write its keys below a line [" + name + "]")
            changed[name] = _replace_section(name, sections[name], values)
        return dataclasses.replace(self, **changed)

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Give all values as nested dictionaries, as they stand in summary.json."""
        return dataclasses.asdict(self)


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
    except ValueError as error:  # raised by the section's own __post_init__
        raise ConfigError(name, str(error)) from error


def _converted(where: str, value: Any, default: Any) -> Any:
    if isinstance(default, bool) or isinstance(value, bool):
        accepted = isinstance(default, bool) and isinstance(value, bool)
    elif isinstance(default, float):
        accepted = isinstance(value, (int, float))
        value = float(value) if accepted else value
    else:
        accepted = isinstance(value, type(default))
    if not accepted:
        raise ConfigError(where, f"{value!r} is not a {type(default).__name__}")
    return value
