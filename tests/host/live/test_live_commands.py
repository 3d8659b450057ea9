"""The commands around the plot run, and say or write what they should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def test_the_benchmark_measures_the_window_beside_the_naive_one(repository: Path, toolkit: str) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "live_plot.py"), "--seconds", "2", "--before-min", "1"]
    command += ["--toolkit", toolkit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in done.stdout.splitlines()[2:]]
    assert [row[0] for row in rows] == [f"live window, {toolkit}", f"whole figure blitted, {toolkit}"]
    window, naive = (float(row[1]) for row in rows)
    assert 0 < window < naive


@pytest.mark.usefixtures("on_screen", "toolkits", "micropython_command")
def test_the_benchmark_of_the_start_sees_samples_drawn(repository: Path) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "live_start.py"), "--times", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in done.stdout.splitlines()[2:]]
    assert [row[0] for row in rows] == ["command", "window", "samples", "run"]
    command_s, window_s, samples_s, run_s = (float(row[1]) for row in rows)
    assert 0.0 < command_s < window_s < run_s
    assert command_s < samples_s < run_s


def test_the_pictures_of_the_documentation_are_those_that_the_command_makes(repository: Path, tmp_path: Path) -> None:
    """Fonts come with matplotlib; versions of it differ by a few pixels along edges."""
    command = [sys.executable, str(repository / "docs" / "make_live_pictures.py"), "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = sorted(path.name for path in tmp_path.iterdir())
    kept = repository / "docs" / "pictures"
    assert made == sorted(path.name for path in kept.glob("live_*.png"))
    for name in made:
        one, other = (np.asarray(Image.open(folder / name).convert("L"), dtype=float) for folder in (tmp_path, kept))
        assert one.shape == other.shape
        assert (np.abs(one - other) > 40).mean() < 0.01
