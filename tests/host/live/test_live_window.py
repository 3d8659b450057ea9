"""The live plot in a real window on a screen that nobody sees: what it shows, its keys, its size, its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from live_updates import FACTS, updates
from PIL import Image
from shown import Shown

from hipdrop.live.keys import SURE_S, Action, Wish
from hipdrop.live.model import LiveModel
from hipdrop.live.plot import SIZE_IN, LivePlot
from hipdrop.live.snapshot import PhaseKind
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.live.updates import Update
from hipdrop.live.window import FRAME_S, LONGEST_WAIT_S, FrameClock, RunClock
from hipdrop.live.wirepipe import Begin, Picture
from screens import Hands


@pytest.fixture
def shown(on_screen: str, toolkit: str, tmp_path: Path) -> Iterator[Shown]:
    made = Shown(on_screen, toolkit, Begin((toolkit,), pictures=str(tmp_path)))
    yield made
    made.window.close()


def test_only_what_changes_is_drawn(shown: Shown) -> None:
    """Between two steps the pelvis alone moves; standing still costs nothing."""
    shown.feed(60.0)
    stage = shown.window.plot.stage
    before = stage.full_draws, stage.region_draws
    for _ in range(3):
        shown.window.frame()
    assert stage.full_draws == before[0]
    assert 1 <= stage.region_draws - before[1] <= 3
    shown.feed(4.0, Update(facts=FACTS, restart=True))
    shown.window.frame()
    before = stage.full_draws, stage.region_draws
    for _ in range(3):
        shown.window.frame()
    assert (stage.full_draws, stage.region_draws) == before


def test_the_pelvis_sinks_on_the_right_while_the_left_leg_stands(shown: Shown) -> None:
    shown.feed(80.0)
    pelvis = shown.window.plot.pelvis
    now = shown.window.model.snapshot()
    turned = []
    for phase in (0.15, 0.65):
        pelvis.clock.phase, pelvis.clock.swing = phase, 1.0
        turned.append(pelvis.turn_deg(now))
    assert turned[0] < turned[1]  # clockwise on the page is right side down


@pytest.mark.parametrize(
    ("keys", "wish"),
    [
        (("p",), Wish.PAIN),
        (("u",), Wish.MUTE),
        (("x",), Wish.SWAP),
        (("b", "b"), Wish.BASELINE),
        (("q", "q"), Wish.STOP),
    ],
)
def test_a_key_says_its_wish_to_the_run(shown: Shown, hands: Hands, keys: tuple[str, ...], wish: Wish) -> None:
    shown.press(hands, *keys)
    assert [action.wish for action in shown.sent if isinstance(action, Action)] == [wish]


@pytest.mark.parametrize("key", ["b", "q"])
def test_what_cannot_be_taken_back_is_asked_twice(shown: Shown, hands: Hands, key: str) -> None:
    shown.press(hands, key)
    assert shown.sent == []
    assert "again" in shown.prompt
    shown.window.keyboard.press(key, time.monotonic() + SURE_S + 1.0)
    assert shown.sent == []


def test_a_note_is_typed_and_its_moment_is_when_it_was_begun(shown: Shown, hands: Hands) -> None:
    shown.press(hands, "m", "u", "p", "space", "h", "i", "x", "BackSpace")
    assert "note: up hi_" in shown.prompt
    assert shown.sent == []
    shown.press(hands, "Return")
    (action,) = shown.sent
    assert isinstance(action, Action)
    assert (action.wish, action.note) == (Wish.MARK, "up hi")
    assert 0.0 <= action.ago_s < 30.0
    shown.press(hands, "m", "a", "Escape")
    assert len(shown.sent) == 1


def test_buttons_do_what_keys_do(shown: Shown, hands: Hands) -> None:
    for key in ("p", "u", "x"):
        shown.click(hands, key)
    assert [action.wish for action in shown.sent if isinstance(action, Action)] == [Wish.PAIN, Wish.MUTE, Wish.SWAP]


def test_a_paused_view_stands_still_while_the_run_goes_on(shown: Shown, hands: Hands) -> None:
    shown.feed(60.0)
    shown.press(hands, "space")
    shown.draw()
    before = shown.pixels()
    for update in updates():
        if 60.0 < update.reached_s < 80.0:
            shown.window.put(update)
    shown.draw()
    np.testing.assert_array_equal(shown.pixels(), before)
    assert shown.window.model.snapshot().phase.kind is PhaseKind.ALERT
    shown.press(hands, "space")
    shown.draw()
    assert (shown.pixels() != before).any()
    assert shown.sent == []


def test_a_saved_picture_is_what_the_window_shows(shown: Shown, hands: Hands, tmp_path: Path) -> None:
    shown.feed(60.0)
    before = shown.pixels()
    shown.press(hands, "i")
    (picture,) = shown.sent
    assert isinstance(picture, Picture)
    np.testing.assert_array_equal(np.asarray(Image.open(picture.path).convert("RGB")), before)
    assert Path(picture.path).parent == tmp_path


def test_a_picture_that_cannot_be_saved_is_said(shown: Shown, hands: Hands, tmp_path: Path) -> None:
    shown.window._begin = replace(shown.window._begin, pictures=str(tmp_path / "no" / "such"))
    shown.press(hands, "i")
    assert shown.prompt == "no picture: No such file or directory"
    assert shown.sent == []


@pytest.mark.parametrize("size", [(1800, 1125), (700, 500)])
def test_everything_grows_with_the_window(shown: Shown, size: tuple[int, int]) -> None:
    shown.feed(60.0)
    height_px = level_height_px(shown)
    before_scale = min(shown.window.figure.bbox.size / (1280, 800))
    shown.resize(*size)
    shown.draw()
    figure = shown.window.figure
    assert (figure.bbox.width, figure.bbox.height) == size
    scale = min(size[0] / 1280, size[1] / 800)
    assert level_height_px(shown) == pytest.approx(height_px * scale / before_scale, rel=0.08)
    by_regions = shown.pixels()
    assert by_regions.shape[:2] == size[::-1]
    np.testing.assert_array_equal(by_regions, shown.canvas_pixels())


def level_height_px(shown: Shown) -> float:
    """Height of the figures that say how far a hip drops."""
    text = shown.window.plot.legs[0].level
    return float(text.get_window_extent(shown.window.figure.canvas.get_renderer()).height)


def test_a_replay_has_keys_of_a_player(on_screen: str, toolkit: str, hands: Hands) -> None:
    shown = Shown(on_screen, toolkit, Begin((toolkit,), replay=True))
    shown.press(hands, "space", "period", "Right", "Left", "b")
    wishes = [action.wish for action in shown.sent if isinstance(action, Action)]
    assert wishes == [Wish.PAUSE, Wish.STEP, Wish.AHEAD, Wish.BACK]
    shown.window.close()


def test_the_end_of_the_run_closes_the_window(shown: Shown) -> None:
    shown.window.put(None)
    shown.window.frame()
    import matplotlib.pyplot as plt

    assert not plt.fignum_exists(shown.window.figure.number)


def test_dark_and_light_show_the_same(on_screen: str, toolkit: str) -> None:
    texts = []
    for theme in THEMES:
        shown = Shown(on_screen, toolkit, Begin((toolkit,), theme=theme))
        shown.feed(80.0)
        texts.append([text.get_text() for text in shown.window.figure.texts])
        shown.window.close()
    assert texts[0] == texts[1]


def test_a_plot_needs_no_window() -> None:
    """For pictures of the documentation, and to see that plotting computes nothing: equal snapshots, equal pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn = []
    for _ in range(2):
        figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
        canvas = FigureCanvasAgg(figure)
        plot = LivePlot(figure, THEMES["light"])
        model = LiveModel()
        for update in updates():
            model.take(update)
        plot.show(model.snapshot(), 180.0)
        drawn.append(bytes(canvas.buffer_rgba()))
    assert drawn[0] == drawn[1]


def test_the_time_of_the_run_is_even_between_jerky_updates() -> None:
    """Frames of 91 ms that come 0 to 60 ms late: the clock never goes back, and keeps within 60 ms of the run."""
    clock = RunClock()
    rng = np.random.default_rng(1)
    arrivals = [(0.0913 * i, 10.0 + 0.0913 * i + rng.uniform(0.0, 0.06)) for i in range(300)]
    shown_s = []
    for frame in range(800):
        at_s = 10.0 + 0.033 * frame
        while arrivals and arrivals[0][1] <= at_s:
            clock.told(*arrivals.pop(0))
        shown_s.append(clock.go(at_s, 1.0))
    passed_s = np.diff(shown_s[10:])
    assert passed_s.min() > 0.02
    assert passed_s.max() < 0.046
    assert np.abs(np.array(shown_s[10:]) - 0.033 * np.arange(10, 800)).max() < 0.06


def test_the_clock_stands_without_updates_and_jumps_to_a_seek() -> None:
    clock = RunClock()
    clock.told(5.0, 100.0)
    assert clock.go(100.0, 1.0) == 5.0
    times_s = [clock.go(100.0 + 0.033 * i, 1.0) for i in range(1, 200)]
    assert times_s[-1] == pytest.approx(5.0 + LONGEST_WAIT_S, abs=0.4)
    clock.told(60.0, 107.0)
    assert clock.go(107.0, 1.0) == pytest.approx(60.0)
    assert clock.go(108.0, 0.0) == clock.go(109.0, 0.0)


def test_frames_keep_to_the_second_however_long_one_takes() -> None:
    """Ten seconds of frames that take 5 ms, every twentieth 80 ms: 30 a second, and after a second's sleep no rush."""
    clock, at_s, frames = FrameClock(0.0), 0.0, 0
    while at_s < 10.0:
        at_s += 0.080 if frames % 20 == 0 else 0.005
        at_s += clock.wait_s(at_s)
        frames += 1
    assert frames == pytest.approx(300, abs=2)
    at_s += 1.0
    assert clock.wait_s(at_s) == 0.0
    assert clock.wait_s(at_s) == pytest.approx(FRAME_S)
