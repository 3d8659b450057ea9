"""What figures of people are drawn with: lines, a head, the clip, arrows, words."""

from __future__ import annotations

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from hipdrop.live.theme import MIDDLE_PT, Theme

Point = tuple[float, float]
HEAD_CM = 12.0


class Pen:
    """Draws on axes in centimetres, and keeps what it has drawn until `lift`."""

    def __init__(self, ax: Axes, theme: Theme) -> None:
        self.theme = theme
        self._ax = ax
        self._drawn: list[Artist] = []

    def lift(self) -> list[Artist]:
        """Give what was drawn since the last time."""
        drawn, self._drawn = self._drawn, []
        return drawn

    def line(self, points: list[Point], lw: float = 11.0, colour: str = "", alpha: float = 1.0) -> None:
        """Draw a limb."""
        xs, ys = zip(*points, strict=True)
        style: dict[str, Any] = {"solid_capstyle": "round", "solid_joinstyle": "round"}
        self._drawn += self._ax.plot(xs, ys, lw=lw, color=colour or self.theme.ink, alpha=alpha, **style)

    def head(self, x: float, y: float, alpha: float = 1.0) -> None:
        """Draw a head."""
        self._drawn.append(self._ax.add_patch(Circle((x, y), HEAD_CM, fc=self.theme.ink, alpha=alpha)))

    def clip(
        self, x: float, y: float, wide: float, alpha: float = 1.0, turn_deg: float = 0.0, high: float = 12.0
    ) -> None:
        """Draw the clip."""
        box = Rectangle((x - wide / 2, y - high / 2), wide, high, angle=turn_deg, rotation_point="center",
                        fc=self.theme.fresh, ec=self.theme.paper, lw=1.5, alpha=alpha, zorder=5)  # fmt: skip
        self._drawn.append(self._ax.add_patch(box))

    def arrow(self, start: Point, end: Point, *, both: bool = False, bow: float = 0.0, lw: float = 4.0) -> None:
        """Draw which way it goes."""
        style = "<|-|>" if both else "-|>"
        patch = FancyArrowPatch(start, end, arrowstyle=style, connectionstyle=f"arc3,rad={bow}", lw=lw,
                                mutation_scale=28, color=self.theme.pain)  # fmt: skip
        self._drawn.append(self._ax.add_patch(patch))

    def label(self, x: float, y: float, text: str, colour: str) -> None:
        """Write a word, its end there."""
        said = self._ax.text(x, y, text, color=colour, fontsize=MIDDLE_PT, weight="bold", ha="right")
        self._drawn.append(said)
