"""The window in its own process: it starts, is told, answers, ends, and nothing of that holds the run up."""

from __future__ import annotations

import os
import queue
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_updates import updates

import hipdrop.live.process as process_module
from hipdrop.errors import NoWindow
from hipdrop.events import Contact
from hipdrop.live.keys import Action, Wish
from hipdrop.live.outbox import Outbox
from hipdrop.live.process import WindowProcess
from hipdrop.live.toolkit import TOOLKITS, check_screen
from hipdrop.live.updates import Facts, Update
from hipdrop.live.wirepipe import Picture
from hipdrop.waves import RecentStrides
from screens import Hands

PATIENCE_S = 30.0


class Heard:
    """What a window says, and a window that says it."""

    def __init__(self, **options: object) -> None:
        self.actions: queue.Queue[Action | Picture] = queue.Queue()
        self.gone: queue.Queue[str] = queue.Queue()
        self.window = WindowProcess(self.actions.put, self.gone.put, **options)  # type: ignore[arg-type]


@pytest.fixture
def heard(each_toolkit: str) -> Iterator[Heard]:
    made = Heard(toolkits=(each_toolkit,))
    made.window.start()
    made.window.wait_ready(PATIENCE_S)
    yield made
    made.window.close()


def test_it_opens_takes_a_run_and_closes_when_it_is_told(heard: Heard, each_toolkit: str) -> None:
    assert heard.window.toolkit == each_toolkit
    for update in updates():
        heard.window.send(update)
    heard.window.close()
    assert heard.window._process is not None
    assert heard.window._process.returncode == 0
    assert heard.gone.empty()
    assert heard.actions.empty()


def test_keys_and_clicks_come_back_as_wishes(heard: Heard, hands: Hands) -> None:
    hands.window()
    hands.press("p", "x", "space")  # the last is for the window alone
    hands.click(1000, 300)  # where no button is
    hands.press("u")
    wishes = [heard.actions.get(timeout=PATIENCE_S) for _ in range(3)]
    assert [action.wish for action in wishes if isinstance(action, Action)] == [Wish.PAIN, Wish.SWAP, Wish.MUTE]


def test_what_is_sent_never_waits_for_a_window_that_hangs(heard: Heard) -> None:
    os.kill(heard.window.pid, signal.SIGSTOP)
    try:
        worst_s = 0.0
        for update in updates() * 20:
            begin_s = time.perf_counter()
            heard.window.send(update)
            worst_s = max(worst_s, time.perf_counter() - begin_s)
    finally:
        os.kill(heard.window.pid, signal.SIGCONT)
    assert worst_s < 0.5  # a busy machine; the pipe alone holds up for good


def test_a_window_that_hangs_for_long_is_given_up(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "STALLED_S", 0.2)
    os.kill(heard.window.pid, signal.SIGSTOP)
    deadline_s = time.monotonic() + PATIENCE_S
    while heard.gone.empty() and time.monotonic() < deadline_s:
        for update in updates()[:200]:
            heard.window.send(update)
    assert "has not answered" in heard.gone.get(timeout=PATIENCE_S)


def test_a_window_that_dies_is_said(heard: Heard) -> None:
    os.kill(heard.window.pid, signal.SIGKILL)
    assert heard.gone.get(timeout=PATIENCE_S).startswith("the window ended")
    heard.window.send(updates()[1])  # no matter


def test_ctrl_c_is_for_the_run_alone(heard: Heard) -> None:
    assert os.getsid(heard.window.pid) != os.getsid(0)


def test_without_a_screen_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(NoWindow, match="no screen here"):
        check_screen(os.environ, "linux")
    check_screen({}, "win32")
    check_screen({"WAYLAND_DISPLAY": "wayland-0"}, "linux")


def test_a_screen_that_refuses_leads_to_one_line(each_toolkit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt ends the process there, Tk raises."""
    monkeypatch.setenv("DISPLAY", ":9999")
    made = Heard(toolkits=(each_toolkit,))
    made.window.start()
    with pytest.raises(NoWindow, match=r"no window.*install Tk"):
        made.window.wait_ready(PATIENCE_S)
    assert "\n" not in made.gone.get(timeout=PATIENCE_S)
    made.window.close()


def test_a_toolkit_that_is_not_there_leads_to_the_next(
    each_toolkit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it is imported by is hidden by a package that refuses."""
    (missing,) = set(TOOLKITS) - {each_toolkit}
    hidden = tmp_path / {"tk": "tkinter", "qt": "PySide6"}[missing]
    hidden.mkdir()
    (hidden / "__init__.py").write_text("raise ImportError('not on this machine')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    made = Heard(toolkits=(missing, each_toolkit))
    made.window.start()
    made.window.wait_ready(PATIENCE_S)
    assert made.window.toolkit == each_toolkit
    made.window.close()
    made = Heard(toolkits=(missing,))
    made.window.start()
    with pytest.raises(NoWindow, match=r"no window: .*hipdrop\[qt\]"):
        made.window.wait_ready(PATIENCE_S)
    made.window.close()


def test_every_event_goes_out_once_and_of_all_else_the_newest() -> None:
    outbox = Outbox()
    strides = [update.strides for update in updates() if update.strides is not None]
    for number in range(5):
        outbox.put(Update((Contact(float(number), number),), facts=Facts(received=number), strides=strides[number]))
    fetched = outbox.fetch()
    assert fetched is not None
    assert [event.t_s for event in fetched.events] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert fetched.facts == Facts(received=4)
    assert isinstance(fetched.strides, RecentStrides)
    assert fetched.strides is strides[4]
    outbox.put(Update((Contact(5.0, 5),)))
    again = outbox.fetch()
    assert again is not None
    assert [event.t_s for event in again.events] == [5.0]
    assert again.facts is None
    outbox.close()
    assert outbox.fetch() is None


def test_a_restart_drops_what_waits_and_is_not_lost_itself() -> None:
    outbox = Outbox()
    outbox.put(Update((Contact(0.0, 0),), facts=Facts(received=1)))
    outbox.put(Update((Contact(1.0, 1),), restart=True))
    outbox.put(Update((Contact(2.0, 2),)))
    fetched = outbox.fetch()
    assert fetched is not None
    assert fetched.restart
    assert [event.t_s for event in fetched.events] == [1.0, 2.0]
    assert fetched.facts is None
