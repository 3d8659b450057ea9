"""Movements of calibration: physics with closed-form answers, and that they can follow each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid
from scipy.spatial.transform import Rotation

from hipdrop.events import Side, Site
from hipdrop.imucsv import read_imu_csv
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.coefficients import OBLIQUITY, RIGHT, TILT
from hipdrop.simulate.movements import Bend, LegStand, Movement, Stand, Walk, minimum_jerk, sway, three_bends
from hipdrop.simulate.movements_run import MovementsRun, perform
from synthetic import IDEAL

SCRIPT: list[Movement] = [Stand(2.0), Bend(pelvis_deg=50.0), LegStand(Side.LEFT), LegStand(Side.RIGHT), Walk()]


def ideal(movements: list[Movement], **options: object) -> MovementsRun:
    return perform(movements, RunnerConfig(**{**IDEAL, **options}))  # type: ignore[arg-type]


def in_pelvis(run: MovementsRun) -> tuple[np.ndarray, np.ndarray]:
    return run.acc_ms2 @ run.pelvis_from_sensor.T, run.gyr_rads @ run.pelvis_from_sensor.T


def test_minimum_jerk_begins_and_ends_at_rest() -> None:
    u = np.linspace(-0.5, 1.5, 2001)
    course = minimum_jerk(u)
    assert (course[u <= 0.0] == 0.0).all()
    assert (course[u >= 1.0] == 1.0).all()
    speed = np.gradient(course, u)
    assert speed.max() == pytest.approx(1.875, rel=1e-3)  # 15/8 of the mean (Flash and Hogan 1985)
    assert abs(np.gradient(speed, u)).max() < 5.8  # 10 / sqrt 3, and no jump at the ends


@pytest.mark.parametrize("movement", [Bend(), LegStand(), Walk()])
def test_a_movement_is_nothing_before_it_begins_and_after_it(movement: Movement) -> None:
    outside_s = np.array([-1.0, 0.0, movement.duration_s, movement.duration_s + 5.0])
    np.testing.assert_allclose(movement.channels(outside_s, np.random.default_rng(1)), 0.0, atol=1e-12)


def test_a_bend_tilts_forward_and_a_left_stand_goes_left_and_lifts_the_right_hip() -> None:
    rng = np.random.default_rng(1)
    bend = Bend(pelvis_deg=40.0)
    low = bend.channels(np.array([bend.down_s + 0.1]), rng)
    assert np.rad2deg(low[TILT, 0]) == pytest.approx(-40.0)
    stand = LegStand(Side.LEFT, shift_mm=80.0, drop_deg=-3.0, sway=0.0)
    up = stand.channels(np.array([stand.shift_s + 1.0]), rng)
    assert 1e3 * up[RIGHT, 0] == pytest.approx(-80.0)
    assert np.rad2deg(up[OBLIQUITY, 0]) == pytest.approx(-3.0)
    mirrored = replace(stand, leg=Side.RIGHT).channels(np.array([stand.shift_s + 1.0]), rng)
    np.testing.assert_allclose(mirrored[[RIGHT, OBLIQUITY]], -up[[RIGHT, OBLIQUITY]])


def test_sway_has_the_size_of_quiet_standing() -> None:
    wander = sway(np.arange(0.0, 600.0, 0.05), np.random.default_rng(4))
    rms = np.sqrt(np.mean(wander**2, axis=1))
    np.testing.assert_allclose(1e3 * rms[[3, 5]], [4.0, 2.5], rtol=0.1)  # mm, Prieto et al. 1996
    np.testing.assert_allclose(np.rad2deg(rms[:3]), [0.25, 0.15, 0.25], rtol=0.1)


@pytest.mark.parametrize("site", list(Site))
def test_the_gyroscope_integrates_to_the_true_angles(site: Site) -> None:
    run = ideal(SCRIPT, site=site, mount="random", rate_hz=416.0)
    _, gyr = in_pelvis(run)
    dt_s = 1.0 / run.config.rate_hz
    turns = Rotation.from_rotvec(0.5 * (gyr[1:] + gyr[:-1]) * dt_s)
    angles = np.column_stack([run.angles_deg[2], run.angles_deg[1], run.angles_deg[0]])
    pose = Rotation.from_euler("YXZ", angles[0], degrees=True)
    for turn in turns:
        pose = pose * turn
    truth = Rotation.from_euler("YXZ", angles[-1], degrees=True)
    assert np.rad2deg((pose.inv() * truth).magnitude()) < 0.05


def test_the_specific_force_integrates_to_the_true_way_to_the_side() -> None:
    run = ideal([Stand(2.0), LegStand(Side.LEFT, drop_deg=0.0, turn_deg=0.0, tilt_deg=0.0)], mount="on-side")
    acc, _ = in_pelvis(run)
    angles = np.column_stack([run.angles_deg[2], run.angles_deg[1], run.angles_deg[0]])
    right = Rotation.from_euler("YXZ", angles, degrees=True).apply(acc)[:, 2]
    speed = cumulative_trapezoid(right, run.t_s, initial=0.0) + np.gradient(run.right_m, run.t_s)[0]
    way = cumulative_trapezoid(speed, run.t_s, initial=0.0) + run.right_m[0]
    assert np.max(np.abs(way - run.right_m)) < 2e-3  # what the lever of 20 mm adds, and the trapezoids


def test_standing_reads_one_g_along_up() -> None:
    run = ideal([Stand(20.0)], mount="upside-down")
    acc, gyr = in_pelvis(run)
    mean = acc.mean(axis=0) / STANDARD_GRAVITY_MS2
    assert np.linalg.norm(mean) == pytest.approx(1.0, abs=1e-3)
    assert np.rad2deg(np.arctan2(mean[0], mean[1])) == pytest.approx(run.angles_deg[0].mean(), abs=0.1)
    assert np.rad2deg(gyr.std(axis=0).max()) < 1.0


def test_movements_start_when_they_say_and_can_be_felt_by_a_clip_or_written(tmp_path: Path) -> None:
    run = perform(SCRIPT, RunnerConfig(seed=2, mount="random"))
    assert run.starts_s == (0.0, 2.0, 6.3, 13.2, 20.1)
    assert run.feed.duration_s == pytest.approx(28.1, abs=0.01)
    run.write_csv(tmp_path / "movements.csv")
    recording = read_imu_csv(tmp_path / "movements.csv")
    np.testing.assert_allclose(recording.blocks[0].acc_ms2, run.acc_ms2, atol=1e-3)
    again = perform(SCRIPT, RunnerConfig(seed=2, mount="random"))
    np.testing.assert_array_equal(run.acc_ms2, again.acc_ms2)


def test_bends_of_a_person_differ_and_are_forward() -> None:
    bends = [m for m in three_bends(np.random.default_rng(5)) if isinstance(m, Bend)]
    assert len({bend.pelvis_deg for bend in bends}) == 3
    assert all(25.0 < bend.pelvis_deg < 65.0 for bend in bends)
    assert sum(m.duration_s for m in three_bends()) < 30.0
