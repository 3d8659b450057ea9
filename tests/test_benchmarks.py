"""The benchmarks run and print their tables; how fast anything is, is not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_throughput_prints_every_row(repository: Path) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "throughput.py"), "--minutes", "0.5", "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0].strip("| ") for line in done.stdout.splitlines() if line.startswith("| ")]
    assert [row.split(" of a CSV")[0] for row in rows] == [
        "what", "bare VQF, one batch", "whole chain, blocks of 208", "whole chain, blocks of 16",
        "whole chain, blocks of 4096", "the same, calibrated, blocks of 208", "the same, calibrated, blocks of 16",
        "the same, calibrated, blocks of 4096", "from the shell", "`replay --no-plot`", "`replay --no-plot --out`",
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


def rows_of(repository: Path, name: str, *options: str) -> dict[str, str]:
    """Run a benchmark; give the rest of each row of its tables by the row's first cell."""
    command = [sys.executable, str(repository / "benchmarks" / name), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    cells = (line.strip("| ").partition(" | ") for line in done.stdout.splitlines() if line.startswith("| "))
    return {first: rest for first, _, rest in cells}


@pytest.mark.usefixtures("micropython_command")
def test_the_live_clip_is_measured_in_real_time(repository: Path) -> None:
    rows = rows_of(repository, "live_clip.py", "--seconds", "32")
    assert rows["samples_lost"] == "0"
    assert int(rows["samples_received"]) > 31 * 208
    contacts, steps, missed, _, wrong = map(
        int, rows["true running contacts, steps, missed, without a true contact, wrong side"].split(", ")
    )
    assert (missed, wrong) == (0, 0)
    assert steps >= contacts > 10
    assert float(rows["drop, largest difference to them, deg"]) < 0.05
    assert any(row.startswith("contact to step event") for row in rows)


@pytest.mark.usefixtures("micropython_command")
def test_virtual_time_is_measured_for_both_streams(repository: Path) -> None:
    rows = rows_of(repository, "virtual_time.py", "--seconds", "15")
    assert list(rows)[1:] == ["nobody connected", "raw", "tilt"]
    assert all(rows[stream].endswith("| 0") for stream in ("raw", "tilt"))


@pytest.mark.usefixtures("micropython_command")
def test_the_cost_of_a_live_run_is_measured_beside_its_clip(repository: Path) -> None:
    rows = rows_of(repository, "live_cpu.py", "--seconds", "8", "--warm-up", "14")
    assert rows["view"] == "table of 100 x 40"
    received, lost = map(int, rows["samples received, lost"].strip(" |").split(", "))
    assert (received > 25 * 208, lost) == (True, 0)
    assert 0.0 < float(rows["CPU of the host's process, % of one core"].strip(" |")) < 100.0
    assert float(rows["characters a second on the terminal"].strip(" |")) > 100.0
    assert any(row.startswith("arrival to events") and "with a step" in row for row in rows)
