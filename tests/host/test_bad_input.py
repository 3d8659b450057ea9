"""Bad input through the real command: exit 1 (2 for wrong usage), one line with file, line and remedy, no traceback."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hipdrop.cli import main
from test_imucsv import HEADER, plain


def lines() -> list[str]:
    return plain().splitlines()


def with_row(number: int, row: str) -> str:
    """Give the plain file with line `number` (from 1) replaced."""
    text = lines()
    text[number - 1] = row
    return "\n".join(text)


def with_field(number: int, column: int, field: str) -> str:
    """Give the plain file with one field of line `number` replaced."""
    fields = lines()[number - 1].split(",")
    fields[column] = field
    return with_row(number, ",".join(fields))


def with_time(time_s: Callable[[int], float]) -> str:
    """Give the plain file with other times."""
    rows = (row.split(",")[1:] for row in lines()[1:])
    return "\n".join([HEADER, *(",".join([f"{time_s(i):.6f}", *row]) for i, row in enumerate(rows))])


def scaled(columns: slice, factor: float) -> str:
    """Give the plain file with some columns scaled."""
    text = [HEADER]
    for row in lines()[1:]:
        fields = row.split(",")
        fields[columns] = [f"{float(field) * factor:.6g}" for field in fields[columns]]
        text.append(",".join(fields))
    return "\n".join(text)


CASES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty; record"),
    "only blank lines": ("\n \n\n", "is empty; record"),
    "header only": (HEADER + "\n", "has a header but no rows; record"),
    "no header": ("\n".join(lines()[1:]), ", line 1: has no header that names the columns; see docs/input-format.md"),
    "wrong columns": (plain().replace("acc_y_ms2", "ay"), ", line 1: there is no column acc_y_ms2 or acc_y_g; see"),
    "no time": (plain().replace("t_s", "time"), ", line 1: there is no column t_s or t_ms or t_us; see"),
    "a column twice": (
        plain().replace("acc_x_ms2", "acc_y_g"),
        ", line 1: there is no column acc_x_ms2 or acc_x_g; see",
    ),
    "two units": (plain().replace("gyr_x_dps", "acc_y_g"), ", line 1: the columns acc_y_ms2 and acc_y_g say the same"),
    "text": (with_field(57, 3, "abc"), ", line 57: acc_z_ms2 is 'abc', which is no number; mend or delete the line"),
    "nan": (with_field(58, 4, "nan"), ", line 58: gyr_x_dps is nan, which is no measurement; mend"),
    "inf": (with_field(59, 1, "-inf"), ", line 59: acc_x_ms2 is -inf, which is no measurement; mend"),
    "empty field": (with_field(60, 6, ""), ", line 60: gyr_z_dps is empty; mend"),
    "too few fields": (with_row(61, "1,2,3"), ", line 61: has 3 fields where the header has 7; mend"),
    "too many fields": (with_row(62, lines()[61] + ",1"), ", line 62: has 8 fields where the header has 7; mend"),
    "decimal comma": (
        with_field(63, 2, "9,81").replace(",", ";").replace("9;81", "9,81"),
        ", line 63: acc_y_ms2 is '9,81', which is no number, write decimals with a point; mend",
    ),
    "text after blank lines": ("\n\n" + with_field(57, 3, "abc"), ", line 59: acc_z_ms2 is 'abc'"),
    "unsorted": (with_time(lambda i: i / 200 if i != 100 else 0.1), ", line 102: the time does not increase; sort"),
    "constant time": (with_time(lambda i: 5.0), ", line 3: the time does not increase; sort"),
    "ten samples": ("\n".join(lines()[:11]), "is too short, 0.04 s in all; record 2 s or more"),
    "one sample": ("\n".join(lines()[:2]), "is too short, 0.00 s in all; record 2 s or more"),
    "too slow": (with_time(lambda i: i / 12), "is sampled at 12 Hz, too slow to see a step; record at 50 Hz or more"),
    "absurd acceleration": (
        with_field(64, 1, "1e9"),
        ", line 64: acceleration of 1e+09 m/s², more than any sensor reads",
    ),
    "absurd rate": (with_field(65, 5, "-9000"), ", line 65: angular rate of 9000 deg/s, more than any sensor reads"),
    "g named as m/s2": (scaled(slice(1, 4), 1 / 9.80665), "the acceleration has a mean length of 1.0"),
    "no gravity": (scaled(slice(1, 4), 0.0), "the acceleration has a mean length of 0 m/s²"),
    "broken gzip": (gzip.compress(plain().encode())[:-200], "is a broken gzip file; copy or download it again"),
    "rubbish in gzip": (b"\x1f\x8b" + bytes(range(256)), "is a broken gzip file; copy or download it again"),
    "binary": (bytes(range(256)) * 40, "is no text; hipdrop reads a CSV of IMU samples"),
    "binary without high bytes": (bytes(range(128)) * 40, "is no text; hipdrop reads a CSV of IMU samples"),
    "utf-16": (plain().encode("utf-16"), "is no text; hipdrop reads a CSV of IMU samples"),
    "prose": ("Dear diary,\ntoday I ran.\n", ", line 1: there is no column t_s or t_ms or t_us; see"),
}


def refused(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int = 1) -> str:
    """Run the command, which must fail with this code and one line, and give the line."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hipdrop: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("name", CASES)
def test_bad_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, message = CASES[name]
    path = tmp_path / "run.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    line = refused(capsys, ["replay", str(path), "--out", str(tmp_path / "out")])
    assert line.startswith(f"hipdrop: {path}")
    assert message in line
    assert not (tmp_path / "out").exists()


def test_too_fast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.csv"
    rows = [row.partition(",")[2] for row in lines()[1:]]
    path.write_text("\n".join([HEADER, *(f"{i / 1500:.6f},{rows[i % 800]}" for i in range(4000))]))
    assert "is sampled at 1500 Hz, hipdrop takes up to 1000 Hz; resample it" in refused(capsys, ["replay", str(path)])


def test_missing_file_and_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no.csv: does not exist; check the name" in refused(capsys, ["replay", str(tmp_path / "no.csv")])
    assert f"{tmp_path}: is a folder; name a CSV file in it" in refused(capsys, ["replay", str(tmp_path)])


def test_unreadable_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.csv"
    path.write_text(plain())

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)  # a test may run as root, whom no permission stops
    assert "run.csv: cannot be read: Permission denied" in refused(capsys, ["replay", str(path)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["replay"], "name one recording, or --sample"),
        (["replay", "a.csv", "--sample"], "name one recording, or --sample"),
        (["replay", "a.csv", "b.csv"], "unexpected extra argument"),
        (["replay", "a.csv", "--speed", "fast"], "--speed fast: give a number over 0"),
        (["replay", "a.csv", "--speed", "0"], "--speed 0: give a number over 0"),
        (["replay", "a.csv", "--speed", "nan"], "--speed nan: give a number over 0"),
        (["replay", "a.csv", "--site", "head"], "'sacrum', 'left-hip', 'right-hip'"),
        (["replay", "a.csv", "--block", "0"], "--block"),
        (["replay", "a.csv", "--frobnicate"], "--frobnicate"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refused(capsys, arguments, code=2)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[monitor]\nmood = 3\n", "setting monitor.mood: there is no such setting"),
        ("[radar]\n", "setting radar: there is no such table"),
        ("[monitor]\ndead_band_deg = 'wide'\n", "setting monitor.dead_band_deg: 'wide' is not a number"),
        ("[monitor]\ndead_band_deg = -1\n", "setting monitor.dead_band_deg: -1.0 is impossible"),
        ("not toml", "is no TOML"),
    ],
)
def test_bad_settings(toml: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(toml)
    assert message in refused(capsys, ["replay", "a.csv", "--config", str(path)])


def test_unwritable_output_leaves_what_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder is a file; or one of the results cannot be replaced: then the other ones stay as they were too."""
    path = tmp_path / "run.csv"
    path.write_text(plain())
    assert "cannot be written" in refused(capsys, ["replay", str(path), "--out", str(path)])
    assert path.read_text() == plain()
    out = tmp_path / "out"
    (out / "summary.json").mkdir(parents=True)
    (out / "steps.csv").write_text("old")
    assert "summary.json: is a folder" in refused(capsys, ["replay", str(path), "--no-plot", "--out", str(out)])
    assert (out / "steps.csv").read_text() == "old"
    assert sorted(entry.name for entry in out.iterdir()) == ["steps.csv", "summary.json"]


def test_a_failed_run_leaves_old_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "run.csv", tmp_path / "out"
    out.mkdir()
    (out / "steps.csv").write_text("old")
    path.write_text(with_field(700, 3, "abc"))
    refused(capsys, ["replay", str(path), "--out", str(out)])
    assert (out / "steps.csv").read_text() == "old"


def hipdrop(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "hipdrop", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_a_process_prints_one_line_and_a_traceback_only_on_demand(tmp_path: Path) -> None:
    path = str(tmp_path / "no.csv")
    failed = hipdrop("replay", path)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == f"hipdrop: {path}: does not exist; check the name\n"
    assert "Traceback" in hipdrop("replay", path, "--debug").stderr
    assert hipdrop("replay", "--speed", "x").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_below_standard_output(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "hipdrop", "--version"]
        failed = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr == "hipdrop: standard output: No space left on device\n"
