"""Keys of a terminal, by their matplotlib names, as `hipdrop.live.keys.Keyboard` takes them."""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

POLL_S = 0.1  # on Windows, where the event loop hears no console
NAMES = {
    "\r": "enter", "\n": "enter", "\x7f": "backspace", "\b": "backspace", "\x1b": "escape",
    "\x1b[C": "right", "\x1b[D": "left", "\x1bOC": "right", "\x1bOD": "left",
}  # fmt: skip
_KEY = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|)|.", re.DOTALL)


def names_of(text: str) -> Iterator[str]:
    """Give the keys in what a terminal has sent; keys without a name are left out."""
    for key in _KEY.findall(text):
        name = NAMES.get(key, key)
        if name in NAMES.values() or name.isprintable():
            yield name


def keys_from() -> int | None:
    """Give the file of the keys; None where standard input is no terminal, or another program's."""
    try:
        number = sys.stdin.fileno()
        if not os.isatty(number):
            return None
    except (OSError, ValueError, AttributeError):  # closed, or replaced
        return None
    if sys.platform != "win32":
        with suppress(OSError):  # a terminal that is not the one of this session has no foreground
            return number if os.tcgetpgrp(number) == os.getpgrp() else None
    return number


@contextmanager
def reading(number: int, press: Callable[[str], None]) -> Iterator[None]:
    """Tell of each key, in the thread of the event loop that runs."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        with _polling(loop, press):
            yield
        return
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")

    def read() -> None:
        try:
            data = os.read(number, 1024)
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(number)  # the terminal is gone
        for name in names_of(decoder.decode(data)):
            press(name)

    try:
        loop.add_reader(number, read)
    except (OSError, NotImplementedError):  # a file that the system cannot wait for: no keys
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(number)


if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def _polling(loop: asyncio.AbstractEventLoop, press: Callable[[str], None]) -> Iterator[None]:
        handle: asyncio.TimerHandle | None = None

        def poll() -> None:
            nonlocal handle
            while msvcrt.kbhit():
                char = msvcrt.getwch()
                if char in "\x00\xe0":  # a key without a character comes as two
                    msvcrt.getwch()
                    continue
                for name in names_of(char):
                    press(name)
            handle = loop.call_later(POLL_S, poll)

        poll()
        try:
            yield
        finally:
            if handle is not None:
                handle.cancel()
