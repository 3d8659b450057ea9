"""The clip that was used last."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path

from hipdrop.errors import UsageError
from hipdrop.links import HOW

FILE_NAME = "last-clip.txt"


def remember(name: str) -> None:
    """Keep the name of a clip that could be reached; a folder that cannot be written is no reason to fail."""
    with suppress(OSError):
        path = _path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n", encoding="utf-8")


def recall() -> str:
    """Give the name of the clip that was used last.

    Raises
    ------
    UsageError
        There is none.
    """
    try:
        name = _path().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        name = ""
    if not name:
        raise UsageError(f"no clip was used before; {HOW}")
    return name


def _path() -> Path:
    return user_data_path("hipdrop", appauthor=False) / FILE_NAME
