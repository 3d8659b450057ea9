"""Export as Parquet, read back by pyarrow, pandas and DuckDB."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from export_runs import BEGAN, gapped, joined, still, tell_nobody, whole

import hipdrop
from hipdrop.after.export.parquet import FORMAT_VERSION, parquet_files
from hipdrop.after.export.source import ExportSource
from hipdrop.events import Side


def written(source: ExportSource, folder: Path) -> Path:
    """Write the files of a run."""
    files = parquet_files(source, tell_nobody)
    for name in files:
        (folder / name).write_bytes(joined(files, name))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the files of the whole run."""
    return written(whole(), tmp_path_factory.mktemp("whole"))


def test_samples_are_exactly_those_that_came(folder: Path) -> None:
    read = pq.read_table(folder / "samples.parquet")
    block = whole().recorded.blocks[0]
    np.testing.assert_array_equal(read["t_s"].to_numpy(), block.t_s)
    for axis, name in enumerate("xyz"):
        np.testing.assert_array_equal(read[f"acc_{name}_ms2"].to_numpy(), block.acc_ms2[:, axis])
        np.testing.assert_array_equal(read[f"gyr_{name}_dps"].to_numpy(), np.degrees(block.gyr_rads[:, axis]))
    assert read["obliquity_deg"].null_count == 0


def test_steps_are_exactly_the_one_table(folder: Path) -> None:
    read = pd.read_parquet(folder / "steps.parquet")
    for name, column in whole().run.steps.columns().items():
        np.testing.assert_array_equal(read[name].to_numpy(dtype=column.dtype), column)


def test_every_number_has_its_unit(folder: Path) -> None:
    units = {
        name: {field.name: (field.metadata or {}).get(b"unit", b"").decode() for field in pq.read_schema(path)}
        for name in ("samples", "steps", "events")
        for path in [folder / f"{name}.parquet"]
    }
    assert units["samples"] == {
        "t_s": "s", "acc_x_ms2": "m/s2", "acc_y_ms2": "m/s2", "acc_z_ms2": "m/s2", "gyr_x_dps": "deg/s",
        "gyr_y_dps": "deg/s", "gyr_z_dps": "deg/s", "obliquity_deg": "deg", "tilt_deg": "deg",
        "vertical_g": "9.80665 m/s2",
    }  # fmt: skip
    assert units["steps"]["cadence_spm"] == "1/min"
    assert units["steps"]["oscillation_mm"] == "mm"
    schema = pq.read_schema(folder / "steps.parquet")
    without = {
        name for name, unit in units["steps"].items() if not unit and pa.types.is_floating(schema.field(name).type)
    }
    assert without == {"side_confidence"}
    assert units["events"]["excess_deg"] == "deg"


def test_the_files_say_what_they_are(folder: Path) -> None:
    for name in ("samples", "steps", "events"):
        about = {
            key.decode(): value.decode() for key, value in pq.read_schema(folder / f"{name}.parquet").metadata.items()
        }
        assert about["hipdrop.version"] == hipdrop.__version__
        assert about["hipdrop.export_version"] == str(FORMAT_VERSION)
        assert about["hipdrop.began"] == BEGAN.isoformat() == "2026-11-20T18:00:00+01:00"
        assert (about["hipdrop.person"], about["hipdrop.shoe"], about["hipdrop.clip"]) == ("Ada", "blue", "c0ffee")
        assert about["hipdrop.file"] == "friday.mcap"
        assert float(about["hipdrop.rate_hz"]) == whole().recorded.rate_hz


def test_words_are_dictionaries_and_columns_are_compressed(folder: Path) -> None:
    schema = pq.read_schema(folder / "steps.parquet")
    for name in ("side", "flags"):
        assert pa.types.is_dictionary(schema.field(name).type)
    columns = pq.ParquetFile(folder / "samples.parquet").metadata.row_group(0)
    assert {columns.column(k).compression for k in range(columns.num_columns)} == {"ZSTD"}


def test_duckdb_counts_and_averages_what_is_known(folder: Path) -> None:
    """A NaN would spoil the average of a database; a null is left out."""
    rows = duckdb.sql(
        f"select side, count(*), avg(drop_deg) from '{folder / 'steps.parquet'}' where valid group by 1 order by 1"
    ).fetchall()
    for (side, count, drop_deg), wanted in zip(rows, (Side.LEFT, Side.RIGHT), strict=True):
        steps = whole().run.steps.counted(wanted)
        assert (side, count) == (str(wanted), len(steps))
        assert drop_deg == pytest.approx(float(steps.drop_deg.mean()), abs=1e-9)
    ((average,),) = duckdb.sql(f"select avg(drop_deg) from '{folder / 'steps.parquet'}'").fetchall()
    assert average == pytest.approx(float(np.nanmean(whole().run.steps.drop_deg)), abs=1e-9)
    assert np.isnan(whole().run.steps.drop_deg).any()


def test_alerts_and_marks_are_there(folder: Path) -> None:
    found = duckdb.sql(
        f"select event, side, excess_deg, text from '{folder / 'events.parquet'}' "
        "where event in ('alert_raised', 'marked') order by t_s"
    ).fetchall()
    assert found[0][:3] == ("alert_raised", "left", 2.0)
    assert found[1][2] is None
    assert found[1][3] == "knee hurts, 3 of 10"


def test_a_gap_is_a_gap_and_who_ran_is_left_out_where_nobody_says(tmp_path: Path) -> None:
    folder = written(gapped(), tmp_path)
    t_s = pq.read_table(folder / "samples.parquet")["t_s"].to_numpy()
    assert np.diff(t_s).max() == pytest.approx(1.5, abs=0.01)
    assert not {b"hipdrop.person", b"hipdrop.began", b"hipdrop.clip"} & set(
        pq.read_schema(folder / "steps.parquet").metadata
    )


def test_without_a_step_the_tables_have_their_columns(tmp_path: Path) -> None:
    folder = written(still(), tmp_path)
    steps, filled = pq.read_schema(folder / "steps.parquet"), parquet_files(whole(), tell_nobody)
    assert pq.read_table(folder / "steps.parquet").num_rows == 0
    assert steps.types == pq.read_schema(pa.BufferReader(joined(filled, "steps.parquet"))).types
    assert pq.read_table(folder / "samples.parquet")["obliquity_deg"].null_count == still().samples
    assert b"no running was found" in steps.metadata[b"hipdrop.notes"]


def test_the_lines_of_the_page_do_what_it_says(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/export.md shows how to read units and average drops."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", (repository / "docs" / "export.md").read_text("utf-8"), re.M | re.S)
    (tmp_path / "run-parquet").mkdir()
    written(whole(), tmp_path / "run-parquet")
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(code, found)
    assert found["units"]["drop_deg"] == "deg"
    left = whole().run.steps.counted(Side.LEFT).drop_deg
    assert found["mean_deg"]["left"] == pytest.approx(float(left.mean()))


def test_the_page_names_every_column(repository: Path) -> None:
    page = (repository / "docs" / "export.md").read_text("utf-8")
    files = parquet_files(whole(), tell_nobody)
    names = {name for file in files for name in pq.read_schema(pa.BufferReader(joined(files, file))).names}
    assert len(names) > 35
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
