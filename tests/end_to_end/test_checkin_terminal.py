"""`hipdrop check-in` on a real terminal: answers are typed, Ctrl-C and Ctrl-D keep nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("a terminal of Windows cannot be made by a program", allow_module_level=True)

from test_live_terminal import environment, terminal

from hipdrop.training.questions import STOP_SIGNS
from hipdrop.training.store import read

__all__ = ["environment"]
ANSWERS = (
    ("How much does it hurt now", "2"), ("Where", "right knee, outside"), ("after the last run", "3"),
    ("on the morning after", "<"), ("after the last run", "1"), ("on the morning after", "-"),
    ("Which shoes", "trail"), ("On what", "forest"),
)  # fmt: skip
PERSON = ("check-in", "--person", "Anna")


def kept(home: dict[str, str]) -> list[dict[str, object]]:
    files = list(Path(home["HOME"]).rglob("training.jsonl"))
    return [dict(entry.data) for file in files for entry in read(file)[0]]


def answer(shown, words: str, text: str) -> None:  # type: ignore[no-untyped-def]
    """Wait for a question, and answer it; what was shown before is forgotten."""
    shown.wait_for(words)
    shown.text = ""
    shown.type(f"{text}\n")


def test_a_check_in_is_typed_and_kept_and_serves_for_the_day(environment: dict[str, str]) -> None:
    with terminal(environment, *PERSON, width=200) as shown:
        shown.wait_for("stay on this computer")
        for words, text in ANSWERS:
            answer(shown, words, text)
        for number, sign in enumerate(STOP_SIGNS):
            answer(shown, sign.question.split("?")[0], "no" if number else "N")
        assert shown.wait() == 0
        assert "pain 2 of 10 (right knee, outside), trail, forest; no stop sign" in " ".join(shown.text.split())
    assert kept(environment) == [
        {"pain": 2, "where": "right knee, outside", "pain_after_last_run": 1, "pain_next_morning": None,
         "shoe": "trail", "surface": "forest", "stop_signs": []}
    ]  # fmt: skip
    with terminal(environment, "check-in") as shown:  # nobody named: who came last
        assert shown.wait() == 0
        assert "--again answers anew" in shown.text
    with terminal(environment, "check-in", "--again", width=200) as shown:
        shown.wait_for("How much")
        shown.type("0\n-\n-\n\n\n")
        shown.wait_for("On what.*\\[forest\\] ")
        shown.type("n\n" * len(STOP_SIGNS))
        assert shown.wait() == 0
    assert [(one["pain"], one["shoe"]) for one in kept(environment)] == [(2, "trail"), (0, "trail")]


def test_a_stop_sign_ends_with_a_code_of_its_own(environment: dict[str, str]) -> None:
    with terminal(environment, *PERSON, width=200) as shown:
        shown.wait_for("How much")
        shown.type("0\n-\n-\n\n\n" + "n\n" * (len(STOP_SIGNS) - 1) + "y\n")
        assert shown.wait() == 3
        assert "hipdrop: have this looked at today, and do not train before: numbness" in shown.text
    assert [one["stop_signs"] for one in kept(environment)] == [["numbness"]]


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("typed", ["", "0\n-\n-\n\n\n" + "n\n" * (len(STOP_SIGNS) - 1)], ids=["first", "last"])
def test_leaving_keeps_nothing(environment: dict[str, str], key: str, typed: str) -> None:
    with terminal(environment, *PERSON, width=200) as shown:
        shown.wait_for("How much")
        shown.type(typed)
        shown.wait_for(STOP_SIGNS[-1].question.split("?")[0] if typed else "worst")
        shown.type(key)
        assert shown.wait() == 130
        assert "left; nothing is kept" in shown.text
    assert kept(environment) == []
