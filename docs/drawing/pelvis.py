"""frames.png: the pelvis from three sides, outlines in mm about its middle."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from scipy.interpolate import make_interp_spline

from hipdrop.events import Side
from hipdrop.overview import COLOURS
from hipdrop.samples import Array

ORANGE = COLOURS[Side.RIGHT]
GREEN, PURPLE, BLACK, GREY = "#009E73", "#9E4F80", "#222222", "#8a8a8a"

_HALF = [(0, 62), (34, 66), (54, 90), (94, 110), (132, 98), (146, 62), (130, 26), (116, 2), (112, -30), (98, -58),
         (78, -94), (54, -114), (36, -98), (30, -62), (16, -56)]  # fmt: skip
_BEHIND = np.array(_HALF + [(-z, y) for z, y in _HALF[:0:-1]], dtype=float)
_SACRUM = np.array([(0, 60), (34, 62), (36, 40), (22, 0), (8, -36), (-8, -36), (-22, 0), (-36, 40), (-34, 62)], float)
_RIGHT = np.array([(-80, 46), (-62, 84), (-14, 108), (46, 92), (86, 54), (78, 22), (64, -4), (80, -40), (62, -66),
                   (30, -62), (8, -86), (-16, -112), (-46, -102), (-38, -66), (-54, -30), (-88, -24), (-100, 14)],
                  dtype=float)  # fmt: skip
_ABOVE = np.array([(0, -84), (34, -90), (64, -70), (104, -34), (140, 8), (138, 54), (114, 80), (88, 66), (50, 62),
                   (0, 68), (-50, 62), (-88, 66), (-114, 80), (-138, 54), (-140, 8), (-104, -34), (-64, -70),
                   (-34, -90)], dtype=float)  # fmt: skip
_LEFT_SOCKET, _RIGHT_SOCKET = (-100.0, -26.0), (100.0, -26.0)


def _turned(points: Array, angle_deg: float, about: tuple[float, float] = (0.0, 0.0)) -> Array:
    """Turn (n, 2) points anticlockwise on the page."""
    c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    return np.asarray((points - about) @ np.array([[c, s], [-s, c]]) + about)


def _round(corners: Array) -> Array:
    """Lay a closed smooth line through (n, 2) points."""
    closed = np.vstack((corners, corners[:1]))
    return np.asarray(make_interp_spline(np.arange(len(closed)), closed, k=3, bc_type="periodic")(
        np.linspace(0, len(corners), 300)))  # fmt: skip


def _circle(x: float, y: float, radius: float) -> Array:
    angle = np.linspace(0.0, 2.0 * np.pi, 60)
    return np.column_stack((x + radius * np.cos(angle), y + radius * np.sin(angle)))


def _box(x: float, y: float, wide: float, high: float) -> Array:
    return np.array([(x + i * wide / 2, y + j * high / 2) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))])


BONE = {"fc": "#f3ead8", "ec": BLACK, "lw": 1.6}
INNER = {"fc": "#e5d6b8", "ec": BLACK, "lw": 1.0}
CLIP = {"fc": GREEN, "ec": BLACK, "lw": 1.3, "zorder": 5, "joinstyle": "round"}
GHOST = {"fc": "none", "ec": GREY, "lw": 1.2, "ls": (0, (4, 3))}
# the pelvis with the clips on it, by views: outlines and how they are filled
BEHIND = [(_round(_BEHIND), BONE), (_round(_SACRUM), INNER), (_circle(*_LEFT_SOCKET, 20), INNER),
          (_circle(*_RIGHT_SOCKET, 20), INNER)]  # fmt: skip
BEHIND_CLIPS = [(_box(0, 38, 44, 34), CLIP), (_box(-158, 46, 15, 44), CLIP), (_box(158, 46, 15, 44), CLIP)]
FROM_RIGHT = [(_round(_RIGHT), BONE), (_circle(16, -38, 22), INNER), (_box(-105, 24, 15, 42), CLIP),
              (_box(-2, 52, 44, 34), CLIP)]  # fmt: skip
ABOVE = [(_round(_ABOVE), BONE), (_box(0, -96, 44, 15), CLIP), (_box(-150, 22, 15, 44), CLIP),
         (_box(150, 22, 15, 44), CLIP)]  # fmt: skip


def _draw(ax: Axes, shapes: list[tuple[Array, dict[str, object]]], turned_deg: float = 0.0,
          about: tuple[float, float] = (0.0, 0.0)) -> None:  # fmt: skip
    """Draw outlines, turned; dashed where the first of them was, if they are."""
    if turned_deg:
        ax.add_patch(Polygon(shapes[0][0], **GHOST))  # type: ignore[arg-type]
    for points, style in shapes:
        ax.add_patch(Polygon(_turned(points, turned_deg, about), **style))  # type: ignore[arg-type]


def _arrow(ax: Axes, tail: tuple[float, float], head: tuple[float, float], colour: str, bend: float = 0.0) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": 2.2, "mutation_scale": 16, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", head, tail, arrowprops={**style, "connectionstyle": f"arc3,rad={bend}"}, zorder=6)


def _cross(ax: Axes, names: tuple[str, str, str], away: bool) -> None:
    """Draw the axis to the right of the page, the one up the page, and the one away from or towards the reader."""
    x, y = -215, -140
    _arrow(ax, (x, y), (x + 62, y), PURPLE)
    _arrow(ax, (x, y), (x, y + 62), PURPLE)
    ax.plot(x, y, "o", ms=13, mfc="white", mec=PURPLE, mew=2, zorder=7)
    ax.plot(x, y, "x" if away else "o", ms=7 if away else 4, color=PURPLE, mew=2, zorder=8)
    ax.text(x + 66, y, names[0], va="center", color=PURPLE)
    ax.text(x, y + 66, names[1], ha="center", va="bottom", color=PURPLE)
    ax.text(x - 2, y - 16, names[2], ha="center", va="top", color=PURPLE)


def _panel(ax: Axes, title: str, down: float = 0.0) -> None:
    ax.set_title(title, loc="left", fontsize=11.5, fontweight="bold")
    ax.set(xlim=(-280, 280), ylim=(-210 - down, 170 - down), aspect="equal")
    ax.axis("off")


def draw_frames() -> Figure:
    """Draw the pelvis from three sides: axes, sites of the clip, and what each angle reads plus for."""
    figure = Figure(figsize=(10, 7.1), layout="constrained")
    (behind, stance), (right, above) = figure.subplots(2, 2)
    plus = {"color": ORANGE, "fontsize": 11}
    _panel(behind, "From behind: axes, and where the clip may sit")
    behind.plot([-166, 166], [46, 46], color=GREEN, lw=9, alpha=0.3, zorder=1.5, solid_capstyle="butt")
    _draw(behind, BEHIND + BEHIND_CLIPS)
    behind.text(0, 76, "sacrum", ha="center", va="bottom")
    behind.text(-174, 46, "left hip", ha="right", va="center")
    behind.text(174, 46, "right hip", va="center")
    _cross(behind, ("z right", "y up", "x forward,\naway from you"), away=True)
    behind.text(85, -165, "One clip at one of the three\nsites, turned in any way.", va="center")
    _panel(stance, "From behind, left leg stands: right hip drops", 48)
    swinging = tuple(_turned(np.array([_RIGHT_SOCKET]), -9, _LEFT_SOCKET)[0])
    for leg in ((_LEFT_SOCKET, (-84, -135), (-72, -236)), (swinging, (104, -165), (122, -206))):
        stance.plot(*np.array(leg).T, color="#b9b9b9", lw=12, solid_capstyle="round", solid_joinstyle="round")
    _draw(stance, BEHIND, -9, _LEFT_SOCKET)
    stance.plot([-130, -14], [-248, -248], color=BLACK, lw=1.5)
    stance.text(-108, -200, "left leg stands", ha="right")
    stance.text(140, -180, "right leg swings")
    _arrow(stance, (176, 62), (166, -4), ORANGE, -0.15)
    stance.text(186, 28, "obliquity > 0:\nright side down", va="center", **plus)
    stance.text(
        20, -240, "left stance:   drop = + obliquity\nright stance: drop = \N{MINUS SIGN} obliquity", va="center"
    )
    _panel(right, "From the right: tilt")
    _draw(right, FROM_RIGHT, 12)
    right.text(-126, 6, "sacrum", ha="right", va="center")
    right.text(-16, 8, "right hip", ha="center", va="center", zorder=6)
    _arrow(right, (120, 26), (98, 102), ORANGE, 0.2)
    right.text(128, 70, "tilt > 0:\nfront up", va="center", **plus)
    _cross(right, ("x forward", "y up", "z right,\ntowards you"), away=False)
    right.text(
        85,
        -165,
        "A bow reads \N{MINUS SIGN}: the pelvis of a\nrunner tilts forward, mean \N{MINUS SIGN}16°.",
        va="center",
    )
    _panel(above, "From above: rotation")
    _draw(above, ABOVE, 14)
    _arrow(above, (58, 100), (-62, 100), ORANGE, 0.2)
    above.text(0, 132, "rotation > 0: turn to the left", ha="center", **plus)
    _cross(above, ("z right", "x forward", "y up,\ntowards you"), away=False)
    return figure
