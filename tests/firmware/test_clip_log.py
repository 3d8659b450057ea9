"""Runs the checks in tests/firmware/log under MicroPython, on a real littlefs; and a few of the power cuts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from power_cuts import CLOCK_FOLDER, LOG_FOLDER, MOST_LOST_S, check_lives, cut_off, shims

CHECKS = [
    (path.stem, name)
    for path in sorted(LOG_FOLDER.glob("check_*.py"))
    for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize(("file", "function"), CHECKS, ids=["-".join(check) for check in CHECKS])
def test_clip_log(micropython: Callable[..., str], tmp_path: Path, file: str, function: str) -> None:
    folders = (LOG_FOLDER, CLOCK_FOLDER, shims(tmp_path))
    said = micropython(LOG_FOLDER / "run.py", file, function, str(tmp_path), heap="4M", folders=folders)
    assert said.endswith("passed\n")  # the garbage collector, which closes what a failing flash has left open, is heard


@pytest.mark.parametrize("seed", [1, 3, 6])  # 3: with raw frames
def test_power_cuts(micropython_command: str, tmp_path: Path, seed: int) -> None:
    lives = cut_off(micropython_command, seed, 8, 30, tmp_path)
    losses = check_lives(lives, tmp_path)
    assert len(losses) == 8
    assert sum((tmp_path / f"{told['number']}.run").stat().st_size for told in lives if told["file"]) > 20_000
    assert max(max(left.tilt_s, left.raw_s, left.events_s) for left in losses) < MOST_LOST_S
