"""Hosts for runs with faults: one that fetches all that it misses, and the talk of one connection."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from hipwire import commands, decoding, ids

SILENCE_S = 4.0  # of the clip, after which a host believes its link to be dead


@dataclass
class Central:
    """A host that keeps all raw frames by their number, and asks for those that it misses."""

    backends: tuple[Any, Any]
    draw: random.Random
    raw: dict[int, bytes] = field(default_factory=dict)
    again: int = 0  # frames that came more than once
    next_number: int = 0
    first: int | None = None
    results: list[tuple[int, int]] = field(default_factory=list)
    connections: int = 0
    status: dict[str, int] = field(default_factory=dict)
    over: bool = False
    heard_s: float = 0.0

    def heard(self, message: bytes) -> None:
        """Keep a frame."""
        self.heard_s = asyncio.get_running_loop().time()
        if message[0] & 15 != ids.RAW:
            return
        _, flags, sequence, _, _ = decoding.header(message)
        number = self.number(sequence)
        plain = bytes([message[0], flags & ~ids.RESENT]) + message[2:]
        if number in self.raw:
            assert self.raw[number] == plain, f"frame {number} came with another content"
            self.again += 1
        self.raw[number] = plain
        if not flags & ids.RESENT:
            self.next_number = max(self.next_number, number + 1)

    def number(self, sequence: int) -> int:
        """Give the number nearest to the next one that has this sequence."""
        return self.next_number + ((sequence - self.next_number + 32768) & 0xFFFF) - 32768

    @property
    def missing(self) -> list[int]:
        """Numbers of the frames that have not come."""
        return [] if self.first is None else [n for n in range(self.first, self.next_number) if n not in self.raw]

    async def connected(self, act: Callable[[Talk], Coroutine[Any, Any, None]]) -> None:
        """Find the clip, connect, and act until that is through or the link is lost."""
        scanner, client_class = self.backends
        device = await BleakScanner.find_device_by_name("hipdrop", timeout=5.0, backend=scanner)
        if device is None:
            return
        gone = asyncio.Event()
        async with BleakClient(device, backend=client_class, disconnected_callback=lambda _: gone.set()) as client:
            talk = Talk(client)
            await client.start_notify(ids.CONTROL_UUID, lambda _, data: talk.answered(bytes(data)))
            await client.start_notify(ids.DATA_UUID, lambda _, data: self.heard(bytes(data)))
            await client.start_notify(ids.STATUS_UUID, lambda _, data: None)
            self.connections += 1
            acting = asyncio.create_task(act(talk))
            lost = asyncio.create_task(gone.wait())
            try:
                await asyncio.wait((acting, lost), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (acting, lost):
                    task.cancel()
                done = await asyncio.gather(acting, lost, return_exceptions=True)
            if isinstance(done[0], AssertionError):
                raise done[0]

    async def forever(self, act: Callable[[Talk], Coroutine[Any, Any, None]]) -> None:
        """Connect again and again until it is over."""
        while not self.over:
            with suppress(BleakError, TimeoutError, OSError):
                await self.connected(act)
            await asyncio.sleep(0.1)

    async def stream(self, talk: Talk) -> None:
        """START, and RESEND for what is missing."""
        result, answer = await talk.ask(ids.START, b"\x01\x00")
        assert result == ids.OK, f"START was refused with {result}"
        sequence = struct.unpack_from("<H", answer, 6)[0]
        self.heard_s = asyncio.get_running_loop().time()
        if self.first is None:
            self.first = self.next_number = sequence
        self.next_number = max(self.next_number, self.number(sequence))
        loop = asyncio.get_running_loop()
        while not self.over and loop.time() - self.heard_s < SILENCE_S:
            await self.fetch(talk)
            await asyncio.sleep(0.3)

    async def fetch(self, talk: Talk) -> None:
        """Ask for the first stretch of what is missing."""
        missing = self.missing
        if not missing:
            return
        many = next((k for k in range(1, len(missing)) if missing[k] != missing[0] + k), len(missing))
        result, answer = await talk.ask(ids.RESEND, struct.pack("<HH", missing[0] & 0xFFFF, many))
        self.results.append((ids.RESEND, result))
        if result == ids.GONE:
            oldest = struct.unpack("<H", answer)[0]
            raise AssertionError(f"frames {missing[0]} to {missing[0] + many} are gone, the oldest is {oldest}")


class Talk:
    """Commands and answers of one connection."""

    def __init__(self, client: BleakClient) -> None:
        self._client = client
        self._request = 0
        self._waiting: dict[int, asyncio.Future[tuple[int, bytes]]] = {}

    def answered(self, message: bytes) -> None:
        """Give the answer to who waits for it."""
        _, request, result, rest = decoding.answer(message)
        future = self._waiting.pop(request, None)
        if future is not None and not future.done():
            future.set_result((result, rest))

    async def ask(self, code: int, payload: bytes = b"") -> tuple[int, bytes]:
        """Give result and payload."""
        self._request += 1
        future = self._waiting[self._request] = asyncio.get_running_loop().create_future()
        message = commands.pack_command(code, self._request, payload)
        await self._client.write_gatt_char(ids.CONTROL_UUID, message, response=False)
        return await asyncio.wait_for(future, 8.0)
