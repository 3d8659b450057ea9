"""`hipdrop export`: what it writes and where, and what it refuses."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from hipdrop.after.export.formats import Format, parse_began
from hipdrop.cli import main
from hipdrop.errors import UsageError
from synthetic import simulated

FILES = {
    "csv": ["events.csv", "samples.csv", "steps.csv"],
    "parquet": ["events.parquet", "samples.parquet", "steps.parquet"],
    "sto": ["coordinates.sto", "orientation.sto", "placer.sto"],
    "fit": ["run.fit"],
}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an IMU CSV of a minute and a half."""
    path = tmp_path_factory.mktemp("recording") / "monday.csv.gz"
    simulated(minutes=1.5, seed=3).write_csv(path)
    return path


def names(folder: Path) -> list[str]:
    """Give the names in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("to", list(FILES))
def test_each_format_writes_its_files_and_names_them(
    to: str, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(recording), "--to", to, "--began", "2026-11-20T18:00"]) == 0
    assert names(tmp_path) == [f"monday-{to}"]
    assert names(tmp_path / f"monday-{to}") == FILES[to]
    out, err = capsys.readouterr()
    assert out.startswith("written    ")
    assert all(name in out for name in FILES[to])
    assert "no baseline" in err


def test_the_same_input_gives_the_same_bytes_and_takes_the_place_of_what_was_there(
    recording: Path, tmp_path: Path
) -> None:
    """As `replay`: files of these names are replaced, all others left alone."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "steps.csv").write_text("old")
    (out / "mine.txt").write_text("mine")
    arguments = ["export", str(recording), "--to", "csv", "--angles", "-o", str(out)]
    assert main(arguments) == 0
    first = {name: (out / name).read_bytes() for name in names(out)}
    assert first["mine.txt"] == b"mine"
    assert first["steps.csv"] != b"old"
    assert main(arguments) == 0
    assert {name: (out / name).read_bytes() for name in names(out)} == first


def test_what_it_writes_replay_reads(recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(recording), "--to", "csv", "-o", str(tmp_path)]) == 0
    assert main(["replay", str(tmp_path / "samples.csv"), "--no-plot"]) == 0
    assert "columns not used" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--to", "fit"], 1, "add --began"),
        (["--to", "csv", "--began", "yesterday"], 2, "--began yesterday: is no date and time"),
        (["--to", "parquet", "--angles"], 2, "--angles goes with --to csv"),
        (["--to", "xml"], 2, "xml"),
        ([], 2, "--to"),
    ],
)
def test_what_does_not_fit_is_one_line_and_writes_nothing(
    arguments: list[str], code: int, text: str, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", str(recording), *arguments, "-o", str(out)]) == code
    err = capsys.readouterr().err
    assert text in err
    assert err.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b"a,b\n1,2\n", "there is no column"),
        (b"\x89MCAP0\r\n", "torn.mcap"),
    ],
)
def test_a_file_that_is_no_recording_is_one_line(
    content: bytes | None, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ("torn.mcap" if content and content.startswith(b"\x89") else "no.csv")
    if content is not None:
        path.write_bytes(content)
    assert main(["export", str(path), "--to", "csv", "-o", str(tmp_path / "out")]) == 1
    err = capsys.readouterr().err
    assert text in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("to", "module", "name"), [("parquet", "pyarrow", "pyarrow"), ("fit", "fit_tool", "fit-tool")])
def test_without_the_extra_it_says_how_to_get_it(
    to: str, module: str, name: str, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def find_spec(wanted: str, package: str | None = None) -> ModuleSpec | None:
        return None if wanted == module else importlib.util.find_spec(wanted, package)

    monkeypatch.setattr("hipdrop.after.export.formats.find_spec", find_spec)
    assert main(["export", str(recording), "--to", to, "-o", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert f"needs {name}, which is not installed: pip install 'hipdrop[export]'" in err
    assert err.count("\n") == 1


def test_a_fault_while_writing_leaves_what_was_there(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "samples.csv").write_text("old")
    shares: list[float] = []

    def full(*_: object) -> bytes:
        shares.append(1.0)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)  # of steps.csv, when samples.csv is written beside its place
    assert main(["export", str(recording), "--to", "csv", "-o", str(tmp_path)]) == 1
    assert shares
    assert names(tmp_path) == ["samples.csv"]
    assert (tmp_path / "samples.csv").read_text() == "old"


def test_began_is_in_the_zone_of_this_computer_or_in_its_own() -> None:
    assert parse_began("2026-11-20T18:00") == datetime(2026, 11, 20, 18).astimezone()
    assert parse_began("2026-11-20 18:00:30+02:00").isoformat() == "2026-11-20T18:00:30+02:00"
    for wrong in ("2026-11-20", "20.11.2026 18:00", ""):
        with pytest.raises(UsageError, match="is no date and time"):
            parse_began(wrong)


def test_the_formats_are_those_of_the_command() -> None:
    assert [str(one) for one in Format] == list(FILES)
