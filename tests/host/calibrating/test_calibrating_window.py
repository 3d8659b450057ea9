"""The window of a guided calibration, on a real screen: what it shows, keys, buttons, its process."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image, ImageGrab
from prompts import PROMPTS, snapshot

from hipcal.procedures.base import Picture
from hipdrop.calibrating.clipbox import HALF_MM, camera, upright
from hipdrop.calibrating.plot import SIZE_IN, CalibrationPlot
from hipdrop.calibrating.run import Key
from hipdrop.calibrating.snapshot import Snapshot
from hipdrop.calibrating.view import Newest, WindowView
from hipdrop.calibrating.window import CalibrationWindow
from hipdrop.live.process import WindowProcess
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.live.toolkit import open_figure
from hipdrop.live.wirepipe import Begin
from screens import Hands

PATIENCE_S = 30.0


class Shown:
    """A window, fed by hand."""

    def __init__(self, toolkit: str, display: str, theme: str = "light") -> None:
        self.display = display
        self.sent: list[Key] = []
        self.window = CalibrationWindow(
            open_figure(toolkit, SIZE_IN, BASE_DPI), Begin((toolkit,), theme), self.sent.append
        )
        self.window.figure.canvas.manager.show()
        self.window.figure.canvas.flush_events()

    def feed(self, *names: str) -> None:
        for name in names:
            self.window.put(snapshot(name))
            for _ in self.window.plot.stage.panels:  # one a frame may be drawn
                self.window.frame()
        self.window.figure.canvas.flush_events()

    def pixels(self) -> np.ndarray:
        return np.asarray(self.window.figure.canvas.buffer_rgba())[..., :3]


@pytest.fixture
def shown(toolkit: str, on_screen: str) -> Iterator[Shown]:
    made = Shown(toolkit, on_screen)
    yield made
    made.window.close()


@pytest.mark.parametrize("name", PROMPTS)
def test_each_prompt_is_drawn_as_a_fresh_drawing_would(shown: Shown, name: str, tmp_path: Path) -> None:
    """What was drawn by regions after all other prompts is what a whole drawing gives: nothing is left over."""
    shown.feed(*PROMPTS, name)
    by_regions = shown.pixels().copy()
    Image.fromarray(by_regions).save(tmp_path / f"{name}.png")
    shown.window.figure.canvas.draw()
    np.testing.assert_array_equal(by_regions, shown.pixels())


def test_the_window_stands_on_the_screen(shown: Shown) -> None:
    shown.feed("table", "pose")
    canvas = shown.pixels()
    on_screen = np.asarray(ImageGrab.grab(xdisplay=shown.display).convert("RGB"))
    ground = np.array([int(THEMES["light"].good[0][i : i + 2], 16) for i in (1, 3, 5)])
    assert (canvas == ground).all(axis=2).mean() > 0.1
    assert (on_screen == ground).all(axis=2).sum() >= 0.5 * (canvas == ground).all(axis=2).sum()


def test_the_ground_tells_moving_from_held(shown: Shown) -> None:
    grounds = []
    for name in ("stand", "moving", "bend"):
        shown.feed(name)
        grounds.append(tuple(shown.pixels()[2, 640]))
    light = THEMES["light"]
    assert grounds == [
        tuple(int(colour[0][i : i + 2], 16) for i in (1, 3, 5)) for colour in (light.good, light.alert, light.calm)
    ]


def test_only_what_changes_is_drawn(shown: Shown) -> None:
    shown.feed("pose")
    stage = shown.window.plot.stage
    before = stage.full_draws, stage.region_draws
    shown.feed("pose", "pose")
    assert (stage.full_draws, stage.region_draws) == before
    shown.feed("moving")
    assert stage.full_draws == before[0]


@pytest.mark.parametrize(
    ("key", "wish"), [("enter", Key.ENOUGH), ("r", Key.REDO), ("Q", Key.LEAVE), ("ctrl+c", Key.LEAVE)]
)
def test_keys_are_told(shown: Shown, key: str, wish: Key) -> None:
    shown.window.press(key)
    assert shown.sent == [wish]


def test_buttons_do_what_keys_do_and_are_there_when_they_do_something(shown: Shown) -> None:
    buttons = shown.window.plot.buttons
    width, height = shown.window.figure.bbox.size

    def click_all() -> None:
        for _, left, right in buttons._placed:
            event: Any = type("E", (), {"x": (left + right) / 2 * width, "y": 0.025 * height})
            shown.window._click(event)

    shown.feed("pose")
    click_all()
    assert shown.sent == [Key.REDO, Key.LEAVE]
    shown.feed("corner")
    click_all()
    assert shown.sent[2:] == [Key.ENOUGH, Key.REDO, Key.LEAVE]


def test_a_window_of_its_own_takes_snapshots_and_gives_keys(toolkit: str, hands: Hands) -> None:
    """The process as the command starts it, with a real keyboard."""
    keys: queue.Queue[Key] = queue.Queue()
    gone: queue.Queue[str] = queue.Queue()
    process = WindowProcess(
        keys.put, gone.put, toolkits=(toolkit,), module="hipdrop.calibrating.window", outbox=Newest()
    )
    process.start()
    try:
        process.wait_ready(PATIENCE_S)
        for name in PROMPTS:
            process.send(snapshot(name))
        hands.window()
        hands.press("r", "Return", "q")
        assert [keys.get(timeout=PATIENCE_S) for _ in range(3)] == [Key.REDO, Key.ENOUGH, Key.LEAVE]
    finally:
        process.close()
    assert gone.empty()
    assert process.ended is not None
    assert process.ended.frames > 0


def test_without_a_screen_one_line_says_so_and_nothing_else_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio
    import sys

    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    said: list[str] = []

    async def act() -> None:
        view = WindowView(lambda key: None, say=said.append)
        view.open()
        view.show(snapshot("pose"))
        view.close()

    asyncio.run(act())
    (line,) = said
    assert "no screen here" in line


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PROMPTS)
def test_a_drawing_needs_no_window_and_fits(name: str, theme: str) -> None:
    figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
    canvas = FigureCanvasAgg(figure)
    plot = CalibrationPlot(figure, THEMES[theme])
    plot.show(snapshot(name))
    texts = [text for panel in plot.stage.panels for text in panel.artists if isinstance(text, Text)]
    for text in texts:
        if text.get_visible() and text.get_text():
            box = text.get_window_extent(canvas.get_renderer())
            assert -1 <= box.x0 <= box.x1 <= figure.bbox.width + 1, text.get_text()


@pytest.mark.parametrize("up", [(0, 1, 0), (0, -1, 0), (1, 0, 0), (0, 0, -1), (0.58, -0.58, 0.58)])
def test_the_box_is_turned_so_that_this_side_is_up(up: tuple[float, float, float]) -> None:
    turn = upright(up)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)
    np.testing.assert_allclose(turn @ np.array(up) / np.linalg.norm(up), [0.0, 1.0, 0.0], atol=1e-9)


def test_the_camera_looks_from_above_and_shows_front_and_right_side() -> None:
    seen = camera() @ np.eye(3)
    assert (seen[2] > 0).all()  # of the clip as it is worn: arrow side, upper edge and the edge with the plug
    assert seen[0, 0] > 0
    assert seen[1, 1] > 0
    assert tuple(HALF_MM) == (34.0, 16.0, 8.0)


def test_the_newest_snapshot_goes_out_and_no_older_one() -> None:
    waiting = Newest()
    for name in ("table", "pose"):
        waiting.put(snapshot(name))
    assert waiting.fetch() == snapshot("pose")
    waiting.put(Snapshot())
    waiting.close()
    assert waiting.fetch() == Snapshot()
    assert waiting.fetch() is None


def test_every_picture_has_a_prompt_here() -> None:
    assert {prompt.picture for prompt in PROMPTS.values()} == set(Picture)
