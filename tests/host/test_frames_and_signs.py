"""What reads plus when the wearer does what (docs/frames-and-signs.md): from samples in sensor axes to angles.

The movements are made of what the eye sees, points of the pelvis that go up, down, forward or to the left, and not of
the formulas under test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hipdrop import columns as col
from hipdrop.drop import obliquity_course
from hipdrop.events import Side, Site
from hipdrop.monitor import words
from hipdrop.orientation import OrientationStage
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.settings import ContactSettings, DropSettings, OrientationSettings
from hipdrop.simulate.specs import mount_matrix
from synthetic import RATE_HZ, block_of, ring_of

ANGLE_DEG = 12.0
STILL_S, MOVE_S = 3.0, 1.0
FRONT, CROWN, RIGHT_HIP = np.eye(3)  # points of the pelvis in pelvis axes: x forward, y up, z right
BACK, LEFT_HIP = -FRONT, -RIGHT_HIP

# name: the point of the pelvis that is watched, the world direction it moves to; axis of the rate, signs of the angles
MOVES = {
    "lean to the left": (LEFT_HIP, -CROWN, (-1, 0, 0), -1, 0),
    "lift the right hip": (RIGHT_HIP, CROWN, (-1, 0, 0), -1, 0),
    "stand on the left leg, right hip drops": (RIGHT_HIP, -CROWN, (1, 0, 0), 1, 0),
    "stand on the right leg, left hip drops": (LEFT_HIP, -CROWN, (-1, 0, 0), -1, 0),
    "turn to the left": (FRONT, LEFT_HIP, (0, 1, 0), 0, 0),
    "bow": (FRONT, -CROWN, (0, 0, -1), 0, -1),
    "lean back": (FRONT, CROWN, (0, 0, 1), 0, 1),
}
MOUNTS = [(name, site) for site in Site for name in ("nominal", "upside-down", "on-side", "back-to-front", "random")]


@dataclass(frozen=True, eq=False)
class Read:
    """What is read of a movement: mean rate about the pelvis axes in deg/s, angles at its end, specific force in g."""

    rate_dps: Array
    obliquity_deg: float
    tilt_deg: float
    force_g: Array


def seen_turn(point: Array, towards: Array) -> Array:
    """Give the rotation vector, world axes, that moves a point of the pelvis in a direction across it."""
    return np.asarray(np.cross(point, towards) * np.deg2rad(ANGLE_DEG))


def read(point: Array, towards: Array, sensor_from_pelvis: Array) -> Read:
    """Stand, move on the spot, stand: made in world axes, worn by the mount, read by the stage and the formulas."""
    t_s = np.arange(0.0, 2.0 * STILL_S + MOVE_S, 1.0 / RATE_HZ)
    u = np.clip((t_s - STILL_S) / MOVE_S, 0.0, 1.0)
    turn = seen_turn(point, towards)
    world_from_pelvis = Rotation.from_rotvec(np.outer(u - np.sin(2.0 * np.pi * u) / (2.0 * np.pi), turn))
    assert (world_from_pelvis[-1].apply(point) - point) @ towards > 0.15  # it does what its name says
    rate = np.outer((1.0 - np.cos(2.0 * np.pi * u)) / MOVE_S, turn)  # about a fixed axis: alike in both frames
    force = STANDARD_GRAVITY_MS2 * world_from_pelvis.inv().apply(CROWN)
    columns = np.empty((col.COUNT, len(t_s)))
    stage = OrientationStage(RATE_HZ, OrientationSettings(), ContactSettings())
    stage.push(block_of(force @ sensor_from_pelvis.T, rate @ sensor_from_pelvis.T), columns)
    pelvis_from_sensor = sensor_from_pelvis.T
    last = len(t_s) - 1.0
    ring, settings = ring_of(columns), DropSettings()
    course = obliquity_course(
        ring, pelvis_from_sensor[2], stage.up_shift, last - 200, last - 130, last - 60, ring.end, settings
    )
    up = pelvis_from_sensor @ columns[col.UP, -1]
    return Read(
        np.rad2deg(pelvis_from_sensor @ columns[col.GYR][:, (u > 0.0) & (u < 1.0)].mean(axis=1)),
        course.mean_deg,
        float(np.rad2deg(np.arctan2(up[0], up[1]))),
        pelvis_from_sensor @ columns[col.ACC, -1] / STANDARD_GRAVITY_MS2,
    )


@pytest.mark.parametrize(("mount", "site"), MOUNTS)
@pytest.mark.parametrize("move", list(MOVES))
def test_what_the_wearer_does_reads_as_the_page_says(move: str, mount: str, site: Site) -> None:
    point, towards, axis, obliquity_sign, tilt_sign = MOVES[move]
    found = read(point, towards, mount_matrix(mount, site, np.random.default_rng(4)))
    np.testing.assert_allclose(found.rate_dps, ANGLE_DEG / MOVE_S * np.array(axis), atol=0.2)
    assert found.obliquity_deg == pytest.approx(obliquity_sign * ANGLE_DEG, abs=0.3)
    assert found.tilt_deg == pytest.approx(tilt_sign * ANGLE_DEG, abs=0.3)
    side_g, lean_g = np.sin(np.deg2rad(ANGLE_DEG)) * np.array([-obliquity_sign, tilt_sign])
    np.testing.assert_allclose(found.force_g[[2, 0]], [side_g, lean_g], atol=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_obliquity_is_the_height_of_the_hips_at_any_tilt_and_rotation(seed: int) -> None:
    """Baker 2001: rotation, obliquity, tilt in this order; the sine of obliquity is how far the right hip is down."""
    rotation, obliquity, tilt = np.random.default_rng(seed).uniform(-40.0, 40.0, 3)
    world_from_pelvis = Rotation.from_euler("YXZ", [rotation, obliquity, tilt], degrees=True)
    up = world_from_pelvis.inv().apply(CROWN)
    assert np.rad2deg(-np.arcsin(up[2])) == pytest.approx(obliquity)
    assert np.rad2deg(np.arctan2(up[0], up[1])) == pytest.approx(tilt)
    hips = world_from_pelvis.apply([LEFT_HIP, RIGHT_HIP])
    assert hips[0] @ CROWN - hips[1] @ CROWN == pytest.approx(2.0 * np.sin(np.deg2rad(obliquity)))


def test_another_order_of_the_angles_finds_obliquity_in_level_hips() -> None:
    """Why the order is fixed: level hips, 20 deg of tilt and 30 of rotation read 10 deg in the order it replaced."""
    level = Rotation.from_euler("YXZ", [30.0, 0.0, -20.0], degrees=True)
    assert abs(level.as_euler("ZXY", degrees=True)[1]) == pytest.approx(9.85, abs=0.01)
    assert -np.arcsin(level.inv().apply(CROWN)[2]) == pytest.approx(0.0, abs=1e-12)


def test_a_step_is_named_by_the_leg_that_stands_and_its_drop_by_the_other_hip() -> None:
    assert words.drops(Side.LEFT) == "left leg: right hip drops"
    assert words.drops(Side.RIGHT) == "right leg: left hip drops"
