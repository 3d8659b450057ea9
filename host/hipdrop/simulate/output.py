"""Writes a simulated run: the IMU CSV as a clip would give it, and its truth."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hipdrop.errors import OutputError
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.truth import Contacts

IMU_HEADER = "t_s,acc_x_ms2,acc_y_ms2,acc_z_ms2,gyr_x_dps,gyr_y_dps,gyr_z_dps"
TRUTH_HEADER = "contact_s,toe_off_s,side,drop_deg,excursion_deg,stride_mean_deg,peak_s,activity"
_ROWS = 1 << 16  # rows at a time


class Sampled(Protocol):
    """What a chip put out, as `hipdrop.simulate.run.SimulatedRun` holds it."""

    @property
    def config(self) -> RunnerConfig: ...
    @property
    def t_s(self) -> Array: ...
    @property
    def acc_ms2(self) -> Array: ...
    @property
    def gyr_dps(self) -> Array: ...
    @property
    def kept(self) -> NDArray[np.bool_]: ...


def write_files(contents: Mapping[Path, Iterable[str]]) -> None:
    """Write texts to files, all or none: what was there stays whole until all are written beside it.

    The same text gives the same bytes, also where a name ends in .gz and the file is compressed.

    Raises
    ------
    OutputError
        One of them cannot be written.
    """
    ready: list[tuple[str, Path]] = []
    try:
        for path, parts in contents.items():
            ready.append((_written_beside(path, parts), path))
        for temporary, path in ready:
            Path(temporary).replace(path)
    finally:
        for temporary, _ in ready:
            Path(temporary).unlink(missing_ok=True)


def _written_beside(path: Path, parts: Iterable[str]) -> str:
    """Write a temporary file in the folder of `path` and give its name."""
    if path.exists() and not path.is_file():
        raise OutputError(path, "is no ordinary file; name a file to write")
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=9) as packed:
                    packed.writelines(part.encode() for part in parts)
            else:
                raw.writelines(part.encode() for part in parts)
        Path(temporary).chmod(0o666 & ~_umask())
    except BaseException as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise OutputError(path, f"cannot be written ({reason}); name a file in a folder of yours") from error
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def imu_lines(run: Sampled, progress: Callable[[float], None] | None = None) -> Iterator[str]:
    """Give the samples that arrived as text, piece by piece; digits are enough to find every count again.

    `progress` is told the share that has been taken.
    """
    yield IMU_HEADER + "\n"
    kept = np.flatnonzero(run.kept)
    for start in range(0, len(kept), _ROWS):
        rows = kept[start : start + _ROWS]
        columns = [[f"{t:.6f}" for t in run.t_s[rows].tolist()]]
        acc_lsb = run.config.acc_lsb_mg * 1e-3 * STANDARD_GRAVITY_MS2
        columns += [_texts(run.acc_ms2[rows, axis], acc_lsb) for axis in range(3)]
        columns += [_texts(run.gyr_dps[rows, axis], run.config.gyro_lsb_mdps * 1e-3) for axis in range(3)]
        yield "\n".join(map(",".join, zip(*columns, strict=True))) + "\n"
        if progress is not None:
            progress(min(start + _ROWS, len(kept)) / len(kept))


def sensor_lines(config: RunnerConfig) -> Iterator[str]:
    """Give what the chip makes wrong, and the calibration that would undo it, as JSON."""
    yield json.dumps(config.chip.errors.as_dict(config.chip.temperature_c), indent=1) + "\n"


def sensor_path(truth: Path) -> Path:
    """Give the file of the sensor's errors beside the truth: truth.csv has truth.sensor.json."""
    return truth.with_name(truth.name.removesuffix(".gz").removesuffix(".csv") + ".sensor.json")


def _texts(values: Array, lsb: float) -> list[str]:
    """Format values with an error under a twentieth of `lsb`; each different count is formatted once."""
    if lsb == 0.0:
        return [f"{value:.9g}" for value in values.tolist()]
    decimals = max(0, int(np.ceil(-np.log10(lsb / 10.0))))
    counts = np.rint(values / lsb).astype(np.int64)
    low = int(counts.min())
    table = [f"{(low + i) * lsb:.{decimals}f}" for i in range(int(counts.max()) - low + 1)]
    return [table[count] for count in (counts - low).tolist()]


def truth_lines(contacts: Contacts) -> Iterator[str]:
    """Give one row per contact as text; what is undefined stays empty."""
    yield TRUTH_HEADER + "\n"
    columns: list[Iterable[str]] = [
        (f"{t:.4f}" for t in contacts.contact_s),
        (f"{t:.4f}" for t in contacts.toe_off_s),
        ("left" if left else "right" for left in contacts.is_left),
    ]
    columns += [
        ("" if np.isnan(value) else f"{value:.4f}" for value in values)
        for values in (contacts.drop_deg, contacts.excursion_deg, contacts.stride_mean_deg, contacts.peak_s)
    ]
    columns.append(contacts.activity)
    for row in zip(*columns, strict=True):
        yield ",".join(row) + "\n"
