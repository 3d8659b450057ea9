"""The tilt filter and the tilt stream under MicroPython, against the host's VQF and against closed forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from vqf import VQF

from hipdrop.orientation import up_from_quaternion
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.virtual.imu.feed import Feed, counts
from hipwire import decoding

ACC_G, GYR_DPS = 0.488e-3, 0.070
SETTLE_S = 10.0  # both filters level themselves within three time constants of 3 s

FILTER = """
import struct, sys
from hipclip.tilt import TiltFilter
tilt = TiltFilter(int(sys.argv[2]), 488000, 70000000)
row = bytearray(24)
with open(sys.argv[1], "rb") as source, open(sys.argv[3], "wb") as target:
    while source.readinto(row) == 24:
        pair = struct.unpack("<12h", row)
        tilt.push(*[pair[k] + pair[k + 6] for k in range(6)])
        target.write(struct.pack("<3f", tilt.up_x, tilt.up_y, tilt.up_z))
"""

STREAM = """
import struct, sys
from hipclip.ring import FrameRing
from hipclip.tiltframes import Tilt, TiltWriter
from hipwire import frames, ids
class Imu:
    RATE_MHZ, ACC_NG_PER_LSB, GYR_NDPS_PER_LSB = 208000, 488000, 70000000
class Clock:
    rate_mhz, settled = 208000, True
clock = Clock()
tilt = Tilt(Imu, clock, 19)
tilt.set_mount(*[int(word) for word in sys.argv[3:7]])
ring = FrameRing(bytearray(60000))
writer = TiltWriter(ring, tilt, clock)
writer.begin(10)
block = bytearray(12 * 19)
index, gap_at = 0, int(sys.argv[7])
with open(sys.argv[1], "rb") as source:
    while True:
        n = min(19, writer.wanted, (gap_at - index) if index < gap_at else 99)
        got = source.readinto(memoryview(block)[:12 * n]) // 12
        if got == 0:
            break
        flags = ids.GAP if index == gap_at + 7 else 0
        for sink in (tilt, writer):
            sink.take(block, got, index, index * 1000000 // 208 % (1 << 30), flags)
        index += got
        if index == gap_at:
            source.read(12 * 7)
            index += 7
writer.flush()
with open(sys.argv[2], "wb") as target:
    for number in range(ring.oldest, ring.next):
        frame = ring.frame(number)
        target.write(bytes([len(frame)]) + bytes(frame))
"""


def rows(acc_g: Array, gyr_dps: Array) -> bytes:
    both = np.hstack((counts(acc_g, ACC_G), counts(gyr_dps, GYR_DPS)))
    assert both.shape[1] == 6
    return both.astype("<i2").tobytes()


def filtered(micropython: Callable[..., str], folder: Path, data: bytes, rate_hz: float) -> Array:
    (folder / "in").write_bytes(data)
    micropython(FILTER, str(folder / "in"), str(round(rate_hz * 1000)), str(folder / "out"))
    return np.frombuffer((folder / "out").read_bytes(), "<f4").reshape(-1, 3).astype(float)


def streamed(
    micropython: Callable[..., str], folder: Path, data: bytes, quaternion: tuple[int, ...], gap_at: int = 1 << 29
) -> list[bytes]:
    (folder / "in").write_bytes(data)
    micropython(STREAM, str(folder / "in"), str(folder / "out"), *map(str, quaternion), str(gap_at))
    packed, found = (folder / "out").read_bytes(), []
    while packed:
        found.append(packed[1 : 1 + packed[0]])
        packed = packed[1 + packed[0] :]
    return found


def angle_deg(a: Array, b: Array) -> Array:
    return np.degrees(np.arccos(np.clip((a * b).sum(axis=1), -1.0, 1.0)))


@pytest.mark.parametrize("run", ["rbds001_2.5ms", "rbds001_3.5ms", "jdx_s999"])
def test_it_is_within_half_a_degree_of_the_hosts_vqf(
    micropython: Callable[..., str], reference_data: Path, tmp_path: Path, run: str
) -> None:
    feed = Feed.from_file(reference_data / "running" / run / "imu.csv")
    data = rows(feed.acc_g, feed.gyr_dps)
    own = filtered(micropython, tmp_path, data, feed.rate_hz)
    same = np.frombuffer(data, "<i2").reshape(-1, 6).astype(float)
    acc, gyr = same[:, :3] * ACC_G * STANDARD_GRAVITY_MS2, np.radians(same[:, 3:] * GYR_DPS)
    host = up_from_quaternion(
        VQF(1.0 / feed.rate_hz).updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))["quat6D"]
    ).T
    # VQF's output of sample k holds half a sample later: that of a pair's first sample in the pair's middle
    difference_deg = angle_deg(own, host[: 2 * len(own) : 2])[round(SETTLE_S * feed.rate_hz / 2) :]
    rms_deg = float(np.sqrt(np.mean(difference_deg**2)))
    print(f"\n{run}: on-board tilt against the host's VQF: {rms_deg:.3f} deg rms, worst {difference_deg.max():.3f}")
    assert rms_deg < 0.5


def test_a_clip_that_lies_still_knows_where_up_is(micropython: Callable[..., str], tmp_path: Path) -> None:
    up = np.array([0.6, -0.48, 0.64])
    bias_dps = np.array([3.0, -2.0, 1.0])
    still = np.ones((208 * 10, 1))
    own = filtered(micropython, tmp_path, rows(still * up, still * bias_dps), 208.0)
    assert angle_deg(own[-1:], up[None])[0] < 0.1  # the bias is found at rest, and off


def test_it_follows_a_turn_that_the_accelerometer_cannot_see(micropython: Callable[..., str], tmp_path: Path) -> None:
    """90 degrees in one second in free fall, after rest: the gyroscope alone carries the up vector."""
    rest, turn = np.ones((208 * 10, 1)), np.ones((208, 1))
    acc = np.vstack((rest * [0.0, 0.0, 1.0], turn * [0.0, 0.0, 0.0]))
    gyr = np.vstack((rest * [0.0, 0.0, 0.0], turn * [90.0, 0.0, 0.0]))
    own = filtered(micropython, tmp_path, rows(acc, gyr), 208.0)
    # the sensor has turned about its x axis by 90 degrees: what was z is now seen along y
    assert angle_deg(own[-1:], np.array([[0.0, 1.0, 0.0]]))[0] < 1.0


SIDEWAYS = (0, 23170, 23170, 0)  # an alignment that exchanges x and y and turns z over


def test_angles_are_those_of_the_frames_page(micropython: Callable[..., str], tmp_path: Path) -> None:
    """A pelvis with its right side down by 5 and tilted forward by 10 degrees, at rest, in two mountings."""
    obliquity, forward = np.radians(5.0), np.radians(10.0)
    up_pelvis = np.array([np.cos(obliquity) * np.sin(forward), np.cos(obliquity) * np.cos(forward), -np.sin(obliquity)])
    still = np.ones((208 * 5, 1))
    for quaternion, sensor in (((32767, 0, 0, 0), up_pelvis), (SIDEWAYS, up_pelvis[[1, 0, 2]] * [1, 1, -1])):
        found = streamed(micropython, tmp_path, rows(still * sensor, still * [0.0, 0.0, 0.0]), quaternion)
        obliquity_cdeg, tilt_cdeg, vertical_mg, roll, yaw = decoding.samples(found[-1])[-1]
        assert abs(obliquity_cdeg - 500) <= 3
        assert abs(tilt_cdeg - 1000) <= 3
        assert abs(vertical_mg) <= 1
        assert (roll, yaw) == (0, 0)


def test_rates_have_the_signs_of_the_document(micropython: Callable[..., str], tmp_path: Path) -> None:
    """Upright (pelvis y up): a roll about forward x, then a turn to the left about the vertical."""
    rest, turn = np.ones((208 * 5, 1)), np.ones((104, 1))
    acc = np.vstack((rest, turn, turn)) * [0.0, 1.0, 0.0]
    gyr = np.vstack((rest * [0.0, 0.0, 0.0], turn * [20.0, 0.0, 0.0], turn * [0.0, 40.0, 0.0]))
    samples = [
        s for f in streamed(micropython, tmp_path, rows(acc, gyr), (32767, 0, 0, 0)) for s in decoding.samples(f)
    ]
    assert abs(samples[522][3] - 200) <= 2
    assert abs(samples[-2][4] - 400) <= 10  # about the vertical, which has rolled by 10 degrees


def test_frames_count_raw_samples_and_break_at_a_gap(micropython: Callable[..., str], tmp_path: Path) -> None:
    still = np.ones((208 * 3, 1))
    found = streamed(
        micropython, tmp_path, rows(still * [0, 1.0, 0], still * [0.0, 0.0, 0.0]), (32767, 0, 0, 0), gap_at=101
    )
    next_index = 0
    for frame in found:
        _, flags, _, index, ticks_us = decoding.header(frame)
        count = len(decoding.samples(frame))
        if flags & 2:
            assert index == 108  # 101 to 107 are lost, and sample 100 has lost its other half
            assert next_index == 100
        else:
            assert index == next_index
        assert ticks_us == index * 1_000_000 // 208 or abs(ticks_us - index * 1_000_000 / 208) < 2
        next_index = index + 2 * count
    assert sum(1 for frame in found if decoding.header(frame)[1] & 2) == 1
    assert {len(frame) for frame in found[:5]} == {112}
