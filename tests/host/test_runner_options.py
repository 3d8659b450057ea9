"""Who runs and how, from the command line."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from handmade import make_recording
from hipdrop import people
from hipdrop.commands.runner import (
    keep_person,
    parse_band,
    treadmill,
    who_runs,
    with_mode,
    with_session,
)
from hipdrop.errors import UsageError
from hipdrop.events import BaselineReady, Treadmill, TreadmillSet
from hipdrop.people import Person
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.results import summary_table
from hipdrop.settings import Settings
from hipdrop.summary import summarize
from hipdrop.wording import summary_lines

READY = BaselineReady(480.0, 3.0, 3.5, 3.25, 0.6, 0.7, 0.5, 800, "today")
PROGRAMME = Settings().replace({"monitor": {"programme_sessions": 8}})


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path)
    return tmp_path


def ran(person: Person, settings: Settings = PROGRAMME, running_s: float = 900.0) -> Person:
    keep_person(person, settings, running_s, [READY], None, None)
    return Person.open(person.name)


def test_who_is_named_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert who_runs("Anna", "trail", recall=True) == Person("Anna", "trail")
    assert capsys.readouterr().err == ""


def test_who_ran_last_runs_again_and_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert who_runs(None, None, recall=True) is None
    ran(Person("Anna", "trail"))
    assert who_runs(None, None, recall=True) == Person("Anna", "trail", sessions=1)
    assert capsys.readouterr().err.startswith("hipdrop: Anna, trail, as last time; ")
    assert who_runs(None, "road", recall=False) == Person("Anna", "road", sessions=1)


def test_nobody_runs_where_nobody_is_meant() -> None:
    ran(Person("Anna"))
    assert who_runs(None, None, recall=False) is None
    assert who_runs("-", None, recall=True) is None
    with pytest.raises(UsageError, match="say who wears it"):
        who_runs("-", "trail", recall=True)


def test_a_shoe_wants_somebody_in_it() -> None:
    with pytest.raises(UsageError, match="--person NAME"):
        who_runs(None, "trail", recall=True)


def test_a_band_means_target_mode() -> None:
    for mode in (None, "target"):
        monitor = with_mode(Settings(), mode, "5,4.5").monitor
        assert (monitor.mode, monitor.target_left_deg, monitor.target_right_deg) == ("target", 5.0, 4.5)


def test_mode_goes_over_the_settings() -> None:
    banded = Settings().replace({"monitor": {"mode": "target", "target_left_deg": 5.0}})
    assert with_mode(banded, "fatigue", None).monitor.mode == "fatigue"
    assert with_mode(banded, "target", None).monitor.target_left_deg == 5.0
    assert with_mode(banded, None, None) is banded


@pytest.mark.parametrize(("mode", "band"), [("fatigue", "5,5"), ("target", None)])
def test_mode_and_band_go_together(mode: str, band: str | None) -> None:
    with pytest.raises(UsageError, match="--mode target"):
        with_mode(Settings(), mode, band)


@pytest.mark.parametrize("text", ["", "5", "5,", "5,5,5", "a,b", "0,0", "nan,5", "inf,5", "90,5"])
def test_what_is_no_band_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="for example 5,5"):
        parse_band(text)


def test_one_leg_may_be_left_out() -> None:
    assert parse_band("0,4") == (0.0, 4.0)


@pytest.mark.parametrize(("speed_ms", "slope"), [(0.0, None), (-1.0, None), (14.0, None), (math.nan, 0.0), (3.0, 46.0)])
def test_what_no_treadmill_does_is_refused(speed_ms: float, slope: float | None) -> None:
    with pytest.raises(UsageError, match=r"--speed-ms|--slope"):
        treadmill(speed_ms, slope)


def test_the_treadmill_is_an_input_that_changes_no_drop() -> None:
    assert treadmill(None, None) is None
    item = treadmill(3.3, None)
    assert item == Treadmill(3.3, None)
    (said,) = Pipeline(208.0).push(item)
    assert isinstance(said, TreadmillSet)
    assert said.speed_ms == 3.3
    assert math.isnan(said.slope_percent)


def test_person_and_treadmill_stand_in_the_summary() -> None:
    events = [TreadmillSet(0.0, 3.5, 1.0), TreadmillSet(60.0, math.nan, 2.0)]
    summary = summarize(make_recording(), events, "Anna", "trail")
    table = summary_table(summary, Settings())
    assert (table["person"], table["shoe"]) == ("Anna", "trail")
    assert table["treadmill"][0] == {"t_s": 0.0, "speed_ms": 3.5, "slope_percent": 1.0}
    lines = list(summary_lines(summary))
    assert "person     Anna, trail" in lines
    assert "treadmill  3.50 m/s (12.6 km/h), slope 1 %" in lines
    assert "treadmill  slope 2 %" in lines


def test_sessions_of_a_programme_are_counted() -> None:
    assert with_session(PROGRAMME, None) is PROGRAMME
    anna = Person("Anna")
    for number in (1, 2, 3):
        assert with_session(PROGRAMME, anna).monitor.training_session == number
        anna = ran(anna)


def test_what_is_no_session_is_not_counted() -> None:
    anna = ran(Person("Anna"), running_s=299.0)
    assert anna.sessions == 0
    assert ran(anna, Settings()).sessions == 0
    assert with_session(Settings(), anna).monitor.training_session == 0
    said = PROGRAMME.replace({"monitor": {"training_session": 6}})
    assert with_session(said, anna) is said


def test_what_a_run_showed_is_kept() -> None:
    anna = ran(Person("Anna"))
    kept = anna.profile()
    assert kept is not None
    assert kept.baseline is not None
    assert kept.baseline.left_deg == 3.0
    keep_person(anna, PROGRAMME, 900.0, [], None, Profile())  # showed nothing
    assert Person.open("Anna").profile() == kept
