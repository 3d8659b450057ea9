"""Asks the questions of the check-in, line by line; nothing is kept here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TextIO

from hipdrop.training.checkin import Answered, of_answers
from hipdrop.training.questions import NONE_WITHOUT_PAIN, QUESTIONS, SIGN_QUESTIONS, BadAnswer, Question

BACK = "<"
HEAD = """How are you today? Your answers stay on this computer; they are no diagnosis.
Enter takes what stands in [ ], < goes back, Ctrl-C leaves and keeps nothing."""
SIGNS_HEAD = "Each of these should be looked at before you train:"


class Left(Exception):
    """The answers ended before the questions did."""


def ask(
    lines: TextIO, talk: TextIO, at: datetime, given: Mapping[str, Any], usual: Mapping[str, str]
) -> Answered:  # fmt: skip
    """Ask what is not given yet.

    Parameters
    ----------
    lines, talk
        Where answers come from, and where questions go.
    at
        Now.
    given
        Values that need not be asked, by the keys of the questions; a stop sign's is true or false.
    usual
        Answers that Enter alone stands for, such as the shoe of last time.

    Raises
    ------
    Left
        The answers have ended.
    """
    values = dict(given)
    open_ones = [question for question in (*QUESTIONS, *SIGN_QUESTIONS) if question.key not in given]
    if open_ones:
        print(HEAD, file=talk)
    number = 0
    while number < len(open_ones):
        question = open_ones[number]
        if question.key == NONE_WITHOUT_PAIN and values.get("pain") == 0:
            values[question.key] = ""
            number += 1
            continue
        if question is SIGN_QUESTIONS[0]:
            print(SIGNS_HEAD, file=talk)
        value = _answer(question, usual.get(question.key), lines, talk)
        if value == BACK:
            number = _before(open_ones, number, values)
        else:
            values[question.key] = value
            number += 1
    signs = [question.key for question in SIGN_QUESTIONS if values[question.key]]
    return of_answers({question.key: values[question.key] for question in QUESTIONS}, signs, at)


def _before(open_ones: list[Question], number: int, values: Mapping[str, Any]) -> int:
    """Give the number of the question before this one that was asked."""
    before = max(0, number - 1)
    skipped = open_ones[before].key == NONE_WITHOUT_PAIN and values.get("pain") == 0
    return max(0, before - 1) if skipped else before


def _answer(question: Question, usual: str | None, lines: TextIO, talk: TextIO) -> Any:
    """Ask until there is an answer; `BACK` for going back."""
    offered = f" [{usual}]" if usual else ""
    while True:
        print(f"{question.text} ({question.answers}){offered} ", end="", file=talk, flush=True)
        line = lines.readline()
        if not line.endswith("\n"):
            raise Left
        text = line.strip() or usual or ""
        if text == BACK:
            return BACK
        try:
            return question.read(text)
        except BadAnswer as error:
            print(f"  please answer with {error}", file=talk)
