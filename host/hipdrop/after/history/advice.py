"""Something to look out for, with the figures that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Number = float | int | str


@dataclass(frozen=True)
class Advice:
    """Something to look out for.

    Attributes
    ----------
    kind
        `longest-run`, `week`, `drop-load`, `shoe`, `same-lean` or `same-turn`.
    text
        In plain words, with what it rests on.
    numbers
        The figures behind it, with their units in their names.
    """

    kind: str
    text: str
    numbers: Mapping[str, Number] = field(default_factory=dict)


def day_words(day: date) -> str:
    """Write a date."""
    return f"{day:%a} {day.day} {day:%b %Y}"
