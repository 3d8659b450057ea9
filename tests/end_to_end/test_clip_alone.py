"""The clip without a computer: begins by itself, learns, buzzes, stops, sleeps, wakes; a host comes and goes."""

from __future__ import annotations

import asyncio
import json
import struct
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from clip_host import MOTOR, Bench, Host, on_bench
from hipdrop.demo import demo_settings
from hipdrop.links.monitoring import to_record
from hipdrop.runs.reading import read_run
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from hipdrop.simulate.specs import Sag
from hipdrop.virtual.imu import Feed
from hipwire import decoding, ids

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

RATE_HZ = 208.0
SMALL = {"heap_kb": 256, "environment": {"HIPCLIP_RING_S": "11"}}  # the least that a run beside a stream fits in
STILL_S, AFTER_S = 15.0, 60.0
SAG_S, BACK_S, RUN_S = 45.0, 75.0, 120.0
RUNNING_S = RUN_S - 3.0  # it begins with standing
LONG_MS, SHORT_MS = 500, 160


@cache
def runner() -> SimulatedRun:
    """Two minutes; the left leg sags after 45 s, for half a minute."""
    sags = (Sag.parse(f"left:4@{SAG_S / 60}+0.05"), Sag.parse(f"left:-4@{BACK_S / 60}+0.05"))
    config = RunnerConfig(
        runner="rbds001_3.5ms", speed_ms=3.0, minutes=RUN_S / 60, stand_s=3.0, sags=sags, seed=3, rate_hz=RATE_HZ
    )
    return simulate(config)


def feed() -> Feed:
    """Stillness, the run, a minute of stillness, a bit of the run again."""
    blocks = runner().blocks
    acc = np.concatenate([block.acc_ms2 for block in blocks]) / STANDARD_GRAVITY_MS2
    gyr = np.degrees(np.concatenate([block.gyr_rads for block in blocks]))
    still = acc[:200].mean(axis=0)
    before, after = (np.tile(still, (round(time_s * RATE_HZ), 1)) for time_s in (STILL_S, AFTER_S))
    again = slice(round(20 * RATE_HZ), round(60 * RATE_HZ))
    return Feed(
        RATE_HZ,
        np.concatenate([before, acc, after, acc[again], after]),
        np.concatenate([0.0 * before, gyr, 0.0 * after, gyr[again], 0.0 * after]),
    )


def prepared(flash: Path, **changes: object) -> Path:
    """A clip that knows how it sits, with a monitor in a hurry."""
    x, y, z, w = Rotation.from_matrix(runner().pelvis_from_sensor).as_quat()
    mount = {f"mount_{name}": round(32767 * value) for name, value in zip("wxyz", (w, x, y, z), strict=True)}
    settings = {"access": 0, "mount_id": 9, **mount, "auto_stop_s": 10, "sleep_after_s": 20, **changes}
    (flash / "settings.json").write_text(json.dumps(settings))
    (flash / "monitor.bin").write_bytes(to_record(demo_settings(Settings())))
    return flash


async def the_file(host: Host, run: int) -> bytes:
    """Fetch a run; the parts come as quickly as the link takes them."""
    host.frames.clear()
    result, answer = await host.ask(ids.FETCH_RUN, struct.pack("<HII", run, 0, 0xFFFFFFFF))
    assert result == ids.OK
    size = struct.unpack_from("<HI", answer)[1]
    data = bytearray()
    while len(data) < size:
        await asyncio.sleep(0.1)
        data += b"".join(decoding.part(frame)[3] for frame in host.frames if frame[0] & 15 == ids.PART)
        host.frames[:] = [frame for frame in host.frames if frame[0] & 15 != ids.PART]
    return bytes(data)


def pulses_of(bench: Bench) -> list[tuple[float, int]]:
    """When the motor ran, ms, and whether it was a long or a short pulse; writing flash lengthens one by 50 ms."""
    found: list[tuple[float, int]] = []
    began_us = None
    for pulse in bench.clip.peripherals.pulses:
        if pulse.pin == MOTOR and pulse.duty and began_us is None:
            began_us = pulse.clock_us
        elif pulse.pin == MOTOR and not pulse.duty and began_us is not None:
            long = pulse.clock_us - began_us > 500 * (LONG_MS + SHORT_MS)
            found.append((began_us / 1000, LONG_MS if long else SHORT_MS))
            began_us = None
    return found


def test_a_run_without_a_computer(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        await asyncio.sleep(STILL_S + RUN_S + 25)  # the run has ended, and it waits for sleep
        assert bench.clip.running
        assert (bench.clip.lives, bench.clip.error) == (1, None)
        origin_us = bench.sensor.origin_us
        assert origin_us is not None
        await asyncio.sleep(20)
        assert not bench.clip.running  # asleep
        pulses = pulses_of(bench)
        wake_us = origin_us + round((STILL_S + RUN_S + AFTER_S) * 1e6)
        await asyncio.sleep(30)
        assert bench.clip.lives == 2  # woken by motion
        assert 10 < (bench.clip.clock_us - wake_us) * 1e-6 < 20
        async with bench.host() as host:
            status = await host.status()
            assert (status["log_state"], status["run"], status["runs"]) == (ids.RECORDING, 2, 2)
            await bench.press(100)  # marks
            await host.ask(ids.RUN, bytes([ids.RUN_END]))
            await asyncio.sleep(2)
            status = await host.status()
            assert (status["log_state"], status["log_reason"]) == (ids.NOT_RECORDING, ids.WHY_BUTTON)
            file = read_run(await the_file(host, 1), "1.run")
        check_run(file.items, pulses, origin_us)
        assert (file.ended, file.damaged, file.lost) == (True, 0, 0)

    on_bench(test, flash_folder=prepared(tmp_path), feed=feed())


def check_run(items: object, pulses: list[tuple[float, int]], origin_us: int) -> None:
    """What the clip has found and done, against what was simulated."""
    assert isinstance(items, tuple | list)
    events = [decoding.event(item.message) for item in items if item.message[0] & 15 == ids.EVENT]
    by_code = {code: [event for event in events if event["code"] == code] for code in range(1, 11)}
    at_ms = {code: [(origin_us + event["index"] / RATE_HZ * 1e6) / 1000 for event in by_code[code]] for code in by_code}
    begin_ms = (origin_us * 1e-6 + STILL_S + 3) * 1000
    assert [event["detail"] for event in by_code[ids.EVENT_RUN]] == [ids.RUN_BEGUN, ids.RUN_ENDED]
    assert 9_000 < at_ms[ids.EVENT_RUN][0] - begin_ms < 16_000
    assert 10_000 < at_ms[ids.EVENT_RUN][1] - begin_ms - RUNNING_S * 1000 < 13_000
    assert len(by_code[ids.EVENT_BASELINE]) >= 1
    assert [event["side"] for event in by_code[ids.EVENT_RAISED]] == [ids.SIDE_LEFT]
    assert len(by_code[ids.EVENT_CLEARED]) == 1
    assert len(by_code[ids.EVENT_STEP]) > 0.9 * (RUNNING_S - 14) * 2.7
    begun, alert, recovered = pulses[:3], pulses[3:-4], pulses[-4:-2]
    assert [for_ms for _, for_ms in begun] == [SHORT_MS] * 3
    assert [for_ms for _, for_ms in alert] == [LONG_MS] * len(alert)
    assert 0 < alert[0][0] - at_ms[ids.EVENT_RAISED][0] < 3000
    assert SAG_S * 1000 < alert[0][0] - begin_ms < SAG_S * 1000 + 20_000
    assert [for_ms for _, for_ms in recovered] == [SHORT_MS, LONG_MS]
    assert 0 < recovered[0][0] - at_ms[ids.EVENT_CLEARED][0] < 3000
    assert [for_ms for _, for_ms in pulses[-2:]] == [LONG_MS, SHORT_MS]  # the run has ended


def test_a_host_takes_over_and_gives_back(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        async def status(host: Host) -> tuple[int, int, int]:
            told = await host.status()
            return told["stream"], told["log_state"], told["alone"] & ~ids.ALONE_LEARNING

        await asyncio.sleep(STILL_S + 20)
        async with bench.host() as host:
            assert await status(host) == (0, ids.RECORDING, ids.ALONE_DETECTING | ids.ALONE_ALERTING)
            assert await host.result(ids.START, b"\x02\x00") == ids.OK
            await asyncio.sleep(1)
            assert await status(host) == (ids.TILT, ids.RECORDING, ids.ALONE_DETECTING)
            assert await host.result(ids.SET_MOUNT, struct.pack("<Ihhhh", 0, 0, 0, 0, 0)) == ids.BUSY
            await asyncio.sleep(30)  # the sag has begun: the alert is the host's
            assert [for_ms for _, for_ms in pulses_of(bench)][3:] == []
            assert sum(frame[0] & 15 == ids.TILT for frame in host.frames) > 300
        await asyncio.sleep(3)
        async with bench.host() as host:
            assert await status(host) == (ids.TILT, ids.RECORDING, ids.ALONE_DETECTING)  # it may come back
            await asyncio.sleep(4)
            assert await status(host) == (ids.TILT, ids.RECORDING, ids.ALONE_DETECTING | ids.ALONE_ALERTING)
            assert await host.result(ids.STOP) == ids.OK
            assert await host.result(ids.RUN, bytes([ids.RUN_END])) == ids.OK
            await asyncio.sleep(2)
            file = read_run(await the_file(host, 1), "1.run")
        events = [decoding.event(item.message) for item in file.items if item.message[0] & 15 == ids.EVENT]
        assert ids.EVENT_BASELINE in [event["code"] for event in events]
        withheld = [event for event in events if event["code"] == ids.EVENT_WITHHELD]
        assert [event["detail"] for event in withheld] == [ids.WITHHELD_HOSTED] * len(withheld)
        assert len(withheld) <= 1

    on_bench(test, flash_folder=prepared(tmp_path), feed=feed())


def test_it_says_why_it_does_not_record(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            for changes, why in (
                ({"log_enabled": False}, ids.WHY_SWITCHED_OFF),
                ({"log_enabled": True}, ids.WHY_NO_MOUNT),
            ):
                assert await host.result(ids.SET_SETTINGS, json.dumps(changes).encode()) == ids.OK
                status = await host.status()
                assert (status["log_state"], status["log_reason"], status["alone"]) == (ids.NOT_RECORDING, why, 0)
            assert await host.result(ids.RUN, bytes([ids.RUN_BEGIN])) == ids.NO_MOUNT
        await asyncio.sleep(4)
        bench.clip.peripherals.pulses.clear()
        await bench.press(100, 150, 100)
        await asyncio.sleep(4)
        assert [for_ms for _, for_ms in pulses_of(bench)] == [LONG_MS] * 3

    on_bench(test)


def test_events_reach_a_cable_and_those_who_subscribe(tmp_path: Path) -> None:
    async def test(bench: Bench) -> None:
        await asyncio.sleep(STILL_S + 20)
        async with bench.host() as host:
            heard: list[bytes] = []
            await host._client.start_notify(ids.EVENTS_UUID, lambda _, data: heard.append(bytes(data)))
            await asyncio.sleep(5)
            events = [decoding.event(message) for message in heard]
            assert len([event for event in events if event["code"] == ids.EVENT_STEP]) > 8
            numbers = [event["sequence"] for event in events]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    on_bench(test, flash_folder=prepared(tmp_path), feed=feed())
