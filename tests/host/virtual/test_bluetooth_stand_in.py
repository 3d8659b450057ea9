"""The stand-in for `bluetooth` behaves as NimBLE: small scripts under the real MicroPython, bleak at the other end."""

from __future__ import annotations

import asyncio

import pytest
from bumble.device import Peer
from radio_bench import CONTROL, DATA, STATUS, Bench, run


def test_enomem_comes_at_once_after_the_buffers_and_what_was_accepted_arrives_in_order(micropython_command: str):
    script = """
advertise(); wait(3)
accepted = []
for n in range(40):
    if name_of(ble.gatts_notify, connections[0], data, b"%d" % n) is None:
        accepted.append(n)
    else:
        result.setdefault("first", n)
wait(27, 2)
for n in range(100, 2100):
    while name_of(ble.gatts_notify, connections[0], data, b"%d" % n) == "ENOMEM":
        time.sleep_ms(1)
    accepted.append(n)
result["accepted"] = len(accepted), accepted[:20]
wait(2)
"""

    async def scenario(bench: Bench) -> None:
        got: list[int] = []
        await bench.boot(script)
        async with bench.connected() as client:
            await client.start_notify(DATA, lambda _, value: got.append(int(value)))
            bench.radio.set_interval_ms(200.0)  # while the first 40 are tried, none leaves
            await client.write_gatt_char(CONTROL, b"go", response=True)
            async with asyncio.timeout(10):
                while len(got) < 12:
                    await asyncio.sleep(0.01)
                bench.radio.set_interval_ms(1.0)
                while got[-1] != 2099:
                    await asyncio.sleep(0.01)
        result, _ = await bench.finish()
        assert result["first"] == 12
        assert result["accepted"][0] == 2012
        assert got == [*range(12), *range(100, 2100)]

    run(scenario, micropython_command)


def test_buffers_and_refusal_can_be_set(micropython_command: str):
    script = """
advertise(); wait(3)
result["few"] = [name_of(ble.gatts_notify, connections[0], data, b"x") for _ in range(5)]
wait(3, 2)
result["none"] = name_of(ble.gatts_notify, connections[0], data, b"x")
wait_until(lambda: name_of(ble.gatts_notify, connections[0], data, b"x") is None)
"""

    async def scenario(bench: Bench) -> None:
        bench.radio.set_buffers(3)
        await bench.boot(script)
        async with bench.connected() as client:
            bench.radio.set_interval_ms(250.0)  # all five between two events, however busy the machine
            await client.write_gatt_char(CONTROL, b"go", response=True)
            await asyncio.sleep(0.6)
            bench.radio.set_interval_ms(15.0)
            bench.radio.refuse_notify(1.0)
            await client.write_gatt_char(CONTROL, b"go", response=True)
            result, _ = await bench.finish()
        assert result["few"] == [None, None, None, "ENOMEM", "ENOMEM"]
        assert result["none"] == "ENOMEM"

    run(scenario, micropython_command)


@pytest.mark.parametrize(("mtu", "length"), [(247, 244), (517, 244), (100, 97), (23, 20)])
def test_a_payload_longer_than_the_mtu_takes_is_cut_without_a_word(micropython_command: str, mtu: int, length: int):
    script = """
advertise(); wait(3)
result["error"] = name_of(ble.gatts_notify, connections[0], data, bytes(600))
result["mtu"] = [d[1] for e, d in log if e == 21]
wait(2)
"""

    async def scenario(bench: Bench) -> None:
        got: asyncio.Queue[bytes] = asyncio.Queue()
        bench.radio.set_mtu_limit(mtu)
        await bench.boot(script)
        async with bench.connected() as client:
            await client.start_notify(DATA, lambda _, value: got.put_nowait(bytes(value)))
            await client.write_gatt_char(CONTROL, b"go", response=True)
            assert await asyncio.wait_for(got.get(), 5) == bytes(length)
            assert client.mtu_size == length + 3
        result, _ = await bench.finish()
        # at 23 the central asks for no exchange, and so none is reported
        assert result == {"error": None, "mtu": [] if mtu == 23 else [length + 3]}

    run(scenario, micropython_command)


def test_enotconn_by_name_for_a_bad_connection_and_after_the_end_but_enomem_first(micropython_command: str):
    script = """
result["never"] = name_of(ble.gatts_notify, 0, data, b"x")
result["disconnect"] = ble.gap_disconnect(0)
advertise(); wait(3)
result["other"] = name_of(ble.gatts_notify, 7, data, b"x")
while name_of(ble.gatts_notify, 0, data, b"x") is None:
    pass
result["full"] = name_of(ble.gatts_notify, 7, data, b"x")
wait(2)
result["after"] = name_of(ble.gatts_notify, 0, data, b"x")
result["number"] = log[0][1][0]
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            bench.radio.set_interval_ms(300.0)  # none leaves between the one that is refused and the next call
            await client.write_gatt_char(CONTROL, b"go", response=True)
            await asyncio.sleep(0.1)
        result, _ = await bench.finish()
        expected = {"never": "ENOTCONN", "disconnect": False, "other": "ENOTCONN", "full": "ENOMEM"}
        assert result == {**expected, "after": "ENOTCONN", "number": 0}  # NimBLE counts from 0

    run(scenario, micropython_command)


def test_a_notification_is_sent_though_nobody_has_subscribed_and_there_is_no_event_of_subscribing(
    micropython_command: str,
):
    script = """
advertise(); wait(3)
ble.gatts_notify(connections[0], data, b"unasked")
wait(2)
result["events"] = [e for e, _ in log]
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        device = await bench.find()
        connection = await bench.radio.host.device.connect(device.details)
        peer = Peer(connection)
        await peer.discover_all()
        handle = {str(c.uuid): c.handle for s in peer.services for c in s.characteristics}
        got = asyncio.get_running_loop().create_future()
        # only this central knows: no descriptor is written
        peer.gatt_client.notification_subscribers.setdefault(handle[DATA.upper()], set()).add(got.set_result)
        await peer.gatt_client.subscribe(_characteristic(peer, STATUS))  # written, and the clip hears nothing of it
        await peer.gatt_client.write_value(handle[CONTROL.upper()], b"go", with_response=True)
        assert await asyncio.wait_for(got, 5) == b"unasked"
        await connection.disconnect()
        result, _ = await bench.finish()
        assert result["events"] == [1, 3, 2]

    run(scenario, micropython_command)


def _characteristic(peer: Peer, uuid: str):
    return next(c for s in peer.services for c in s.characteristics if str(c.uuid) == uuid.upper())


def test_gatts_write_reaches_those_who_subscribed_and_a_second_central_needs_new_advertising(
    micropython_command: str,
):
    script = """
advertise(); wait(1)
result["again"] = name_of(advertise)
wait(1, 2); advertise(); wait(1, 3); wait(3)
result["connections"] = list(connections)
ble.gatts_write(status, b"to whom it concerns", True)
wait(2, 3)
"""

    async def scenario(bench: Bench) -> None:
        got: list[tuple[int, bytes]] = []
        await bench.boot(script)
        centrals = [bench.radio.host, await bench.radio.add_central(), await bench.radio.add_central()]
        clients = []
        for number, central in enumerate(centrals):
            client = bench.client(await bench.find(central), central)
            await client.connect()
            if number != 1:
                await client.start_notify(STATUS, lambda _, value, n=number: got.append((n, bytes(value))))
            else:  # listens, but has not subscribed
                (connection,) = central.device.connections.values()
                handle = client.services.get_characteristic(STATUS).handle
                listeners = connection.gatt_client.notification_subscribers
                listeners.setdefault(handle, set()).add(lambda value: got.append((1, value)))
            clients.append(client)
        await clients[0].write_gatt_char(CONTROL, b"go", response=True)
        await asyncio.sleep(0.1)
        for client in clients:
            await client.disconnect()
        result, _ = await bench.finish()
        assert result == {"again": None, "connections": [0, 1, 2]}
        assert sorted(got) == [(0, b"to whom it concerns"), (2, b"to whom it concerns")]

    run(scenario, micropython_command)


def test_without_data_the_value_is_notified(micropython_command: str):
    script = """
ble.gatts_write(data, b"the value")
advertise(); wait(3)
ble.gatts_notify(connections[0], data)
result["unknown"] = name_of(ble.gatts_notify, connections[0], 999)
wait(2)
"""

    async def scenario(bench: Bench) -> None:
        got: asyncio.Queue[bytes] = asyncio.Queue()
        await bench.boot(script)
        async with bench.connected() as client:
            await client.start_notify(DATA, lambda _, value: got.put_nowait(bytes(value)))
            await client.write_gatt_char(CONTROL, b"go", response=True)
            assert await asyncio.wait_for(got.get(), 5) == b"the value"
        result, _ = await bench.finish()
        assert result["unknown"] == "EINVAL"

    run(scenario, micropython_command)


def test_advertising_stops_with_the_connection(micropython_command: str):
    script = "advertise(); wait(1); wait(2)"

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected():
            from bleak import BleakScanner

            found = await BleakScanner.discover(0.2, backend=bench.radio.backends()[0])
            assert found == []
        await bench.finish()

    run(scenario, micropython_command)


def test_an_exception_in_the_handler_is_printed_and_disables_it_for_good(micropython_command: str):
    script = """
seen = []
def bad(event, data):
    seen.append(event)
    if event == 3:
        raise RuntimeError("broken handler")
ble.irq(bad)
advertise()
wait_until(lambda: 3 in seen)
time.sleep_ms(200)
result["seen"] = seen
result["value"] = ble.gatts_read(control)
result["notify"] = name_of(ble.gatts_notify, 0, data, b"x")
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            await client.write_gatt_char(CONTROL, b"one", response=True)
            await client.write_gatt_char(CONTROL, b"two", response=True)
            assert await client.read_gatt_char(DATA) == b""  # answered all the same
        result, errors = await bench.finish()
        assert result == {"seen": [1, 21, 3], "value": b"two", "notify": "ENOTCONN"}
        assert "Unhandled exception in IRQ callback handler" in errors
        assert "RuntimeError: broken handler" in errors

    run(scenario, micropython_command)
