"""`hipdrop plan` and `hipdrop plan tick`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hipdrop import people
from hipdrop.cli import main
from hipdrop.training import store
from hipdrop.training.planfile import example, plan_path

ANNA = ("--person", "Anna")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The example, begun yesterday."""
    path = tmp_path / "my-plan.toml"
    path.write_text(example(datetime.now().astimezone().date() - timedelta(days=1)))
    return str(path)


def test_the_example_is_printed_and_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--example"]) == 0
    (tmp_path / "mine.toml").write_text(capsys.readouterr().out)
    assert main(["plan", "mine.toml", *ANNA]) == 0
    said = capsys.readouterr()
    assert "EXAMPLE, written for nobody" in said.out
    assert "day 1 of 14" in said.out
    assert "[ ] hip-drop test: hipdrop test single-leg" in said.out
    assert said.err == f"hipdrop: this is the plan of Anna from now on, {plan_path('Anna')}\n"
    assert main(["plan", "mine.toml", *ANNA]) == 0
    assert capsys.readouterr().err == ""  # the same as before
    assert main(["plan", "--example", "mine.toml"]) == 2


def test_a_plan_is_kept_shown_and_ticked(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", *ANNA]) == 2
    assert "there is no plan of Anna yet: hipdrop plan FILE.toml" in capsys.readouterr().err
    assert main(["plan", file, *ANNA]) == 0
    assert main(["plan", "tick", "CLAMSHELL", *ANNA]) == 0
    assert main(["plan", "tick", "clamshell", *ANNA]) == 0
    yesterday = (datetime.now().astimezone().date() - timedelta(days=1)).isoformat()
    assert main(["plan", "tick", "pelvic-drop", "--date", yesterday, *ANNA]) == 0
    out = capsys.readouterr().out
    assert out.count("ticked     ") == 2
    assert "clamshell, " in out
    assert ": already" in out
    assert main(["plan", *ANNA]) == 0
    out = capsys.readouterr().out
    assert "[x] clamshell    3 x 15; ticked; Daily strength" in out
    assert "pelvic-drop 1 of 1" in out
    assert main(["plan", "tick", "clamshell", "--undo", *ANNA]) == 0
    assert main(["plan", "tick", "clamshell", "--undo", *ANNA]) == 2
    assert "is not ticked" in capsys.readouterr().err
    assert [one.kind for one in store.entries("Anna")] == ["ticked"] * 3


def test_sets_of_the_clip_and_the_check_in_are_seen(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now().astimezone()
    main(["plan", file, *ANNA])
    for side in ("left", "right"):
        store.add("Anna", "set", {"exercise": "clamshell", "side": side}, now)
    capsys.readouterr()
    assert main(["plan", "--json", *ANNA]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["hipdrop_plan_day"], told["person"], told["day"], told["example"]) == (1, "Anna", 2, True)
    assert told["due"][0] | {"note": ""} == {
        "exercise": "clamshell", "side": "both", "sets": 3, "repetitions": 15, "hold_s": None, "walk_run": None,
        "note": "", "block": "Daily strength", "at": "any-time", "sets_done": 1, "ticked": False, "done": False,
    }  # fmt: skip
    assert main(["check-in", *ANNA, "--pain", "6", "--no-stop-signs"]) == 0
    capsys.readouterr()
    main(["plan", *ANNA])
    out = capsys.readouterr().out
    assert "pain 6 of 10, acute" in out
    assert "isometric-hold  5 x 30 s" in out
    assert "clamshell  " not in out
    main(["check-in", *ANNA, "--pain", "6", "--stop-sign", "locking"])
    capsys.readouterr()
    assert main(["plan", *ANNA]) == 0
    assert "stop       have this looked at before you train: a joint that locks" in capsys.readouterr().out


def test_a_coached_run_of_the_plan_is_shown_done_and_ticked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now().astimezone()
    text = f'hipdrop_plan = 1\ntitle = "back"\nstart = {now.date()}\ndays = 7\n'
    (tmp_path / "back.toml").write_text(
        text + "[[block]]\ntitle = 'run'\n[[block.exercise]]\nwalk_run = '4:1 x 6'\n", "utf-8"
    )
    assert main(["plan", str(tmp_path / "back.toml"), *ANNA]) == 0
    line = "  [ ] coached-run  run 4 min, walk 1 min, 6 times; run; hipdrop coach run --walk-run 4:1 --repeats 6"
    assert line in capsys.readouterr().out.splitlines()
    run = {"run_s": 240.0, "walk_s": 60.0, "repeats": 6, "outcome": "left", "pain": None}
    for data, box in ((run, " "), ({**run, "outcome": "done", "repeats": 5}, " "), ({**run, "outcome": "done"}, "x")):
        store.add("Anna", "coached-run", data, now)
        assert main(["plan", *ANNA]) == 0
        assert f"[{box}] coached-run  run 4 min" in capsys.readouterr().out
    assert main(["plan", "tick", "coached-run", *ANNA]) == 0
    assert "already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tick", "handstand"], "handstand: is not due on"),
        (["tick", "clamshell", "--date", "2020-01-01"], "give a day of the last 31, up to today"),
        (["tick", "clamshell", "--date", "2999-01-01"], "give a day of the last 31, up to today"),
        (["--date", "tomorrow"], "--date tomorrow: give a day such as 2026-11-22"),
        (["tick"], "NAME"),
        (["tick", "clamshell", "--person", "-"], "--person NAME"),
    ],
)
def test_wrong_usage_is_one_line(
    file: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["plan", file, *ANNA])
    people.Person("Anna").recall()
    capsys.readouterr()
    assert main(["plan", *arguments]) == 2
    err = capsys.readouterr().err.splitlines()[-1]
    assert err.startswith("hipdrop: ")
    assert said in err
    assert store.entries("Anna") == []


def test_a_fault_in_the_file_leaves_the_plan_in_use(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["plan", file, *ANNA])
    before = plan_path("Anna").read_text()
    Path(file).write_text(before.replace("sets = 3", "sets = 0", 1))
    capsys.readouterr()
    assert main(["plan", file, *ANNA]) == 1
    assert "line 19: block[1].exercise[1].sets: 0 is less than" in capsys.readouterr().err
    assert plan_path("Anna").read_text() == before


def test_a_plan_is_looked_at_for_nobody(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", file]) == 0  # nobody is known yet
    assert main(["plan", file, "--person", "-"]) == 0
    assert capsys.readouterr().err == ""
    assert list(people.people()) == []
    assert main(["plan"]) == 2


def test_a_damaged_plan_is_named(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["plan", file, *ANNA])
    plan_path("Anna").write_text("days = ")
    capsys.readouterr()
    assert main(["plan", *ANNA]) == 1
    assert f"{plan_path('Anna')}: is no TOML" in capsys.readouterr().err
    assert main(["plan", file, *ANNA]) == 0  # another one takes its place
    assert main(["plan", *ANNA]) == 0


def test_the_help_names_the_short_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--help"]) == 0
    out = capsys.readouterr().out
    assert "`hipdrop plan FILE` is short for" in " ".join(out.split())
    assert "tick" in out
