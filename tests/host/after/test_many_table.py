"""The table of many recordings: what is in it, and how it follows the folder."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from many_runs import PERSON, SHOE, contents, inline, names, rows, tabled, write_recordings
from run_files import NOON_UNIX_S

import hipdrop
from hipdrop.after.analysis import analyse_file
from hipdrop.after.history.adding import run_of_file
from hipdrop.after.many import running
from hipdrop.after.many.columns import RUN_COLUMNS, partition_folder
from hipdrop.after.runrow import Kind
from hipdrop.errors import UsageError
from hipdrop.events import Side
from hipdrop.settings import Settings

ALL = ["friday.mcap", "one.csv", "saturday.mcap", "two.csv"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of recordings and its table; for reading."""
    top = tmp_path_factory.mktemp("many")
    write_recordings(top / "in")
    outcome = tabled(top / "in", top / "out")
    assert (outcome.added, outcome.there, outcome.kept, outcome.failed) == (4, 0, 4, [])
    return top / "in", top / "out"


@pytest.fixture
def mine(made: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A folder and its table; for changing. The times of change stay, as those of the files that were analysed."""
    for source, name in zip(made, ("in", "out"), strict=True):
        shutil.copytree(source, tmp_path / name)
    return tmp_path / "in", tmp_path / "out"


def test_a_row_says_what_the_history_keeps(made: tuple[Path, Path]) -> None:
    folder, out = made
    row = next(row for row in rows(out) if row["person"])
    run = run_of_file(folder / "friday.mcap")
    for name in ("key", "person", "shoe", "clip", "file", "version", "samples", "steps", "running_s", "cadence_spm"):
        assert row[name] == getattr(run, name), name
    assert (row["person"], row["shoe"], row["began_from"]) == (PERSON, SHOE, "recording")
    for side in Side:
        one = run.side(side)
        assert (row[f"{side}_counted"], row[f"{side}_median_deg"]) == (one.counted, one.median_deg)
    assert row["began"].timestamp() == pytest.approx(NOON_UNIX_S, abs=2.0)  # type: ignore[attr-defined]
    assert row["marks"] == [{"at_s": pytest.approx(30.0, abs=0.1), "note": "pain"}]
    assert row["speed_ms"] == pytest.approx(3.0)
    assert row["distance_m"] == pytest.approx(3.0 * float(row["running_s"]))  # type: ignore[arg-type]


def test_steps_are_exactly_those_of_the_analysis(made: tuple[Path, Path]) -> None:
    folder, out = made
    name = next(row["run"] for row in rows(out) if str(row["file"]).endswith("one.csv"))
    read = ds.dataset(out / "steps", partitioning="hive").to_table(filter=ds.field("run") == name)
    for column, values in analyse_file(folder / "one.csv").steps.columns().items():
        np.testing.assert_array_equal(read[column].to_pandas().to_numpy(dtype=values.dtype), values)


def test_pyarrow_pandas_and_duckdb_read_the_same(made: tuple[Path, Path]) -> None:
    _, out = made
    total = sum(int(str(row["steps"])) for row in rows(out))
    assert ds.dataset(out / "steps", partitioning="hive").count_rows() == total
    assert len(pd.read_parquet(out / "steps")) == total
    counted = duckdb.sql(
        f"SELECT count(*), any_value(steps.person_key) FROM read_parquet('{out}/steps/**/*.parquet') AS steps"
        f" JOIN read_parquet('{out}/runs/**/*.parquet') AS runs USING (run) WHERE runs.person = '{PERSON}'"
    ).fetchall()
    assert counted == [(next(row["steps"] for row in rows(out) if row["person"]), "ada%20l%2E")]


def test_partitions_are_read_as_they_are_named(made: tuple[Path, Path]) -> None:
    _, out = made
    keys = {(row["person_key"], row["year_month"]) for row in rows(out) if str(row["file"]).endswith(".mcap")}
    assert keys == {("ada%20l%2E", "2026-11"), ("-", "2026-12")}
    months = {path.parent.name for path in out.glob("runs/person_key=*/year_month=*/*.parquet")}
    assert {"year_month=2026-11", "year_month=2026-12"} <= months


def test_every_column_has_its_type_and_unit_in_every_file(made: tuple[Path, Path]) -> None:
    _, out = made
    schemas = {pq.read_schema(path).remove_metadata() for path in out.glob("runs/**/*.parquet")}
    assert len(schemas) == 1
    for path in out.glob("runs/**/*.parquet"):
        schema = pq.read_schema(path)
        assert schema.names == [column.name for column in RUN_COLUMNS]
        for column in RUN_COLUMNS:
            field = schema.field(column.name)
            assert ((field.metadata or {}).get(b"unit", b"").decode(), column.name) == (column.unit, column.name)
            assert pa.types.is_floating(field.type) == (column.kind is Kind.NUMBER)


def test_a_file_says_of_what_it_was_made(made: tuple[Path, Path]) -> None:
    folder, out = made
    for path in out.glob("*/**/*.parquet"):
        said = pq.read_schema(path).metadata
        assert said[b"hipdrop.version"].decode() == hipdrop.__version__
        assert Path(said[b"hipdrop.file"].decode()).parent in (folder, folder / "lab")
        assert path.stem == said[b"hipdrop.run"].decode() == said[b"hipdrop.file_sha256"].decode()[:16]


def test_the_second_time_nothing_is_analysed_or_written(
    mine: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = mine
    tabled(folder, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    outcome = tabled(folder, out)
    assert (outcome.added, outcome.there, outcome.kept) == (0, 4, 4)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")} == before


@pytest.mark.parametrize("missing", ["runs", "steps"])
def test_a_run_of_which_a_file_is_gone_or_cut_off_is_made_again(mine: tuple[Path, Path], missing: str) -> None:
    folder, out = mine
    before = contents(out)
    gone, cut = sorted((out / missing).rglob("*.parquet"))[:2]
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:-9])
    assert tabled(folder, out).added == 2
    assert contents(out).keys() == before.keys()


def test_other_settings_make_every_run_anew(mine: tuple[Path, Path]) -> None:
    folder, out = mine
    before = {row["settings"] for row in rows(out)}
    assert tabled(folder, out, Settings()).added == 4
    after = {row["settings"] for row in rows(out)}
    assert len(before) == len(after) == 1
    assert before != after
    assert len(rows(out)) == 4


def test_a_run_that_falls_into_another_month_leaves_the_old_one(mine: tuple[Path, Path]) -> None:
    """An IMU CSV is of the month of its last change; it counts when it is analysed anew."""
    folder, out = mine
    at_s = datetime(2024, 2, 29, 12, tzinfo=UTC).timestamp()
    os.utime(folder / "one.csv", (at_s, at_s))
    assert tabled(folder, out).there == 4
    assert tabled(folder / "one.csv", out, Settings()).added == 1
    (row,) = (row for row in rows(out) if str(row["file"]).endswith("one.csv"))
    assert row["year_month"] == "2024-02"
    assert len(names(out)) == 4


def test_a_changed_file_takes_the_place_of_what_it_was(mine: tuple[Path, Path]) -> None:
    folder, out = mine
    tabled(folder, out, Settings())  # the table is of these files now, not of those that they were copied from
    lines = (folder / "one.csv").read_text().splitlines(keepends=True)
    (folder / "one.csv").write_text("".join(lines[: -208 * 5]))
    outcome = tabled(folder, out, Settings())
    assert (outcome.added, outcome.there, outcome.kept) == (1, 3, 4)
    assert names(out) == ["friday.mcap", "two.csv", "one.csv", "saturday.mcap"]


def test_a_file_that_has_become_bad_goes(mine: tuple[Path, Path]) -> None:
    folder, out = mine
    tabled(folder, out, Settings())
    (folder / "one.csv").write_text("nothing")
    outcome = tabled(folder, out, Settings())
    assert [Path(failed.path).name for failed in outcome.failed] == ["one.csv"]
    assert "one.csv" not in names(out)
    assert outcome.kept == len(names(out)) == 3


def test_what_a_file_was_stays_where_another_one_is_it_still(mine: tuple[Path, Path]) -> None:
    folder, out = mine
    tabled(folder, out, Settings())
    shutil.copy(folder / "one.csv", folder / "copy.csv")
    (folder / "one.csv").write_text("nothing")
    outcome = tabled(folder, out, Settings())
    assert (outcome.there, outcome.kept, len(outcome.failed)) == (4, 4, 1)


def test_a_removed_file_stays_in_the_table(mine: tuple[Path, Path]) -> None:
    """What was analysed is kept when recordings move to an archive."""
    folder, out = mine
    (folder / "saturday.mcap").unlink()
    outcome = tabled(folder, out)
    assert (outcome.there, outcome.kept) == (3, 4)
    assert "saturday.mcap" in names(out)


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = write_recordings(tmp_path / "in")
    (folder / "bad.csv").write_text("t_s,nothing\n0,0\n")
    (folder / "empty.csv").touch()
    whole = (folder / "friday.mcap").read_bytes()
    (folder / "cut.mcap").write_bytes(whole[:40])
    (folder / "torn.mcap").write_bytes(whole[: len(whole) // 2])
    outcome = tabled(folder, tmp_path / "out")
    assert [Path(failed.path).name for failed in outcome.failed] == ["bad.csv", "cut.mcap", "empty.csv"]
    assert all(failed.problem.startswith(failed.path) and "\n" not in failed.problem for failed in outcome.failed)
    assert (outcome.added, outcome.kept) == (5, 5)
    assert sorted(names(tmp_path / "out")) == sorted([*ALL, "torn.mcap"])


def test_all_bad_leaves_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("nothing")
    outcome = tabled(tmp_path, tmp_path / "out")
    assert (outcome.added, outcome.kept, len(outcome.failed)) == (0, 0, 1)
    assert contents(tmp_path / "out") == {}


def test_a_folder_without_recordings_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no recordings there"):
        tabled(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_changes_while_it_is_analysed_is_not_taken_for_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_recordings(tmp_path / "in")
    plan = running.make_plan

    def then_changed(*given: object) -> object:
        made = plan(*given)  # type: ignore[arg-type]
        with (folder / "one.csv").open("a") as file:
            file.write("\n")
        return made

    monkeypatch.setattr(running, "make_plan", then_changed)
    outcome = tabled(folder, tmp_path / "out")
    assert [failed.problem.partition(": ")[2] for failed in outcome.failed] == [
        "is not what it was when it was looked at; run the command again"
    ]


def test_a_person_whose_name_is_a_number_or_a_path_stays_one_name() -> None:
    began = datetime(2026, 11, 1, tzinfo=UTC)
    assert partition_folder({"person": "../7", "began": began}) == "person_key=%252E%252E%252F7/year_month=2026-11"
    assert partition_folder({"person": "", "began": began}).startswith("person_key=-/")


def test_a_run_without_a_step_has_a_row(tmp_path: Path) -> None:
    rows_of_csv = "".join(f"{number / 100:.2f},0,9.81,0,0,0,0\n" for number in range(3000))
    (tmp_path / "still.csv").write_text(
        "t_s,acc_x_ms2,acc_y_ms2,acc_z_ms2,gyr_x_dps,gyr_y_dps,gyr_z_dps\n" + rows_of_csv
    )
    outcome = tabled(tmp_path / "still.csv", tmp_path / "out")
    assert (outcome.added, outcome.steps) == (1, 0)
    (row,) = rows(tmp_path / "out")
    assert (row["steps"], row["cadence_spm"], row["left_median_deg"]) == (0, None, None)
    assert ds.dataset(tmp_path / "out" / "steps", partitioning="hive").count_rows() == 0


def test_inline_is_what_the_pools_do() -> None:
    assert list(inline([])) == []
