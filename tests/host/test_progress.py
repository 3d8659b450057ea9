"""A bar with the time left on a terminal, nothing elsewhere."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hipdrop.cli import main
from hipdrop.commands.progress import progress


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_what_is_done_and_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as tell:
        for share in (0.0, 0.5, 1.0):
            tell("simulating", share)
        tell("writing", 0.25)
    text = stream.getvalue()
    for words in ("simulating", "100 %", "writing", "25 %", "--:--"):
        assert words in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1  # the cursor


def test_a_file_sees_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as tell:
        tell("simulating", 0.5)
    assert capsys.readouterr().err == ""


def test_simulate_tells_of_both_its_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["simulate", "--minutes", "0.3", "-o", str(tmp_path / "run.csv")]) == 0
    assert "simulating" in stream.getvalue()
    assert "writing" in stream.getvalue()
