"""Any CSV, by a column map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from hipdrop.after.importing.columnmap import ColumnMap
from hipdrop.after.importing.container import Member
from hipdrop.after.importing.csvtext import Header, find_header, is_number, likely_header, read_table, split
from hipdrop.after.importing.foreign import Device, Foreign, Match, Sensor
from hipdrop.csvtable import DELIMITERS
from hipdrop.errors import InputError

LAYOUT = "csv"
ASSUMED_AXES = "both sensors have the same right-handed axes, +9.8 m/s² on the one that points up at rest"
ASSUMED_RATE = "the samples are evenly spaced at the rate in the column map, and none is missing"


def match(members: Sequence[Member], column_map: ColumnMap) -> Match | None:
    """Say how well files fit a map; None where not half of its columns are there."""
    best: Match | None = None
    for member in members:
        header = _header(member, column_map) or likely_header(member)
        places, faults = column_map.places(header.names)
        if 2 * len(places) >= len(column_map.wanted) and (best is None or len(places) > best.found):
            best = Match(column_map.path.stem, len(places), tuple(f"the column {fault}" for fault in faults))
    return best


def read(members: Sequence[Member], column_map: ColumnMap) -> Foreign:
    """Read a recording.

    Raises
    ------
    InputError
        No file has the columns of the map, or more than one has, or it cannot be read.
    """
    path = members[0].path
    fitting = [(member, header) for member in members if (header := _header(member, column_map)) is not None]
    if not fitting:
        header = likely_header(members[0])
        _, faults = column_map.places(header.names)
        raise members[0].error(
            f"does not fit the column map {column_map.path.name}: there is no column {', '.join(faults)}. "
            f"Header found: {header.shown}",
            header.line,
        )
    if len(fitting) > 1:
        raise InputError(path, f"holds {len(fitting)} files with these columns; name the one worn at the pelvis")
    member, header = fitting[0]
    places, _ = column_map.places(header.names)
    table = read_table(member, header, places, skip=column_map.skip_after_header, decimal=column_map.decimal)
    timed = column_map.time_column is not None
    if timed:
        stamps_s = table.values[:, 0] * column_map.time_factor
        zero_s = float(stamps_s[0])
        t_s = stamps_s - zero_s
    else:
        t_s, zero_s = table.rows / float(column_map.rate_hz or 1.0), 0.0
    values = table.values[:, -6:]
    acc, gyr = column_map.acceleration, column_map.angular_rate
    return Foreign(
        path,
        LAYOUT,
        Sensor(t_s, acc.si(values[:, :3]), member, table, acc.limit),
        Sensor(t_s, gyr.si(values[:, 3:]), member, table, gyr.limit),
        Device(column_map.serial, "", column_map.name, column_map.chip),
        zero_s if timed and column_map.unix else None,
        (f"columns and units by the map {column_map.path.stem}: {column_map.name}", ASSUMED_AXES)
        + (() if timed else (ASSUMED_RATE,))
        + column_map.assumed,
        table.notes,
    )


def _header(member: Member, column_map: ColumnMap) -> Header | None:
    """Find the line with all columns of the map, behind the lines to be skipped."""

    def fits(names: Sequence[str]) -> bool:
        return not column_map.places(names)[1]

    if column_map.by_place:
        return _numbered_header(member, column_map)
    header = find_header(member, fits)
    if header is None or header.line <= column_map.skip_lines:
        return None
    if column_map.delimiter is not None and header.delimiter != column_map.delimiter:
        return None
    return header


def _numbered_header(member: Member, column_map: ColumnMap) -> Header | None:
    """For columns by their place: what stands behind the skipped lines needs no names, but enough fields of numbers."""
    with member.text() as text:
        lines = list(islice(text, column_map.skip_lines + column_map.skip_after_header + 1))
    first = lines[-1].rstrip("\r\n") if lines else ""
    delimiter = column_map.delimiter or max(DELIMITERS, key=first.count)
    fields = split(first, delimiter)
    places, faults = column_map.places(fields)
    if faults or not all(is_number(fields[place]) for place in places):
        return None
    names = tuple(f"column {place + 1}" for place in range(len(fields)))
    return Header(names, delimiter, column_map.skip_lines)
