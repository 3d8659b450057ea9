"""Angles from a quiet stand on: closed forms, a slow sag with a biased gyroscope, any cut."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.events import Side
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.movements import Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.sensorerrors import SensorErrors
from hipdrop.simulate.training_moves import RaiseAndHold
from hipdrop.training.levelled import Levelled, Levels, bias_of, joined_levels

RATE_HZ = 208.0
STAND = round(6 * RATE_HZ)


def sagging(seed: int = 1) -> MovementsRun:
    """A raise that sags by half a degree a second, in a random mount, with a gyroscope that is off."""
    errors = SensorErrors(gyr_bias_dps=(0.4, -0.5, 0.3))
    stand = RaiseAndHold(Side.LEFT, raise_deg=5.0, fall_after_s=6.0, fall_dps=0.5)
    return perform([Stand(6.0), stand], RunnerConfig(seed=seed, mount="random", sensor_errors=errors))


def levels_of(run: MovementsRun) -> tuple[Levelled, Levels]:
    levelled = Levelled(run.block.slice(0, STAND), run.pelvis_from_sensor)
    return levelled, levelled.push(run.block.slice(STAND, len(run.t_s)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_slow_sag_is_no_bias(seed: int) -> None:
    run = sagging(seed)
    levelled, levels = levels_of(run)
    true = run.angles_deg[:, STAND:]
    error = levels.obliquity_deg - levelled.obliquity_deg - (true[1] - run.angles_deg[1, :STAND].mean())
    assert np.sqrt(np.mean(error**2)) < 0.05
    assert np.abs(error).max() < 0.15
    assert np.sqrt(np.mean((levels.tilt_deg - true[0]) ** 2)) < 0.05
    turned = levels.rotation_deg - levels.rotation_deg[0] - (true[2] - true[2, 0])
    assert np.abs(turned).max() < 5.0  # nothing holds it: it drifts with what is left of the bias
    np.testing.assert_allclose(np.degrees(levelled.bias_rads), [0.4, -0.5, 0.3], atol=0.15)


def test_the_way_to_the_side_is_in_the_level_acceleration() -> None:
    run = sagging()
    _, levels = levels_of(run)
    true_ms2 = np.gradient(np.gradient(run.right_m[STAND:], run.t_s[STAND:]), run.t_s[STAND:])
    error = np.convolve(levels.acc_ms2[2] - true_ms2, np.ones(41) / 41, "valid")  # without the jolt of the foot
    assert np.sqrt(np.mean(error**2)) < 0.02
    assert np.abs(levels.acc_ms2.mean(axis=1)).max() < 0.05


@pytest.mark.parametrize("cut", [1, 19, 208])
def test_the_same_however_it_is_cut(cut: int) -> None:
    run = sagging()
    whole = levels_of(run)[1].part(0, 1500)
    levelled = Levelled(run.block.slice(0, STAND), run.pelvis_from_sensor)
    parts = [levelled.push(piece) for piece in run.block.slice(STAND, STAND + 1500).cut(cut)]
    for name in Levels.__slots__:
        np.testing.assert_array_equal(getattr(joined_levels(parts), name), getattr(whole, name))


def still(n: int, roll_deg: float, rate_rads: Array) -> SampleBlock:
    """A clip along the pelvis' axes that hangs right side down and turns with its bias alone."""
    roll = np.radians(roll_deg)
    force = STANDARD_GRAVITY_MS2 * np.array([0.0, np.cos(roll), -np.sin(roll)])
    return SampleBlock(np.arange(n) / RATE_HZ, np.tile(force, (n, 1)), np.tile(rate_rads, (n, 1)))


def test_a_still_clip_reads_its_lean_and_its_bias() -> None:
    rate = np.radians([0.5, -0.4, 0.3])
    levelled = Levelled(still(1000, 3.0, rate), np.eye(3))
    np.testing.assert_allclose(levelled.bias_rads, rate, atol=1e-12)
    assert levelled.obliquity_deg == pytest.approx(3.0)
    levels = levelled.push(still(500, 3.0, rate))
    np.testing.assert_allclose(levels.obliquity_deg, 3.0, atol=1e-9)
    np.testing.assert_allclose(levels.acc_ms2, 0.0, atol=1e-9)
    np.testing.assert_allclose(levels.acc_pelvis_ms2[2], -STANDARD_GRAVITY_MS2 * np.sin(np.radians(3.0)))


def test_who_leans_while_standing_does_not_lend_it_to_the_bias() -> None:
    """A lean of 0.3 deg over the stand is 0.06 deg/s in the mean rate, and is seen by the accelerometer too."""
    n = round(5 * RATE_HZ)
    angle = np.radians(np.linspace(0.0, 0.3, n))
    acc = STANDARD_GRAVITY_MS2 * np.stack([np.zeros(n), np.cos(angle), -np.sin(angle)], axis=1)
    rate = np.zeros((n, 3))
    rate[:, 0] = angle[-1] / 5.0
    bias = bias_of(SampleBlock(np.arange(n) / RATE_HZ, acc, rate))
    np.testing.assert_allclose(np.degrees(bias), 0.0, atol=1e-4)


def test_an_empty_block_gives_empty_columns_and_changes_nothing() -> None:
    levelled = Levelled(still(500, 1.0, np.zeros(3)), np.eye(3))
    assert len(levelled.push(still(0, 1.0, np.zeros(3)))) == 0
    assert levelled.push(still(5, 1.0, np.zeros(3))).obliquity_deg == pytest.approx(1.0)
