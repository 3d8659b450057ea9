"""What to ask the clip for again, and when: the oldest hole, one at a time, not before an answer could be here."""

from __future__ import annotations

from hipdrop.receive.order import SEQUENCE_PERIOD, Hole

MOST_FRAMES = SEQUENCE_PERIOD // 2 - 1  # of one request, so that its numbers stay plain


class Resend:
    """The one request that is out.

    Parameters
    ----------
    patience_us
        Without an answer, or a frame of the range, for so long the request counts as lost.
    """

    def __init__(self, patience_us: int) -> None:
        self._patience_us = patience_us
        self._asked: tuple[int, int] | None = None  # numbers [first, stop)
        self._heard_us = 0  # asked, answered, or got a frame of it
        self._not_before_us: int | None = None

    def next(self, holes: list[Hole], now_us: int) -> tuple[int, int] | None:
        """Give first number and count to ask for now, and take it that they are asked for; None for nothing."""
        if self._not_before_us is not None and now_us < self._not_before_us:
            return None
        if self._asked is not None and now_us - self._heard_us < self._patience_us:
            first, stop = self._asked
            if any(hole.first < stop and hole.stop > first and not hole.gone for hole in holes):
                return None
        hole = next((hole for hole in holes if not hole.gone), None)
        if hole is None:
            self._asked = None
            return None
        count = min(hole.stop - hole.first, MOST_FRAMES)
        self._asked = (hole.first, hole.first + count)
        self._heard_us = now_us
        return hole.first, count

    def accepted(self, first: int, count: int, now_us: int) -> None:
        """The clip says which numbers will come."""
        self._asked = (first, first + count)
        self._heard_us = now_us

    def refused(self, now_us: int, *, wait: bool) -> None:
        """The clip will not send them: busy (`wait`), or gone."""
        self._asked = None
        self._not_before_us = now_us + self._patience_us // 2 if wait else None

    def progressed(self, now_us: int) -> None:
        """A missing frame came."""
        self._heard_us = now_us

    def forget(self) -> None:
        """The link was lost: what was asked for will not come."""
        self._asked = None
        self._not_before_us = None
