"""Reads the course of a run from a CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hipdrop.errors import InputError
from hipdrop.samples import Array

_COLUMNS = ("t_s", "speed_ms", "cadence_spm", "turn_rate_dps", "incline_pct")


def read_schedule(path: Path) -> dict[str, Array]:
    """Read the columns of a schedule.

    Raises
    ------
    InputError
        It cannot be read, lacks a column, holds text or NaN, or its times do not increase.
    """
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, "cannot be read; name a schedule CSV") from error
    header = lines[0].strip().split(",") if lines else []
    missing = [name for name in _COLUMNS if name not in header]
    if missing or len(lines) < 3:
        lacking = f"has no column {missing[0]}" if missing else "has fewer than two rows"
        raise InputError(path, f"{lacking}; a schedule has {', '.join(_COLUMNS)}")
    rows: list[list[float]] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            row = [float(line.split(",")[header.index(name)]) for name in _COLUMNS]
        except (ValueError, IndexError):
            row = [np.nan]
        if not np.isfinite(row).all():
            raise InputError(path, "a value is missing or no number; complete the row", number)
        if rows and row[0] <= rows[-1][0]:
            raise InputError(path, "time does not increase; sort the rows", number)
        rows.append(row)
    return dict(zip(_COLUMNS, np.array(rows).T, strict=True))
