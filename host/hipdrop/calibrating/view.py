"""The window seen from the calibration: the newest snapshot goes out, keys come back into the thread of the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from hipdrop.calibrating.run import Key
from hipdrop.calibrating.snapshot import Snapshot
from hipdrop.errors import NoWindow
from hipdrop.live.process import WindowProcess
from hipdrop.live.view import say_on_stderr


class Newest:
    """What waits for the window: one snapshot, the newest (`hipdrop.live.process.AnyOutbox`)."""

    def __init__(self) -> None:
        self._there = threading.Condition()
        self._snapshot: Snapshot | None = None
        self._closed = False

    def put(self, update: Snapshot) -> None:
        """Put it in the place of what waits."""
        with self._there:
            self._snapshot = update
            self._there.notify()

    def fetch(self) -> Snapshot | None:
        """Wait for news; None when closed and empty."""
        with self._there:
            while self._snapshot is None:
                if self._closed:
                    return None
                self._there.wait()
            snapshot, self._snapshot = self._snapshot, None
        return snapshot

    def close(self) -> None:
        """No more will be put."""
        with self._there:
            self._closed = True
            self._there.notify()


class WindowView:
    """A window that shows a calibration; where there can be none it does nothing, and one line says so.

    Parameters
    ----------
    press
        Told of each key, in the loop's thread.
    """

    def __init__(
        self, press: Callable[[Key], None], theme: str = "light", say: Callable[[str], None] = say_on_stderr
    ) -> None:
        self._press, self._theme, self._say = press, theme, say
        self._shown: Snapshot | None = None
        self.process: WindowProcess | None = None

    def open(self) -> None:
        """Have it opened; nobody waits for it."""
        loop = asyncio.get_running_loop()

        def heard(key: Key) -> None:
            loop.call_soon_threadsafe(self._press, key)

        def gone(problem: str) -> None:
            loop.call_soon_threadsafe(self._gone, problem)

        process = WindowProcess(heard, gone, theme=self._theme, module="hipdrop.calibrating.window", outbox=Newest())
        try:
            process.start()
        except NoWindow as error:
            self._say(str(error))
            return
        self.process = process

    def show(self, now: Snapshot) -> None:
        """Show how it stands."""
        if self.process is not None and now != self._shown:
            self._shown = now
            self.process.send(now)

    def close(self) -> None:
        """Close it."""
        process, self.process = self.process, None
        if process is not None:
            process.close()

    def _gone(self, problem: str) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.close()
        if problem:
            self._say(f"{problem}: the terminal goes on")
