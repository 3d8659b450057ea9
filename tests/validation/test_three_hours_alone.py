"""The clip alone for three hours in its small heap, with pauses of garbage collection and erases of flash."""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "end_to_end"))
from test_clip_alone import RATE_HZ, SMALL, prepared, runner, the_file

from clip_host import Bench, on_bench
from hipdrop.runs.reading import read_run
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.virtual.faults import parse_fault
from hipdrop.virtual.imu import Feed
from hipwire import decoding, ids

pytestmark = pytest.mark.usefixtures("micropython_command")
FAULTS = ("gc-pauses:5@5", "slow-erase:0.4", "flash-erases:10@7")  # 300 ms each 5 s, 400 ms each erase and each 10 s


def running() -> Feed:
    """The runner without end."""
    blocks = runner().blocks
    begin = round(8 * RATE_HZ)
    acc = np.concatenate([block.acc_ms2 for block in blocks])[begin:] / STANDARD_GRAVITY_MS2
    gyr = np.degrees(np.concatenate([block.gyr_rads for block in blocks]))[begin:]
    return Feed(RATE_HZ, acc, gyr, repeat=True)


@pytest.mark.parametrize("minutes", [2, pytest.param(180, marks=pytest.mark.validation)])
def test_nothing_is_lost(tmp_path: Path, minutes: int) -> None:
    async def test(bench: Bench) -> None:
        bench.clip.pause_collections()
        await asyncio.sleep(60 * minutes)
        async with bench.host() as host:
            status = await host.status()
            assert status["log_state"] == ids.RECORDING or status["log_reason"] == ids.WHY_FULL
            assert status["alone"] & ids.ALONE_DETECTING
            assert (status["samples_lost"], status["fifo_overruns"], status["bus_errors"]) == (0, 0, 0)
            assert (status["log_lost"], status["faults"], bench.clip.lives) == (0, 0, 1)
            await host.result(ids.RUN, bytes([ids.RUN_END]))
            await asyncio.sleep(3)
            file = read_run(await the_file(host, status["run"]), "run")
            texts = [entry[3] for entry in host.log()]
        assert not [text for text in texts if "memory" in text]
        frames = [decoding.header(item.message) for item in file.items if item.message[0] & 15 == ids.TILT]
        samples = [(len(item.message) - 12) // 10 for item in file.items if item.message[0] & 15 == ids.TILT]
        indexes = [frame[3] for frame in frames]
        assert all(b - a == 2 * n for (a, b), n in zip(itertools.pairwise(indexes), samples, strict=False))
        steps = [item for item in file.items if item.message[:2] == bytes([0x18, ids.EVENT_STEP])]
        print(
            f"\n{minutes} min: {file.records} records, {sum(samples)} tilt samples, {len(steps)} steps, heap free "
            f"{status['heap_free']} B, log reason {status['log_reason']}"
        )
        assert (file.damaged, file.lost) == (0, 0)
        assert len(steps) / (sum(samples) / 104) == pytest.approx(2.75, abs=0.2)

    on_bench(
        test, flash_folder=prepared(tmp_path), feed=running(), faults=[parse_fault(text) for text in FAULTS], **SMALL
    )
