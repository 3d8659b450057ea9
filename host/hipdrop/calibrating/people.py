"""What the wearer is to do, as a figure: standing, bending, on one leg, running. The clip is at the sacrum."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from hipcal.procedures.base import Picture
from hipdrop.calibrating.exercising import EXERCISES
from hipdrop.calibrating.pen import Pen, Point
from hipdrop.events import Side
from hipdrop.live.theme import Theme

_FLOOR = 0.0
# cm; seen from the right, facing right, but on one leg from behind
_HIP: Point = (0.0, 92.0)
_TRUNK_CM = 56.0
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
        self._pen, self._theme = Pen(ax, theme), theme
        self._drawn: dict[tuple[Picture, bool], list[Artist]] = {}
        own: list[tuple[Picture, Callable[[], None]]] = [
            (Picture.STAND, self._stand),
            (Picture.BEND, self._bend),
            (Picture.LEFT_LEG, self._left_leg),
            (Picture.RUN, self._run),
            (Picture.RAISE_LEFT, partial(self._raise, Side.LEFT)),
            (Picture.RAISE_RIGHT, partial(self._raise, Side.RIGHT)),
            (Picture.SQUAT_LEFT, partial(self._squat, Side.LEFT)),
            (Picture.SQUAT_RIGHT, partial(self._squat, Side.RIGHT)),
        ]
        figures: dict[tuple[Picture, bool], Callable[[], None]] = {(picture, False): draw for picture, draw in own}
        for picture, of_exercise in EXERCISES.items():
            for still in (True, False):
                figures[picture, still] = partial(of_exercise, self._pen, still)
        for name, draw in figures.items():
            draw()
            self._pen.line([(-95, _FLOOR), (95, _FLOOR)], 2.0, theme.faint)
            self._drawn[name] = self._pen.lift()
        self.artists = [artist for drawn in self._drawn.values() for artist in drawn]

    def show(self, picture: Picture, *, still: bool = False) -> None:
        """Show this one, or nobody; at rest before an exercise, in its position."""
        shown = (picture, still and picture in EXERCISES)
        for name, drawn in self._drawn.items():
            for artist in drawn:
                artist.set_visible(name == shown)

    def _stand(self) -> None:
        self._body(0.0)
        self._pen.line([(-2, _FLOOR + 5), (-2, 50), _HIP])

    def _bend(self) -> None:
        self._body(0.0, alpha=0.25)
        self._pen.line([(-2, _FLOOR + 5), (-2, 50), _HIP])
        self._body(BEND_DEG)
        self._pen.arrow((6, 174), (78, 128), both=True, bow=-0.3, lw=3.0)

    def _left_leg(self) -> None:
        """From behind: the left leg is on the left."""
        left, right = self._theme.legs.values()
        self._pen.line([(-10, _FLOOR + 5), (-11, 50), (-10, 92)], 11.0, left)
        self._pen.line([(10, 92), (20, 58), (16, 34)], 11.0, right)
        self._pen.line([(-12, 93), (12, 93)], 13.0)
        self._upper(0.0, 0.0)
        self._pen.clip(0.0, 97.0, 15.0)
        self._pen.label(-30, 18, "left", left)

    def _raise(self, leg: Side) -> None:
        """From behind: on one leg, the other side of the pelvis raised, and an arrow that says so."""
        out = -1.0 if leg is Side.LEFT else 1.0
        up = math.radians(RAISE_DEG)
        hip_x, hip_y = out * 12 - out * 26 * math.cos(up), 92 + 26 * math.sin(up)
        self._pen.line([(out * 10, _FLOOR + 5), (out * 12, 50), (out * 12, 92)], 11.0, self._theme.legs[leg])
        self._pen.line([(hip_x, hip_y), (hip_x - out * 8, hip_y - 36), (hip_x - out * 4, 42)], 11.0,
                   self._theme.legs[leg.other])  # fmt: skip
        self._pen.line([(out * 14, 92), (hip_x, hip_y)], 13.0)
        self._upper(0.0, 0.0)
        self._pen.clip(0.0, 99.0, 15.0, turn_deg=-out * RAISE_DEG)
        beside = hip_x - out * 32
        self._pen.arrow((beside, hip_y - 14), (beside, hip_y + 20))
        self._named(leg, out)

    def _squat(self, leg: Side) -> None:
        """From behind: on one leg, its knee bent, and an arrow down and up."""
        out = -1.0 if leg is Side.LEFT else 1.0
        self._pen.line([(out * 10, _FLOOR + 5), (out * 19, 43), (out * 10, 74)], 11.0, self._theme.legs[leg])
        self._pen.line([(-out * 12, 74), (-out * 20, 42), (-out * 14, 24)], 11.0, self._theme.legs[leg.other])
        self._pen.line([(out * 12, 75), (-out * 12, 75)], 13.0)
        self._upper(0.0, -18.0)
        self._pen.clip(0.0, 80.0, 15.0)
        self._pen.arrow((-out * 52, 60), (-out * 52, 118), both=True)
        self._named(leg, out)

    def _named(self, leg: Side, out: float) -> None:
        self._pen.label(out * 30 + (0 if out < 0 else 42), 18, str(leg), self._theme.legs[leg])

    def _upper(self, x: float, up_cm: float) -> None:
        """Draw trunk, arms and head from behind."""
        self._pen.line([(x, 95 + up_cm), (x, 146 + up_cm)], 17.0)
        self._pen.line([(x - 22, 144 + up_cm), (x + 22, 144 + up_cm)], 9.0)
        for side in (-1, 1):
            arm = ((22, 142), (34, 112), (30, 84))
            self._pen.line([(x + side * out, y + up_cm) for out, y in arm], 7.0)
        self._pen.head(x, 168.0 + up_cm)

    def _run(self) -> None:
        self._body(_RUN_LEAN_DEG, swing=True)
        self._pen.line([_HIP, (26, 60), (16, _FLOOR + 6)])
        self._pen.line([_HIP, (-6, 52), (-50, 44)], alpha=0.55)

    def _body(self, lean_deg: float, alpha: float = 1.0, swing: bool = False) -> None:
        """Draw trunk, arm, head and clip, leaning about the hip."""
        lean = math.radians(lean_deg)

        def along(up_cm: float, ahead_cm: float = 0.0) -> Point:
            return (
                _HIP[0] + up_cm * math.sin(lean) + ahead_cm * math.cos(lean),
                _HIP[1] + up_cm * math.cos(lean) - ahead_cm * math.sin(lean),
            )

        self._pen.line([_HIP, along(_TRUNK_CM)], 17.0, alpha=alpha)
        shoulder = along(_TRUNK_CM - 4)
        hand = along(18, 26) if swing else (shoulder[0], shoulder[1] - 56)
        elbow = along(26, -4) if swing else (shoulder[0], shoulder[1] - 28)
        self._pen.line([shoulder, elbow, hand], 7.0, alpha=alpha)
        self._pen.head(*along(_TRUNK_CM + 20), alpha)
        self._pen.clip(*along(6, -9), 7.0, alpha, -lean_deg)
