"""The process of the window: takes snapshots from its standard input, gives keys on its standard output."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hipdrop.calibrating.plot import CalibrationPlot
from hipdrop.calibrating.run import Key
from hipdrop.calibrating.snapshot import KEYS, Snapshot
from hipdrop.live.theme import THEMES
from hipdrop.live.window import FRAME_S, serve
from hipdrop.live.wirepipe import Begin, Ended

_CTRL_C = "ctrl+c"


class CalibrationWindow:
    """The drawing in a window, and its keys; parameters as of `hipdrop.live.window.Window`."""

    closed = Key.LEAVE  # what it says when the user closes it

    def __init__(self, figure: Any, begin: Begin, send: Callable[[Key], None]) -> None:
        self.figure = figure
        self.plot = CalibrationPlot(figure, THEMES[begin.theme])
        self.newest = Snapshot()
        self._send = send
        self._frames = 0
        self._opened_s = time.monotonic()
        self._inbox: queue.SimpleQueue[Snapshot | None] = queue.SimpleQueue()
        canvas = figure.canvas
        canvas.mpl_connect("key_press_event", lambda event: self.press(event.key))
        canvas.mpl_connect("button_press_event", self._click)
        self.timer = canvas.new_timer(interval=round(1000.0 * FRAME_S))
        self.timer.add_callback(self.frame)

    def put(self, snapshot: Snapshot | None) -> None:
        """Take a snapshot from any thread; None: it is over and nobody listens any more."""
        self._inbox.put(snapshot)

    def frame(self) -> None:
        """Draw what has come."""
        self._frames += 1
        with suppress(queue.Empty):
            while True:
                snapshot = self._inbox.get_nowait()
                if snapshot is None:
                    self.close()
                    return
                self.newest = snapshot
        self.plot.show(self.newest)

    def press(self, key: str | None) -> None:
        """Say what a key means."""
        name = (key or "").lower()
        if name == _CTRL_C:
            self._send(Key.LEAVE)
        elif name in KEYS:
            self._send(KEYS[name])

    def ended(self) -> Ended:
        """Say what was drawn."""
        stage = self.plot.stage
        return Ended(self._frames, time.monotonic() - self._opened_s, stage.region_draws, stage.full_draws)

    def close(self) -> None:
        """Close the window."""
        self.timer.stop()
        import matplotlib.pyplot as plt

        plt.close(self.figure)

    def _click(self, event: Any) -> None:
        key = self.plot.buttons.key_at(event.x / self.figure.bbox.width, event.y / self.figure.bbox.height)
        if key is not None:
            self._send(key)


if __name__ == "__main__":
    serve(CalibrationWindow)
