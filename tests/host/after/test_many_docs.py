"""docs/many.md: its columns are those of the table, and its queries run."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from many_runs import PERSON, tabled, write_recordings

from hipdrop.after.many.columns import RUN_COLUMNS
from hipdrop.after.runrow import OF_A_SIDE
from hipdrop.events import Side

PAGE = Path(__file__).parents[3] / "docs" / "many.md"


def blocks(language: str) -> list[str]:
    """Give the code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a data set `table`."""
    top = tmp_path_factory.mktemp("many")
    tabled(write_recordings(top / "in"), top / "table")
    return top


def test_the_columns_are_those_of_the_table() -> None:
    of_sides = {f"{side}_{name}" for side in Side for name, *_ in OF_A_SIDE}
    wanted = [(one.name, str(one.kind), one.unit, one.meaning) for one in RUN_COLUMNS if one.name not in of_sides]
    wanted += [(f"SIDE_{name}", str(kind), unit, meaning) for name, kind, unit, meaning in OF_A_SIDE]
    section = PAGE.read_text("utf-8").partition("\n## Runs\n")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) ?\| (.*) \|$", section, re.MULTILINE)
    assert sorted(told) == sorted(wanted)


def test_every_query_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    by_month, by_bin, of_nobody, once = (duckdb.sql(query).fetchall() for query in blocks("sql"))
    assert sum(row[2] for row in by_month) == 4
    assert PERSON in {row[0] for row in by_month}
    assert {row[1] for row in by_bin} == {"left", "right"}
    assert len(of_nobody) == 3
    assert len(once) == 4


def test_the_metadata_is_read_as_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    (script,) = blocks("python")
    exec(script, {})
    assert capsys.readouterr().out.count("b'deg'") == 4
