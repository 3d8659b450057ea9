"""What the history's file looks like inside, and the way there from every older form."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from hipdrop.errors import InputError

Migration = Callable[[sqlite3.Connection], None]


def _first(connection: sqlite3.Connection) -> None:
    """Version 1: runs with their sides and marks, and shoes with what they had run before."""
    connection.execute(
        """CREATE TABLE runs (
            key TEXT PRIMARY KEY, began_unix_s REAL NOT NULL, offset_s INTEGER NOT NULL, began_from TEXT NOT NULL,
            source TEXT NOT NULL, version TEXT NOT NULL, person TEXT NOT NULL, shoe TEXT NOT NULL,
            person_key TEXT NOT NULL, shoe_key TEXT NOT NULL, clip TEXT NOT NULL, file TEXT NOT NULL,
            samples INTEGER NOT NULL, lost_share REAL, valid_share REAL, lasting_s REAL, running_s REAL,
            steps INTEGER NOT NULL, cadence_spm REAL, list_deg REAL, list_sd_deg REAL, net_turn_deg REAL,
            left_turn_deg REAL, right_turn_deg REAL, left_turn_share REAL, right_turn_share REAL,
            speed_ms REAL, slope_percent REAL, distance_m REAL
        )"""
    )
    connection.execute("CREATE INDEX runs_by_person ON runs (person_key, began_unix_s)")
    connection.execute(
        """CREATE TABLE sides (
            run TEXT NOT NULL REFERENCES runs (key) ON DELETE CASCADE, side TEXT NOT NULL,
            steps INTEGER NOT NULL, counted INTEGER NOT NULL, median_deg REAL, fresh_deg REAL, tired_deg REAL,
            baseline_deg REAL, onset_s REAL, onset_earliest_s REAL, onset_latest_s REAL, rise_deg REAL,
            alerts INTEGER NOT NULL, drop_minutes REAL, PRIMARY KEY (run, side)
        )"""
    )
    connection.execute(
        """CREATE TABLE marks (
            run TEXT NOT NULL REFERENCES runs (key) ON DELETE CASCADE, number INTEGER NOT NULL,
            at_s REAL, note TEXT NOT NULL, PRIMARY KEY (run, number)
        )"""
    )
    connection.execute(
        """CREATE TABLE shoes (
            person_key TEXT NOT NULL, shoe_key TEXT NOT NULL, shoe TEXT NOT NULL, start_km REAL NOT NULL,
            PRIMARY KEY (person_key, shoe_key)
        )"""
    )


MIGRATIONS: tuple[Migration, ...] = (_first,)  # number N leads from version N to N + 1; what is here never changes


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a file to the newest version, whole or not at all.

    Raises
    ------
    InputError
        It is of a newer hipdrop.
    """
    if version_of(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")  # of two that open it at once, one migrates and the other finds it done
    try:
        found = version_of(connection)
        if found > len(migrations):
            problem = (
                f"is of version {found}, this hipdrop reads version {len(migrations)}; use the hipdrop that wrote it"
            )
            raise InputError(path, problem)
        for step in migrations[found:]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """Give the version of a file; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
