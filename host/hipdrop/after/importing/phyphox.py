"""Exports of phyphox (RWTH Aachen): an accelerometer with g and a gyroscope, each with time stamps of its own.

A zip, the folder that it was unpacked to, or two CSV files. Layout: the app's source and its documentation
(phyphox.org, `Phyphox file format`, `Saved states`), read in 2026; docs/import.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from hipdrop.after.importing.container import Member
from hipdrop.after.importing.csvtext import Header, Table, find_header, likely_header, read_table, split
from hipdrop.after.importing.foreign import Device, Foreign, Match, Sensor
from hipdrop.csvtable import DELIMITERS
from hipdrop.errors import InputError
from hipdrop.samples import Array

LAYOUT = "phyphox"
ASSUMED = (
    "the time stamps of accelerometer and gyroscope count from one zero",
    "the axes are the phone's (x right, y up the screen, z out of it), +9.8 on the axis that points up at rest",
)
ASSUMED_TRUE_TIME = "a pause is as long as meta/time.csv says"
_META = "meta"
_DEVICE, _TIME, _STATE = "device", "time", "state"
_TIME_NAME = re.compile(r"time (t )?\(s\)")
_ACC_NAME = re.compile(r"(?:acceleration |accelerometer |)([xyz]) \(m/s(?:\^2|²)\)")
_LINEAR_NAME = re.compile(r"lin(?:ear)?\.? ?acc(?:eleration|elerometer) ([xyz]) \(m/s(?:\^2|²)\)")
_GYR_NAME = re.compile(r"(?:gyroscope |gyro |angular velocity |)([xyz]) \(rad/s\)")
_PATTERNS = {"acc": _ACC_NAME, "linear": _LINEAR_NAME, "gyr": _GYR_NAME}
_WORDS = {
    "acc": "an accelerometer with g (columns Acceleration x, y, z (m/s^2))",
    "gyr": "a gyroscope (columns Gyroscope x, y, z (rad/s))",
}
_LINEAR_REMEDY = (
    "holds the linear acceleration, from which gravity was taken off; record the acceleration with g and the "
    "gyroscope: in phyphox +, Add simple experiment, Accelerometer and Gyroscope"
)


@dataclass(frozen=True)
class _Set:
    """One sensor's columns in a file: the time first."""

    member: Member
    header: Header
    columns: tuple[int, int, int, int]


def match(members: Sequence[Member]) -> Match | None:
    """Say how well files fit; None where nothing in them is of phyphox."""
    found = _sets(members)
    if any(_is_meta(member) and member.stem == _STATE for member in members):
        return Match(LAYOUT, 1, ("the data as CSV",))
    if not any(found.values()):
        return None
    missing = [_WORDS[kind] for kind in ("acc", "gyr") if not found[kind]]
    if found["linear"] and not found["acc"]:
        missing[0] += ": there is the linear acceleration alone"
    return Match(LAYOUT, 8 - 4 * len(missing), tuple(missing))


def read(members: Sequence[Member]) -> Foreign:
    """Read a recording.

    Raises
    ------
    InputError
        It lacks a sensor or holds more than one recording, or cannot be read.
    """
    path = members[0].path
    meta = {member.stem: member for member in members if _is_meta(member)}
    if _STATE in meta:
        raise InputError(path, "is a saved state of phyphox; open it in the app and export the data as CSV")
    found = _sets(members)
    if found["linear"] and not found["acc"]:
        raise found["linear"][0].member.error(_LINEAR_REMEDY, found["linear"][0].header.line)
    acc, gyr = (_only(members, kind, found) for kind in ("acc", "gyr"))
    property_of = _properties(meta.get(_DEVICE))
    events = _events(meta.get(_TIME))
    notes: list[str] = []
    sensors = []
    for one, name in ((acc, "accelerometer"), (gyr, "gyroscope")):
        table = read_table(one.member, one.header, one.columns)
        notes += table.notes
        sensors.append(_sensor(one.member, table, events, _positive(property_of.get(f"{name} Range"))))
    if acc.member is gyr.member and acc.columns[0] == gyr.columns[0] and len(sensors[0].t_s) == len(sensors[1].t_s):
        sensors[1] = Sensor(sensors[0].t_s, sensors[1].values, gyr.member, sensors[1].table, sensors[1].limit)
    paused = (ASSUMED_TRUE_TIME,) if len(events) > 1 else ()
    unix_at_zero_s = events[0][1] - events[0][0] if events else None
    return Foreign(
        path, LAYOUT, sensors[0], sensors[1], _device(property_of), unix_at_zero_s, ASSUMED + paused, tuple(notes)
    )


def _sets(members: Sequence[Member]) -> dict[str, list[_Set]]:
    """Find the sensors in the files, by the names of their columns."""
    found: dict[str, list[_Set]] = {kind: [] for kind in _PATTERNS}
    for member in members:
        if _is_meta(member) or member.stem == "gravity":  # whose columns are called as the accelerometer's
            continue
        header = find_header(member, _is_set)
        if header is None:
            continue
        for kind in _PATTERNS:
            columns = _columns(header.names, kind)
            if columns is not None:
                found[kind].append(_Set(member, header, columns))
    return found


def _is_meta(member: Member) -> bool:
    return PurePosixPath(member.name).parent.name == _META


def _is_set(names: Sequence[str]) -> bool:
    return any(_columns(names, kind) is not None for kind in _PATTERNS)


def _columns(names: Sequence[str], kind: str) -> tuple[int, int, int, int] | None:
    """Give the places of time, x, y and z; None where one is missing."""
    plain = [" ".join(name.lower().split()) for name in names]
    time = next((place for place, name in enumerate(plain) if _TIME_NAME.fullmatch(name)), None)
    axes: dict[str, int] = {}
    for place, name in enumerate(plain):
        hit = _PATTERNS[kind].fullmatch(name)
        if hit:
            axes.setdefault(hit.group(1), place)
    if time is None or len(axes) < 3:
        return None
    return time, axes["x"], axes["y"], axes["z"]


def _only(members: Sequence[Member], kind: str, found: Mapping[str, Sequence[_Set]]) -> _Set:
    """Give the one set of a sensor."""
    path, sets = members[0].path, found[kind]
    if not sets:
        there = [one.member.label + ": " + one.header.shown for other in found.values() for one in other]
        headers = there or [member.label + ": " + likely_header(member).shown for member in members[:2]]
        raise InputError(
            path,
            f"lacks {_WORDS[kind]}; record both sensors in one experiment, and name the zip or both its CSV files. "
            f"Header found: {'; '.join(headers)}",
        )
    if len(sets) > 1:
        names = " and ".join(one.member.label for one in sets)
        raise InputError(path, f"{names} each hold {_WORDS[kind].split(' (')[0]}; name files of one recording")
    return sets[0]


def _sensor(member: Member, table: Table, events: Sequence[tuple[float, float]], limit: float | None) -> Sensor:
    t_s = _with_pauses(table.values[:, 0], events)
    return Sensor(t_s, np.ascontiguousarray(table.values[:, 1:4]), member, table, limit)


def _with_pauses(t_s: Array, events: Sequence[tuple[float, float]]) -> Array:
    """Put the pauses in, which the experiment's time leaves out."""
    if len(events) < 2:
        return t_s
    begins_s = np.array([experiment_s for experiment_s, _ in events])
    away_s = np.array([unix_s - experiment_s for experiment_s, unix_s in events])
    part = np.clip(np.searchsorted(begins_s, t_s, side="right") - 1, 0, None)
    return np.asarray(t_s + (away_s - away_s[0])[part])


def _events(member: Member | None) -> list[tuple[float, float]]:
    """Read when the experiment was started, and started again: experiment time and time of day, both in seconds."""
    rows = [] if member is None else [row for row in _rows(member) if row and row[0].upper() == "START"]
    events = []
    for row in rows:
        values = [_number(text) for text in row[1:3]]
        if len(values) == 2 and None not in values:
            events.append((float(values[0] or 0.0), float(values[1] or 0.0)))
    return events


def _properties(member: Member | None) -> Mapping[str, str]:
    return {} if member is None else {row[0]: row[1] for row in _rows(member) if len(row) >= 2 and row[1] != "null"}


def _rows(member: Member) -> list[tuple[str, ...]]:
    with member.text() as text:
        lines = text.read(1 << 20).splitlines()
    delimiter = max(DELIMITERS, key=lines[0].count) if lines else ","
    return [split(line, delimiter) for line in lines]


def _device(property_of: Mapping[str, str]) -> Device:
    model = property_of.get("deviceModel", "")
    version = property_of.get("version", "")
    return Device(model, f"phyphox {version}".strip(), model, property_of.get("accelerometer Name", ""))


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _positive(text: str | None) -> float | None:
    value = None if text is None else _number(text)
    return value if value is not None and np.isfinite(value) and value > 0 else None
