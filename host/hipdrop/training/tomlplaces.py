"""Where in a TOML file a value stands, for messages: the parser of the standard library does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

Place = tuple[str | int, ...]  # keys, and numbers in arrays of tables from 0, as jsonschema has paths
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([\w\"'.-]+)\s*=")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """Give the line, counted from 1, of a value, else of the nearest table around it; None where none is written."""
    lines = places(text)
    whole = tuple(place)
    for length in range(len(whole), 0, -1):
        if whole[:length] in lines:
            return lines[whole[:length]]
    return None


def places(text: str) -> dict[Place, int]:
    """Give the lines of all tables and keys; inside a value of several lines there are none."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header:
            table = _table(_keys(header[2]), counts, array=header[1] == "[[")
            found.setdefault(table, number)
        elif key:
            found.setdefault((*table, *_keys(key[1])), number)
            closing = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
    return found


def _table(keys: list[str], counts: dict[Place, int], *, array: bool) -> Place:
    """Give the place of a table, with the numbers of the arrays that it lies in."""
    place: Place = ()
    for key in keys[:-1]:
        place = (*place, key)
        if place in counts:
            place = (*place, counts[place])
    place = (*place, keys[-1])
    if array:
        counts[place] = counts.get(place, -1) + 1
    return (*place, counts[place]) if place in counts else place


def _keys(text: str) -> list[str]:
    return [part.strip().strip("\"'") for part in text.split(".")]


def words(place: Sequence[str | int]) -> str:
    """Write a place as people count: block[2].exercise[1].sets."""
    said = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in place)
    return " ".join(said.removeprefix(".").split())
