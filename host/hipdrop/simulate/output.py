"""Writes a simulated run: the IMU CSV as a clip would give it, and its truth."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hipdrop.errors import OutputError
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.truth import Contacts

if TYPE_CHECKING:
    from hipdrop.simulate.run import SimulatedRun

IMU_HEADER = "t_s,acc_x_ms2,acc_y_ms2,acc_z_ms2,gyr_x_dps,gyr_y_dps,gyr_z_dps"
TRUTH_HEADER = "contact_s,toe_off_s,side,drop_deg,excursion_deg,stride_mean_deg,peak_s,activity"
_ROWS = 1 << 16  # rows at a time


def write_atomically(path: Path, parts: Iterable[str]) -> None:
    """Write text to a file that appears whole or not at all; the same text gives the same bytes, .gz included.

    Raises
    ------
    OutputError
        It cannot be written; a file that was there is untouched.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as packed:
                    for part in parts:
                        packed.write(part.encode())
            else:
                for part in parts:
                    raw.write(part.encode())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            path, f"cannot be written ({reason}); name a file in a folder that you may write to"
        ) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_imu(path: Path, run: SimulatedRun) -> None:
    """Write the samples that arrived; digits are enough to find every count again."""
    write_atomically(path, _imu_parts(run))


def _imu_parts(run: SimulatedRun) -> Iterator[str]:
    yield IMU_HEADER + "\n"
    kept = np.flatnonzero(run.kept)
    for start in range(0, len(kept), _ROWS):
        rows = kept[start : start + _ROWS]
        columns = [[f"{t:.6f}" for t in run.t_s[rows].tolist()]]
        acc_lsb = run.config.acc_lsb_mg * 1e-3 * STANDARD_GRAVITY_MS2
        columns += [_texts(run.acc_ms2[rows, axis], acc_lsb) for axis in range(3)]
        columns += [_texts(run.gyr_dps[rows, axis], run.config.gyro_lsb_mdps * 1e-3) for axis in range(3)]
        yield "\n".join(map(",".join, zip(*columns, strict=True))) + "\n"


def _texts(values: Array, lsb: float) -> list[str]:
    """Format values with an error under a twentieth of `lsb`; each different count is formatted once."""
    if lsb == 0.0:
        return [f"{value:.9g}" for value in values.tolist()]
    decimals = max(0, int(np.ceil(-np.log10(lsb / 10.0))))
    counts = np.rint(values / lsb).astype(np.int64)
    low = int(counts.min())
    table = [f"{(low + i) * lsb:.{decimals}f}" for i in range(int(counts.max()) - low + 1)]
    return [table[count] for count in (counts - low).tolist()]


def write_truth(path: Path, contacts: Contacts) -> None:
    """Write one row per contact; what is undefined stays empty."""
    write_atomically(path, _truth_parts(contacts))


def _truth_parts(contacts: Contacts) -> Iterator[str]:
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
