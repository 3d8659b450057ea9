"""The ball: which way was up in the poses so far, where up is now, and where it is wanted, in the clip's own axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from hipcal.procedures.base import Ball
from hipdrop.calibrating.clipbox import camera
from hipdrop.live.theme import SMALL_PT, Theme
from hipdrop.samples import Array

NAMES = {(0, 1): "plug", (1, 1): "arrow", (2, 1): "button", (0, -1): "", (1, -1): "", (2, -1): ""}


class BallDrawing:
    """A ball on axes; what lies behind is drawn hollow.

    Attributes
    ----------
    artists
        What changes.
    """

    def __init__(self, ax: Axes, theme: Theme) -> None:
        ax.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal")
        ax.axis("off")
        ax.add_patch(Circle((0, 0), 1.0, fc=theme.calm[0], ec=theme.faint, lw=1.5))
        for axis in range(3):
            _great_circle(ax, axis, theme)
        for (axis, sign), name in NAMES.items():
            self._pole(ax, axis, sign, name, theme)
        self._behind = _dots(ax, "o", ms=11, mfc="none", mec=theme.fresh, mew=2.0)
        self._front = _dots(ax, "o", ms=12, mfc=theme.fresh, mec=theme.paper, mew=1.5)
        self._wanted = _dots(ax, "o", ms=30, mfc="none", mec=theme.pain, mew=3.5)
        self._now = _dots(ax, "o", ms=17, mfc=theme.ink, mec=theme.paper, mew=2.0)
        self.artists = [self._behind, self._front, self._wanted, self._now]

    def show(self, ball: Ball | None) -> None:
        """Put the dots where they are."""
        ball = ball or Ball()
        seen = _seen(np.array(ball.covered, dtype=np.float64).reshape(-1, 3))
        _put(self._front, seen[seen[:, 2] >= 0])
        _put(self._behind, seen[seen[:, 2] < 0])
        for dot, at in ((self._wanted, ball.wanted), (self._now, ball.now)):
            one = _seen(np.array([] if at is None else [at], dtype=np.float64).reshape(-1, 3))
            _put(dot, one)
            dot.set_alpha(0.45 if len(one) and one[0, 2] < 0 else 1.0)

    def _pole(self, ax: Axes, axis: int, sign: int, name: str, theme: Theme) -> None:
        direction = np.zeros((1, 3))
        direction[0, axis] = sign
        x, y, depth = _seen(direction)[0]
        colour = theme.ink if depth >= 0 else theme.faint
        ax.plot([x], [y], "+", ms=9, mew=1.6, color=colour)
        if name:
            ax.annotate(name, (x, y), (0, 9), textcoords="offset points", fontsize=SMALL_PT, color=colour, ha="center")


def _seen(directions: Array) -> Array:
    page: Array = directions @ camera().T
    return page


def _great_circle(ax: Axes, axis: int, theme: Theme) -> None:
    turn = np.linspace(0, 2 * np.pi, 121)
    ring = np.zeros((121, 3))
    ring[:, (axis + 1) % 3], ring[:, (axis + 2) % 3] = np.cos(turn), np.sin(turn)
    seen = _seen(ring)
    front = np.where(seen[:, 2] >= 0, 1.0, np.nan)
    ax.plot(seen[:, 0], seen[:, 1], color=theme.grid, lw=1.0, ls=(0, (3, 3)))
    ax.plot(seen[:, 0] * front, seen[:, 1] * front, color=theme.faint, lw=1.0)


def _dots(ax: Axes, marker: str, **style: Any) -> Line2D:
    (dots,) = ax.plot([], [], marker, ls="none", **style)
    return dots


def _put(dots: Line2D, seen: Array) -> None:
    dots.set_data(seen[:, 0], seen[:, 1])
