"""What is asked before a session, in plain words, and how an answer is read; no terminal here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_WORDS = 200  # letters of an answer in words, as in training.schema.json
WORST_PAIN = 10
YES, NO = ("y", "yes"), ("n", "no")


class BadAnswer(ValueError):
    """An answer that is none; the text says what is wanted."""


@dataclass(frozen=True)
class StopSign:
    """Something that a person should have looked at before training.

    Attributes
    ----------
    key
        Its name in files and options.
    question
        As it is asked.
    said
        What a yes says.
    today
        It should not wait until next week.
    """

    key: str
    question: str
    said: str
    today: bool = False


STOP_SIGNS = (
    StopSign("groin", "Does the groin hurt?", "pain in the groin"),
    StopSign("deep-hip-or-thigh", "Does it hurt deep in the hip or in the thigh?", "pain deep in the hip or the thigh"),
    StopSign("night-or-rest", "Does it hurt at night, or while you rest?", "pain at night or at rest"),
    StopSign(
        "painful-hop-or-limp",
        "Does hopping on that leg hurt, or do you limp? Do not hop to find out: in doubt say yes.",
        "a painful hop or a limp",
    ),
    StopSign("locking", "Does a joint lock or catch, so that it does not bend or straighten?", "a joint that locks"),
    StopSign("swelling", "Is a joint swollen?", "a swollen joint"),
    StopSign(
        "trauma", "Did it begin with a fall, a twist or a blow that nobody has looked at yet?", "a fall, twist or blow"
    ),
    StopSign("calf-swelling", "Is one calf swollen, warm or tender?", "a swollen calf", today=True),
    StopSign("fever", "Do you have a fever?", "fever", today=True),
    StopSign(
        "numbness", "Is anything numb, tingling or suddenly weak, in a leg or where you sit?", "numbness", today=True
    ),
)
BY_KEY = {sign.key: sign for sign in STOP_SIGNS}


@dataclass(frozen=True)
class Question:
    """A question.

    Attributes
    ----------
    key
        Its key in the check-in, or of the stop sign.
    text
        As it is asked.
    answers
        What may be answered, in a few words.
    read
        Makes the value of an answer; raises BadAnswer.
    """

    key: str
    text: str
    answers: str
    read: Callable[[str], Any]


def pain(text: str) -> int:
    """Read a pain from 0 to 10."""
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= WORST_PAIN:
        return int(text)
    raise BadAnswer("a whole number from 0 (none) to 10 (the worst there is)")


def pain_or_none(text: str) -> int | None:
    """Read a pain from 0 to 10; `-` where there was none to feel."""
    return None if text == "-" else pain(text)


def words(text: str) -> str:
    """Read words on one line; none, or `-`, are none."""
    plain = " ".join(text.split())
    if not plain.isprintable() or len(plain) > MOST_WORDS:
        raise BadAnswer(f"plain words, at most {MOST_WORDS} letters")
    return "" if plain == "-" else plain


def yes_no(text: str) -> bool:
    """Read yes or no."""
    if text.lower() in YES + NO:
        return text.lower() in YES
    raise BadAnswer("y or n")


_SCALE = "0 none to 10 worst"
QUESTIONS = (
    Question("pain", "How much does it hurt now?", _SCALE, pain),
    Question("where", "Where? Name the side too.", "words", words),
    Question("pain_after_last_run", "How much did it hurt after the last run?", f"{_SCALE}, - no run", pain_or_none),
    Question("pain_next_morning", "And on the morning after it?", f"{_SCALE}, - not yet", pain_or_none),
    Question("shoe", "Which shoes today?", "words, - none", words),
    Question("surface", "On what: road, trail, track, treadmill, floor at home?", "words", words),
)
SIGN_QUESTIONS = tuple(Question(sign.key, sign.question, "y or n", yes_no) for sign in STOP_SIGNS)
NONE_WITHOUT_PAIN = "where"  # is not asked of somebody whom nothing hurts
