"""The reference recordings as sample blocks with their truth (data/README.md there)."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from hipdrop.imucsv import read_imu_csv
from hipdrop.samples import Array, SampleBlock
from scoring import Truth

FORCE_N = 150.0  # an insole foot is on the ground above it


@dataclass(frozen=True)
class RunningRecording:
    """A virtual clip made from real markers."""

    blocks: list[SampleBlock]
    rate_hz: float
    truth: Truth
    pelvis_from_sensor: Array
    folder: Path


def read_table(path: Path) -> dict[str, np.ndarray]:
    """Read a small CSV, plain or .gz, as columns; numbers where all of a column are numbers."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as file:
        header, *rows = [line.rstrip("\n").split(",") for line in file]
    columns = {}
    for name, values in zip(header, zip(*rows, strict=True), strict=True):
        try:
            columns[name] = np.array([float(value or "nan") for value in values])
        except ValueError:
            columns[name] = np.array(values)
    return columns


def running(folder: Path) -> RunningRecording:
    """Read one of running/rbds001_*, jdx_s999, long_run_sag."""
    gz = ".gz" if (folder / "imu.csv.gz").exists() else ""
    recording = read_imu_csv(folder / f"imu.csv{gz}")
    contacts = read_table(folder / f"truth_contacts.csv{gz}")
    drops = read_table(folder / f"truth_drops.csv{gz}")
    drop_deg = np.full(len(contacts["contact_s"]), np.nan)
    drop_deg[np.searchsorted(contacts["contact_s"], drops["contact_s"] - 1e-6)] = drops["drop_deg"]
    matrix = np.array(json.loads((folder / "truth.json").read_text())["R_sensor_from_pelvis"])
    truth = Truth(contacts["contact_s"], contacts["side"] == "L", drop_deg)
    return RunningRecording(recording.blocks, recording.rate_hz, truth, matrix.T, folder)


@dataclass(frozen=True)
class InsoleRecording:
    """A real clip at 17 to 29 Hz with insoles."""

    blocks: list[SampleBlock]
    rate_hz: float
    t_s: Array
    left_n: Array
    right_n: Array
    pelvis_from_sensor: Array

    def left_stands(self, contact_s: float, for_s: float = 0.2) -> bool:
        """Whether the left insole bears more than the right one after a contact."""
        at = np.linspace(contact_s, contact_s + for_s, 20)
        return bool(np.interp(at, self.t_s, self.left_n).mean() > np.interp(at, self.t_s, self.right_n).mean())


def insole_trials(data: Path) -> dict[str, InsoleRecording]:
    """Read running/real_sacrum_imu, all trials by name."""
    folder = data / "running" / "real_sacrum_imu"
    trials = json.loads((folder / "trials.json").read_text())["trials"]
    found = {}
    for name in sorted(trials):
        path = folder / f"{name}_imu.csv"
        recording, table = read_imu_csv(path), read_table(path)
        found[name] = InsoleRecording(
            recording.blocks, recording.rate_hz, table["t_s"], table["left_force_N"], table["right_force_N"],
            np.array(trials[name]["R_sensor_from_pelvis"]).T,
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class AccelTrial:
    """A real sacral accelerometer with the vertical force on the same samples."""

    t_s: Array
    vertical_g: Array  # 0 at rest
    contact_s: Array

    @property
    def rate_hz(self) -> float:
        """Sample rate."""
        return float((len(self.t_s) - 1) / (self.t_s[-1] - self.t_s[0]))


def accel_trials(data: Path) -> dict[str, AccelTrial]:
    """Read running/real_sacral_accel, all trials by file name; contacts at 0.05 body weights."""
    found = {}
    for path in sorted((data / "running" / "real_sacral_accel").glob("trial_*.csv")):
        table = read_table(path)
        force = table["vgrf_bw"] - 0.05
        up = np.flatnonzero((force[:-1] < 0.0) & (force[1:] >= 0.0))
        contact_s = table["t_s"][up] - force[up] / (force[up + 1] - force[up]) * np.diff(table["t_s"])[up]
        contact_s = contact_s[np.diff(contact_s, prepend=-1.0) > 0.15]  # the force flickers around the threshold
        found[path.stem] = AccelTrial(table["t_s"], table["acc_vertical_g"] - 1.0, contact_s)
    return found


def resampled(block: SampleBlock, rate_hz: float) -> SampleBlock:
    """A block at another rate, by cubic splines."""
    t_s = np.arange(block.t_s[0], block.t_s[-1], 1.0 / rate_hz)
    return SampleBlock(t_s, CubicSpline(block.t_s, block.acc_ms2)(t_s), CubicSpline(block.t_s, block.gyr_rads)(t_s))
