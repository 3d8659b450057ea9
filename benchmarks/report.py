"""How long `hipdrop report` takes of an hour, and how much memory, from the shell: of an IMU CSV and of a live run.

    python benchmarks/report.py [--minutes 60] [--repeat 3] [--pdf]

The best of the repeats counts: other load on the machine only ever adds time. CPU is user and system time together.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hipdrop.events import Side
from hipdrop.simulate import RunnerConfig, Sag, simulate

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "host" / "after")]

from run_files import write_csv, write_run  # noqa: E402


def measured(command: list[str], folder: Path) -> tuple[float, float, float]:
    """Wall time, CPU time and peak memory in MB of a command."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--pdf", action="store_true", help="with report.pdf too")
    options = parser.parse_args()
    sag = Sag(Side.LEFT, 2.0, 0.6 * options.minutes, 0.1 * options.minutes)
    run = simulate(RunnerConfig(minutes=options.minutes, seed=1, sags=(sag,), wobble_deg=0.5))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [
            write_csv(folder / "imu.csv", run),
            write_run(folder / "run.mcap", run, pain_s=(40.0 * options.minutes,)),
        ]
        print(f"{options.minutes:g} min, best of {options.repeat}\n")
        print("| report of | seconds | CPU seconds | peak MB | page, kB |\n|---|---|---|---|---|")
        for path in paths:
            command = [
                sys.executable,
                "-m",
                "hipdrop",
                "report",
                str(path),
                "-o",
                "out",
                *(["--pdf"] if options.pdf else []),
            ]
            found = [measured(command, folder) for _ in range(options.repeat)]
            wall_s, cpu_s, peak_mb = (min(column) for column in zip(*found, strict=True))
            size_kb = (folder / "out" / "report.html").stat().st_size / 1000.0
            print(f"| {path.name} | {wall_s:.2f} | {cpu_s:.2f} | {peak_mb:.0f} | {size_kb:.0f} |")


if __name__ == "__main__":
    main()
