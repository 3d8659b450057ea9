"""What a coach says on terminal, in plain lines and in the window's panels; the keys that only a coached run has."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from hipdrop.live.bigletters import WIDE, big
from hipdrop.live.coaching import Coaching, countdown
from hipdrop.live.keys import KEYS, REPLAY_KEYS, Action, Keyboard, Wish, buttons
from hipdrop.live.model import LiveModel
from hipdrop.live.plainview import PlainView
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.terminallines import UNICODE, Span
from hipdrop.live.terminalpage import page
from hipdrop.live.terminalview import TerminalView
from hipdrop.live.updates import Facts, Update

RUNS = Coaching("RUN", 200.4, 2, 6, "then walk 1:00")
ASKS = Coaching("PAIN?", 42.0, 2, 6, "", "walk; press P", "pain: how much, 0 to 10?", pressing=True)
FACTS = Facts("virtual", "streaming", rate_hz=208.0, received=1000)


def snapshot(coaching: Coaching) -> Snapshot:
    model = LiveModel()
    model.take(Update(facts=replace(FACTS, coaching=coaching), reached_s=30.0))
    return model.snapshot()


def lines(coaching: Coaching, width: int, height: int) -> list[str]:
    made = page(snapshot(coaching), width, height, UNICODE, (Span("foot"),))
    return ["".join(span.text for span in line) for line in made]


def test_the_terminal_shows_it_in_letters_of_five_lines() -> None:
    shown = lines(RUNS, 80, 24)
    first = next(number for number, line in enumerate(shown) if line.strip() and set(line.strip()) <= {"█", " "})
    assert [line.rstrip() for line in shown[first : first + 5]] == [
        f" {line}".rstrip() for line in big("RUN 3:21", "█")
    ]
    assert shown[first + 6].strip() == "2 of 6, then walk 1:00"


@pytest.mark.parametrize(("width", "height"), [(60, 24), (80, 15), (40, 8)])
def test_a_small_terminal_shows_it_in_one_line(width: int, height: int) -> None:
    assert any(line.startswith(" RUN 3:21, 2 of 6") for line in lines(RUNS, width, height))


def test_what_is_pressing_is_in_large_letters_without_its_countdown() -> None:
    shown = [line.rstrip() for line in lines(ASKS, 80, 24)]
    assert all(f" {line}".rstrip() in shown for line in big("PAIN?", "█"))
    assert sum("press P" in line for line in shown) == 1


def test_pain_and_the_end_are_the_state_itself() -> None:
    now = snapshot(ASKS)
    assert (now.phase.kind, now.phase.text, now.phase.detail) == (PhaseKind.COACH, ASKS.why, ASKS.detail)
    assert snapshot(RUNS).phase.kind is not PhaseKind.COACH


def test_every_word_of_a_coach_has_letters() -> None:
    for word in ("RUN", "WALK", "PAIN?", "OVER", "0123456789:"):
        rows = list(big(word, "#"))
        assert {len(row) for row in rows} == {WIDE * len(word) - 2}
        for place in range(len(word)):
            assert any("#" in row[WIDE * place : WIDE * place + 6] for row in rows), word[place]


@pytest.mark.parametrize(
    ("left_s", "text"), [(60.0, "1:00"), (59.01, "1:00"), (0.4, "0:01"), (0.0, "0:00"), (-3.0, "0:00")]
)
def test_the_countdown_is_over_at_its_end_alone(left_s: float, text: str) -> None:
    assert countdown(left_s) == text


def test_plain_lines_tell_a_change_once() -> None:
    stream = io.StringIO()
    view = PlainView(stream)
    for left_s in (200.0, 199.0, 1.0):
        view.show(Update(facts=replace(FACTS, coaching=replace(RUNS, left_s=left_s))))
    view.show(Update(facts=replace(FACTS, coaching=ASKS)))
    told = [line for line in stream.getvalue().splitlines() if " of 6" in line]
    assert told == [
        "hipdrop: 0:00  RUN 3:20, 2 of 6, then walk 1:00",
        "hipdrop: 0:00  PAIN? 0:42, pain: how much, 0 to 10?, 2 of 6, walk; press P",
    ]


def press(keyboard: Keyboard, keys: str) -> list[Action]:
    names = {"\n": "enter", "!": "escape", "<": "backspace"}
    done = (keyboard.press(names.get(key, key), 10.0) for key in keys)
    return [action for action in done if action is not None]


@pytest.mark.parametrize(
    ("typed", "notes"),
    [
        ("p4", ["pain", "pain: 4"]),
        ("p0", ["pain", "pain: 0"]),
        ("p10", ["pain", "pain: 10"]),
        ("p1\n", ["pain", "pain: 1"]),
        ("p15\n", ["pain", "pain: 1"]),  # a 5 cannot follow
        ("p\n7", ["pain", "pain: 7"]),
        ("p!4", ["pain"]),
        ("p", ["pain"]),
        ("pp3", ["pain", "pain", "pain: 3"]),
        ("4", []),
    ],
)
def test_a_pain_is_followed_by_its_number(typed: str, notes: list[str]) -> None:
    done = press(Keyboard(coached=True), typed)
    assert [(action.wish, action.note) for action in done] == [(Wish.PAIN, note) for note in notes]


def test_the_question_is_asked_and_other_keys_go_on() -> None:
    keyboard = Keyboard(coached=True)
    press(keyboard, "p")
    assert keyboard.prompt(10.0) == "pain now, 0 to 10: _"
    press(keyboard, "1")
    assert keyboard.prompt(500.0) == "pain now, 0 to 10: 1_   (Enter: 1)"
    assert [action.wish for action in press(keyboard, "l")] == [Wish.LIMP]
    assert not keyboard.typing


def test_only_a_coached_run_has_them() -> None:
    assert [action.note for action in press(Keyboard(), "p4l")] == ["pain"]
    assert Wish.LIMP not in {*KEYS.values(), *REPLAY_KEYS.values()}
    assert ("l", "L  limp") in buttons(replay=False, coached=True)
    assert ("l", "L  limp") not in buttons(replay=False)


@pytest.mark.parametrize(("coached", "wishes"), [(True, [Wish.PAIN, Wish.PAIN, Wish.LIMP]), (False, [Wish.PAIN])])
def test_a_terminal_takes_the_number(coached: bool, wishes: list[Wish]) -> None:
    acted: list[Action] = []
    view = TerminalView(io.StringIO(), lambda text: None, act=acted.append, coached=coached, now=lambda: 5.0)
    for key in "p4l":
        view.press(key)
    assert [action.wish for action in acted] == wishes
