"""Physics of the ideal sensor, with closed-form answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hipdrop.events import Site
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from hipdrop.simulate.motion import LEVER_M, MARGIN, angular_rate, differences, to_pelvis, to_world
from hipdrop.simulate.way import BEND_RADIUS_M, STRAIGHT_M

IDEAL = {"gyro_noise_mdps": 0.0, "acc_noise_ug": 0.0, "gyro_lsb_mdps": 0.0, "acc_lsb_mg": 0.0}


def ideal(**options: object) -> SimulatedRun:
    return simulate(RunnerConfig(**{**IDEAL, **options}))  # type: ignore[arg-type]


def matrices(run: SimulatedRun) -> Rotation:
    """Pelvis to world, built by another library from the true angles."""
    angles = np.column_stack([run.rotation_deg, run.obliquity_deg, run.tilt_deg])
    return Rotation.from_euler("YXZ", angles, degrees=True)


def in_pelvis(run: SimulatedRun) -> tuple[Array, Array]:
    """Rate in rad/s and specific force in m/s², (N, 3) in pelvis axes."""
    return np.deg2rad(run.gyr_dps) @ run.pelvis_from_sensor.T, run.acc_ms2 @ run.pelvis_from_sensor.T


@pytest.mark.parametrize("mount", ["nominal", "upside-down", "on-side", "back-to-front", "random"])
def test_standing_still_reads_one_g_along_up(mount: str) -> None:
    run = ideal(minutes=0.1, mount=mount, variability=0.0)  # no variability: no sway
    np.testing.assert_allclose(run.gyr_dps, 0.0, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(run.acc_ms2, axis=1), STANDARD_GRAVITY_MS2, rtol=1e-9)
    up = matrices(run).inv().apply([0.0, 1.0, 0.0])
    np.testing.assert_allclose(run.acc_ms2 @ run.pelvis_from_sensor.T, STANDARD_GRAVITY_MS2 * up, atol=1e-8)


def test_obliquity_is_positive_with_the_right_side_down() -> None:
    angles = np.deg2rad([[0.0], [5.0], [0.0]])
    right = to_world(angles, np.array([[0.0], [0.0], [1.0]]))
    assert right[1, 0] == pytest.approx(-np.sin(np.deg2rad(5.0)))


def test_rotations_agree_with_another_library() -> None:
    rng = np.random.default_rng(1)
    angles, vectors = rng.uniform(-1, 1, (3, 50)), rng.standard_normal((3, 50))
    there = Rotation.from_euler("YXZ", np.column_stack([angles[2], angles[1], angles[0]]))
    np.testing.assert_allclose(to_world(angles, vectors).T, there.apply(vectors.T), atol=1e-12)
    np.testing.assert_allclose(to_pelvis(angles, vectors).T, there.inv().apply(vectors.T), atol=1e-12)


def test_angular_rate_of_a_pure_turn_lies_along_up() -> None:
    angles = np.deg2rad([[-16.0], [3.0], [40.0]])
    rate = angular_rate(angles, np.array([[0.0], [0.0], [0.7]]))
    np.testing.assert_allclose(rate, 0.7 * to_pelvis(angles, np.array([[0.0], [1.0], [0.0]])), atol=1e-12)


@pytest.mark.parametrize(("weights", "order"), [("FIRST", 1), ("SECOND", 2)])
def test_differences_of_a_sine_are_its_derivatives(weights: str, order: int) -> None:
    from hipdrop.simulate import motion

    step_s, w = 1 / 200.0, 2 * np.pi * 14.0  # the 10th harmonic of a stride
    t = step_s * np.arange(400)
    found = differences(np.sin(w * t), getattr(motion, weights)) / step_s**order
    true = w * np.cos(w * t) if order == 1 else -(w**2) * np.sin(w * t)
    np.testing.assert_allclose(found, true[MARGIN:-MARGIN], atol=1e-4 * w**order)


@pytest.mark.parametrize("options", [{}, {"speed_ms": 4.5, "site": Site.LEFT_HIP}, {"turns": 10.0, "rate_hz": 400.0}])
def test_gyroscope_integrates_to_the_true_rotation(options: dict[str, object]) -> None:
    run = ideal(minutes=0.5, stand_s=0.0, **options)
    gyr, _ = in_pelvis(run)
    there = matrices(run)
    step_s = 1.0 / run.config.rate_hz
    steps = Rotation.from_rotvec(0.5 * (gyr[1:] + gyr[:-1]) * step_s)  # trapezoid; error goes with the step squared
    here = there[0]
    for step in steps:
        here = here * step
    assert np.rad2deg((here.inv() * there[-1]).magnitude()) < 0.3


def test_specific_force_integrates_to_the_motion_of_the_sensor() -> None:
    run = ideal(minutes=0.5, stand_s=0.0, rate_hz=400.0, site=Site.RIGHT_HIP)
    world = matrices(run).apply(in_pelvis(run)[1]) - [0.0, STANDARD_GRAVITY_MS2, 0.0]
    np.testing.assert_allclose(world.mean(axis=0), 0.0, atol=0.05)  # a runner on a belt gets nowhere
    velocity = np.cumsum(world, axis=0) / 400.0
    height = np.cumsum(velocity[:, 1] - velocity[:, 1].mean()) / 400.0
    assert 0.08 < np.ptp(height[1000:2000]) < 0.14  # facts/algorithms.md 13: bounce 10 to 12 cm


def test_lever_arm_between_the_hips_is_rigid_body_kinematics() -> None:
    left, right = (ideal(minutes=0.2, stand_s=0.0, rate_hz=400.0, site=s) for s in (Site.LEFT_HIP, Site.RIGHT_HIP))
    gyr, left_acc = in_pelvis(left)
    right_acc = in_pelvis(right)[1]
    arm = LEVER_M[Site.RIGHT_HIP] - LEVER_M[Site.LEFT_HIP]
    alpha = np.gradient(gyr, 1 / 400.0, axis=0)
    expected = np.cross(alpha, arm) + np.cross(gyr, np.cross(gyr, arm))
    inner = slice(5, -5)
    np.testing.assert_allclose((right_acc - left_acc)[inner], expected[inner], atol=0.35)  # np.gradient is second order
    np.testing.assert_allclose(in_pelvis(right)[0], gyr, atol=1e-9)


def test_a_constant_turn_gives_yaw_rate_and_centripetal_acceleration() -> None:
    turn_dps, speed_ms = 6.0, 3.5
    run = ideal(minutes=2.0, speed_ms=speed_ms, turns=turn_dps, stand_s=0.0)
    still = ideal(minutes=2.0, speed_ms=speed_ms, stand_s=0.0)
    up = matrices(run).inv().apply([0.0, 1.0, 0.0])
    extra = in_pelvis(run)[0] - in_pelvis(still)[0]
    np.testing.assert_allclose(extra, np.deg2rad(turn_dps) * up, atol=2e-4)
    world = matrices(run).apply(in_pelvis(run)[1])
    heading = np.deg2rad(run.rotation_deg - still.rotation_deg)
    to_the_left = -np.sin(heading) * world[:, 0] - np.cos(heading) * world[:, 2]
    assert to_the_left.mean() == pytest.approx(speed_ms * np.deg2rad(turn_dps), abs=0.02)


def test_a_lap_of_the_oval_is_a_full_turn() -> None:
    options = {"minutes": 2.5, "speed_ms": 4.0, "stand_s": 0.0, "rate_hz": 50.0}
    run, straight = ideal(turns="oval", **options), ideal(**options)
    heading = run.rotation_deg - straight.rotation_deg  # the same strides in both
    at = np.interp([10.0, 30.0, 45.0, 60.0, 130.0], run.t_s, heading)  # a lap takes 100 s, its bends 21-50 and 71-100 s
    assert at[0] == pytest.approx(0.0, abs=0.01)
    assert (at[2] - at[1]) / 15.0 == pytest.approx(np.rad2deg(4.0 / BEND_RADIUS_M), rel=1e-3)
    assert at[3] == pytest.approx(180.0, abs=1.0)
    assert at[4] - at[1] == pytest.approx(360.0, abs=1.0)
    assert 2 * (STRAIGHT_M + np.pi * BEND_RADIUS_M) == pytest.approx(400.0)
