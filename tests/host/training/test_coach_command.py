"""`hipdrop coach` without a clip: who may start, what is kept, what is proposed."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hipdrop import people
from hipdrop.cli import main
from hipdrop.events import BaselineReady, Event, Side, Step
from hipdrop.settings import Settings
from hipdrop.training.coach import Outcome
from hipdrop.training.coached import coached_settings
from hipdrop.training.ladder import LADDER
from hipdrop.training.repeats import as_data, repeats_of, session_of
from hipdrop.training.store import Entry, add, entries
from hipdrop.training.walkrun import WalkRun
from host.training.test_coach import PLAN, Wearer, wearer

RUN = ("coach", "run", "--walk-run", "4:1", "--person", "Anna", "--clip", "ble:nowhere", "--no-plot")
NOW = datetime.now().astimezone()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and no terminal."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr("hipdrop.recording.library.user_data_path", lambda *name, **more: tmp_path / "data")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    return tmp_path / "data"


def check_in(pain: int, *more: str) -> None:
    assert main(["check-in", "--person", "Anna", "--pain", str(pain), "--no-stop-signs", *more]) == 0


@pytest.mark.parametrize(
    ("pain", "more", "code", "words"),
    [
        (None, (), 2, "no check-in today"),
        (4, ("--walks-pain-free",), 3, "pain 4 of 10; it starts at 3 or less"),
        (3, (), 2, "say --walks-pain-free if they do not"),
    ],
)
def test_who_may_not_start(
    pain: int | None, more: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if pain is not None:
        check_in(pain)
    capsys.readouterr()
    assert main([*RUN, *more]) == code
    assert words in capsys.readouterr().err
    assert entries("Anna", "coached-run") == []


def test_a_stop_sign_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-in", "--person", "Anna", "--pain", "0", "--stop-sign", "fever"]) == 3
    assert main([*RUN, "--walks-pain-free"]) == 3
    assert "have this looked at" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["coach", "run"], ["coach", "run", "--walk-run", "4"]])
def test_what_is_missing_is_said_with_an_example(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "4:1" in capsys.readouterr().err


def done_session() -> Wearer:
    return wearer((5.0, 26.0), (36.5, 57.0)).go(30.0).say("pain: 2").go(80.0)


def step(t_s: float, side: Side, drop_deg: float) -> Step:
    return Step(
        t_s, 0, side, 1.0, True, t_s + 0.25, 250.0, 0.36, 166.0, drop_deg, 1.0, 1.0, 0.0, t_s + 0.1, 60.0, 0.1, 0.0, ()
    )


def test_each_repeat_is_summed_up_by_when_its_steps_were() -> None:
    coach = done_session().coach
    events: list[Event] = [step(6.0 + 0.36 * n, (Side.LEFT, Side.RIGHT)[n % 2], 3.0 + n % 2) for n in range(40)]
    events += [step(37.0, Side.LEFT, 9.0)]  # too few in the second repeat
    first, second = repeats_of(coach, reversed_late(events))
    assert (first.steps, first.left_drop_deg, first.right_drop_deg, first.cadence_spm) == (40, 3.0, 4.0, 166.0)
    assert (first.run_s, first.walk_s) == (pytest.approx(21.0, abs=0.5), pytest.approx(10.0, abs=0.5))
    assert (first.pain, second.pain) == (2, None)
    assert (second.steps, second.left_drop_deg) == (1, None)


def reversed_late(events: list[Event]) -> list[Event]:
    """The first steps become known last, as while the mount is not found yet."""
    return [*events[10:], *events[:10]]


def test_what_is_kept_can_be_read_and_tells_the_session() -> None:
    coach = done_session().coach
    baseline = BaselineReady(40.0, 2.5, float("nan"), 2.5, 0.5, 0.5, 0.5, 100, "today")
    kept = as_data(coach, [baseline], "run.mcap", "trail")
    add("Anna", "coached-run", {**kept, "pain_after": None}, NOW)
    (entry,) = entries("Anna", "coached-run")
    assert (entry.data["baseline_deg"], entry.data["pain"]) == ({"left": 2.5, "right": None}, 2)
    session = session_of(entry)
    assert session is not None
    assert (session.plan, session.outcome, session.pain) == (PLAN, Outcome.DONE, 2)
    assert session_of(Entry("coached-run", NOW, {"run_s": 1})) is None


def test_the_next_session_waits_for_the_morning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coach", "next", "--person", "Anna"]) == 0
    assert "coach run --walk-run 1:5 --repeats 5" in capsys.readouterr().out
    plan = LADDER[2]
    data = {"run_s": plan.run_s, "walk_s": plan.walk_s, "repeats": plan.repeats, "outcome": "done", "pain": None}
    for days in (3, 1):
        add("Anna", "coached-run", data, NOW - timedelta(days=days))
    check_in(1, "--after-run", "1")
    capsys.readouterr()
    assert main(["coach", "next", "--person", "Anna"]) == 0
    assert capsys.readouterr().out.startswith("no proposal yet")
    check_in(1, "--after-run", "1", "--next-morning", "1")
    capsys.readouterr()
    assert main(["coach", "next", "--person", "Anna"]) == 0
    assert "coach run --walk-run 4:2 --repeats 5" in capsys.readouterr().out
    assert main(["check-in", "--person", "Anna", "--pain", "1", "--stop-sign", "swelling"]) == 3
    assert main(["coach", "next", "--person", "Anna"]) == 3


@pytest.mark.parametrize(
    ("run_min", "repeats", "until_min"), [(4.0, 6, 8.0), (1.0, 6, 5.4), (1.0, 5, 8.0), (2.0, 4, 7.2)]
)
def test_the_baseline_is_learned_within_the_session_where_it_can_be(
    run_min: float, repeats: int, until_min: float
) -> None:
    settings = coached_settings(Settings(), WalkRun(60 * run_min, 60.0, repeats))
    assert settings.monitor.baseline_until_min == pytest.approx(until_min)
    assert settings.monitor.stored_baseline_until_min == pytest.approx(min(5.0, until_min))
