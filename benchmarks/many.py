"""How much faster a folder of recordings becomes a table on two cores than on one, and by a Dask cluster.

    python benchmarks/many.py [--recordings 40] [--minutes 60] [--workers 2] [--repeat 1] [--folder DIR]

Simulates recordings of differing seeds into a folder (a temporary one, unless it is named: then those that lie there
already are taken), makes their table on one core, on several, and on a local Dask cluster of as many processes, each
into an empty folder, and compares the files to the byte. The times are those of the command's whole work without
Python's start, so with the start of its processes. The load is the mean number of processes that wanted to run in the
minute before each: after the first row the command's own are among them. CPU is the time that all processes together
had a core: where it is well below the time times their number, others had the cores. Memory is the largest process so
far.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hipdrop.after.many.cluster import cluster
from hipdrop.after.many.pools import Pool, cores, on_cores
from hipdrop.after.many.running import run_table
from hipdrop.simulate import RunnerConfig, simulate


def recordings(folder: Path, number: int, minutes: float) -> list[Path]:
    """Simulate those that do not lie there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"run{seed:03d}-{minutes:g}min.csv" for seed in range(1, number + 1)]
    for seed, path in enumerate(paths, 1):
        if not path.exists():
            part = path.with_suffix(".part")
            simulate(RunnerConfig(minutes=minutes, seed=seed)).write_csv(part)
            part.replace(path)
    return paths


def timed_s(paths: list[Path], out: Path, pool: Pool, workers: int) -> float:
    """Make the table; give the time that it took."""
    begin_s = time.perf_counter()
    outcome = run_table(paths, out, pool, lambda what, share: None, threads=workers)
    taken_s = time.perf_counter() - begin_s
    if outcome.added != len(paths):
        raise SystemExit(f"{outcome.added} of {len(paths)} recordings: {outcome.failed}")
    return taken_s


def contents(out: Path) -> dict[str, bytes]:
    """Give the Parquet files of a table."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


def row(name: str, repeat: int, make: Callable[[Path], float], out: Path, one: Row | None = None) -> Row:
    """Make the table some times; print the least time, beside that on one core."""
    load, before = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN)
    taken_s = min(make(out / str(turn)) for turn in range(repeat))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / repeat
    found = Row(taken_s, contents(out / "0"))
    same = "" if one is None else "yes" if found.files == one.files else "no"
    faster = (one or found).taken_s / taken_s
    print(
        f"| {name} | {taken_s:.1f} | {faster:.2f} | {same} | {cpu_s:.1f} | {after.ru_maxrss / 1e3:.0f} | {load:.1f} |",
        flush=True,
    )
    return found


@dataclass(frozen=True)
class Row:
    """The least time, and the table that was made."""

    taken_s: float
    files: dict[str, bytes]


def on_dask(paths: list[Path], workers: int, out: Path) -> float:
    """Make the table by a cluster that is there already, as one is when it is worth having."""
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as local,
        cluster(local.scheduler_address) as pool,
    ):
        return timed_s(paths, out, pool, workers)


def main() -> None:
    """Print the table of times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        paths = recordings(options.folder or Path(temporary) / "in", options.recordings, options.minutes)
        measure(paths, options.workers, options.repeat, Path(temporary))
    print(f"\n{options.recordings} recordings of {options.minutes:g} min; {cores()} cores, {platform.platform()}")


def measure(paths: list[Path], workers: int, repeat: int, out: Path) -> None:
    """Time each way and compare what they made."""
    print("| where | s | times as fast | the same bytes | CPU s | MB | load before |\n|---|--:|--:|---|--:|--:|--:|")
    one = row("1 process", repeat, lambda to: timed_s(paths, to, partial(on_cores, workers=1), 1), out / "one")
    several = f"{workers} processes"
    row(
        several,
        repeat,
        lambda to: timed_s(paths, to, partial(on_cores, workers=workers), workers),
        out / "several",
        one,
    )
    row(f"Dask, {several}", repeat, partial(on_dask, paths, workers), out / "dask", one)


if __name__ == "__main__":
    main()
