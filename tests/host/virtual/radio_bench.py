"""A bench for the virtual radio: MicroPython with the stand-in for `bluetooth`, and bleak at the other end."""

from __future__ import annotations

import ast
import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bleak import BleakClient, BleakScanner

from hipdrop.virtual.central import Central
from hipdrop.virtual.radio import VirtualRadio
from hipdrop.virtual.rpc import EVENT, HEADER, Channel, Op

PATIENCE_S = 10.0
SERVICE = "b5d10000-6c7a-4f0e-9a52-7d3f48c1e2a6"
DATA = "b5d10001-6c7a-4f0e-9a52-7d3f48c1e2a6"
CONTROL = "b5d10002-6c7a-4f0e-9a52-7d3f48c1e2a6"
STATUS = "b5d10004-6c7a-4f0e-9a52-7d3f48c1e2a6"
SECRET = "b5d10005-6c7a-4f0e-9a52-7d3f48c1e2a6"
NAME = "HipClip"

# What all scripts begin with: one service, a log of events, advertising. `result` is printed at the end.
PRELUDE = """
import bluetooth, errno, time
from bluetooth import UUID
result = {}
log = []
connections = []
ble = bluetooth.BLE()
ble.active(True)

def on_event(event, data):
    log.append((event, tuple(bytes(x) if isinstance(x, memoryview) else x for x in data)))
    if event == 1:
        connections.append(data[0])
    elif event == 2:
        connections.remove(data[0])

def wait(event, count=1):
    while sum(e == event for e, _ in log) < count:
        time.sleep_ms(1)

def wait_until(condition):
    while not condition():
        time.sleep_ms(1)

def advertise():
    ble.gap_advertise(30_000, b"\\x02\\x01\\x06\\x08\\x09HipClip\\x03\\x03\\x14\\x18",
                      resp_data=b"\\x11\\x07" + bytes(UUID("SERVICE_UUID")))

def name_of(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return errno.errorcode.get(error.errno, error.errno)
    return None

ble.irq(on_event)
ble.config(mtu=247, gap_name="HipClip")
def characteristic(n, flags):
    return (UUID("b5d1000%d-6c7a-4f0e-9a52-7d3f48c1e2a6" % n), flags)
((data, control, status, secret),) = ble.gatts_register_services((
    (UUID("SERVICE_UUID"), (
        characteristic(1, bluetooth.FLAG_NOTIFY | bluetooth.FLAG_READ),
        characteristic(2, bluetooth.FLAG_WRITE | bluetooth.FLAG_WRITE_NO_RESPONSE | bluetooth.FLAG_NOTIFY),
        characteristic(4, bluetooth.FLAG_READ | bluetooth.FLAG_NOTIFY | bluetooth.FLAG_INDICATE),
        characteristic(5, bluetooth.FLAG_READ | bluetooth.FLAG_READ_ENCRYPTED),
    )),
))
""".replace("SERVICE_UUID", SERVICE)


class Bench:
    """The firmware's process, and the radio that carries it."""

    def __init__(self, command: str, radio: VirtualRadio) -> None:
        self.radio = radio
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._channel: Channel | None = None

    async def boot(self, script: str) -> None:
        """Start MicroPython with a script behind the prelude."""
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours, self._on_frame, lambda: None)
        self.radio.emit = lambda number, payload: self._send(EVENT | Op.BLE, number, payload)
        stand_ins = Path(__file__).parents[3] / "firmware" / "virtual"
        self._process = await asyncio.create_subprocess_exec(
            self._command, "-X", "heapsize=256K", "-c", PRELUDE + script + "\nprint(repr(result))\n",
            env=os.environ | {"HIPCLIP_CHANNEL": str(theirs.fileno()), "MICROPYPATH": f"{stand_ins}:.frozen"},
            pass_fds=[theirs.fileno()], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        theirs.close()

    def _on_frame(self, op: int, argument: int, payload: bytes, _clock_us: int) -> None:
        status, reply = 0, b""
        if op == Op.BOOT:
            reply = bytes(6)  # real clock, power-on
        elif op == Op.BLE:
            status, reply = self.radio.handle(argument, payload)
        self._send(op, status, reply)

    def _send(self, op: int, argument: int, payload: bytes) -> None:
        if self._channel is not None:
            self._channel.write(HEADER.pack(op, argument, len(payload), 0) + payload)

    async def finish(self) -> tuple[dict[str, Any], str]:
        """Wait for the script to end; give its result and what it wrote to standard error."""
        assert self._process is not None
        out, err = await asyncio.wait_for(self._process.communicate(), PATIENCE_S)
        assert self._process.returncode == 0, (out + err).decode()
        return ast.literal_eval(out.decode().splitlines()[-1]), err.decode()

    async def close(self) -> None:
        """End what still runs."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    async def find(self, central: Central | None = None) -> Any:
        """Find the clip by its name."""
        device = await BleakScanner.find_device_by_name(NAME, PATIENCE_S, backend=self.radio.backends(central)[0])
        assert device is not None
        return device

    def client(self, device: Any, central: Central | None = None, **options: Any) -> BleakClient:
        """Make a client of the clip."""
        return BleakClient(device, backend=self.radio.backends(central)[1], **options)

    @asynccontextmanager
    async def connected(self, central: Central | None = None, **options: Any) -> AsyncIterator[BleakClient]:
        """Find and connect."""
        async with self.client(await self.find(central), central, **options) as client:
            yield client


def run(scenario: Callable[[Bench], Coroutine[Any, Any, None]], command: str, **radio_options: Any) -> None:
    """Run a scenario on a fresh bench; nothing may be left over."""

    async def whole() -> None:
        radio = VirtualRadio(**{"interval_ms": 2.0, "supervision_s": 0.2} | radio_options)
        await radio.start()
        bench = Bench(command, radio)
        try:
            await scenario(bench)
        finally:
            await bench.close()
            await radio.stop()

    asyncio.run(whole(), debug=bool(sys.flags.dev_mode))
