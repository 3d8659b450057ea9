"""A live window in the process of the tests, fed by hand, looked at as it stands on the screen."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from live_updates import updates
from matplotlib.axes import Axes
from matplotlib.text import Text
from PIL import ImageGrab

from hipdrop.live.keys import Action
from hipdrop.live.plot import SIZE_IN
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.toolkit import open_figure
from hipdrop.live.updates import Update
from hipdrop.live.window import Window
from hipdrop.live.wirepipe import Begin, Picture
from screens import Hands

PATIENCE_S = 20.0
PHASE_FED_S = 1.0  # of the run before the moment that is looked at; a frame for every update of it


class Shown:
    """A window, whose frames come from here."""

    def __init__(self, display: str, toolkit: str, begin: Begin, size: tuple[int, int] = (1280, 800)) -> None:
        self.display = display
        self.sent: list[Action | Picture] = []
        self.heard = 0  # keys and clicks
        self.window = Window(open_figure(toolkit, SIZE_IN, BASE_DPI), begin, self.sent.append)
        self.figure = self.window.figure
        self.canvas: Any = self.figure.canvas
        for kind in ("key_press_event", "button_press_event"):
            self.canvas.mpl_connect(kind, self._hear)
        self.canvas.manager.show()
        self.settle()
        self.resize(*size)

    def _hear(self, event: Any) -> None:
        self.heard += 1

    def settle(self) -> None:
        """Let the toolkit do what is waiting."""
        for _ in range(4):
            self.canvas.flush_events()

    def resize(self, width: int, height: int) -> None:
        """Have the window made larger or smaller."""
        self.canvas.manager.resize(width, height)
        deadline_s = time.monotonic() + PATIENCE_S
        while self.size != (width, height) and time.monotonic() < deadline_s:
            self.settle()
        assert self.size == (width, height)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels of the screen."""
        width, height = self.figure.bbox.size
        return round(width), round(height)

    def feed(self, until_s: float, *more: Update, run: str = "left") -> None:
        """Feed a run until a time, with frames towards its end, then what comes on top."""
        for update in updates(run=run):
            if update.reached_s <= until_s:
                self.window.put(update)
                if update.reached_s > until_s - PHASE_FED_S:
                    self.window.frame()
        for update in more:
            self.window.put(update)
        self.draw()

    def draw(self) -> None:
        """Draw frames until nothing waits."""
        for _ in range(2 + len(self.window.plot.stage.panels)):
            self.window.frame()
        assert self.window.plot.stage.settled
        self.settle()

    def press(self, hands: Hands, *keys: str) -> None:
        """Press keys as a person does."""
        hands.window()
        self._await(lambda: hands.press(*keys), len(keys))

    def click(self, hands: Hands, key: str) -> None:
        """Click on the button of a key."""
        hands.window()
        _, left, right = next(button for button in self.window.plot.buttons if button[0] == key)
        width, height = self.figure.bbox.size
        self._await(lambda: hands.click(round((left + right) / 2 * width), round((1 - 0.025) * height)), 1)

    def _await(self, act: Any, count: int) -> None:
        due, deadline_s = self.heard + count, time.monotonic() + PATIENCE_S
        self.settle()  # so that the keyboard is here
        act()
        while self.heard < due and time.monotonic() < deadline_s:
            self.canvas.flush_events()
        assert self.heard == due

    def pixels(self) -> np.ndarray:
        """What stands on the screen, (height, width, 3); the window is at its upper left corner."""
        self.settle()
        width, height = self.size
        picture = ImageGrab.grab(bbox=(0, 0, width, height), xdisplay=self.display)
        return np.asarray(picture.convert("RGB"))

    def canvas_pixels(self) -> np.ndarray:
        """What was drawn, (height, width, 3)."""
        return np.asarray(self.canvas.buffer_rgba())[..., :3]

    def texts(self) -> list[Text]:
        """All texts that can be read now."""
        figure = self.figure
        found = [*figure.texts, *(text for ax in figure.axes for text in _texts_of(ax))]
        return [text for text in found if text.get_visible() and text.get_text().strip()]

    def words(self) -> list[str]:
        """What they say."""
        return [text.get_text() for text in self.texts()]

    @property
    def prompt(self) -> str:
        """What the keys say."""
        self.window.frame()
        return self.window.plot.foot.prompt


def _texts_of(ax: Axes) -> list[Text]:
    found: list[Text] = list(ax.texts)
    if not ax.axison:
        return found
    found += [ax.title, ax._left_title, ax._right_title, ax.xaxis.label, ax.yaxis.label]  # type: ignore[attr-defined]
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
        found += [label for at, label in ticks if low <= at <= high]
    return found
