"""A whole virtual clip at the end of a Bluetooth link, for tests of what the firmware does as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from bleak import BleakClient, BleakScanner

from hipdrop.install.constants import inlined
from hipdrop.virtual.central import Central
from hipdrop.virtual.clip import VirtualClip
from hipdrop.virtual.imu import Feed, Lsm6dsoxModel
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.radio import VirtualRadio
from hipwire import commands, decoding, ids

BUTTON, MOTOR, LED = 4, 2, 21  # of the virtual board
DOWN, UP = 0, 1


def standing(noise_g: float = 0.01) -> Feed:
    """Somebody who stands still, for as long as it takes."""
    still = np.tile([0.0, 1.0, 0.0], (2080, 1))
    return Feed(208.0, still + noise_g * np.random.default_rng(7).standard_normal(still.shape), 0.0 * still, True)


class Host:
    """A central: what it got, by kind, and its commands."""

    def __init__(self, client: BleakClient) -> None:
        self._client = client
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self.frames: list[bytes] = []

    async def listen(self) -> None:
        """Subscribe to all."""
        await self._client.start_notify(ids.CONTROL_UUID, lambda _, data: self._answers.put_nowait(bytes(data)))
        await self._client.start_notify(ids.DATA_UUID, lambda _, data: self.frames.append(bytes(data)))
        await self._client.start_notify(ids.STATUS_UUID, lambda _, data: self.frames.append(bytes(data)))
        await self._client.start_notify(ids.EVENTS_UUID, lambda _, data: self.frames.append(bytes(data)))

    async def ask(self, code: int, payload: bytes = b"") -> tuple[int, bytes]:
        """Give result and payload of the answer."""
        await self._client.write_gatt_char(ids.CONTROL_UUID, commands.pack_command(code, 1, payload), response=True)
        answer = await asyncio.wait_for(self._answers.get(), 5)
        _, _, result, rest = decoding.answer(answer)
        return result, rest

    async def pair(self) -> None:
        """Pair; by a bond where the clip's window is open."""
        await self._client.pair()

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic."""
        return bytes(await self._client.read_gatt_char(uuid))

    async def send(self, message: bytes) -> None:
        """Write whatever it is to the control characteristic; the answer is not waited for."""
        await self._client.write_gatt_char(ids.CONTROL_UUID, message, response=False)

    def forget_answers(self) -> None:
        """Let go of answers that nobody has waited for."""
        while not self._answers.empty():
            self._answers.get_nowait()

    async def result(self, code: int, payload: bytes = b"") -> int:
        """Give the result of a command alone."""
        return (await self.ask(code, payload))[0]

    async def status(self) -> dict[str, int]:
        """Ask for the status."""
        result, frame = await self.ask(ids.GET_STATUS)
        assert result == ids.OK
        status: dict[str, int] = decoding.status(frame)
        return status

    def log(self) -> list[tuple[int, int, int, str]]:
        """Code, severity, value and text of the log frames that came."""
        return [decoding.log(frame) for frame in self.frames if frame[0] & 15 == ids.LOG]

    def raw(self) -> list[tuple[int, int, int, int, int]]:
        """Headers of the raw frames that came."""
        return [decoding.header(frame) for frame in self.frames if frame[0] & 15 == ids.RAW]


class Bench:
    """A clip, its sensor and its radio."""

    def __init__(self, clip: VirtualClip, sensor: Lsm6dsoxModel, radio: VirtualRadio) -> None:
        self.clip, self.sensor, self.radio = clip, sensor, radio

    @asynccontextmanager
    async def host(self, central: Central | None = None) -> AsyncIterator[Host]:
        """Find the clip and connect, from one more central if one is given; the log comes from the first command on."""
        scanner, client_class = self.radio.backends(central)
        device = await BleakScanner.find_device_by_name("hipdrop", timeout=10, backend=scanner)
        assert device is not None, "the clip does not advertise"
        async with BleakClient(device, backend=client_class) as client:
            host = Host(client)
            await host.listen()
            yield host

    async def advertises(self, for_s: float = 5.0) -> bool:
        """Whether the clip can be found."""
        scanner, _ = self.radio.backends()
        return await BleakScanner.find_device_by_name("hipdrop", timeout=for_s, backend=scanner) is not None

    async def press(self, *moves_ms: int) -> None:
        """Hold the button, let it go, hold it ... for so long each."""
        level = UP
        for move_ms in moves_ms:
            level = DOWN if level == UP else UP
            self.clip.set_pin(BUTTON, level)
            await asyncio.sleep(move_ms / 1000)
        if level == DOWN:
            self.clip.set_pin(BUTTON, UP)

    async def open_window(self) -> None:
        """Press the button three times."""
        await self.press(100, 150, 100, 150, 100)
        await asyncio.sleep(0.1)

    def put(self, module: str, source: str) -> None:
        """Put another version of a module on the flash; it is taken from the next boot on."""
        path = f"{module}.py"
        (self.clip.flash / path).write_bytes(inlined(path, source.encode()))  # as small as the others

    def pulses(self, pin: int = MOTOR) -> list[tuple[int, float]]:
        """When the motor's duty became which, in ms since it first ran."""
        changes: list[tuple[int, float]] = []
        began_us = 0
        for pulse in self.clip.peripherals.pulses:
            duty = round(pulse.duty, 2)
            if pulse.pin != pin or duty == (changes[-1][1] if changes else 0.0):
                continue
            began_us = began_us or pulse.clock_us
            changes.append(((pulse.clock_us - began_us) // 1000, duty))
        return changes


def on_bench(
    test: Callable[[Bench], Awaitable[Any]], flash_folder: Path | None = None, feed: Feed | None = None, **options: Any
) -> None:
    """Run a test with a clip that was just switched on and feels this motion, in virtual time."""

    async def whole() -> None:
        radio, sensor = VirtualRadio(), Lsm6dsoxModel(feed or standing())
        await radio.start()
        async with VirtualClip(sensor, radio, flash_folder=flash_folder, **options) as clip:
            await test(Bench(clip, sensor, radio))
        await radio.stop()

    run_virtual(whole())
