"""Several views of one run, as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from hipdrop.events import Event
from hipdrop.links.states import State

if TYPE_CHECKING:
    from hipdrop.links.connection import Session


class View(Protocol):
    """What shows a live run.

    Attributes
    ----------
    session
        The session that is shown; None before there is one.
    """

    session: Session | None

    def events(self, events: Sequence[Event]) -> None:
        """Show new events."""

    def state(self, state: State) -> None:
        """Show the new state of the connection."""

    def refresh(self) -> None:
        """Show how things stand."""


class Views:
    """Tells each of its views."""

    def __init__(self, *views: View) -> None:
        self._views = views

    def show(self, session: Session) -> None:
        """Have the session shown."""
        for view in self._views:
            view.session = session

    def events(self, events: Sequence[Event]) -> None:
        """Show new events."""
        for view in self._views:
            view.events(events)

    def state(self, state: State) -> None:
        """Show the new state of the connection."""
        for view in self._views:
            view.state(state)

    def refresh(self) -> None:
        """Show how things stand."""
        for view in self._views:
            view.refresh()
