"""`hipdrop replay` with mode, band and person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hipdrop import people
from hipdrop.cli import main
from hipdrop.monitor import StoredBaseline
from hipdrop.people import Person
from hipdrop.profile import Profile


@pytest.fixture(scope="module")
def run_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "run.csv"
    assert main(["simulate", "--minutes", "1.5", "-o", str(path)]) == 0
    return path


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    return tmp_path / "data"


def replayed(run_csv: Path, out: Path, *options: str) -> dict[str, object]:
    assert main(["replay", str(run_csv), "--no-plot", "-o", str(out), *options]) == 0
    summary: dict[str, object] = json.loads((out / "summary.json").read_text())
    return summary


def test_a_band_is_judged_from_the_first_step(run_csv: Path, tmp_path: Path) -> None:
    summary = replayed(run_csv, tmp_path, "--band", "1,1")
    settings = summary["settings"]
    assert isinstance(settings, dict)
    assert settings["monitor"]["mode"] == "target"
    alerts = summary["alerts"]
    assert isinstance(alerts, list)
    assert {alert["baseline_deg"] for alert in alerts} == {1.0}
    assert "than the band allows" in alerts[0]["reason"]


def test_a_person_is_named_and_nothing_is_kept(run_csv: Path, tmp_path: Path, data: Path) -> None:
    known = Profile(StoredBaseline(3.0, 3.5, 0.6, 0.7, 400, 400))
    Person("Anna", "trail").keep(known, session=False)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    summary = replayed(run_csv, tmp_path / "out", "--person", "anna")
    assert (summary["person"], summary["shoe"]) == ("Anna", "trail")
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    assert replayed(run_csv, tmp_path / "out")["person"] is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mode", "target"], "say where the band ends"),
        (["--mode", "fatigue", "--band", "5,5"], "fatigue mode has no band"),
        (["--band", "5"], "for example 5,5"),
        (["--shoe", "trail"], "say who wears it"),
    ],
)
def test_what_does_not_fit_together_is_wrong_usage(
    run_csv: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(run_csv), "--no-plot", *options]) == 2
    assert said in capsys.readouterr().err
