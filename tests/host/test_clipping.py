"""Peaks that are cut off at the range of the sensor, from the samples to the flag on the step."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from hipdrop.cli import main
from hipdrop.clipping import find_limit
from hipdrop.imucsv import read_imu_csv
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate import RunnerConfig, simulate
from test_imucsv import HEADER, motion, table


def noise(n: int = 5000, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal((n, 3))


@pytest.mark.parametrize("low", [-2.0, -np.inf])
@pytest.mark.parametrize("high", [2.0, 2.0 * 32767 / 32768])
def test_a_plateau_at_the_extreme_is_the_limit(low: float, high: float) -> None:
    values = np.clip(noise(), low, high)
    if low < -2.0:
        values = np.maximum(values, -1.9)
    assert find_limit(values, 1.5) == high


def test_cut_off_below_only() -> None:
    assert find_limit(noise().clip(-2.0, 1.9), 1.5) == 2.0
    values = noise() * 0.2
    values[100:104, 1] = -2.0
    assert find_limit(values, 1.5) == 2.0


@pytest.mark.parametrize(
    "values",
    [
        noise(),
        np.round(noise(), 2),
        np.full((5000, 3), 1.0),
        np.tile([0.0, 1.0, 0.0], (5000, 1)),
        np.clip(noise(), -1.4, 1.4),
        np.clip(noise(), -np.inf, 2.0),
    ],
    ids=["noise", "rounded", "constant", "resting", "below any range", "one side, far from the extreme"],
)
def test_what_is_not_cut_off(values: Array) -> None:
    assert find_limit(values, 1.5) is None


@pytest.mark.parametrize(("at", "found"), [((10, 11, 12), False), ((10, 12, 14, 16), False), ((10, 11, 50, 90), True)])
def test_four_samples_two_of_them_neighbours(at: tuple[int, ...], found: bool) -> None:
    values = 0.1 * noise()
    values[list(at), 2] = 3.0
    assert (find_limit(values, 1.5) == 3.0) is found


def test_an_hour_costs_little() -> None:
    """Both sensors within the 30 ms that reading may lose; the best of five, on a busy machine."""
    free, cut = 20 * noise(748_800), np.clip(20 * noise(748_800), -20, 20)
    spent_s = []
    for _ in range(5):
        begin_s = time.perf_counter()
        assert find_limit(free, 15.0) is None
        assert find_limit(cut, 15.0) == 20.0
        spent_s.append(time.perf_counter() - begin_s)
    assert min(spent_s) < 0.030


def test_simulated_running_is_not_cut_off() -> None:
    for block in simulate(RunnerConfig(minutes=2.0)).blocks:
        assert find_limit(block.acc_ms2, 1.5 * STANDARD_GRAVITY_MS2) is None
        assert find_limit(block.gyr_rads, np.radians(100.0)) is None


def test_real_recordings_are_not_cut_off(reference_data: Path) -> None:
    names = ["running/rbds001_2.5ms/imu.csv", "walking/mobgap_ha001/straight/imu.csv", "walking/tripod_sacrum/imu.csv"]
    slow = sorted((reference_data / "running" / "real_sacrum_imu").glob("*_imu.csv"))
    for path in [*(reference_data / name for name in names), *slow]:
        recording = read_imu_csv(path)
        assert (recording.acc_limit_ms2, recording.gyr_limit_rads) == (None, None)


@pytest.mark.parametrize("rate_hz", [200.0, 30.0])
def test_the_reader_says_at_what_the_recording_ends(tmp_path: Path, rate_hz: float) -> None:
    t_s, acc_ms2, gyr_dps = motion(10.0, rate_hz)
    acc_ms2, gyr_dps = np.minimum(2 * acc_ms2, 2 * STANDARD_GRAVITY_MS2), np.clip(3 * gyr_dps, -125.0, 125.0)
    path = tmp_path / "run.csv"
    path.write_text(table(HEADER, [t_s, *acc_ms2.T, *gyr_dps.T]))
    recording = read_imu_csv(path)
    assert recording.acc_limit_ms2 == pytest.approx(2 * STANDARD_GRAVITY_MS2)
    assert recording.gyr_limit_rads == pytest.approx(np.radians(125.0))
    notes = "\n".join(recording.notes)
    assert "acceleration ends at 2.0 g: clipped peaks void their steps; record at 8 g or more" in notes
    assert "angular rate ends at 125 deg/s: clipped peaks void their steps; record at 1000 deg/s or more" in notes


def test_clipped_steps_are_flagged(reference_data: Path, tmp_path: Path) -> None:
    """A real run of up to 3.4 g as a sensor set to 2 g would give it: steps with a sample at the end are void."""
    source = reference_data / "running" / "rbds001_2.5ms" / "imu.csv"
    (block,) = read_imu_csv(source).blocks
    limit_ms2 = 2 * STANDARD_GRAVITY_MS2
    path = tmp_path / "clipped.csv"
    acc_ms2 = block.acc_ms2.clip(-limit_ms2, limit_ms2)
    path.write_text(table(HEADER, [block.t_s, *acc_ms2.T, *np.degrees(block.gyr_rads).T]))
    assert main(["replay", str(path), "--no-plot", "--out", str(tmp_path)]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["flags"]["saturated"] > 0.5 * summary["steps"]
    assert summary["settings"]["drop"]["acc_range_g"] == pytest.approx(2.0)
    assert summary["settings"]["drop"]["gyr_range_dps"] == 2000.0
    assert main(["replay", str(source), "--no-plot", "--out", str(tmp_path)]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert "saturated" not in summary["flags"]
    assert summary["settings"]["drop"]["acc_range_g"] == 16.0
