"""Firmware written in Python on one side of the virtual radio, bleak on the other, in virtual time."""

from __future__ import annotations

import asyncio
import gc
import struct
from collections.abc import Callable, Coroutine
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from hipdrop.virtual.blecommands import Command, Event, Flag, Key, Status
from hipdrop.virtual.central import Central
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.radio import CLIP_ADDRESS, VirtualRadio

NAME = "HipClip"
SERVICE, DATA, CONTROL, INFO, SECRET = (f"b5d1000{n}-6c7a-4f0e-9a52-7d3f48c1e2a6" for n in range(5))
RSC = "00001814-0000-1000-8000-00805f9b34fb"
PROPERTIES = {DATA: 0x10, CONTROL: 0x1C, INFO: 0x02, SECRET: 0x0A | Flag.READ_ENCRYPTED | Flag.WRITE_ENCRYPTED}


def _raw(uuid: str) -> bytes:
    return bytes.fromhex(uuid.replace("-", ""))[::-1]


class Firmware:
    """Gives the radio the commands that firmware gives, and keeps what it is told."""

    def __init__(self, radio: VirtualRadio) -> None:
        self.radio = radio
        self.events: list[tuple[float, int, bytes]] = []
        self.happened = asyncio.Event()
        self.secrets: list[tuple[int, bytes, bytes]] = []
        self.keeps_secrets = False
        radio.emit = self._on_event
        self.do(Command.ON)
        self.do(Command.CONFIG, bytes([Key.MTU]) + struct.pack("<H", 247))
        items = [(0, 0, SERVICE), *((1, flags, uuid) for uuid, flags in PROPERTIES.items())]
        database = b"".join(struct.pack("<BHB", kind, flags, 16) + _raw(uuid) for kind, flags, uuid in items)
        handles = struct.unpack("<4H", self.do(Command.SERVICES, database))
        self.handles = dict(zip(PROPERTIES, handles, strict=True))
        self.do(Command.WRITE, struct.pack("<HB", self.handles[INFO], 0) + bytes(range(100)))
        self.advertise()

    def do(self, command: int, payload: bytes = b"") -> bytes:
        status, reply = self.radio.handle(command, payload)
        assert status == Status.OK
        return reply

    def advertise(self) -> None:
        advertisement = b"\x02\x01\x06\x08\x09HipClip\x03\x03\x14\x18"
        response = b"\x11\x07" + _raw(SERVICE)
        head = struct.pack("<IBBB", 100_000, 1, len(advertisement), len(response))
        self.do(Command.ADVERTISE, head + advertisement + response)

    def notify(self, data: bytes, connection: int = 0) -> int:
        head = struct.pack("<HHB", connection, self.handles[DATA], 1)
        return self.radio.handle(Command.NOTIFY, head + data)[0]

    async def stream(self, numbers: range) -> None:
        """Send numbers, trying again what finds no buffer, as the clip does."""
        for number in numbers:
            while self.notify(b"%d" % number) == Status.ENOMEM:
                await asyncio.sleep(0.005)

    def _on_event(self, number: int, payload: bytes) -> None:
        self.events.append((asyncio.get_running_loop().time(), number, payload))
        if number == Event.GATTS_READ_REQUEST:
            self.do(Command.READ_ANSWER, payload[:2] + b"\0")
        if number == Event.GET_SECRET:
            found = [s for s in self.secrets if s[0] == payload[0] and payload[2:] in (b"", s[1])][payload[1] :]
            self.do(Command.SECRET_ANSWER, b"\1" + found[0][2] if found else b"\0")
        elif number == Event.SET_SECRET:
            self.do(Command.SECRET_ANSWER, bytes([self._set_secret(payload[0], payload[2:9], payload[9:])]))
        if number == Event.CENTRAL_DISCONNECT:
            self.advertise()
        self.happened.set()

    def _set_secret(self, kind: int, key: bytes, value: bytes) -> bool:
        """Keep or delete a secret as a handler would that knows nothing of pairing windows."""
        before = len(self.secrets)
        if not value or self.keeps_secrets:
            self.secrets = [s for s in self.secrets if s[:2] != (kind, key)]
        if not value:
            return len(self.secrets) < before
        if self.keeps_secrets:
            self.secrets.append((kind, key, value))
        return self.keeps_secrets

    async def told(self, number: int, count: int = 1) -> float:
        """Wait for an event; gives its time."""
        while len(times := [t for t, n, _ in self.events if n == number]) < count:
            self.happened.clear()
            await self.happened.wait()
        return times[count - 1]


class Bench:
    """A radio with firmware on one side and bleak on the other."""

    def __init__(self, radio: VirtualRadio) -> None:
        self.radio = radio
        self.firmware = Firmware(radio)

    def scanner(self, central: Central | None = None) -> Any:
        return self.radio.backends(central)[0]

    def client(
        self, who: BLEDevice | str = CLIP_ADDRESS, central: Central | None = None, **options: Any
    ) -> BleakClient:
        return BleakClient(who, backend=self.radio.backends(central)[1], **options)

    async def find(self) -> BLEDevice:
        device = await BleakScanner.find_device_by_name(NAME, 20.0, backend=self.scanner())
        assert device is not None
        return device


def now_s() -> float:
    return asyncio.get_running_loop().time()


def run(scenario: Callable[[Bench], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a scenario in virtual time; no warning and no task may be left over."""

    async def whole() -> None:
        radio = VirtualRadio(**options)
        await radio.start()
        try:
            async with asyncio.timeout(600):
                await scenario(Bench(radio))
        finally:
            await radio.stop()
        for _ in range(10):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run_virtual(whole())
    gc.collect()  # brings out what nobody has awaited
