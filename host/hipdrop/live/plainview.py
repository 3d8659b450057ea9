"""A run as plain lines, where there is no screen: what the connection does, states, alerts, how it stands."""

from __future__ import annotations

from contextlib import suppress
from typing import TextIO

from hipdrop.events import AlertEvent, Event, Marked, Side
from hipdrop.live import updates
from hipdrop.live.factwords import link_line
from hipdrop.live.model import LiveModel, follow
from hipdrop.live.snapshot import Phase, PhaseKind
from hipdrop.live.terminallines import printable
from hipdrop.live.updates import Facts, Update
from hipdrop.monitor import words
from hipdrop.wording import alert_name, clock, degrees

LINE_EVERY_S = 10.0  # of running time
OF_THE_WEARER = (
    PhaseKind.STANDING, PhaseKind.WALKING, PhaseKind.MOUNT, PhaseKind.SIDES, PhaseKind.WARMING_UP, PhaseKind.BASELINE,
    PhaseKind.RUNNING,
)  # fmt: skip


class PlainView:
    """Writes lines without control characters.

    Parameters
    ----------
    stream
        Where to.
    """

    strides = False

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._model = LiveModel()
        self._line_s = LINE_EVERY_S
        self._state = ""  # of the connection, as it was told
        self._kind: PhaseKind | None = None
        self._coached: tuple[str, int, str] | None = None

    def show(self, update: Update) -> None:
        """Take news, and write what is worth a line."""
        self._model = follow(self._model, update)
        for event in update.events:
            self._tell_event(event)
        if update.facts is not None:
            self._tell_connection(update.facts)
            self._tell_phase(self._model.phase())
            self._tell_coaching(update.facts)
            self._tell_standing()

    def _tell_event(self, event: Event) -> None:
        at = clock(event.t_s - self._model.start_s)
        if isinstance(event, AlertEvent):
            self._write(f"{at}  {alert_name(event)}: {event.reason}")
        elif isinstance(event, Marked):
            self._write(f"{at}  marked{f': {event.note}' if event.note else ''}")

    def _tell_connection(self, facts: Facts) -> None:
        """Write a new state of the connection, once for all tries to connect again."""
        lines = {
            "connecting": f"connecting to {facts.source}",
            updates.STREAMING: f"streaming from {facts.source}",
            updates.WAITING: f"connecting again: {facts.trouble}",
            updates.FINISHING: "fetching what is missing (Ctrl-C: do not wait for it)",
        }
        state = facts.state
        again = state == "connecting" and self._state != ""
        if state in lines and state != self._state and not again:
            self._state = state
            self._write(lines[state])

    def _tell_phase(self, phase: Phase) -> None:
        """Write what the wearer does, or the monitor with it."""
        if phase.kind in OF_THE_WEARER and phase.kind is not self._kind:
            self._kind = phase.kind
            said = f"{phase.text}: {phase.detail}" if phase.detail else phase.text
            self._write(f"{clock(self._model.reached_s)}  {said}")

    def _tell_coaching(self, facts: Facts) -> None:
        """Write what is due when that has changed, or what there is to do for it."""
        coaching = facts.coaching
        key = None if coaching is None else (coaching.due, coaching.repeat, coaching.detail)
        if coaching is None or key == self._coached:
            return
        self._coached = key
        parts = (coaching.headline, coaching.why, coaching.beside, coaching.detail if coaching.pressing else "")
        self._write(f"{clock(self._model.reached_s)}  {', '.join(part for part in parts if part)}")

    def _tell_standing(self) -> None:
        reached_s = self._model.reached_s
        if reached_s < self._line_s:
            return
        self._line_s = reached_s - reached_s % LINE_EVERY_S + LINE_EVERY_S
        now = self._model.snapshot()
        levels = ", ".join(
            f"{words.drops(side)} {degrees(leg.now_deg)}"
            + (f" ({degrees(leg.change_deg, signed=True)})" if leg.change_deg == leg.change_deg else "")
            for side, leg in ((Side.LEFT, now.left), (Side.RIGHT, now.right))
        )
        self._write(f"{clock(reached_s)}  {now.steps} steps; {levels}; {link_line(now.facts)}")

    def _write(self, line: str) -> None:
        with suppress(OSError):  # nobody reads any more: no reason to end the run
            print(f"hipdrop: {printable(line)}", file=self._stream, flush=True)
