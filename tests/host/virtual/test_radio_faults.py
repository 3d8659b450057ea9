"""The virtual radio when it fails, in virtual time: silence, vanishing, power cuts, and their times."""

from __future__ import annotations

import asyncio
import struct

import pytest
from radio_firmware import CONTROL, DATA, INFO, Bench, Firmware, now_s, run

from hipdrop.virtual.blecommands import Command, Event, Status


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


@pytest.mark.parametrize("told", [True, False])
def test_a_clip_that_restarts_is_missed_after_the_supervision_time_out(told: bool):
    async def scenario(bench: Bench) -> None:
        lost_s: list[float] = []
        client = bench.client(disconnected_callback=lambda _: lost_s.append(now_s()))
        await client.connect()
        began_s, events = now_s(), len(bench.firmware.events)
        if told:
            bench.radio.clip_off()
            await asyncio.sleep(0.3)
        firmware, bench.firmware = bench.firmware, Firmware(bench.radio)  # which switches on anew
        assert len(firmware.events) == events  # nobody was there to hear of it
        await asyncio.sleep(1.0)
        assert bench.firmware.events == []  # nor does the new life hear of connections of the old one
        assert bench.firmware.notify(b"x") == Status.ENOTCONN
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
