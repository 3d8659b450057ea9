"""A terminal taken over for a view, and given back on every way out."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

# Another screen, so that a view that is drawn by lines and follows the size of the window leaves no traces; no cursor.
ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J"
LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"
DEADLY = ("SIGTERM", "SIGHUP", "SIGQUIT")  # whoever handles them in between (hipdrop.interrupt) comes first


class TerminalMode:
    """The screen of a view and, where keys are read, no echo and no waiting for lines.

    Parameters
    ----------
    stream
        The terminal that is drawn on.
    keys
        The file of the keys; None: none are read.
    """

    def __init__(self, stream: TextIO, keys: int | None = None) -> None:
        self._stream, self._keys = stream, keys
        self._before: list[Any] | None = None
        self.entered = False

    def enter(self) -> None:
        """Take it over."""
        self.entered = True
        if self._keys is not None and sys.platform != "win32":
            import termios
            import tty

            self._before = termios.tcgetattr(self._keys)
            tty.setcbreak(self._keys, termios.TCSANOW)  # Ctrl-C and Ctrl-Z stay what they are
        write(self._stream, ENTER)

    def leave(self) -> None:
        """Give it back as it was; once is enough."""
        if not self.entered:
            return
        self.entered = False
        if self._before is not None and self._keys is not None and sys.platform != "win32":
            import termios

            with suppress(OSError, termios.error):  # the terminal may be gone
                termios.tcsetattr(self._keys, termios.TCSANOW, self._before)
        write(self._stream, LEAVE)


def write(stream: TextIO, text: str) -> None:
    """Write past all buffers, as a signal handler may; a terminal that is gone is no reason to end."""
    with suppress(OSError, ValueError):
        try:
            number = stream.fileno()
        except io.UnsupportedOperation:
            stream.write(text)
            return
        if sys.platform == "win32":  # its consoles take characters, not bytes
            stream.write(text)
            stream.flush()
            return
        data = text.encode(stream.encoding or "utf-8", "replace")
        while data:
            data = data[os.write(number, data) :]


@contextmanager
def taken_over(mode: TerminalMode, anew: Callable[[], None]) -> Iterator[None]:
    """Have the terminal for a while; Ctrl-Z gives it back, and `anew` draws it all when the program goes on.

    A signal that ends the program gives it back first. Works in the main thread; elsewhere no signal is heard.
    """
    before = {}
    try:
        with suppress(ValueError):
            for name in DEADLY:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                    before[number] = signal.signal(number, lambda number, frame: _die(mode, number))
            if hasattr(signal, "SIGTSTP"):
                before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, lambda number, frame: _stop(mode, anew))
        mode.enter()
        yield
    finally:
        mode.leave()
        for number, handler in before.items():
            signal.signal(number, handler)


def _die(mode: TerminalMode, number: int) -> None:
    mode.leave()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _stop(mode: TerminalMode, anew: Callable[[], None]) -> None:
    mode.leave()
    if sys.platform != "win32":
        os.kill(os.getpid(), signal.SIGSTOP)
    mode.enter()
    anew()


class Said(io.TextIOBase):
    """Stands for standard error while a view has the terminal: keeps the lines for later, and tells of each."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.text = ""
        self._tell = tell

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take a text; tell of the line that it ends."""
        self.text += text
        lines = self.text.splitlines()
        self._tell(lines[-1].removeprefix("hipdrop: ") if lines else "")
        return len(text)


@contextmanager
def stderr_kept(tell: Callable[[str], None]) -> Iterator[None]:
    """Keep what the program says on standard error until the view is gone, and tell the view."""
    target, said = sys.stderr, Said(tell)
    sys.stderr = said
    try:
        yield
    finally:
        sys.stderr = target
        with suppress(OSError):
            target.write(said.text)
            target.flush()
