"""The two tables as Parquet: their columns, what the files say of themselves, and where a run's part of them lies."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa

import hipdrop
from hipdrop.after.export.parquet import parquet_bytes
from hipdrop.after.many.work import TABLE_VERSION, Task
from hipdrop.after.runrow import COLUMNS, Column, Kind, year_month
from hipdrop.after.steptable import StepTable
from hipdrop.people import file_name

TYPES = {
    Kind.TEXT: pa.string(),
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.NUMBER: pa.float64(),
    Kind.COUNT: pa.int64(),
    Kind.FLAG: pa.bool_(),
    Kind.TIME: pa.timestamp("us", "UTC"),
    Kind.MARKS: pa.list_(pa.struct([("at_s", pa.float64()), ("note", pa.string())])),
}
RUN = Column("run", Kind.TEXT, "", "name of the run in both tables: the first 16 digits of the file's SHA-256")
SETTINGS = Column("settings", Kind.TEXT, "", "by what it was analysed: a hash of versions and settings")
RUN_COLUMNS = (RUN, *COLUMNS, SETTINGS)
NOBODY = "-"  # as in `--person -`: nobody is called so; null in each folder is a type that pyarrow cannot guess


def runs_bytes(task: Task, row: dict[str, Any]) -> bytes:
    """Give the run's own file: one row."""
    values = {RUN.name: task.run, **row, SETTINGS.name: task.made}
    arrays = {one.name: pa.array([_known(values[one.name])], TYPES[one.kind]) for one in RUN_COLUMNS}
    return parquet_bytes(arrays, about(task), {one.name: one.unit for one in RUN_COLUMNS})


def steps_bytes(task: Task, steps: StepTable) -> bytes:
    """Give the file of its steps, which name their run."""
    run = pa.array([task.run] * len(steps), pa.string())
    return parquet_bytes({RUN.name: run, **steps.columns()}, about(task))


def about(task: Task) -> dict[str, str]:
    """Give what both files of a run say of themselves: by it is known what is done already."""
    return {
        "hipdrop.version": hipdrop.__version__,
        "hipdrop.table_version": str(TABLE_VERSION),
        "hipdrop.made": task.made,
        "hipdrop.run": task.run,
        "hipdrop.file": task.path,
        "hipdrop.file_sha256": task.sha256,
        "hipdrop.file_bytes": str(task.bytes),
        "hipdrop.file_changed_ns": str(task.changed_ns),
    }


def partition_folder(row: dict[str, Any]) -> str:
    """Give the folder of a run, by person and month.

    The person's name as it names files: it is the same for names that differ in case alone, which some file systems
    hold for the same folder. Its percent signs are written as such, since readers undo %20 and the like.
    """
    person = file_name(row["person"]).replace("%", "%25") if row["person"] else NOBODY
    return f"person_key={person}/year_month={year_month(row['began'])}"


def _known(value: Any) -> Any:
    """Put None, which becomes null, for what is not known."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return str(value) or None
    return value
