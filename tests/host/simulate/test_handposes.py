"""Poses by hand: rate, specific force and the true directions fit together, and the hand shakes as hands do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.handposes import FACES, HandPoses, any_directions, hold, six_faces
from hipdrop.simulate.sensorerrors import SensorErrors

IDEAL = Chip(acc_noise_ug=0.0, gyro_noise_mdps=0.0, acc_lsb_mg=0.0, gyro_lsb_mdps=0.0)


def poses(seed: int = 1, count: int = 6, chip: Chip = IDEAL, **options: float) -> HandPoses:
    draws = np.random.default_rng(seed)
    up = six_faces(draws) if count == 6 else any_directions(draws, count)
    return hold(up, draws, chip, **options)


def test_the_six_faces_each_come_once_with_the_slop_of_a_hand() -> None:
    away = []
    for seed in range(200):
        up = six_faces(np.random.default_rng(seed))
        near = up @ FACES.T
        assert sorted(near.argmax(axis=1)) == list(range(6))
        away.append(np.degrees(np.arccos(near.max(axis=1))))
    # of the three turns of 3 deg, two move the direction
    assert np.sqrt(np.mean(np.square(away))) == pytest.approx(3.0 * np.sqrt(2.0), rel=0.05)


def test_turning_by_the_rate_leads_from_pose_to_pose() -> None:
    run = poses(rate_hz=1000.0)
    step_s = run.t_s[1]
    middle = [round((a + b) / 2 / step_s) for a, b in zip(run.start_s, run.stop_s, strict=True)]
    for k in range(5):
        turned = Rotation.identity()
        for rate in run.gyr_rads[middle[k] : middle[k + 1]]:
            turned = turned * Rotation.from_rotvec(rate * step_s)
        ahead = turned.apply(run.acc_ms2[middle[k + 1] - 500 : middle[k + 1] + 500].mean(axis=0))
        before = run.acc_ms2[middle[k] - 500 : middle[k] + 500].mean(axis=0)
        cosine = ahead @ before / np.linalg.norm(ahead) / np.linalg.norm(before)
        assert np.degrees(np.arccos(cosine)) < 2.0  # wander within the second


def test_in_a_pose_specific_force_is_gravity_along_the_true_direction() -> None:
    run = poses(count=10, hold_s=4.0)
    for up, start_s, stop_s in zip(run.up, run.start_s, run.stop_s, strict=True):
        held = run.acc_ms2[(run.t_s >= start_s) & (run.t_s < stop_s)].mean(axis=0)
        np.testing.assert_allclose(held, STANDARD_GRAVITY_MS2 * up, atol=0.03)


def test_tremor_is_as_large_as_asked_for() -> None:
    quiet, shaking = poses(tremor_g=0.0, hold_s=20.0), poses(tremor_g=0.03, hold_s=20.0)
    held = (quiet.t_s > 2.0) & (quiet.t_s < 21.0)
    along = shaking.acc_ms2[held] @ shaking.up[0] - quiet.acc_ms2[held] @ quiet.up[0]
    assert along.std() == pytest.approx(0.03 * STANDARD_GRAVITY_MS2 / np.sqrt(2.0), rel=0.25)
    assert np.degrees(shaking.gyr_rads[held].std(axis=0)).max() == pytest.approx(3.0, abs=2.0)


def test_the_chip_sees_it_with_its_errors() -> None:
    errors = SensorErrors.random(np.random.default_rng(2))
    clean, wrong = poses(), poses(chip=Chip(0.0, 0.0, 0.0, 0.0, errors=errors))
    acc, gyr = errors.apply(clean.acc_ms2, clean.gyr_rads)
    np.testing.assert_allclose(wrong.acc_ms2, acc, atol=1e-9)
    np.testing.assert_allclose(wrong.gyr_rads, gyr, atol=1e-9)
    np.testing.assert_array_equal(wrong.up, clean.up)


def test_the_same_seed_gives_the_same_and_the_feed_holds_it() -> None:
    one, again = poses(3, chip=Chip()), poses(3, chip=Chip())
    np.testing.assert_array_equal(one.acc_ms2, again.acc_ms2)
    assert len(one.block) == len(one.t_s)
    assert one.feed.rate_hz == pytest.approx(208.0)
    np.testing.assert_allclose(one.feed.acc_g[:, 2] * STANDARD_GRAVITY_MS2, one.acc_ms2[:, 2])
    np.testing.assert_allclose(one.feed.gyr_dps, np.degrees(one.gyr_rads))


@pytest.mark.parametrize("up", [[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])
def test_a_pose_along_the_vertical_axis_of_the_world_is_no_special_case(up: list[float]) -> None:
    run = hold(np.array([up]), np.random.default_rng(1), IDEAL)
    assert np.degrees(np.arccos(run.up[0] @ up)) < 1.5
