"""The benchmark of a run of the clip alone runs and prints its tables; how fast anything is, is not judged here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def test_every_part_is_measured_on_the_same_run(repository: Path, micropython_command: str) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "clip_cost.py"), "--minutes", "0.4", "--repeat", "1"]
    environment = {**os.environ, "MICROPYTHON": micropython_command}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in done.stdout.splitlines() if line[:2] == "| "
    ]
    parts = {row[0]: [float(re.sub(" %$", "", cell)) for cell in row[1:]] for row in rows[1:9]}
    assert list(parts)[-2:] == ["sum", "peer: packing raw samples"]
    here_us = [row[0] for row in parts.values()]
    assert min(here_us) > 0.0
    assert abs(sum(here_us[:-2]) - here_us[-2]) < 0.05
    garbage = {name: row[2] for name, row in parts.items()}
    assert 2000 < garbage["tilt filter"] < 4000  # some 90 floats of 16 bytes in a raw sample
    assert garbage["log: filling records"] < 5 > garbage["peer: packing raw samples"]  # no memory for a sample
    _, minutes, steps = re.match(r"(([\d.]+) min), (\d+) steps", done.stdout).groups()
    assert 20 < int(steps) < 3 * 60 * float(minutes)
    assert [row[0] for row in rows[9:]] == [
        "beside computing", "ESP32-S3, 8 MB PSRAM", "RP2040", "ESP32", "in one, heap", "384K", "16M",
    ]  # fmt: skip
