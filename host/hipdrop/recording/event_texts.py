"""The pipeline's events as JSON with a JSON Schema each, so that Foxglove and any MCAP tool can show them."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hipdrop.events import Event

EVENT_TOPICS = "/events/"  # followed by the name of the event's class
_TYPES = {float: "number", int: "integer", bool: "boolean", str: "string"}


def topic_of(event: Event | type[Event]) -> str:
    """Give the topic of a kind of event."""
    kind = event if isinstance(event, type) else type(event)
    return EVENT_TOPICS + kind.__name__


def event_text(event: Event) -> bytes:
    """Give an event as JSON; numbers to the bit, and what is not known (NaN, None) left out."""
    values = {name: _plain(getattr(event, name)) for name in _names(type(event))}
    return json.dumps({name: value for name, value in values.items() if value is not None}).encode()


def event_schema(kind: type[Event]) -> bytes:
    """Give the JSON Schema of a kind of event.

    A type is always one word, since viewers know no others; so a field that can be unknown is left out where it is, and
    is not among those required.
    """
    hints = get_type_hints(kind)
    schema = {
        "title": f"hipdrop.{kind.__name__}",
        "description": (kind.__doc__ or "").strip().partition("\n")[0],
        "type": "object",
        "properties": {name: _schema(hints[name]) for name in _names(kind)},
        "required": [name for name in _names(kind) if name == "t_s" or not _may_lack(hints[name])],
    }
    return json.dumps(schema).encode()


def _names(kind: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    """Give a value as JSON can say it; None for what is no finite number."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _may_lack(hint: Any) -> bool:
    """Say whether a field of this type can be unknown."""
    return hint is float or (isinstance(hint, UnionType) and type(None) in get_args(hint))


def _schema(hint: Any) -> dict[str, Any]:
    if isinstance(hint, UnionType):
        (hint,) = (one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if issubclass(hint, StrEnum):
        return {"type": "string", "enum": [str(one) for one in hint]}
    return {"type": _TYPES[hint]}
