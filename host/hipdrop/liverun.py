"""A live run: what the clip sends goes into the recording and the pipeline, alerts go back to the clip."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from hipdrop.events import AlertCleared, AlertEvent, AlertRaised, Event, Side, Site
from hipdrop.links.base import Link
from hipdrop.links.connection import Session, StreamChoice
from hipdrop.links.states import State
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.recording import RunHeader, RunWriter
from hipdrop.settings import Settings
from hipwire import ids, records

BUZZ_STRENGTH_PERCENT = 80
BUZZ_PATTERNS = {Side.LEFT: ids.BUZZ_LEFT, Side.RIGHT: ids.BUZZ_RIGHT, Side.BOTH: ids.BUZZ_BOTH}
CAN_BUZZ = ids.HAS_MOTOR | ids.HAS_BUZZER

OnEvents = Callable[[Sequence[Event]], None]
OnState = Callable[[State], None]


class LiveRun:
    """The sink of a session (`hipdrop.links.connection.Sink`), and what it has come to.

    Parameters
    ----------
    settings, site, profile
        As of `hipdrop.pipeline.Pipeline`.
    recording
        Where to record, if anywhere; the file is made with the first message of the clip.

    Attributes
    ----------
    chain, events
        The pipeline behind the link, and all that it has said.
    on_events
        Told of the new events.
    """

    def __init__(
        self, settings: Settings, *, site: Site | None = None, profile: Profile | None = None,
        recording: Path | None = None,
    ) -> None:  # fmt: skip
        self._given = settings, site, profile
        self.chain = Chain(settings, site=site, profile=profile)
        self.events: list[Event] = []
        self._recording = recording
        self._writer: RunWriter | None = None
        self._disk_told = False
        self.on_events: OnEvents = lambda events: None
        self._session: Session | None = None

    def session(self, link: Link, stream: StreamChoice = "auto", on_state: OnState = lambda state: None) -> Session:
        """Make the session that brings the clip's messages here."""
        self._session = Session(link, self, stream=stream, on_change=on_state)
        return self._session

    async def run(self, session: Session, duration_s: float | None = None) -> None:
        """Go on until the session is ended, the clip has nothing more to send, or the time is over.

        Raises
        ------
        LinkError
            No run came to be.
        OutputError
            The recording could not be written to its end; the run itself went on.
        """
        ending = asyncio.create_task(_end_in_time(session, duration_s))
        try:
            await session.run()
        finally:
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
            try:
                self._take(self.chain.close())
            finally:
                if self._writer is not None:
                    self._writer.close()

    def message(self, arrival_s: float, message: bytes) -> None:
        """Record a message, then see what becomes of it."""
        if self._recording is not None:
            self._record(self._recording, arrival_s, message)
        self._take(self.chain.push(arrival_s, message))

    def connected(self, at_s: float, mtu: int) -> None:
        """Note that the stream goes."""
        if self._writer is not None:
            self._writer.session(at_s, "connected", mtu=mtu)
        self.chain.connected(mtu)

    def lost(self, at_s: float) -> None:
        """Note that the connection is gone."""
        if self._writer is not None:
            self._writer.session(at_s, "lost")
        self.chain.lost()

    def missing(self, at_s: float) -> tuple[int, int] | None:
        """Give frames to ask the clip for."""
        return self.chain.missing(at_s)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that the clip may still have."""
        return self.chain.complete

    def _record(self, path: Path, arrival_s: float, message: bytes) -> None:
        if self._writer is None:
            settings, site, profile = self._given
            header = RunHeader.now(arrival_s, settings, site=site, profile=profile)
            self._writer = RunWriter(path, header)
        self._writer.frame(arrival_s, message)
        if self._writer.error is not None and not self._disk_told:
            self._disk_told = True  # the wearer runs on, and is not let down by a disk
            print(f"hipdrop: {self._writer.error}; the run goes on", file=sys.stderr)

    def _take(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, AlertEvent):
                self._buzz(event)
        if events:
            self.on_events(events)

    def _buzz(self, alert: AlertEvent) -> None:
        """Let the wearer feel it, if the clip can."""
        if self._session is None or not self._session.info.get("features", 0) & CAN_BUZZ:
            return
        if isinstance(alert, AlertRaised):
            self._session.post(ids.BUZZ, buzz_payload(BUZZ_PATTERNS[alert.side]))
        elif isinstance(alert, AlertCleared):
            self._session.post(ids.BUZZ, buzz_payload(ids.BUZZ_RECOVERED))


def buzz_payload(pattern: int, strength_percent: int = BUZZ_STRENGTH_PERCENT, repeats: int = 1) -> bytes:
    """Make the payload of BUZZ."""
    return records.pack(records.BUZZ, {"pattern": pattern, "strength_percent": strength_percent, "repeats": repeats})


async def _end_in_time(session: Session, duration_s: float | None) -> None:
    """End the run when its time is over or nothing more will come; both count from the first stream on."""
    await session.streamed.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(duration_s):
            await session.link.ended.wait()
    session.end()
