"""What the wearer is to do, as a figure: standing, bending, on one leg, running. The clip is at the sacrum."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from hipcal.procedures.base import Picture
from hipdrop.events import Side
from hipdrop.live.theme import MIDDLE_PT, Theme

Point = tuple[float, float]
_FLOOR = 0.0
# cm; seen from the right, facing right, but on one leg from behind
_HIP: Point = (0.0, 92.0)
_TRUNK_CM, _HEAD_CM = 56.0, 12.0
_RUN_LEAN_DEG = 12.0
BEND_DEG = 60.0
RAISE_DEG = 9.0  # more than people do: it has to be seen


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
            (Picture.RAISE_LEFT, partial(self._raise, Side.LEFT)),
            (Picture.RAISE_RIGHT, partial(self._raise, Side.RIGHT)),
            (Picture.SQUAT_LEFT, partial(self._squat, Side.LEFT)),
            (Picture.SQUAT_RIGHT, partial(self._squat, Side.RIGHT)),
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
        self._upper(0.0, 0.0)
        self._clip(0.0, 97.0, 15.0)
        self._ax_text(-30, 18, "left", left)

    def _raise(self, leg: Side) -> None:
        """From behind: on one leg, the other side of the pelvis raised, and an arrow that says so."""
        out = -1.0 if leg is Side.LEFT else 1.0
        up = math.radians(RAISE_DEG)
        hip_x, hip_y = out * 12 - out * 26 * math.cos(up), 92 + 26 * math.sin(up)
        self._line([(out * 10, _FLOOR + 5), (out * 12, 50), (out * 12, 92)], 11.0, self._theme.legs[leg])
        self._line([(hip_x, hip_y), (hip_x - out * 8, hip_y - 36), (hip_x - out * 4, 42)], 11.0,
                   self._theme.legs[leg.other])  # fmt: skip
        self._line([(out * 14, 92), (hip_x, hip_y)], 13.0)
        self._upper(0.0, 0.0)
        self._clip(0.0, 99.0, 15.0, turn_deg=-out * RAISE_DEG)
        beside = hip_x - out * 32
        arrow = FancyArrowPatch((beside, hip_y - 14), (beside, hip_y + 20), arrowstyle="-|>", lw=4.0,
                                mutation_scale=30, color=self._theme.pain)  # fmt: skip
        self._drawn.append(self._ax.add_patch(arrow))
        self._named(leg, out)

    def _squat(self, leg: Side) -> None:
        """From behind: on one leg, its knee bent, and an arrow down and up."""
        out = -1.0 if leg is Side.LEFT else 1.0
        self._line([(out * 10, _FLOOR + 5), (out * 19, 43), (out * 10, 74)], 11.0, self._theme.legs[leg])
        self._line([(-out * 12, 74), (-out * 20, 42), (-out * 14, 24)], 11.0, self._theme.legs[leg.other])
        self._line([(out * 12, 75), (-out * 12, 75)], 13.0)
        self._upper(0.0, -18.0)
        self._clip(0.0, 80.0, 15.0)
        arrow = FancyArrowPatch((-out * 52, 60), (-out * 52, 118), arrowstyle="<|-|>", lw=4.0, mutation_scale=26,
                                color=self._theme.pain)  # fmt: skip
        self._drawn.append(self._ax.add_patch(arrow))
        self._named(leg, out)

    def _named(self, leg: Side, out: float) -> None:
        self._ax_text(out * 30 + (0 if out < 0 else 42), 18, str(leg), self._theme.legs[leg])

    def _upper(self, x: float, up_cm: float) -> None:
        """Draw trunk, arms and head from behind."""
        self._line([(x, 95 + up_cm), (x, 146 + up_cm)], 17.0)
        self._line([(x - 22, 144 + up_cm), (x + 22, 144 + up_cm)], 9.0)
        for side in (-1, 1):
            self._line([(x + side * 22, 142 + up_cm), (x + side * 34, 112 + up_cm), (x + side * 30, 84 + up_cm)], 7.0)
        self._head(x, 168.0 + up_cm)

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
