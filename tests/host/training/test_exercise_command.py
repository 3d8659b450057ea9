"""`hipdrop exercise`: from a recording to what is kept, and what is refused."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest

from hipdrop.cli import main
from hipdrop.events import Side
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.training.adherence import items
from hipdrop.training.checkin import keep, of_answers
from hipdrop.training.planfile import of_text
from hipdrop.training.store import entries, training_path

WORDS = ("where", "shoe", "surface")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where people are kept."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture(scope="module")
def drops_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bends, and a set of four pelvic drops on either leg."""
    path = tmp_path_factory.mktemp("sets") / "drops.csv"
    demo_exercise("pelvic-drop", [Side.LEFT, Side.RIGHT], 1, repetitions=4).write_csv(path)
    return path


def test_sets_are_kept_and_count_for_the_plan(drops_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["exercise", "pelvic-drop", "--from", str(drops_csv), "--sets", "1", "--reps", "4", "--person", "ann"]
    assert main(given) == 0
    said = capsys.readouterr().out
    assert "set 1          pelvic drop, left leg" in said
    assert "  counted      4 repetitions, 3 without a fault" in said
    assert "  too shallow  number 3" in said
    kept = entries("ann", "set")
    assert f"kept           {training_path('ann')}" in said
    assert [entry.data["side"] for entry in kept] == ["left", "right"]
    assert [entry.data["repetitions"] for entry in kept] == [4, 4]
    assert main(given) == 0  # looked at again: nothing is there twice
    assert "kept before" in capsys.readouterr().out
    assert len(entries("ann", "set")) == 2
    plan = of_text(
        f'hipdrop_plan = 1\ntitle = "t"\nstart = {kept[0].day}\ndays = 1\n[[block]]\ntitle = "b"\n'
        '[[block.exercise]]\nname = "pelvic-drop"\nrepetitions = 4\n'
    )
    (item,) = items(plan, kept[0].day, kept)
    assert item.done


def test_as_json(drops_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "sets.json"
    given = ["exercise", "pelvic-drop", "--from", str(drops_csv), "--side", "left", "--sets", "1", "--reps", "4"]
    assert main([*given, "--out", str(out)]) == 0
    whole = json.loads(out.read_text())
    (one,) = whole["sets"]
    assert whole["hipdrop_sets"] == 1
    assert one["faults"] == {"too shallow": 1, "too quick": 0, "by leaning": 0}
    assert one["each"][0]["down_s"] == pytest.approx(2.0, abs=0.5)
    assert one["each"][0]["depth_deg"] == pytest.approx(10.0, abs=1.5)


def test_a_file_that_cannot_be_written_is_refused_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", "bridge", "--demo", "--out", str(tmp_path / "none" / "sets.json")]) == 1
    assert "sets.json: cannot be written" in capsys.readouterr().err


def test_figures_are_shown_though_they_cannot_be_kept(
    drops_csv: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "home").write_text("no folder")
    given = ["exercise", "pelvic-drop", "--from", str(drops_csv), "--sets", "1", "--reps", "4", "--person", "ann"]
    assert main(given) == 1
    said = capsys.readouterr()
    assert "  counted      4 repetitions" in said.out
    assert "cannot be" in said.err


@pytest.mark.parametrize("signs", [["locking"], ["fever"]])
def test_a_stop_sign_of_the_day_ends_it(signs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    answers = {
        "pain": 2,
        "where": "",
        "pain_after_last_run": None,
        "pain_next_morning": None,
        "shoe": "",
        "surface": "",
    }
    keep("ann", of_answers(answers, signs, datetime.now().astimezone()))
    assert main(["exercise", "bridge", "--clip", "virtual", "--person", "ann"]) == 3
    assert "have this looked at" in capsys.readouterr().err
    assert entries("ann", "set") == []


def test_without_a_check_in_it_does_not_begin(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    assert main(["exercise", "bridge", "--clip", "virtual", "--person", "ann"]) == 2
    assert "hipdrop check-in --person ann" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["clamshell", "--reps", "10"], "clamshell is timed, not counted: give --seconds in place of --reps"),
        (["bridge", "--seconds", "30"], "bridge is counted, not timed: give --reps in place of --seconds"),
        (["side-step", "--side", "left"], "side-step is done with both legs at once: leave out --side"),
        (["bridge", "--demo", "--person", "ann"], "--demo is made up and kept of nobody: leave out --person"),
        (["bridge", "--demo", "--clip", "virtual"], "--demo brings its own clip: leave out --clip and --from"),
    ],
)
def test_what_does_not_fit_is_refused(given: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", *given]) != 0
    assert problem in " ".join(capsys.readouterr().err.split())


def test_another_exercise_in_the_recording(drops_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", "bridge", "--from", str(drops_csv)]) == 1
    assert "you do not lie on your back; lie down, knees bent" in capsys.readouterr().err
