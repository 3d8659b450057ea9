"""Who may do what, between the real firmware and centrals that really pair, over the virtual air."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from itertools import pairwise
from pathlib import Path

import pytest
from bleak.exc import BleakError, BleakGATTProtocolError

from clip_host import Bench, Host, on_bench
from hipdrop.errors import ClipRefused
from hipdrop.links.ble import BleLink
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings
from hipdrop.virtual.central import Central
from hipdrop.virtual.radio import CLIP_ADDRESS
from hipwire import commands, decoding, ids

RAW, LEVEL_MOUNT = b"\1\0", b"\1\0\0\0\xff\x7f\0\0\0\0\0\0"
READING = {
    ids.GET_INFO: b"",
    ids.GET_STATUS: b"",
    ids.GET_SETTINGS: b"\0\0",
    ids.GET_CALIBRATION: b"",
}
PROTECTED = {
    ids.START: RAW,
    ids.STOP: b"",
    ids.SET_MOUNT: LEVEL_MOUNT,
    ids.BUZZ: b"\1\x64\1",
    ids.SET_SETTINGS: b'{"access": 0}',
    ids.SET_CALIBRATION: bytes(94),
    ids.SET_CLOCK: b"\0\0\0\x60\0\0",
    ids.GET_RUNS: b"\0\0",
    ids.FETCH_RUN: bytes(10),
    ids.ERASE_RUN: bytes(6),
    ids.SET_MONITOR: bytes(40),
    ids.GET_MONITOR: b"",
    ids.RUN: b"\1",
    ids.PAIR: b"\1",
}
FORGET = bytes([ids.PAIR_FORGET])
INSUFFICIENT_AUTHENTICATION, INSUFFICIENT_AUTHORISATION = 5, 8  # Core 5.4, vol. 3 part F, 3.4.1.1


async def unpair(bench: Bench, central: Central | None = None) -> None:
    """Have a central forget its bond with the clip."""
    store = (central or bench.radio.host).device.keystore
    assert store is not None
    await store.delete(f"{CLIP_ADDRESS}")


async def pair_in_window(bench: Bench, host: Host) -> None:
    await bench.open_window()
    await host.pair()
    assert await host.read(ids.KEY_UUID) == b"\1"


async def read_refused(host: Host, uuid: str) -> int:
    """Give the error with which a read is refused."""
    with pytest.raises(BleakGATTProtocolError) as refused:
        await host.read(uuid)
    return int(refused.value.code)


def test_without_a_bond_reading_is_open_and_nothing_else() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as owner, bench.host(await bench.radio.add_central()) as guest:
            for code, payload in PROTECTED.items():
                assert await guest.result(code, payload) == ids.NOT_PAIRED, code
            for code, payload in READING.items():
                assert await guest.result(code, payload) == ids.OK, code
            await pair_in_window(bench, owner)
            assert await owner.result(ids.START, RAW) == ids.OK
            assert await guest.result(ids.START, RAW) == ids.OK  # joins
            await asyncio.sleep(2.0)
            assert len(guest.raw()) >= 20
            for code, payload in PROTECTED.items():
                if code != ids.START:
                    assert await guest.result(code, payload) == ids.NOT_PAIRED, code
            refused = (await owner.status())["commands_refused"]
            assert refused == 2 * len(PROTECTED) - 1

    on_bench(test, access=1)


def test_a_bond_is_made_in_the_window_alone_and_survives_a_reset() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            assert decoding.info(await host.read(ids.INFO_UUID))["features"] & ids.HAS_PAIRING
            assert await read_refused(host, ids.KEY_UUID) == INSUFFICIENT_AUTHENTICATION
            await host.pair()  # encrypted, and no more than that
            assert await read_refused(host, ids.KEY_UUID) == INSUFFICIENT_AUTHORISATION
            assert await host.result(ids.START, RAW) == ids.NOT_PAIRED
        await unpair(bench)
        assert not (bench.clip.flash / "bonds.bin").exists()
        async with bench.host() as host:
            await pair_in_window(bench, host)
            assert (await host.status())["access"] == ids.ACCESS_CONTROL  # the window is shut again
            await asyncio.sleep(1.0)
            assert [entry[3] for entry in host.log() if entry[0] == ids.LOG_PAIRED] == ["paired"]
            assert bench.pulses()  # BUZZ_PAIRED
        bench.clip.reset()
        async with bench.host() as host:
            assert await host.read(ids.KEY_UUID) == b"\1"
            assert await host.result(ids.START, RAW) == ids.OK
            await asyncio.sleep(1.0)
            assert host.raw()

    on_bench(test, access=1)


def test_the_window_shuts_after_a_minute() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await bench.open_window()
            assert (await host.status())["access"] == ids.ACCESS_CONTROL | ids.ACCESS_WINDOW
            await asyncio.sleep(60.0)
            assert (await host.status())["access"] == ids.ACCESS_CONTROL
            await host.pair()
            assert await read_refused(host, ids.KEY_UUID) == INSUFFICIENT_AUTHORISATION

    on_bench(test, access=1)


def test_forgotten_bonds_are_worth_nothing() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await pair_in_window(bench, host)
            assert await host.result(ids.PAIR, FORGET) == ids.OK
            assert await host.result(ids.START, RAW) == ids.NOT_PAIRED  # over this very connection too
        with pytest.raises(BleakError):  # its system has the bond, the clip has not
            async with bench.host():
                pass
        await unpair(bench)
        async with bench.host() as host:
            assert await host.result(ids.START, RAW) == ids.NOT_PAIRED
            await pair_in_window(bench, host)
            assert await host.result(ids.START, RAW) == ids.OK

    on_bench(test, access=1)


def test_who_has_lost_its_bond_pairs_again_in_the_window() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await pair_in_window(bench, host)
        await unpair(bench)
        async with bench.host() as host:
            await pair_in_window(bench, host)
            assert await host.result(ids.START, RAW) == ids.OK

    on_bench(test, access=1)


def test_a_stranger_with_a_friends_address_costs_the_friend_nothing() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            await pair_in_window(bench, host)
        store = bench.radio.host.device.keystore
        assert store is not None
        kept = await store.get(CLIP_ADDRESS)
        assert kept is not None
        for _ in range(3):
            await unpair(bench)  # the same address, without the keys
            async with bench.host() as stranger:
                await stranger.pair()  # NimBLE would delete the bond here
                assert await stranger.result(ids.START, RAW) == ids.NOT_PAIRED
                assert await read_refused(stranger, ids.KEY_UUID) == INSUFFICIENT_AUTHORISATION
        await store.update(CLIP_ADDRESS, kept)
        async with bench.host() as host:
            assert await host.result(ids.START, RAW) == ids.OK

    on_bench(test, access=1)


@pytest.mark.parametrize("access", [0, 1])
def test_a_second_central_takes_nothing_over(access: int) -> None:
    async def test(bench: Bench) -> None:
        first, second = bench.radio.host, await bench.radio.add_central()
        if access:
            for central in (first, second):
                async with bench.host(central) as host:
                    await pair_in_window(bench, host)
        async with bench.host(second) as other:
            async with bench.host(first) as owner:
                assert await owner.result(ids.START, RAW) == ids.OK
                assert await other.result(ids.START, RAW) == ids.OK
                for code in (ids.STOP, ids.SET_MOUNT, ids.SET_CALIBRATION):
                    assert await other.result(code, PROTECTED[code]) == ids.BUSY, code
                assert await other.result(ids.START, b"\2\0") == ids.BUSY
                assert (await owner.status())["stream"] == ids.RAW
            await asyncio.sleep(0.1)
            assert await other.result(ids.START, RAW) == ids.OK  # resumes what nobody has any more
            async with bench.host(first) as late:
                assert await late.result(ids.STOP) == ids.BUSY
            assert await other.result(ids.STOP) == ids.OK

    on_bench(test, access=access)


async def be_a_stranger(stranger: Host) -> None:
    """Find that nothing is told, then wait; ends with the connection."""
    for code, payload in (READING | PROTECTED).items():
        assert await stranger.result(code, payload) == ids.NOT_PAIRED, code
    assert await read_refused(stranger, ids.STATUS_UUID) == INSUFFICIENT_AUTHENTICATION
    await stranger.pair()
    for uuid in (ids.INFO_UUID, ids.STATUS_UUID):
        assert await read_refused(stranger, uuid) == INSUFFICIENT_AUTHORISATION
    await asyncio.sleep(25.0)
    assert stranger.frames == []
    await asyncio.sleep(10.0)
    with pytest.raises(BleakError):  # parted from
        await stranger.status()


def test_where_reading_needs_a_bond_a_stranger_gets_nothing() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as owner:
            await pair_in_window(bench, owner)
            assert await owner.result(ids.START, RAW) == ids.OK
            async with bench.host(await bench.radio.add_central()) as stranger:
                await be_a_stranger(stranger)
            assert len(owner.raw()) > 300
            assert owner.log()

    on_bench(test, access=2)


def hostile_messages(seed: int, count: int) -> list[bytes]:
    """Random bytes of all lengths, and commands of every code with random payloads."""
    draw = random.Random(seed)
    messages = []
    for _ in range(count):
        junk = draw.randbytes(draw.choice((0, 1, 2, 3, 4, 5, 11, 95, 200, 244, 500)))
        messages.append(junk if draw.random() < 0.5 else commands.pack_command(draw.randrange(256), 1, junk[:240]))
    return messages


def test_hostile_centrals_cost_no_sample(tmp_path: Path) -> None:
    """Garbage, floods and pairing over and over, from one that has no bond and one that has."""

    async def test(bench: Bench) -> None:
        async with bench.host() as owner:
            await pair_in_window(bench, owner)
            assert await owner.result(ids.START, RAW) == ids.OK
            attacker = await bench.radio.add_central()
            for turn in range(5):
                async with bench.host(attacker) as stranger:
                    for message in hostile_messages(turn, 100):  # 16 wait at most: the rest is turned away
                        await stranger.send(message[:240])
                    await stranger.pair()
                    await asyncio.sleep(0.5)
                await unpair(bench, attacker)
            await asyncio.sleep(2.0)
            status = await owner.status()
            assert status["commands_refused"] > 100
            assert (status["samples_lost"], status["frames_dropped"], status["faults"]) == (0, 0, 0)
            assert not [entry for entry in owner.log() if entry[1] == ids.LOG_ERROR]
            headers = owner.raw()
            assert len(headers) > 40
            for (_, _, sequence, index, _), (_, _, following, at, _) in pairwise(headers):
                assert (following - sequence, at - index) == (1, 19)
            assert await owner.result(ids.STOP) == ids.OK

    on_bench(test, access=1, flash_folder=tmp_path)
    bonds = (tmp_path / "bonds.bin").read_bytes()
    (tmp_path / "bonds.bin").write_bytes(bonds[: len(bonds) // 2])

    async def half_written(bench: Bench) -> None:
        async with bench.host() as host:
            assert await host.result(ids.START, RAW) == ids.NOT_PAIRED
            await asyncio.sleep(0.5)
            assert (ids.LOG_PAIRED, ids.LOG_WARNING, 0, "the bonds are damaged and gone") in host.log()
            await pair_in_window(bench, host)
            assert await host.result(ids.START, RAW) == ids.OK

    on_bench(half_written, access=1, flash_folder=tmp_path)


def test_the_page_says_the_same() -> None:
    """The table of commands in docs/security.md names them all, and what is open at level 1."""
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    table = {row[0]: row[1:] for row in rows if len(row) == 5 and row[0].isupper()}
    codes = {name: getattr(ids, name) for name in table}
    assert sorted(codes.values()) == list(range(ids.START, ids.PAIR + 1))
    assert {codes[name] for name, row in table.items() if row[1] == "yes"} == {*READING, ids.RESEND}
    assert {codes[name] for name, row in table.items() if row[1] == "-"} == {*PROTECTED, ids.REPL, ids.RESET} - {
        ids.START
    }
    assert all(row[2] == "-" for row in table.values())


def run_over(link: BleLink, seconds: float) -> Awaitable[LiveRun]:
    """Have a live run by this link."""

    async def act() -> LiveRun:
        live = LiveRun(Settings())
        await live.run(live.session(link, "raw", lambda _state: None), seconds)
        return live

    return act()


def test_a_live_run_needs_a_bond_to_start_and_none_to_watch() -> None:
    async def test(bench: Bench) -> None:
        guest = BleLink("hipdrop", backends=bench.radio.backends(await bench.radio.add_central()))
        with pytest.raises(ClipRefused, match=r"does not start the stream: .*three times, then: hipdrop clip pair"):
            await run_over(guest, 5.0)
        async with bench.host() as owner:
            await pair_in_window(bench, owner)
            assert await owner.result(ids.START, RAW) == ids.OK
            watched = await run_over(guest, 5.0)
            assert (watched.chain.link_table()["samples_received"] or 0) > 900
            await asyncio.sleep(1.0)
            assert (await owner.status())["stream"] == ids.RAW  # the guest's end is not the run's
        assert (await run_over(BleLink("hipdrop", backends=bench.radio.backends()), 5.0)).chain.status is not None

    on_bench(test, access=1)
