"""bleak on the virtual radio, in virtual time: scanning, connecting, values, losses and their times."""

from __future__ import annotations

import asyncio
import gc
import struct
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError

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
        if number == Event.CENTRAL_DISCONNECT:
            self.advertise()
        self.happened.set()

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


def test_an_active_scan_brings_name_and_services_of_advertisement_and_scan_response():
    async def scenario(bench: Bench) -> None:
        async with BleakScanner(backend=bench.scanner()) as scanner:
            await asyncio.sleep(0.5)
            ((device, advertised),) = scanner.discovered_devices_and_advertisement_data.values()
        assert (device.address, device.name) == (CLIP_ADDRESS, NAME)
        assert advertised.local_name == NAME
        assert sorted(advertised.service_uuids) == sorted([RSC, SERVICE])
        assert advertised.rssi < 0

    run(scenario)


def test_two_scans_at_the_same_time_and_the_filter_of_services():
    async def scenario(bench: Bench) -> None:
        async with BleakScanner(backend=bench.scanner()) as all_of_them:
            async with BleakScanner(service_uuids=[DATA], backend=bench.scanner()) as none_of_them:
                await asyncio.sleep(0.3)
            seen = len(all_of_them.discovered_devices)
            assert (seen, none_of_them.discovered_devices) == (1, [])
            async with BleakScanner(service_uuids=[SERVICE], backend=bench.scanner()) as ours:
                await asyncio.sleep(0.3)
            assert len(ours.discovered_devices) == 1

    run(scenario)


def test_a_passive_scan_hears_the_advertisement_alone():
    async def scenario(bench: Bench) -> None:
        scanner = BleakScanner(scanning_mode="passive", backend=bench.scanner())
        async with scanner:
            await asyncio.sleep(0.5)
        ((_, advertised),) = scanner.discovered_devices_and_advertisement_data.values()
        assert advertised.service_uuids == [RSC]

    run(scenario)


@pytest.mark.parametrize("by_name", [True, False])
def test_connect_by_name_or_address_and_find_what_is_there(by_name: bool):
    async def scenario(bench: Bench) -> None:
        lost: list[BleakClient] = []
        who = await bench.find() if by_name else CLIP_ADDRESS
        async with bench.client(who, disconnected_callback=lost.append) as client:
            assert client.is_connected
            found = {c.uuid: set(c.properties) for c in client.services.characteristics.values()}
            assert found[DATA] == {"notify"}
            assert found[CONTROL] == {"write", "write-without-response", "notify"}
            assert SERVICE in [service.uuid for service in client.services]
            assert len(client.services.get_characteristic(DATA).descriptors) == 1
        assert not client.is_connected
        assert lost == [client]

    run(scenario)


@pytest.mark.parametrize(("wish", "mtu"), [(517, 247), (247, 247), (185, 185), (23, 23), (1, 23)])
def test_the_mtu_is_the_smaller_wish_and_long_values_go_in_parts(wish: int, mtu: int):
    async def scenario(bench: Bench) -> None:
        bench.radio.set_mtu_limit(wish)
        async with bench.client() as client:
            assert client.mtu_size == mtu
            assert client.services.get_characteristic(CONTROL).max_write_without_response_size == mtu - 3
            assert await client.read_gatt_char(INFO) == bytes(range(100))
            bench.firmware.do(Command.SET_BUFFER, struct.pack("<HHB", bench.firmware.handles[CONTROL], 300, 0))
            await client.write_gatt_char(CONTROL, bytes(250), response=True)
            written = next(p for _, n, p in bench.firmware.events if n == Event.GATTS_WRITE)
            assert written[5:] == bytes(250)
            with pytest.raises(BleakError, match="do not fit"):
                await client.write_gatt_char(CONTROL, bytes(mtu - 2), response=False)

    run(scenario)


def test_two_thousand_notifications_arrive_in_order_six_an_interval():
    async def scenario(bench: Bench) -> None:
        got: list[int] = []
        async with bench.client() as client:
            await client.start_notify(DATA, lambda _, value: got.append(int(value)))
            began_s = now_s()
            await bench.firmware.stream(range(2000))
            while len(got) < 2000:
                await asyncio.sleep(0.001)
            assert got == list(range(2000))
            assert now_s() - began_s == pytest.approx(2000 / 6 * 0.015, abs=0.03)
            await client.stop_notify(DATA)
            bench.firmware.notify(b"2000")
            await asyncio.sleep(0.1)
            assert len(got) == 2000

    run(scenario)


def test_a_notification_waits_for_the_next_connection_event():
    async def scenario(bench: Bench) -> None:
        delays_s: list[float] = []
        async with bench.client() as client:
            await client.start_notify(DATA, lambda *_: delays_s.append(now_s() - sent_s))
            for wait in range(50):
                sent_s = now_s()
                bench.firmware.notify(b"x")
                await asyncio.sleep(0.1 + wait * 0.0007)
        assert len(delays_s) == 50
        assert 0 < min(delays_s) < 0.003
        assert 0.027 < max(delays_s) <= 0.030 + 1e-5

    run(scenario, interval_ms=30.0)


def test_errors_of_the_protocol_are_bleaks():
    async def scenario(bench: Bench) -> None:
        async with bench.client() as client:
            with pytest.raises(BleakGATTProtocolError) as not_readable:
                await client.read_gatt_char(client.services.get_characteristic(CONTROL).handle)
            with pytest.raises(BleakGATTProtocolError) as not_writable:
                await client.write_gatt_char(client.services.get_characteristic(INFO), b"x", response=True)
            with pytest.raises(BleakGATTProtocolError) as not_paired:
                await client.write_gatt_char(SECRET, b"x", response=True)
        assert [int(error.value.code) for error in (not_readable, not_writable, not_paired)] == [2, 3, 5]
        with pytest.raises(BleakError):
            await client.read_gatt_char(INFO)

    run(scenario)


def test_pairing_opens_an_encrypted_characteristic():
    async def scenario(bench: Bench) -> None:
        async with bench.client() as client:
            await client.pair()
            await client.write_gatt_char(SECRET, b"x", response=True)
            await client.read_gatt_char(SECRET)
            fields = next(p for _, n, p in bench.firmware.events if n == Event.ENCRYPTION_UPDATE)
            assert list(fields[2:]) == [1, 0, 0, 16]
        # The clip does not bond: its keys went with the connection, and the other side's fit no more.
        with pytest.raises(BleakError):
            await bench.client().connect()
        await bench.client().unpair()
        async with bench.client(pair=True) as client:
            await client.read_gatt_char(SECRET)

    run(scenario)


def test_either_side_can_end_the_connection_and_it_can_be_made_again():
    async def scenario(bench: Bench) -> None:
        for turn in range(3):
            lost = asyncio.Event()
            client = bench.client(disconnected_callback=lambda _, lost=lost: lost.set())
            await client.connect()
            if turn == 1:
                bench.firmware.do(Command.DISCONNECT, struct.pack("<H", 0))
            elif turn == 2:
                await client.disconnect()
            else:
                bench.firmware.do(Command.OFF)
            await lost.wait()
            assert not client.is_connected
            with pytest.raises(BleakError):
                await client.write_gatt_char(CONTROL, b"x", response=True)
            if turn == 0:
                await asyncio.sleep(0.1)
                bench.firmware = Firmware(bench.radio)

    run(scenario)


def test_a_call_that_waits_when_the_connection_ends_fails():
    async def scenario(bench: Bench) -> None:
        bench.firmware.radio.emit = lambda *_: None  # hangs: no read is answered
        async with bench.client() as client:
            reading = asyncio.create_task(client.read_gatt_char(INFO))
            await asyncio.sleep(0.5)
            bench.firmware.do(Command.DISCONNECT, struct.pack("<H", 0))
            with pytest.raises(BleakError, match="disconnected"):
                await reading

    run(scenario)


def test_no_answer_from_the_firmware_is_a_time_out_after_30_s():
    async def scenario(bench: Bench) -> None:
        bench.firmware.radio.emit = lambda *_: None
        async with bench.client() as client:
            began_s = now_s()
            with pytest.raises(TimeoutError):
                await client.read_gatt_char(INFO)
            assert now_s() - began_s == pytest.approx(30.0, abs=0.01)  # Core 5.4, volume 3 part F, 3.3.3

    run(scenario)


def test_time_out_and_cancel_while_connecting_leave_the_radio_usable():
    async def scenario(bench: Bench) -> None:
        device = await bench.find()
        bench.firmware.do(Command.ADVERTISE, bytes(7))
        began_s = now_s()
        with pytest.raises(TimeoutError):
            await bench.client(device, timeout=3.0).connect()
        assert now_s() - began_s == pytest.approx(3.0, abs=0.01)
        with pytest.raises(BleakDeviceNotFoundError):
            await bench.client(timeout=1.0).connect()
        assert await BleakScanner.find_device_by_name(NAME, 1.0, backend=bench.scanner()) is None
        connecting = asyncio.create_task(bench.client(device).connect())
        await asyncio.sleep(0.5)
        with pytest.raises(BleakError, match="in progress"):
            await bench.client(device).connect()
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        bench.firmware.advertise()
        async with bench.client(device) as client:
            with pytest.raises(BleakError, match="already"):
                await bench.client(device).connect()
            assert client.is_connected

    run(scenario)


@pytest.mark.parametrize("after_s", [0.001, 0.02, 0.1, 0.15, 0.25, 0.35])
def test_cancelled_at_any_moment_nothing_stays_connected(after_s: float):
    async def scenario(bench: Bench) -> None:
        connecting = asyncio.create_task(bench.client().connect())
        await asyncio.sleep(after_s)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        await asyncio.sleep(1.0)
        assert not bench.radio.host.device.connections
        async with bench.client() as client:
            assert client.is_connected

    run(scenario)


def test_two_centrals_are_served_apart():
    async def scenario(bench: Bench) -> None:
        got: dict[int, list[bytes]] = {0: [], 1: []}
        other = await bench.radio.add_central()
        async with bench.client() as first:
            await bench.firmware.told(Event.CENTRAL_CONNECT)
            bench.firmware.advertise()
            async with bench.client(central=other) as second:
                for number, client in enumerate((first, second)):
                    await client.start_notify(DATA, lambda _, value, n=number: got[n].append(bytes(value)))
                bench.firmware.notify(b"to the first", 0)
                bench.firmware.notify(b"to the second", 1)
                await asyncio.sleep(0.1)
            assert first.is_connected
        assert got == {0: [b"to the first"], 1: [b"to the second"]}

    run(scenario)


def test_a_short_silence_delays_and_loses_nothing():
    async def scenario(bench: Bench) -> None:
        got: list[tuple[float, int]] = []
        async with bench.client() as client:
            await client.start_notify(DATA, lambda _, value: got.append((now_s(), int(value))))
            bench.radio.lose(0.9)
            end_s = now_s() + 0.9
            for number in range(12):
                assert bench.firmware.notify(b"%d" % number) == Status.OK
            assert bench.firmware.notify(b"12") == Status.ENOMEM
            await client.write_gatt_char(CONTROL, b"late", response=True)
            assert now_s() > end_s
            await asyncio.sleep(0.5)
            assert client.is_connected
        assert [number for _, number in got] == list(range(12))
        assert min(t for t, _ in got) == pytest.approx(end_s + 0.0075, abs=0.0076)

    run(scenario)


@pytest.mark.parametrize("seconds", [1.1, 2.0, 15.0])
def test_a_loss_is_seen_by_both_sides_after_the_supervision_time_out_and_the_clip_is_not_heard(seconds: float):
    async def scenario(bench: Bench) -> None:
        got: list[bytes] = []
        lost_s: list[float] = []
        client = bench.client(disconnected_callback=lambda _: lost_s.append(now_s()))
        await client.connect()
        await client.start_notify(DATA, lambda _, value: got.append(bytes(value)))
        began_s = now_s()
        bench.radio.lose(seconds)
        bench.firmware.notify(b"gone")
        told_s = await bench.firmware.told(Event.CENTRAL_DISCONNECT)
        await asyncio.sleep(0)
        assert told_s - began_s == pytest.approx(1.0, abs=0.001)
        assert bench.firmware.notify(b"x") == Status.ENOTCONN
        await bench.find()
        assert [round(t - began_s, 3) for t in lost_s] == [1.0]
        assert seconds - 0.001 < now_s() - began_s < seconds + 0.11  # with the first advertisement that gets through
        async with bench.client() as client:
            await client.start_notify(DATA, lambda _, value: got.append(bytes(value)))
            bench.firmware.notify(b"back")
            await asyncio.sleep(0.1)
        assert got == [b"back"]

    run(scenario)


def test_silences_that_overlap_last_until_the_later_end():
    async def scenario(bench: Bench) -> None:
        async with bench.client() as client:
            bench.radio.lose(0.6)
            await asyncio.sleep(0.5)
            bench.radio.lose(0.4)
            await asyncio.sleep(1.0)
            assert client.is_connected  # 0.9 s in all
            for _ in range(3):  # and apart they do not add up
                bench.radio.lose(0.7)
                await asyncio.sleep(0.71)
            await client.write_gatt_char(CONTROL, b"x", response=True)
            bench.radio.lose(0.6)
            await asyncio.sleep(0.5)
            bench.radio.lose(3.0)
            await bench.firmware.told(Event.CENTRAL_DISCONNECT)

    run(scenario)


def test_a_central_that_vanishes_is_missed_by_the_clip_alone():
    async def scenario(bench: Bench) -> None:
        lost = asyncio.Event()
        got: list[bytes] = []
        client = bench.client(disconnected_callback=lambda _: lost.set())
        await client.connect()
        await client.start_notify(DATA, lambda _, value: got.append(bytes(value)))
        began_s = now_s()
        bench.radio.central_vanishes()
        bench.firmware.notify(b"to nobody")
        assert await bench.firmware.told(Event.CENTRAL_DISCONNECT) - began_s == pytest.approx(1.0, abs=0.001)
        await asyncio.sleep(20.0)
        assert (client.is_connected, lost.is_set(), got) == (True, False, [])
        await client.disconnect()
        async with bench.client() as client:
            await client.start_notify(DATA, lambda _, value: got.append(bytes(value)))
            bench.firmware.notify(b"back")
            await asyncio.sleep(0.1)
        assert got == [b"back"]

    run(scenario)


def test_a_clip_without_power_is_missed_after_the_supervision_time_out():
    async def scenario(bench: Bench) -> None:
        lost_s: list[float] = []
        client = bench.client(disconnected_callback=lambda _: lost_s.append(now_s()))
        await client.connect()
        began_s, told = now_s(), len(bench.firmware.events)
        bench.radio.clip_off()
        await asyncio.sleep(0.3)
        assert len(bench.firmware.events) == told  # nobody is there to be told
        bench.firmware = Firmware(bench.radio)
        await asyncio.sleep(1.0)
        assert [round(t - began_s, 3) for t in lost_s] == [1.0]
        async with bench.client() as client:
            assert await client.read_gatt_char(INFO) == bytes(range(100))

    run(scenario)


def test_no_more_than_four_centrals():
    async def scenario(bench: Bench) -> None:
        clients = []
        for _ in range(4):
            client = bench.client(central=await bench.radio.add_central())
            await client.connect()
            clients.append(client)
            if len(clients) < 4:
                bench.firmware.advertise()
        status, _ = bench.radio.handle(Command.ADVERTISE, struct.pack("<IBBB", 100_000, 1, 255, 255))
        assert status == Status.ENOMEM
        for client in clients:
            await client.disconnect()

    run(scenario)


def test_two_runs_are_equal_to_the_microsecond():
    def once() -> list[tuple[float, bytes]]:
        got: list[tuple[float, bytes]] = []

        async def scenario(bench: Bench) -> None:
            other = await bench.radio.add_central()
            async with bench.client() as client:
                await client.start_notify(DATA, lambda _, value: got.append((now_s(), bytes(value))))
                bench.firmware.advertise()
                async with bench.client(central=other):
                    bench.radio.lose(0.4)
                    await bench.firmware.stream(range(300))
                await asyncio.sleep(1.0)

        run(scenario)
        return got

    first = once()
    assert len(first) == 300
    assert once() == first
