"""The events of a run as rows of one table."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass
from typing import Any

from hipdrop.after.analysis import RunAnalysis
from hipdrop.events import AlertEvent, Contact, Event, Marked, Step, TreadmillSet

LIVE = (AlertEvent, Marked, TreadmillSet)  # of these the live run is right: the runner was told so
TEXTS = ("reason", "note", "activity", "text")


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event.

    Attributes
    ----------
    t_s
        The moment that it is about.
    event
        What it is: the name of its class (`hipdrop.events`) in small letters.
    side
        `left`, `right`, `both`; empty where it is about none.
    drop_deg, baseline_deg, excess_deg
        Of an alert; else NaN.
    duration_s
        Of a gap; else NaN.
    text
        What it says in words: reason, note, activity.
    fields
        All else of it as JSON, units in the names.
    """

    t_s: float
    event: str
    side: str
    drop_deg: float
    baseline_deg: float
    excess_deg: float
    duration_s: float
    text: str
    fields: str


def event_rows(run: RunAnalysis) -> list[EventRow]:
    """Give all events in the order of their times, but contacts and steps, which have a table of their own."""
    told = [event for event in run.live_events if isinstance(event, LIVE)]
    found = [event for event in run.events if not isinstance(event, (*LIVE, Step, Contact))]
    return [_row(event) for event in sorted(told + found, key=lambda event: event.t_s)]


def event_name(event: Event) -> str:
    """Give the name of its class in small letters: `alert_raised`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def _row(event: Event) -> EventRow:
    values = asdict(event)
    words = [str(values.pop(name)) for name in TEXTS if name in values]
    numbers = {name: values.pop(name, math.nan) for name in ("drop_deg", "baseline_deg", "excess_deg", "duration_s")}
    return EventRow(
        t_s=values.pop("t_s"),
        event=event_name(event),
        side=str(values.pop("side", "")),
        text=" ".join(words),
        fields=json.dumps(_plain(values), ensure_ascii=False) if values else "",
        **numbers,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
