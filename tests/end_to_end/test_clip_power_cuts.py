"""The whole virtual clip, which runs by itself and is killed again and again in the middle of what it writes."""

from __future__ import annotations

import asyncio
import json
import random
import struct
from pathlib import Path

import pytest

from hipdrop.data import sample_file
from hipdrop.runs.reading import RunFile, read_run
from hipdrop.virtual.clip import VirtualClip
from hipdrop.virtual.faults import parse_fault
from hipdrop.virtual.imu import Feed, Lsm6dsoxModel
from hipdrop.virtual.loop import run_virtual
from hipwire import decoding, ids
from power_cuts import MOST_LOST_S, RAW_HZ, messages_of, runs_on

pytestmark = pytest.mark.usefixtures("micropython_command")

SETTINGS = {"access": 0, "mount_id": 9, "mount_w": 32767, "auto_start_s": 3, "log_raw": True}
BEGUN_S = 12.0  # from the boot to the first flush of a run with samples, running all the time
SENSOR_STARTS_S = 1.0  # after the boot, at the latest
STANDING_S = 20.0  # at the beginning of the recording


def cut_off(flash: Path, seed: int, cuts: int, longest_s: float) -> list[float]:
    """Have the power cut at random; give how long each life was, in seconds."""
    lives: list[float] = []
    choice = random.Random(seed)

    async def whole() -> None:
        with sample_file() as path:
            feed = Feed.from_file(path, repeat=True)
        clip = VirtualClip(Lsm6dsoxModel(feed), flash_folder=flash, faults=[parse_fault("slow-erase:0.4")])
        async with clip:
            for k in range(cuts):
                lives.append(choice.uniform(BEGUN_S, longest_s) + (0.0 if k else STANDING_S))
                await asyncio.sleep(lives[-1])
                clip.cut_power(0.5)
                await asyncio.sleep(0.5)

    flash.mkdir()
    (flash / "settings.json").write_text(json.dumps(SETTINGS))
    run_virtual(whole())
    return lives


@pytest.mark.parametrize(("cuts", "longest_s"), [(2, 20.0), pytest.param(20, 60.0, marks=pytest.mark.validation)])
def test_what_is_killed_loses_little(micropython_command: str, tmp_path: Path, cuts: int, longest_s: float) -> None:
    lives = cut_off(tmp_path / "flash", 8, cuts, longest_s)
    found = runs_on(tmp_path / "flash/runs.img", micropython_command, tmp_path)
    assert list(found) == list(range(1, cuts + 1))
    boots = set()
    for (number, data), life_s in zip(found.items(), lives, strict=True):
        run = read_run(data, f"{number}.run")
        assert (run.number, run.damaged, run.lost, run.torn_bytes, run.ended) == (number, 0, 0, 0, False)
        boots |= {decoding.info(message)["boot_id"] for message in messages_of(run, ids.INFO)}
        for kind in (ids.TILT, ids.RAW):
            assert life_s - end_of(run, kind) / RAW_HZ < MOST_LOST_S + SENSOR_STARTS_S
    assert len(boots) == cuts


def end_of(run: RunFile, kind: int) -> int:
    """Give the sample behind the last one of this kind; all must follow each other."""
    end = None
    for number, message in enumerate(messages_of(run, kind)):
        sequence, index = struct.unpack_from("<HI", message, 2)
        samples = (len(message) - 12) // 10 * 2 if kind == ids.TILT else (len(message) - 12) // 12
        assert sequence == number
        assert end in (None, index)
        end = index + samples
    assert end is not None
    return end
