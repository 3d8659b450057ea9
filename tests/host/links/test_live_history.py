"""A live run comes into the history by itself, is renewed from its file, and is never harmed by it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scripted_clip import ScriptedClip, ScriptedLink

from hipdrop import people
from hipdrop.after.history import store
from hipdrop.after.history.adding import run_of_file
from hipdrop.after.history.identity import VIRTUAL_BOARD
from hipdrop.after.history.runs import BeganFrom, Source
from hipdrop.after.history.store import FILE_NAME, History
from hipdrop.commands.live import report
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.virtual.loop import run_virtual
from packed import counts_of_run


@pytest.fixture(scope="module")
def counts() -> NDArray[np.int16]:
    """A minute of running."""
    return counts_of_run(simulate(RunnerConfig(minutes=1.0, seed=4)))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    return tmp_path / "data"


def live(counts: NDArray[np.int16], path: Path | None, board: str = "scripted") -> LiveRun:
    """Run it, and report it as the command does."""

    async def act() -> LiveRun:
        run, clip = LiveRun(Settings(), recording=path, person="Anna", shoe="trail"), ScriptedClip(counts=counts)
        clip.info["board"] = board
        link = ScriptedLink(clip)
        async with link:
            await run.run(run.session(link))
        return run

    run = run_virtual(act())
    report(run, Path("ble:x"), None, picture=False, known=None, save_profile=None, who=people.Person("Anna", "trail"))
    return run


def test_it_is_there_and_the_file_renews_it(
    counts: NDArray[np.int16], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.mcap"
    live(counts, path)
    assert "history    kept: hipdrop history shows your runs\n" in capsys.readouterr().out
    with History() as history:
        (run,) = history.runs("anna", "TRAIL")
        assert (run.source, run.began_from, run.clip, run.file) == (Source.LIVE, BeganFrom.LIVE, "T1", str(path))
        assert run.steps > 100
        assert not history.add(run_of_file(path))
        (run,) = history.runs()
    assert (run.source, run.began_from, run.person) == (Source.ANALYSIS, BeganFrom.LIVE, "Anna")


@pytest.mark.parametrize(("recorded", "board"), [(False, "scripted"), (True, VIRTUAL_BOARD)])
def test_what_is_not_recorded_or_virtual_is_not_history(
    counts: NDArray[np.int16], tmp_path: Path, data: Path, recorded: bool, board: str
) -> None:
    live(counts, tmp_path / "run.mcap" if recorded else None, board)
    assert not (data / FILE_NAME).exists()


def test_a_history_that_is_held_costs_one_line(
    counts: NDArray[np.int16], tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(store, "PATIENCE_S", 0.05)
    History().close()
    other = sqlite3.connect(data / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    path = tmp_path / "run.mcap"
    live(counts, path)
    out, err = capsys.readouterr()
    other.close()
    (line,) = [line for line in err.splitlines() if "history" in line]
    assert line.startswith("hipdrop: not in the history yet: ")
    assert line.endswith(f"then hipdrop history add {path}")
    assert "pelvic drop" in out  # the summary came


@pytest.mark.parametrize("kind", ["damaged", "folder"])
def test_a_history_that_cannot_be_used_costs_one_line(
    counts: NDArray[np.int16], tmp_path: Path, data: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data.mkdir()
    if kind == "damaged":
        (data / FILE_NAME).write_bytes(b"no history" * 1000)
    else:
        (data / FILE_NAME).mkdir()
    live(counts, tmp_path / "run.mcap")
    out, err = capsys.readouterr()
    assert next(line for line in err.splitlines() if "history" in line).startswith("hipdrop: not in the history yet: ")
    assert "pelvic drop" in out
