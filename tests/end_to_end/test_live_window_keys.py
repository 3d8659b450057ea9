"""A live run at whose window somebody sits: keys and clicks of the X server end as inputs in the recording."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from hipdrop.events import Mark, NewBaseline, SwapSides
from hipdrop.live.plot import BUTTONS_HIGH, BUTTONS_Y, SIZE_IN, LivePlot
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.recording import Entered, Run, Session, read_run
from screens import Hands

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

PATIENCE_S = 60.0
KEYS = (("x",), ("p",), ("m", "h", "i", "Return"), ("b", "b"), ("space",), ("i",), ("space",))
CLICKS = ("p", "u")


@dataclass(frozen=True)
class Ended:
    """What became of the run."""

    run: Run
    code: int
    said: str
    folder: Path
    size: tuple[int, int]


@pytest.fixture(scope="module")
def ended(screen: str, toolkits: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Run, press, click, and stop, by the window alone."""
    folder = tmp_path_factory.mktemp("keys")
    out = folder / "run"
    environment = {**os.environ, "DISPLAY": screen, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [sys.executable, "-W", "error", "-m", "hipdrop", "live", "--clip", "virtual", "--out", str(out)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            hands = Hands(screen)
            wait_until(lambda: "connected" in told(out / "run.mcap"), process)
            size = hands.size(hands.window())
            for keys in KEYS:
                hands.press(*keys)
            for key in CLICKS:
                hands.click(*place_of(key, size))
            wait_until(lambda: "muted" in told(out / "run.mcap"), process)
            hands.press("q", "q")
            said, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    return Ended(read_run(out / "run.mcap"), process.returncode, said, out, size)


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something holds."""
    end_s = time.monotonic() + PATIENCE_S
    while not reached():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end_s
        time.sleep(0.1)


def told(path: Path) -> list[str]:
    """Give what the recording, as far as it is written, says of the session."""
    if not path.exists() or not path.stat().st_size:
        return []
    return [item.what for item in read_run(path).items if isinstance(item, Session)]


def place_of(key: str, size: tuple[int, int]) -> tuple[int, int]:
    """Give where the button of a key is, in a window of a size at the screen's upper left corner."""
    figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
    FigureCanvasAgg(figure)
    buttons = LivePlot(figure, THEMES["light"]).buttons
    left, right = next((left, right) for name, left, right in buttons if name == key)
    return round((left + right) / 2 * size[0]), round((1 - BUTTONS_Y - BUTTONS_HIGH / 2) * size[1])


def test_keys_and_clicks_are_inputs_of_the_recording(ended: Ended) -> None:
    inputs = [item.item for item in ended.run.items if isinstance(item, Entered)]
    wished = [item for item in inputs if isinstance(item, (SwapSides, Mark, NewBaseline))]
    assert [type(item) for item in wished] == [SwapSides, Mark, Mark, NewBaseline, Mark]
    notes = [item for item in wished if isinstance(item, Mark)]
    assert [mark.note for mark in notes] == ["pain", "hi", "pain"]
    assert [0.0 < mark.ago_s < PATIENCE_S for mark in notes] == [False, True, False]


def test_mute_is_in_the_recording_once(ended: Ended) -> None:
    session = [item.what for item in ended.run.items if isinstance(item, Session)]
    assert session.count("muted") == 1
    assert "unmuted" not in session


def test_the_picture_is_beside_the_run_and_whole(ended: Ended) -> None:
    (picture,) = ended.folder.glob("hipdrop-*.png")
    with Image.open(picture) as image:
        assert image.size == ended.size


def test_the_window_ends_the_run_in_order(ended: Ended) -> None:
    assert ended.code == 0, ended.said
    assert ended.run.notes == ()
    assert (ended.folder / "summary.json").exists()
