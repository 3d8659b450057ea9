"""A replay on the terminal: the page, how far it is, how long it will take; a file sees nothing."""

from __future__ import annotations

import io

import pytest

from hipdrop.commands.sources import replay_facts
from hipdrop.live.replayview import replay_view
from hipdrop.live.terminallines import UNICODE
from hipdrop.live.terminalview import progress_line
from host.handmade import START_S, make_recording, make_run


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_the_run_and_gets_its_screen_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COLUMNS", "80"), ("LINES", "24"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    stream, facts = Terminal(), replay_facts(make_recording(), 100.0, "Anna", "")
    with replay_view(lambda: facts, lambda: None, stream) as show:
        show(START_S + 600.0, make_run())
    text = stream.getvalue()
    for words in ("left leg: right hip drops", "ALERT", "10:00 of 20:00 min", "50 %", "171/min", "Anna", "run.csv",
                  "replay, 100 times as fast"):  # fmt: skip
        assert words in text
    assert text.startswith("\x1b[?1049h")
    assert text.endswith("\x1b[?1049l")


def test_a_file_sees_nothing() -> None:
    stream, facts = io.StringIO(), replay_facts(make_recording(), 1.0)
    with replay_view(lambda: facts, lambda: None, stream) as show:
        show(START_S + 1.0, make_run())
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("pace", "passed_s", "left"), [(10.0, 30.0, "1:30 left"), (float("inf"), 8.0, "0:24 left"), (10.0, 0.5, "25 %")]
)
def test_the_time_left_follows_from_the_speed_or_from_what_it_took(pace: float, passed_s: float, left: str) -> None:
    """A quarter of twenty minutes."""
    facts = replay_facts(make_recording(), pace)
    for width in (60, 80, 120):
        (span,) = progress_line(300.0, facts, passed_s, width, UNICODE)
        assert span.text.endswith(left)
        assert len(span.text) <= width
        assert 0.2 < span.text.count("█") / (span.text.count("█") + span.text.count("░")) < 0.3
