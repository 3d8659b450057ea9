"""The benchmarks run and print their tables; how fast anything is, is not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_throughput_prints_every_row(repository: Path) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "throughput.py"), "--minutes", "0.5", "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0].strip("| ") for line in done.stdout.splitlines() if line.startswith("| ")]
    assert [row.split(" of a CSV")[0] for row in rows] == [
        "what", "bare VQF, one batch", "whole chain, blocks of 208", "whole chain, blocks of 16",
        "whole chain, blocks of 4096", "from the shell", "`replay --no-plot`", "`replay --no-plot --out`",
        "`simulate --minutes 0.5`",
    ]  # fmt: skip


def test_latency_prints_a_row_for_each_run_and_block(repository: Path, tmp_path: Path) -> None:
    """Without reference recordings, which the command does not need."""
    command = [
        sys.executable,
        str(repository / "benchmarks" / "latency.py"),
        "--minutes",
        "0.6",
        "--data",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in done.stdout.splitlines()[2:]]
    assert [row[1] for row in rows] == ["1", "19"] * (len(rows) // 2)
    assert rows[-1][0] == "the sample run"
    assert all(len(row) == 8 and int(row[2]) > 20 for row in rows)
