"""Alerts to the clip: at once, once more where no answer comes, and the misses are counted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol

from hipdrop.alert_settings import AlertSettings
from hipdrop.alerts.signals import Signal
from hipdrop.errors import ClipRefused, LinkError
from hipwire import ids, records

CONFIRM_S = 1.0  # an answer takes two connection intervals, 0.1 s at most
TRIES = 2
GIVE_UP_S = TRIES * CONFIRM_S + 0.5  # a write of a link that dies may hang much longer
OLD_S = 20.0  # an alert is no news any more after that
LOOK_S = 0.1  # how often it is looked whether the link stands again
CAN_BUZZ = ids.HAS_MOTOR | ids.HAS_BUZZER
PATTERNS = {
    Signal.LEFT: ids.BUZZ_LEFT,
    Signal.RIGHT: ids.BUZZ_RIGHT,
    Signal.BOTH: ids.BUZZ_BOTH,
    Signal.RECOVERED: ids.BUZZ_RECOVERED,
    Signal.RUN: ids.BUZZ_PAIRED,  # four short; the clip has no patterns for a coach
    Signal.WALK: ids.BUZZ_LOW_BATTERY,  # two long
    Signal.END: ids.BUZZ_LOW_BATTERY,
}
TIMES = {Signal.END: 2}  # as often as others


class Commander(Protocol):
    """What sends commands to the clip: `hipdrop.links.connection.Session`."""

    info: dict[str, Any]

    @property
    def stands(self) -> bool:
        """Whether the clip can be asked now."""

    async def ask(self, code: int, payload: bytes, *, timeout_s: float, tries: int) -> bytes:
        """Send a command, again after each time-out, and give the payload of its answer."""


@dataclass
class HapticCounts:
    """What became of the signals.

    Attributes
    ----------
    asked
        They were to be felt: the sum of `confirmed`, `refused`, `overtaken`, `missed`, and of what is on its way.
    confirmed
        The clip has answered that it plays them.
    refused
        The clip has said no.
    overtaken
        A newer one came before the link stood again.
    missed
        The clip has not answered, or the link stood too late.
    sent_again
        No answer came within `CONFIRM_S`.
    """

    asked: int = 0
    confirmed: int = 0
    refused: int = 0
    overtaken: int = 0
    missed: int = 0
    sent_again: int = 0


class Haptic:
    """Lets the wearer feel a signal, if the clip can."""

    def __init__(self, session: Commander, settings: AlertSettings) -> None:
        self.counts = HapticCounts()
        self._session = session
        self._settings = settings
        self._newest = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def play(self, signal: Signal) -> None:
        """Send a signal with the next turn of the loop; without a link as soon as it stands, if that is soon."""
        if not self._session.info.get("features", CAN_BUZZ) & CAN_BUZZ:
            return
        self.counts.asked += 1
        self._newest += 1
        task = asyncio.get_running_loop().create_task(self._send(self._newest, signal))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what is on its way."""
        for task in self._tasks:
            task.cancel()
        self.counts.missed += len(self._tasks)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, number: int, signal: Signal) -> None:
        until_s = asyncio.get_running_loop().time() + OLD_S
        while not self._session.stands:
            if number != self._newest:
                self.counts.overtaken += 1
                return
            if asyncio.get_running_loop().time() >= until_s:
                self.counts.missed += 1
                return
            await asyncio.sleep(LOOK_S)
        settings = self._settings
        repeats = settings.haptic_repeats * TIMES.get(signal, 1)
        await self._ask(buzz_payload(PATTERNS[signal], settings.haptic_strength_percent, repeats))

    async def _ask(self, payload: bytes) -> None:
        loop, counts = asyncio.get_running_loop(), self.counts
        sent_s = loop.time()
        try:
            async with asyncio.timeout(GIVE_UP_S):
                await self._session.ask(ids.BUZZ, payload, timeout_s=CONFIRM_S, tries=TRIES)
            counts.confirmed += 1
        except ClipRefused:
            counts.refused += 1
        except (LinkError, TimeoutError):
            counts.missed += 1
        counts.sent_again += loop.time() - sent_s > CONFIRM_S


def buzz_payload(pattern: int, strength_percent: int, repeats: int = 1) -> bytes:
    """Make the payload of BUZZ."""
    return records.pack(records.BUZZ, {"pattern": pattern, "strength_percent": strength_percent, "repeats": repeats})
