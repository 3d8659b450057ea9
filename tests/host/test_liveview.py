"""What a live run shows while it goes on: a table on a terminal, lines elsewhere."""

from __future__ import annotations

import errno
import io

import pytest
from rich.console import Console
from rich.live import Live
from rich.segment import Segment

from handmade import make_step
from hipdrop.errors import LinkLost
from hipdrop.events import AlertRaised, Side
from hipdrop.links.base import Link
from hipdrop.links.connection import Session
from hipdrop.links.states import State
from hipdrop.liverun import LiveRun
from hipdrop.liveview import PlainView, TableView, link_text, live_view
from hipdrop.receive.chain import Chain
from hipdrop.settings import Settings
from hipwire import frames, ids


class NoLink(Link):
    """Leads nowhere."""

    async def open(self, timeout_s: float) -> None: ...

    async def close(self) -> None: ...

    async def send(self, message: bytes) -> None: ...


@pytest.fixture
def session() -> Session:
    return LiveRun(Settings()).session(NoLink("ble:Hip-1"))


def status(**values: int) -> bytes:
    buffer = bytearray(frames.STATUS_SIZE)
    frames.pack_status_into(buffer, 0, 0, 0, {"battery_percent": 255, **values})
    return bytes(buffer)


def test_lines_tell_each_loss_once_however_many_tries_it_takes(session: Session) -> None:
    stream = io.StringIO()
    with live_view(Chain(), stream) as view:
        assert isinstance(view, PlainView)
        view.session = session
        for state in (State.OPENING, State.READING, State.STARTING, State.STREAMING):
            view.state(state)
        session.error = LinkLost("out of reach")
        for state in (State.WAITING, State.OPENING, State.WAITING, State.OPENING, State.READING, State.STREAMING):
            view.state(state)
        session.end()
        view.refresh()
        view.state(State.WAITING)
        view.state(State.FINISHING)
        view.state(State.CLOSED)
    said = stream.getvalue().splitlines()
    assert len(said) == 6
    assert said[0] == "hipdrop: connecting to ble:Hip-1"
    assert "out of reach" in said[2]
    assert said[3] == said[1]
    assert "Ctrl-C" in said[4]  # at once, also where the link is lost
    assert "out of reach" in said[5]


def test_lines_tell_alerts_and_how_it_stands_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, chain = io.StringIO(), Chain()
    view = PlainView(chain, stream)
    view.events([AlertRaised(65.0, Side.LEFT, 7.0, 5.0, 2.0, "left leg: right hip drops 2.0° more")])
    for reached_s in (5.0, 9.9, 10.0, 10.2, 19.0, 31.0, 39.0, 40.5):
        monkeypatch.setattr(Chain, "reached_s", reached_s)
        view.refresh()
    said = stream.getvalue().splitlines()
    assert said[0].startswith("hipdrop: 1:05  ALERT: left leg")
    assert [line.split()[1] for line in said[1:]] == ["0:10", "0:31", "0:40"]


def test_the_link_is_told_with_battery_and_faults() -> None:
    chain = Chain()
    assert "battery" not in link_text(chain)
    chain.push(1.0, status())
    assert "battery" not in link_text(chain)
    chain.push(2.0, status(battery_percent=9, faults=ids.FAULT_BATTERY | ids.FAULT_CRASH))
    text = link_text(chain)
    assert "battery 9 %" in text
    assert "charge it soon" in text
    assert "crash" in text


def test_the_table_shows_steps_legs_state_and_link(session: Session) -> None:
    view = TableView(Chain())
    view.session = session
    view.state(State.STREAMING)
    view.events([AlertRaised(65.0, Side.LEFT, 7.0, 5.0, 2.0, "more")])
    console = Console(file=io.StringIO(), width=120)
    console.print(view.draw())
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for part in ("streaming from ble:Hip-1", "not counted because", "left leg: right hip drops", "ALERT: more",
                 "no sample missing", "Ctrl-C ends the run"):  # fmt: skip
        assert part in shown


def test_all_but_the_oldest_steps_fits_a_small_terminal(session: Session) -> None:
    """80 by 24, four alerts that take two lines each: the newest step, the link and how to end it stay in sight."""
    view = TableView(Chain())
    view.session = session
    view.state(State.STREAMING)
    view.events([make_step(number, 0.37 * number, Side.LEFT, 5.0) for number in range(90, 100)])
    view.events([AlertRaised(60.0 + k, Side.LEFT, 7.0, 5.0, 2.0, "left leg: right hip drops " * 4) for k in range(4)])
    console = Console(file=io.StringIO(), width=80, height=24)
    view.live = Live(console=console, auto_refresh=False)
    shown = "".join(segment.text for line in console.render_lines(view.draw()) for segment in [*line, Segment("\n")])
    assert shown.count("\n") <= 24
    assert "Ctrl-C ends the run" in shown
    assert " 99 " in shown
    assert " 92 " not in shown


class Closed(io.StringIO):
    """A terminal that was closed, which is error EIO."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_a_run_goes_on_when_nobody_watches_it(session: Session) -> None:
    table = TableView(Chain())
    table.live = Live(
        get_renderable=table.draw, console=Console(file=Closed(), force_terminal=True), auto_refresh=False
    )
    for view in (PlainView(Chain(), Closed()), table):
        view.session = session
        view.state(State.STREAMING)
        view.events([AlertRaised(65.0, Side.LEFT, 7.0, 5.0, 2.0, "more")])
        view.refresh()


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_table(session: Session) -> None:
    stream = Terminal()
    with live_view(Chain(), stream) as view:
        assert isinstance(view, TableView)
        view.session = session
        view.state(State.STREAMING)
    assert "streaming from ble:Hip-1" in stream.getvalue()
