"""Bias at rest: found where the clip lies still, refused where anything moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hipcal.gyro import GyroEstimate, gyro_bias
from hipcal.refusal import Refusal
from hipcal.still import still_parts
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.handposes import any_directions, hold
from hipdrop.simulate.sensorerrors import SensorErrors

RATE_HZ = 208.0


def recorded(
    errors: SensorErrors | None = None,
    duration_s: float = 5.0,
    turn_dps: tuple[float, ...] = (0.0, 0.0, 0.0),
    seed: int = 1,
) -> tuple[Array, Array, Array]:
    """Times, specific force and rate of a clip with z up that turns steadily."""
    t_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    turn = np.deg2rad(turn_dps)
    attitude = Rotation.from_rotvec(np.outer(t_s, turn))
    gravity = attitude.apply([0.0, 0.0, STANDARD_GRAVITY_MS2], inverse=True)
    chip = Chip(errors=errors or SensorErrors())
    acc, gyr_dps = chip.read(gravity, np.tile(turn, (len(t_s), 1)), RATE_HZ, *np.random.default_rng(seed).spawn(2))
    return t_s, acc, np.deg2rad(gyr_dps)


def refused(recording: tuple[Array, Array, Array]) -> Refusal:
    found = gyro_bias(*recording)
    assert isinstance(found, Refusal)
    return found


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.floats(-5.0, 5.0)] * 3), st.integers(0, 1000))
def test_the_bias_of_a_chip_is_found_within_noise(bias_dps: tuple[float, float, float], seed: int) -> None:
    found = gyro_bias(*recorded(SensorErrors(gyr_bias_dps=bias_dps), seed=seed))
    assert isinstance(found, GyroEstimate)
    # 3.8 mdps per root hertz over 5 s and rounding: an SD of 1.3 mdps
    np.testing.assert_allclose(found.bias_dps, bias_dps, atol=8e-3)
    assert found.residual_dps < 0.02
    assert found.rest_s == pytest.approx(5.0)
    assert found.verdict.startswith("good")


@given(st.tuples(*[st.floats(-5.0, 5.0)] * 3))
def test_without_noise_the_bias_comes_back(bias_dps: tuple[float, float, float]) -> None:
    t_s = np.arange(1040) / RATE_HZ
    acc = np.tile([0.0, 0.0, STANDARD_GRAVITY_MS2], (1040, 1))
    measured = SensorErrors(gyr_bias_dps=bias_dps).apply(acc, np.zeros((1040, 3)))
    found = gyro_bias(t_s, *measured)
    assert isinstance(found, GyroEstimate)
    np.testing.assert_allclose(found.bias_dps, bias_dps, atol=1e-6)


@pytest.mark.parametrize("turn_dps", [(0.3, 0.0, 0.0), (0.0, -0.1, 0.0), (0.06, 0.06, 5.0)])
def test_a_slow_turn_is_seen_in_the_direction_of_gravity(turn_dps: tuple[float, ...]) -> None:
    assert "gravity moved" in refused(recorded(turn_dps=turn_dps)).reason


def test_a_slow_turn_about_the_vertical_cannot_be_told_from_bias() -> None:
    """What the module's text says it cannot do; the earth's own turn of 0.004 deg/s is a part of it."""
    found = gyro_bias(*recorded(turn_dps=(0.0, 0.0, 0.3)))
    assert isinstance(found, GyroEstimate)
    assert found.bias_dps[2] == pytest.approx(0.3, abs=0.01)


def test_a_turn_that_no_bias_can_be_is_refused() -> None:
    assert "no bias" in refused(recorded(turn_dps=(0.0, 0.0, 12.0))).reason


@pytest.mark.parametrize("tremor_g", [0.0015, 0.01])
def test_what_a_hand_holds_is_refused(tremor_g: float) -> None:
    for seed in range(10):
        draws = np.random.default_rng(seed)
        poses = hold(any_directions(draws, 1), draws, hold_s=8.0, tremor_g=tremor_g)
        held = (poses.t_s > 2.0) & (poses.t_s < 9.0)
        refused((poses.t_s[held], poses.acc_ms2[held], poses.gyr_rads[held]))


@pytest.mark.parametrize(("hz", "acc_ms2", "gyr_dps"), [(25.0, 0.3, 0.2), (12.0, 0.1, 1.0), (1.2, 0.1, 0.3)])
def test_a_moving_car_and_a_treadmill_are_refused(hz: float, acc_ms2: float, gyr_dps: float) -> None:
    """Engine and road shake at 10 to 30 Hz, the body of a car rocks at 1 to 1.5 Hz."""
    t_s, acc, gyr = recorded(duration_s=10.0)
    wave = np.sin(2 * np.pi * hz * t_s)
    assert "shaken" in refused((t_s, acc + acc_ms2 * wave[:, None], gyr + np.deg2rad(gyr_dps) * wave[:, None])).reason


def test_a_bend_of_the_road_is_refused() -> None:
    """No spread within any second, and no tilt: only the mean rate of a second tells."""
    t_s, acc, gyr = recorded(duration_s=12.0)
    gyr[:, 2] += np.deg2rad(0.25) * np.clip(np.minimum(t_s - 4.0, 8.0 - t_s), 0.0, 1.0)
    assert "it was moved" in refused((t_s, acc, gyr)).reason


def test_a_bias_that_drifts_asks_for_patience() -> None:
    t_s, acc, gyr = recorded(duration_s=20.0)
    gyr[:, 1] += np.deg2rad(0.015) * t_s
    found = refused((t_s, acc, gyr))
    assert "drifted by 0.3" in found.reason
    assert "warm up" in found.remedy


@pytest.mark.parametrize("duration_s", [0.0, 0.01, 3.0, 4.9])
def test_too_short_a_rest_is_refused(duration_s: float) -> None:
    assert "it takes 5" in refused(recorded(duration_s=duration_s)).reason


def test_what_is_no_number_is_refused() -> None:
    t_s, acc, gyr = recorded()
    gyr[100, 1] = np.nan
    assert "no numbers" in refused((t_s, acc, gyr)).reason


def test_a_sensor_that_shows_nothing_has_no_bias_but_also_no_noise() -> None:
    t_s = np.arange(1040) / RATE_HZ
    found = gyro_bias(t_s, np.zeros((1040, 3)), np.zeros((1040, 3)))
    assert isinstance(found, Refusal)
    assert "no gravity" in found.reason


def test_real_boards_have_the_same_bias_before_and_after(reference_data: Path) -> None:
    """BROAD: two trials are undisturbed at rest; of the third the rests that are touched are refused."""
    agreed = 0
    for trial in sorted((reference_data / "orientation").glob("*.npz")):
        data = np.load(trial)
        t_s, found = data["t_s"], []
        for part in still_parts(t_s, data["acc_ms2"], data["gyr_rads"]):
            rest = (t_s >= part.start_s) & (t_s < part.stop_s)
            found.append(gyro_bias(t_s[rest], data["acc_ms2"][rest], data["gyr_rads"][rest]))
        before, after = found
        if isinstance(before, GyroEstimate) and isinstance(after, GyroEstimate):
            np.testing.assert_allclose(before.bias_dps, after.bias_dps, atol=0.03)
            agreed += 1
        else:
            assert isinstance(before, Refusal)
            assert isinstance(after, Refusal)
    assert agreed == 2
