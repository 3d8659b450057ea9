"""Which layout files are in, by what is in them; where none fits, which one comes nearest and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from hipdrop.after.importing import columns, movella_dot, phyphox
from hipdrop.after.importing.columnmap import ColumnMap, shipped_maps
from hipdrop.after.importing.container import Member, read_members
from hipdrop.after.importing.csvtext import likely_header
from hipdrop.after.importing.foreign import Foreign, Match
from hipdrop.errors import InputError

_TITLES = {phyphox.LAYOUT: "an export of phyphox", movella_dot.LAYOUT: "a CSV of a Movella DOT"}
_OWN_WORDS = "say which columns it has with --columns FILE, see docs/import.md"


def read_recordings(
    paths: Sequence[Path], layout: str | None = None, column_map: ColumnMap | None = None
) -> Iterable[Foreign | InputError]:
    """Read files, each a recording; but an accelerometer and a gyroscope of phyphox in two files are one.

    An error belongs to one of the recordings: the others are given all the same.

    Parameters
    ----------
    layout
        `phyphox`, `dot` or `csv`; None to find out.
    column_map
        Makes it a `csv` by this map.
    """
    for group in _grouped(paths, layout, column_map):
        try:
            yield read_one([member for path in group for member in read_members(path)], layout, column_map)
        except InputError as error:
            yield error


def read_one(members: Sequence[Member], layout: str | None = None, column_map: ColumnMap | None = None) -> Foreign:
    """Read one recording.

    Raises
    ------
    InputError
        It is in no layout that is known, or in two of them, or lacks something.
    """
    if column_map is not None:
        return columns.read(members, column_map)
    if layout == phyphox.LAYOUT:
        return phyphox.read(members)
    if layout == movella_dot.LAYOUT:
        return movella_dot.read(members)
    maps = shipped_maps()
    found = matches(members, maps, only_csv=layout == columns.LAYOUT)
    whole = [match for match in found if match.whole]
    if len(whole) > 1:
        names = " and ".join(match.layout for match in whole)
        raise InputError(members[0].path, f"fits {names}; say which with --from or --columns")
    if not whole:
        return _nothing_fits(members, found)
    return read_one(members, whole[0].layout, maps.get(whole[0].layout))


def matches(members: Sequence[Member], maps: dict[str, ColumnMap], *, only_csv: bool = False) -> list[Match]:
    """Say which layouts files come near to, the nearest first."""
    found = [] if only_csv else [phyphox.match(members), movella_dot.match(members)]
    found += [columns.match(members, one) for one in maps.values() if one.recognise]
    near = [match for match in found if match is not None]
    return sorted(near, key=lambda match: (len(match.missing) > 0, -match.found))


def _nothing_fits(members: Sequence[Member], found: Sequence[Match]) -> Foreign:
    """Say what was found, and what the nearest layout lacks; its own reader knows best where one is near."""
    if found and found[0].layout in _TITLES:
        reader = phyphox.read if found[0].layout == phyphox.LAYOUT else movella_dot.read
        return reader(members)  # raises: something is missing
    member = members[0]
    header = likely_header(member)
    near = f"nearest is {found[0].layout}, without {', '.join(found[0].missing)}; " if found else ""
    raise member.error(
        f"is in no layout that hipdrop knows (phyphox, Movella DOT, {', '.join(_recognised())}); {near}{_OWN_WORDS}. "
        f"Header found: {header.shown or '(none)'}",
        header.line,
    )


def _recognised() -> list[str]:
    return [name for name, one in shipped_maps().items() if one.recognise]


def _grouped(paths: Sequence[Path], layout: str | None, column_map: ColumnMap | None) -> Iterable[tuple[Path, ...]]:
    """Put the two halves of one recording of phyphox together, where exactly two files are named and each is one."""
    if len(paths) == 2 and column_map is None and layout in (None, phyphox.LAYOUT):
        try:
            halves = [phyphox.match(read_members(path)) for path in paths]
        except InputError:
            halves = []
        if len(halves) == 2 and all(half is not None and len(half.missing) == 1 for half in halves):
            return [tuple(paths)]
    return [(path,) for path in paths]
