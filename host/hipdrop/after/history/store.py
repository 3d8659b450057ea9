"""The history's file: opens it, puts runs in, gives them back."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hipdrop import people
from hipdrop.after.history.runs import NAN, BeganFrom, Mark, Run, SideOfRun, Source, merged
from hipdrop.after.history.schema import migrate
from hipdrop.errors import HipdropError, InputError, OutputError
from hipdrop.events import Side
from hipdrop.people import file_name

FILE_NAME = "history.db"
PATIENCE_S = 10.0  # for another program that writes; one run takes some milliseconds
LOOK_S = 0.01
_BEGAN = ("began_unix_s", "offset_s")
_PLAIN = tuple(field.name for field in fields(Run) if field.name not in ("began", "sides", "marks"))
RUN_COLUMNS = (*_PLAIN, *_BEGAN, "person_key", "shoe_key")
SIDE_COLUMNS = tuple(field.name for field in fields(SideOfRun))
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH)
_REAL = {field.name for kind in (Run, SideOfRun, Mark) for field in fields(kind) if field.type == "float"}


class Damaged(InputError):
    """The history's file cannot be read as one."""


def history_path() -> Path:
    """Give the file in the user's data folder."""
    return people.data_folder() / FILE_NAME


def kept_of(person: str) -> int:
    """Count what is kept of a person: runs, and shoes; raises as `History` does."""
    if not history_path().exists():
        return 0
    with History() as history:
        return history.count(person)


def forget(person: str) -> int:
    """Delete all of a person, and what was moved away as damaged, of which nobody can say whose it is.

    Gives the number of runs; raises as `History` does.
    """
    path = history_path()
    for away in path.parent.glob(f"{FILE_NAME}.damaged-*"):
        away.unlink(missing_ok=True)
    if not path.exists():
        return 0
    with History(path) as history:
        return history.forget(person)


class History:
    """The history, opened; close it, or use it in a `with`.

    Parameters
    ----------
    path
        The file; made where there is none.

    Raises
    ------
    InputError
        The file is damaged, or of a newer hipdrop.
    OutputError
        It cannot be made, written or is in use for too long. So do all methods.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = history_path() if path is None else path
        with _told(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, timeout=PATIENCE_S, isolation_level=None)
            try:
                self._connection.row_factory = sqlite3.Row
                for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
                    self._connection.execute(f"PRAGMA {pragma}")
                _keep_a_log(self._connection)
                migrate(self._connection, self.path)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Write all of it or nothing; what others write meanwhile comes before or after."""
        with _told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def add(self, run: Run) -> bool:
        """Put in a run, or what it adds to the same run that is there; say whether it is new."""
        with self._writing() as connection:
            old = self._read("key = ?", (run.key,))
            whole = merged(old[0], run) if old else run
            connection.execute("DELETE FROM runs WHERE key = ?", (run.key,))
            _insert(connection, "runs", _row_of(whole))
            for side in whole.sides:
                _insert(connection, "sides", {"run": run.key, **{name: getattr(side, name) for name in SIDE_COLUMNS}})
            for number, mark in enumerate(whole.marks):
                _insert(connection, "marks", {"run": run.key, "number": number, "at_s": mark.at_s, "note": mark.note})
        return not old

    def runs(self, person: str | None = None, shoe: str | None = None, since: date | None = None) -> list[Run]:
        """Give the runs in their order, of this person, in this shoe, from this date on where the runner was."""
        where, values = ["1"], []
        for column, name in (("person_key", person), ("shoe_key", shoe)):
            if name is not None:
                where.append(f"{column} = ?")
                values.append(file_name(name))
        with _told(self.path):
            found = self._read(" AND ".join(where), tuple(values))
        return [run for run in found if since is None or run.day >= since]

    def waiting(self) -> list[Run]:
        """Give the runs of which only the live figures are kept, and whose recording is there."""
        with _told(self.path):
            live = self._read("source = ?", (str(Source.LIVE),))
        return [run for run in live if Path(run.file).is_file()]

    def check(self) -> None:
        """Look through the whole file; raises Damaged."""
        with _told(self.path):
            found = self._connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise _damaged(self.path, found)

    def holds(self, key: str) -> bool:
        """Say whether a run is there."""
        with _told(self.path):
            return bool(self._connection.execute("SELECT 1 FROM runs WHERE key = ?", (key,)).fetchone())

    def start_shoe(self, person: str, shoe: str, start_km: float) -> None:
        """Keep how far a shoe had been run before the history knew it."""
        values = {"person_key": file_name(person), "shoe_key": file_name(shoe), "shoe": shoe, "start_km": start_km}
        with self._writing() as connection:
            _insert(connection, "shoes", values, replace=True)

    def started_km(self, person: str) -> dict[str, float]:
        """Give how far the shoes of a person had been run before, by the name they are told apart by."""
        with _told(self.path):
            rows = self._connection.execute(
                "SELECT shoe_key, start_km FROM shoes WHERE person_key = ?", (file_name(person),)
            ).fetchall()
        return {str(row["shoe_key"]): float(row["start_km"]) for row in rows}

    def count(self, person: str) -> int:
        """Count the rows that are kept of a person: runs, and shoes."""
        key = (file_name(person),)
        with _told(self.path):
            counts = (
                self._connection.execute(f"SELECT count(*) FROM {table} WHERE person_key = ?", key).fetchone()[0]
                for table in ("runs", "shoes")
            )
            return sum(counts)

    def forget(self, person: str) -> int:
        """Delete all of a person, also from the file's free room and its log; give the number of runs."""
        key = (file_name(person),)
        with self._writing() as connection:
            gone = connection.execute("DELETE FROM runs WHERE person_key = ?", key).rowcount
            connection.execute("DELETE FROM shoes WHERE person_key = ?", key)
        with _told(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def _read(self, where: str, values: tuple[Any, ...]) -> list[Run]:
        """Read runs; all in one transaction, so that none is half there."""
        chosen = f"SELECT key FROM runs WHERE {where}"
        own = not self._connection.in_transaction
        if own:
            self._connection.execute("BEGIN")
        try:
            rows = self._connection.execute(f"SELECT * FROM runs WHERE {where} ORDER BY began_unix_s, key", values)
            runs = rows.fetchall()
            sides = self._connection.execute(f"SELECT * FROM sides WHERE run IN ({chosen})", values).fetchall()
            marks = self._connection.execute(f"SELECT * FROM marks WHERE run IN ({chosen}) ORDER BY number", values)
            of_sides, of_marks = _by_run(sides), _by_run(marks.fetchall())
        finally:
            if own:
                self._connection.execute("COMMIT")
        return [_run_of(row, of_sides.get(row["key"], []), of_marks.get(row["key"], [])) for row in runs]


def _insert(connection: sqlite3.Connection, table: str, values: Mapping[str, Any], *, replace: bool = False) -> None:
    names, places = ", ".join(values), ", ".join("?" * len(values))
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    connection.execute(f"{verb} INTO {table} ({names}) VALUES ({places})", tuple(values.values()))


def _row_of(run: Run) -> dict[str, Any]:
    offset = run.began.utcoffset() or timedelta()
    return {
        **{name: getattr(run, name) for name in _PLAIN},
        "began_unix_s": run.began.timestamp(), "offset_s": round(offset.total_seconds()),
        "person_key": run.who, "shoe_key": run.worn,
    }  # fmt: skip


def _by_run(rows: list[sqlite3.Row]) -> dict[str, list[sqlite3.Row]]:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        found.setdefault(row["run"], []).append(row)
    return found


def _value(row: sqlite3.Row, name: str) -> Any:
    """Give a value; NULL of a number is NaN, as it went in."""
    return NAN if row[name] is None and name in _REAL else row[name]


def _run_of(row: sqlite3.Row, sides: list[sqlite3.Row], marks: list[sqlite3.Row]) -> Run:
    began = datetime.fromtimestamp(row["began_unix_s"], UTC).astimezone(timezone(timedelta(seconds=row["offset_s"])))
    values = {name: _value(row, name) for name in _PLAIN}
    values |= {"began_from": BeganFrom(row["began_from"]), "source": Source(row["source"])}
    own = {Side(one["side"]): {name: _value(one, name) for name in SIDE_COLUMNS} for one in sides}
    of_run = tuple(SideOfRun(**(own[side] | {"side": side})) for side in Side if side in own)
    return Run(
        began=began, sides=of_run, marks=tuple(Mark(_value(one, "at_s"), one["note"]) for one in marks), **values
    )


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Have readers and a writer go side by side. SQLite waits for nobody while it switches to that: so wait here."""
    until_s = time.monotonic() + PATIENCE_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
            time.sleep(LOOK_S)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say into one line with its remedy."""
    try:
        yield
    except HipdropError:
        raise
    except (sqlite3.Error, ValueError) as error:
        raise _explained(path, error) from error
    except OSError as error:
        raise OutputError(
            path, f"cannot be used ({error.strerror or error}); make room, or let it be written"
        ) from error


def _explained(path: Path, error: Exception) -> HipdropError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return OutputError(path, f"is in use by another program for more than {PATIENCE_S:g} s; try again")
    if code in _DAMAGED:
        return _damaged(path, error)
    return OutputError(path, f"cannot be used ({error}); make room, or let it be written")


def _damaged(path: Path, how: object) -> Damaged:
    problem = f"is damaged ({how}); hipdrop history rebuild moves it away and makes it anew from your recordings"
    return Damaged(path, " ".join(problem.split()))
