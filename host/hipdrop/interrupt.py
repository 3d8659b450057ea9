"""Ctrl-C as a wish that is told to the program, not as an exception somewhere in it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

PATIENT = 2  # so many are told; the next one ends the program


@contextmanager
def on_interrupt(tell: Callable[[], None]) -> Iterator[None]:
    """Tell of each Ctrl-C, in the loop's thread; the third is KeyboardInterrupt as ever.

    Works in the main thread alone; elsewhere nothing changes.
    """
    loop = asyncio.get_running_loop()
    count = 0
    before: Any = None

    def heard(number: int, frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count > PATIENT:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(tell)

    try:
        before = signal.signal(signal.SIGINT, heard)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
