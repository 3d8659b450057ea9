"""Why and when the virtual clip begins anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import IntEnum


class ResetCause(IntEnum):
    """Numbers of `machine.reset_cause()` of the ESP32 port."""

    POWER_ON = 1
    HARD = 2
    WATCHDOG = 3
    DEEP_SLEEP = 4
    SOFT = 5


class Watchdog:
    """Bites unless it is fed in time, by the loop's clock.

    Parameters
    ----------
    bite
        What it does then.
    """

    def __init__(self, bite: Callable[[], None]) -> None:
        self._bite = bite
        self._due_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, timeout_s: float) -> None:
        """Begin to count anew; the first time wakes it."""
        loop = asyncio.get_running_loop()
        self._due_s = loop.time() + timeout_s
        if self._timer is None:
            self._timer = loop.call_at(self._due_s, self._look)

    def stop(self) -> None:
        """Sleep until it is fed again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._due_s:  # one timer, moved on when it fires: it is fed much more often than that
            self._timer = loop.call_at(self._due_s, self._look)
        else:
            self._timer = None
            self._bite()
