"""The whole firmware over the virtual radio, twice: every message the same, and at the same microsecond."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from bleak import BleakClient, BleakScanner

from hipdrop.virtual.clip import VirtualClip
from hipdrop.virtual.faults import Fault, parse_fault
from hipdrop.virtual.imu import Feed, Lsm6dsoxModel
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.radio import VirtualRadio
from hipwire import commands, frames, ids

FAULTS = ["notify-full:1@4", "flash-erases:3@2", "gc-pauses:4@3", "link-lost:2@9", "i2c-errors:0.3@14", "reset@18"]
Heard = list[tuple[float, str, bytes]]


async def listen(clip: VirtualClip, radio: VirtualRadio, until_s: float, heard: Heard) -> None:
    """Connect again and again, and keep all that comes."""
    loop = asyncio.get_running_loop()
    scanner, client_class = radio.backends()
    while loop.time() < until_s:
        device = await BleakScanner.find_device_by_filter(lambda *_: True, timeout=5.0, backend=scanner)
        if device is None:
            continue
        gone = asyncio.Event()
        async with BleakClient(device, backend=client_class, disconnected_callback=lambda _, g=gone: g.set()) as client:
            for uuid in (ids.CONTROL_UUID, ids.DATA_UUID):
                await client.start_notify(uuid, lambda c, data: heard.append((loop.time(), c.uuid, bytes(data))))
            start = commands.pack_command(ids.START, 1, bytes([ids.RAW, frames.RAW_MAX_SAMPLES]))
            await client.write_gatt_char(ids.CONTROL_UUID, start, response=True)
            try:
                await asyncio.wait_for(gone.wait(), until_s - loop.time())
            except TimeoutError:
                return


async def run(faults: list[Fault], until_s: float) -> tuple[Heard, object]:
    """Give all that was heard, and what the clip's pins did."""
    rng = np.random.default_rng(3)
    motion = Feed(208.0, rng.normal(size=(6000, 3)), 50.0 * rng.normal(size=(6000, 3)))
    radio = VirtualRadio()
    await radio.start()
    heard: Heard = []
    async with VirtualClip(Lsm6dsoxModel(motion), radio, faults=faults) as clip:
        await listen(clip, radio, until_s, heard)
        did = clip.lives, list(clip.peripherals.levels), list(clip.peripherals.pulses)
    await radio.stop()
    return heard, did


@pytest.mark.usefixtures("micropython_command")
def test_two_runs_of_the_whole_firmware_are_equal() -> None:
    faults = [parse_fault(text) for text in FAULTS]
    first, second = (run_virtual(run(faults, 24.0)) for _ in range(2))
    assert first == second
    heard, (lives, *_) = first
    assert lives == 2
    kinds = [message[0] & 0x0F for _, _, message in heard]
    assert kinds.count(ids.RAW) > 150
    assert kinds.count(ids.ANSWER) >= 3
