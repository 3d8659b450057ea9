"""Runs the checks in tests/firmware/on_clip under MicroPython, one process each, with a clock turned by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "on_clip"
CHECKS = [
    (path.stem, name)
    for path in sorted(FOLDER.glob("check_*.py"))
    for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
]


@pytest.mark.parametrize(("file", "function"), CHECKS, ids=["-".join(check) for check in CHECKS])
def test_on_clip(micropython: Callable[..., str], file: str, function: str) -> None:
    assert micropython(FOLDER / "run.py", file, function, heap="1M", folders=(FOLDER,)) == "passed\n"
