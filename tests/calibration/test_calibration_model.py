"""The equation: corrected samples are those of a sensor without errors, whatever the block."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.transform import Rotation

from calibrations import ACC, GYRO, MOUNT, WHOLE, calibrations, mount_fits
from hipcal.model import Calibration, MountFit
from hipdrop.samples import Array, SampleBlock
from synthetic import REPEATABLE


def true_samples(n: int = 300) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    return rng.normal(0.0, 20.0, (n, 3)), rng.normal(0.0, 3.0, (n, 3))


def as_sensed(calibration: Calibration, acc_ms2: Array, gyr_rads: Array) -> tuple[Array, Array]:
    """What a sensor with these errors reads: the equation solved for the counts."""
    if calibration.acc is not None:
        matrix = np.array(calibration.acc.matrix).reshape(3, 3)
        acc_ms2 = np.linalg.solve(matrix, acc_ms2.T).T + calibration.acc.offset_ms2
    if calibration.gyro is not None:
        gyr_rads = gyr_rads + np.deg2rad(calibration.gyro.bias_dps)
    return acc_ms2, gyr_rads


@settings(parent=REPEATABLE, max_examples=50)
@given(calibrations)
def test_known_errors_are_taken_off(calibration: Calibration) -> None:
    """K is at worst 0.1 off one in each of its terms: its inverse makes rounding no worse than tenfold."""
    acc_ms2, gyr_rads = true_samples()
    found = calibration.corrected(*as_sensed(calibration, acc_ms2, gyr_rads))
    assert_allclose(found[0], acc_ms2, rtol=0.0, atol=1e-12)
    assert_allclose(found[1], gyr_rads, rtol=0.0, atol=1e-12)


def test_a_still_pose_by_hand() -> None:
    """Scale 2 on x, offset 1 m/s² on y, 1 deg/s about z."""
    acc = replace(ACC, matrix=(2.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0), offset_ms2=(0.0, 1.0, 0.0))
    calibration = replace(WHOLE, acc=acc, gyro=replace(GYRO, bias_dps=(0.0, 0.0, 1.0)))
    found = calibration.corrected(np.array([[3.0, 4.0, 5.0]]), np.zeros((1, 3)))
    assert_array_equal(found[0], [[6.0, 3.0, 5.0]])
    assert_allclose(found[1], [[0.0, 0.0, -np.pi / 180.0]], rtol=1e-15)


def test_what_was_not_measured_leaves_the_samples_as_they_are() -> None:
    acc_ms2, gyr_rads = true_samples()
    found = replace(WHOLE, acc=None, gyro=None).corrected(acc_ms2, gyr_rads)
    assert_array_equal(found[0], acc_ms2)
    assert_array_equal(found[1], gyr_rads)


@pytest.mark.parametrize("length", [1, 7, 19, 299, 300])
def test_any_block_length_gives_the_same_to_the_bit(length: int) -> None:
    acc_ms2, gyr_rads = true_samples()
    block = SampleBlock(np.arange(300) / 208.0, acc_ms2, gyr_rads, 40, 0.5)
    whole = WHOLE.applied(block)
    pieces = [WHOLE.applied(piece) for piece in block.cut(length)]
    assert_array_equal(np.concatenate([piece.acc_ms2 for piece in pieces]), whole.acc_ms2)
    assert_array_equal(np.concatenate([piece.gyr_rads for piece in pieces]), whole.gyr_rads)


def test_a_corrected_block_keeps_time_gap_and_what_was_sensed() -> None:
    acc_ms2, gyr_rads = true_samples()
    block = WHOLE.applied(SampleBlock(np.arange(300) / 208.0, acc_ms2, gyr_rads, 40, 0.5))
    assert (len(block), block.first_index, block.gap_s) == (300, 40, 0.5)
    piece = block.slice(100, 150)
    assert (len(piece), piece.first_index, piece.gap_s) == (50, 140, 0.0)
    assert_array_equal(piece.sensed[0], acc_ms2[100:150])
    assert_array_equal(piece.sensed[1], gyr_rads[100:150])
    assert_array_equal(piece.acc_ms2, block.acc_ms2[100:150])


@settings(parent=REPEATABLE, max_examples=50)
@given(mount_fits())
def test_the_mount_turns_as_its_quaternion(mount: MountFit) -> None:
    w, x, y, z = mount.quaternion
    assert_allclose(mount.pelvis_from_sensor, Rotation.from_quat((x, y, z, w)).as_matrix(), atol=1e-12)


def test_the_mount_of_the_example() -> None:
    """A turn of 120 deg about (1, 1, 1): x to y, y to z, z to x."""
    assert_allclose(MOUNT.pelvis_from_sensor @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-15)


def test_nothing_measured_is_an_empty_calibration() -> None:
    assert replace(WHOLE, acc=None, gyro=None, mount=None).empty
    assert not replace(WHOLE, acc=None, gyro=None).empty
