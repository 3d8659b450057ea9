"""The window of a live run whose process the system stops now and then, and at last for good."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field

from hipdrop.live.feed import LiveFacts, RunFeed
from hipdrop.live.view import WindowView
from hipdrop.liverun import LiveRun

OPEN_S = 60.0  # of real time
EVERY_S = 0.5  # how things stand is told so often
STALL_EVERY_S, LONGEST_STALL_S = 120.0, 60.0
LAST_PART = 0.6  # of the run; behind it the window is stopped and does not come back


@dataclass
class StallingWindow:
    """A real window, beside a run in virtual time.

    Attributes
    ----------
    feed
        Tells the window what is new, as in `hipdrop live`.
    said
        What the user is told of the window.
    stalls
        How often it was stopped.
    alive_before_last
        Whether it was still there after all of them but the last.
    """

    run: LiveRun
    seconds: float
    seed: int
    said: list[str] = field(default_factory=list)
    stalls: int = 0
    alive_before_last: bool = False

    def open(self) -> None:
        """Open it, wait for it, and plan what happens to it."""
        loop = asyncio.get_running_loop()
        self.view = WindowView(lambda action: None, say=self.said.append)
        self.feed = RunFeed(self.run, LiveFacts(self.run, now=loop.time))
        self.feed.views.append(self.view)
        self.view.open()
        assert self.view.process is not None, self.said
        self.view.process.wait_ready(OPEN_S)
        draw, last_s = random.Random(self.seed), LAST_PART * self.seconds
        at_s = 0.1 * self.seconds
        while at_s < last_s:
            stall_s = draw.uniform(1.0, min(LONGEST_STALL_S, 0.1 * self.seconds))
            loop.call_later(at_s, self._stop)
            loop.call_later(min(at_s + stall_s, last_s - 0.1), self._signal, signal.SIGCONT)
            at_s += stall_s + draw.uniform(0.0, min(STALL_EVERY_S, 0.2 * self.seconds))
        loop.call_later(last_s, self._stop_for_good)
        self._refreshing = asyncio.create_task(self._refresh())

    def close(self) -> None:
        """Close it, if it is there."""
        self._refreshing.cancel()
        self._signal(signal.SIGCONT)
        self.view.close()

    async def _refresh(self) -> None:
        while True:
            self.feed.refresh()
            await asyncio.sleep(EVERY_S)

    def _stop(self) -> None:
        self.stalls += 1
        self._signal(signal.SIGSTOP)

    def _stop_for_good(self) -> None:
        process = self.view.process
        self.alive_before_last = process is not None
        self._stop()

    def _signal(self, number: int) -> None:
        process = self.view.process
        if process is not None and process.pid:
            os.kill(process.pid, number)
