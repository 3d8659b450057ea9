"""`hipdrop exercise`: from a recording to what is kept, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hipdrop.cli import main
from hipdrop.events import Side
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.training.adherence import items
from hipdrop.training.planfile import of_text
from hipdrop.training.store import entries


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
    assert [entry.data["side"] for entry in kept] == ["left", "right"]
    assert [entry.data["repetitions"] for entry in kept] == [4, 4]
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


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["clamshell", "--reps", "10"], "clamshell is timed, not counted: give --seconds in place of --reps"),
        (["bridge", "--seconds", "30"], "bridge is counted, not timed: give --reps in place of --seconds"),
        (["side-step", "--side", "left"], "side-step is done with both legs at once: leave out --side"),
        (["bridge", "--demo", "--clip", "virtual"], "--demo brings its own clip: leave out --clip and --from"),
    ],
)
def test_what_does_not_fit_is_refused(given: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", *given]) != 0
    assert problem in " ".join(capsys.readouterr().err.split())


def test_another_exercise_in_the_recording(drops_csv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercise", "bridge", "--from", str(drops_csv)]) == 1
    assert "you do not lie on your back; lie down, knees bent" in capsys.readouterr().err
