"""Runs the checks in tests/firmware/life under MicroPython, each in a process and an empty folder of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "life"
CHECKS = [
    (path.stem, name)
    for path in sorted(FOLDER.glob("check_*.py"))
    for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize(("file", "function"), CHECKS, ids=["-".join(check) for check in CHECKS])
def test_clip_life(micropython: Callable[..., str], tmp_path: Path, file: str, function: str) -> None:
    assert micropython(FOLDER / "run.py", file, function, str(tmp_path), heap="1M", folders=(FOLDER,)) == "passed\n"
