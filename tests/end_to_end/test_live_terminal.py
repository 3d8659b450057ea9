"""`hipdrop live` on a real terminal: keys go in, and the terminal is given back on every way out."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("a terminal of Windows cannot be made by a program", allow_module_level=True)

import pty
import resource
import struct
import termios
from fcntl import ioctl

from hipdrop.events import Mark, SwapSides
from hipdrop.live.terminalmode import ENTER, LEAVE
from hipdrop.recording import Entered, Session, read_run

WAIT_S = 60.0


class Terminal:
    """A program on a terminal of its own, as in a window of xterm."""

    def __init__(self, *arguments: str, environment: dict[str, str], width: int = 80, height: int = 24) -> None:
        self.ours, self.theirs = pty.openpty()
        self.text = ""
        ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.before = termios.tcgetattr(self.theirs)
        theirs = self.theirs

        def own() -> None:
            ioctl(theirs, termios.TIOCSCTTY, 0)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "hipdrop", *arguments], stdin=theirs, stdout=theirs, stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment},
            start_new_session=True, preexec_fn=own,
        )  # fmt: skip

    def wait_for(self, words: str) -> None:
        """Read until these words have come."""
        end_s = time.monotonic() + WAIT_S
        while not re.search(words, self.text):
            assert time.monotonic() < end_s, f"{words} did not come: {self.text[-3000:]}"
            self.read(0.5)

    def read(self, wait_s: float) -> None:
        """Read what is there, or comes within a while."""
        if select.select([self.ours], [], [], wait_s)[0]:
            with suppress(OSError):  # nobody has the other end open any more
                self.text += os.read(self.ours, 65536).decode(errors="replace")

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.ours, keys.encode())

    def wait(self) -> int:
        """Read to the end, and give how the program has ended."""
        end_s = time.monotonic() + WAIT_S
        while self.process.poll() is None:
            assert time.monotonic() < end_s, self.text[-3000:]
            self.read(0.1)
        self.read(0.1)
        return self.process.returncode

    def given_back(self) -> bool:
        """Whether screen, cursor and keys are as they were, once for each time that they were taken."""
        modes: list[Any] = termios.tcgetattr(self.theirs)
        return modes == self.before and self.text.count(ENTER) == self.text.count(LEAVE) > 0

    def close(self) -> None:
        """Close it, as its user closes the window."""
        for number in (self.ours, self.theirs):
            with suppress(OSError):
                os.close(number)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own."""
    return {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "home")}


@contextmanager
def terminal(environment: dict[str, str], *arguments: str, **size: int) -> Iterator[Terminal]:
    shown = Terminal(*arguments, environment=environment, **size)
    try:
        yield shown
    finally:
        shown.close()


@pytest.fixture
def silent_clip() -> Iterator[str]:
    """Name of a clip on a cable that never answers."""
    ours, theirs = pty.openpty()
    yield f"serial:{os.ttyname(theirs)}"
    os.close(ours)
    os.close(theirs)


@pytest.mark.usefixtures("micropython_command")
def test_keys_mark_mute_swap_and_stop_a_run(environment: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')
    out = tmp_path / "out"
    options = ("--clip", "virtual", "--no-plot", "--duration", "60", "--out", str(out))
    with terminal(environment, "live", *options) as shown:
        shown.wait_for("samples? missing.*battery")
        assert "\N{BLACK CIRCLE} left leg: right hip drops" in shown.text
        assert "recording run.mcap" in shown.text
        shown.type("m")
        shown.wait_for("note:")
        shown.type("hill up\r")
        shown.wait_for("marked: hill up")
        shown.type("p")
        shown.wait_for("pain marked")
        shown.type("u")
        shown.wait_for("muted")
        shown.type("xq")
        shown.wait_for("stop: press the key again")
        shown.type("q")
        assert shown.wait() == 0
        assert shown.given_back()
        after = shown.text.rpartition(LEAVE)[2]
        assert "A training aid, not a diagnosis" in after
    items = read_run(out / "run.mcap").items
    entered = [item.item for item in items if isinstance(item, Entered)]
    assert [item.note for item in entered if isinstance(item, Mark)] == ["hill up", "pain"]
    assert 0.0 < next(item.ago_s for item in entered if isinstance(item, Mark)) < 5.0
    assert any(isinstance(item, SwapSides) for item in entered)
    assert "muted" in [item.what for item in items if isinstance(item, Session)]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_the_terminal_is_given_back_whatever_ends_the_program(
    environment: dict[str, str], silent_clip: str, ending: signal.Signals
) -> None:
    with terminal(environment, "live", "--clip", silent_clip, "--no-plot") as shown:
        shown.wait_for("Q stop")
        assert not shown.given_back()
        shown.process.send_signal(ending)
        assert shown.wait() != 0
        assert shown.given_back()
        assert "Traceback" not in shown.text


def test_an_error_is_read_after_the_view(environment: dict[str, str]) -> None:
    with terminal(environment, "live", "--clip", "serial:/dev/none", "--no-plot") as shown:
        assert shown.wait() == 1
        assert shown.given_back()
        assert re.search(r"hipdrop: serial:/dev/none: no such port", shown.text.rpartition(LEAVE)[2])


def test_ctrl_c_and_ctrl_z_are_what_they_always_are(environment: dict[str, str], silent_clip: str) -> None:
    with terminal(environment, "live", "--clip", silent_clip, "--no-plot") as shown:
        shown.wait_for("Q stop")
        shown.type("\x1a")
        _, status = os.waitpid(shown.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        shown.read(0.1)
        assert shown.given_back()
        shown.process.send_signal(signal.SIGCONT)
        shown.wait_for(f"(?s){re.escape(LEAVE)}.*Q stop")
        ioctl(shown.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
        shown.wait_for(r"\x1b\[20;1H[^\x1b]*M mark")  # its last line
        shown.type("\x03")
        assert shown.wait() == 130
        assert shown.given_back()


def test_dumb_terminals_get_lines(environment: dict[str, str]) -> None:
    with terminal({**environment, "TERM": "dumb"}, "live", "--clip", "serial:/dev/none", "--no-plot") as shown:
        assert shown.wait() == 1
        assert "hipdrop: connecting to serial:/dev/none" in shown.text
        assert "\x1b" not in shown.text
