"""The history for programs (docs/history.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import hipdrop
from hipdrop.after.history.advice import Advice
from hipdrop.after.history.runs import Run, as_plain, finite
from hipdrop.after.history.shoes import Shoe
from hipdrop.after.history.weeks import weeks

VERSION = 1


def of_person(
    name: str, runs: Sequence[Run], shoes: Iterable[Shoe], advice: Iterable[Advice], today: date
) -> dict[str, Any]:
    """Give the runs of one person, their weeks, shoes and warnings."""
    return {
        "person": name,
        "runs": [as_plain(run) for run in runs],
        "weeks": [{"monday": week.monday.isoformat(), **finite(asdict(week.load))} for week in weeks(runs, today)],
        "shoes": [finite({**asdict(shoe), "km": shoe.km}) for shoe in shoes],
        "warnings": [{"kind": one.kind, "text": one.text, "numbers": finite(dict(one.numbers))} for one in advice],
    }


def as_json(people: Sequence[dict[str, Any]], today: date) -> dict[str, Any]:
    """Give all of it."""
    return {
        "hipdrop_history": VERSION,
        "hipdrop": hipdrop.__version__,
        "today": today.isoformat(),
        "people": list(people),
    }
