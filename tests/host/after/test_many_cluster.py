"""The same table, to the byte, on one core, on two, and by a Dask cluster."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from distributed import LocalCluster
from many_runs import contents, names, tabled, tell_nobody, write_recordings

from hipdrop.after.many.cluster import cluster
from hipdrop.after.many.pools import Result, on_cores
from hipdrop.after.many.running import run_table
from hipdrop.after.many.work import Task
from hipdrop.cli import main
from hipdrop.errors import ClusterError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four recordings and a bad one."""
    folder = write_recordings(tmp_path_factory.mktemp("many") / "in")
    (folder / "bad.csv").write_text("nothing")
    return folder


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Address of a cluster of two processes on this computer."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as local:
        yield local.scheduler_address


def sorted_table(out: Path, table: str, by: list[str]) -> pa.Table:
    """Read a table, sorted."""
    return ds.dataset(out / table, partitioning="hive").to_table().sort_by([(name, "ascending") for name in by])


def test_cores_and_cluster_make_the_same_table(
    folder: Path, scheduler: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, dask = tmp_path / "one", tmp_path / "two", tmp_path / "dask"
    tabled(folder, one)
    outcome = run_table([folder], two, partial(on_cores, workers=2), tell_nobody)
    assert (outcome.added, len(outcome.failed)) == (4, 1)
    assert main(["report", "--table", str(folder), "-o", str(dask), "--scheduler", scheduler]) == 1
    said = capsys.readouterr()
    assert f"written    {dask}: 4 runs" in said.out
    assert said.err.splitlines()[1:] == [f"hipdrop: 1 of 5 recordings could not be analysed; all others are in {dask}"]
    for name, by in (("runs", ["run"]), ("steps", ["run", "step"])):
        table = sorted_table(one, name, by)
        assert table.num_rows == {"runs": 4, "steps": outcome.steps}[name]
        assert table.equals(sorted_table(two, name, by), check_metadata=True)
        assert table.equals(sorted_table(dask, name, by), check_metadata=True)
    assert contents(one) == contents(two) == contents(dask)


def test_a_worker_with_another_version_is_refused(
    folder: Path, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hipdrop.__version__", "99.0")
    with cluster(scheduler) as pool, pytest.raises(ClusterError, match=r"here is 99.0; install the same everywhere"):
        run_table([folder / "one.csv"], tmp_path, pool, tell_nobody)


def test_a_recording_on_which_the_cluster_fails_is_named(folder: Path, scheduler: str, tmp_path: Path) -> None:
    """Here its workers cannot unpack it."""
    with cluster(scheduler) as pool:

        def spoilt(tasks):  # type: ignore[no-untyped-def]
            first, *others = tasks
            return pool([replace(first, settings=Unpackable()), *others])

        outcome = run_table([folder], tmp_path, spoilt, tell_nobody)
    assert outcome.added == 3
    (problem,) = (one.problem for one in outcome.failed if "the cluster failed on it (RuntimeError: " in one.problem)
    assert "\n" not in problem


class Unpackable:
    """What fails where it is unpacked."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return _fail, ("torn",)


def _fail(text: str) -> None:
    raise RuntimeError(text)


def test_a_scheduler_that_is_not_there_is_one_line(folder: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ClusterError, match="no scheduler answers there"), cluster(address, wait_s=0.5) as pool:
        run_table([folder], tmp_path, pool, tell_nobody)


def test_a_cluster_without_workers_is_one_line() -> None:
    with (
        LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as local,
        pytest.raises(ClusterError, match="no worker is there; start some with dask worker"),
        cluster(local.scheduler_address, wait_s=0.5),
    ):
        pass


def test_a_scheduler_that_goes_leaves_what_is_done(folder: Path, tmp_path: Path) -> None:
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address=":0", silence_logs=50) as local,
        cluster(local.scheduler_address) as pool,
    ):

        def ended(tasks: Sequence[Task]) -> Iterator[Result]:
            results = pool(tasks)
            yield next(results)
            local.close()
            yield from results

        with pytest.raises(ClusterError, match="the scheduler is gone"):
            run_table([folder / "one.csv", folder / "friday.mcap"], tmp_path, ended, tell_nobody)
    assert len(names(tmp_path)) == 1


def test_the_benchmark_prints_a_row_for_each_way(repository: Path) -> None:
    """How fast they are is not judged here."""
    command = [sys.executable, str(repository / "benchmarks" / "many.py"), "--recordings", "2", "--minutes", "0.6"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines() if "|" in line]
    assert [row[0] for row in cells[2:]] == ["1 process", "2 processes", "Dask, 2 processes"]
    assert [row[3] for row in cells[2:]] == ["", "yes", "yes"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--table", "--pdf"], "a table has no page"),
        (["--workers", "2"], "go with --table"),
        (["--scheduler", "tcp://x:1"], "go with --table"),
        (["--table", "--workers", "2", "--scheduler", "tcp://x:1"], "give one of them"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path), *options]) == 2
    assert said in capsys.readouterr().err
