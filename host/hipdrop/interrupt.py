"""Ctrl-C as a wish that is told to the program, not as an exception somewhere in it; likewise the system's to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

PATIENT = 2  # so many are told; the next one ends the program
ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # SIGHUP: the terminal is closed; SIGBREAK: Ctrl-Break on Windows


@contextmanager
def on_interrupt(tell: Callable[[], None]) -> Iterator[None]:
    """Tell of each Ctrl-C, and of each wish of the system to end, in the loop's thread; the third is KeyboardInterrupt.

    Works in the main thread alone; elsewhere nothing changes.
    """
    loop = asyncio.get_running_loop()
    count = 0
    before: dict[signal.Signals, Any] = {}

    def heard(number: int, frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count > PATIENT:
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(tell)

    try:
        for ending in (signal.Signals[name] for name in ENDINGS if hasattr(signal, name)):
            if ending.name != "SIGHUP" or signal.getsignal(ending) is not signal.SIG_IGN:  # nohup: the run goes on
                before[ending] = signal.signal(ending, heard)
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
