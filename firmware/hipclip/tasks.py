"""Keeps the app's tasks alive: one that ends or fails is told, counted and begun anew, unless it goes on failing."""

import asyncio
import time

from micropython import const

from hipwire import ids

_MOST_FAILURES = const(5)  # in a row
_LONG_MS = const(60000)  # a task that lasted so long has recovered
_FIRST_PAUSE_MS = const(50)  # doubled with each failure in a row: the sensor's FIFO bears the first four
_LOOK_MS = const(1000)


class TaskEndedError(Exception):
    """A task that should run for ever has come to its end."""


class Supervisor:
    """Runs named tasks side by side until one cannot be kept alive, or `end` is called."""

    def __init__(self, log):
        self._log = log
        self._tasks = []
        self._ended = asyncio.Event()
        self._outcome = None
        self.failures = 0  # of all tasks since boot

    async def run(self, jobs):
        """Run jobs, pairs of name and function that makes the coroutine; give what `end` was told, or raise."""
        self._tasks = [asyncio.create_task(self._keep(name, make)) for name, make in jobs]
        try:
            await self._ended.wait()
        finally:
            await self._cancel()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def end(self, outcome):
        """Have `run` give this, or raise it; the first word counts."""
        if self._outcome is None:
            self._outcome = outcome
            self._ended.set()

    async def _keep(self, name, make):
        """Run one job again and again."""
        row = 0
        while True:
            began_ms = time.ticks_ms()
            try:
                await make()
                raise TaskEndedError(name)
            except Exception as error:
                row = 1 if time.ticks_diff(time.ticks_ms(), began_ms) > _LONG_MS else row + 1
                self.failures += 1
                if row > _MOST_FAILURES:
                    self.end(error)
                    return
                text = "%s: %s %s" % (name, type(error).__name__, error)
                self._log.add(ids.LOG_TASK, ids.LOG_ERROR, self.failures, text)
            await asyncio.sleep_ms(_FIRST_PAUSE_MS << row - 1)

    async def _cancel(self):
        """End all tasks and wait until they have cleared up after themselves."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            try:
                await task
            except asyncio.CancelledError:
                pass
