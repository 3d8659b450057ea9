"""`hipdrop calibrate repeatability` from recordings to the profile."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hipdrop import people
from hipdrop.cli import main
from hipdrop.monitor import StoredBaseline
from hipdrop.people import Person
from hipdrop.profile import Profile

BASELINE = StoredBaseline(3.0, 3.5, 0.6, 0.7, 400, 410)
PROFILE = Profile(BASELINE)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five days: drops 0.5 deg apart, the clip put on anyhow."""
    folder = tmp_path_factory.mktemp("days")
    paths = [folder / f"day{number}.csv" for number in range(5)]
    for number, path in enumerate(paths):
        level = str(2.0 + 0.5 * number)
        options = ["--minutes", "4.3", "--rate", "52", "--seed", str(number), "--mount", "random"]
        assert main(["simulate", *options, "--drop-left", level, "--drop-right", level, "--out", str(path)]) == 0
    return paths


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def calibrate(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command; give code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["calibrate", "repeatability", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def anna(profile: Profile | None = PROFILE) -> Person:
    person = Person.open("anna", "trail")
    person.keep(profile, session=False)
    return person


def test_five_days_are_shown_and_kept(runs: list[Path], calibrate: Callable[..., tuple[int, str, str]]) -> None:
    """SD of 2.0, 2.5 .. 4.0 is 0.79 deg."""
    person = anna()
    code, out, err = calibrate(*runs, "--person", "anna", "--shoe", "trail")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:6]] == [path.name for path in runs]
    assert "2.7-2.8  2D video" in out
    assert f"written      {person.profile_path}" in out
    kept = person.profile()
    assert kept is not None
    assert kept.baseline is not None
    assert kept.baseline.between_day_sd_deg == pytest.approx(0.79, abs=0.1)
    assert kept.baseline == BASELINE.repeating(kept.baseline.between_day_sd_deg, 5)
    (leg,) = [line for line in out.splitlines() if line.startswith("a leg")]
    assert f"{kept.baseline.between_day_sd_deg:.2f}" in leg


def test_two_days_are_shown_and_not_kept(runs: list[Path], calibrate: Callable[..., tuple[int, str, str]]) -> None:
    person = anna()
    code, out, _ = calibrate(*runs[:2], "--person", "anna", "--shoe", "trail")
    assert code == 0
    assert "not kept     2 runs; from 5 on" in out
    assert "the true figure is 0.4 to 32 times it" in out
    assert person.profile() == PROFILE


def test_nobody_named_keeps_nothing(
    runs: list[Path], data: Path, calibrate: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, _ = calibrate(*runs[:2])
    assert (code, data.exists()) == (0, False)
    assert "kept" not in out


def test_a_copy_of_a_run_is_the_same_run(
    runs: list[Path], tmp_path: Path, calibrate: Callable[..., tuple[int, str, str]]
) -> None:
    again = Path(shutil.copy(runs[0], tmp_path / "another.csv"))
    code, out, err = calibrate(runs[0], again)
    assert (code, out) == (1, "")
    assert "day0.csv and another.csv are of the same run" in err


def test_one_run_and_a_short_one_are_refused_by_name(
    runs: list[Path], tmp_path: Path, calibrate: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, err = calibrate(runs[0])
    assert code == 1
    assert "one run shows no difference; take the clip off" in err
    short = tmp_path / "short.csv"
    short.write_text("".join(runs[0].read_text().splitlines(keepends=True)[: 52 * 60]))
    code, _, err = calibrate(runs[0], short)
    assert code == 1
    assert "short.csv: there were 0.9 minutes of running; run for 4 minutes or more" in err


def test_a_person_without_a_fresh_level_is_told_first(
    runs: list[Path], calibrate: Callable[..., tuple[int, str, str]]
) -> None:
    anna(None)
    code, out, err = calibrate(*runs, "--person", "anna", "--shoe", "trail")
    assert (code, out) == (2, "")
    assert "anna, trail has no fresh level yet; hipdrop calibrate baseline" in err
