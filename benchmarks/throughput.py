"""How fast the chain is, beside bare VQF on the same data in the same run, and how long an hour takes from the shell.

    python benchmarks/throughput.py [--minutes 60] [--repeat 5]

Prints the tables of docs/performance.md. The best of the repeats counts: other load on the machine only ever adds time.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from vqf import VQF

from hipcal.model import AccFit, Calibration, GyroFit
from hipdrop.pipeline import Pipeline
from hipdrop.samples import SampleBlock
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate

RATE_HZ = 208.0
BLOCKS = (208, 16, 4096)


def machine() -> str:
    """Processor, cores and versions."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((line.split(": ")[1] for line in info.read_text().splitlines() if "model name" in line), cpu)
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "vqf"))
    return f"{os.cpu_count()} cores of {cpu}; Python {platform.python_version()}, {versions}"


def best_s(action: Callable[[], object], repeat: int) -> float:
    """Shortest of some runs."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        action()
        times.append(time.perf_counter() - begin)
    return min(times)


def chain(block: SampleBlock, length: int, calibration: Calibration | None = None) -> int:
    """Samples in, step rows out; with a calibration, block by block corrected as those of a clip."""
    pipeline = Pipeline(RATE_HZ)
    pieces = block.cut(length)
    corrected = pieces if calibration is None else map(calibration.applied, pieces)
    count = sum(len(pipeline.push(piece)) for piece in corrected)
    return count + len(pipeline.close())


def calibration_of_all() -> Calibration:
    """A calibration of all nine parameters and the gyroscope."""
    matrix = (1.004, 0.002, -0.001, 0.002, 0.996, 0.003, -0.001, 0.003, 1.002)
    now = datetime.now(UTC)
    acc = AccFit(matrix, (0.12, -0.08, 0.21), 9, 12, 0.0, 1.0, None, now, "")
    gyro = GyroFit((0.4, -0.7, 0.25), 0.0, 5.0, None, now, "")
    return Calibration("A1", "LSM6DSOX", 16, 2000, 488_000, 70_000_000, acc, gyro)


def shell_s(path: Path, repeat: int, *options: str) -> tuple[float, float]:
    """Wall time of `hipdrop replay` from the shell, and its peak memory in MB."""
    command = [sys.executable, "-m", "hipdrop", "replay", str(path), "--speed", "max", *options]

    def once() -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=path.parent)

    seconds = best_s(once, repeat)
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0


def hour(minutes: float) -> SimulatedRun:
    """A run with wobble and the clip anyhow."""
    return simulate(RunnerConfig(runner="rbds001_3.5ms", minutes=minutes, seed=1, mount="random", wobble_deg=0.5))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    run = hour(options.minutes)
    whole = run.blocks[0]
    block = SampleBlock(whole.t_s, np.ascontiguousarray(whole.acc_ms2), np.ascontiguousarray(whole.gyr_rads))
    print(f"{machine()}\n{len(block)} samples, {options.minutes:g} min at {RATE_HZ:g} Hz, best of {options.repeat}\n")
    bare_s = best_s(lambda: VQF(1.0 / RATE_HZ).updateBatch(block.gyr_rads, block.acc_ms2), options.repeat)
    print("| what | seconds | samples/s | times bare VQF |\n|---|---|---|---|")
    print(f"| bare VQF, one batch | {bare_s:.3f} | {len(block) / bare_s / 1e6:.2f} M | 1.0 |")
    for length in BLOCKS:
        seconds = best_s(lambda length=length: chain(block, length), options.repeat)  # type: ignore[misc]
        rate = len(block) / seconds / 1e6
        print(f"| whole chain, blocks of {length} | {seconds:.3f} | {rate:.2f} M | {seconds / bare_s:.1f} |")
    known = calibration_of_all()
    for length in BLOCKS:
        seconds = best_s(lambda length=length: chain(block, length, known), options.repeat)  # type: ignore[misc]
        rate = len(block) / seconds / 1e6
        print(f"| the same, calibrated, blocks of {length} | {seconds:.3f} | {rate:.2f} M | {seconds / bare_s:.1f} |")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.csv"
        run.write_csv(path)
        size_mb = path.stat().st_size / 1e6
        print("\n| from the shell | seconds | peak MB |\n|---|---|---|")
        for name, extra in (
            ("replay --no-plot", ("--no-plot",)),
            ("replay --no-plot --out", ("--no-plot", "--out", "o")),
        ):
            seconds, peak_mb = shell_s(path, options.repeat, *extra)
            print(f"| `{name}` of a CSV of {size_mb:.0f} MB | {seconds:.2f} | {peak_mb:.0f} |")
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "hipdrop", "simulate", "--minutes", f"{options.minutes:g}", "-o", f"{folder}/s.csv",
             "--truth", f"{folder}/t.csv"], check=True, capture_output=True,
        )  # fmt: skip
        print(f"| `simulate --minutes {options.minutes:g}` | {time.perf_counter() - begin:.2f} | |")


if __name__ == "__main__":
    main()
