"""The benchmark of the report prints a row for each kind of recording; how fast it is, is not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_both_kinds_of_recording_are_measured(repository: Path) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "report.py"), "--minutes", "1", "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in done.stdout.splitlines()[4:]]
    assert [row[0] for row in rows] == ["imu.csv", "run.mcap"]
    assert all(len(row) == 5 and float(value) > 0.0 for row in rows for value in row[1:])
