"""The benchmark of the raw path runs and prints its table; how fast anything is, is not judged here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_benchmark_prints_every_board(repository: Path, micropython_command: str) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "firmware_cost.py"), "--turns", "50", "--repeat", "1"]
    environment = {**os.environ, "MICROPYTHON": micropython_command}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0].strip("| ") for line in done.stdout.splitlines() if line.startswith("| ")]
    assert rows == [
        "board, sensor", "XIAO ESP32S3, LSM6DSOX", "Nano RP2040 Connect, LSM6DSOX", "M5StickC Plus2, MPU6886",
        "XIAO ESP32S3, LSM6DS3TR-C", "tilt filter and frames", "XIAO ESP32S3, LSM6DSOX",
        "Nano RP2040 Connect, LSM6DSOX", "M5StickC Plus2, MPU6886",
    ]  # fmt: skip
