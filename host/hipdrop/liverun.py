"""A live run: what the clip sends goes into the recording and the pipeline, alerts go back to the clip."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hipcal.procedures.check import words_of
from hipdrop.alerts import Haptic, HapticCounts, Outbox
from hipdrop.calibrations import OfClip
from hipdrop.errors import ConfigError, OutputError
from hipdrop.eventlog import EventLog
from hipdrop.events import CalibrationRefused, Event, SensorChecked, Site, UserInput
from hipdrop.links.base import Link
from hipdrop.links.connection import Session, StreamChoice
from hipdrop.links.monitoring import to_record
from hipdrop.links.states import State
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.recording import RunHeader, RunWriter
from hipdrop.settings import Settings

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
    person, shoe
        Who runs, and in what, for the recording.
    calibration
        Gives the calibration of the clip, once it is known which one that is.

    Attributes
    ----------
    chain
        The pipeline behind the link.
    runner
        Person and shoe.
    recording_error
        Why the run is not recorded, or no longer; None while it is, or need not be.
    on_events
        Told of the new events.
    current
        The session, once there is one.
    outbox
        Plays the signals of the alerts.
    haptics
        What became of those to the clip.
    """

    def __init__(
        self, settings: Settings, *, site: Site | None = None, profile: Profile | None = None,
        recording: Path | None = None, person: str = "", shoe: str = "", calibration: OfClip | None = None,
    ) -> None:  # fmt: skip
        self._given = settings, site, profile
        self.runner = person, shoe
        self.chain = Chain(settings, site=site, profile=profile)
        self.recording_error: OutputError | None = None
        self._log = EventLog()
        self._calibration = calibration
        self._recording = recording
        self._writer: RunWriter | None = None
        self._reached_s = 0.0  # on the host's clock
        self.on_events: OnEvents = lambda events: None
        self.outbox = Outbox()
        self._haptic: Haptic | None = None
        self.current: Session | None = None
        self._begun = False
        self._early: list[UserInput] = []  # what is said before the first message, which begins the recording

    def session(self, link: Link, stream: StreamChoice = "auto", on_state: OnState = lambda state: None) -> Session:
        """Make the session that brings the clip's messages here."""
        monitor = self._monitor_record()
        session = self.current = Session(link, self, stream=stream, on_change=on_state, monitor=monitor)
        settings = self._given[0].alerts
        if settings.haptic:
            self._haptic = Haptic(session, settings)
            self.outbox.players.insert(0, self._haptic)
        return session

    def _monitor_record(self) -> bytes | None:
        """Give what the clip shall go by for this person where no host is; None for nobody, or what no clip can."""
        settings, site, profile = self._given
        with suppress(ConfigError):  # a host counts more steps than a clip: no reason not to run
            return to_record(settings, profile, site) if self.runner[0] else None
        return None

    def end(self) -> None:
        """End the run in order, as `hipdrop.links.connection.Session.end`."""
        if self.current is not None:
            self.current.end()

    @property
    def haptics(self) -> HapticCounts:
        """What became of the signals to the clip."""
        return HapticCounts() if self._haptic is None else self._haptic.counts

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
                self._count(session.link)
                self._take(self._reached_s, self.chain.close())
                if self._haptic is not None:
                    await self._haptic.close()
            finally:
                self._close_recording()

    @property
    def recording(self) -> Path | None:
        """The file of the recording; None where there is none, or none yet."""
        return None if self._writer is None else self._writer.path

    @property
    def events(self) -> list[Event]:
        """All that the pipeline has said, unpacked."""
        return list(self._log)

    def message(self, arrival_s: float, message: bytes) -> None:
        """Record a message, then see what becomes of it."""
        if self._recording is not None and self.recording_error is None:
            self._record(self._recording, arrival_s, message)
        self._begun = True
        self._take(arrival_s, self.chain.push(arrival_s, message))
        self._calibrate(arrival_s)
        early, self._early = self._early, []
        for item in early:
            self._enter(arrival_s, item)

    def _calibrate(self, at_s: float) -> None:
        """Enter the calibration of the clip as soon as that has said which one it is."""
        if self._calibration is None or self.chain.info is None:
            return
        item, self._calibration = self._calibration(self.chain.info), None
        if item is not None:
            self._enter(at_s, item)

    def user(self, item: UserInput) -> None:
        """Take what the user does now."""
        if self._begun:
            self._enter(asyncio.get_running_loop().time(), item)
        else:
            self._early.append(item)

    def mute(self, muted: bool) -> None:
        """Silence ear and skin, or no longer."""
        self.outbox.muted = muted
        if self._writer is not None:
            self._writer.session(asyncio.get_running_loop().time(), "muted" if muted else "unmuted")

    def note(self, what: str, **detail: Any) -> None:
        """Note in the recording what is no input of the pipeline, such as what a coach says."""
        if self._writer is not None:
            self._writer.session(asyncio.get_running_loop().time(), what, **detail)

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

    def _count(self, link: Link) -> None:
        """Note what the link itself has lost: what never was a message cannot be counted from the recording."""
        if self._writer is not None:
            at_s = asyncio.get_running_loop().time()
            self._writer.session(at_s, "counted", overflowed=link.overflowed, bad_frames=link.bad_frames)
        self.chain.counted(link.overflowed, link.bad_frames)

    def missing(self, at_s: float) -> tuple[int, int] | None:
        """Give frames to ask the clip for."""
        return self.chain.missing(at_s)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that the clip may still have."""
        return self.chain.complete

    def _record(self, path: Path, arrival_s: float, message: bytes) -> None:
        """Record a message; the wearer runs on, and is not let down by a disk."""
        try:
            if self._writer is None:
                settings, site, profile = self._given
                person, shoe = self.runner
                header = RunHeader.now(arrival_s, settings, site=site, profile=profile, person=person, shoe=shoe)
                self._writer = RunWriter(path, header)
            self._writer.frame(arrival_s, message)
            self.recording_error = self._writer.error
        except OutputError as error:
            self.recording_error = error
        if self.recording_error is not None:
            print(f"hipdrop: {self.recording_error}; the run goes on, and is not recorded any more", file=sys.stderr)

    def _close_recording(self) -> None:
        if self._writer is not None:
            self._writer.close()
        elif self.recording_error is not None:
            raise self.recording_error

    def _take(self, at_s: float, events: list[Event]) -> None:
        self.outbox.take(events)  # first: the wearer shall not wait for a screen
        self._reached_s = at_s
        self._log.extend(events)
        for refused in (event for event in events if isinstance(event, CalibrationRefused)):
            print(f"hipdrop: a calibration is not used: {refused.reason}", file=sys.stderr)
        for checked in (event for event in events if isinstance(event, SensorChecked)):
            said = words_of(checked, calibrated=self.chain.calibration is not None)
            print(f"hipdrop: {said}", file=sys.stderr)
        if self._writer is not None:
            self._writer.events(at_s, events)
        if events:
            self.on_events(events)

    def _enter(self, at_s: float, item: UserInput) -> None:
        if self._writer is not None:
            self._writer.user(at_s, item)
        self._take(at_s, self.chain.user(item))


async def _end_in_time(session: Session, duration_s: float | None) -> None:
    """End the run when its time is over or nothing more will come; both count from the first stream on."""
    await session.streamed.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(duration_s):
            await session.link.ended.wait()
    session.end()
