"""Which signal events make, and who is told."""

from __future__ import annotations

import pytest

from hipdrop.alerts import Outbox, Signal, signal_of
from hipdrop.events import AlertCleared, AlertRaised, AlertWithheld, Event, Marked, Side

NUMBERS = {"drop_deg": 5.0, "baseline_deg": 3.0, "excess_deg": 2.0, "reason": "more"}


def raised(side: Side) -> AlertRaised:
    return AlertRaised(1.0, side, **NUMBERS)  # type: ignore[arg-type]


def cleared(side: Side) -> AlertCleared:
    return AlertCleared(1.0, side, **NUMBERS)  # type: ignore[arg-type]


def withheld(side: Side) -> AlertWithheld:
    return AlertWithheld(1.0, side, **NUMBERS)  # type: ignore[arg-type]


class Ear:
    def __init__(self) -> None:
        self.heard: list[Signal] = []

    def play(self, signal: Signal) -> None:
        self.heard.append(signal)


@pytest.mark.parametrize(
    ("events", "signal"),
    [
        ([], None),
        ([Marked(1.0, "hill"), withheld(Side.LEFT)], None),
        ([raised(Side.LEFT)], Signal.LEFT),
        ([Marked(1.0, ""), raised(Side.BOTH)], Signal.BOTH),
        ([cleared(Side.RIGHT)], Signal.RECOVERED),
        ([cleared(Side.LEFT), raised(Side.RIGHT)], Signal.RIGHT),  # a swap of left and right is no recovery
    ],
)
def test_the_signal_of_events(events: list[Event], signal: Signal | None) -> None:
    assert signal_of(events) is signal


def test_every_player_is_told_unless_it_is_muted() -> None:
    ear, skin = Ear(), Ear()
    outbox = Outbox((skin, ear))
    outbox.take([raised(Side.LEFT)])
    outbox.muted = True
    outbox.take([cleared(Side.LEFT)])
    outbox.take([Marked(1.0, "")])
    outbox.muted = False
    outbox.take([raised(Side.RIGHT)])
    assert ear.heard == skin.heard == [Signal.LEFT, Signal.RIGHT]
    assert outbox.kept_quiet == 1
