"""Lines of a page: broken on a terminal, whole elsewhere."""

from __future__ import annotations

import os

import pytest

from hipdrop.training.page import print_page_line

LINE = "look out   " + "word " * 30 + "end"


def printed(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, tty: bool) -> list[str]:
    monkeypatch.setattr("sys.stdout.isatty", lambda: tty)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((width, 24)))
    print_page_line(LINE)
    return capsys.readouterr().out.splitlines()


def test_a_long_line_is_broken_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = printed(80, monkeypatch, capsys, tty=True)
    assert first.startswith("look out   word")
    assert all(line.startswith(" " * 11 + "word") and len(line) <= 80 for line in others)
    assert " ".join([first, *map(str.strip, others)]) == LINE
    assert printed(80, monkeypatch, capsys, tty=False) == [LINE]
    assert printed(20, monkeypatch, capsys, tty=True) == [LINE]  # too narrow to be read either way
    assert printed(200, monkeypatch, capsys, tty=True) == [LINE]
