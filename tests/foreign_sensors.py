"""Samples of other makers' files, written from a simulated runner in the layouts that docs/import.md describes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate import RunnerConfig, simulate

BEGAN_UNIX_S = 1_782_000_000.25  # 21 June 2026
PHONE_ACC_S, PHONE_GYR_S = 0.004_71, 0.012_93  # when the phone's two sensors give their first sample
ACC_NAMES = [f"Acceleration {axis} (m/s^2)" for axis in "xyz"]
GYR_NAMES = [f"Gyroscope {axis} (rad/s)" for axis in "xyz"]
DOT_COLUMNS = "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"


@dataclass(frozen=True, eq=False)
class Motion:
    """What a sensor felt: times in s, m/s² and deg/s."""

    t_s: Array
    acc_ms2: Array
    gyr_dps: Array

    def at(self, t_s: Array) -> Motion:
        """The same motion at other times."""
        both = CubicSpline(self.t_s, np.hstack((self.acc_ms2, self.gyr_dps)))(t_s)
        return Motion(t_s, both[:, :3], both[:, 3:])

    def imu_csv(self, path: Path) -> Path:
        """Write it as hipdrop's own IMU CSV."""
        names = "t_s," + ",".join([f"acc_{a}_ms2" for a in "xyz"] + [f"gyr_{a}_dps" for a in "xyz"])
        rows = np.column_stack((self.t_s, self.acc_ms2, self.gyr_dps))
        np.savetxt(path, rows, fmt="%.7g", delimiter=",", header=names, comments="")
        return path


@cache
def motion(rate_hz: float = 100.0, minutes: float = 1.5, seed: int = 3) -> Motion:
    """A runner at the sacrum, with more drop on the left than on the right."""
    run = simulate(RunnerConfig(minutes=minutes, rate_hz=rate_hz, seed=seed, drop_left_deg=1.0, stand_s=5.0))
    return Motion(run.t_s, run.acc_ms2, run.gyr_dps)


def table(names: Iterable[str], rows: Array, separator: str = ",", *, comma: bool = False, form: str = "%.9E") -> str:
    """A table as phyphox writes it: quoted names, ten figures."""
    lines = [separator.join(f'"{name}"' for name in names)]
    lines += [separator.join(form % value for value in row) for row in rows]
    text = "\n".join(lines) + "\n"
    return "\n".join([lines[0], text[len(lines[0]) + 1 :].replace(".", ",")]) if comma else text


@dataclass(frozen=True)
class Phone:
    """Two sensors with clocks of their own.

    `jitter_s` is the SD of the time stamps, `lost` the share of rows that are missing, `offset_s` by how much the
    gyroscope's clock is wrong.
    """

    acc_hz: float = 100.3
    gyr_hz: float = 99.8
    jitter_s: float = 0.0
    lost: float = 0.0
    offset_s: float = 0.0
    seed: int = 5

    def tables(self, moved: Motion) -> tuple[Array, Array]:
        """Rows of the accelerometer and of the gyroscope."""
        rng = np.random.default_rng(self.seed)
        tables = []
        for rate_hz, first_s, offset_s, acc in (
            (self.acc_hz, PHONE_ACC_S, 0.0, True), (self.gyr_hz, PHONE_GYR_S, self.offset_s, False),
        ):  # fmt: skip
            t_s = np.arange(first_s, moved.t_s[-1], 1.0 / rate_hz)
            at = moved.at(t_s)
            stamps_s = t_s + offset_s + rng.normal(0.0, self.jitter_s, len(t_s))
            rows = np.column_stack((np.sort(stamps_s), at.acc_ms2 if acc else np.radians(at.gyr_dps)))
            tables.append(rows[rng.random(len(rows)) >= self.lost])
        return tables[0], tables[1]


def phyphox_files(
    phone: Phone, moved: Motion, separator: str = ",", *, comma: bool = False, acc_names: list[str] = ACC_NAMES,
    unix_s: float = BEGAN_UNIX_S,
) -> dict[str, str]:  # fmt: skip
    """What phyphox puts into its zip: one table for each sensor, the device and the time."""
    acc, gyr = phone.tables(moved)
    device = {
        "version": "1.2.0", "deviceModel": "Pixel 6a", "deviceBrand": "google", "deviceBaseOS": "null",
        "accelerometer Name": "LSM6DSR Accelerometer", "accelerometer Range": "156.90640",
        "gyroscope Range": "17.453293",
    }  # fmt: skip
    text = datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%d %H:%M:%S.000 UTC+00:00")
    start = separator.join(['"START"', "0.000000000E0", f"{unix_s:.3f}"])
    start = (start.replace(".", ",") if comma else start) + f'{separator}"{text}"'
    quoted = [separator.join(f'"{part}"' for part in pair) for pair in {"property": "value", **device}.items()]
    names = ["event", "experiment time", "system time", "system time text"]
    return {
        "Accelerometer.csv": table(["Time (s)", *acc_names], acc, separator, comma=comma),
        "Gyroscope.csv": table(["Time (s)", *GYR_NAMES], gyr, separator, comma=comma),
        "meta/device.csv": "\n".join(quoted) + "\n",
        "meta/time.csv": separator.join(f'"{name}"' for name in names) + "\n" + start + "\n",
    }


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def dot_text(
    moved: Motion, *, first_us: int = 2_268_972_329, lost: float = 0.0, columns: str = DOT_COLUMNS,
    start: str = "2026-06-21_02:00:00_250 +0200", seed: int = 6,
) -> str:  # fmt: skip
    """A CSV of the Movella DOT app: counters of 32 bits, and an empty field behind each row."""
    rng = np.random.default_rng(seed)
    head = ["sep=,", "DeviceTag:,DOT 7", "FirmwareVersion:,3.0.0", "AppVersion:,2023.6.0", "SyncStatus:,Un-synced",
            "OutputRate:,120Hz", "FilterProfile:,Dynamic", "Measurement Mode:,Custom Mode 5",
            f"StartTime: ,{start}", "© Movella Technologies B. V. 2005-2026", "", columns + ","]  # fmt: skip
    fine = (first_us + np.round(1e6 * moved.t_s).astype(np.int64)) % (1 << 32)
    count = (0xFFFF_FF00 + np.arange(len(fine))) % (1 << 32)
    rows = [
        f"{c},{f}," + ",".join(f"{value:.6f}" for value in (*acc, *gyr)) + ","
        for c, f, acc, gyr in zip(count, fine, moved.acc_ms2, moved.gyr_dps, strict=True)
    ]
    kept = rng.random(len(rows)) >= lost
    return "\n".join([*head, *(row for row, keep in zip(rows, kept, strict=True) if keep)]) + "\n"


def shimmer_text(moved: Motion, name: str = "Shimmer_40AC", unix_s: float = BEGAN_UNIX_S) -> str:
    """A calibrated CSV of Consensys: a separator line, names, units, rows, each with an empty field behind."""
    axes = [f"{kind}_{axis}_CAL" for kind in ("Accel_LN", "Accel_WR", "Gyro") for axis in "XYZ"]
    names = [f"{name}_{column}" for column in ("Timestamp_Unix_CAL", *axes, "Battery_CAL")]
    units = ["ms", *["m/(s^2)"] * 6, *["deg/s"] * 3, "mV"]
    clipped = np.clip(moved.acc_ms2, -2 * STANDARD_GRAVITY_MS2, 2 * STANDARD_GRAVITY_MS2)
    stamps_ms = 1e3 * (unix_s + moved.t_s)
    rows = np.column_stack((clipped, moved.acc_ms2, moved.gyr_dps, np.full(len(stamps_ms), 4139.19)))
    lines = ['"sep=;"', ";".join(names) + ";", ";".join(units) + ";"]
    lines += [
        f"{stamp:.4f};" + ";".join(f"{value:.9g}" for value in row) + ";"
        for stamp, row in zip(stamps_ms, rows, strict=True)
    ]
    return "\n".join(lines) + "\n"


def physilog_text(moved: Motion) -> str:
    """A CSV as the map `physilog` has it."""
    names = ["Time [s]", *[f"Accel {a} [g]" for a in "XYZ"], *[f"Gyro {a} [deg/s]" for a in "XYZ"]]
    rows = np.column_stack((moved.t_s, moved.acc_ms2 / STANDARD_GRAVITY_MS2, moved.gyr_dps))
    return "\n".join([",".join(names), *(",".join(f"{value:.7g}" for value in row) for row in rows)]) + "\n"


def lab_text(moved: Motion) -> str:
    """The CSV of the example in docs/import.md: other axes (x, y, z = -a3, a1, -a2), mg, rad/s, decimal commas."""
    acc_mg = 1e3 * moved.acc_ms2 / STANDARD_GRAVITY_MS2
    turned = np.column_stack((acc_mg[:, 1], -acc_mg[:, 2], -acc_mg[:, 0], np.radians(moved.gyr_dps)))
    lines = ["lab;7", "", "Zeit [ms];a1;a2;a3;g1;g2;g3;T", "ms;mg;mg;mg;rad/s;rad/s;rad/s;C"]
    for t_s, row in zip(moved.t_s, turned, strict=True):
        fields = [f"{1e3 * (BEGAN_UNIX_S + t_s):.1f}", *(f"{value:.9g}" for value in row), "36.5"]
        lines.append(";".join(fields).replace(".", ","))
    return "\n".join(lines) + "\n"


def write_examples(folder: Path, column_map: str) -> None:
    """Write the files that docs/import.md speaks of."""
    moved = motion(minutes=0.4)
    zipped(folder / "run.zip", phyphox_files(Phone(jitter_s=1e-3), moved))
    (folder / "dot.csv").write_text(dot_text(moved))
    (folder / "shimmer.csv").write_text(shimmer_text(moved))
    (folder / "mine.csv").write_text(lab_text(moved))
    (folder / "mine.toml").write_text(column_map)
