"""One connection while it stands: messages in, commands out, and what went wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hipdrop.errors import ClipNotFound, ClipRefused, LinkLost, ProtocolMismatch
from hipdrop.links.base import Link
from hipdrop.links.requests import TIMEOUT_S, TRIES, Requests
from hipdrop.links.timing import tell_time
from hipwire import VERSION, decoding, errors, ids

SILENT_S = 5.0  # the clip sends a status every 2 s


class Line:
    """Receives as long as the connection lasts, and hands each message on.

    Parameters
    ----------
    link
        The way to the clip.
    take
        Gets every message with its time of arrival; what it raises ends the run.
    """

    def __init__(self, link: Link, take: Callable[[float, bytes], None]) -> None:
        self._link = link
        self._take = take
        self._requests = Requests(link)
        self._receiver: asyncio.Task[None] | None = None
        self._error: Exception | None = None
        self._heard_s = 0.0
        self._understood = False
        self._secured = False  # or tried in vain
        self._wake = asyncio.Event()

    async def open(self, timeout_s: float) -> None:
        """Open the link and begin to receive."""
        await self._link.open(timeout_s)
        self._error, self._understood, self._secured, self._heard_s = None, False, False, now_s()
        self._receiver = asyncio.create_task(self._receive())

    async def close(self) -> None:
        """Close the link, and whatever works on it."""
        if self._receiver is not None:
            self._receiver.cancel()
            await asyncio.gather(self._receiver, return_exceptions=True)
            self._receiver = None
        await self._link.close()

    async def ask(self, code: int, payload: bytes = b"", *, timeout_s: float = TIMEOUT_S, tries: int = TRIES) -> bytes:
        """Send a command and give the payload of its answer; where that takes a bond, show that there is one."""
        self.check()
        try:
            return await self._requests.ask(code, payload, timeout_s=timeout_s, tries=tries)
        except ClipRefused as error:
            if error.result != ids.NOT_PAIRED or self._secured:
                raise
            self._secured = True
            if not await self._link.secure():
                raise
        return await self._requests.ask(code, payload, timeout_s=timeout_s, tries=tries)

    async def say(self, code: int) -> None:
        """Send a command and do not wait for the answer."""
        await self._requests.say(code)

    async def info(self) -> dict[str, Any]:
        """Ask the clip what it is, and tell it the time."""
        message = await self._link.read_info()
        if message is not None:
            self._hand_on(now_s(), message)
        else:
            message = await self._asked_info()
        try:
            found = decoding.info(message)
        except errors.WireError as error:
            raise LinkLost(f"{self._link.name}: the clip's info cannot be read ({error})") from error
        await tell_time(self, found)
        return found

    async def _asked_info(self) -> bytes:
        try:
            return await self.ask(ids.GET_INFO)
        except LinkLost as error:
            if self._understood:
                raise
            raise ClipNotFound(
                f"{self._link.name}: no clip answers; if it is one, put the firmware on it: hipdrop clip install"
            ) from error

    async def rest(self, time_s: float) -> None:
        """Wait so long, or until something happens."""
        self._wake.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(time_s):
                await self._wake.wait()

    def wake(self) -> None:
        """End a rest."""
        self._wake.set()

    def check(self) -> None:
        """Raise what is wrong with the connection, if anything is."""
        if self._error is not None:
            raise self._error
        if now_s() - self._heard_s > SILENT_S:
            raise LinkLost(f"{self._link.name}: nothing has come for {SILENT_S:.0f} s")

    async def _receive(self) -> None:
        try:
            while True:
                arrival_s, message = await self._link.receive()
                self._heard_s = arrival_s
                self._hand_on(arrival_s, message)
        except Exception as error:  # of the link, or of whoever takes the messages: check() raises it where it is heard
            self._error = error
            self._requests.fail(error)
            self._wake.set()

    def _hand_on(self, arrival_s: float, message: bytes) -> None:
        version = message[0] >> 4 if message else VERSION
        if version != VERSION and not self._understood:
            raise ProtocolMismatch(version, VERSION)
        kind = message[0] & 0x0F if message else ids.COMMAND
        if kind != ids.COMMAND:  # a prompt, or a loose cable, gives our own commands back
            self._understood = True  # from now on another version is a damaged message
        self._take(arrival_s, message)
        if kind == ids.ANSWER:
            self._requests.take(message)


def now_s() -> float:
    """Time on the loop's clock, which in virtual time is the clip's."""
    return asyncio.get_running_loop().time()
