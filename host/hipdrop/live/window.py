"""The process of the window: takes updates from its standard input, gives actions on its standard output.

Started by `hipdrop.live.process`, in which the run goes on; what holds this process up holds up nothing else.
"""

from __future__ import annotations

import math
import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from hipdrop.errors import NoWindow
from hipdrop.live.keys import Action, Keyboard, Wish
from hipdrop.live.model import LiveModel, follow
from hipdrop.live.plot import SIZE_IN, LivePlot
from hipdrop.live.snapshot import Snapshot
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.live.toolkit import check_screen, open_figure, run_window
from hipdrop.live.updates import CLOSED, WAITING, Update
from hipdrop.live.wirepipe import Begin, Ended, Failed, Picture, Ready, read_values, write_value

FRAME_S = 1.0 / 30.0
FASTEST = 100.0  # times real time; a replay at speed max is infinitely fast
JUMP_S = 1.0
CATCH_UP = 0.1  # of the lag in a frame
LONGEST_WAIT_S = 1.0  # for an update; without one the time stands still
MOST_BEHIND_S = 0.5  # frames that are late are made up for; those that are later than this are left out
KEPT_FRAMES = 1800


class RunClock:
    """The time of the run between updates, which come in jerks: it runs evenly and is drawn towards them."""

    def __init__(self) -> None:
        self._run_s = 0.0
        self._at_s = math.nan
        self._told = (0.0, 0.0)  # time of the run, and when that was

    def told(self, run_s: float, at_s: float) -> None:
        """Take the time of the newest sample."""
        self._told = run_s, at_s

    def go(self, at_s: float, speed: float) -> float:
        """Give the time of the run at `at_s`; `speed` 0 stands still."""
        passed_s = at_s - self._at_s if self._at_s == self._at_s else 0.0
        self._at_s = at_s
        if speed == 0.0:
            return self._run_s
        speed = min(speed, FASTEST)
        due_s = self._told[0] + speed * min(at_s - self._told[1], LONGEST_WAIT_S)
        self._run_s += speed * passed_s
        behind_s = due_s - self._run_s
        self._run_s += behind_s if abs(behind_s) > speed * JUMP_S else CATCH_UP * behind_s
        return self._run_s

    def stand(self, at_s: float) -> float:
        """Give the time that was told last, and stay there: a replay that is paused may be moved."""
        self._run_s, self._at_s = self._told[0], at_s
        return self._run_s


class FrameClock:
    """When the next frame is due, by an absolute schedule: what one frame takes too long, the next ones make up for."""

    def __init__(self, at_s: float) -> None:
        self._due_s = at_s

    def wait_s(self, at_s: float) -> float:
        """Give how long it is to the next frame, when one has been drawn at `at_s`."""
        self._due_s += FRAME_S
        if self._due_s < at_s - MOST_BEHIND_S:
            self._due_s = at_s
        return max(self._due_s - at_s, 0.0)


class Window:
    """The live plot in a window, and its keys.

    Parameters
    ----------
    figure
        In a window of one of the toolkits.
    begin
        What it is to be.
    send
        Takes actions and pictures for the run.
    """

    closed = Action(Wish.STOP)  # what it says when the user closes it

    def __init__(self, figure: Any, begin: Begin, send: Any) -> None:
        self.figure = figure
        self.model = LiveModel()
        self.plot = LivePlot(figure, THEMES[begin.theme], begin.replay, begin.coached)
        self.keyboard = Keyboard(begin.replay, begin.coached)
        self.paused = False
        self._frames = 0
        self._last_s: deque[float] = deque(maxlen=KEPT_FRAMES)
        self._opened_s = time.monotonic()
        self._frame_clock = FrameClock(self._opened_s)
        self._begin = begin
        self._send = send
        self._inbox: queue.SimpleQueue[Update | None] = queue.SimpleQueue()
        self._clock = RunClock()
        self._held: Snapshot | None = None
        canvas = figure.canvas
        canvas.mpl_connect("key_press_event", lambda event: self.press(event.key))
        canvas.mpl_connect("button_press_event", self._click)
        self.timer = canvas.new_timer(interval=round(1000.0 * FRAME_S))
        self.timer.add_callback(self._tick)

    def put(self, update: Update | None) -> None:
        """Take an update from any thread; None: the run is over and nobody listens any more."""
        self._inbox.put(update)

    def _tick(self) -> None:
        """Draw a frame, and have the next one when it is due: toolkits count from the end of this one."""
        self.frame()
        self.timer.interval = max(1, round(1000.0 * self._frame_clock.wait_s(time.monotonic())))

    def frame(self) -> None:
        """Take what has come and draw what it changes."""
        now_s = time.monotonic()
        self._frames += 1
        self._last_s.append(now_s)
        with suppress(queue.Empty):
            while True:
                update = self._inbox.get_nowait()
                if update is None:
                    self.close()
                    return
                self.model = follow(self.model, update)
                self._clock.told(update.reached_s - self.model.start_s, now_s)
        self.plot.foot.prompt = self.keyboard.prompt(now_s) or ("Space: on with the view" if self.paused else "")
        self.plot.state.held = self.paused
        now = self._held if self._held is not None else self.model.snapshot()
        self.plot.show(now, self._clock_s(now, now_s))

    def _clock_s(self, now: Snapshot, now_s: float) -> float:
        """Give the time of the run by now."""
        if now.facts.replay_paused:
            return self._clock.stand(now_s)
        stands = self.paused or now.facts.state in (CLOSED, WAITING)
        return self._clock.go(now_s, 0.0 if stands else now.facts.replay_speed or 1.0)

    def press(self, key: str | None) -> None:
        """Do what a key says."""
        now_s = time.monotonic()
        action = self.keyboard.press(key, now_s)
        if action is None:
            return
        if action.wish is Wish.PICTURE:
            self._save_picture(now_s)
        elif action.wish is Wish.PAUSE and not self._begin.replay:
            self.paused = not self.paused
            self._held = self.model.snapshot() if self.paused else None
        else:
            self._send(action)

    def ended(self) -> Ended:
        """Say what was drawn."""
        stage = self.plot.stage
        lasted_s = time.monotonic() - self._opened_s
        return Ended(self._frames, lasted_s, stage.region_draws, stage.full_draws, tuple(self._last_s))

    def close(self) -> None:
        """Close the window."""
        self.timer.stop()
        import matplotlib.pyplot as plt

        plt.close(self.figure)

    def _click(self, event: Any) -> None:
        width, height = self.figure.bbox.width, self.figure.bbox.height
        key = self.plot.key_at(event.x / width, event.y / height)
        if key is not None:
            self.press(key)
            return
        to_s = self.plot.moment_at(event.x / width, event.y / height)
        if to_s is not None:
            self._send(Action(Wish.SEEK, to_s=to_s))

    def _save_picture(self, now_s: float) -> None:
        path = Path(self._begin.pictures) / f"hipdrop-{datetime.now():%Y-%m-%d-%H%M%S}.png"
        try:
            save_picture(self.figure, path)
        except OSError as error:
            self.keyboard.say(f"no picture: {error.strerror or error}", now_s)
            return
        self.keyboard.say(f"saved {path.name}", now_s)
        self._send(Picture(str(path)))


def save_picture(figure: Any, path: Path) -> None:
    """Save what the window shows, to the pixel; raises OSError."""
    from matplotlib.image import imsave

    imsave(path, np.asarray(figure.canvas.buffer_rgba()))


def serve(make: Callable[[Any, Begin, Callable[[Any], None]], Any]) -> None:
    """Serve the process that started this one, by a window such as `Window`."""
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between
    values = read_values(sys.stdin.buffer)
    begin = next(values, None)
    if not isinstance(begin, Begin):
        return
    figure = toolkit = None
    problem: NoWindow | None = None
    for toolkit in begin.toolkits:
        try:
            check_screen()
            figure = open_figure(toolkit, SIZE_IN, BASE_DPI)
            break
        except NoWindow as error:
            problem = error
    if figure is None or toolkit is None:
        write_value(target, Failed(str(problem)))
        return

    def send(value: Any) -> None:
        with suppress(OSError, ValueError):
            write_value(target, value)

    window = make(figure, begin, send)
    figure.canvas.mpl_connect("close_event", lambda event: send(window.closed))
    threading.Thread(target=_read, args=(values, window), daemon=True).start()
    window.timer.start()
    send(Ready(toolkit))
    run_window(figure)
    window.timer.stop()
    send(window.ended())


def _read(values: Any, window: Any) -> None:
    """Take updates until the run is gone."""
    for update in values:
        window.put(update)
    window.put(None)


if __name__ == "__main__":
    serve(Window)
