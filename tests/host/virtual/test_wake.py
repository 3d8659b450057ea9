"""A sleeping clip is woken by motion, and by as much of it as was set: the firmware's own registers on all sensors."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from hipdrop.virtual.clip import VirtualClip
from hipdrop.virtual.imu import MODELS, Feed
from hipdrop.virtual.loop import run_virtual

pytestmark = pytest.mark.usefixtures("micropython_command")

MOVED_S = 5.0
SLEEPS = """
import machine, time
from hipclip import boards
from hipclip.drivers import wake

board = boards.load()
imu = board.IMU(board.i2c())
if machine.reset_cause() != machine.DEEPSLEEP_RESET:
    imu.start()
    time.sleep(1)
    wake.arm(imu, 250)
    machine.deepsleep()
"""
LOOKS = SLEEPS.replace("    machine.deepsleep()\n", "    while not wake.moved(imu):\n        machine.lightsleep(200)\n")
LOOKS += "    machine.reset()\n"


def feed(change_g: float, repeat: bool = False) -> Feed:
    """Stillness for 5 s, then the clip is turned within one sample of the watching sensor; 20 s in all."""
    acc = np.tile([0.0, 1.0, 0.0], (20 * 208, 1))
    acc[round(MOVED_S * 208) :, 0] += change_g
    return Feed(208.0, acc, 0.0 * acc, repeat)


def lives_at(chip: str, script: str, tmp_path: Path, *at_s: float, change_g: float = 0.4) -> list[int]:
    """How often the clip has begun by then."""
    main = tmp_path / "main.py"
    main.write_text(script)
    found = []

    async def run() -> None:
        async with VirtualClip(MODELS[chip](feed(change_g)), main=main) as clip:
            for time_s in at_s:
                await asyncio.sleep(time_s - clip.clock_us * 1e-6)
                found.append(clip.lives)

    run_virtual(run())
    return found


@pytest.mark.parametrize("script", [SLEEPS, LOOKS])
@pytest.mark.parametrize("chip", sorted(MODELS))
def test_motion_wakes_it_at_once(chip: str, script: str, tmp_path: Path) -> None:
    assert lives_at(chip, script, tmp_path, MOVED_S, MOVED_S + 0.6) == [1, 2]


@pytest.mark.parametrize("script", [SLEEPS, LOOKS])
@pytest.mark.parametrize("chip", sorted(MODELS))
def test_less_motion_does_not(chip: str, script: str, tmp_path: Path) -> None:
    assert lives_at(chip, script, tmp_path, MOVED_S, 300.0, change_g=0.15) == [1, 1]


@pytest.mark.parametrize("chip", sorted(MODELS))
def test_a_sensor_that_streams_wakes_nobody(chip: str) -> None:
    assert MODELS[chip](feed(1.0)).wakes_us(0) is None


def test_a_feed_that_repeats_wakes_it_again() -> None:
    model = MODELS["lsm6dsox"](feed(0.4, repeat=True))
    for register, value in ((0x10, 0x20), (0x5B, 4), (0x58, 0x80), (0x5E, 0x20)):
        model.write(register, bytes([value]), 0)
    first_us = model.wakes_us(0)
    assert first_us == pytest.approx(MOVED_S * 1e6, abs=1e6 / 26)
    again_us = model.wakes_us(first_us + 100_000)
    assert again_us is not None
    assert again_us - first_us < 20.1e6
