"""A live run in the terminal: a table that is drawn anew on a screen, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from hipdrop.events import AlertEvent, Event, Side
from hipdrop.links.connection import Session
from hipdrop.links.states import State
from hipdrop.monitor import words
from hipdrop.receive.chain import Chain
from hipdrop.terminal import LAST_STEPS, LiveModel, alert_texts, level_table, step_table
from hipdrop.wording import alert_name, clock, degrees, link_words
from hipwire import ids

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.table import Table

REFRESH_S = 0.2
LINE_EVERY_S = 10.0  # of running time, where there is no screen
WORTH_A_LINE = (State.OPENING, State.STREAMING, State.WAITING)
FAULT_WORDS = {
    ids.FAULT_SENSOR: "the sensor does not answer",
    ids.FAULT_SETTINGS: "settings damaged, defaults in use",
    ids.FAULT_CRASH: "the last boot ended in a crash",
    ids.FAULT_SAFE_MODE: "safe mode",
    ids.FAULT_WATCHDOG: "started anew by its watchdog",
    ids.FAULT_BATTERY: "battery low: charge it soon",
}


@contextmanager
def live_view(chain: Chain, stream: TextIO | None = None) -> Iterator[PlainView | TableView]:
    """Give the view that fits the stream; talk goes to standard error, results to standard output."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield PlainView(chain, stream)
        return
    from rich.console import Console
    from rich.live import Live

    view = TableView(chain)
    with Live(console=Console(file=stream), get_renderable=view.draw, auto_refresh=False, transient=True) as view.live:
        yield view


class PlainView:
    """Lines: what the connection does, alerts, and every ten seconds how it stands."""

    def __init__(self, chain: Chain, stream: TextIO) -> None:
        self.session: Session | None = None
        self._chain = chain
        self._stream = stream
        self._model = LiveModel(0.0)
        self._line_s = LINE_EVERY_S
        self._told: State | None = None
        self._ending_told = False

    def events(self, events: Sequence[Event]) -> None:
        """Write the alerts, and how it stands when it is time."""
        self._model.take(events)
        for event in events:
            if isinstance(event, AlertEvent):
                self._write(f"{clock(event.t_s)}  {alert_name(event)}: {event.reason}")

    def state(self, state: State) -> None:
        """Write the new state, once for all tries to connect again."""
        self._tell_ending(state)
        trying = state is State.OPENING and self._told is not None
        if state in WORTH_A_LINE and state is not self._told and not trying:
            self._told = state
            self._write(state_text(state, self.session))

    def refresh(self) -> None:
        """Write how it stands when it is time."""
        self._tell_ending(State.IDLE)
        reached_s = self._chain.reached_s
        if reached_s >= self._line_s:
            self._line_s = reached_s - reached_s % LINE_EVERY_S + LINE_EVERY_S
            self._write(f"{clock(reached_s)}  {_standing(self._model)}; {link_text(self._chain)}")

    def _tell_ending(self, state: State) -> None:
        """Say once that it takes a while, be the link there or not."""
        if is_ending(state, self.session) and not self._ending_told:
            self._ending_told = True
            self._write(state_text(State.FINISHING, self.session))

    def _write(self, line: str) -> None:
        with suppress(OSError):  # nobody reads any more: no reason to end the run
            print(f"hipdrop: {line}", file=self._stream, flush=True)


class TableView:
    """The last steps, both legs, alerts and the link, as one drawing."""

    def __init__(self, chain: Chain) -> None:
        self.session: Session | None = None
        self.live: Live | None = None
        self._chain = chain
        self._model = LiveModel(0.0)
        self._state = State.IDLE

    def events(self, events: Sequence[Event]) -> None:
        """Take new events."""
        self._model.take(events)

    def state(self, state: State) -> None:
        """Take the new state of the connection."""
        self._state = state
        self.refresh()

    def refresh(self) -> None:
        """Draw anew."""
        if self.live is not None:
            with suppress(OSError):  # the terminal is gone: no reason to end the run
                self.live.refresh()

    def draw(self) -> RenderableType:
        """Give the drawing, with as many steps as leave room for the rest of it."""
        drawing = self._drawn(LAST_STEPS)
        if self.live is None:
            return drawing
        from rich.segment import SegmentLines

        console = self.live.console
        lines = console.render_lines(drawing, pad=False)
        too_high = len(lines) - console.height
        if too_high > 0:
            lines = console.render_lines(self._drawn(max(1, len(self._model.steps) - too_high)), pad=False)
        return SegmentLines(lines, new_lines=True)  # rendered already: rich is most of what a live run costs

    def _drawn(self, most_steps: int) -> Table:
        from rich.table import Table

        grid = Table.grid()
        grid.add_row(step_table(self._model, most_steps))
        grid.add_row(level_table(self._model))
        for text in alert_texts(self._model):
            grid.add_row(text)
        grid.add_row(f"{clock(self._chain.reached_s)}  {state_text(self._state, self.session)}")
        grid.add_row(link_text(self._chain))
        ending = is_ending(self._state, self.session)
        grid.add_row("Ctrl-C: do not wait for what is missing" if ending else "Ctrl-C ends the run")
        return grid


def is_ending(state: State, session: Session | None) -> bool:
    """Whether only what is missing is still waited for, be the link there or not."""
    return state is State.FINISHING or (session is not None and session.ending)


def state_text(state: State, session: Session | None) -> str:
    """Give the state of the connection in words, with the clip's name, and why it was lost."""
    if session is None:
        return state.value
    name = session.link.name
    texts = {
        State.OPENING: f"connecting to {name}",
        State.STREAMING: f"streaming from {name}",
        State.WAITING: f"connecting again: {session.error}",
        State.FINISHING: "fetching what is missing (Ctrl-C: do not wait for it)",
    }
    return texts.get(state, state.value)


def link_text(chain: Chain) -> str:
    """Give rate, losses and the clip's battery."""
    link, status = chain.link_counts(), chain.status
    rate = f"{chain.rate_hz:.1f} Hz" if chain.rate_hz else "rate not known yet"
    parts = [rate, link_words(link)]
    if status is not None and status.battery_known:
        parts.append(f"battery {status.battery_percent} %")
    if status is not None:
        parts += [text for bit, text in FAULT_WORDS.items() if status.faults & bit]
    return ", ".join(parts)


def _standing(model: LiveModel) -> str:
    """How the run stands, in one line."""
    levels = ", ".join(f"{words.drops(side)} {degrees(model.level_deg(side))}" for side in (Side.LEFT, Side.RIGHT))
    return f"{model.step_count} steps; {levels}"
