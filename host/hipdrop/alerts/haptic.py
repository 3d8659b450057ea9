"""Alerts to the clip: at once, once more where no answer comes, and the misses are counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hipdrop.alert_settings import AlertSettings
from hipdrop.alerts.signals import Signal
from hipdrop.errors import ClipRefused, LinkError
from hipwire import ids, records

CONFIRM_S = 1.0  # an answer takes two connection intervals, 0.1 s at most
TRIES = 2
OLD_S = 20.0  # an alert is no news any more after that
RETRY_S = 0.25  # how often it is looked whether the link stands again
CAN_BUZZ = ids.HAS_MOTOR | ids.HAS_BUZZER
PATTERNS = {
    Signal.LEFT: ids.BUZZ_LEFT,
    Signal.RIGHT: ids.BUZZ_RIGHT,
    Signal.BOTH: ids.BUZZ_BOTH,
    Signal.RECOVERED: ids.BUZZ_RECOVERED,
}

Ask = Callable[[int, bytes, float, int], Awaitable[object]]
"""Code, payload, seconds to wait for the answer, tries; raises LinkError or ClipRefused."""


@dataclass
class HapticCounts:
    """What became of the commands.

    Attributes
    ----------
    asked
        Signals that were to be felt.
    confirmed
        The clip has answered that it plays them.
    sent_again
        No answer came within `CONFIRM_S`.
    missed
        No answer came at all, or the link stood too late.
    overtaken
        A newer signal came before the link stood again.
    refused
        The clip has said no.
    """

    asked: int = 0
    confirmed: int = 0
    sent_again: int = 0
    missed: int = 0
    overtaken: int = 0
    refused: int = 0


class Haptic:
    """Lets the wearer feel a signal.

    Parameters
    ----------
    ask
        Sends a command and gives the answer.
    stands
        Whether the link stands now.
    settings
        Strength and repeats.
    """

    def __init__(self, ask: Ask, stands: Callable[[], bool], settings: AlertSettings) -> None:
        self.counts = HapticCounts()
        self._ask = ask
        self._stands = stands
        self._settings = settings
        self._newest = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def play(self, signal: Signal) -> None:
        """Send a signal in this turn of the loop; without a link as soon as it stands, if that is soon."""
        self.counts.asked += 1
        self._newest += 1
        task = asyncio.get_running_loop().create_task(self._send(self._newest, signal))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what waits."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, number: int, signal: Signal) -> None:
        until_s = asyncio.get_running_loop().time() + OLD_S
        payload = buzz_payload(PATTERNS[signal], self._settings.haptic_strength_percent, self._settings.haptic_repeats)
        while asyncio.get_running_loop().time() <= until_s:
            if number != self._newest and not self._stands():
                self.counts.overtaken += 1
                return
            if self._stands():
                await self._confirmed(payload)
                return
            await asyncio.sleep(RETRY_S)
        self.counts.missed += 1

    async def _confirmed(self, payload: bytes) -> None:
        loop = asyncio.get_running_loop()
        sent_s = loop.time()
        try:
            await self._ask(ids.BUZZ, payload, CONFIRM_S, TRIES)
            self.counts.confirmed += 1
        except ClipRefused:
            self.counts.refused += 1
        except LinkError:
            self.counts.missed += 1
        if loop.time() - sent_s >= CONFIRM_S:
            self.counts.sent_again += 1


def buzz_payload(pattern: int, strength_percent: int, repeats: int = 1) -> bytes:
    """Make the payload of BUZZ."""
    return records.pack(records.BUZZ, {"pattern": pattern, "strength_percent": strength_percent, "repeats": repeats})
