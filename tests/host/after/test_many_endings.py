"""However the program ends, what is in the table is whole, and the next call goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from many_runs import contents, names, tabled, write_recordings

from hipdrop.after.many.dataset import Dataset
from hipdrop.errors import OutputError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")
HERE = Path(__file__).parent

# Each is run as a program of its own, with folder and table as arguments, and with what begins here.
BEGIN = """
import multiprocessing, os, resource, signal, sys
from functools import partial
from pathlib import Path
from hipdrop.after.many import dataset
from hipdrop.after.many.pools import on_cores
from hipdrop.after.many.running import run_table
from hipdrop.after.many.work import analyse_task

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
inline = partial(map, analyse_task)
def make(pool):
    return run_table([folder], out, pool, lambda what, share: None)
def end():
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four recordings."""
    return write_recordings(tmp_path_factory.mktemp("many") / "in")


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of their table."""
    out = tmp_path_factory.mktemp("whole")
    tabled(folder, out)
    return contents(out)


def run(script: str, folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Run a script to its end and that of all processes that it has started: they hold its standard output."""
    command = [sys.executable, "-c", BEGIN + "if __name__ == '__main__':\n" + script, str(folder), str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


# The third of four runs is being put in.
STAGES = {
    "before the first byte": ("write_bytes", "end()"),
    "half of a file": ("write_bytes", "whole(path, given[0][:900]); end()"),
    "before the steps have their name": ("replace", "end()"),
    "between steps and run": ("replace", "whole(path, *given); end()"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_the_middle_of_a_write(stage: str, folder: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    method, then = STAGES[stage]
    done = run(
        f"""
    whole, calls = Path.{method}, []
    def hooked(path, *given):
        calls.append(path)
        if len(calls) == 5:  # two files a run
            {then}
        return whole(path, *given)
    Path.{method} = hooked
    make(inline)
""",
        folder,
        tmp_path,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(names(tmp_path)) == 2
    outcome = tabled(folder, tmp_path)
    assert (outcome.there, outcome.added) == (2, 2)
    assert contents(tmp_path) == whole


def test_killed_while_its_processes_work_takes_them_with_it(
    folder: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    done = run(
        """
    def pool(tasks):
        for result in on_cores(tasks, 2):
            yield result
            print(len(multiprocessing.active_children()), flush=True)
            end()
    make(pool)
""",
        folder,
        tmp_path,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "2\n"), done.stderr
    assert tabled(folder, tmp_path).there == 1
    assert contents(tmp_path) == whole


def test_ctrl_c_stops_at_once_and_keeps_what_is_done(folder: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    """Pressed on a terminal it reaches the processes as well."""
    done = run(
        """
    from hipdrop.cli import main
    from hipdrop.after.many.dataset import Dataset
    put = Dataset.put
    def then_ctrl_c(self, part):
        put(self, part)
        for process in (*multiprocessing.active_children(), multiprocessing.current_process()):
            os.kill(process.pid, signal.SIGINT)
    Dataset.put = then_ctrl_c
    print(main(["report", "--table", str(folder), "-o", str(out), "--workers", "2"]))
    print(multiprocessing.active_children())
""",
        folder,
        tmp_path,
    )
    assert done.stdout == "130\n[]\n", done.stderr
    assert done.stderr == "hipdrop: stopped; what was done stays, the same command goes on from there\n"
    assert tabled(folder, tmp_path).there == 1
    assert contents(tmp_path) == whole


def test_a_process_that_dies_costs_nothing(folder: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    done = run(
        """
    killed = []
    def pool(tasks):
        for result in on_cores(tasks, 2):
            yield result
            if not killed:
                killed.append(multiprocessing.active_children()[0])
                os.kill(killed[0].pid, signal.SIGKILL)
    outcome = make(pool)
    print(outcome.added, outcome.failed)
""",
        folder,
        tmp_path,
    )
    assert done.stdout == "4 []\n", done.stderr
    assert contents(tmp_path) == whole


def test_a_recording_that_always_kills_its_process_costs_itself_alone(folder: Path, tmp_path: Path) -> None:
    done = run(
        """
    from dataclasses import astuple, fields
    from hipdrop.after.many.work import Task
    class Deadly(Task):
        def __reduce__(self):
            return signal.raise_signal, (signal.SIGKILL,)  # where it is unpacked
    def pool(tasks):
        values = {field.name: getattr(tasks[1], field.name) for field in fields(Task)}
        return on_cores([tasks[0], Deadly(**values), *tasks[2:]], 2)
    outcome = make(pool)
    print(outcome.added, *(failed.problem.partition(": ")[2] for failed in outcome.failed))
""",
        folder,
        tmp_path,
    )
    problem = "its process was ended, most likely for want of memory; analyse it where there is more"
    assert done.stdout == f"3 {problem}\n", done.stderr
    assert len(names(tmp_path)) == 3


def test_a_full_disk_is_one_line(folder: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    """A limit to the size of files stands for it."""
    done = run(
        """
    from hipdrop.cli import main
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    sys.exit(main(["report", "--table", str(folder), "-o", str(out), "--workers", "1"]))
""",
        folder,
        tmp_path,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"hipdrop: {tmp_path}/steps/")
    assert line.endswith(": cannot be written: File too large; name another folder with --out")
    tabled(folder, tmp_path)
    assert contents(tmp_path) == whole


def test_two_at_once_do_not_write_the_same_table(folder: Path, tmp_path: Path) -> None:
    with Dataset(tmp_path), pytest.raises(OutputError, match="is being written by another hipdrop"):
        tabled(folder, tmp_path)
    assert tabled(folder, tmp_path).added == 4


def test_files_of_another_hand_stay(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "steps" / "person_key=-" / "year_month=2026-11"
    place.mkdir(parents=True)
    for name in ("mine.parquet", ".mine.part", "README"):
        (place / name).touch()
    (place / "0123456789abcdef.parquet").touch()  # steps of a run that is not in
    with Dataset(tmp_path):
        pass
    assert sorted(path.name for path in place.iterdir()) == [".mine.part", "README", "mine.parquet"]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_analysed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        tabled(folder, tmp_path / "file")
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208
