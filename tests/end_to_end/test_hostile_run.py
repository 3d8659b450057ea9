"""What damage and foes do to a clip that records a run: damaged files on its flash, and commands with any payload."""

from __future__ import annotations

import asyncio
import random
import struct
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from test_clip_alone import STILL_S, feed, prepared, the_file

from clip_host import Bench, Host, on_bench
from clip_with_runs import write_runs
from hipdrop.runs.reading import read_run
from hipwire import commands, decoding, ids, monitoring

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

FOES = (
    ids.RESEND, ids.SET_MOUNT, ids.BUZZ, ids.SET_SETTINGS, ids.SET_CALIBRATION, ids.SET_CLOCK, ids.GET_RUNS,
    ids.FETCH_RUN, ids.ERASE_RUN, ids.SET_MONITOR, ids.RUN, ids.PAIR,
)  # fmt: skip
SETTINGS = (b"{", b"[]", b'{"log_enabled": 5}', b'{"auto_start_s": -1}', b'{"sleep_after_s": 1e400}', b'{"x":' * 30)
EDGES = (0, 1, 2, 1024, 65535, 946_684_799, 946_684_800, 2**31 - 1, 2**31, 2**32 - 1)


def payload(draw: random.Random, code: int, monitor: bytes) -> bytes:
    """Random bytes, or nearly what the command wants; none that ends the run in good order."""
    if code == ids.RUN:
        return bytes([draw.choice((0, 3, 4, 255))]) + draw.randbytes(draw.randrange(3))
    if code == ids.SET_SETTINGS:
        return draw.choice(SETTINGS)
    junk = draw.randbytes(draw.choice((0, 1, 5, 6, 10, 12, 40, 94, 156, 235)))
    if code == ids.SET_MOUNT:
        return junk[:11]
    if draw.random() < 0.4:
        return junk
    if code == ids.SET_CLOCK:
        return struct.pack("<IH", draw.choice(EDGES), draw.choice((0, 999, 1000, 65535)))
    if code == ids.SET_MONITOR:
        record = bytearray(monitor)
        for _ in range(draw.randrange(1, 5)):
            record[draw.randrange(monitoring.SIZE - 4)] = draw.choice((0, 1, 127, 128, 255))
        return bytes(record[:-4]) + struct.pack("<I", zlib.crc32(record[:-4]) or 1)
    return struct.pack("<HII", draw.choice(EDGES[:5]), draw.choice(EDGES), draw.choice(EDGES))


async def attack(host: Host, seed: int, monitor: bytes, count: int) -> list[tuple[int, int]]:
    """Send so many; give code and result of each. Now and then a flood whose answers nobody waits for."""
    draw = random.Random(seed)
    found = []
    for turn in range(count):
        code = draw.choice(FOES)
        found.append((code, await host.result(code, payload(draw, code, monitor))))
        if turn % 30 == 29:
            for _ in range(25):
                code = draw.choice((ids.GET_RUNS, ids.FETCH_RUN, ids.SET_MONITOR))
                await host.send(commands.pack_command(code, 1, payload(draw, code, monitor)))
            await asyncio.sleep(1.0)
            host.forget_answers()
    return found


def check_whole(data: bytes, number: int, least_s: float) -> None:
    """Nothing of the run is missing: neither a record, nor a sample between two."""
    run = read_run(data, "run", number)
    assert (run.complaints, run.ended) == ((), True)
    tilt = [item.message for item in run.items if item.message[0] & 0x0F == ids.TILT]
    spans = [(decoding.header(frame)[3], (len(frame) - 12) // 10) for frame in tilt]
    assert all(index + 2 * count == following for (index, count), (following, _) in pairwise(spans))
    assert sum(count for _, count in spans) > 104 * least_s


@pytest.mark.parametrize("seed", [1, 2])
def test_any_commands_in_mid_run_cost_neither_run_nor_stream_a_sample(tmp_path: Path, seed: int) -> None:
    flash = prepared(tmp_path)
    monitor = (flash / "monitor.bin").read_bytes()

    async def test(bench: Bench) -> None:
        await asyncio.sleep(STILL_S + 16)
        async with bench.host() as host:
            assert await host.result(ids.START, bytes([ids.RAW, 0])) == ids.OK
            found = await attack(host, seed, monitor, 180)
            refused = {result for _, result in found}
            assert {ids.OK, ids.MALFORMED, ids.BUSY, ids.GONE, ids.BAD_SETTING, ids.NOT_PAIRED} <= refused
            status = await host.status()
            assert (status["log_state"], status["alone"] & ids.ALONE_DETECTING) == (ids.RECORDING, 1)
            assert (status["samples_lost"], status["log_lost"], status["faults"], status["runs"]) == (0, 0, 0, 1)
            live = [header for header in host.raw() if not header[1] & ids.RESENT]
            assert len(live) > 100
            for (_, _, sequence, index, _), (_, _, following, at, _) in pairwise(live):
                assert (following - sequence, at - index) == (1, 19)
            assert await host.result(ids.RUN, bytes([ids.RUN_END])) == ids.OK
            assert await host.result(ids.STOP) == ids.OK
            await asyncio.sleep(2.0)
            check_whole(await the_file(host, 1), 1, 10.0)

    on_bench(test, flash_folder=flash, feed=feed())


def test_with_damaged_files_on_its_flash_it_says_so_and_records(tmp_path: Path) -> None:
    junk = random.Random(3).randbytes(2500)
    write_runs(tmp_path, {3: junk, 4: b"", 9: junk[:1024]}, last=b"99999")
    flash = prepared(tmp_path)
    for name in ("monitor.bin", "bonds.bin", "calibration.bin"):
        (flash / name).write_bytes(junk[:156])

    async def test(bench: Bench) -> None:
        await asyncio.sleep(STILL_S + 20)
        async with bench.host() as host:
            status = await host.status()
            assert status["faults"] == ids.FAULT_SETTINGS
            assert (status["log_state"], status["run"], status["runs"]) == (ids.RECORDING, 10, 4)
            await asyncio.sleep(1.0)
            told = [text for code, _, _, text in host.log() if code in (ids.LOG_SETTINGS, ids.LOG_PAIRED)]
            assert [text.split()[0] for text in told] == ["calibration:", "monitor:", "the"]
            result, listed = await host.ask(ids.GET_RUNS, b"\0\0")
            assert (result, listed[0]) == (ids.OK, 4)
            assert await host.result(ids.RUN, bytes([ids.RUN_END])) == ids.OK
            await asyncio.sleep(2.0)
            check_whole(await the_file(host, 10), 10, 6.0)

    on_bench(test, flash_folder=flash, feed=feed())


def test_with_damaged_settings_it_keeps_to_those_it_was_delivered_with(tmp_path: Path) -> None:
    """Nobody may command it but by the cable or a bond, and it waits for its mount."""
    (tmp_path / "settings.json").write_bytes(random.Random(4).randbytes(300))

    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            status = await host.status()
            assert (status["faults"], status["access"]) == (ids.FAULT_SETTINGS, ids.ACCESS_CONTROL)
            assert (status["log_state"], status["log_reason"]) == (ids.NOT_RECORDING, ids.WHY_NO_MOUNT)
            assert await host.result(ids.RUN, bytes([ids.RUN_BEGIN])) == ids.NOT_PAIRED

    on_bench(test, flash_folder=tmp_path)
