"""The clip as a box, held so that a direction of its sensor points up: what people are to do with it, as a picture.

Sensor axes of the case (docs/hardware.md): x to the edge with the plug, y along the arrow, z out of the face with the
button. Its size is that of the case, 68 x 32 x 16 mm.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from hipcal.model import Vector
from hipdrop.live.theme import Theme
from hipdrop.samples import Array

HALF_MM = np.array([34.0, 16.0, 8.0])
REACH_MM = 42.0  # half the axes' width: the box fits at any attitude
_SEEN_DEG = (24.0, 28.0)  # looked at from above, and from the side
_UP = np.array([0.0, 1.0, 0.0])
_FACES = [(axis, sign) for axis in range(3) for sign in (1.0, -1.0)]
_SHADES = {2: 1.0, 1: 0.82, 0: 0.66}
_ARROW = np.array([(-19, -9), (-13, -9), (-13, 2), (-8, 2), (-16, 11), (-24, 2), (-19, 2)], float)
_BUTTON = 5.0 * np.array([(math.cos(a), math.sin(a)) for a in np.linspace(0, 2 * math.pi, 20)]) + (18.0, 1.0)
_PLUG = np.array([(-5, -3), (5, -3), (5, 3), (-5, 3)], float)
_PAD = 0.75 * np.array([(-34, -16), (34, -16), (34, 16), (-34, 16)], float)


def camera() -> Array:
    """Give (3, 3) page from world: x to the right, y up the page, z to the one who looks."""
    above, side = np.radians(_SEEN_DEG)
    turn = np.array([[math.cos(side), 0, -math.sin(side)], [0, 1, 0], [math.sin(side), 0, math.cos(side)]])
    nod = np.array([[1, 0, 0], [0, math.cos(above), -math.sin(above)], [0, math.sin(above), math.cos(above)]])
    seen: Array = nod @ turn
    return seen


def upright(up: Vector) -> Array:
    """Give (3, 3) world (y up) from sensor where the sensor's direction `up` points up, by the shortest turn."""
    direction = np.asarray(up) / np.linalg.norm(up)
    axis, cosine = np.cross(direction, _UP), float(direction @ _UP)
    if cosine < -1.0 + 1e-9:
        return np.diag([-1.0, -1.0, 1.0])
    x, y, z = axis
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn: Array = np.eye(3) + skew + skew @ skew / (1.0 + cosine)
    return turn


class ClipBox:
    """A box on axes, turned by `show`.

    Parameters
    ----------
    ax
        Square, of `REACH_MM` in each direction.
    face
        Colour of the case.
    """

    def __init__(self, ax: Axes, theme: Theme, face: str) -> None:
        ax.set(xlim=(-REACH_MM, REACH_MM), ylim=(-REACH_MM, REACH_MM), aspect="equal")
        ax.axis("off")
        self.artists: list[Polygon] = []
        self._parts: list[tuple[Polygon, int, float, Array]] = []
        rgb = np.array([int(face[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        for axis, sign in _FACES:
            shade = tuple(rgb * _SHADES[axis])
            self._add(ax, axis, sign, _rectangle(axis, sign), fc=shade, ec=theme.ink, lw=1.6, joinstyle="round")
        for axis, sign, flat, colour in (
            (2, 1.0, _ARROW, "#ffffff"), (2, 1.0, _BUTTON, "#ffffff"), (2, -1.0, _PAD, "#cbbfd8"),
            (0, 1.0, _PLUG, "#d7d7d7"),
        ):  # fmt: skip
            self._add(ax, axis, sign, _on_face(axis, sign, flat), fc=colour, ec=theme.ink, lw=1.0)

    def show(self, up: Vector | None) -> None:
        """Turn it so that `up` points up; hide it for None."""
        turn = np.eye(3) if up is None else camera() @ upright(up)
        for patch, axis, sign, corners in self._parts:
            patch.set_visible(up is not None and sign * turn[2, axis] > 1e-6)
            patch.set_xy((corners @ turn.T)[:, :2])

    def _add(self, ax: Axes, axis: int, sign: float, corners: Array, **style: Any) -> None:
        patch = Polygon(corners[:, :2], closed=True, **style)
        ax.add_patch(patch)
        self.artists.append(patch)
        self._parts.append((patch, axis, sign, corners))


def _rectangle(axis: int, sign: float) -> Array:
    first, second = (axis + 1) % 3, (axis + 2) % 3
    corners = np.zeros((4, 3))
    corners[:, axis] = sign * HALF_MM[axis]
    corners[:, first] = HALF_MM[first] * np.array([-1, 1, 1, -1])
    corners[:, second] = HALF_MM[second] * np.array([-1, -1, 1, 1])
    return corners


def _on_face(axis: int, sign: float, flat: Array) -> Array:
    """Lay a flat drawing on the front or the back (z: x and y stay) or on the edge with the plug (x: y and z)."""
    corners = np.zeros((len(flat), 3))
    corners[:, axis] = sign * HALF_MM[axis]
    corners[:, (0, 1) if axis == 2 else (1, 2)] = flat
    return corners
