"""The mount by three forward bends: right in closed form and over persons, refused where it cannot be known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mounts import do, do_with_errors, heading_error_deg
from scipy.spatial.transform import Rotation

from hipcal.bends import mount_by_bends
from hipcal.mount import MountEstimate, matrix_of
from hipcal.refusal import Refusal
from hipdrop.events import Site
from hipdrop.imucsv import read_imu_csv
from hipdrop.simulate.movements import Bend, LegStand, Movement, Stand, Walk, three_bends
from hipdrop.simulate.movements_run import MovementsRun


def estimate(run: MovementsRun) -> MountEstimate:
    found = mount_by_bends(run.t_s, run.acc_ms2, run.gyr_rads)
    assert isinstance(found, MountEstimate), found
    return found


def refusal(movements: list[Movement]) -> Refusal:
    run = do(movements)
    found = mount_by_bends(run.t_s, run.acc_ms2, run.gyr_rads)
    assert isinstance(found, Refusal), found
    return found


@pytest.mark.parametrize("mount", ["nominal", "upside-down", "on-side", "back-to-front", "random"])
@pytest.mark.parametrize("site", list(Site))
def test_pure_bends_give_heading_and_forward_in_any_mount(site: Site, mount: str) -> None:
    run = do(three_bends(), site=site, mount=mount)
    found = estimate(run)
    # the pelvis stands 1.8 deg crooked: the up vector goes round a cone, the heading is off by up to half of that
    assert abs(heading_error_deg(found.pelvis_from_sensor, run.pelvis_from_sensor)) < 1.5
    still = slice(0, 600)
    up = run.acc_ms2[still].mean(axis=0) / np.linalg.norm(run.acc_ms2[still].mean(axis=0))
    assert np.rad2deg(np.arccos(found.pelvis_from_sensor[1] @ up)) < 0.5  # he sways
    np.testing.assert_allclose(found.pelvis_from_sensor @ found.pelvis_from_sensor.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(found.pelvis_from_sensor) == pytest.approx(1.0)
    assert found.repetitions == 3
    assert found.residual_deg < 1.0
    assert found.verdict.startswith("good")


def test_side_bending_turns_the_heading_by_its_part_of_the_depth_and_twisting_does_not() -> None:
    pure = do([Stand(4.0), *[Bend(pelvis_deg=45.0)] * 3])
    sided = do([Stand(4.0), *[Bend(pelvis_deg=45.0, side_deg=4.0)] * 3])
    twisted = do([Stand(4.0), *[Bend(pelvis_deg=45.0, twist_deg=12.0)] * 3])
    errors = [heading_error_deg(estimate(r).pelvis_from_sensor, r.pelvis_from_sensor) for r in (pure, sided, twisted)]
    off_deg = np.rad2deg(np.arctan(np.sin(np.deg2rad(4.0)) / np.sin(np.deg2rad(45.0))))
    assert abs(errors[1] - errors[0]) == pytest.approx(off_deg, abs=1.0)
    assert errors[2] == pytest.approx(errors[0], abs=0.5)


def test_the_estimate_turns_with_the_clip() -> None:
    run = do(three_bends(np.random.default_rng(3)), mount="nominal")
    turn = Rotation.from_euler("xyz", [30.0, -70.0, 110.0], degrees=True).as_matrix()
    found = estimate(run)
    turned = mount_by_bends(run.t_s, run.acc_ms2 @ turn.T, run.gyr_rads @ turn.T)
    assert isinstance(turned, MountEstimate)
    np.testing.assert_allclose(turned.pelvis_from_sensor @ turn, found.pelvis_from_sensor, atol=1e-3)
    np.testing.assert_allclose(matrix_of(found.quaternion), found.pelvis_from_sensor, atol=1e-12)


def test_forty_persons_with_sensors_of_their_own() -> None:
    errors = []
    for seed in range(40):
        run = do_with_errors(three_bends(np.random.default_rng(seed)), seed)
        errors.append(heading_error_deg(estimate(run).pelvis_from_sensor, run.pelvis_from_sensor))
    assert np.sqrt(np.mean(np.square(errors))) < 3.0
    assert np.max(np.abs(errors)) < 90.0  # forward is forward


def test_it_takes_less_than_half_a_minute() -> None:
    assert all(do(three_bends(np.random.default_rng(seed))).t_s[-1] < 30.0 for seed in range(10))


@pytest.mark.parametrize(
    ("movements", "reason"),
    [
        ([Walk(), *three_bends()], "did not stand still"),
        ([Stand(8.0)], "no bends"),
        ([Stand(4.0), Bend()], "one bend"),
        ([Stand(4.0), *[Bend(pelvis_deg=15.0)] * 3], "leaned by 15 deg only"),
        ([Stand(4.0), *[Bend(pelvis_deg=-16.0)] * 3], "backwards"),
        ([Stand(4.0), Bend(), Bend(), Bend(pelvis_deg=-40.0)], "different ways"),
        ([Stand(4.0), Bend(), Bend(), Bend(pelvis_deg=30.0, side_deg=22.0)], "leaning to a side"),
        ([Stand(4.0), LegStand(), LegStand()], "no bends"),
    ],
)  # fmt: skip
def test_what_does_not_tell_the_mount_is_refused_with_the_reason(movements: list[Movement], reason: str) -> None:
    assert reason in str(refusal(movements))


def test_a_clip_that_moves_between_the_bends_is_refused() -> None:
    run = do(three_bends())
    turn = Rotation.from_rotvec(np.deg2rad(12.0) * run.pelvis_from_sensor[0]).as_matrix()
    late = run.t_s > run.starts_s[2]
    acc, gyr = run.acc_ms2.copy(), run.gyr_rads.copy()
    acc[late], gyr[late] = acc[late] @ turn.T, gyr[late] @ turn.T
    found = mount_by_bends(run.t_s, acc, gyr)
    assert isinstance(found, Refusal)


def test_gaps_and_what_is_no_number_are_refused() -> None:
    run = do(three_bends())
    kept = (run.t_s < 6.0) | (run.t_s > 6.5)
    gap = mount_by_bends(run.t_s[kept], run.acc_ms2[kept], run.gyr_rads[kept])
    assert "0.5 s of samples are missing" in str(gap)
    acc = run.acc_ms2.copy()
    acc[900, 1] = np.nan
    assert "no numbers" in str(mount_by_bends(run.t_s, acc, run.gyr_rads))
    assert isinstance(mount_by_bends(run.t_s[:1], run.acc_ms2[:1], run.gyr_rads[:1]), Refusal)
    assert isinstance(mount_by_bends(run.t_s[:0], run.acc_ms2[:0], run.gyr_rads[:0]), Refusal)
    constant = np.tile([0.0, 9.81, 0.0], (2000, 1))
    assert "no bends" in str(mount_by_bends(np.arange(2000) / 208.0, constant, np.zeros((2000, 3))))


def test_more_than_three_bends_are_taken_and_two_are_enough() -> None:
    assert estimate(do([Stand(4.0), *[Bend()] * 5])).repetitions == 5
    two = estimate(do([Stand(4.0), Bend(), replace(Bend(), pelvis_deg=55.0)]))
    assert two.repetitions == 2
    assert two.verdict.startswith("fair")


def test_real_bows_in_daily_life_give_the_nominal_mount(reference_data: Path) -> None:
    """A clip on the lower back, x up, y right, z forward, through two minutes of daily tasks with nine bows in them."""
    recording = read_imu_csv(reference_data / "walking" / "mobgap_ha001" / "daily" / "imu.csv")
    block = recording.blocks[0]
    found = mount_by_bends(block.t_s, block.acc_ms2, block.gyr_rads)
    assert isinstance(found, MountEstimate)
    nominal = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert abs(heading_error_deg(found.pelvis_from_sensor, nominal)) < 10.0  # "within some degrees" of these axes


@pytest.mark.parametrize("name", ["running/rbds001_2.5ms", "running/rbds001_3.5ms", "walking/tripod_sacrum"])
def test_running_and_walking_are_no_bends(reference_data: Path, name: str) -> None:
    block = read_imu_csv(reference_data / name / "imu.csv").blocks[0]
    assert isinstance(mount_by_bends(block.t_s, block.acc_ms2, block.gyr_rads), Refusal)
