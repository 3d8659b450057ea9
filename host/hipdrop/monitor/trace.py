"""What the monitor shows of itself: its slow levels step by step, and how far its learning is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from hipdrop.events import Side
from hipdrop.monitor.channel import Channel, Limits
from hipdrop.monitor.levels import Level

KEPT_POINTS = 2048  # more than one push of a block of 4096 samples, or of a lump of 20 s of a recording, makes


class LevelPoint(NamedTuple):
    """A channel after a step that counted for it.

    Attributes
    ----------
    t_s, side
        Time of the step; the leg, or both.
    level_deg
        The slow level (`hipdrop.monitor.channel.Channel.level_deg`).
    reference_deg, limit_deg
        What it is judged by: baseline or edge of the band, and the level beyond which a step is over (infinite where
        the sum alone is judged); NaN where there is nothing to judge by.
    state
        How loud the channel is.
    """

    t_s: float
    side: Side
    level_deg: float
    reference_deg: float
    limit_deg: float
    state: Level


class Learning(NamedTuple):
    """How far the baseline is, in running time, which stands still in walks and stops."""

    running_s: float
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class MonitorView:
    """What the monitor has found since a point of its trace.

    Attributes
    ----------
    points
        New points, in their order.
    count
        Points so far: what to ask with the next time.
    learning
        None while nothing is being learned.
    """

    points: tuple[LevelPoint, ...]
    count: int
    learning: Learning | None


class Trace:
    """The newest points, numbered."""

    __slots__ = ("_count", "_points")

    def __init__(self) -> None:
        self._points: deque[tuple[float, Side, float, Limits, Level]] = deque(maxlen=KEPT_POINTS)
        self._count = 0

    def add(self, t_s: float, channel: Channel) -> None:
        """Note a channel as it stands."""
        self._points.append((t_s, channel.side, channel.level_deg, channel.limits, channel.state))
        self._count += 1

    def since(self, count: int, learning: Learning | None) -> MonitorView:
        """Give the points after the first `count`, as far as they are kept."""
        new = min(max(self._count - count, 0), len(self._points))
        points = tuple(_point(*self._points[i]) for i in range(len(self._points) - new, len(self._points)))
        return MonitorView(points, self._count, learning)


def _point(t_s: float, side: Side, level_deg: float, limits: Limits, state: Level) -> LevelPoint:
    limit_deg = limits.reference_deg + limits.level_deg
    return LevelPoint(t_s, side, level_deg, limits.reference_deg, limit_deg, state)
