"""What the wearer is to do, as a figure: standing, bending, on the left leg, running. The clip is at the sacrum."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from hipcal.procedures.base import Picture
from hipdrop.live.theme import MIDDLE_PT, Theme

Point = tuple[float, float]
_FLOOR = 0.0
# cm; seen from the right, facing right, but for the left leg, which is seen from behind
_HIP: Point = (0.0, 92.0)
_TRUNK_CM, _HEAD_CM = 56.0, 12.0
_RUN_LEAN_DEG = 12.0
BEND_DEG = 60.0


class Figure:
    """A person on axes, one for each picture; `show` says which.

    Attributes
    ----------
    artists
        All of them.
    """

    def __init__(self, ax: Axes, theme: Theme) -> None:
        ax.set(xlim=(-105, 105), ylim=(-14, 190), aspect="equal")
        ax.axis("off")
        self._ax, self._theme = ax, theme
        self._by_picture: dict[Picture, list[Artist]] = {}
        for picture, draw in (
            (Picture.STAND, self._stand),
            (Picture.BEND, self._bend),
            (Picture.LEFT_LEG, self._left_leg),
            (Picture.RUN, self._run),
        ):
            self._drawn: list[Artist] = []
            draw()
            self._line([(-95, _FLOOR), (95, _FLOOR)], 2.0, theme.faint)
            self._by_picture[picture] = self._drawn
        self.artists = [artist for drawn in self._by_picture.values() for artist in drawn]

    def show(self, picture: Picture) -> None:
        """Show this one, or nobody."""
        for name, drawn in self._by_picture.items():
            for artist in drawn:
                artist.set_visible(name is picture)

    def _stand(self) -> None:
        self._body(0.0)
        self._line([(-2, _FLOOR + 5), (-2, 50), _HIP])

    def _bend(self) -> None:
        self._body(0.0, alpha=0.25)
        self._line([(-2, _FLOOR + 5), (-2, 50), _HIP])
        self._body(BEND_DEG)
        arrow = FancyArrowPatch((6, 174), (78, 128), connectionstyle="arc3,rad=-0.3", arrowstyle="<|-|>", lw=3.0,
                                mutation_scale=26, color=self._theme.pain)  # fmt: skip
        self._drawn.append(self._ax.add_patch(arrow))

    def _left_leg(self) -> None:
        """From behind: the left leg is on the left."""
        left, right = self._theme.legs.values()
        self._line([(-10, _FLOOR + 5), (-11, 50), (-10, 92)], 11.0, left)
        self._line([(10, 92), (20, 58), (16, 34)], 11.0, right)
        self._line([(-12, 93), (12, 93)], 13.0)
        self._line([(0, 95), (0, 146)], 17.0)
        self._line([(-22, 144), (22, 144)], 9.0)
        for side in (-1, 1):
            self._line([(side * 22, 142), (side * 34, 112), (side * 30, 84)], 7.0)
        self._head(0.0, 168.0)
        self._clip(0.0, 97.0, 15.0)
        self._ax_text(-30, 18, "left", left)

    def _run(self) -> None:
        self._body(_RUN_LEAN_DEG, swing=True)
        self._line([_HIP, (26, 60), (16, _FLOOR + 6)])
        self._line([_HIP, (-6, 52), (-50, 44)], alpha=0.55)

    def _body(self, lean_deg: float, alpha: float = 1.0, swing: bool = False) -> None:
        """Draw trunk, arm, head and clip, leaning about the hip."""
        lean = math.radians(lean_deg)

        def along(up_cm: float, ahead_cm: float = 0.0) -> Point:
            return (
                _HIP[0] + up_cm * math.sin(lean) + ahead_cm * math.cos(lean),
                _HIP[1] + up_cm * math.cos(lean) - ahead_cm * math.sin(lean),
            )

        self._line([_HIP, along(_TRUNK_CM)], 17.0, alpha=alpha)
        shoulder = along(_TRUNK_CM - 4)
        hand = along(18, 26) if swing else (shoulder[0], shoulder[1] - 56)
        elbow = along(26, -4) if swing else (shoulder[0], shoulder[1] - 28)
        self._line([shoulder, elbow, hand], 7.0, alpha=alpha)
        self._head(*along(_TRUNK_CM + 20), alpha)
        self._clip(*along(6, -9), 7.0, alpha, -lean_deg)

    def _line(self, points: list[Point], lw: float = 11.0, colour: str = "", alpha: float = 1.0) -> None:
        xs, ys = zip(*points, strict=True)
        style: dict[str, Any] = {"solid_capstyle": "round", "solid_joinstyle": "round"}
        self._drawn += self._ax.plot(xs, ys, lw=lw, color=colour or self._theme.ink, alpha=alpha, **style)

    def _head(self, x: float, y: float, alpha: float = 1.0) -> None:
        self._drawn.append(self._ax.add_patch(Circle((x, y), _HEAD_CM, fc=self._theme.ink, alpha=alpha)))

    def _clip(self, x: float, y: float, wide: float, alpha: float = 1.0, turn_deg: float = 0.0) -> None:
        box = Rectangle((x - wide / 2, y - 6), wide, 12, angle=turn_deg, rotation_point="center", fc=self._theme.fresh,
                        ec=self._theme.paper, lw=1.5, alpha=alpha, zorder=5)  # fmt: skip
        self._drawn.append(self._ax.add_patch(box))

    def _ax_text(self, x: float, y: float, text: str, colour: str) -> None:
        said = self._ax.text(x, y, text, color=colour, fontsize=MIDDLE_PT, weight="bold", ha="right")
        self._drawn.append(said)
