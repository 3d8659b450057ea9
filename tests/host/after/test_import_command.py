"""The command: where recordings go, what is said and kept, and that the other commands take them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from foreign_sensors import BEGAN_UNIX_S, GYR_NAMES, Motion, Phone, dot_text, motion, phyphox_files, table, zipped
from hipdrop.after.importing import phyphox
from hipdrop.after.importing.foreign import Foreign
from hipdrop.after.importing.recognise import read_recordings
from hipdrop.after.reading import read_recorded
from hipdrop.cli import main
from hipdrop.recording import Session, read_run

Said = Callable[[], tuple[str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder; the commands are typed beside it, in Berlin."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home" / "hipdrop"


def short() -> Motion:
    return motion(minutes=0.4)


def phone_zip(folder: Path, name: str = "run.zip") -> Path:
    return zipped(folder / name, phyphox_files(Phone(), short()))


def test_among_the_recordings_by_its_own_date(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phone_zip(home.parents[1])
    assert main(["import", "run.zip", "--person", "Anna", "--shoe", "trail", "--site", "sacrum"]) == 0
    name = datetime.fromtimestamp(BEGAN_UNIX_S).strftime("%Y-%m-%d_%H-%M-%S.mcap")
    path = home / "recordings" / name
    said = capsys.readouterr()
    assert said.out.startswith(f"written    {path}: phyphox, ")
    assert "hipdrop: run.zip: assumed: the time stamps of accelerometer and gyroscope count from one zero" in said.err
    run = read_run(path)
    assert (run.header.person, run.header.shoe, run.header.site) == ("Anna", "trail", "sacrum")
    assert run.whole
    (kept,) = [item for item in run.items if isinstance(item, Session)]
    assert kept.what == "imported"
    assert kept.detail["assumed"] == list(phyphox.ASSUMED)
    assert kept.detail["layout"] == "phyphox"
    assert kept.detail["file"] == "run.zip"
    assert main(["recordings"]) == 0
    listed = capsys.readouterr().out
    assert name in listed
    assert "whole" in listed
    assert not (home / "people").exists()  # an import is no session of the person


def test_replayed_it_says_what_its_events_say(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phone_zip(home.parents[1])
    assert main(["import", "run.zip", "-o", "one"]) == 0
    steps = int(capsys.readouterr().out.split(",")[-1].split()[0])
    assert steps > 30
    assert main(["replay", "one/run.mcap", "--no-plot", "-o", "replayed"]) == 0
    assert "import-phyphox-Pixel 6a" not in capsys.readouterr().err
    assert len((home.parents[1] / "replayed" / "steps.csv").read_text().splitlines()) == steps + 1
    assert main(["replay", "one/run.mcap", "--no-plot", "--reprocess", "--site", "sacrum"]) == 0


def test_the_same_file_gives_the_same_messages(home: Path) -> None:
    phone_zip(home.parents[1])
    for folder in ("one", "two"):
        assert main(["import", "run.zip", "-o", folder]) == 0
    assert read_run(Path("one/run.mcap")).items == read_run(Path("two/run.mcap")).items


def test_a_recording_is_never_overwritten(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phone_zip(home.parents[1])
    assert main(["import", "run.zip", "-o", "one"]) == 0
    before = Path("one/run.mcap").read_bytes()
    assert main(["import", "run.zip", "-o", "one"]) == 1
    assert "no recording is ever overwritten" in capsys.readouterr().err
    assert Path("one/run.mcap").read_bytes() == before
    assert main(["import", "run.zip"]) == main(["import", "run.zip"]) == 0
    assert len(list((home / "recordings").glob("*.mcap"))) == 2


def test_two_files_or_a_folder_are_as_good_as_the_zip(home: Path) -> None:
    folder = home.parents[1]
    files = phyphox_files(Phone(), short())
    for name, text in files.items():
        place = folder / "unpacked" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    phone_zip(folder)
    assert main(["import", "run.zip", "-o", "zip"]) == 0
    assert main(["import", "unpacked", "-o", "folder"]) == 0
    pair = ["unpacked/Gyroscope.csv", "unpacked/Accelerometer.csv"]
    assert main(["import", *pair, "--date", "2026-06-21 10:00", "-o", "pair"]) == 0
    whole = read_recorded(Path("zip/run.mcap"))
    for name in ("folder", "pair"):
        other = read_recorded(Path(name) / "run.mcap")
        assert np.allclose(other.blocks[0].acc_ms2, whole.blocks[0].acc_ms2, atol=0.003)
        assert np.allclose(other.blocks[0].gyr_rads, whole.blocks[0].gyr_rads, atol=0.001)
    began = read_recorded(Path("pair/run.mcap")).began
    assert began is not None
    assert began.replace(tzinfo=None) == datetime(2026, 6, 21, 10, 0)


def test_several_at_once_and_one_bad_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home.parents[1]
    phone_zip(folder)
    (folder / "dot.csv").write_text(dot_text(short(), start="2026-06-20 18:30:05.500 +0000"))
    (folder / "bad.csv").write_text("a,b\n1,2\n")
    assert main(["import", "run.zip", "bad.csv", "dot.csv"]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert "bad.csv, line 1: is in no layout" in said.err
    assert len(list((home / "recordings").glob("*.mcap"))) == 2
    assert main(["import", "run.zip", "dot.csv", "-o", "one"]) == 2
    assert "--out is for one recording, and there are 2" in capsys.readouterr().err


def test_without_a_date_the_last_change_of_the_file_is_taken(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = short().imu_csv(home.parents[1] / "run.csv")
    os.utime(path, (BEGAN_UNIX_S, BEGAN_UNIX_S))
    assert main(["import", "run.csv", "-o", "one"]) == 0
    assert "the last change of run.csv, less its length, is taken" in capsys.readouterr().err
    began = read_recorded(Path("one/run.mcap")).began
    assert began is not None
    assert began.timestamp() == pytest.approx(BEGAN_UNIX_S - 24.0, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--date", "yesterday"], '--date yesterday: give date and time such as "2026-11-22 18:30"'),
        (["--date", "1969-05-05"], "says a date before 1970 or after today"),
        (["--date", "2399-05-05 10:00"], "says a date before 1970 or after today"),
        (["--from", "dot", "--columns", "shimmer"], "--columns is for a CSV of any other layout"),
        (["--columns", "fitbit"], "does not exist; name a file, or one of"),
        (["--from", "dot"], "has no header with PacketCounter and SampleTimeFine"),
        (["--columns", "shimmer"], "does not fit the column map shimmer.toml"),
        (["--from", "csv"], "is in no layout that hipdrop knows"),
        (["--shoe", "trail"], "say who wears it with --person NAME"),
    ],
)
def test_options_that_do_not_fit(
    home: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    phone_zip(home.parents[1])
    assert main(["import", "run.zip", *arguments]) in (1, 2)
    assert told in capsys.readouterr().err
    assert not list(home.glob("recordings/*"))


def test_a_pause_of_the_experiment_is_a_gap(tmp_path: Path) -> None:
    """The experiment's time stands still in a pause: meta/time.csv says how long it was."""
    files = phyphox_files(Phone(), short())
    pause = f'"PAUSE",1.2E1,{BEGAN_UNIX_S + 12},"x"\n"START",1.2E1,{BEGAN_UNIX_S + 72},"x"\n'
    path = zipped(tmp_path / "run.zip", {**files, "meta/time.csv": files["meta/time.csv"] + pause})
    assert main(["import", str(path), "-o", str(tmp_path / "one")]) == 0
    recorded = read_recorded(tmp_path / "one" / "run.mcap")
    assert len(recorded.blocks) == 2
    assert recorded.blocks[1].gap_s == pytest.approx(60.0, abs=0.03)
    assert recorded.facts.duration_s == pytest.approx(60.0 + short().t_s[-1], abs=0.1)


def test_the_gravity_sensor_beside_the_accelerometer_is_left_alone(tmp_path: Path) -> None:
    """Both have columns of the same names."""
    files = phyphox_files(Phone(), short())
    rows = np.column_stack((short().t_s, np.tile([0.0, 9.81, 0.0], (len(short().t_s), 1))))
    gravity = table(["Time (s)", *[f"Acceleration {axis} (m/s^2)" for axis in "xyz"]], rows)
    path = zipped(tmp_path / "run.zip", {**files, "Gravity.csv": gravity, "__MACOSX/._Accelerometer.csv": "x"})
    (foreign,) = read_recordings([path])
    assert isinstance(foreign, Foreign)
    assert foreign.acc.member.name == "Accelerometer.csv"


def test_one_table_with_both_sensors_has_one_clock(tmp_path: Path) -> None:
    """An experiment of one's own may export all columns in one table."""
    moved = short()
    rows = np.column_stack((moved.t_s, moved.acc_ms2, np.radians(moved.gyr_dps)))
    names = ["Time (s)", *[f"Acceleration {axis} (m/s^2)" for axis in "xyz"], *GYR_NAMES]
    (tmp_path / "all.csv").write_text(table(names, rows, ";", comma=True))
    (foreign,) = read_recordings([tmp_path / "all.csv"])
    assert isinstance(foreign, Foreign)
    assert foreign.one_clock
    assert np.allclose(foreign.acc.values, moved.acc_ms2)


def test_a_dot_without_sampletimefine_counts_by_its_rate(tmp_path: Path) -> None:
    moved = short()
    lines = dot_text(moved).splitlines()
    empty = [",".join([line.split(",")[0], "", *line.split(",")[2:]]) if line[:1].isdigit() else line for line in lines]
    (tmp_path / "dot.csv").write_text("\n".join([*empty[:-1], empty[-2], empty[-1]]))  # one row is there twice
    (foreign,) = read_recordings([tmp_path / "dot.csv"])
    assert isinstance(foreign, Foreign)
    assert np.allclose(foreign.acc.t_s, np.arange(len(moved.t_s)) / 120.0)
    assert foreign.notes == ("1 rows were there twice and were left out",)
    assert any("PacketCounter over OutputRate" in text for text in foreign.assumed)


DATES = {
    "2026-06-21_10:00:00_086 WEST": datetime(2026, 6, 21, 10, 0, 0, 86_000).timestamp(),  # this computer's zone
    "2026-06-21 10:00:00.086 +0200": datetime.fromisoformat("2026-06-21T08:00:00.086+00:00").timestamp(),
    "2026-06-21_10:00:00_086 -03:30": datetime.fromisoformat("2026-06-21T13:30:00.086+00:00").timestamp(),
    "2026-06-21 10:00:00": datetime(2026, 6, 21, 10).timestamp(),
    "soon": None,
}


@pytest.mark.parametrize("text", DATES)
def test_dates_of_a_dot(tmp_path: Path, text: str) -> None:
    (tmp_path / "dot.csv").write_text(dot_text(motion(minutes=0.25), start=text))
    (foreign,) = read_recordings([tmp_path / "dot.csv"])
    assert isinstance(foreign, Foreign)
    assert foreign.unix_at_zero_s == (None if DATES[text] is None else pytest.approx(DATES[text]))
    assert any("StartTime" in said for said in foreign.assumed) == (DATES[text] is not None)
