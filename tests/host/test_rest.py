"""Quiet standing against everything that only looks like it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hipdrop import columns as col
from hipdrop.events import Activity, GyroBias
from hipdrop.pipeline import Pipeline
from hipdrop.rest import LevelRate, RestWatch
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.settings import OrientationSettings
from hipdrop.strides import StrideShape
from synthetic import RATE_HZ, blank_columns, block_of

SETTINGS = OrientationSettings()
N = round(RATE_HZ)


def second(rate_dps: tuple[float, float, float] = (0.0, 0.0, 0.0), sway_dps: float = 0.05, seed: int = 1) -> Array:
    """One second of quiet standing that turns steadily at a rate."""
    rng = np.random.default_rng(seed)
    window = blank_columns(N)
    window[col.GYR] = np.deg2rad(np.array(rate_dps)[:, None] + rng.normal(0.0, sway_dps, (3, N)))
    window[col.ACC] += rng.normal(0.0, 0.02, (3, N))
    return window


def watch_of(windows: list[Array]) -> RestWatch:
    watch = RestWatch(SETTINGS)
    for window in windows:
        watch.look(window)
    return watch


def test_a_bias_is_believed_once_it_has_been_steady() -> None:
    watch = RestWatch(SETTINGS)
    for k in range(SETTINGS.rest_bias_s):
        assert watch.look(second((3.0, -1.0, 0.5), seed=k)) is Activity.STAND
        assert watch.bias() is None
    watch.look(second((3.0, -1.0, 0.5), seed=9))
    bias = watch.bias()
    assert bias is not None
    np.testing.assert_allclose(np.rad2deg(bias), [3.0, -1.0, 0.5], atol=0.02)


def test_turning_on_the_spot_is_no_bias() -> None:
    assert watch_of([second((0.0, 12.0, 0.0), seed=k) for k in range(8)]).bias() is None


def test_a_slow_turn_that_changes_is_no_bias() -> None:
    """1 deg/s more each second: every second is still, but not the same stillness."""
    assert watch_of([second((0.0, 2.0 + k, 0.0), seed=k) for k in range(6)]).bias() is None


def test_a_knock_starts_the_count_anew() -> None:
    watch = watch_of([second((3.0, 0.0, 0.0), seed=k) for k in range(3)])
    assert watch.bias() is not None
    knocked = second((3.0, 0.0, 0.0))
    knocked[col.ACC][0, 100:110] += 5.0
    watch.look(knocked)
    assert watch.bias() is None
    assert watch.standing_up() is None
    watch.look(second((3.0, 0.0, 0.0)))
    assert watch.bias() is None


def test_moving_ends_the_rest() -> None:
    watch = watch_of([second() for _ in range(5)])
    assert watch.standing_up() is not None
    watch.moved()
    assert watch.standing_up() is None
    assert watch.bias() is None


def test_the_tare_is_the_mean_up_of_the_rest_once_it_has_lasted() -> None:
    watch = RestWatch(SETTINGS)
    angles = np.deg2rad([2.0, 3.0, 4.0])
    for k, angle in enumerate(angles):
        assert watch.standing_up() is None
        window = second(seed=k)
        window[col.UP] = np.array([[0.0], [math.cos(angle)], [-math.sin(angle)]])
        watch.look(window)
    up = watch.standing_up()
    assert up is not None
    np.testing.assert_allclose(up, [0.0, np.cos(angles).mean(), -np.sin(angles).mean()], atol=1e-12)


@pytest.mark.parametrize(("sd_g", "activity"), [(0.01, Activity.STAND), (0.1, Activity.WALK), (0.3, Activity.WALK)])
def test_walking_is_told_from_fidgeting_by_the_vertical(sd_g: float, activity: Activity) -> None:
    window = second(sway_dps=10.0)
    window[col.SMOOTH] = sd_g * math.sqrt(2.0) * np.sin(2.0 * np.pi * 2.0 * np.arange(N) / N)
    watch = RestWatch(SETTINGS)
    assert watch.look(window) is activity
    assert watch.standing_up() is None


def biases_of(rate_rads: Array) -> list[GyroBias]:
    """What the pipeline says of a clip that lies level and reads these rates, (N, 3)."""
    rng = np.random.default_rng(1)
    n = len(rate_rads)
    acc = np.array([0.0, STANDARD_GRAVITY_MS2, 0.0]) + rng.normal(0.0, 0.02, (n, 3))
    pipeline = Pipeline(RATE_HZ)
    events = [e for block in block_of(acc, rate_rads).cut(100) for e in pipeline.push(block)] + pipeline.close()
    return [event for event in events if isinstance(event, GyroBias)]


def test_a_bias_at_rest_is_told_in_sensor_axes() -> None:
    rates = np.deg2rad(np.array([3.0, 1.0, -2.0]) + np.random.default_rng(2).normal(0.0, 0.04, (8 * N, 3)))
    told = biases_of(rates)
    assert len(told) == 1
    assert told[0].at_rest
    np.testing.assert_allclose(told[0].bias_dps, [3.0, 1.0, -2.0], atol=0.02)


def test_turning_on_the_spot_is_told_as_nothing() -> None:
    """Half a turn in 12 s and back: 15 deg/s about the vertical, as steady as a bias."""
    turn = np.zeros((24 * N, 3))
    turn[:, 1] = np.deg2rad(np.where(np.arange(24 * N) < 12 * N, 15.0, -15.0))
    assert biases_of(turn) == []


def stride_turning(rate_dps: list[float]) -> StrideShape:
    return StrideShape(np.zeros((6, 6), dtype=np.complex128), np.deg2rad(rate_dps), np.array([0.0, 1.0, 0.0]))


def test_the_level_part_of_a_steady_rate_is_found_and_then_counted_anew() -> None:
    rate = LevelRate()
    for _ in range(7):
        rate.push(stride_turning([2.0, 30.0, -1.0]))
        assert rate.over(8) is None
    rate.push(stride_turning([2.0, 30.0, -1.0]))
    np.testing.assert_allclose(np.rad2deg(rate.over(8)), [2.0, 0.0, -1.0], atol=1e-9)
    assert rate.over(8) is None


def test_a_slip_within_two_strides_is_no_bias() -> None:
    rate = LevelRate()
    for number in range(16):
        rate.push(stride_turning([14.0 if number in (5, 6) else 0.5, 0.0, 0.0]))
    np.testing.assert_allclose(np.rad2deg(rate.over(16)), [0.5, 0.0, 0.0], atol=1e-9)
