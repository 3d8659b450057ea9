"""The view on a terminal: all of it on one page of every size, and only what has changed is drawn anew."""

from __future__ import annotations

import io
import os
import re
import select
import sys
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from hipdrop.events import Marked, Side
from hipdrop.live.keys import Action, Wish
from hipdrop.live.model import LiveModel
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.terminallegs import bars_of, leg_rows
from hipdrop.live.terminallines import ASCII, UNICODE, Charset, Line, Span, charset_of, columns, fit, means, wrap
from hipdrop.live.terminalmode import TerminalMode
from hipdrop.live.terminalpage import page
from hipdrop.live.terminalview import REFRESH_S, Frames, TerminalView, help_line
from hipdrop.live.updates import FINISHING, WAITING, Facts, Update
from host.live.live_updates import FACTS, updates

SIZES = [(80, 24), (120, 40), (60, 20)]
FOOT: Line = (Span(help_line()),)
AT = {
    PhaseKind.WAITING: 0.5, PhaseKind.STANDING: 3.0, PhaseKind.MOUNT: 8.0, PhaseKind.WARMING_UP: 14.0,
    PhaseKind.BASELINE: 40.0, PhaseKind.RUNNING: 60.0, PhaseKind.ALERT: 100.0, PhaseKind.RECOVERED: 140.0,
    PhaseKind.WALKING: 160.0,
}  # fmt: skip


@lru_cache
def model_at(run_s: float) -> LiveModel:
    model = LiveModel()
    for update in updates():
        if update.reached_s > run_s:
            break
        model.take(update)
    return model


def snapshot_at(run_s: float, facts: Facts = FACTS, *marks: Marked) -> Snapshot:
    model = LiveModel()
    for update in updates():
        if update.reached_s > run_s:
            break
        model.take(update)
    model.take(Update(marks, (), update.learning, run_s, facts))
    return model.snapshot()


def shown(now: Snapshot, width: int, height: int, charset: Charset = UNICODE, said: str = "") -> str:
    """Print a page on rich's console; give what it has recorded, after looking that nothing overflows."""
    lines = page(now, width, height, charset, FOOT, said)
    assert len(lines) == height
    assert {sum(cell_len(span.text) for span in line) for line in lines} == {width}
    console = Console(file=io.StringIO(), width=width, height=height, record=True, force_terminal=True)
    for line in lines:
        console.print(Text.assemble(*((span.text, span.style) for span in line)))
    text = console.export_text()
    assert len(text.splitlines()) == height
    assert text.replace("\n", "").isprintable()
    return text


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("kind", AT)
def test_every_state_fits_every_size(kind: PhaseKind, width: int, height: int) -> None:
    now = snapshot_at(AT[kind])
    assert now.phase.kind is kind
    text = shown(now, width, height)
    first = text.splitlines()[0]
    assert now.phase.text in first
    for words in (
        "● left leg",
        "■ right leg",
        "cadence",
        f"{now.steps} steps",
        "208.0 Hz",
        "run.mcap",
        help_line()[:50],
    ):
        assert words in text
    if now.phase.part is not None and width >= 80:
        assert re.search(r"█+░+ \d+ % +\d:\d\d", first)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_an_alert_is_told_by_words_with_its_cue_its_onset_and_the_marks(width: int, height: int) -> None:
    marks = Marked(60.0, "hill"), Marked(90.0, "button")
    text = shown(snapshot_at(100.0, FACTS, *marks), width, height)
    whole = " ".join(text.split())
    assert "ease off, or walk for a minute" in whole
    assert re.search(r"● left leg.* ALERT", text)
    assert not re.search(r"■ right leg.* ALERT", text)
    assert "1:30 pain; 1:07 onset, left leg; 1:00 mark: hill" in whole
    assert re.search(r"\d:\d\d  ALERT    left leg: right hip drops", text)
    assert re.search(r"\d+ +1:39  ■ right +\d\.\d° +\d+/min", text)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_is_wrong_with_link_clip_and_recording_is_seen(width: int, height: int) -> None:
    facts = replace(
        FACTS, state=WAITING, lost_for_s=72.0, trouble="Bluetooth is switched off; switch it on", lost=26, recovered=5,
        reconnects=2, faults=("battery low: charge it soon",), battery_percent=9, muted=True, notice="a demo",
        not_recording="the disk is full", who="Anna, Pegasus, 3 m/s", elapsed_s=4000.0,
    )  # fmt: skip
    text = shown(snapshot_at(60.0, facts), width, height, said="the run goes on")
    assert re.match(r" link lost for 1:12 .*muted  1:06:40", text)
    for words in ("switch it on", "not recorded: the disk is full", "Anna", "26 of 1026 samples missing",
                  "the run goes on"):  # fmt: skip
        assert words in " ".join(text.split())
    if width >= 80:
        assert "5 fetched again" in text
        assert "connected again 2 times, battery 9 %, battery low" in " ".join(text.split())


def test_a_terminal_without_blocks_and_degrees_gets_others() -> None:
    text = shown(snapshot_at(100.0), 80, 24, ASCII)
    assert text.isascii()
    assert re.search(r"o left leg: right hip drops +\d\.\ddeg", text)
    assert re.search(r"\n \d-\d [.:=+*%#-]+ ", text)
    assert charset_of("ascii") is charset_of("latin-1") is charset_of("nonsense") is ASCII
    assert charset_of("utf-8") is UNICODE
    assert charset_of("utf-8", "linux") is ASCII


@pytest.mark.parametrize(("width", "height"), [(20, 4), (20, 60), (300, 4), (33, 9), (250, 90)])
def test_what_matters_most_stays_on_the_smallest_terminal(width: int, height: int) -> None:
    text = shown(snapshot_at(100.0), width, height)
    assert text.startswith(" ALERT: le")
    assert "● left leg" in text
    assert "M mark" in text.splitlines()[-1]


def test_a_higher_terminal_shows_more_steps_and_higher_bars() -> None:
    now = snapshot_at(100.0)
    steps = [len(re.findall(r"(?m)^ +\d+ +\d:\d\d  [●■]", shown(now, 100, height))) for height in (20, 24, 40, 60)]
    assert steps == sorted(steps)
    assert steps[0] >= 3
    assert steps[-1] > 20
    assert len(list(leg_rows(now, 100, 60, UNICODE))) > len(list(leg_rows(now, 100, 24, UNICODE)))


def test_a_name_cannot_command_the_terminal() -> None:
    facts = replace(FACTS, source="Hip\x1b[2J\n1", who="A\rB")
    assert "Hip [2J 1" in shown(snapshot_at(20.0, facts, Marked(10.0, "x\x1b[31my")), 80, 24)


def test_bars_are_the_level_of_the_last_ten_minutes() -> None:
    """A level that is a known line in time: each bar is its mean over the bar's time, none where nothing was."""
    track = model_at(100.0).snapshot().left
    t_s = np.arange(0.0, 1500.0, 0.7)
    t_s = t_s[(t_s < 1200.0) | (t_s > 1260.0)]
    leg = replace(track, level_s=t_s, level_deg=2.0 + t_s / 300.0, reference_deg=0 * t_s, limit_deg=0 * t_s + 6.0)
    bars = bars_of(leg, 1500.0, 60)
    edges_s = 910.0 + 10.0 * np.arange(60)
    inside = ~np.isnan(bars.level_deg)
    assert np.allclose(bars.level_deg[inside], (2.0 + (edges_s + 5.0) / 300.0)[inside], atol=0.5 / 300.0 * 3)
    assert edges_s[~inside].tolist() == [1200.0, 1210.0, 1220.0, 1230.0, 1240.0, 1250.0, 1500.0]
    assert np.array_equal(bars.over, np.nan_to_num(bars.level_deg) > 6.0)
    early = bars_of(
        replace(leg, level_s=t_s[:100], level_deg=leg.level_deg[:100], limit_deg=leg.limit_deg[:100]), 70.0, 60
    )
    assert np.flatnonzero(~np.isnan(early.level_deg)).tolist() == list(range(7))  # it begins at the left


def test_columns_are_as_high_as_their_values() -> None:
    nan = float("nan")
    assert columns([0.0, 1.0, 4.0, 8.0, 9.0, nan], 0.0, 8.0, 1, UNICODE) == ["▁▁▄██ "]
    assert columns([0.0, 4.0, 5.0, 8.0, nan], 0.0, 8.0, 2, UNICODE) == ["  ▂█ ", "▁███ "]
    assert means(np.array([0.1, 0.2, 1.5]), np.array([1.0, 3.0, nan]), 0.0, 1.0, 3).tolist()[0] == 2.0


def test_lines_are_cut_and_filled_by_the_width_of_their_letters() -> None:
    assert fit((Span("日本語", "bold"),), 5) == (Span("日本 ", "bold"),)
    assert fit((Span("ab"), Span("c", "bold")), 5)[-1] == Span("  ", "bold")
    assert wrap("one two three four", 9, 2) == ["one two", "three..."]
    assert wrap("", 9, 2) == []


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def frames() -> list[str]:
    return []


def test_only_what_has_changed_is_drawn_and_not_too_often(
    clock: Clock, frames: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("COLUMNS", "80"), ("LINES", "24"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    view = TerminalView(Terminal(), frames.append, now=clock)
    for update in updates()[:600]:
        view.show(update)
    assert len(frames) == 1  # the clock stands still
    clock.now_s += REFRESH_S
    view.show(Update(reached_s=55.0))
    assert len(frames) == 2
    clock.now_s += REFRESH_S
    view.show(Update(reached_s=55.1))
    assert len(frames) == 2  # nothing has changed
    clock.now_s += REFRESH_S
    view.show(Update(reached_s=56.0))
    assert re.findall(r"\x1b\[(\d+);1H", frames[2]) == ["1"]  # the time
    assert frames[0].startswith("\x1b[2J")
    assert "\x1b[2J" not in frames[1]
    clock.now_s += 20.0
    view.show(Update(reached_s=56.0))
    assert re.findall(r"\x1b\[(\d+);1H", frames[3]) == [str(row) for row in range(1, 25)]
    monkeypatch.setenv("COLUMNS", "100")
    clock.now_s += REFRESH_S
    view._console = Console(file=Terminal(), width=100, height=24)
    view.show(Update(reached_s=56.0))
    assert frames[4].startswith("\x1b[2J")


def test_a_frame_that_is_still_on_its_way_is_not_waited_for(clock: Clock, frames: list[str]) -> None:
    view = TerminalView(Terminal(), frames.append, busy=lambda: True, now=clock)
    view.show(Update(facts=FACTS))
    assert frames == []


def test_keys_wish_what_they_wish_in_the_window(clock: Clock, frames: list[str]) -> None:
    asked: list[Action] = []
    view = TerminalView(Terminal(), frames.append, act=asked.append, now=clock)
    for key in ("i", " ", "z", "p", "m"):
        view.press(key)
    clock.now_s += 3.0
    for key in ("q", "q", "i", "backspace", "enter", "b", "B", "u", "X", "q"):
        view.press(key)
    assert [action.wish for action in asked] == [Wish.PAIN, Wish.MARK, Wish.BASELINE, Wish.MUTE, Wish.SWAP]
    assert asked[1] == Action(Wish.MARK, "qq", 3.0)
    assert "if you mean it" in frames[-1]
    view.press("q")
    assert asked[-1].wish is Wish.STOP


def test_the_foot_names_keys_or_how_to_end_or_how_long_it_takes(clock: Clock, frames: list[str]) -> None:
    for view, words in (
        (TerminalView(Terminal(), frames.append, act=lambda action: None, now=clock), "M mark  P pain  B new baseline"),
        (TerminalView(Terminal(), frames.append, now=clock), "Ctrl-C ends the run"),
    ):
        view.show(Update(facts=FACTS))
        assert words in frames[-1]
    clock.now_s += REFRESH_S
    view.show(Update(facts=replace(FACTS, state=FINISHING)))
    assert "Ctrl-C: do not wait" in frames[-1]


def test_both_legs_are_told_apart_without_colour() -> None:
    for charset in (UNICODE, ASCII):
        assert len(set(charset.signs.values())) == len(charset.signs) == len(Side)


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of Windows cannot be made by a program")
def test_a_terminal_that_takes_nothing_holds_nothing_up(clock: Clock) -> None:
    """Ctrl-S, or an ssh that hangs: its buffer is full, and nobody waits."""
    import pty

    ours, theirs = pty.openpty()
    with open(theirs, "w") as stream:  # noqa: PTH123 a number, no path
        mode = TerminalMode(stream)
        frames = Frames(stream, mode)
        mode.entered = True
        frames.put("x" * 1_000_000)
        view = TerminalView(stream, frames.put, busy=lambda: frames.busy, now=clock)
        for update in updates()[:200]:
            clock.now_s += REFRESH_S
            view.show(update)
        assert frames.busy
        mode.entered = False
        while frames.busy:
            if select.select([ours], [], [], 0.01)[0]:
                os.read(ours, 65536)
        frames.close()
    os.close(ours)
