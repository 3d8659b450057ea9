"""Accelerometer from poses: the model comes back, and what does not determine it is refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hipcal import magnitude
from hipcal.model import AccFit, Calibration
from hipcal.poses import AccEstimate, fit_accelerometer
from hipcal.refusal import Refusal
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.handposes import FACES, any_directions
from hipdrop.simulate.sensorerrors import SensorErrors

G = STANDARD_GRAVITY_MS2


def directions(count: int, seed: int = 0) -> Array:
    """Six faces and others."""
    return np.vstack([FACES, any_directions(np.random.default_rng(seed), count - 6)])


def measured(errors: SensorErrors, up: Array, noise_mg: float = 0.0, seed: int = 0) -> Array:
    acc, _ = errors.apply(G * up, np.zeros_like(up))
    length = 1.0 + noise_mg * 1e-3 * np.random.default_rng(seed).standard_normal((len(up), 1))
    return acc * length


def estimate(acc_ms2: Array) -> AccEstimate:
    found = fit_accelerometer(acc_ms2)
    assert isinstance(found, AccEstimate), found
    return found


def refused(acc_ms2: Array) -> Refusal:
    found = fit_accelerometer(acc_ms2)
    assert isinstance(found, Refusal), found
    return found


def three(size: float) -> st.SearchStrategy[tuple[float, float, float]]:
    return st.tuples(*[st.floats(-size, size)] * 3)


@settings(max_examples=50, deadline=None)
@given(three(60.0), three(1.5), three(1.5), st.integers(0, 10_000))
def test_offset_scale_and_cross_axis_come_back(
    offset: tuple[float, float, float], scale: tuple[float, float, float], cross: tuple[float, float, float], seed: int
) -> None:
    errors = SensorErrors(acc_offset_mg=offset, acc_scale_percent=scale, acc_cross_percent=cross)
    found = estimate(measured(errors, directions(20, seed)))
    assert found.parameters == 9
    np.testing.assert_allclose(np.reshape(found.matrix, (3, 3)), np.linalg.inv(errors.acc_matrix), atol=1e-6)
    np.testing.assert_allclose(found.offset_ms2, errors.acc_offset_ms2(), atol=1e-6)
    assert found.residual_ms2 < 1e-9
    assert found.left_out == ()
    np.testing.assert_array_equal(np.reshape(found.matrix, (3, 3)), np.reshape(found.matrix, (3, 3)).T)


@settings(max_examples=50, deadline=None)
@given(three(60.0), three(1.0), st.integers(0, 10_000))  # 2 SD on all axes: 1.5 is one chip in a thousand, and refused
def test_from_six_poses_offset_and_scale_come_back(
    offset: tuple[float, float, float], scale: tuple[float, float, float], seed: int
) -> None:
    slop = Rotation.from_rotvec(np.deg2rad(3.0) * np.random.default_rng(seed).standard_normal((6, 3)))
    errors = SensorErrors(acc_offset_mg=offset, acc_scale_percent=scale)
    found = estimate(measured(errors, slop.apply(FACES)))
    assert found.parameters == 6
    np.testing.assert_allclose(np.reshape(found.matrix, (3, 3)), np.linalg.inv(errors.acc_matrix), atol=1e-6)
    np.testing.assert_allclose(found.offset_ms2, errors.acc_offset_ms2(), atol=1e-6)


def test_the_calibration_made_of_it_corrects_what_the_sensor_does() -> None:
    errors = SensorErrors.random(np.random.default_rng(4))
    found = estimate(measured(errors, directions(20)))
    acc = AccFit(
        matrix=found.matrix, offset_ms2=found.offset_ms2, parameters=9, poses=20, residual_ms2=found.residual_ms2,
        coverage=found.coverage, temperature_c=None, measured=datetime(2026, 1, 1, tzinfo=UTC), verdict=found.verdict,
    )  # fmt: skip
    calibration = Calibration("serial", "LSM6DSOX", 16, 2000, 488_000, 70_000_000, acc=acc)
    motion = 20.0 * np.random.default_rng(5).standard_normal((100, 3))
    corrected, _ = calibration.corrected(errors.apply(motion, motion)[0], motion)
    np.testing.assert_allclose(corrected, motion, atol=1e-8)


def test_order_does_not_matter() -> None:
    acc = measured(SensorErrors.random(np.random.default_rng(3)), directions(14), noise_mg=0.5)
    forth, back = estimate(acc), estimate(acc[::-1])
    np.testing.assert_allclose(forth.matrix, back.matrix, atol=1e-12)
    np.testing.assert_allclose(forth.offset_ms2, back.offset_ms2, atol=1e-12)


@pytest.mark.parametrize(("count", "parameters"), [(6, 6), (20, 9)])
def test_as_many_parameters_as_poses_tell(count: int, parameters: int) -> None:
    errors = SensorErrors.random(np.random.default_rng(8))
    assert estimate(measured(errors, directions(count), noise_mg=0.5)).parameters == parameters


def test_poses_that_hardly_tell_of_scale_give_the_offset_alone() -> None:
    """Six faces of a cube on its corner: x and y too much and z too little makes no difference, but for the slop."""
    corner = Rotation.align_vectors([[0.0, 0.0, 1.0]], [[1.0, 1.0, 1.0]])[0].apply(FACES)
    slop = Rotation.from_rotvec(np.deg2rad(3.0) * np.random.default_rng(1).standard_normal((6, 3)))
    errors = SensorErrors(acc_offset_mg=(20.0, -10.0, 15.0))
    found = estimate(measured(errors, slop.apply(corner)))
    assert found.parameters == 3
    np.testing.assert_allclose(found.offset_ms2, errors.acc_offset_ms2(), atol=2e-3)
    np.testing.assert_array_equal(found.matrix, np.eye(3).ravel())


def test_the_expected_error_is_what_comes_out() -> None:
    """Over many chips and hands, RMS of the true error of directions against the mean of what the estimates expect."""
    up = any_directions(np.random.default_rng(0), 500)
    for count in (6, 14):
        true, expected = [], []
        for seed in range(150):
            errors = SensorErrors.random(np.random.default_rng(seed))
            found = estimate(measured(errors, directions(count), noise_mg=1.0, seed=seed))
            corrected = (measured(errors, up) - found.offset_ms2) @ np.reshape(found.matrix, (3, 3))
            across = np.cross(corrected, up) / np.linalg.norm(corrected, axis=1, keepdims=True)
            true.append(np.mean(np.sum(across**2, axis=1)))
            expected.append(found.expected_deg)
        rms_deg = np.degrees(np.sqrt(np.mean(true)))
        assert np.sqrt(np.mean(np.square(expected))) == pytest.approx(rms_deg, rel=0.15)


def test_inclination_error_of_the_nine_is_that_of_directions() -> None:
    up = any_directions(np.random.default_rng(1), 20_000)
    parameters = 3e-3 * np.random.default_rng(2).standard_normal(9)
    wrong = (up - parameters[:3]) @ magnitude.matrix(parameters)
    across = np.cross(wrong, up) / np.linalg.norm(wrong, axis=1, keepdims=True)
    rms_deg = np.degrees(np.sqrt(np.mean(np.sum(across**2, axis=1))))
    assert magnitude.inclination_deg(parameters) == pytest.approx(rms_deg, rel=0.02)
    offset_alone = magnitude.inclination_deg(np.array([0.02, 0, 0, 0, 0, 0, 0, 0, 0]))
    assert offset_alone == pytest.approx(np.degrees(0.02 * np.sqrt(2 / 3)))


def test_the_jacobian_is_the_derivative() -> None:
    acc = directions(12) + 0.01
    parameters = 0.01 * np.arange(9.0)
    _, jacobian = magnitude._model(acc, parameters)
    step = 1e-6
    for k in range(9):
        more, less = (magnitude._model(acc, parameters + sign * step * np.eye(9)[k])[0] for sign in (1, -1))
        np.testing.assert_allclose(jacobian[:, k], (more - less) / (2 * step), atol=1e-8)


# what is refused


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_too_few_poses(count: int) -> None:
    found = refused(measured(SensorErrors(), directions(6)[:count]))
    assert f"{count} poses" in found.reason
    assert "too few" in found.reason or "it takes 6" in found.reason


def test_the_same_poses_again_are_not_more_poses() -> None:
    acc = measured(SensorErrors(), np.vstack([FACES[:5], FACES[:4]]), noise_mg=0.5)
    found = refused(acc)
    assert found.reason == "5 poses different ones among 9 are too few; it takes 6"
    assert "z down" in found.remedy


def test_poses_of_half_a_sphere_are_too_alike() -> None:
    up = any_directions(np.random.default_rng(3), 40)
    found = refused(measured(SensorErrors(), up[up[:, 0] > 0.1]))
    assert "too alike" in found.reason
    assert "x down" in found.remedy


def test_poses_around_one_axis_are_too_alike() -> None:
    angle = np.deg2rad(np.arange(0, 360, 30))
    up = np.column_stack([np.cos(angle), np.sin(angle), 0.03 * np.cos(5 * angle)])
    found = refused(measured(SensorErrors(), up))
    assert "too alike" in found.reason
    assert "z" in found.remedy


@pytest.mark.parametrize("factor", [0.5, 2.0, 0.102])
def test_a_wrong_range_or_unit_is_seen(factor: float) -> None:
    found = refused(factor * measured(SensorErrors(), directions(8)))
    assert f"gravity measures {factor:.2f} g" in found.reason
    assert "range" in found.remedy


def test_what_is_no_number_or_nothing_is_refused() -> None:
    acc = measured(SensorErrors(), directions(8))
    acc[3, 1] = np.nan
    assert "no numbers" in refused(acc).reason
    assert "poses" in refused(np.zeros((8, 3))).reason
    assert "poses" in refused(np.empty((0, 3))).reason


@pytest.mark.parametrize("count", [7, 8, 12, 20])
@pytest.mark.parametrize("wrong", [0, 2, 6])
def test_one_pose_that_does_not_fit_is_named_and_left_out(count: int, wrong: int) -> None:
    up = directions(count, seed=11)
    acc = measured(SensorErrors.random(np.random.default_rng(1)), up, noise_mg=0.5)
    acc[wrong] *= 1.12
    found = fit_accelerometer(acc)
    if isinstance(found, AccEstimate):
        assert found.left_out == (wrong,)
        assert f"pose {wrong + 1} did not fit" in found.verdict
        assert found.poses == count - 1
    else:  # without it there are too few, or more than one could be it
        assert count < 12
        assert f"pose {wrong + 1}" in found.reason or f"{wrong + 1} (" in found.reason


def test_of_six_poses_a_wrong_one_is_named_but_cannot_be_spared() -> None:
    acc = measured(SensorErrors.random(np.random.default_rng(1)), FACES, noise_mg=0.5)
    acc[2] *= 1.1
    found = refused(acc)
    assert "does not fit" in found.reason
    assert "3 (z up)" in found.reason


def test_poses_in_an_accelerating_car_do_not_fit_together() -> None:
    draws = np.random.default_rng(6)
    acc = measured(SensorErrors(), directions(12)) + 0.4 * draws.standard_normal((12, 3))
    assert "do not fit together" in refused(acc).reason


def test_an_offset_that_no_sound_sensor_has_is_refused() -> None:
    errors = SensorErrors(acc_offset_mg=(0.0, 180.0, 0.0))
    found = refused(measured(errors, directions(14)))
    assert "180 mg along y" in found.reason


def test_a_scale_that_no_sound_sensor_has_is_refused_with_many_poses_and_with_few() -> None:
    errors = SensorErrors(acc_scale_percent=(0.0, 0.0, 8.0))
    assert "scale (z)" in refused(measured(errors, directions(20))).reason
    refused(measured(errors, FACES))


def test_a_sensor_beside_its_class_is_believed_with_poses_enough_to_show_it() -> None:
    errors = SensorErrors(acc_scale_percent=(2.5, -2.0, 3.0), acc_cross_percent=(1.5, 0.0, -1.0))
    found = estimate(measured(errors, directions(20), noise_mg=0.5))
    np.testing.assert_allclose(np.reshape(found.matrix, (3, 3)), np.linalg.inv(errors.acc_matrix), atol=2e-3)


def test_the_verdict_speaks_of_before_and_after() -> None:
    errors = replace(SensorErrors.random(np.random.default_rng(2)), acc_offset_mg=(20.0, 20.0, 20.0))
    few = estimate(measured(errors, FACES, noise_mg=0.5))
    many = estimate(measured(errors, directions(20), noise_mg=0.5))
    assert few.verdict.startswith("sufficient: offset and scale, directions within 0.2")
    assert "twelve poses" in few.verdict
    assert many.verdict.startswith("good: offset, scale and cross-axis")
    assert many.uncorrected_deg == pytest.approx(1.6, abs=0.2)
    assert many.coverage > few.coverage == pytest.approx(0.88, abs=0.01)
