"""A run with log, detection and monitor beside a host's stream, in the small heap: every command is answered OK."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest
from test_clip_alone import SMALL, STILL_S, feed, prepared

from clip_host import Bench, on_bench
from hipwire import frames, ids, records

pytestmark = pytest.mark.usefixtures("micropython_command")


@pytest.mark.parametrize("stream", [ids.RAW, ids.TILT])
def test_commands_are_carried_out_in_mid_run(tmp_path: Path, stream: int) -> None:
    async def test(bench: Bench) -> None:
        await asyncio.sleep(STILL_S + 16)
        async with bench.host() as host:
            assert await host.result(ids.START, bytes([stream, 0])) == ids.OK
            free = []
            for turn in range(12):
                await asyncio.sleep(1)
                assert await host.result(ids.GET_INFO) == ids.OK
                assert await host.result(ids.BUZZ, b"\x04\x50\x01") == ids.OK
                result, part = await host.ask(ids.GET_SETTINGS, struct.pack("<H", 0))
                assert (result, len(part) > records.size(records.CHUNK)) == (ids.OK, True)
                change = b'{"low_battery_percent": %d}' % (10 + turn % 5)
                assert await host.result(ids.SET_SETTINGS, change) == ids.OK
                assert await host.result(ids.GET_RUNS, struct.pack("<H", 0)) == ids.OK
                status = await host.status()
                free.append(status["heap_free"])
                assert (status["log_state"], status["alone"] & ids.ALONE_DETECTING) == (ids.RECORDING, 1)
                assert (status["samples_lost"], status["log_lost"], status["faults"]) == (0, 0, 0)
            sent = {ids.RAW: 208 / frames.RAW_MAX_SAMPLES, ids.TILT: 104 / frames.TILT_MAX_SAMPLES}[stream]
            assert sum(frame[0] & 15 == stream for frame in host.frames) > 11 * sent
        print(f"\nheap free {min(free)} to {max(free)} B")

    on_bench(test, flash_folder=prepared(tmp_path), feed=feed(), **SMALL)
