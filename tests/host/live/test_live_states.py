"""Every state of the live window, in a real window: what must be read stands on the screen, whole, apart, in contrast.

With HIPDROP_PICTURES=FOLDER the screenshots are kept there.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from live_updates import FACTS
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image
from shown import Shown
from test_live_colours import contrast

from hipdrop.events import Activity, ActivityChanged, AlertWithheld, Event, Marked, Side, SidesChanged
from hipdrop.live.snapshot import PhaseKind
from hipdrop.live.updates import Facts, Update
from hipdrop.live.wirepipe import Begin

CROWDED = ("ALERT: left leg", "alert", "onset", "pain")
SMALL, BIG = (800, 500), (1920, 1080)
WHO = "Ada, blue shoes, 3.3 m/s, slope 1 %"


def facts(**changes: object) -> Update:
    return Update(facts=replace(FACTS, **changes))  # type: ignore[arg-type]


def events(*events: Event) -> Update:
    return Update(tuple(events))


@dataclass(frozen=True)
class State:
    """A state: which run until when, what comes on top, and what is to be read."""

    kind: PhaseKind
    until_s: float
    words: tuple[str, ...]
    more: tuple[Update, ...] = ()
    run: str = "left"
    theme: str = "light"
    size: tuple[int, int] = (1280, 800)
    paused: bool = False
    replay: bool = False


NO_LINK = "ble:hipdrop-7F3A: nothing comes; is the clip switched on, and near?"
LONG_NOTE = "a stone in the left shoe, stopped to take it out"
WITHHELD = AlertWithheld(70.0, Side.RIGHT, 5.0, 2.6, 2.4, "only turning steps lately, and a bend shifts left and right")
MARKS = (Marked(72.0, "pain: knee"), Marked(74.0, LONG_NOTE), Marked(60.0, "gel"), Marked(40.0, "button"))
STATES = {
    "connecting": State(PhaseKind.CONNECTING, -1, ("connecting", "ble:hipdrop-7F3A"),
                        (Update(facts=Facts("ble:hipdrop-7F3A", "connecting")),)),
    "waiting": State(PhaseKind.WAITING, -1, ("waiting for samples",), (facts(received=0),)),
    "samples": State(PhaseKind.WAITING, -1, ("samples come", "209 so far: their rate is being measured"),
                     (facts(received=209, rate_hz=None),)),
    "standing": State(PhaseKind.STANDING, 4, ("standing", "no steps yet", "-")),
    "mount": State(PhaseKind.MOUNT, 8, ("finding mount", "how the clip sits on the body")),
    "sides": State(PhaseKind.SIDES, 12, ("learning left and right",), (events(SidesChanged(12.0, "unsure", 0.1)),)),
    "warming_up": State(PhaseKind.WARMING_UP, 14, ("warming up 0:0", "drop of late")),
    "baseline": State(PhaseKind.BASELINE, 40, ("learning baseline 0:22 of 0:30",)),
    "running": State(PhaseKind.RUNNING, 58, ("running", "fresh", "limit")),
    "alert_left": State(PhaseKind.ALERT, 80, CROWDED, (events(*MARKS),)),
    "alert_right": State(PhaseKind.ALERT, 80, ("ALERT: right leg", "alert 1:15"), run="right"),
    "alert_both": State(PhaseKind.ALERT, 80, ("ALERT: both legs",), run="both"),
    "recovered": State(PhaseKind.RECOVERED, 135, ("recovered: left leg", "onset", "alert", "recovered")),
    "withheld": State(PhaseKind.WITHHELD, 70, ("alert withheld: right leg", WITHHELD.reason),
                      (events(WITHHELD),), run="right"),
    "walking": State(PhaseKind.WALKING, 160, ("walking",)),
    "stopped": State(PhaseKind.STANDING, 80, ("standing", "the alert stands: left leg", WHO),
                     (facts(who=WHO), events(ActivityChanged(80.0, Activity.STAND)))),
    "link_lost": State(PhaseKind.LINK_LOST, 80, ("link lost for 1:02:12",),
                       (facts(state="waiting to connect again", lost_for_s=3732.0, trouble=NO_LINK, lost=51234,
                              reconnects=3, recovered=123),)),
    "finishing": State(PhaseKind.FINISHING, 100, ("fetching what is missing",),
                       (facts(state="fetching what is missing", lost=312),)),
    "ended": State(PhaseKind.ENDED, 179, ("the run has ended",), (facts(state="closed"),)),
    "muted": State(PhaseKind.RUNNING, 58, ("muted",), (facts(muted=True),)),
    "paused": State(PhaseKind.RUNNING, 58, ("view paused", "Space: on with the view"), paused=True),
    "not_recording": State(PhaseKind.RUNNING, 58, ("not recorded: the disk is full; the run goes on",),
                           (facts(not_recording="the disk is full; the run goes on"),)),
    "no_battery": State(PhaseKind.RUNNING, 58, ("virtual, 208.0 Hz, no sample missing",),
                        (facts(battery_percent=None),)),
    "faults": State(PhaseKind.RUNNING, 58, (), (facts(
        lost=1234, recovered=99, reconnects=12, battery_percent=4, who="A person of a long name, blue shoes, 3.3 m/s",
        recording="2026-11-22_14-30-12_a-person-of-a-long-name.mcap", notice="a demo: short baseline, sudden sag",
        faults=("the last boot ended in a crash", "battery low: charge it soon"),
    ),)),
    "target": State(PhaseKind.ALERT, 80, ("ALERT: left leg", "band", "band to 3.5\N{DEGREE SIGN}"),
                    run="target"),
    "dark_alert": State(PhaseKind.ALERT, 80, ("ALERT: left leg",), (events(*MARKS),), theme="dark"),
    "dark_recovered": State(PhaseKind.RECOVERED, 135, ("recovered: left leg",), theme="dark"),
    "dark_link_lost": State(PhaseKind.LINK_LOST, 80, ("link lost for 0:12",), (
        facts(state="waiting to connect again", lost_for_s=12.0, trouble=NO_LINK),), theme="dark"),
    "replay": State(PhaseKind.ALERT, 80, ("ALERT: left leg", "replay, paused", "1:20 of 3:00"),
                    (facts(replay_speed=1.0, replay_paused=True, length_s=180.0),), replay=True),
    "small": State(PhaseKind.ALERT, 80, CROWDED, (events(*MARKS),), size=SMALL),
    "small_baseline": State(PhaseKind.BASELINE, 40, ("learning baseline 0:22 of 0:30",), size=SMALL),
    "big": State(PhaseKind.ALERT, 80, CROWDED, (events(*MARKS),), size=BIG),
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A state on the screen."""

    name: str
    state: State
    shown: Shown
    pixels: np.ndarray


@pytest.fixture(scope="module", params=STATES)
def seen(request: pytest.FixtureRequest, screen: str, toolkits: tuple[str, ...]) -> Iterator[Seen]:
    """Show a state; keep its picture."""
    name, state = request.param, STATES[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", screen)
        shown = Shown(screen, toolkits[0], Begin(toolkits, theme=state.theme, replay=state.replay), state.size)
        shown.feed(state.until_s, *state.more, run=state.run)
        if state.paused:
            shown.window.press(" ")
            shown.draw()
        pixels = shown.pixels()
        if os.environ.get("HIPDROP_PICTURES"):
            Image.fromarray(pixels).save(Path(os.environ["HIPDROP_PICTURES"]) / f"{name}.png")
        yield Seen(name, state, shown, pixels)
        shown.window.close()


def test_it_is_what_is_said(seen: Seen) -> None:
    """Words of the state, each whole in one text."""
    assert seen.shown.window.model.snapshot().phase.kind is seen.state.kind
    read = [line for said in seen.shown.words() for line in said.split("\n")]
    assert [words for words in seen.state.words if not any(words in line for line in read)] == []


def test_it_stands_on_the_screen_as_a_whole_drawing_would(seen: Seen) -> None:
    """What was drawn by regions over many frames is what one drawing gives: nothing is left over, nothing lacks."""
    np.testing.assert_array_equal(seen.pixels, seen.shown.canvas_pixels())
    seen.shown.canvas.draw()
    np.testing.assert_array_equal(seen.pixels, seen.shown.canvas_pixels())


def test_every_region_shows_something(seen: Seen) -> None:
    height = seen.pixels.shape[0]
    for panel in seen.shown.window.plot.stage.panels:
        box = panel.region()
        part = seen.pixels[height - int(box.y1) : height - int(box.y0), int(box.x0) : int(box.x1)]
        colours, counts = commonest(part)
        assert len(colours) > 3, type(panel).__name__
        assert counts.max() < 0.998 * counts.sum(), type(panel).__name__


def test_no_text_is_cut_off(seen: Seen) -> None:
    """Each lies within the window, and those that change lie within the region that is drawn with them."""
    width, height = seen.shown.figure.bbox.size
    for text in seen.shown.texts():
        assert inside(box_of(text), (0.0, 0.0, width, height)), text.get_text()
    for panel in seen.shown.window.plot.stage.panels:
        for text in panel.artists:
            if isinstance(text, Text) and text.get_text():
                assert inside(box_of(text), panel.region().extents), text.get_text()


def test_no_text_lies_on_another(seen: Seen) -> None:
    texts = seen.shown.texts()
    met = [
        (one.get_text(), other.get_text())
        for one, other in itertools.combinations(texts, 2)
        if overlap_px(box_of(one), box_of(other)) > 1.0
    ]
    assert met == []


def test_every_text_stands_out_from_what_it_lies_on(seen: Seen) -> None:
    """Its own colour against the commonest one on the screen where it is: 4.5 and more (WCAG 2.1, AA)."""
    height = seen.pixels.shape[0]
    for text in seen.shown.texts():
        x0, y0, x1, y1 = (round(edge) for edge in box_of(text))
        part = seen.pixels[height - y1 : height - y0, x0:x1].reshape(-1, 3)
        colours, _ = commonest(part)
        ink = np.round(255 * np.array(to_rgb(text.get_color())))
        assert contrast(colours[0], ink) >= 4.5, text.get_text()
        assert np.abs(part.astype(float) - ink).max(axis=1).min() < 90, f"not on the screen: {text.get_text()}"


def test_texts_are_large_enough(seen: Seen) -> None:
    """Minutes of arc of a capital at 3 m, in a window that is 0.3 m high; 5 is what normal sight reads.

    ISO 9241-303 asks for 16 in what is read for long: state, time, change of each leg, cadence (11 for a state that is
    so long that it is set smaller). Nothing is smaller than 9 pixels, which a small window brings within arm's length.
    """
    plot = seen.shown.window.plot
    assert all(
        minutes_of_arc(text) > 16 for text in (*(leg.level for leg in plot.legs), plot.state.time, plot.pace.now)
    )
    assert minutes_of_arc(plot.state.said) > (16 if len(plot.state.said.get_text()) <= 30 else 11)
    assert minutes_of_arc(plot.state.detail) > 5.4
    pixels = [text.get_fontsize() / 72 * seen.shown.figure.dpi for text in seen.shown.texts()]
    assert min(pixels) >= 9.0 or min(seen.state.size) > 500


def commonest(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the colours of some pixels and how many are of each, the commonest first."""
    packed = pixels.reshape(-1, 3).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    values, counts = np.unique(packed, return_counts=True)
    order = np.argsort(-counts)
    return np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1)[order], counts[order]


def minutes_of_arc(text: Text) -> float:
    """Height of a capital (0.729 of the size in DejaVu Sans) of a text in the window's own proportions."""
    metres = 0.3 * 0.729 * text.get_fontsize() / 72 * 100 / 800
    return float(60 * np.degrees(np.arctan(metres / 3.0)))


def box_of(text: Text) -> tuple[float, float, float, float]:
    box = text.get_window_extent()
    return box.x0, box.y0, box.x1, box.y1


def inside(box: Sequence[float], room: Sequence[float]) -> bool:
    """Whether a box lies within another, to a pixel."""
    return bool(min(box[0] - room[0], box[1] - room[1], room[2] - box[2], room[3] - box[3]) >= -1.0)


def overlap_px(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Give the lesser side of what two boxes share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return min(across, up)
