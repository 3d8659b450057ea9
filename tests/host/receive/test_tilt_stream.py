"""The tilt stream in the pipeline: closed forms, and the same steps as the raw stream of the same run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hipclip.tiltframes import Tilt
from hipdrop.events import MountFound, Step
from hipdrop.pipeline import Pipeline
from hipdrop.receive.decode import Frame
from hipdrop.receive.tilt import TiltStream, tilt_block
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.settings import Settings
from hipdrop.virtual.imu.feed import Feed, counts
from hipwire import ids

ACC_G, GYR_DPS = 0.488e-3, 0.070
TURN = 20  # raw samples at a time


def test_angles_and_rates_are_turned_into_vectors() -> None:
    block = tilt_block(np.array([[3000, 0, 500, 300, 400]], dtype=np.int16), np.zeros(1), 0, 0.0)
    up = block.up[0]
    assert up == pytest.approx([0.0, np.cos(np.radians(30)), -0.5])  # right side down by 30 degrees
    assert block.acc_ms2[0] @ up == pytest.approx(1.5 * STANDARD_GRAVITY_MS2)
    assert np.degrees(block.gyr_rads[0, 0]) == pytest.approx(30.0)
    assert np.degrees(block.gyr_rads[0] @ up) == pytest.approx(40.0)


def test_a_slice_keeps_its_up_vectors() -> None:
    values = np.arange(50, dtype=np.int16).reshape(10, 5) * 100
    block = tilt_block(values, np.arange(10) / 104, 7, 0.5)
    part = block.slice(3, 6)
    assert np.array_equal(part.up, block.up[3:6])
    assert (part.first_index, part.gap_s, block.slice(0, 2).gap_s) == (10, 0.0, 0.5)


def raw_steps(acc: Array, gyr: Array, rate_hz: float) -> tuple[list[Step], Array]:
    """Steps of the raw stream, and the mount that was found last."""
    pipeline, t_s = Pipeline(rate_hz), np.arange(len(acc)) / rate_hz
    acc_ms2, gyr_rads = acc * ACC_G * STANDARD_GRAVITY_MS2, np.radians(gyr * GYR_DPS)
    events = [e for block in SampleBlock(t_s, acc_ms2, gyr_rads).cut(208) for e in pipeline.push(block)]
    events += pipeline.close()
    mounts = [event for event in events if isinstance(event, MountFound)]
    return [e for e in events if isinstance(e, Step)], np.array(mounts[-1].pelvis_from_sensor).reshape(3, 3)


def tilt_steps(acc: Array, gyr: Array, rate_hz: float, mount: Array) -> list[Step]:
    """Steps of the tilt stream that the firmware's own filter makes of the same counts."""
    rate_mhz = round(rate_hz * 1000)
    imu = SimpleNamespace(RATE_MHZ=rate_mhz, ACC_NG_PER_LSB=488_000, GYR_NDPS_PER_LSB=70_000_000)
    clip = Tilt(imu, SimpleNamespace(rate_mhz=rate_mhz, settled=True), TURN)
    clip.set_mount(*np.rint(32767 * Rotation.from_matrix(mount).as_quat()[[3, 0, 1, 2]]).astype(int).tolist())
    data = np.hstack((acc, gyr)).astype("<i2").tobytes()
    stream = TiltStream(2, Settings())
    pipeline = stream.pipeline(rate_hz / 2, None, None, None)
    events = []
    for at in range(0, len(acc) - TURN + 1, TURN):
        clip.take(data[12 * at : 12 * (at + TURN)], TURN, at, 0, 0)
        payload = np.array(clip.values[: 5 * clip.count], dtype="<i2").tobytes()
        frame = Frame(ids.TILT, 0, 0, at, 0, clip.count, payload)
        t_s = (at + 2 * np.arange(clip.count)) / rate_hz
        events += pipeline.push(stream.block([frame], t_s, at // 2, 0.0))
    return [event for event in events + pipeline.close() if isinstance(event, Step)]


@pytest.mark.parametrize("run", ["rbds001_2.5ms", "rbds001_3.5ms", "jdx_s999"])
def test_the_same_steps_sides_and_drops_as_the_raw_stream(reference_data: Path, run: str) -> None:
    feed = Feed.from_file(reference_data / "running" / run / "imu.csv")
    acc, gyr = counts(feed.acc_g, ACC_G), counts(feed.gyr_dps, GYR_DPS)
    raw, mount = raw_steps(acc, gyr, feed.rate_hz)
    tilt = tilt_steps(acc, gyr, feed.rate_hz, mount)
    assert [step.side for step in tilt] == [step.side for step in raw]
    tilt_sample_s = 2.0 / feed.rate_hz
    for one, other in zip(tilt, raw, strict=True):
        assert one.t_s == pytest.approx(other.t_s, abs=tilt_sample_s)
        if one.valid and other.valid:
            assert abs(one.drop_deg - other.drop_deg) < 0.4
