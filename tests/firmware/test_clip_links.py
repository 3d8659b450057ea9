"""The clip's side of its links, under MicroPython: what is sent, kept, dropped and sent again; commands; USB; BLE.

The checks are functions in the files of the folder clip_links, each run on its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "clip_links"


def find_checks() -> list[tuple[str, str]]:
    """Name every check in the folder, with its file."""
    found = []
    for path in sorted(FOLDER.glob("*_checks.py")):
        found += [(path.name, name) for name in re.findall(r"^def (check_\w+)", path.read_text(), re.MULTILINE)]
    return found


@pytest.mark.parametrize(("file", "check"), find_checks())
def test_on_micropython(file: str, check: str, micropython: Callable[..., str]) -> None:
    """The check runs to its end under MicroPython; the heap also holds all that the check's hosts have received."""
    assert micropython(FOLDER / file, check, folders=(FOLDER,), heap="4M").splitlines()[-1] == "passed"
