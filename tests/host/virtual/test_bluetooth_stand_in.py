"""The stand-in for `bluetooth` behaves as NimBLE: small scripts under the real MicroPython, bleak at the other end."""

from __future__ import annotations

import asyncio

import pytest
from bleak.exc import BleakGATTProtocolError
from bumble.device import Peer
from bumble.hci import Address
from radio_bench import CONTROL, DATA, SECRET, SERVICE, STATUS, Bench, run

from hipdrop.virtual.radio import CLIP_ADDRESS


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
            await client.write_gatt_char(CONTROL, b"go", response=True)
            await asyncio.sleep(0.1)
            bench.radio.refuse_notify(0.1)
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
            clients.append(client)
        await clients[0].write_gatt_char(CONTROL, b"go", response=True)
        await asyncio.sleep(0.1)
        for client in clients:
            await client.disconnect()
        result, _ = await bench.finish()
        assert result == {"again": None, "connections": [0, 1, 2]}
        assert sorted(got) == [(0, b"to whom it concerns"), (2, b"to whom it concerns")]

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


def test_writes_are_cut_to_the_buffer(micropython_command: str):
    script = """
ble.gatts_write(status, bytes(40))
values = []
def take(event, data):
    if event == 3:
        values.append(ble.gatts_read(data[1]))
ble.irq(take)
advertise()
wait_until(lambda: len(values) == 1)
ble.gatts_set_buffer(control, 100)
result["emptied"] = ble.gatts_read(control)
ble.gatts_notify(0, data, b"next")
wait_until(lambda: len(values) == 2)
ble.gatts_write(control, bytes(150))
ble.gatts_notify(0, data, b"next")
wait_until(lambda: len(values) == 3)
ble.gatts_set_buffer(control, 30, True)
ble.gatts_notify(0, data, b"next")
wait_until(lambda: len(values) == 3 + 3)
result["lengths"] = [len(v) for v in values]
"""

    async def scenario(bench: Bench) -> None:
        next_one = asyncio.Event()
        await bench.boot(script)
        async with bench.connected() as client:
            await client.start_notify(DATA, lambda *_: next_one.set())
            for length in (60, 120, 200):  # the last two as long writes: MTU 100
                await client.write_gatt_char(CONTROL, bytes(length), response=True)
                await asyncio.wait_for(next_one.wait(), 5)
                next_one.clear()
            for _ in range(3):
                await client.write_gatt_char(CONTROL, b"12345", response=True)
                await asyncio.sleep(0.05)
            result, _ = await bench.finish()
        assert result["emptied"] == b""
        assert result["lengths"] == [20, 100, 150, 5, 5, 5]

    run(scenario, micropython_command, mtu=100)


def test_a_value_that_appends_keeps_what_fits_until_it_is_read(micropython_command: str):
    script = """
ble.gatts_set_buffer(control, 12, True)
advertise(); wait(3, 3)
result["read"] = [ble.gatts_read(control), ble.gatts_read(control)]
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            for part in (b"12345", b"67890", b"abcde"):
                await client.write_gatt_char(CONTROL, part, response=True)
            result, _ = await bench.finish()
        assert result["read"] == [b"1234567890ab", b""]

    run(scenario, micropython_command)


def test_every_one_of_many_fast_writes_is_read_in_its_handler(micropython_command: str):
    script = """
values = []
ble.irq(lambda event, data: values.append(ble.gatts_read(data[1])) if event == 3 else None)
advertise()
time.sleep_ms(400)
wait_until(lambda: len(values) == 30)
result["values"] = values
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            for number in range(30):
                await client.write_gatt_char(CONTROL, b"%d" % number, response=False)
            result, _ = await bench.finish()
        assert result["values"] == [b"%d" % number for number in range(30)]

    run(scenario, micropython_command)


def test_options(micropython_command: str):
    script = """
def error_of(call, *args, **options):
    try:
        call(*args, **options)
    except Exception as error:
        return type(error).__name__
result["set_only"] = [error_of(ble.config, name) for name in ("bond", "mitm", "io", "le_secure", "addr_mode")]
result["set"] = [error_of(ble.config, **{n: v}) for n, v in
                 (("bond", True), ("mitm", False), ("io", 3), ("le_secure", True), ("addr_mode", 1))]
result["rxbuf"] = [error_of(ble.config, rxbuf=512), error_of(ble.config, "rxbuf")]
result["mac"] = ble.config("mac")
result["mtu"] = [ble.config("mtu"), error_of(ble.config, mtu=22), error_of(ble.config, mtu=600)]
result["gap_name"] = ble.config("gap_name")
result["calls"] = [error_of(ble.config), error_of(ble.config, "mtu", mtu=100), error_of(ble.irq, 3)]
advertise()
result["registering"] = name_of(ble.gatts_register_services, ())
result["interval"] = name_of(ble.gap_advertise, 1000)
result["long"] = name_of(ble.gap_advertise, 100_000, bytes(32))
result["handle"] = name_of(ble.gatts_read, 999), name_of(ble.gatts_write, 999, b"")
result["size"] = name_of(ble.gatts_set_buffer, 999, 1)
ble.gap_advertise(None)
result["one"] = bluetooth.BLE() is ble, ble.active()
ble.active(False)
result["off"] = name_of(ble.gatts_write, data, b""), name_of(ble.gap_advertise, 100_000), ble.active()
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        result, _ = await bench.finish()
        address = bytes(Address(CLIP_ADDRESS).address_bytes[::-1])
        assert result == {
            "set_only": ["ValueError"] * 5, "set": [None] * 5, "rxbuf": ["ValueError"] * 2, "mac": (1, address),
            "mtu": [247, "OSError", "OSError"], "gap_name": b"HipClip",
            "calls": ["TypeError", "TypeError", "ValueError"], "registering": 16, "interval": "EINVAL",
            "long": "EINVAL", "handle": ("EINVAL",) * 2, "size": "EINVAL", "one": (True, True),
            "off": ("ENODEV", "ENODEV", False),
        }  # fmt: skip

    run(scenario, micropython_command)


def test_uuids_and_flags(micropython_command: str):
    script = """
a, b = UUID(0x1814), UUID("B5D10001-6C7A-4F0E-9A52-7D3F48C1E2A6")
result["bytes"] = bytes(a), bytes(b)
result["equal"] = a == UUID(b"\\x14\\x18"), a == b, b == UUID(str(b)[6:-2]), {a: 1}[UUID(0x1814)], a != b
result["text"] = str(a), str(b)
result["flags"] = {n: getattr(bluetooth, n) for n in dir(bluetooth) if n.startswith("FLAG_")}
try:
    UUID("1814")
except ValueError:
    result["short"] = True
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        result, _ = await bench.finish()
        assert result["bytes"] == (b"\x14\x18", bytes.fromhex(DATA.replace("-", ""))[::-1])
        assert result["equal"] == (True, False, True, 1, True)
        assert result["text"] == ("UUID(0x1814)", f"UUID('{DATA}')")
        assert result["short"]
        # extmod/modbluetooth.h
        assert result["flags"] == {
            "FLAG_BROADCAST": 1, "FLAG_READ": 2, "FLAG_WRITE_NO_RESPONSE": 4, "FLAG_WRITE": 8, "FLAG_NOTIFY": 16,
            "FLAG_INDICATE": 32, "FLAG_AUTHENTICATED_SIGNED_WRITE": 64, "FLAG_AUX_WRITE": 0x100,
            "FLAG_READ_ENCRYPTED": 0x200, "FLAG_READ_AUTHENTICATED": 0x400, "FLAG_READ_AUTHORIZED": 0x800,
            "FLAG_WRITE_ENCRYPTED": 0x1000, "FLAG_WRITE_AUTHENTICATED": 0x2000, "FLAG_WRITE_AUTHORIZED": 0x4000,
        }  # fmt: skip

    run(scenario, micropython_command)


def test_views_are_valid_in_the_handler_alone(micropython_command: str):
    script = """
kept = []
def keep(event, data):
    if event == 1:
        kept.append(data[2])
        result["inside"] = bytes(data[2])
    if event == 2:
        result["after"] = bytes(kept[0])
        result["done"] = True
ble.irq(keep)
advertise()
wait_until(lambda: "done" in result)
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected():
            pass
        result, _ = await bench.finish()
        assert result["inside"] == bytes(bench.radio.host.device.random_address.address_bytes[::-1])
        assert result["after"] == b"\xee" * 6

    run(scenario, micropython_command)


def test_read_requests_let_the_firmware_put_in_a_new_value_or_refuse(micropython_command: str):
    script = """
reads = []
def on_read(event, data):
    if event == 4:
        reads.append(data)
        if data[1] == data_handle:
            return 0x05
        ble.gatts_write(data[1], b"fresh %d" % len(reads))
    if event == 2:
        result["done"] = True
data_handle = data
ble.irq(on_read)
advertise()
wait_until(lambda: "done" in result)
result["reads"] = [d[1] == status for d in reads]
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            assert await client.read_gatt_char(STATUS) == b"fresh 1"
            assert await client.read_gatt_char(STATUS) == b"fresh 2"
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.read_gatt_char(DATA)
            assert refused.value.code == 5
        result, _ = await bench.finish()
        assert result["reads"] == [True, True, False]

    run(scenario, micropython_command)


def test_indications_are_confirmed_and_the_interval_is_told(micropython_command: str):
    script = """
advertise(); wait(3)
ble.gatts_indicate(connections[0], status, b"sure")
wait(20); wait(27)
result["done"] = [d for e, d in log if e == 20] == [(0, status, 0)]
result["update"] = [d for e, d in log if e == 27]
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            await client.write_gatt_char(CONTROL, b"go", response=True)
            await asyncio.sleep(0.05)
            bench.radio.set_interval_ms(30.0)
            result, _ = await bench.finish()
        assert result == {"done": True, "update": [(0, 24, 0, 20, 0)]}  # 1.25 ms, latency, 10 ms, status

    run(scenario, micropython_command)


def test_the_firmware_keeps_the_secrets_of_a_bond(micropython_command: str):
    script = """
store = {}
def on_secret(event, data):
    if event == 30:
        store[(data[0], bytes(data[1]))] = bytes(data[2])
        log.append((30, ()))
    elif event == 29:
        log.append((29, ()))
        return store.get((data[0], bytes(data[2])))
    else:
        on_event(event, data)
ble.irq(on_secret)
ble.config(bond=True, le_secure=True)
ble.gatts_write(secret, b"treasure")
advertise(); wait(28); wait(30); wait(2)
advertise(); wait(28, 2); wait(2, 2)
result["encryption"] = [d for e, d in log if e == 28]
result["asked"] = 29 in [e for e, _ in log]
result["stored"] = len(store)
"""

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.read_gatt_char(SECRET)
            assert refused.value.code == 5  # not paired
            await client.pair()
            assert await client.read_gatt_char(SECRET) == b"treasure"
            await asyncio.sleep(0.05)
        async with bench.connected() as client:  # encrypted with the keys of the bond
            assert await client.read_gatt_char(SECRET) == b"treasure"
        result, _ = await bench.finish()
        assert result == {"encryption": [(0, 1, 0, 1, 16)] * 2, "asked": True, "stored": 1}

    run(scenario, micropython_command)


def test_the_clip_chooses_a_passkey_that_the_other_side_types(micropython_command: str):
    script = """
def on_passkey(event, data):
    if event == 31:
        result["action"] = data
        ble.gap_passkey(data[0], data[1], 123456)
    else:
        on_event(event, data)
ble.irq(on_passkey)
ble.config(mitm=True, le_secure=True, io=0)
advertise(); wait(28)
result["encryption"] = log[-1]
"""

    async def scenario(bench: Bench) -> None:
        async def type_it() -> int:
            return 123456

        bench.radio.host.passkey = type_it
        await bench.boot(script)
        async with bench.connected() as client:
            await asyncio.wait_for(client.pair(), 5)
            result, _ = await bench.finish()
        assert result == {"action": (0, 3, 0), "encryption": (28, (0, 1, 1, 0, 16))}

    run(scenario, micropython_command)


def test_descriptors_are_registered_behind_their_characteristic(micropython_command: str):
    script = """
service = (UUID(SERVICE), ((UUID(0x2A53), bluetooth.FLAG_NOTIFY, ((UUID(0x2901), bluetooth.FLAG_READ),)),
                           (UUID(0x2A54), bluetooth.FLAG_READ)))
((first, descriptor, second),) = ble.gatts_register_services((service,))
ble.gatts_write(descriptor, b"description")
advertise(); wait(2)
result["order"] = first < descriptor < second
""".replace("SERVICE", repr(SERVICE))

    async def scenario(bench: Bench) -> None:
        await bench.boot(script)
        async with bench.connected() as client:
            services = [service.uuid for service in client.services]
            assert services.count(SERVICE) == 1
            measured = client.services.get_characteristic("2a53")
            assert measured is not None
            described = measured.get_descriptor("2901")
            assert described is not None
            assert await client.read_gatt_descriptor(described) == b"description"
        result, _ = await bench.finish()
        assert result["order"]

    run(scenario, micropython_command)
