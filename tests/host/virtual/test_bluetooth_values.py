"""The stand-in for `bluetooth` behaves as NimBLE: values, options, types, pairing. See test_bluetooth_stand_in."""

from __future__ import annotations

import asyncio

import pytest
from bleak.exc import BleakGATTProtocolError
from bumble.hci import Address
from radio_bench import CONTROL, DATA, SECRET, SERVICE, STATUS, Bench, run

from hipdrop.virtual.radio import CLIP_ADDRESS


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
ble.active(True)
result["anew"] = ble.config("mtu"), name_of(ble.gatts_read, data)
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
            "off": ("ENODEV", "ENODEV", False), "anew": (256, "EINVAL"),
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
        return True
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
        assert result == {"encryption": [(0, 1, 0, 1, 16)] * 2, "asked": True, "stored": 2}

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
