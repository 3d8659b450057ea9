"""CSV of the Movella DOT app and SDK (Xsens DOT): a block of facts, then a header and one row per sample.

Layout: `Xsens DOT User Manual` XD0502P, sections 4.2.2 and 4.2.5, and exports of app and SDK; docs/import.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from hipdrop.after.importing.container import Member
from hipdrop.after.importing.csvtext import Header, Table, find_header, read_table, split
from hipdrop.after.importing.foreign import Device, Foreign, Match, Sensor
from hipdrop.errors import InputError
from hipdrop.samples import Array

LAYOUT = "dot"
WRAP = 1 << 32  # SampleTimeFine and PacketCounter are 32 bits wide (manual, 4.2.5): the time wraps every 72 min
ASSUMED = (
    "Acc_X, Y, Z are in m/s² with gravity and Gyr_X, Y, Z in deg/s, both in the sensor's axes (manual, 4.2.2)",
    "SampleTimeFine counts microseconds and wraps at 2^32",
)
ASSUMED_RATE = "SampleTimeFine is empty: the time is PacketCounter over OutputRate"
ASSUMED_DATE = "StartTime is the time of day of the first row, in this computer's time zone where it names none"
ASSUMED_RANGES = "the ranges are the sensor's, 16 g and 2000 deg/s"
ACC_RANGE_G, GYR_RANGE_DPS = 16.0, 2000.0  # manual, tables of the sensor's components
_COUNTER, _FINE = "packetcounter", "sampletimefine"
_ACC = ("acc_x", "acc_y", "acc_z")
_GYR = ("gyr_x", "gyr_y", "gyr_z")
_FREE = ("freeacc_x", "freeacc_y", "freeacc_z")
_DELTA = ("dv[1]", "dv[2]", "dv[3]")
_REMEDY = "record with the mode `Rate quantities` or `Custom mode 5`, or export a recording with Acc and Gyr ticked"
_ZONES = re.compile(r"\s*([+-]\d\d):?(\d\d)$")


def match(members: Sequence[Member]) -> Match | None:
    """Say how well files fit; None where nothing in them is of a DOT."""
    found = [header for member in members if (header := find_header(member, _is_header)) is not None]
    if not found:
        return None
    names = _plain(found[0].names)
    missing = [
        words
        for words, wanted in (("the acceleration Acc_X, Acc_Y, Acc_Z", _ACC), ("the rate Gyr_X, Gyr_Y, Gyr_Z", _GYR))
        if not set(wanted) <= set(names)
    ]
    return Match(LAYOUT, 8 - 3 * len(missing), tuple(missing))


def read(members: Sequence[Member]) -> Foreign:
    """Read a recording.

    Raises
    ------
    InputError
        It lacks a sensor, is more than one recording, or cannot be read.
    """
    files = [(member, header) for member in members if (header := find_header(member, _is_header)) is not None]
    path = members[0].path
    if not files:
        raise InputError(path, "has no header with PacketCounter and SampleTimeFine; see docs/import.md")
    if len(files) > 1:
        raise InputError(path, f"holds {len(files)} recordings, one of each sensor; name the one worn at the pelvis")
    member, header = files[0]
    names = _plain(header.names)
    _check_columns(member, header, names)
    facts = _facts(header.above)
    table, t_s, notes, assumed = _timed(member, header, names, facts)
    values = table.values[:, -6:]
    acc = Sensor(t_s, np.ascontiguousarray(values[:, :3]), member, table, ACC_RANGE_G * 9.80665)
    gyr = Sensor(t_s, np.radians(values[:, 3:]), member, table, float(np.radians(GYR_RANGE_DPS)))
    began = _start(facts.get("starttime", ""))
    unix_at_zero_s = None if began is None else began.timestamp() - float(t_s[0])
    assumed += () if began is None else (ASSUMED_DATE,)
    device = Device(facts.get("devicetag", ""), facts.get("firmwareversion", ""), "Movella DOT", "Movella DOT")
    return Foreign(path, LAYOUT, acc, gyr, device, unix_at_zero_s, assumed, (*table.notes, *notes))


def _plain(names: Sequence[str]) -> list[str]:
    return [name.lower() for name in names]


def _is_header(names: Sequence[str]) -> bool:
    return bool({_COUNTER, _FINE} & set(_plain(names)))


def _check_columns(member: Member, header: Header, names: Sequence[str]) -> None:
    """Refuse what has not both sensors, and say what there is instead."""
    if not set(_ACC) <= set(names):
        instead = "only the free acceleration, from which gravity was taken off" if set(_FREE) <= set(names) else ""
        instead = instead or ("only increments (dq, dv)" if set(_DELTA) <= set(names) else "no acceleration Acc_X")
        raise member.error(f"has {instead}; {_REMEDY}. Header found: {header.shown}", header.line)
    if not set(_GYR) <= set(names):
        raise member.error(f"has no angular rate Gyr_X, Gyr_Y, Gyr_Z; {_REMEDY}", header.line)


def _timed(
    member: Member, header: Header, names: list[str], facts: Mapping[str, str]
) -> tuple[Table, Array, tuple[str, ...], tuple[str, ...]]:
    """Read the rows and give their times: by SampleTimeFine, or by the counter where that is empty."""
    wanted = [names.index(name) for name in (*_ACC, *_GYR)]
    if _FINE in names:
        table = read_table(member, header, [names.index(_FINE), *wanted], keep_empty=(0,))
        if np.isfinite(table.values[:, 0]).all():
            return *_unwrapped(table, 1e6), (*ASSUMED, ASSUMED_RANGES)
    rate = re.match(r"\s*([\d.]+)", facts.get("outputrate", ""))
    if _COUNTER not in names or rate is None:
        raise member.error("has no SampleTimeFine, and no PacketCounter with an OutputRate; export again", header.line)
    table = read_table(member, header, [names.index(_COUNTER), *wanted])
    return *_unwrapped(table, float(rate.group(1))), (ASSUMED[0], ASSUMED_RATE, ASSUMED_RANGES)


def _unwrapped(table: Table, per_s: float) -> tuple[Table, Array, tuple[str, ...]]:
    """Unwrap a counter of 32 bits, leave rows out that are there twice, and give the time from the first row on."""
    steps = np.diff(table.values[:, 0])
    steps = np.where(steps < -WRAP / 2, steps + WRAP, steps)
    new = np.concatenate(([True], steps != 0))
    notes = () if new.all() else (f"{int((~new).sum())} rows were there twice and were left out",)
    count = np.concatenate(([0.0], np.cumsum(steps)))
    return table.kept(new), count[new] / per_s, notes


def _facts(above: Sequence[str]) -> dict[str, str]:
    """Read the block above the header: a name with a colon, then its value."""
    facts = {}
    for line in above:
        fields = [field for field in split(line, ",") if field]
        name, _, rest = (fields[0] if fields else "").partition(":")
        facts["".join(name.lower().split())] = rest.strip() or (fields[1] if len(fields) > 1 else "")
    return facts


def _start(text: str) -> datetime | None:
    """Read `2025-07-11_20:06:00_086 WEST` of the app or `2025-07-11 20:06:00.086 +0200` of the SDK; None for others.

    Zones by name are ambiguous: the computer's own is taken.
    """
    zone = _ZONES.search(text)
    plain = re.sub(r"[_ ]+", " ", _ZONES.sub("", text) if zone else re.sub(r"\s+[A-Za-z]{2,5}$", "", text)).strip()
    plain = re.sub(r"(\d\d:\d\d:\d\d) (\d{1,3})$", r"\1.\2", plain)
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(
                plain + (zone.group(1) + zone.group(2) if zone else ""), form + ("%z" if zone else "")
            )
        except ValueError:
            continue
    return None
