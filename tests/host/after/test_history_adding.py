"""Recordings come into the history: by name, once; all anew from the folder; bad ones are named and left out."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made_runs import make_run
from run_files import NOON_UNIX_S, write_csv, write_run

from hipdrop import people
from hipdrop.after.history import adding, identity
from hipdrop.after.history.adding import Said, complete, rebuild, run_of_file
from hipdrop.after.history.identity import board_of, key_of
from hipdrop.after.history.runs import BeganFrom, Source, as_plain
from hipdrop.after.history.store import FILE_NAME, History
from hipdrop.cli import main
from hipdrop.errors import InputError
from hipdrop.simulate import SimulatedRun
from synthetic import simulated


@pytest.fixture(scope="module")
def made() -> SimulatedRun:
    """A minute and a half of running."""
    return simulated(minutes=1.5, seed=11)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder with its folder of recordings."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr("hipdrop.recording.library.user_data_path", lambda *name, **more: tmp_path / "data")
    (tmp_path / "data" / "recordings").mkdir(parents=True)
    return tmp_path / "data"


def nothing(what: str, share: float) -> None:
    """Tell nobody how far it is."""


def test_a_recording_says_who_when_and_which(made: SimulatedRun, tmp_path: Path) -> None:
    path = write_run(tmp_path / "run.mcap", made, person="Anna", shoe="Trail", pain_s=[40.0], speed_ms=3.0)
    run = run_of_file(path)
    assert (run.person, run.shoe, run.clip, run.began_from) == ("Anna", "Trail", "A1", BeganFrom.RECORDING)
    assert run.began.timestamp() == pytest.approx(NOON_UNIX_S, abs=1.0)
    assert run.key == f"A1@{round(1e3 * NOON_UNIX_S)}"
    assert run.file == str(path.resolve())
    assert run.lost_share == 0.0
    assert run.speed_ms == pytest.approx(3.0)
    assert run.distance_m == pytest.approx(3.0 * run.running_s)
    assert [mark.note for mark in run.marks] == ["pain"]
    assert run.steps > 150


def test_a_torn_copy_is_the_same_run(made: SimulatedRun, tmp_path: Path) -> None:
    path = write_run(tmp_path / "run.mcap", made, person="Anna")
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert key_of("A1", torn) == key_of("A1", path)
    with History(tmp_path / FILE_NAME) as history:
        assert history.add(run_of_file(torn))
        assert not history.add(run_of_file(path))
        assert not history.add(run_of_file(torn))
        (run,) = history.runs()
    assert run.file == str(path.resolve())
    assert as_plain(run) == as_plain(run_of_file(path))


def test_a_csv_is_known_by_what_is_in_it(made: SimulatedRun, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "run.csv", made)
    packed = tmp_path / "copy.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert key_of("", packed) == key_of("", path)
    os.utime(path, (NOON_UNIX_S, NOON_UNIX_S))
    run = run_of_file(path)
    assert (run.began_from, run.began.timestamp(), run.person) == (BeganFrom.FILE, NOON_UNIX_S, "")
    said = Said("Anna", "Road", datetime(2026, 2, 1, 9, tzinfo=UTC))
    run = run_of_file(path, said)
    assert (run.began_from, run.began, run.person, run.shoe) == (BeganFrom.SAID, said.began, "Anna", "Road")


def test_live_figures_wait_for_the_analysis(made: SimulatedRun, tmp_path: Path) -> None:
    path = write_run(tmp_path / "run.mcap", made, person="Anna")
    found = run_of_file(path)
    gone = make_run(source=Source.LIVE, file=str(tmp_path / "gone.mcap"))
    bad = make_run(make_run().began.replace(hour=3), source=Source.LIVE, file=str(tmp_path / "bad.mcap"))
    (tmp_path / "bad.mcap").write_bytes(b"no recording")
    with History(tmp_path / FILE_NAME) as history:
        for run in (replace(found, source=Source.LIVE, cadence_spm=1.0, began_from=BeganFrom.LIVE), gone, bad):
            history.add(run)
        (said,) = complete(history, nothing)
        assert "bad.mcap" in said
        assert said.endswith("its live figures stay")
        of = {run.key: run for run in history.runs()}
    assert (of[found.key].source, of[found.key].cadence_spm) == (Source.ANALYSIS, found.cadence_spm)
    assert of[found.key].began_from is BeganFrom.LIVE
    assert of[gone.key].source is of[bad.key].source is Source.LIVE


def test_rebuilt_it_is_what_it_was(made: SimulatedRun, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day, person in enumerate(("Anna", "Anna", "")):
        write_run(data / "recordings" / f"{day}.mcap", made, day=day, person=person, shoe="Trail" if person else "")
    assert main(["history", "rebuild"]) == 0
    assert "3 of 3 recordings" in capsys.readouterr().err
    with History() as history:
        before = [as_plain(run) for run in history.runs()]
    (data / FILE_NAME).unlink()
    assert main(["history", "rebuild"]) == 0
    with History() as history:
        assert [as_plain(run) for run in history.runs()] == before
    assert [run["person"] for run in before] == ["Anna", "Anna", ""]


def test_rebuild_names_bad_files_and_keeps_runs_from_elsewhere(made: SimulatedRun, data: Path) -> None:
    path = write_run(data / "recordings" / "good.mcap", made, person="Anna")
    (data / "recordings" / "bad.mcap").write_bytes(b"no recording")
    (data / "recordings" / "head.mcap").write_bytes(path.read_bytes()[:100])
    with History() as history:
        history.add(make_run())
    said = list(rebuild(nothing))
    assert [line.split(":")[0].rpartition("/")[2] for line in said[:-1]] == ["bad.mcap", "head.mcap"]
    assert said[-1].startswith("1 of 3 recordings in ")
    assert said[-1].endswith(", 2 cannot be read")
    with History() as history:
        assert len(history.runs()) == 2


def test_a_damaged_history_is_moved_away_and_made_anew(
    made: SimulatedRun, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(data / "recordings" / "run.mcap", made, person="Anna")
    (data / FILE_NAME).write_bytes(b"this was a history once" * 500)
    assert main(["history"]) == 1
    assert "hipdrop history rebuild" in capsys.readouterr().err
    assert main(["history", "rebuild"]) == 0
    (away,) = data.glob(f"{FILE_NAME}.damaged-*")
    assert str(away) in capsys.readouterr().err
    assert away.read_bytes().startswith(b"this was")
    assert main(["history"]) == 0
    assert "Anna: 1 run" in capsys.readouterr().out


def test_runs_of_a_virtual_clip_are_left_out(
    made: SimulatedRun, data: Path, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    assert f'NAME = "{identity.VIRTUAL_BOARD}"' in (repository / "firmware/virtual/virtual_board.py").read_text()
    path = write_run(data / "recordings" / "run.mcap", made, person="Anna")
    assert board_of(path) == "test"
    assert board_of(data / "none.mcap") == ""
    monkeypatch.setattr(adding, "VIRTUAL_BOARD", "test")
    assert list(rebuild(nothing))[-1].endswith(", 1 of a virtual clip left out")
    with History() as history:
        assert history.runs() == []


def test_add_on_the_command_line(made: SimulatedRun, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(data / "recordings" / "mine.mcap", made, person="Anna")
    csv = write_csv(data / "run.csv", made)
    assert main(["history", "add", "mine", str(csv), "--began", "2026-02-03T07:30", "--shoe", "Road"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("added ")
    assert first.endswith(" Anna: mine")
    assert "Tue 03 Feb 2026 07:30" in second
    assert main(["history", "add", "mine", str(data / "none.csv")]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("renewed ")
    assert "none.csv" in err
    assert err.endswith("1 of 2 files are not in it; see above\n")
    with History() as history:
        assert [run.shoe for run in history.runs()] == ["Road", "Road"]


def test_forget_empties_the_history(made: SimulatedRun, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day, person in enumerate(("Anna", "Bert")):
        write_run(data / "recordings" / f"{day}.mcap", made, day=day, person=person)
    assert main(["history", "rebuild"]) == 0
    (data / f"{FILE_NAME}.damaged-20260101-000000").write_bytes(b"Anna was here")
    assert main(["where"]) == 0
    assert f"  history: 1 file (0.0 MB), {data / FILE_NAME}" in capsys.readouterr().out
    assert main(["forget", "--person", "ANNA", "--yes"]) == 0
    assert capsys.readouterr().out.endswith("1 of 1 files, 1 of them recordings, 1 entry of the history\n")
    assert not list(data.glob("*.damaged-*"))
    with History() as history:
        assert [run.person for run in history.runs()] == ["Bert"]
    assert main(["forget", "--person", "Anna", "--yes"]) == 0
    assert capsys.readouterr().out == "nothing is kept of Anna\n"


def test_who_is_only_in_the_history_is_forgotten_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with History() as history:
        history.add(make_run())
    assert main(["forget", "--person", "Anna", "--yes"]) == 0
    assert "1 entry of the history" in capsys.readouterr().out
    with History() as history:
        assert history.runs() == []


@pytest.mark.parametrize("content", [b"", b"t_s,ax_g\n", bytes(range(7, 107))])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "what.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"what\.csv"):
        run_of_file(path)
