"""The check of the sensor in the first quiet seconds: once, of what the sensor read, and the same however it is cut."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from calibrations import ACC, GYRO
from hipcal.model import Calibration
from hipcal.procedures.check import words_of
from hipdrop.events import Event, GyroBias, SensorChecked
from hipdrop.pipeline import Pipeline
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from hipdrop.simulate.sensorerrors import SensorErrors

RATE_HZ = 208.0
BLANK = Calibration("A1", "LSM6DSOX", 16, 2000, 488_000, 70_000_000)


def standing(
    seconds: float, bias_dps: tuple[float, float, float] = (0.0, 0.0, 0.0), gravity_g: float = 1.0
) -> SampleBlock:
    n = round(seconds * RATE_HZ)
    noise = np.random.default_rng(1).normal(0.0, 0.01, (n, 3))
    acc = np.tile([0.0, gravity_g * STANDARD_GRAVITY_MS2, 0.0], (n, 1)) + noise
    return SampleBlock(np.arange(n) / RATE_HZ, acc, np.radians(np.array(bias_dps)) + 0.01 * noise)


def checked(events: list[Event]) -> list[SensorChecked]:
    return [event for event in events if isinstance(event, SensorChecked)]


def test_three_quiet_seconds_tell_bias_and_gravity_once() -> None:
    pipeline = Pipeline(RATE_HZ)
    (found,) = checked(pipeline.push(standing(60.0, (0.3, -0.4, 0.0), 1.012)) + pipeline.close())
    assert found.t_s == pytest.approx(3.0, abs=0.01)
    np.testing.assert_allclose(found.bias_dps, (0.3, -0.4, 0.0), atol=0.01)
    assert found.gravity_g == pytest.approx(1.012, abs=1e-3)


def test_a_bias_that_is_taken_off_meanwhile_is_told_whole() -> None:
    events = Pipeline(RATE_HZ).push(standing(10.0, (3.0, 0.0, 0.0)))
    assert any(isinstance(event, GyroBias) for event in events)
    (found,) = checked(events)
    np.testing.assert_allclose(found.bias_dps, (3.0, 0.0, 0.0), atol=0.01)


def test_after_a_gap_the_seconds_count_anew() -> None:
    block = standing(20.0)
    pipeline = Pipeline(RATE_HZ)
    assert checked(pipeline.push(block.slice(0, 450))) == []
    late = block.slice(2000, len(block))
    gap = dataclasses.replace(late, gap_s=(2000 - 450) / RATE_HZ)
    (found,) = checked(pipeline.push(gap))
    assert found.t_s > late.t_s[0] + 2.9


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    errors = SensorErrors(acc_offset_mg=(0.0, 30.0, 0.0), gyr_bias_dps=(0.5, 0.5, 0.0))
    return simulate(RunnerConfig(minutes=0.4, stand_s=6.0, seed=2, sensor_errors=errors))


@pytest.mark.parametrize("cut", [1, 7, 10**6])
def test_the_cut_of_the_blocks_changes_nothing(run: SimulatedRun, cut: int) -> None:
    found = []
    for length in (208, cut):
        pipeline = Pipeline(RATE_HZ)
        found.append([event for block in run.blocks for piece in block.cut(length) for event in pipeline.push(piece)])
    assert checked(found[0]) == checked(found[1]) != []


def test_of_calibrated_samples_it_tells_what_is_left(run: SimulatedRun) -> None:
    truth = run.config.sensor_errors.as_dict()
    acc = dataclasses.replace(ACC, matrix=tuple(truth["acc_matrix"]), offset_ms2=tuple(truth["acc_offset_ms2"]))  # type: ignore[arg-type]
    gyro = dataclasses.replace(GYRO, bias_dps=run.config.sensor_errors.gyr_bias_dps)
    calibration = dataclasses.replace(BLANK, acc=acc, gyro=gyro)
    words = []
    for known in (None, calibration):
        pipeline = Pipeline(RATE_HZ)
        blocks = run.blocks if known is None else [known.applied(block) for block in run.blocks]
        (found,) = checked([event for block in blocks for event in pipeline.push(block)])
        words.append(words_of(found, calibrated=known is not None))
    assert words[0].startswith("calibration is due (bias 0.7 deg/s, gravity 1.0")
    assert "run hipdrop calibrate sensor" in words[0]
    assert words[1].startswith("sensor as calibrated (bias 0.")


def test_who_never_stands_is_not_checked() -> None:
    run = simulate(RunnerConfig(minutes=0.3, stand_s=1.0, seed=2))
    pipeline = Pipeline(RATE_HZ)
    events = [event for block in run.blocks for event in pipeline.push(block)] + pipeline.close()
    assert checked(events) == []


def test_the_limits_are_those_of_hipdrop_calibrate_check() -> None:
    fine = SensorChecked(3.0, (0.5, 0.0, 0.5), 1.009)
    assert words_of(fine, calibrated=False) == "sensor not calibrated, and in order (bias 0.7 deg/s, gravity 1.009 g)"
    for bias, gravity, word in (
        ((1.1, 0.0, 0.0), 1.0, "gyroscope is off by 1.1"),
        ((0.0,) * 3, 0.985, "off by -15 mg"),
    ):
        assert word in words_of(SensorChecked(3.0, bias, gravity), calibrated=True)
