"""The mount found from strides whose mount is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hipdrop.events import MountFound, Site
from hipdrop.mount import Mount, MountFinder
from hipdrop.samples import Array
from hipdrop.settings import MountSettings
from hipdrop.strides import EVEN, HARMONICS, ODD, ORDERS, Complex
from synthetic import REPEATABLE, events_of, simulated, true_strides

SETTINGS = MountSettings()
STRIDE_S = 0.7
UP = np.array([0.0, 1.0, 0.0])
FORWARD, UPWARD, RIGHT, ROLL, YAW, PITCH = range(6)
some_rotation = st.integers(0, 10_000).map(lambda seed: Rotation.random(random_state=seed).as_matrix())


def pure_stride(lever_m: float = 0.0) -> Complex:
    """A stride as even as can be, in pelvis axes: forward, up and pitch repeat every step, the others every stride.

    Braking comes before the peak of the vertical: forward acceleration is minus the derivative of the vertical one.
    """
    stride = np.zeros((6, HARMONICS), dtype=np.complex128)
    stride[UPWARD, EVEN] = [9.0, -2.0, 0.5j]
    stride[FORWARD, EVEN] = -0.2j * ORDERS[EVEN] * stride[UPWARD, EVEN]
    stride[PITCH, EVEN] = [0.8j, 0.2, 0.1]
    stride[ROLL, ODD] = [0.5, 0.8j, 0.1]
    stride[YAW, ODD] = [1.2, 0.3, 0.1]
    stride[RIGHT, ODD] = [2.0, 1.0, 0.4]
    spin = 2j * np.pi / STRIDE_S * ORDERS[ODD] * stride[YAW, ODD]
    stride[FORWARD, ODD] = lever_m * spin  # rigid body: in quadrature with the sideways acceleration above
    return stride


def worn(stride: Complex, sensor_from_pelvis: Array) -> Complex:
    return np.concatenate((sensor_from_pelvis @ stride[:3], sensor_from_pelvis @ stride[3:]))


def finder_of(stride: Complex, sensor_from_pelvis: Array, strides: int = 8) -> MountFinder:
    """A finder that has seen the stride from one foot and the other by turns."""
    finder = MountFinder(SETTINGS)
    for k in range(strides):
        parity = 1 if k % 2 == 0 else -1
        seen = stride.copy()
        seen[:, ODD] *= parity
        finder.push(worn(seen, sensor_from_pelvis), parity, sensor_from_pelvis @ UP, STRIDE_S)
    return finder


def angle_deg(found: Mount, sensor_from_pelvis: Array) -> float:
    return float(np.rad2deg(Rotation.from_matrix(found.pelvis_from_sensor @ sensor_from_pelvis).magnitude()))


@REPEATABLE
@given(sensor_from_pelvis=some_rotation)
def test_any_mount_is_found(sensor_from_pelvis: Array) -> None:
    found = finder_of(pure_stride(), sensor_from_pelvis).find(None, None, None)
    assert found is not None
    assert angle_deg(found, sensor_from_pelvis) < 0.1  # between the whole degrees that are tried
    assert found.site is Site.SACRUM
    assert found.quality > SETTINGS.min_quality
    assert found.forward_correlation > 0.9  # made to run against the derivative of the vertical exactly
    np.testing.assert_allclose(found.pelvis_from_sensor @ found.pelvis_from_sensor.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(found.pelvis_from_sensor) == pytest.approx(1.0)


@REPEATABLE
@given(sensor_from_pelvis=some_rotation, lever_m=st.sampled_from([-0.16, -0.1, 0.0, 0.05, 0.1, 0.2]))
def test_the_lever_arm_tells_the_site(sensor_from_pelvis: Array, lever_m: float) -> None:
    found = finder_of(pure_stride(lever_m), sensor_from_pelvis).find(None, None, None)
    assert found is not None
    assert angle_deg(found, sensor_from_pelvis) < 1.0
    assert found.lever_m == pytest.approx(lever_m, abs=0.003)
    expected = Site.SACRUM if abs(lever_m) < 0.07 else Site.RIGHT_HIP if lever_m > 0.0 else Site.LEFT_HIP
    assert found.site is expected


def test_a_forward_acceleration_that_does_not_follow_the_yaw_is_no_hip() -> None:
    """A lever arm is read from it all the same; but over a hip it is nearly all that there is."""
    stride = pure_stride(0.16)
    stride[FORWARD, ODD] *= 1.0 + 0.7j
    found = finder_of(stride, np.eye(3)).find(None, None, None)
    assert found is not None
    assert abs(found.lever_m) > 0.07
    assert found.site is Site.SACRUM


def test_how_clearly_strides_run_backward_is_said_of_any_mount() -> None:
    finder = MountFinder(SETTINGS)
    assert finder.backward(Mount(np.eye(3), Site.SACRUM)) == 0.0
    finder = finder_of(pure_stride(), np.eye(3))
    assert finder.backward(Mount(np.eye(3), Site.SACRUM)) == pytest.approx(-1.0, abs=0.05)
    assert finder.backward(Mount(np.diag([-1.0, 1.0, -1.0]), Site.SACRUM)) == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(finder.mean_up() / np.linalg.norm(finder.mean_up()), UP, atol=1e-9)


def test_the_users_word_on_the_site_stands() -> None:
    found = finder_of(pure_stride(0.16), np.eye(3)).find(None, Site.LEFT_HIP, None)
    assert found is not None
    assert found.site is Site.LEFT_HIP


@REPEATABLE
@given(sensor_from_pelvis=some_rotation, turned_deg=st.floats(-60.0, 60.0))
def test_refining_keeps_the_forward_that_was_found(sensor_from_pelvis: Array, turned_deg: float) -> None:
    """An earlier find that faced backwards stays backwards: left and right never turn over unsaid."""
    earlier = Rotation.from_rotvec(np.deg2rad(180.0 + turned_deg) * UP).as_matrix() @ sensor_from_pelvis.T
    found = finder_of(pure_stride(), sensor_from_pelvis).find(None, None, Mount(earlier, Site.SACRUM))
    assert found is not None
    assert angle_deg(found, sensor_from_pelvis) == pytest.approx(180.0, abs=1.0)


def test_up_is_that_of_standing_where_there_was_one() -> None:
    standing = np.array([np.sin(np.deg2rad(10.0)), np.cos(np.deg2rad(10.0)), 0.0])
    finder = finder_of(pure_stride(), np.eye(3))
    found, level = finder.find(standing, None, None), finder.find(None, None, None)
    assert found is not None
    assert level is not None
    np.testing.assert_allclose(found.pelvis_from_sensor[1], standing, atol=1e-12)
    np.testing.assert_allclose(level.pelvis_from_sensor[1], UP, atol=1e-12)


def test_the_foot_that_a_bout_begins_with_does_not_matter() -> None:
    """Second bout with the feet the other way round: averaged in one, the odd harmonics would cancel."""
    mount = Rotation.random(random_state=3).as_matrix()
    stride = pure_stride(0.16)
    finder = finder_of(stride, mount)
    finder.end_bout()
    mirrored = stride.copy()
    mirrored[:, ODD] *= -1.0
    for _ in range(8):
        finder.push(worn(mirrored, mount), 1, mount @ UP, STRIDE_S)
    found = finder.find(None, None, None)
    assert finder.strides == 16
    assert found is not None
    assert angle_deg(found, mount) < 1.0
    assert found.lever_m == pytest.approx(0.16, abs=0.003)


def test_without_contrast_no_mount_is_found() -> None:
    """The same power at odd and even harmonics in every channel: nothing tells forward from sideways."""
    flat = np.ones((6, HARMONICS), dtype=np.complex128)
    finder = finder_of(flat, np.eye(3))
    assert finder.find(None, None, None) is None
    kept = finder.find(None, None, Mount(np.eye(3), Site.SACRUM))
    assert kept is not None  # refining goes on from an earlier find
    assert kept.quality < SETTINGS.min_quality


def test_without_braking_no_forward_is_believed() -> None:
    stride = pure_stride()
    stride[FORWARD, EVEN] = 0.2 * ORDERS[EVEN] * stride[UPWARD, EVEN]  # in phase with the vertical: no sign in it
    finder = finder_of(stride, np.eye(3))
    assert finder.find(None, None, None) is None
    kept = finder.find(None, None, Mount(np.eye(3), Site.SACRUM))
    assert kept is not None
    assert kept.quality > SETTINGS.min_quality
    assert kept.forward_correlation < SETTINGS.min_forward_correlation


def test_nothing_is_found_of_nothing() -> None:
    assert MountFinder(SETTINGS).find(None, None, None) is None
    assert MountFinder(SETTINGS).strides == 0


@pytest.mark.parametrize("runner", ["rbds001_2.5ms", "rbds001_3.5ms"])
@pytest.mark.parametrize("site", list(Site))
def test_strides_of_a_runner_in_true_pelvis_axes_point_forward(runner: str, site: Site) -> None:
    """Known truth of a simulated runner: heading to 10 deg (his symmetry axis is not his marker axis), site right."""
    finder = MountFinder(SETTINGS)
    strides = true_strides(simulated(minutes=0.4, stand_s=1.0, runner=runner, site=site))
    for stride in strides:
        finder.push(stride.harmonics, 1 if stride.begins_left else -1, stride.mean_up, stride.stride_s)
    found = finder.find(UP, None, None)
    assert found is not None
    assert angle_deg(found, np.eye(3)) < 10.0
    assert found.site is site


@pytest.mark.parametrize("site", list(Site))
@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_mount_is_found_in_a_run(site: Site, seed: int) -> None:
    run = simulated(minutes=0.5, mount="random", site=site, seed=seed)
    found = [event for event in events_of(run) if isinstance(event, MountFound)]
    assert found
    last = np.reshape(found[-1].pelvis_from_sensor, (3, 3))
    off = Rotation.from_matrix(last @ run.pelvis_from_sensor.T)
    assert found[-1].site is site
    # standing is level by definition, and the runner stands with the pelvis pitched: only the heading is compared
    right = last[2] @ run.pelvis_from_sensor.T
    heading_deg = np.rad2deg(np.arctan2(right[0], right[2]))
    assert abs(heading_deg) < 10.0
    assert off.magnitude() < np.deg2rad(30.0)
