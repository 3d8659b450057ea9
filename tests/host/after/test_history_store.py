"""The history's file: what goes in comes out, once, whoever writes beside it, and whatever happens meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import MONDAY, make_months, make_run

from hipdrop.after.history import schema, store
from hipdrop.after.history.runs import BeganFrom, Mark, Run, Source, as_plain, merged
from hipdrop.after.history.store import RUN_COLUMNS, SIDE_COLUMNS, Damaged, History
from hipdrop.errors import InputError, OutputError
from synthetic import REPEATABLE


def plain(runs: list[Run]) -> list[dict[str, object]]:
    """As values that can be compared: NaN is not equal to NaN."""
    return [as_plain(run) for run in runs]


def test_a_run_comes_out_as_it_went_in(tmp_path: Path) -> None:
    run = make_run(distance_m=5000.0, marks=(Mark(900.0, "pain: left knee"), Mark(901.5, "hill ✓")))
    bare = replace(make_run(MONDAY + timedelta(days=1)), sides=(), marks=(), person="", shoe="")
    with History(tmp_path / "history.db") as history:
        assert history.add(run)
        assert history.add(bare)
        assert plain(history.runs()) == plain([run, bare])
        assert history.runs()[0].began.utcoffset() == timedelta(hours=1)
        assert history.holds(run.key)
        assert not history.holds("other")
    with History(tmp_path / "history.db") as again:
        assert plain(again.runs()) == plain([run, bare])


def test_every_field_has_its_column() -> None:
    connection = sqlite3.connect(":memory:")
    schema.migrate(connection, Path("x"))

    def columns(table: str) -> set[str]:
        return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}

    assert columns("runs") == set(RUN_COLUMNS)
    assert columns("sides") == {*SIDE_COLUMNS, "run"}
    assert columns("marks") == {*(field.name for field in fields(Mark)), "run", "number"}
    connection.close()


def test_the_same_run_twice_is_one_and_what_is_new_stands(tmp_path: Path) -> None:
    run = make_run()
    with History(tmp_path / "history.db") as history:
        assert history.add(run)
        assert not history.add(replace(run, file="/elsewhere/run.mcap", shoe="Road", marks=()))
        (found,) = history.runs()
    assert (found.file, found.shoe, found.marks, len(found.sides)) == ("/elsewhere/run.mcap", "Road", (), 3)


def test_the_analysis_replaces_the_live_figures_and_not_the_other_way(tmp_path: Path) -> None:
    zone = make_run().began + timedelta(0)
    live = make_run(source=Source.LIVE, began_from=BeganFrom.LIVE, cadence_spm=160.0)
    later_zone = zone.astimezone(UTC)  # analysed on a journey
    analysed = make_run(began=later_zone, key=live.key, cadence_spm=170.0, person="", samples=live.samples - 50)
    for first, second in ((live, analysed), (analysed, live)):
        with History(tmp_path / f"{first.source}.db") as history:
            history.add(first)
            history.add(second)
            (found,) = history.runs()
        assert (found.source, found.cadence_spm, found.person) == (Source.ANALYSIS, 170.0, "Anna")
        assert found.began.utcoffset() == timedelta(hours=1)


def test_a_torn_copy_does_not_replace_the_whole_run() -> None:
    whole, torn = make_run(samples=9000), make_run(samples=100, steps=9)
    assert merged(whole, torn).samples == merged(torn, whole).samples == 9000


def test_of_undated_copies_the_older_date_stays() -> None:
    old = make_run(began_from=BeganFrom.FILE)
    copy = replace(old, began=old.began + timedelta(days=9))
    said = replace(copy, began=old.began - timedelta(days=2), began_from=BeganFrom.SAID)
    assert merged(old, copy).began == merged(copy, old).began == old.began
    assert merged(said, old).began == merged(old, said).began == said.began


@settings(REPEATABLE, max_examples=20)
@given(order=st.permutations(range(14)))
def test_the_order_of_adding_makes_no_difference(order: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    runs = make_months(1)[:6]
    live = [replace(run, source=Source.LIVE, began_from=BeganFrom.LIVE, cadence_spm=1.0, file="") for run in runs[:4]]
    torn = [replace(run, samples=5, person="") for run in runs[2:6]]
    tellings = [*runs, *live, *torn]
    folder = tmp_path_factory.mktemp("order")
    with History(folder / "a.db") as one, History(folder / "b.db") as other:
        for index in range(14):
            one.add(tellings[index])
        for index in order:
            other.add(tellings[index])
        assert plain(one.runs()) == plain(other.runs())
        assert len(one.runs()) == 6


def test_runs_are_chosen_by_person_shoe_and_date(tmp_path: Path) -> None:
    late = datetime(2026, 3, 4, 23, 30, tzinfo=MONDAY.tzinfo)  # the fourth there, and still the fourth in UTC
    runs = [make_run(), make_run(late, shoe="trail"), make_run(late + timedelta(days=1), person="Bert")]
    with History(tmp_path / "history.db") as history:
        for run in reversed(runs):
            history.add(run)
        assert [run.key for run in history.runs()] == [run.key for run in runs]
        assert len(history.runs("ANNA")) == 2
        assert len(history.runs("anna", "TRAIL")) == 2
        assert [run.key for run in history.runs("Anna", since=late.date())] == [runs[1].key]
        assert history.runs("Carl") == []


def test_shoes_keep_what_they_had_run_before(tmp_path: Path) -> None:
    with History(tmp_path / "history.db") as history:
        history.start_shoe("Anna", "Trail", 120.0)
        history.start_shoe("anna", "TRAIL", 150.0)
        assert history.started_km("ANNA") == {"trail": 150.0}
        assert history.count("Anna") == 1


def test_forgotten_is_out_of_the_file_too(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History(path) as history:
        for number in range(50):
            history.add(make_run(MONDAY + timedelta(days=number), person="Zarathustra", shoe="Sandale"))
        history.start_shoe("Zarathustra", "Sandale", 9.0)
        history.add(make_run(MONDAY - timedelta(days=1)))
        assert history.forget("zarathustra") == 50
        assert history.count("Zarathustra") == 0
        assert len(history.runs()) == 1
        for file in tmp_path.iterdir():  # the log, too, while it is open
            assert b"arathustra" not in file.read_bytes(), file
    assert b"arathustra" not in path.read_bytes()


# Versions


def _made_up_second(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE runs ADD COLUMN weather TEXT NOT NULL DEFAULT ''")
    connection.execute("UPDATE runs SET weather = 'rain' WHERE person = 'Anna'")


def _fails(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM runs")
    raise RuntimeError("half way")


def test_an_older_file_is_brought_up_to_date_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History(path) as history:
        history.add(make_run())
    connection = sqlite3.connect(path, isolation_level=None)
    schema.migrate(connection, path, (*schema.MIGRATIONS, _made_up_second))
    assert schema.version_of(connection) == len(schema.MIGRATIONS) + 1
    assert connection.execute("SELECT person, weather FROM runs").fetchall() == [("Anna", "rain")]
    connection.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History(path) as history:
        history.add(make_run())
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(RuntimeError, match="half way"):
        schema.migrate(connection, path, (*schema.MIGRATIONS, _made_up_second, _fails))
    connection.close()
    with History(path) as history:
        assert plain(history.runs()) == plain([make_run()])


def test_a_newer_file_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(InputError, match=rf"of version 7, this hipdrop reads version {len(schema.MIGRATIONS)}"):
        History(path)


# What disks and other programs do


def _add_many(path: Path, first: int, count: int) -> None:
    for number in range(first, first + count):
        with History(path) as history:  # opens anew each time: making, migrating and writing at once
            history.add(make_run(MONDAY + timedelta(hours=number)))


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_add_many, args=(path, first, 30)) for first in (0, 20)
    ]  # ten of them are the same
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    with History(path) as history:
        assert [run.key for run in history.runs()] == [make_run(MONDAY + timedelta(hours=n)).key for n in range(50)]
        history.check()


ADDS = """
import sys
from datetime import timedelta
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from made_runs import MONDAY, make_run
from hipdrop.after.history.store import History
with History(Path(sys.argv[1])) as history:
    for number in range(100000):
        run = make_run(MONDAY + timedelta(minutes=number))
        history.add(run)
        print(run.key, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_while_it_writes_it_has_every_run_whole_or_not_at_all(tmp_path: Path) -> None:
    path, rng = tmp_path / "history.db", random.Random(3)
    told: set[str] = set()
    for _ in range(4):
        command = [sys.executable, "-c", ADDS, str(path), str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(rng.randrange(3, 40)):
                told.add(child.stdout.readline().strip())
            os.kill(child.pid, signal.SIGKILL)
            told |= {line.strip() for line in child.stdout if line.endswith("\n")}
        with History(path) as history:
            history.check()
            runs = history.runs()
        assert told <= {run.key for run in runs}
        assert all(len(run.sides) == 3 and len(run.marks) == 1 for run in runs)


def test_a_file_that_another_holds_is_named_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.db"
    monkeypatch.setattr(store, "PATIENCE_S", 0.05)
    with History(path) as history:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match=r"history.db: is in use by another program"):
            history.add(make_run())
        assert history.runs() == []  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        assert history.add(make_run())


def _fill(history: History) -> None:
    for number in range(1, 2000):
        history.add(make_run(MONDAY + timedelta(days=number)))


def test_a_full_disk_is_said_and_the_file_stays_sound(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History(path) as history:
        history.add(make_run())
        history._connection.execute("PRAGMA max_page_count = 1")  # SQLite says then what it says on a full disk
        with pytest.raises(OutputError, match=r"history.db: cannot be used \(.*full\); make room"):
            _fill(history)
        kept = len(history.runs())
        history.check()
    with History(path) as history:
        assert len(history.runs()) == kept
        assert history.add(make_run(MONDAY + timedelta(days=5000)))


@pytest.mark.parametrize("content", [b"no database at all, but text\n" * 400, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_file_is_named_with_its_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(content)
    with (
        pytest.raises(Damaged, match=r"history.db: is damaged .*hipdrop history rebuild") as told,
        History(path) as history,
    ):
        history.runs()
    assert "\n" not in str(told.value)


def test_damage_in_the_middle_is_found(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History(path) as history:
        for number in range(80):
            history.add(make_run(MONDAY + timedelta(days=number)))
    data = bytearray(path.read_bytes())
    data[8192:] = b"\x5a" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(Damaged), History(path) as history:
        history.check()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with pytest.raises(OutputError, match=r"cannot be used"):
        History(tmp_path / "data" / "history.db")
