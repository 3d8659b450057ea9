"""Axes within a panel, in the colours and sizes of the window."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hipdrop.live.stage import BASE_HEIGHT, BASE_WIDTH, Rect
from hipdrop.live.theme import TINY_PT, Theme


@dataclass(frozen=True, slots=True)
class Room:
    """What the edges of a panel need for ticks and texts, pixels in a window of 1280 x 800."""

    left_px: float
    right_px: float
    bottom_px: float
    top_px: float

    def inside(self, rect: Rect) -> Rect:
        """Give the place that is left, parts of the window."""
        left, bottom, wide, high = rect
        return (
            left + self.left_px / BASE_WIDTH,
            bottom + self.bottom_px / BASE_HEIGHT,
            wide - (self.left_px + self.right_px) / BASE_WIDTH,
            high - (self.bottom_px + self.top_px) / BASE_HEIGHT,
        )


def axes_in(figure: Figure, rect: Rect, theme: Theme, room: Room) -> Axes:
    """Make axes within a panel."""
    ax = figure.add_axes(room.inside(rect))
    ax.set_facecolor("none")
    ax.tick_params(labelsize=TINY_PT, colors=theme.faint, length=3)
    for name, spine in ax.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(theme.faint)
    ax.grid(color=theme.grid, lw=0.7)
    ax.set_axisbelow(True)
    return ax


def minutes_ago(value_min: float, place: float) -> str:
    """Name a tick of an axis that ends now; the first says the unit."""
    return "now" if value_min == 0 else f"{-value_min:g}{' min' if place == 0 else ''}"
