"""A session with one clip: connect, start, ask again for what is missing, connect again, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Literal, Protocol

from hipdrop.errors import ClipBusy, ClipRefused, LinkError, LinkLost, ProtocolMismatch
from hipdrop.links.base import Link
from hipdrop.links.line import Line, now_s
from hipdrop.links.states import Action, Happening, State, advance
from hipdrop.links.storing import detects, tell_monitor
from hipwire import frames, ids, records

StreamChoice = Literal["raw", "tilt", "auto"]
STREAM_IDS: dict[StreamChoice, int] = {"raw": ids.RAW, "tilt": ids.TILT}

OPEN_S = 15.0  # a clip that advertises is heard within a second or two, slow adapters connect in some more
REOPEN_S = 6.0
FIRST_TRIES = 3  # a Bluetooth connection may fail once or twice for no reason that lasts
BACKOFF_S = (0.0, 0.5, 1.0, 2.0)  # between the end of one try and the next
TICK_S = 0.25  # how often missing frames are looked for
FINISH_S = 30.0  # 25 s bring a full ring of 30 s at 1.2 times the live rate
LAST_WORD_S = 1.0
OVERTAKEN_S = 0.5
CALIBRATION_TRIES = 2
CALIBRATION_S = 0.5  # for an answer that the run can do without: several times what one takes


class Sink(Protocol):
    """Who takes what a clip sends, and knows what of it is missing."""

    def message(self, arrival_s: float, message: bytes) -> None:
        """Take a message of the clip."""

    def connected(self, at_s: float, mtu: int) -> None:
        """The stream goes, for the first time or again."""

    def lost(self, at_s: float) -> None:
        """The connection is gone."""

    def missing(self, at_s: float) -> tuple[int, int] | None:
        """Frames to ask the clip for now: first sequence and count."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that the clip may still have, up to the end once the stream is stopped."""


class Session:
    """Keeps a stream going over a link that may come and go.

    Parameters
    ----------
    link
        The way to the clip.
    sink
        Takes every message first.
    stream
        Which stream: `auto` is raw where the connection carries it, else tilt where the clip knows how it sits.
    on_change
        Told each new state.
    monitor
        What the clip shall go by when it gives alerts by itself (`hipdrop.links.monitoring`), if it can.

    Attributes
    ----------
    streamed
        Set from the first START on.
    info
        What the clip has said of itself.
    error
        Why the connection was lost the last time.
    monitor_error
        Why the clip has not taken `monitor`; None where it has, or need not.
    """

    def __init__(
        self,
        link: Link,
        sink: Sink,
        *,
        stream: StreamChoice = "auto",
        on_change: Callable[[State], None] = lambda state: None,
        monitor: bytes | None = None,
    ) -> None:
        self.link = link
        self.state = State.IDLE
        self.info: dict[str, Any] = {}
        self.error: LinkError | None = None
        self.monitor_error: LinkError | None = None
        self.streamed = asyncio.Event()
        self._sink = sink
        self._on_change = on_change
        self._stream_id = STREAM_IDS.get(stream)
        self._line = Line(link, sink.message)
        self._stopped = False
        self._told_calibration = False
        self._monitor = monitor
        self._tries = 0
        self._up = False
        self._ending = False
        self._no_more = asyncio.Event()

    async def run(self) -> None:
        """Go on until the run is ended and complete.

        Raises
        ------
        LinkError
            It cannot work: at the first connection anything that trying again would not mend, later only a clip of
            another protocol version.
        """
        happening = Happening.BEGUN
        deadline: asyncio.TimerHandle | None = None
        try:
            while True:
                self.state, action = advance(self.state, happening)
                self._on_change(self.state)
                if action is Action.CLOSE:
                    break
                if self._ending and deadline is None:
                    deadline = asyncio.get_running_loop().call_later(FINISH_S, self._no_more.set)
                happening = await self._unless_given_up(self._perform(action))
        finally:
            if deadline is not None:
                deadline.cancel()
            await self._close()
        if happening is Happening.FAILED and self.error is not None:
            raise self.error

    def end(self) -> None:
        """End the run in order; called again, without waiting for what is missing."""
        if self._ending or not self.streamed.is_set():
            self._no_more.set()
        self._ending = True
        self._line.wake()

    @property
    def ending(self) -> bool:
        """Whether the run is over, and only what is missing is still waited for."""
        return self._ending

    @property
    def stands(self) -> bool:
        """Whether the clip can be asked for something now."""
        return self.state in (State.STREAMING, State.FINISHING)

    async def ask(self, code: int, payload: bytes, *, timeout_s: float, tries: int) -> bytes:
        """Send a command now, whatever else is being asked; again after each time-out; give the payload of its answer.

        Raises
        ------
        LinkLost
            The link does not stand, or no answer has come.
        ClipRefused
            The clip says no.
        """
        return await self._line.ask(code, payload, timeout_s=timeout_s, tries=tries)

    async def _perform(self, action: Action) -> Happening:
        """Do what the table says; give what happened next."""
        actions: dict[Action, Callable[[], Awaitable[Happening]]] = {
            Action.OPEN: self._open,
            Action.READ: self._read,
            Action.START: self._start,
            Action.STREAM: self._stream,
            Action.WAIT: self._wait,
            Action.FINISH: self._finish,
        }
        try:
            return await actions[action]()
        except LinkError as error:
            self.error = error
            return self._judge(error)

    def _judge(self, error: LinkError) -> Happening:
        """Decide whether another try may help: always once the run is on."""
        if isinstance(error, ProtocolMismatch):
            return Happening.FAILED
        passing = isinstance(error, (LinkLost, ClipBusy)) and self._tries < FIRST_TRIES
        return Happening.LOST if self.streamed.is_set() or passing else Happening.FAILED

    async def _open(self) -> Happening:
        self._tries += 1
        await self._line.open(REOPEN_S if self.streamed.is_set() else OPEN_S)
        return Happening.OPENED

    async def _read(self) -> Happening:
        self.info = await self._line.info()
        if self.info["features"] & ids.HAS_CALIBRATION and not self._told_calibration:
            await self._ask_calibration()
        if self._monitor is not None and detects(self.info):
            self.monitor_error = await tell_monitor(self._line, self.info, self._monitor)
            self._monitor = self._monitor if isinstance(self.monitor_error, LinkLost) else None
        return Happening.INFORMED

    async def _ask_calibration(self) -> None:
        """Have the clip tell its calibration, for the sink; where it does not, the run goes on without."""
        with suppress(LinkLost, ClipRefused):
            await self._line.ask(ids.GET_CALIBRATION, timeout_s=CALIBRATION_S, tries=CALIBRATION_TRIES)
            self._told_calibration = True

    async def _start(self) -> Happening:
        if not self._stopped:  # another START would begin a new stream, without the frames of this one
            await self._start_stream()
        self._tries, self._up = 0, True
        self._sink.connected(now_s(), self.link.max_message + frames.NOTIFY_OVERHEAD)
        self.streamed.set()
        return Happening.STARTED

    async def _start_stream(self) -> None:
        """Start the stream that was chosen, or the one that this connection carries."""
        if self._stream_id is not None:
            await self._line.ask(ids.START, _start_payload(self._stream_id))
            return
        try:
            await self._line.ask(ids.START, _start_payload(ids.RAW))
            self._stream_id = ids.RAW
        except ClipRefused as error:
            if error.result != ids.MTU_TOO_SMALL:
                raise
            if not self.info["mount_id"]:
                problem = f"{error}; the tilt stream would do, but the clip has not been told how it sits"
                raise ClipRefused(problem, error.result, error.payload) from error
            await self._line.ask(ids.START, _start_payload(ids.TILT))
            self._stream_id = ids.TILT

    async def _stream(self) -> Happening:
        while not self._ending:
            await self._tick()
        return Happening.ENDED

    async def _wait(self) -> Happening:
        await self._line.close()
        if self._up:
            self._up = False
            self._sink.lost(now_s())
        await asyncio.sleep(BACKOFF_S[min(self._tries, len(BACKOFF_S) - 1)])
        return Happening.DUE

    async def _finish(self) -> Happening:
        """Fetch what is missing while the stream goes on, stop it, and see to it that the last frames are here."""
        while not self._sink.complete:
            await self._tick()
        if not self._stopped:
            with suppress(ClipRefused):  # it does not stream any more: somebody else has stopped it, or its button
                await self._line.ask(ids.STOP)
            self._stopped = True
            await self._let_come()
        while not self._sink.complete:
            await self._tick()
        return Happening.COMPLETE

    async def _let_come(self) -> None:
        """Give the last frames, which the answer to STOP may overtake, time to come by themselves."""
        until_s = now_s() + OVERTAKEN_S
        while not self._sink.complete and now_s() < until_s:
            self._line.check()
            await self._line.rest(OVERTAKEN_S / 10)

    async def _close(self) -> None:
        """Leave no stream behind that nobody hears: it would empty the clip's battery."""
        if self._up and not self._stopped:
            with suppress(LinkError, TimeoutError):
                async with asyncio.timeout(LAST_WORD_S):
                    await self._line.say(ids.STOP)
        await self._line.close()

    async def _tick(self) -> None:
        """Ask for what is missing, and wait a little, or until something happens."""
        self._line.check()
        missing = self._sink.missing(now_s())
        if missing is not None:
            await self._ask_again(missing)
        await self._line.rest(TICK_S)

    async def _ask_again(self, missing: tuple[int, int]) -> None:
        """Ask for frames; a refusal goes to the sink as any answer, which then knows that they are gone."""
        first, count = missing
        payload = records.pack(records.RANGE, {"first_sequence": first, "count": count})
        with suppress(ClipRefused):
            await self._line.ask(ids.RESEND, payload)

    async def _unless_given_up(self, work: Awaitable[Happening]) -> Happening:
        """Do the work, unless the user waits for it no more."""
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._no_more.wait())
        try:
            await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else Happening.GIVEN_UP
        finally:
            for one in (task, stop):
                one.cancel()
            await asyncio.gather(task, stop, return_exceptions=True)


def _start_payload(stream: int) -> bytes:
    return records.pack(records.START, {"stream": stream})
