"""`hipdrop check-in` by options and files, and `checked_in` of the other commands."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hipdrop import people
from hipdrop.cli import main
from hipdrop.commands.checkin import checked_in, read_answers
from hipdrop.errors import InputError, StopSigns, UsageError
from hipdrop.training.store import entries
from synthetic import REPEATABLE

WHO = ("--person", "Anna")
ANNA = ("check-in", *WHO)
ANSWERS = {"pain": 1, "where": "left  hip", "pain_after_last_run": 0, "pain_next_morning": None, "shoe": "trail",
           "surface": "road", "stop_signs": []}  # fmt: skip


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and no terminal."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    return tmp_path / "data"


def test_options_are_enough_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ANNA, "--pain", "2", "--where", "knee", "--shoe", "trail", "--no-stop-signs"]) == 0
    assert "Anna: pain 2 of 10 (knee), trail; no stop sign" in capsys.readouterr().out
    assert main(["check-in"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("answered ")
    assert said.err == "hipdrop: Anna, as last time; --person NAME is another\n"
    assert main(["check-in", "--pain", "3", "--no-stop-signs"]) == 0  # what is said anew counts without --again
    assert [one.data["pain"] for one in entries("Anna")] == [2, 3]


def test_a_stop_sign_has_an_exit_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ANNA, "--pain", "0", "--stop-sign", "locking", "--stop-sign", "groin"]) == 3
    assert capsys.readouterr().err == (
        "hipdrop: have this looked at before you train: pain in the groin, a joint that locks\n"
    )
    assert main([*ANNA]) == 3
    with pytest.raises(StopSigns, match="have this looked at"):
        checked_in("Anna")


@pytest.mark.parametrize("command", [
    ("test", "single-leg"), ("exercise", "bridge"), ("coach", "run", "--walk-run", "4:1"),
])  # fmt: skip
def test_nobody_without_a_terminal_is_told_what_to_do(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--clip", "virtual", "--no-plot", "--person", "-"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "of nobody no check-in is kept: say who trains with --person NAME" in said
    assert main([*command, "--clip", "virtual", "--no-plot"]) == 2
    assert "say who trains with --person NAME (a pseudonym will do), - for nobody" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("test", "single-leg"), ("exercise", "bridge"), ("coach", "run")])
def test_a_demo_is_of_nobody(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--demo", "--person", "Anna"]) == 2
    assert "--demo is made up and kept of nobody: leave out --person" in capsys.readouterr().err
    assert entries("Anna") == []


def test_other_commands_ask_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"no check-in today.*hipdrop check-in --person Anna --pain N"):
        checked_in("Anna")
    main([*ANNA, "--pain", "5", "--no-stop-signs"])
    capsys.readouterr()
    assert checked_in("Anna").pain == 5
    assert "look out: Pain of 5 of 10" in capsys.readouterr().err
    assert checked_in("Anna", datetime.now().astimezone()).sore


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pain", "11", "--no-stop-signs"], "--pain 11: give a whole number from 0"),
        (["--pain", "-1", "--no-stop-signs"], "--pain -1: give"),
        (["--next-morning", "12"], "--next-morning 12: give"),
        (["--where", "a\x1b[2J"], "--where"),
        (["--shoe", "x" * 201], "at most 200 letters"),
        (["--stop-sign", "headache"], "there are groin, deep-hip-or-thigh,"),
        (["--stop-sign", "groin", "--no-stop-signs"], "give one of the two"),
        (["--answers", "x.json", "--pain", "1"], "leave out the other ones"),
        (["--no-stop-signs"], "give at least"),
        (["--pain", "1"], "give at least"),
    ],
)
def test_wrong_usage_is_one_line_and_keeps_nothing(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ANNA, *options]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert entries("Anna") == []


def test_somebody_has_to_be_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-in", "--pain", "0", "--no-stop-signs"]) == 2
    assert "--person NAME" in capsys.readouterr().err
    assert main(["check-in", "--person", "-", "--pain", "0", "--no-stop-signs"]) == 0
    assert "not kept" in capsys.readouterr().out
    assert list(people.people()) == []


def test_answers_come_from_a_file_or_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(ANSWERS))
    assert main([*ANNA, "--answers", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["hipdrop_check_in"] == 1
    assert (told["person"], told["pain"], told["where"], told["train"]) == ("Anna", 1, "left hip", True)
    assert told["look_out"] == []
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(ANSWERS | {"pain": 7}).encode())))
    assert main([*ANNA, "--answers", "-"]) == 0
    assert [one.data["pain"] for one in entries("Anna")] == [1, 7]
    path.write_text(json.dumps(ANSWERS | {"stop_signs": ["fever"]}))
    capsys.readouterr()
    assert main([*ANNA, "--answers", str(path), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["train"] is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        ("[]", "$: is no table"),
        ("{}", "'pain' is a required property"),
        (json.dumps(ANSWERS | {"pain": 11}), "$.pain: 11 is greater than the maximum of 10"),
        (json.dumps(ANSWERS | {"stop_signs": ["none"]}), "$.stop_signs[0]: 'none' is not one of"),
        (json.dumps(ANSWERS | {"where": "\x07"}), "$.where"),
        (json.dumps(ANSWERS | {"where": "\u202e"}), "$.where"),
        (json.dumps(ANSWERS | {"mood": "good"}), "'mood'"),
        ("[" * 100_000, "is no check-in"),
    ],
)
def test_a_wrong_file_is_named_with_the_key(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answers.json"
    path.write_text(text)
    assert main([*ANNA, "--answers", str(path)]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"hipdrop: {path}: is no check-in (")
    assert said in err
    assert "docs/check-in.md" in err
    assert entries("Anna") == []
    assert main([*ANNA, "--answers", str(tmp_path / "none.json")]) == 1
    assert "cannot be read" in capsys.readouterr().err


JSON = st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3))


@settings(REPEATABLE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(ANSWERS)), JSON)
def test_whatever_stands_in_a_file_is_a_check_in_or_an_error(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(ANSWERS | {key: value}))
    now = datetime.now().astimezone()
    try:
        answered = read_answers(path, now)
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either will do
        return
    from hipdrop.training.checkin import as_data
    from hipdrop.training.store import line_of

    line_of("check-in", as_data(answered), now)


def test_a_history_of_recordings_enters_the_check_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Simulated recordings, by `hipdrop history add`: a spike, a worn shoe, one side of the road, one way round."""
    midnight = datetime.now().astimezone().replace(hour=0, minute=0)
    way = ("--turns", "6", "--drop-left", "5", "--drop-right", "0", "--rate", "104")
    for number, minutes in enumerate((5.2, 5.2, 5.2, 5.2, 6.5)):
        file, began = str(tmp_path / f"{number}.csv"), midnight - timedelta(days=9 - 2 * number, hours=1)
        run = ("--minutes", str(minutes), "--stand", "6", "--seed", str(number), *way)
        assert main(["simulate", *run, "-o", file]) == 0
        assert main(["history", "add", file, *WHO, "--shoe", "blue", "--began", began.isoformat()]) == 0
    assert main(["history", "shoe", "blue", "--km", "600", *WHO]) == 0
    capsys.readouterr()
    assert main([*ANNA, "--pain", "0", "--no-stop-signs"]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("look out")]
    assert len(said) == 4
    for line, words in zip(
        said,
        ("longer than the longest of the 30 days", "blue", "leaned to the right", "round to the left"),
        strict=True,
    ):
        assert words in line
    assert main(["check-in", "--person", "Bert", "--pain", "0", "--no-stop-signs"]) == 0
    assert "look out" not in capsys.readouterr().out
