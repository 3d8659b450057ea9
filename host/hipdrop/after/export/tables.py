"""Export as CSV: text that every program opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hipdrop.after.export.eventrows import EventRow, event_rows
from hipdrop.after.export.source import ExportSource
from hipdrop.after.steptable import StepTable

Content = bytes | Iterable[bytes]
Tell = Callable[[float], None]

# A hundredth of a count of a sensor, of 16 g and 2000 deg/s in 16 bit; figures of steps as in steps.csv of replay
DECIMALS = {"s": 4, "ms": 1, "spm": 2, "deg": 3, "mm": 1, "dps": 2, "confidence": 4}
SAMPLE_DECIMALS = {"s": 6, "ms2": 5, "dps": 4, "deg": 4, "g": 5}


def csv_files(source: ExportSource, tell: Tell, *, angles: bool = False) -> dict[str, Content]:
    """Give samples.csv, an IMU CSV that `replay` reads again (docs/input-format.md), steps.csv and events.csv."""
    return {
        "samples.csv": _samples(source, tell, angles=angles),
        "steps.csv": steps_csv(source.run.steps),
        "events.csv": _events(event_rows(source.run)),
    }


def _samples(source: ExportSource, tell: Tell, *, angles: bool) -> Iterator[bytes]:
    names = source.sample_names(angles=angles)
    yield (",".join(names) + "\n").encode()
    row = ",".join(f"%.{SAMPLE_DECIMALS[_suffix(name)]}f" for name in names) + "\n"
    done = 0
    for piece in source.sample_pieces(angles=angles):
        text = (row * len(piece)) % tuple(piece.ravel().tolist())
        yield text.replace("nan", "").encode()
        done += len(piece)
        tell(done / source.samples)


def steps_csv(steps: StepTable) -> bytes:
    """Write the steps, an empty cell for what is not known."""
    columns = {name: _texts(name, column) for name, column in steps.columns().items()}
    lines = [",".join(columns), *map(",".join, zip(*columns.values(), strict=True)), ""]
    return "\n".join(lines).encode()


def _texts(name: str, column: NDArray[Any]) -> list[str]:
    if column.dtype.kind == "f":
        decimals = DECIMALS[_suffix(name)]
        return ["" if np.isnan(value) else f"{value:.{decimals}f}" for value in column.tolist()]
    if column.dtype.kind == "b":
        return [f"{value:d}" for value in column.tolist()]
    return [str(value) for value in column.tolist()]


def _events(rows: list[EventRow]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(EventRow)]
    writer.writerow(names)
    for row in rows:
        writer.writerow(_cell(name, value) for name, value in zip(names, astuple(row), strict=True))
    return text.getvalue().encode()


def _cell(name: str, value: float | str) -> str:
    if isinstance(value, str):
        return value
    return "" if np.isnan(value) else f"{value:.{DECIMALS[_suffix(name)]}f}"


def _suffix(name: str) -> str:
    return name.rpartition("_")[2]
