"""The short texts that describe a simulated run, and the options' limits."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.errors import UsageError
from hipdrop.events import Side, Site
from hipdrop.simulate import Bout, RunnerConfig, Sag, Slip
from hipdrop.simulate.specs import MOUNT_NAMES, mount_matrix, nominal_mount, parse_bouts


def test_sag_reads_side_size_start_and_ramp() -> None:
    assert Sag.parse("left:2.0@14+0.5") == Sag(Side.LEFT, 2.0, 14.0, 0.5)
    assert Sag.parse("both:-1@3") == Sag(Side.BOTH, -1.0, 3.0, 0.0)


@pytest.mark.parametrize("text", ["", "left", "left:2", "up:2@3", "left:2@-3", "left:two@3", "left:2@3+", "left:nan@3"])
def test_bad_sag_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"left:2\.0@14\+0\.5"):
        Sag.parse(text)


def test_sag_level_is_a_ramp_or_a_step() -> None:
    minutes = np.array([1.9, 2.0, 2.25, 2.5, 9.0])
    np.testing.assert_allclose(Sag(Side.LEFT, 2.0, 2.0, 0.5).level(60 * minutes), [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(Sag(Side.LEFT, 2.0, 2.0).level(60 * minutes), [0, 1, 1, 1, 1])


def test_bouts_are_single_or_a_pattern() -> None:
    assert parse_bouts("12+1.5", 60.0) == (Bout(12.0, 1.5),)
    assert parse_bouts("4/1", 15.0) == (Bout(4.0, 1.0), Bout(9.0, 1.0), Bout(14.0, 1.0))


@pytest.mark.parametrize("text", ["", "4", "4-1", "0/0", "0.01/0.01", "a/b", "4/-1"])
def test_bad_bout_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="12\\+1 or 4/1"):
        parse_bouts(text, 10.0)


def test_slip_reads_an_axis() -> None:
    assert Slip.parse("10@2:roll") == Slip(10.0, 2.0, (1.0, 0.0, 0.0))
    assert Slip.parse("-8@1.5:pitch").axis == (0.0, 0.0, 1.0)
    assert Slip.parse("8@1:yaw").axis == (0.0, 1.0, 0.0)
    assert Slip.parse("8@1:1,0,-0.5").axis == (1.0, 0.0, -0.5)
    for text in ("8@1:sideways", "8@1:1,0", "8@1:0,0,0", "8@1:"):
        with pytest.raises(UsageError, match="slip"):
            Slip.parse(text)


def test_slip_reads_angle_and_minute() -> None:
    assert Slip.parse("-8@10") == Slip(-8.0, 10.0)
    with pytest.raises(UsageError, match="8@10"):
        Slip.parse("8")


@pytest.mark.parametrize("site", list(Site))
@pytest.mark.parametrize("name", MOUNT_NAMES)
def test_every_named_mount_is_a_rotation(name: str, site: Site) -> None:
    matrix = mount_matrix(name, site, np.random.default_rng(5))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


def test_nominal_mount_has_y_up_and_z_out_of_the_body() -> None:
    up, right, forward = np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([1, 0, 0])
    for site, outward in ((Site.SACRUM, -forward), (Site.LEFT_HIP, -right), (Site.RIGHT_HIP, right)):
        np.testing.assert_allclose(nominal_mount(site) @ up, [0, 1, 0])
        np.testing.assert_allclose(nominal_mount(site) @ outward, [0, 0, 1])


def test_other_mounts_turn_the_nominal_one() -> None:
    rng = np.random.default_rng(1)
    up, back = np.array([0, 1, 0]), np.array([-1, 0, 0])
    np.testing.assert_allclose(mount_matrix("upside-down", Site.SACRUM, rng) @ up, [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(np.abs(mount_matrix("on-side", Site.SACRUM, rng) @ up), [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(mount_matrix("back-to-front", Site.SACRUM, rng) @ back, [0, 0, -1], atol=1e-12)


def test_random_mounts_cover_the_sphere() -> None:
    rng = np.random.default_rng(2)
    ups = np.array([mount_matrix("random", Site.SACRUM, rng)[:, 1] for _ in range(4000)])
    np.testing.assert_allclose(ups.mean(axis=0), 0.0, atol=0.03)  # 1/sqrt(3 * 4000) = 0.009 is one sigma
    np.testing.assert_allclose(np.cov(ups.T), np.eye(3) / 3, atol=0.03)


def test_nine_numbers_are_the_rows_of_sensor_from_pelvis() -> None:
    rng = np.random.default_rng(3)
    wanted = mount_matrix("random", Site.SACRUM, rng)
    text = ",".join(f"{value:.6f}" for value in wanted.ravel())
    np.testing.assert_allclose(mount_matrix(text, Site.LEFT_HIP, rng), wanted, atol=1e-5)
    np.testing.assert_allclose(mount_matrix(tuple(wanted.ravel()), Site.LEFT_HIP, rng), wanted, atol=1e-12)


@pytest.mark.parametrize(
    ("mount", "remedy"),
    [
        ("sideways", "no name"),
        ("1,2,3", "nine numbers"),
        ("nan " * 9, "nine numbers"),
        ("1 0 0 0 1 0 0 0 -1", "no rotation"),
        ("2" * 9, "no name"),
    ],
)
def test_bad_mounts_are_refused(mount: str, remedy: str) -> None:
    with pytest.raises(UsageError, match=remedy):
        mount_matrix(mount, Site.SACRUM, np.random.default_rng(0))


@pytest.mark.parametrize(
    "options",
    [
        {"minutes": 0.0},
        {"minutes": float("nan")},
        {"rate_hz": 49.0},
        {"rate_hz": 1001.0},
        {"speed_ms": 1.0},
        {"drop_left_deg": 9.0},
        {"drop_frames": 1.0},
        {"wobble_deg": -1.0},
        {"gyro_noise_mdps": -1.0},
        {"gyro_bias_dps": (1.0, 2.0)},
        {"turns": "figure-eight"},
        {"turns": float("nan")},
        {"acc_offset_mg": (1.0, 2.0, float("inf"))},
        {"seed": -1},
    ],
)
def test_options_out_of_range_are_refused_by_name(options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        RunnerConfig(**options)  # type: ignore[arg-type]
