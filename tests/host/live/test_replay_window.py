"""A replay in a real window, which is looked at on a screen that nobody sees."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from live_updates import FACTS, updates
from matplotlib.colors import to_rgb
from PIL import Image, ImageGrab

from hipdrop.cli import main
from hipdrop.commands import showing
from hipdrop.commands.sources import CsvSource
from hipdrop.events import Event
from hipdrop.imucsv import read_imu_csv
from hipdrop.live import replaywindow
from hipdrop.live.keys import Action, Wish
from hipdrop.live.plot import FOOT, SIZE_IN, LivePlot
from hipdrop.live.replayfoot import MIDDLE, WIDE
from hipdrop.live.replaying import AT_THE_END, Replay
from hipdrop.live.replaywindow import ReplayWindow
from hipdrop.live.theme import THEMES
from hipdrop.live.toolkit import open_figure
from hipdrop.live.updates import Facts, Update
from hipdrop.live.window import RunClock, Window
from hipdrop.live.wirepipe import Begin, Picture
from hipdrop.recording.player import Doing
from hipdrop.recording.tapes import CsvTape
from hipdrop.settings import Settings

pytest.importorskip("tkinter")
PATIENCE_S = 60.0
BAR = tuple(round(255 * part) for part in to_rgb(THEMES["light"].fresh))


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds of a run."""
    path = tmp_path_factory.mktemp("replay") / "run.csv"
    assert main(["simulate", "--minutes", "0.7", "-o", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def plain(csv: Path) -> list[str]:
    """Its events without a window."""
    return texts(CsvSource(csv, None, None, None).run(float("inf"), None))


def texts(events: list[Event]) -> list[str]:
    return list(map(repr, events))


def bar_is_full_at(picture: Image.Image, part: float) -> bool:
    """Say whether the replay has come so far, by the pixels of the bar."""
    width, height = picture.size
    left, bottom, wide, high = FOOT
    x, y = left + part * WIDE * wide, bottom + MIDDLE * high
    return picture.getpixel((round(x * width), round((1 - y) * height))) == BAR


class Session:
    """A replay in a window of its own process, and somebody who watches it."""

    def __init__(self, csv: Path, folder: Path, display: str, **options: float) -> None:
        self.said: list[str] = []
        self.folder, self.display = folder, display
        tape = CsvTape(read_imu_csv(csv), Settings())
        self.view = ReplayWindow(
            lambda: Replay(tape, facts=Facts("run.csv"), **options), self.said.append, pictures=str(folder)
        )

    def run(self, *acts: Callable[[], bool]) -> None:
        """Show it; each act is done when it can be, one behind the other, and a last one closes the window."""

        async def watched() -> None:
            showing = asyncio.create_task(self.view.run())
            for act in acts:
                while not showing.done() and not act():
                    await asyncio.sleep(0.01)
            self.view.stop()
            await showing

        asyncio.run(asyncio.wait_for(watched(), PATIENCE_S))

    @property
    def replay(self) -> Replay:
        assert self.view.replay is not None
        return self.view.replay

    def doing(self, *doing: Doing) -> Callable[[], bool]:
        return lambda: self.view.replay is not None and self.replay.player.doing in doing

    def wish(self, wish: Wish, to_s: float = 0.0) -> Callable[[], bool]:
        def act() -> bool:
            self.view.act(Action(wish, to_s=to_s))
            return True

        return act

    def seen(self, name: str, part: float, full: bool = True) -> Callable[[], bool]:
        """Wait until the bar shows that the replay is beyond a part of it, or before it, and keep the picture."""

        def act() -> bool:
            picture = window_on(self.display)
            if picture is None:
                return False
            picture.save(self.folder / f"{name}.png")
            return bar_is_full_at(picture, part) is full

        return act


def test_it_plays_to_the_end_goes_back_and_the_events_stay_the_same(
    csv: Path, plain: list[str], on_screen: str, tmp_path: Path
) -> None:
    session = Session(csv, tmp_path, on_screen)
    facts: list[Facts] = []

    def ended() -> bool:
        facts.append(session.replay.facts())
        return True

    session.run(
        session.doing(Doing.PLAYING),
        session.wish(Wish.SEEK, 20.0),
        session.doing(Doing.PLAYING),
        session.seen("playing", 0.4),
        session.wish(Wish.PAUSE),
        session.doing(Doing.PAUSED),
        session.wish(Wish.STEP),
        session.doing(Doing.PAUSED),
        session.wish(Wish.FAR_AHEAD),
        session.doing(Doing.ENDED),
        session.seen("ended", 0.97),
        ended,
        session.wish(Wish.SEEK, 15.0),
        session.wish(Wish.BACK),
        session.doing(Doing.PAUSED),
        session.seen("back", 0.4, full=False),
    )
    assert facts[0].notice == AT_THE_END
    assert session.replay.player.current.reached_s == pytest.approx(5.0, abs=0.3)
    assert texts(session.replay.events) == plain[: len(session.replay.events)]
    session.replay.finish(lambda t_s, events: None)
    assert texts(session.replay.events) == plain
    assert session.said == []


def test_ctrl_c_ends_the_showing_and_no_more(csv: Path, plain: list[str], on_screen: str, tmp_path: Path) -> None:
    session = Session(csv, tmp_path, on_screen)

    def interrupt() -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return True

    session.run(session.doing(Doing.PLAYING), interrupt, lambda: False)
    session.replay.finish(lambda t_s, events: None)
    assert texts(session.replay.events) == plain


def test_a_window_that_dies_is_said_and_the_run_is_still_computed(
    csv: Path, plain: list[str], on_screen: str, tmp_path: Path
) -> None:
    session = Session(csv, tmp_path, on_screen)

    def kill() -> bool:
        assert session.view.process is not None
        os.kill(session.view.process.pid, signal.SIGKILL)
        return True

    session.run(session.doing(Doing.PLAYING), kill, lambda: False)
    assert len(session.said) == 1
    assert "computed without it" in session.said[0]
    session.replay.finish(lambda t_s, events: None)
    assert texts(session.replay.events) == plain


def test_a_window_that_does_not_come_is_said_once(
    csv: Path, on_screen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":9999")
    refused = Session(csv, tmp_path, on_screen)
    refused.run(lambda: False)
    assert refused.view.replay is None
    (line,) = refused.said
    assert "no window" in line
    assert "install" in line
    monkeypatch.setenv("DISPLAY", on_screen)
    monkeypatch.setattr(replaywindow, "START_S", 0.0)
    late = Session(csv, tmp_path, on_screen)
    late.run(lambda: False)
    assert late.view.replay is None
    assert late.said == ["the window did not open within 0 s"]


def test_the_command_shows_it_on_a_terminal_and_writes_the_same_files(
    csv: Path, on_screen: str, tmp_path: Path
) -> None:
    """On a terminal of its own; Ctrl-C there when the window is seen, far from the end."""
    assert main(["replay", str(csv), "--no-plot", "--out", str(tmp_path / "plain")]) == 0
    command = [sys.executable, "-m", "hipdrop", "replay", str(csv), "--out", str(tmp_path / "shown")]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    printed: list[bytes] = []
    reading = threading.Thread(target=lambda: printed.extend(iter(lambda: read(ours), b"")))
    reading.start()
    try:
        while process.poll() is None and window_on(on_screen) is None:
            pass
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        reading.join(PATIENCE_S)
        os.close(ours)
    for name in ("steps.csv", "alerts.csv", "summary.json"):
        assert (tmp_path / "shown" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
    assert (tmp_path / "shown" / "overview.png").exists()
    assert b"A training aid, not a diagnosis" in b"".join(printed)


def window_on(display: str) -> Image.Image | None:
    """What the window shows, which lies on a black screen; None while there is none."""
    screen = ImageGrab.grab(xdisplay=display).convert("RGB")
    box = screen.getbbox()
    return None if box is None else screen.crop(box)


def read(terminal: int) -> bytes:
    """What a program writes on its terminal; empty when it has left it."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


@pytest.mark.usefixtures("on_screen")
def test_a_script_gets_no_window(
    csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under a display, too: the output is no terminal, nobody would close it."""
    monkeypatch.chdir(tmp_path)
    assert main(["replay", str(csv)]) == 0
    out, err = capsys.readouterr()
    assert "written    overview.png" in out
    assert err == ""


def test_without_a_screen_it_goes_on_as_fast_as_it_can_and_says_what_lacks(
    csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hipdrop.commands.replay.someone_watches", lambda: True)
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert main(["replay", str(csv)]) == 0
    out, err = capsys.readouterr()
    assert "written    overview.png" in out
    assert err.count("\n") == 1
    assert err.startswith("hipdrop: no screen here")
    assert main(["replay", str(csv), "--no-plot"]) == 0
    assert capsys.readouterr().err == ""


def test_who_watches_has_a_terminal_for_the_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with closing(os.fdopen(theirs, "w")) as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        assert showing.someone_watches()
        monkeypatch.setattr(sys, "stdout", sys.__stdout__)
    os.close(ours)


@pytest.fixture
def window(on_screen: str) -> Iterator[tuple[Window, list[Action | Picture]]]:
    """A window of a replay in this process, and what it sends."""
    sent: list[Action | Picture] = []
    made = Window(open_figure("tk", SIZE_IN, 100.0), Begin(("tk",), replay=True), sent.append)
    made.figure.canvas.manager.show()
    made.figure.canvas.get_tk_widget().winfo_toplevel().update()
    yield made, sent
    made.close()


def test_keys_buttons_and_the_bar_say_what_is_wished(window: tuple[Window, list[Action | Picture]]) -> None:
    made, sent = window
    made.put(Update(facts=Facts(replay_speed=1.0, length_s=600.0)))
    made.frame()
    widget = made.figure.canvas.get_tk_widget()
    widget.focus_force()
    for key in ("space", "period", "Right", "Left", "Shift-Right", "Shift-Left", "plus", "equal", "minus", "Home", "q"):
        widget.event_generate(f"<{key}>")
        widget.update()
    left, bottom, wide, high = FOOT
    width, height = made.figure.bbox.size
    x, y = left + 0.25 * WIDE * wide, bottom + MIDDLE * high
    widget.event_generate("<Button-1>", x=round(x * width), y=round((1 - y) * height))
    widget.event_generate("<Button-1>", x=round(0.9 * width), y=round((1 - y) * height))
    widget.update()
    wishes = [action.wish for action in sent if isinstance(action, Action)]
    assert wishes == [
        Wish.PAUSE, Wish.STEP, Wish.AHEAD, Wish.BACK, Wish.FAR_AHEAD, Wish.FAR_BACK, Wish.FASTER, Wish.FASTER,
        Wish.SLOWER, Wish.BEGINNING, Wish.STOP, Wish.SEEK,
    ]  # fmt: skip
    assert isinstance(sent[-1], Action)
    assert sent[-1].to_s == pytest.approx(150.0, abs=2.0)


def test_a_replay_that_is_paused_and_moved_is_drawn_as_it_is_there(
    window: tuple[Window, list[Action | Picture]],
) -> None:
    """Back to where the runner stands: the pelvis is still, though no time passes."""
    made, _ = window
    replayed = replace(FACTS, replay_speed=1.0, length_s=180.0)
    for update in updates():
        if update.reached_s < 60.0:
            made.put(update)
    made.put(Update(reached_s=60.0, facts=replayed))
    for _ in range(3):
        made.frame()
    paused = replace(replayed, replay_paused=True)
    made.put(Update(reached_s=60.0, facts=paused))
    made.frame()
    assert made.plot.pelvis.clock.swing > 0.0
    made.put(Update(restart=True, facts=paused))
    for update in updates():
        if update.facts is None and update.reached_s < 4.0:
            made.put(update)
    made.frame()
    assert made.plot.pelvis.clock.swing == 0.0


def test_the_clock_of_a_paused_replay_is_where_it_was_moved_to() -> None:
    clock = RunClock()
    clock.told(60.0, 100.0)
    assert clock.go(100.0, 1.0) == 60.0
    clock.told(20.0, 101.0)
    assert clock.stand(101.0) == clock.stand(109.0) == 20.0
    clock.told(20.1, 109.1)
    assert clock.go(109.1, 1.0) == pytest.approx(20.1, abs=0.01)


def test_a_live_window_has_no_bar() -> None:
    from matplotlib.figure import Figure

    plot = LivePlot(Figure(figsize=SIZE_IN, dpi=100), THEMES["light"])
    assert plot.moment_at(0.1, FOOT[1] + MIDDLE * FOOT[3]) is None
