"""Keys that are pressed in the terminal, as they are pressed; Ctrl-C stays what it is."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hipdrop.calibrating.run import Key
from hipdrop.calibrating.snapshot import KEYS

LOOK_EVERY_S = 0.1  # Windows: its console cannot be waited for together with a radio
NAMES = {"\r": "enter", "\n": "enter"}

Press = Callable[[Key], None]


def key_of(letter: str) -> Key | None:
    """Give what a typed letter means."""
    return KEYS.get(NAMES.get(letter, letter.lower()))


@contextmanager
def keys_to(press: Press) -> Iterator[bool]:
    """Tell of each key while this is open; give whether there is a keyboard. To be called in the loop's thread."""
    if not sys.stdin or not sys.stdin.isatty():
        yield False
    elif sys.platform == "win32":
        with _console(press):
            yield True
    else:
        with _terminal(press):
            yield True


def _tell(press: Press, typed: str) -> None:
    for letter in typed:
        key = key_of(letter)
        if key is not None:
            press(key)


@contextmanager
def _terminal(press: Press) -> Iterator[None]:
    """Read keys from a terminal without waiting for the end of the line, and put it back as it was."""
    import termios
    import tty

    fileno = sys.stdin.fileno()
    loop = asyncio.get_running_loop()
    before = termios.tcgetattr(fileno)

    def read() -> None:
        try:
            typed = os.read(fileno, 64)
        except OSError:
            typed = b""
        if not typed:  # the terminal is gone
            loop.remove_reader(fileno)
        _tell(press, typed.decode(errors="ignore"))

    try:
        tty.setcbreak(fileno)
        loop.add_reader(fileno, read)
        yield
    finally:
        loop.remove_reader(fileno)
        termios.tcsetattr(fileno, termios.TCSADRAIN, before)


@contextmanager
def _console(press: Press) -> Iterator[None]:
    """Look at the console of Windows from time to time."""
    import msvcrt

    async def look() -> None:
        while True:
            while msvcrt.kbhit():  # type: ignore[attr-defined, unused-ignore]
                _tell(press, msvcrt.getwch())  # type: ignore[attr-defined, unused-ignore]
            await asyncio.sleep(LOOK_EVERY_S)

    looking = asyncio.get_running_loop().create_task(look())
    try:
        yield
    finally:
        looking.cancel()
