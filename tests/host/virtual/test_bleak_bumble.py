"""bleak on the virtual radio, in virtual time: scanning, connecting, values, ends of connections."""

from __future__ import annotations

import asyncio
import struct

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from radio_firmware import CONTROL, DATA, INFO, NAME, RSC, SECRET, SERVICE, Bench, Firmware, now_s, run

from hipdrop.virtual.blecommands import Command, Event
from hipdrop.virtual.radio import CLIP_ADDRESS


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
