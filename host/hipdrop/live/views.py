"""What shows a run: fed with updates, each on its own."""

from __future__ import annotations

from typing import Protocol

from hipdrop.live.updates import Update


class View(Protocol):
    """What shows a run.

    Attributes
    ----------
    strides
        Whether it shows the waves of the last strides, which cost something to cut out.
    """

    @property
    def strides(self) -> bool: ...

    def show(self, update: Update) -> None:
        """Take news; they may be drawn later, together with others."""
