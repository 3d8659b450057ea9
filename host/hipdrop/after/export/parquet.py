"""Export as Parquet: typed columns with their units, for pandas, DuckDB, Spark, R."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

import hipdrop
from hipdrop.after.export.eventrows import EventRow, event_rows
from hipdrop.after.export.source import ExportSource
from hipdrop.after.export.tables import Content, Tell
from hipdrop.after.export.units import unit_of

FORMAT_VERSION = 1  # of these files: up by one when a column changes its name, unit or meaning
CODEC = "zstd"
FEW_WORDS = ("side", "flags", "event")


def parquet_files(source: ExportSource, tell: Tell) -> dict[str, Content]:
    """Give samples.parquet, steps.parquet and events.parquet; what is not known is null, never NaN."""
    about = metadata(source)
    steps = source.run.steps.columns()
    rows = event_rows(source.run)
    events = {field.name: np.array([getattr(row, field.name) for row in rows]) for field in fields(EventRow)}
    if not rows:
        events = {name: np.empty(0, dtype=np.float64 if unit_of(name) else np.str_) for name in events}
    return {
        "samples.parquet": _samples(source, about, tell),
        "steps.parquet": parquet_bytes(steps, about),
        "events.parquet": parquet_bytes(events, about),
    }


def metadata(source: ExportSource) -> dict[str, str]:
    """Give what the files say of themselves; what is not known is left out."""
    recorded, began = source.recorded, source.began
    about = {
        "hipdrop.version": hipdrop.__version__,
        "hipdrop.export_version": str(FORMAT_VERSION),
        "hipdrop.file": source.path.name,
        "hipdrop.person": recorded.person,
        "hipdrop.shoe": recorded.shoe,
        "hipdrop.clip": recorded.clip,
        "hipdrop.site": str(source.run.summary.mount.site) if source.run.summary.mount else "",
        "hipdrop.began": "" if began is None else began.isoformat(),
        "hipdrop.start_s": repr(source.run.start_s),
        "hipdrop.rate_hz": repr(recorded.rate_hz),
        "hipdrop.notes": "\n".join((*recorded.facts.notes, *source.run.summary.warnings)),
    }
    return {key: value for key, value in about.items() if value}


def _samples(source: ExportSource, about: dict[str, str], tell: Tell) -> bytes:
    names = source.sample_names(angles=True)
    schema = pa.schema([_field(name, pa.float64()) for name in names], about)
    sink, done = io.BytesIO(), 0
    # counts repeat, so dictionaries do well; angles do not, and lose nothing by them
    with pq.ParquetWriter(sink, schema, compression=CODEC) as writer:
        for piece in source.sample_pieces(angles=True):
            arrays = [pa.array(np.ascontiguousarray(column), from_pandas=True) for column in piece.T]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            done += len(piece)
            tell(done / source.samples)
    return sink.getvalue()


def parquet_bytes(
    columns: Mapping[str, Any], about: Mapping[str, str], units: Mapping[str, str] | None = None
) -> bytes:
    """Give a table as a Parquet file.

    Parameters
    ----------
    columns
        By name: arrays of NumPy, whose NaN is null in the file, or of Arrow.
    about
        What the file says of itself.
    units
        Of the columns whose names do not tell them by their suffix.
    """
    arrays = [column if isinstance(column, pa.Array) else _array(name, column) for name, column in columns.items()]
    named = [_field(name, array.type, units) for name, array in zip(columns, arrays, strict=True)]
    schema = pa.schema(named, dict(about))
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression=CODEC)
    return sink.getvalue()


def _array(name: str, column: NDArray[Any]) -> Any:
    if column.dtype.kind != "U":
        return pa.array(column, from_pandas=True)
    words = pa.array(column.tolist(), pa.string())
    return words.dictionary_encode() if name in FEW_WORDS else words


def _field(name: str, kind: Any, units: Mapping[str, str] | None = None) -> Any:
    unit = (units or {}).get(name) or unit_of(name)
    return pa.field(name, kind, metadata={"unit": unit} if unit else None)
