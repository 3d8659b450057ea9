"""What is kept of training: whole, in order, whoever writes; damage is told and left out."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hipdrop import people
from hipdrop.cli import main
from hipdrop.errors import InputError, OutputError
from hipdrop.people import Person
from hipdrop.training import store
from hipdrop.training.store import Entry, add, entries, read, training_path
from synthetic import REPEATABLE

CET = timezone(timedelta(hours=1))
AT = datetime(2026, 11, 22, 18, 30, tzinfo=CET)
TICKED = {"exercise": "bridge", "day": "2026-11-22"}
SET = {"exercise": "pelvic-drop", "side": "left", "repetitions": 12, "faults": {"too quick": 1}}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr("hipdrop.recording.library.user_data_path", lambda *name, **more: tmp_path / "data")
    return tmp_path / "data"


def test_what_is_put_in_comes_out_by_time_and_kind() -> None:
    add("Anna", "set", SET, AT)
    add("Anna", "ticked", TICKED, AT - timedelta(days=1))
    assert entries("anna ") == [Entry("ticked", AT - timedelta(days=1), TICKED), Entry("set", AT, SET)]
    assert [one.data for one in entries("Anna", "set")] == [SET]
    assert entries("Anna", since=date(2026, 11, 22)) == [Entry("set", AT, SET)]
    assert entries("Bert") == []


def test_the_day_is_that_of_where_the_person_was() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(-timedelta(hours=8)))
    add("Anna", "ticked", TICKED, late)
    assert entries("Anna")[0].day == date(2026, 11, 22)  # the 23rd in UTC
    assert entries("Anna")[0].at == late.astimezone(UTC)


def test_a_line_is_what_the_page_says() -> None:
    add("Anna", "ticked", TICKED, AT)
    line = {"hipdrop_training": 1, "kind": "ticked", "at": "2026-11-22T18:30:00+01:00", "data": TICKED}
    assert training_path("Anna").read_text("utf-8") == json.dumps(line) + "\n"


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("ticked", {}),
        ("ticked", {**TICKED, "day": "yesterday"}),
        ("set", {"exercise": "bridge", "side": "middle"}),
        ("set", {"exercise": "bridge", "held_s": float("nan")}),
        ("set", {"exercise": "\ud800"}),
        ("single-leg", {"left": {"raise_deg": 3.0}, "right": None, "midline": True}),
        ("check-in", {"pain": 11}),
        ("coached", {}),
    ],
)
def test_what_could_not_be_read_again_is_not_written(kind: store.Kind, bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        add("Anna", kind, bad, AT)
    with pytest.raises(ValueError, match="offset"):
        add("Anna", "ticked", TICKED, AT.replace(tzinfo=None))
    assert not training_path("Anna").exists()


def test_a_torn_last_line_is_told_left_out_and_kept_apart(capsys: pytest.CaptureFixture[str]) -> None:
    add("Anna", "set", SET, AT)
    add("Anna", "ticked", TICKED, AT)
    path = training_path("Anna")
    path.write_bytes(path.read_bytes()[:-20])
    assert entries("Anna") == [Entry("set", AT, SET)]
    told = capsys.readouterr().err
    assert told == f"hipdrop: {path}, line 2: was not written to its end; the line is left out\n"
    add("Anna", "ticked", TICKED, AT)
    assert [one.kind for one in entries("Anna")] == ["set", "ticked"]
    assert ", line 2: " in capsys.readouterr().err


def test_a_line_that_lacks_nothing_but_its_end_is_whole() -> None:
    add("Anna", "set", SET, AT)
    path = training_path("Anna")
    path.write_bytes(path.read_bytes().rstrip())
    add("Anna", "ticked", TICKED, AT)
    assert [one.kind for one in entries("Anna")] == ["set", "ticked"]


def test_a_line_of_a_newer_hipdrop_is_told() -> None:
    add("Anna", "ticked", TICKED, AT)
    path = training_path("Anna")
    path.write_text(path.read_text().replace('"hipdrop_training": 1', '"hipdrop_training": 2'))
    found, faults = read(path)
    assert found == []
    assert "line 1: is of version 2, this hipdrop reads version 1: update it" in str(faults[0])


@settings(REPEATABLE, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draws=st.data())
def test_damage_of_one_line_costs_that_line_alone(tmp_path: Path, draws: st.DataObject) -> None:
    line = store.line_of("ticked", TICKED, AT)
    at = draws.draw(st.integers(0, len(line) - 2))
    harm = draws.draw(st.binary(min_size=1, max_size=3).filter(lambda found: b"\n" not in found))
    damaged = (line[:at] + harm + line[at + len(harm) :]).replace(b"\n", b"") + b"\n"
    path = tmp_path / "damaged.jsonl"
    path.write_bytes(line + damaged + line)
    found, faults = read(path)
    assert found[0] == found[-1] == Entry("ticked", AT, TICKED)
    assert len(found) + len(faults) == 2 + bool(damaged.strip())
    assert all(fault.line == 2 for fault in faults)


def test_what_cannot_be_written_is_said(data: Path) -> None:
    data.write_text("no folder")
    with pytest.raises(OutputError, match=r"training.jsonl: cannot be written .*make room"):
        add("Anna", "ticked", TICKED, AT)


def test_what_cannot_be_read_is_said(data: Path) -> None:
    training_path("Anna").mkdir(parents=True)
    with pytest.raises(InputError, match=r"training.jsonl: cannot be read"):
        entries("Anna")


def test_a_full_disk_leaves_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    add("Anna", "set", SET, AT)
    before = training_path("Anna").read_bytes()
    write = store.os.write

    def full(file: int, line: bytes) -> int:
        if len(line) > 10:
            return write(file, line[:10])  # the disk takes the first bytes, then no more
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "write", full)
    with pytest.raises(OutputError, match="No space left"):
        add("Anna", "ticked", {**TICKED, "exercise": "x"}, AT)
    assert training_path("Anna").read_bytes() == before


WRITER = """
import sys
from datetime import UTC, datetime
from hipdrop.training.store import add
for number in range(40):
    add("Anna", "set", {"exercise": sys.argv[1], "repetitions": number, "more": "x" * 5000}, datetime.now(UTC))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the data folder is named by XDG_DATA_HOME")
def test_two_processes_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, name]) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    path = next(tmp_path.rglob("training.jsonl"))
    found, faults = read(path)
    assert faults == []
    for name in ("a", "b"):
        assert [one.data["repetitions"] for one in found if one.data["exercise"] == name] == list(range(40))


def test_where_names_it_and_forget_empties_it(capsys: pytest.CaptureFixture[str]) -> None:
    add("Anna", "set", SET, AT)
    add("Bert", "set", SET, AT)
    path = training_path("Anna")
    assert main(["where"]) == 0
    assert f"    training: 1 file (0.0 MB), {path}\n" in capsys.readouterr().out
    assert main(["forget", "--person", "Anna", "--yes"]) == 0
    assert not path.exists()
    assert entries("Anna") == []
    assert len(entries("Bert")) == 1
    assert [person.name for person in people.people()] == ["Bert"]


def test_a_person_that_is_known_stays_so() -> None:
    Person.open("Anna", "trail").keep(None, session=True)
    add("ANNA", "set", SET, AT)
    assert (Person.open("anna").name, Person.open("anna").sessions) == ("Anna", 1)
