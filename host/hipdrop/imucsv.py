"""Reads the recording of an IMU from a CSV file, plain or gzip, into sample blocks (docs/input-format.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hipdrop.clipping import find_limit
from hipdrop.csvtable import Header, line_of_row, read_columns, read_header
from hipdrop.errors import InputError
from hipdrop.events import CalibrationUsed
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.settings import Settings
from hipdrop.timebase import TimeBase, estimate_time_base

MIN_RATE_HZ, GOOD_RATE_HZ, MAX_RATE_HZ = 15.0, 50.0, 1000.0
RATE_TOLERANCE = 0.02  # a sensor's own oscillator is off by up to some per cent
RESAMPLED_RATE_HZ = 104.0  # what a slower recording is interpolated to
MIN_DURATION_S = 2.0
MAX_ACC_MS2 = 400 * STANDARD_GRAVITY_MS2  # the widest range of a wearable high-g accelerometer
MAX_GYR_DPS = 4500.0  # the widest consumer gyroscope reads 4000 deg/s
MEAN_ACC_MS2 = (0.5 * STANDARD_GRAVITY_MS2, 3.0 * STANDARD_GRAVITY_MS2)  # standing 1 g, running up to 1.6 g
LEAST_ACC_LIMIT_MS2 = 1.5 * STANDARD_GRAVITY_MS2  # no sensor has a narrower range than 2 g
LEAST_GYR_LIMIT_RADS = math.radians(100.0)  # nor than 125 deg/s
GOOD_ACC_G, GOOD_GYR_DPS = 8.0, 1000.0  # runners at the waist reach 5 to 10 g and 400 deg/s

TIME_UNITS = {"t_s": 1.0, "t_ms": 1e-3, "t_us": 1e-6}
ACC_UNITS = {"ms2": 1.0, "g": STANDARD_GRAVITY_MS2}
GYR_UNITS = {"dps": math.pi / 180.0, "rads": 1.0}
_HELP = "see docs/input-format.md"


@dataclass(frozen=True)
class Recording:
    """A recording as it goes into the pipeline.

    Attributes
    ----------
    path
        The file that was read.
    blocks
        One block per gap-free stretch; `first_index` counts the lost samples in.
    rate_hz
        Rate of the blocks' samples.
    native_rate_hz
        Rate of the samples in the file.
    notes
        What a user should know about the file, in plain words.
    acc_limit_ms2, gyr_limit_rads
        The range of the sensor, where peaks of the file are cut off at it; else None.
    calibration
        What the samples have been corrected by, where the file itself does not say it by an event.
    """

    path: Path
    blocks: list[SampleBlock]
    rate_hz: float
    native_rate_hz: float
    notes: tuple[str, ...]
    acc_limit_ms2: float | None = None
    gyr_limit_rads: float | None = None
    calibration: CalibrationUsed | None = None

    @property
    def start_s(self) -> float:
        """Time of the first sample on the file's own axis."""
        return float(self.blocks[0].t_s[0])

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last, gaps included."""
        return float(self.blocks[-1].t_s[-1]) - self.start_s

    @property
    def samples(self) -> int:
        """Number of samples that are there."""
        return sum(len(block) for block in self.blocks)


def read_imu_csv(path: Path | str) -> Recording:
    """Read an IMU CSV.

    Raises
    ------
    InputError
        The file cannot be read, or is no recording that the pipeline can work on; names the line where there is one.
    """
    path = Path(path)
    header = read_header(path)
    columns, factors = _find_columns(path, header)
    table = read_columns(path, header, columns)
    t_s = table[:, 0] * factors[0]
    acc_ms2 = table[:, 1:4] * np.array(factors[1:4])
    gyr_rads = table[:, 4:7] * np.array(factors[4:7])
    _check_time(path, header, t_s)
    _check_values(path, header, acc_ms2, gyr_rads)
    base = estimate_time_base(t_s)
    _check_rate(path, base.rate_hz)
    notes = []
    unused = [name or "(no name)" for i, name in enumerate(header.names) if i not in columns]
    if unused:
        notes.append(f"columns not used: {', '.join(unused)}")
    acc_limit_ms2 = find_limit(acc_ms2, LEAST_ACC_LIMIT_MS2)
    gyr_limit_rads = find_limit(gyr_rads, LEAST_GYR_LIMIT_RADS)
    if acc_limit_ms2 is not None:
        notes.append(_cut_off("acceleration", acc_limit_ms2 / STANDARD_GRAVITY_MS2, "g", GOOD_ACC_G))
    if gyr_limit_rads is not None:
        notes.append(_cut_off("angular rate", math.degrees(gyr_limit_rads), "deg/s", GOOD_GYR_DPS))
    if base.rate_hz < GOOD_RATE_HZ * (1 - RATE_TOLERANCE):
        notes.append(
            f"sampled at only {base.rate_hz:.1f} Hz, interpolated to {RESAMPLED_RATE_HZ:.0f} Hz: peaks are flattened, "
            f"drops read low; record at {GOOD_RATE_HZ:.0f} Hz or more, best at 200 Hz"
        )
        blocks, rate_hz = resampled(base, t_s, acc_ms2, gyr_rads), RESAMPLED_RATE_HZ
    else:
        if base.evened:
            notes.append(f"time stamps scatter by {1e3 * base.scatter_s:.1f} ms and were evened out")
        cuts = [(base.t_s[a:b], acc_ms2[a:b], gyr_rads[a:b]) for a, b in base.stretches()]
        blocks, rate_hz = numbered(cuts, base.period_s), base.rate_hz
    return Recording(path, blocks, rate_hz, base.rate_hz, tuple(notes), acc_limit_ms2, gyr_limit_rads)


def _find_columns(path: Path, header: Header) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Find time, three accelerations and three rates; give their columns and their factors to SI."""
    wanted = [TIME_UNITS]
    wanted += [{f"acc_{axis}_{unit}": factor for unit, factor in ACC_UNITS.items()} for axis in "xyz"]
    wanted += [{f"gyr_{axis}_{unit}": factor for unit, factor in GYR_UNITS.items()} for axis in "xyz"]
    columns, factors = [], []
    for units in wanted:
        found = [i for i, name in enumerate(header.names) if name in units]
        if not found:
            raise InputError(path, f"there is no column {' or '.join(units)}; {_HELP}", header.line)
        if len(found) > 1:
            both = " and ".join(header.names[i] for i in found)
            raise InputError(path, f"the columns {both} say the same thing; rename or delete one of them", header.line)
        columns.append(found[0])
        factors.append(units[header.names[found[0]]])
    return tuple(columns), tuple(factors)


def _check_time(path: Path, header: Header, t_s: Array) -> None:
    backwards = np.flatnonzero(np.diff(t_s) <= 0)
    if len(backwards):
        line = line_of_row(path, header, int(backwards[0]) + 1)
        raise InputError(path, "the time does not increase; sort the rows by time and delete doubles", line)
    if len(t_s) < 2 or t_s[-1] - t_s[0] < MIN_DURATION_S:
        problem = f"is too short, {t_s[-1] - t_s[0]:.2f} s in all; record {MIN_DURATION_S:.0f} s or more"
        raise InputError(path, problem)


def _check_values(path: Path, header: Header, acc_ms2: Array, gyr_rads: Array) -> None:
    """Refuse what no sensor on a person reads: most often a wrong unit in a column name."""
    limits = (
        ("acceleration", acc_ms2, MAX_ACC_MS2, "m/s²", 1.0),
        ("angular rate", gyr_rads, MAX_GYR_DPS, "deg/s", GYR_UNITS["dps"]),
    )
    for quantity, values, limit, unit, factor in limits:
        if max(values.max(), -values.min()) > limit * factor:
            row = int(np.argmax(np.abs(values).max(axis=1) > limit * factor))
            value = np.abs(values[row]).max() / factor
            problem = (
                f"{quantity} of {value:.4g} {unit}, more than any sensor reads; check the unit in the column's name"
            )
            raise InputError(path, problem, line_of_row(path, header, row))
    mean_ms2 = float(np.sqrt(np.einsum("ij,ij->i", acc_ms2, acc_ms2)).mean())
    if not MEAN_ACC_MS2[0] <= mean_ms2 <= MEAN_ACC_MS2[1]:
        problem = (
            f"the acceleration has a mean length of {mean_ms2:.3g} m/s², where gravity alone gives 9.8; check "
            " the unit in the columns' names, and that gravity was not taken off"
        )
        raise InputError(path, problem)


def _check_rate(path: Path, rate_hz: float) -> None:
    if rate_hz < MIN_RATE_HZ * (1 - RATE_TOLERANCE):
        problem = f"is sampled at {rate_hz:.3g} Hz, too slow to see a step; record at {GOOD_RATE_HZ:.0f} Hz or more"
        raise InputError(path, problem)
    if rate_hz > MAX_RATE_HZ * (1 + RATE_TOLERANCE):
        problem = (
            f"is sampled at {rate_hz:.5g} Hz, hipdrop takes up to {MAX_RATE_HZ:.0f} Hz; resample it to some 200 Hz, "
            "and check the unit in the name of the time column"
        )
        raise InputError(path, problem)


def _cut_off(quantity: str, limit: float, unit: str, good: float) -> str:
    wider = f"at {good:g} {unit} or more" if limit < 0.99 * good else "with a wider range"
    decimals = 1 if unit == "g" else 0
    return f"{quantity} ends at {limit:.{decimals}f} {unit}: clipped peaks void their steps; record {wider}"


def numbered(cuts: list[tuple[Array, Array, Array]], period_s: float) -> list[SampleBlock]:
    """Make a block of each gap-free stretch of (t_s, acc_ms2, gyr_rads), with the lost samples counted in."""
    blocks: list[SampleBlock] = []
    index, before_s = 0, None
    for t_s, acc_ms2, gyr_rads in cuts:
        gap_s = 0.0 if before_s is None else float(t_s[0]) - before_s - period_s
        index += max(0, round(gap_s / period_s))
        blocks.append(SampleBlock(t_s, acc_ms2, gyr_rads, index, max(0.0, gap_s)))
        index, before_s = index + len(t_s), float(t_s[-1])
    return blocks


def resampled(base: TimeBase, t_s: Array, acc_ms2: Array, gyr_rads: Array) -> list[SampleBlock]:
    """Interpolate each gap-free stretch by a cubic spline; stretches under four samples join the gaps around them."""
    from scipy.interpolate import CubicSpline  # slow to import, rarely needed

    values = np.column_stack((acc_ms2, gyr_rads))
    cuts = []
    for start, stop in base.stretches():
        if stop - start >= 4:
            count = int((t_s[stop - 1] - t_s[start]) * RESAMPLED_RATE_HZ) + 1
            new_s = t_s[start] + np.arange(count) / RESAMPLED_RATE_HZ
            new = CubicSpline(t_s[start:stop], values[start:stop])(new_s)
            cuts.append((new_s, np.ascontiguousarray(new[:, :3]), np.ascontiguousarray(new[:, 3:])))
    return numbered(cuts, 1.0 / RESAMPLED_RATE_HZ)


def within_range(settings: Settings, recording: Recording) -> Settings:
    """Take the range at which the recording is cut off, where it is narrower than the one that is set."""
    drop = settings.drop
    acc_g, gyr_dps = drop.acc_range_g, drop.gyr_range_dps
    if recording.acc_limit_ms2 is not None:
        acc_g = min(acc_g, recording.acc_limit_ms2 / STANDARD_GRAVITY_MS2)
    if recording.gyr_limit_rads is not None:
        gyr_dps = min(gyr_dps, math.degrees(recording.gyr_limit_rads))
    return settings.replace({"drop": {"acc_range_g": acc_g, "gyr_range_dps": gyr_dps}})
