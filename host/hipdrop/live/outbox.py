"""What waits for the window: every event once, of all else the newest; nobody waits for the window."""

from __future__ import annotations

import threading

from hipdrop.events import Event
from hipdrop.live.updates import Update
from hipdrop.monitor.trace import LevelPoint


class Outbox:
    """Merges updates until they are fetched.

    A window that stalls costs references to events, which the run keeps anyway, and a level point a step: less than
    1 MB an hour. What it shows of link, clip and strides is only ever the newest.
    """

    def __init__(self) -> None:
        self._there = threading.Condition()
        self._events: list[Event] = []
        self._points: list[LevelPoint] = []
        self._newest: Update | None = None
        self._closed = False

    def put(self, update: Update) -> None:
        """Put an update behind the others; never blocks."""
        with self._there:
            before = self._newest
            if update.restart:
                self._events, self._points, before = [], [], None
            self._events += update.events
            self._points += update.points
            restart = update.restart or (before is not None and before.restart)
            facts, strides = (before.facts, before.strides) if before else (None, None)
            self._newest = Update(
                (), (), update.learning, update.reached_s, update.facts or facts, update.strides or strides, restart
            )
            self._there.notify()

    def close(self) -> None:
        """No more will be put; what is there can still be fetched."""
        with self._there:
            self._closed = True
            self._there.notify()

    def fetch(self) -> Update | None:
        """Wait for news and give all of it; None when closed and empty."""
        with self._there:
            while self._newest is None:
                if self._closed:
                    return None
                self._there.wait()
            newest, self._newest = self._newest, None
            events, self._events = tuple(self._events), []
            points, self._points = tuple(self._points), []
        return Update(events, points, newest.learning, newest.reached_s, newest.facts, newest.strides, newest.restart)
