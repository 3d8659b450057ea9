"""The calibration in the whole firmware: kept over resets and damage, and what it does for the clip's own tilt."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import numpy as np
import pytest

from clip_host import Bench, on_bench
from hipdrop.data import sample_file
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.sensorerrors import NO_ERRORS, SensorErrors
from hipdrop.virtual.imu import Feed
from hipwire import calibration, decoding, frames, ids

pytestmark = pytest.mark.usefixtures("micropython_command")

# Two to three times what a chip of the LSM6DSOX class has (SensorErrors.random), along all axes. The biases are whole
# counts of 0.07 deg/s: the sample run is in whole counts, and all of them would be rounded the same way.
BAD_CHIP = SensorErrors(
    acc_offset_mg=(50.0, -40.0, 45.0), acc_scale_percent=(1.2, -1.5, 0.9), acc_cross_percent=(0.8, -0.6, 0.7),
    gyr_bias_dps=(2.1, -2.45, 1.4),
)  # fmt: skip
NONE = bytes(calibration.SIZE)
LEVEL = struct.pack("<Ihhhh", 5, frames.QUATERNION_ONE, 0, 0, 0)
FROM_S, RUN_S, SETTLE_S = 30.0, 25.0, 10.0
INDICES_PER_S = 208


def record_of(chip: SensorErrors) -> bytes:
    """The calibration that undoes these errors, exactly."""
    matrix, offset = np.linalg.inv(chip.acc_matrix), np.array(chip.acc_offset_mg) * 1000
    micros = [*(1e6 * matrix).ravel(), *offset, *(1e6 * np.array(chip.gyr_bias_dps))]
    names = (*calibration.ACC_MATRIX, *calibration.ACC_OFFSET, *calibration.GYR_BIAS)
    values = {name: round(float(value)) for name, value in zip(names, micros, strict=True)}
    return calibration.pack(values | {"acc_range_g": 16, "gyr_range_dps": 2000, "parts": 3})


def felt(chip: SensorErrors) -> Feed:
    """Running, without a rest in which the clip could find its bias, as a chip with these errors feels it."""
    with sample_file() as path:
        feed = Feed.from_file(path)
    rows = slice(*(round(feed.rate_hz * at_s) for at_s in (FROM_S, FROM_S + RUN_S + 15.0)))
    acc, gyr = chip.apply(feed.acc_g[rows] * STANDARD_GRAVITY_MS2, np.radians(feed.gyr_dps[rows]))
    return Feed(feed.rate_hz, acc / STANDARD_GRAVITY_MS2, np.degrees(gyr))


def test_it_is_told_after_a_reset_and_forgotten_on_request() -> None:
    async def test(bench: Bench) -> None:
        record = record_of(BAD_CHIP)
        for sent in (record, NONE):
            async with bench.host() as host:
                assert await host.ask(ids.SET_CALIBRATION, sent) == (ids.OK, b"")
            bench.clip.reset()
            async with bench.host() as host:
                assert await host.ask(ids.GET_CALIBRATION) == (ids.OK, sent)
                assert (await host.status())["faults"] == 0
        assert bench.clip.lives == 3

    on_bench(test)


def test_a_damaged_one_is_told_not_used_and_kept_aside(tmp_path: Path) -> None:
    damaged = bytearray(record_of(BAD_CHIP))
    damaged[0] ^= 1

    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            assert (await host.status())["faults"] == ids.FAULT_SETTINGS
            assert await host.ask(ids.GET_CALIBRATION) == (ids.OK, NONE)
            await asyncio.sleep(1.0)
            (told,) = [entry[3] for entry in host.log() if entry[0] == ids.LOG_SETTINGS]
            assert told.startswith("calibration: its id")
            assert (await host.ask(ids.SET_CALIBRATION, record_of(BAD_CHIP)))[0] == ids.OK
            assert (await host.status())["faults"] == 0
        assert (tmp_path / "calibration.bin.bad").read_bytes() == damaged

    (tmp_path / "calibration.bin").write_bytes(damaged)
    on_bench(test, flash_folder=tmp_path)


def test_raw_samples_stay_what_the_sensor_gave() -> None:
    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            taken = []
            for record in (NONE, record_of(BAD_CHIP)):
                await host.ask(ids.SET_CALIBRATION, record)
                await host.ask(ids.START, bytes([ids.RAW, 0]))
                await asyncio.sleep(12.0)  # the feed repeats itself after 10 s
                await host.ask(ids.STOP)
                raw = [frame for frame in host.frames if frame[0] & 15 == ids.RAW]
                taken.append({sample for frame in raw for sample in decoding.samples(frame)})
                host.frames.clear()
        assert taken[0] == taken[1]

    on_bench(test)


def tilts(chip: SensorErrors, record: bytes) -> dict[int, tuple[float, ...]]:
    """Obliquity and tilt in deg, vertical force in g, roll and yaw in deg/s, by the index of the raw sample."""
    found: dict[int, tuple[float, ...]] = {}

    async def test(bench: Bench) -> None:
        async with bench.host() as host:
            for code, payload in ((ids.SET_MOUNT, LEVEL), (ids.SET_CALIBRATION, record), (ids.START, b"\x02\x00")):
                result, answer = await host.ask(code, payload)
                assert result == ids.OK, (code, answer)
            await asyncio.sleep(RUN_S)
            for frame in host.frames:
                if frame[0] & 15 == ids.TILT:
                    first = decoding.header(frame)[3]
                    for k, sample in enumerate(decoding.samples(frame)):
                        units = (0.01, 0.01, 0.001, 0.1, 0.1)
                        found[first + 2 * k] = tuple(v * unit for v, unit in zip(sample, units, strict=True))

    on_bench(test, feed=felt(chip))
    return found


def difference(one: dict[int, tuple[float, ...]], other: dict[int, tuple[float, ...]]) -> Array:
    """(N, 5) of the samples that both have, once the filter has levelled itself."""
    first = max(min(one), min(other)) + round(SETTLE_S * INDICES_PER_S)
    both = [index for index in one if index in other and index >= first]
    assert len(both) > 0.9 * (RUN_S - SETTLE_S) * INDICES_PER_S / 2
    return np.array([one[index] for index in both]) - np.array([other[index] for index in both])


def test_with_it_the_tilt_of_a_bad_chip_is_that_of_a_good_one() -> None:
    good = tilts(NO_ERRORS, NONE)
    corrected, uncorrected = (difference(tilts(BAD_CHIP, record), good) for record in (record_of(BAD_CHIP), NONE))
    worst, without = np.abs(corrected).max(axis=0), np.abs(uncorrected).max(axis=0)
    print(f"\nworst of obliquity, tilt, vertical, roll, yaw: calibrated {worst}, not {without}")
    assert worst[:2].max() < 0.1  # deg
    assert worst[2] < 0.005  # g: rounding of the sensor's own counts and of the frame's
    assert worst[3:].max() < 0.3  # deg/s
    assert without[0] > 1.0
    assert without[1] > 1.0
    assert without[2] > 0.02
    assert without[3] > 1.0


def test_the_unit_calibration_changes_no_bit() -> None:
    unit = record_of(NO_ERRORS)
    assert calibration.unpack(unit)["parts"] == 3
    assert tilts(NO_ERRORS, unit) == tilts(NO_ERRORS, NONE)
