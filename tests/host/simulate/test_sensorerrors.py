"""Errors of a sensor: what they do to a motion, how they are asked for, and that all who simulate use the same ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hipdrop.commands.live import chosen_link
from hipdrop.commands.simulate import simulate_command
from hipdrop.errors import UsageError
from hipdrop.links import open_link
from hipdrop.links.virtual import VirtualLink
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.output import sensor_path
from hipdrop.simulate.sensorerrors import NO_ERRORS, SensorErrors
from hipdrop.virtual.imu import Feed, Lsm6dsoxModel

G = STANDARD_GRAVITY_MS2
SMALL = RunnerConfig(minutes=0.1)


def one(**errors: tuple[float, float, float]) -> tuple[list[float], list[float]]:
    """What a chip with these errors makes of 1 g along x and 10 deg/s about y."""
    acc, gyr = SensorErrors(**errors).apply_g_dps(np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 10.0, 0.0]]))
    return acc[0].tolist(), gyr[0].tolist()


@pytest.mark.parametrize(
    ("errors", "acc_g", "gyr_dps"),
    [
        ({}, (1, 0, 0), (0, 10, 0)),
        ({"acc_offset_mg": (1, -2, 3)}, (1.001, -0.002, 0.003), (0, 10, 0)),
        ({"acc_scale_percent": (2, 1, 1)}, (1.02, 0, 0), (0, 10, 0)),
        ({"acc_cross_percent": (5, 2, 1)}, (1, 0.01, 0.02), (0, 10, 0)),  # yz, zx, xy
        ({"gyr_bias_dps": (0.1, 0.2, 0.3)}, (1, 0, 0), (0.1, 10.2, 0.3)),
        ({"gyr_scale_percent": (1, 2, 3)}, (1, 0, 0), (0, 10.2, 0)),
        # axes turned by 30 deg about x: the rate lies along their y, and backwards along their z
        ({"gyr_misalignment_deg": (30, 0, 0)}, (1, 0, 0), (0, 8.6602540, -5.0)),
        ({"acc_offset_mg_per_c": (9, 9, 9), "gyr_bias_dps_per_c": (1, 1, 1)}, (1, 0, 0), (0, 10, 0)),  # at 25 °C
    ],
)
def test_each_error_does_what_its_name_says(
    errors: dict[str, tuple[float, float, float]], acc_g: tuple[float, ...], gyr_dps: tuple[float, ...]
) -> None:
    acc, gyr = one(**errors)
    np.testing.assert_allclose(acc, acc_g, atol=1e-9)
    np.testing.assert_allclose(gyr, gyr_dps, atol=1e-6)


def test_offsets_move_with_temperature() -> None:
    errors = SensorErrors(acc_offset_mg=(10, 0, 0), acc_offset_mg_per_c=(0.1, 0, 0), gyr_bias_dps_per_c=(0, 0.01, 0))
    acc, gyr = errors.apply_g_dps(np.zeros((1, 3)), np.zeros((1, 3)), temperature_c=45.0)
    np.testing.assert_allclose(acc[0], [0.012, 0, 0], atol=1e-12)
    np.testing.assert_allclose(gyr[0], [0, 0.2, 0], atol=1e-12)


def test_a_chip_without_errors_changes_nothing_to_the_bit() -> None:
    motion = np.random.default_rng(1).standard_normal((50, 3)) * 30.0
    acc, gyr = NO_ERRORS.apply(motion, motion)
    np.testing.assert_array_equal(acc, motion)
    np.testing.assert_array_equal(gyr, motion)


@given(st.integers(0, 10_000))
def test_the_calibration_in_the_truth_undoes_the_errors(seed: int) -> None:
    draws = np.random.default_rng(seed)
    errors = SensorErrors.random(draws)
    motion = 20.0 * draws.standard_normal((20, 3))
    acc, _ = errors.apply(motion, motion, temperature_c=31.0)
    truth = errors.as_dict(temperature_c=31.0)
    matrix, offset = np.reshape(truth["acc_matrix"], (3, 3)), np.array(truth["acc_offset_ms2"])
    np.testing.assert_allclose((acc - offset) @ matrix.T, motion, atol=1e-9)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-15)
    _, gyr = errors.apply(motion, np.zeros_like(motion), temperature_c=31.0)
    np.testing.assert_allclose(np.rad2deg(gyr), np.tile(np.array(truth["gyro_bias_dps"]), (20, 1)))


def test_random_chips_are_of_their_class() -> None:
    """The spread that the class is said to have; and the inclination error that follows, of which 1.45 was measured."""
    chips = [SensorErrors.random(np.random.default_rng(seed)) for seed in range(600)]

    def sd(name: str) -> float:
        return float(np.std([getattr(chip, name) for chip in chips]))

    wanted = {
        "acc_offset_mg": 20.0, "acc_scale_percent": 0.5, "acc_cross_percent": 0.5 * np.sqrt(0.5), "gyr_bias_dps": 1.0,
        "gyr_scale_percent": 1.0, "acc_offset_mg_per_c": 0.1, "gyr_bias_dps_per_c": 0.01,
    }  # fmt: skip
    for name, value in wanted.items():
        assert sd(name) == pytest.approx(value, rel=0.06), name
    assert chips[0] == SensorErrors.random(np.random.default_rng(0))


def test_specs_are_read() -> None:
    assert SensorErrors.parse("none") == NO_ERRORS
    assert SensorErrors.parse("7") == SensorErrors.random(np.random.default_rng(7))
    spec = "acc-offset-mg=12,-15,10/gyr-bias-dps=0.6,-0.4,.5/acc-cross-percent=0,0,1"
    assert SensorErrors.parse(spec) == SensorErrors(
        (12, -15, 10), acc_cross_percent=(0, 0, 1), gyr_bias_dps=(0.6, -0.4, 0.5)
    )


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", "is none of acc-offset-mg"),
        ("-3", "is none of"),
        ("acc-offset=1,2,3", "'acc-offset' is none of acc-offset-mg"),
        ("acc-offset-mg=1,2", "give three numbers, X,Y,Z"),
        ("acc-offset-mg=1,2,x", "give three numbers, X,Y,Z"),
        ("acc-offset-mg", "give three numbers"),
        ("gyr-bias-dps=1,2,nan", "give three numbers"),
        ("gyr-bias-dps=1,2,300", "up to 100"),
        ("acc-cross-percent=30,0,0", "up to 20"),
    ],
)
def test_what_is_no_spec_is_refused(spec: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        SensorErrors.parse(spec)


def test_a_simulated_run_has_the_errors_and_its_own_options_on_top() -> None:
    errors = SensorErrors.random(np.random.default_rng(3))
    config = replace(SMALL, acc_noise_ug=0.0, gyro_noise_mdps=0.0, acc_lsb_mg=0.0, gyro_lsb_mdps=0.0, mount="random")
    clean = simulate(config)
    wrong = simulate(replace(config, sensor_errors=errors, acc_offset_mg=(5, 0, 0), gyro_bias_dps=(0, 1, 0)))
    acc, gyr = errors.apply(clean.acc_ms2, np.deg2rad(clean.gyr_dps))
    np.testing.assert_allclose(wrong.acc_ms2, acc + np.array([5e-3 * G, 0, 0]), atol=1e-9)
    np.testing.assert_allclose(wrong.gyr_dps, np.rad2deg(gyr) + np.array([0, 1, 0]), atol=1e-9)
    assert wrong.config.chip.errors == errors.plus((5, 0, 0), (0, 1, 0))


def test_the_truth_of_the_sensor_stands_beside_that_of_the_run(tmp_path: Path) -> None:
    errors = SensorErrors.random(np.random.default_rng(3))
    run = simulate(replace(SMALL, sensor_errors=errors))
    run.write(tmp_path / "run.csv", tmp_path / "truth.csv.gz")
    assert sensor_path(tmp_path / "truth.csv.gz") == tmp_path / "truth.sensor.json"
    truth = json.loads((tmp_path / "truth.sensor.json").read_text())
    assert truth["acc_offset_mg"] == list(errors.acc_offset_mg)
    np.testing.assert_allclose(truth["gyro_bias_dps"], errors.gyr_bias_dps)
    run.write(tmp_path / "run.csv", None)
    simulate(SMALL).write(tmp_path / "clean.csv", tmp_path / "clean_truth.csv")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["clean.csv", "clean_truth.csv", "run.csv", "truth.csv.gz", "truth.sensor.json"]


def test_noise_rounding_and_range_of_a_chip() -> None:
    still = np.zeros((20_000, 3))
    acc, gyr = Chip().read(still, still, 208.0, *np.random.default_rng(1).spawn(2))
    assert acc.std() == pytest.approx(G * np.hypot(70e-6 * np.sqrt(104), 0.488e-3 / np.sqrt(12)), rel=0.02)
    assert gyr.std() == pytest.approx(np.hypot(3.8e-3 * np.sqrt(104), 0.07 / np.sqrt(12)), rel=0.03)
    acc, _ = Chip(acc_range_g=2.0).read(still + 100.0, still, 208.0, *np.random.default_rng(1).spawn(2))
    assert acc.max() == pytest.approx(2.0 * G, rel=1e-3)


def test_a_virtual_clips_sensor_has_the_errors_at_its_temperature() -> None:
    errors = SensorErrors(acc_offset_mg=(20, -30, 40), gyr_bias_dps=(1, 2, -3), gyr_bias_dps_per_c=(0.1, 0, 0))
    model = Lsm6dsoxModel(Feed(208.0, np.tile([0.0, 0.0, 1.0], (100, 1)), np.zeros((100, 3))), errors=errors)
    for register, value in ((0x12, 0x44), (0x10, 0x54), (0x11, 0x5C), (0x09, 0x55), (0x0A, 0x06)):
        model.write(register, bytes([value]), 0)
    data = model.read(0x78, 14, 50_000)
    gyr, acc = (np.frombuffer(data[at : at + 6], "<i2") for at in (1, 8))
    np.testing.assert_allclose(gyr * 70e-3, [1.5, 2, -3], atol=0.036)  # 5 °C over the 25 of the data sheet
    np.testing.assert_allclose(acc * 0.488, [20, -30, 1040], atol=0.25)


def test_only_a_virtual_clip_can_be_given_errors() -> None:
    errors = SensorErrors.parse("7")
    assert isinstance(open_link("virtual", sensor_errors=errors), VirtualLink)
    with pytest.raises(UsageError, match="--sensor-errors is for the virtual clip alone"):
        open_link("ble:hip", sensor_errors=errors)


def test_the_commands_take_them(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(simulate_command)
    out, truth = tmp_path / "run.csv", tmp_path / "truth.csv"
    options = [
        "-o",
        str(out),
        "--truth",
        str(truth),
        "--minutes",
        "0.1",
        "--sensor-errors",
        "7",
        "--acc-offset",
        "1,0,0",
    ]
    assert CliRunner().invoke(app, options, catch_exceptions=False).exit_code == 0
    seven = SensorErrors.random(np.random.default_rng(7))
    offset_mg = json.loads((tmp_path / "truth.sensor.json").read_text())["acc_offset_mg"]
    np.testing.assert_allclose(np.subtract(offset_mg, seven.acc_offset_mg), [1.0, 0.0, 0.0], atol=1e-9)
    link = chosen_link("virtual", [], "7")
    assert isinstance(link, VirtualLink)
    assert link._sensor_errors == seven
    with pytest.raises(UsageError, match="is none of"):
        chosen_link("virtual", [], "seven")
