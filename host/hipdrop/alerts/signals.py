"""What a runner hears and feels: four things of the drop, three of the coach (`hipdrop.training.coach`)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from hipdrop.events import AlertCleared, AlertRaised, Event


class Signal(StrEnum):
    """What is said without words: which leg stands when a hip drops, that the drop is back, what the coach says."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    RECOVERED = "recovered"
    RUN = "run"
    WALK = "walk"
    END = "end"


def signal_of(events: Iterable[Event]) -> Signal | None:
    """Give the one signal of events that came together; None where there is none.

    An alert goes before a recovery: when left and right are swapped, an open alert is cleared and raised for the other
    leg, and nothing has recovered.
    """
    events = list(events)
    raised = [Signal(event.side) for event in events if isinstance(event, AlertRaised)]
    if raised:
        return raised[-1]
    return Signal.RECOVERED if any(isinstance(event, AlertCleared) for event in events) else None
