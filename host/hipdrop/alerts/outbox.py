"""From events to what is heard and felt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hipdrop.alerts.signals import Signal, signal_of
from hipdrop.events import Event


class Player(Protocol):
    """Something that plays signals and never waits."""

    def play(self, signal: Signal) -> None:
        """Begin to play it."""


class Outbox:
    """Hands the signal of new events to every player, unless it is muted.

    Muted are ear and skin alone: screen, files and recording have every alert.

    Attributes
    ----------
    players
        In the order in which they are told: the quickest first.
    muted
        Whether nothing is to be heard and felt.
    kept_quiet
        How many signals were kept back while it was muted.
    """

    def __init__(self, players: Sequence[Player] = ()) -> None:
        self.players = list(players)
        self.muted = False
        self.kept_quiet = 0

    def take(self, events: Sequence[Event]) -> None:
        """Take events that have become known together."""
        signal = signal_of(events)
        if signal is not None:
            self.play(signal)

    def play(self, signal: Signal) -> None:
        """Have every player play a signal, unless it is muted."""
        if self.muted:
            self.kept_quiet += 1
            return
        for player in self.players:
            player.play(signal)
