"""What a run of the clip alone costs its processor: sampling, tilt filter, detection, monitor and log, part by part.

    python benchmarks/clip_cost.py [--minutes 10] [--repeat 3]

A simulated runner of 17 steps in 6 s feeds the firmware's own parts, compiled as they are installed, under MicroPython
(on_clip/alone.py): driver and sampler on a bus that answers at once, the filter, detection, the monitor, and the log on
a real littlefs. Printed are microseconds and bytes of garbage for a raw sample (a tilt sample has two) beside
packing raw samples alone in the same run, and estimates for the boards (to about 50 %). All times are those of the
processor: the computer's other programs are left out. Measuring adds 0.1 to 1 us to a part.

Factors: see firmware_cost.py. Garbage is half of that here, where objects are twice as large. A collection takes 100 to
290 ms on an ESP32 with PSRAM and 2 ms with a small heap (MicroPython issue 8428), or what it takes here times the
factor where that is more. A read on an ESP32's bus takes 0.43 ms beside its bits (MicroPython pull request 8718: 680 us
for 8 bytes). The flash takes 45 ms an erase and 0.7 ms a page, when nothing else runs (data sheets of NOR flash).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from firmware_cost import REPOSITORY, micropython

from hipdrop.install.constants import inlined
from hipdrop.install.files import PACKAGES, compiled, sources_of
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate import RunnerConfig, simulate

RATE_HZ = 208.0
ACC_G, GYR_DPS = 0.488e-3, 0.070  # a count of the LSM6DSOX
ERASE_S, PAGE_S = 0.045, 0.0007
ASKED_PERCENT = 40.0
PARTS = {
    "sampling": "sampling: driver, clock, sampler", "tilt": "tilt filter", "detection": "detection",
    "monitor": "monitor", "log": "log: filling records", "flash": "log: littlefs",
}  # fmt: skip
SMALL_HEAP, LARGE_HEAP = "384K", "16M"  # large: as many blocks as 8 MB have on a board
FOLDERS = ("tests/firmware/log", "tests/firmware/on_clip")  # the disk and the clock of the log's checks


@dataclass(frozen=True)
class Board:
    """What the estimates need: factor of time, garbage until it is collected, bounds of a collection, of a bus read."""

    name: str
    factor: float
    threshold_bytes: int
    collection_s: tuple[float, float]
    read_s: float = 0.43e-3


BOARDS = (
    Board("ESP32-S3, 8 MB PSRAM", 62, 1_000_000, (0.100, 0.290)),
    Board("RP2040", 138, 32768, (0.002, 0.0), 0.0),
    Board("ESP32", 120, 32768, (0.002, 0.0)),
)


def write_fifo(path: Path, minutes: float) -> None:
    """Write what the sensor's FIFO gives of a run, in pelvis axes: the clip's mount is none."""
    run = simulate(RunnerConfig(minutes=minutes, seed=1, rate_hz=RATE_HZ, speed_ms=3.5, stand_s=5.0))
    turn = run.pelvis_from_sensor.T
    words = np.zeros((len(run.acc_ms2), 2), dtype=[("tag", "u1"), ("axes", "<i2", 3)])
    slot = np.arange(len(words)) % 4 * 2
    per_lsb = np.array([GYR_DPS, ACC_G * STANDARD_GRAVITY_MS2])
    for half, values in enumerate((run.gyr_dps, run.acc_ms2)):
        words["tag"][:, half] = (half + 1) << 3 | slot
        words["axes"][:, half] = np.clip(np.rint(values @ turn / per_lsb[half]), -32768, 32767)
    path.write_bytes(words.tobytes())


def install(folder: Path) -> None:
    """Put the firmware there, compiled with its constants in place; the names, which cost no time, stay long."""
    for package in PACKAGES:
        sources = {path: inlined(path, source) for path, source in sources_of(package).items()}
        for path, data in compiled(sources).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    shutil.copy(REPOSITORY / "firmware/virtual/flashdisk.py", folder)


def run_clip(folder: Path, fifo: Path, mode: str, heap: str) -> dict[str, float]:
    """Run the clip once; give its counts, and times in processor microseconds where the mode is not `memory`."""
    path = ":".join([*(str(REPOSITORY / name) for name in FOLDERS), str(folder), ".frozen"])
    command = [
        micropython(),
        "-X",
        f"heapsize={heap}",
        str(REPOSITORY / "benchmarks/on_clip/alone.py"),
        str(fifo),
        mode,
    ]
    environment = {**os.environ, "MICROPYPATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"micropython failed:\n{done.stdout}{done.stderr}")
    found = {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}
    if found["lost"]:
        raise SystemExit(f"{found['lost']:.0f} samples or records were lost")
    share = 1.0 if mode == "memory" else found["cpu"] / found["wall"]
    return {name: share * value if name in {*PARTS, "wall", "device", "peer", "collecting"} else value
            for name, value in found.items()}  # fmt: skip


def cheapest(folder: Path, fifo: Path, mode: str, heap: str, repeat: int) -> dict[str, float]:
    """The run that took the least."""
    return min((run_clip(folder, fifo, mode, heap) for _ in range(repeat)), key=lambda found: found["wall"])


def percent(board: Board, us: float) -> float:
    """Share of a board's processor of something that takes so long here for a raw sample."""
    return board.factor * us * RATE_HZ / 1e4


def print_parts(parts: dict[str, float], garbage: dict[str, float]) -> float:
    """Print the first table; give the sum of the parts on the first board, in percent."""
    n, peer_us = parts["samples"], parts["peer"] / parts["samples"]
    print(f"\n| for a raw sample | here, µs | times packing | garbage, B | {' | '.join(b.name for b in BOARDS)} |")
    print("|---" * (4 + len(BOARDS)) + "|")
    rows = [(title, parts[name] / n, garbage[name] / garbage["samples"] / 2) for name, title in PARTS.items()]
    rows.append(("sum", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    for title, us, size in (*rows, ("peer: packing raw samples", peer_us, garbage["peer"] / garbage["samples"] / 2)):
        shares = " | ".join(f"{percent(board, us):.1f} %" for board in BOARDS)
        print(f"| {title} | {us:.2f} | {us / peer_us:.1f} | {size:.0f} | {shares} |")
    return percent(BOARDS[0], rows[-1][1])


def print_waiting(parts: dict[str, float], garbage_per_s: float) -> tuple[float, float]:
    """Print what takes the interpreter's time beside computing; give the bounds of its sum on the first board."""
    run_s = parts["samples"] / RATE_HZ
    here_s = 1e-6 * parts["collecting"] / max(1.0, parts["collections"])
    flash_percent = 100 * (parts["erases"] * ERASE_S + parts["pages"] * PAGE_S) / run_s
    sums = []
    print("\n| beside computing | collections a second | collecting | waiting for the bus | waiting for the flash |")
    print("|---|---|---|---|---|")
    for board in BOARDS:
        low_s, high_s = board.collection_s[0], max(*board.collection_s, board.factor * here_s)
        often = garbage_per_s / board.threshold_bytes
        bus_percent = 100 * (parts["bus_bytes"] * 9 / 400e3 + parts["transactions"] * board.read_s) / run_s
        low, high = 100 * often * low_s, 100 * often * high_s
        print(
            f"| {board.name} | {often:.1f} | {low:.0f} to {high:.0f} % | {bus_percent:.1f} % | {flash_percent:.1f} % |"
        )
        sums.append((low + bus_percent + flash_percent, high + bus_percent + flash_percent))
    print(f"\nGarbage on a board: {garbage_per_s / 1000:.0f} kB/s. A collection here: {1e6 * here_s:.0f} us.")
    return sums[0]


def print_whole(heap: str, found: dict[str, float], garbage_per_s: float) -> float:
    """Print a row of the third table; give the share of the first board's processor without collecting, in percent."""
    n = found["samples"]
    whole_us = (found["wall"] - found["device"]) / n
    often = garbage_per_s / BOARDS[0].threshold_bytes  # here too: twice the garbage, twice the threshold
    computing_us = whole_us - often * found["collecting"] / RATE_HZ
    share = percent(BOARDS[0], computing_us)
    print(f"| {heap} | {whole_us:.2f} | {computing_us:.2f} | {share:.0f} % |")
    return share


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder)
        fifo, short = folder / "fifo", folder / "short"
        write_fifo(fifo, options.minutes)
        short.write_bytes(fifo.read_bytes()[: round(60 * RATE_HZ) * 14])
        parts = cheapest(folder, fifo, "time", SMALL_HEAP, options.repeat)
        garbage = run_clip(folder, short, "memory", SMALL_HEAP)
        wholes = {heap: cheapest(folder, fifo, "whole", heap, options.repeat) for heap in (SMALL_HEAP, LARGE_HEAP)}
    seconds = parts["samples"] / RATE_HZ
    print(f"{seconds / 60:.1f} min, {parts['steps']:.0f} steps: {6 * parts['steps'] / seconds:.1f} in 6 s")
    total = print_parts(parts, garbage)
    garbage_per_s = sum(garbage[name] for name in PARTS) / garbage["samples"] * RATE_HZ / 2
    waiting = print_waiting(parts, garbage_per_s)
    print(f"\n| in one, heap | here, µs | without collecting | {BOARDS[0].name} |\n|---|---|---|---|")
    large = [print_whole(heap, found, garbage_per_s) for heap, found in wholes.items()][-1]
    for what, share in (("the parts", total), ("in one on a heap as large as its own", large)):
        kept = "under" if share < ASKED_PERCENT else "NOT under"
        print(f"\n{BOARDS[0].name}, computing, {what}: {share:.0f} %, {kept} the {ASKED_PERCENT:.0f} % asked for.")
    print(f"Beside it, collections, bus and flash: {waiting[0]:.0f} to {waiting[1]:.0f} %.")


if __name__ == "__main__":
    main()
