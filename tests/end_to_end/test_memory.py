"""All commands, both streams and many connections in the heap of 256 kB: no answer but OK, and no less memory."""

from __future__ import annotations

import random
import struct
from contextlib import suppress

import numpy as np
import pytest
from bleak.exc import BleakError
from faulty_hosts import Central, Talk

from hipdrop.virtual.clip import VirtualClip
from hipdrop.virtual.imu import Feed, Lsm6dsoxModel
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.radio import VirtualRadio
from hipwire import decoding, frames, ids, records

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

RAW_ROUNDS = 2  # then a mount is stored, and every other stream is tilt
SPREAD_BYTES = 2048


class Rounds:
    """What a host does in each of its connections, and the free heap that the clip told, by round."""

    def __init__(self) -> None:
        self.heaps: list[list[int]] = []

    async def act(self, talk: Talk) -> None:
        number = len(self.heaps)
        self.heaps.append([])
        if number == RAW_ROUNDS:
            await self._ok(talk, ids.SET_MOUNT, struct.pack("<Ihhhh", 9, frames.QUATERNION_ONE, 0, 0, 0))
        await self._ok(talk, ids.START, bytes([ids.TILT if number >= RAW_ROUNDS and number % 2 == 0 else ids.RAW, 0]))
        for turn in range(15):
            await self._ok(talk, ids.GET_INFO)
            await self._ok(talk, ids.BUZZ, b"\x03\x50\x02")
            total, at = 1, 0
            while at < total:
                part = await self._ok(talk, ids.GET_SETTINGS, struct.pack("<H", at))
                total, at = struct.unpack_from("<H", part)[0], at + len(part) - records.size(records.CHUNK)
            await self._ok(talk, ids.SET_SETTINGS, b'{"low_battery_percent": %d}' % (10 + turn % 5))
            status = decoding.status(await self._ok(talk, ids.GET_STATUS))
            self.heaps[-1].append(status["heap_free"])
            assert status["samples_lost"] == 0
        await self._ok(talk, ids.STOP)

    async def _ok(self, talk: Talk, code: int, payload: bytes = b"") -> bytes:
        result, answer = await talk.ask(code, payload)
        assert result == ids.OK, (code, result, answer)
        return answer


def rounds(count: int) -> Rounds:
    """Run so many connections and collections of garbage that take 0.3 s."""

    async def run() -> Rounds:
        radio, done = VirtualRadio(), Rounds()
        await radio.start()
        rng = np.random.default_rng(1)
        acc = np.array([0.0, 1.0, 0.0]) + 0.3 * rng.standard_normal((2080, 3))
        feed = Feed(208.0, acc, 20.0 * rng.standard_normal((2080, 3)), True)
        async with VirtualClip(Lsm6dsoxModel(feed), radio) as clip:
            clip.pause_collections()
            host = Central(radio.backends(), random.Random(1))
            while len(done.heaps) < count:
                with suppress(BleakError, TimeoutError):
                    await host.connected(done.act)
                assert clip.lives == 1
        await radio.stop()
        return done

    return run_virtual(run())


@pytest.mark.parametrize("count", [8, pytest.param(400, marks=pytest.mark.validation)])
def test_the_heap_lasts(count: int) -> None:
    heaps = rounds(count).heaps
    assert len(heaps) == count
    raw_only, with_tilt = heaps[:RAW_ROUNDS], heaps[RAW_ROUNDS:]
    assert max(map(max, raw_only)) > 24_000  # a clip without a mount has the room of the tilt filter
    assert max(with_tilt[-1] + with_tilt[-2]) > max(with_tilt[0] + with_tilt[1]) - SPREAD_BYTES
