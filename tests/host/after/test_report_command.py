"""`hipdrop report`: what it writes and says, and what it refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from reported import analysed, html_of
from run_files import write_csv, write_run

from hipdrop.after.report.page import check_pdf
from hipdrop.cli import main
from hipdrop.errors import UsageError
from hipdrop.results import RESULT_NAMES
from screens import missing
from synthetic import simulated


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_run_gives_the_page_and_the_tables_of_replay(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = analysed("short").path
    assert main(["report", str(path), "-o", "out"]) == 0
    assert sorted(file.name for file in (here / "out").iterdir()) == sorted([*RESULT_NAMES, "report.html"])
    assert [file.name for file in here.iterdir()] == ["out"]
    assert (here / "out" / "report.html").read_text("utf-8") == html_of("short")
    summary = json.loads((here / "out" / "summary.json").read_text())
    assert summary["steps"] == analysed("short").summary.steps
    rows = (here / "out" / "steps.csv").read_text().splitlines()
    assert len(rows) == 1 + summary["steps"]
    said = capsys.readouterr()
    assert "pelvic drop" in said.out
    assert said.err == ""


def test_without_a_folder_the_page_alone_is_written_here(here: Path) -> None:
    assert main(["report", str(analysed("still").path)]) == 0
    assert [file.name for file in here.iterdir()] == ["report.html"]


def test_several_runs_go_by_date_each_with_its_own_tables(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    week, full = str(analysed("week").path), str(analysed("full").path)
    assert main(["report", week, full, "-o", "out"]) == 0
    assert sorted(file.name for file in (here / "out").iterdir()) == ["report.html", "run1", "run2"]
    assert json.loads((here / "out" / "run1" / "summary.json").read_text())["input"]["file"] == "full.mcap"
    first, second, _ = capsys.readouterr().out.splitlines()
    assert "18 November 2026" in first
    assert "25 November 2026" in second


def test_one_bad_file_among_several_is_named_and_the_others_are_reported(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "bad.csv").write_text("a,b\n1,2\n")
    assert main(["report", str(analysed("short").path), "bad.csv", "-o", "out"]) == 1
    assert "bad.csv" in (here / "out" / "report.html").read_text("utf-8")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("hipdrop: bad.csv")
    assert line.endswith("the report is made of the other recordings")


@pytest.mark.parametrize(
    ("name", "contents"),
    [("none.csv", None), ("empty.csv", b""), ("foreign.csv", b"time;x\n1;2\n"), ("picture.mcap", b"\x89PNG\r\n" * 99)],
)
def test_what_is_no_recording_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, contents: bytes | None
) -> None:
    if contents is not None:
        (here / name).write_bytes(contents)
    assert main(["report", name, "-o", "out"]) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line
    assert not (here / "out" / "report.html").exists()


def test_a_torn_recording_is_reported_up_to_there(here: Path) -> None:
    whole = analysed("full").path.read_bytes()
    (here / "torn.mcap").write_bytes(whole[: len(whole) // 3])
    assert main(["report", "torn.mcap", "-o", "out"]) == 0
    page = (here / "out" / "report.html").read_text("utf-8")
    assert "torn.mcap" in page
    assert "nan" not in page.lower()


def test_without_a_clip_that_was_heard_there_is_no_report(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(here / "silent.mcap", simulated(minutes=0.1, seed=4), lost=slice(2, None))
    assert main(["report", "silent.mcap"]) == 1
    assert "silent.mcap" in capsys.readouterr().err


def test_a_pdf_is_made_of_the_same_page(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        check_pdf()
    except UsageError as error:
        missing(str(error))
    assert main(["report", str(analysed("short").path), "-o", "out", "--pdf"]) == 0
    assert (here / "out" / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "report.pdf" in capsys.readouterr().out


def test_without_its_library_a_pdf_is_refused_before_anything_is_read(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert main(["report", "none.csv", "--pdf"]) == 2
    assert "pip install 'hipdrop[pdf]'" in capsys.readouterr().err


def test_settings_of_a_file_go_over_those_of_the_run(here: Path) -> None:
    write_csv(here / "run.csv", simulated(minutes=0.7, seed=6))
    (here / "s.toml").write_text("[monitor]\ndead_band_deg = 2.25\n")
    assert main(["report", "run.csv", "-o", "out", "--config", "s.toml"]) == 0
    assert json.loads((here / "out" / "summary.json").read_text())["settings"]["monitor"]["dead_band_deg"] == 2.25
