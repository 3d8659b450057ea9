"""wearing.png and case.png: where the clip sits, how, and the case that goes on in one way only."""

from __future__ import annotations

import numpy as np
from drawing.pelvis import BEHIND, BLACK, GREEN, GREY, ORANGE, PURPLE
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, FancyBboxPatch, Polygon, Rectangle

from hipdrop.samples import Array

_SKIN, _SHORTS, _BAND = "#f0d9c4", "#b9c7d8", "#8fa3bb"
_RED = "#C0392B"
# the back of the body, right half, from the arm-pit down to the knee; mirrored for the left
_SIDE = [(118, 330), (112, 250), (104, 190), (112, 130), (138, 70), (158, 10), (164, -50), (158, -130), (140, -240)]
_CROTCH = [(60, -240), (40, -140), (6, -96)]


def _smooth(points: list[tuple[float, float]], n: int = 160) -> Array:
    from scipy.interpolate import PchipInterpolator

    corners = np.array(points, float)
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T))]
    at = np.linspace(0.0, along[-1], n)
    return np.column_stack([PchipInterpolator(along, corners[:, k])(at) for k in (0, 1)])


def _body(low: float, high: float) -> Array:
    """Outline of the trunk and thighs between two heights."""
    right = _smooth(_SIDE)
    inside = _smooth(_CROTCH)
    half = np.vstack((right, inside))
    half = half[(half[:, 1] <= high) & (half[:, 1] >= low)]
    return np.vstack((half, half[::-1] * [-1, 1]))


def _clip(ax: Axes, x: float, y: float, turned_deg: float = 0.0, scale: float = 1.0, face: str = GREEN) -> None:
    """Draw the case as seen by one who looks at the wearer: button to its right, arrow up."""
    c, s = np.cos(np.deg2rad(turned_deg)), np.sin(np.deg2rad(turned_deg))
    turn = np.array([[c, s], [-s, c]]) * scale
    box = np.array([(-34, -16), (26, -16), (34, -8), (34, 16), (-34, 16)], float) @ turn + (x, y)
    ax.add_patch(Polygon(box, fc=face, ec=BLACK, lw=1.4, zorder=7, joinstyle="round"))
    knob = np.array([20.0, 2.0]) @ turn + (x, y)
    ax.add_patch(Circle(tuple(knob), 5 * scale, fc="white", ec=BLACK, lw=1.1, zorder=8))
    tail, head = np.array([-14.0, -9.0]) @ turn + (x, y), np.array([-14.0, 10.0]) @ turn + (x, y)
    arrow = {"arrowstyle": "-|>", "color": "white", "lw": 2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", tuple(head), tuple(tail), arrowprops=arrow, zorder=8)


def _draw_back(ax: Axes) -> None:
    body = _body(-240, 330)
    ax.add_patch(Polygon(body, fc=_SKIN, ec=BLACK, lw=1.5, closed=False))
    shorts = _body(-150, 64)
    ax.add_patch(Polygon(shorts, fc=_SHORTS, ec=BLACK, lw=1.2, alpha=0.9, closed=True))
    for points, _ in BEHIND[:2]:
        ax.add_patch(Polygon(points * 0.86 + (0, 0), fc="none", ec=GREY, lw=1.1, ls=(0, (4, 3)), zorder=3))
    ax.add_patch(Rectangle((-137, 40), 274, 24, fc=_BAND, ec=BLACK, lw=1.1, zorder=4))
    for x in (-38, 38):
        ax.add_patch(Ellipse((x, 84), 11, 15, fc="#d9b99c", ec="none", zorder=4))
    ax.plot([0, 0], [110, 300], color="#d9b99c", lw=3, zorder=2)
    _clip(ax, 0, 52)
    for x in (-142, 142):
        ax.add_patch(Rectangle((x - 7, 36), 14, 34, fc=GREEN, ec=BLACK, lw=1.2, alpha=0.45, zorder=7))
    line = {"arrowstyle": "-", "color": BLACK, "lw": 0.9}
    for text, at, to, side in (
        ("sacrum: on the midline, just below\nthe two dimples", (34, 60), (178, 196), "left"),
        ("or one hip: at the side,\nwhere the seam is", (150, 54), (178, 92), "left"),
        ("dimples", (-43, 88), (-150, 190), "right"),
        ("tight waistband,\nor a belt over it", (-120, 52), (-178, 92), "right"),
    ):
        ax.annotate(text, at, to, arrowprops=line, va="center", ha=side, zorder=9)
    ax.set(xlim=(-330, 400), ylim=(-190, 300), aspect="equal")
    ax.set_title("From behind", loc="left", fontweight="bold", fontsize=11.5)
    ax.axis("off")


def _small(ax: Axes, title: str, good: bool) -> None:
    ax.add_patch(Rectangle((-80, -14), 160, 28, fc=_BAND, ec=BLACK, lw=1.1))
    ax.text(0, -52, title, ha="center", va="top", fontsize=10)
    ax.text(-78, 42, "\N{CHECK MARK}" if good else "\N{MULTIPLICATION X}", color=GREEN if good else _RED, fontsize=17,
            fontweight="bold", family="DejaVu Sans", va="center")  # fmt: skip
    ax.set(xlim=(-92, 92), ylim=(-80, 52), aspect="equal")
    ax.axis("off")


def draw_wearing() -> Figure:
    """Draw the wearer from behind, and four ways to wear the clip of which one is right."""
    figure = Figure(figsize=(10, 3.9), layout="constrained")
    grid = figure.add_gridspec(2, 4, width_ratios=(1.7, 1.7, 1, 1))
    _draw_back(figure.add_subplot(grid[:, :2]))
    ways = [
        ("arrow up, flat, tight", True, 0.0, (0, 0)),
        ("upside down", False, 180.0, (0, 0)),
        ("crooked and loose", False, -24.0, (6, 6)),
        ("off the midline", False, 0.0, (36, 0)),
    ]
    for k, (title, good, turned_deg, (x, y)) in enumerate(ways):
        ax = figure.add_subplot(grid[k // 2, 2 + k % 2])
        _small(ax, title, good)
        ax.plot([0, 0], [-40, 40], color=GREY, lw=1, ls=(0, (4, 3)))
        _clip(ax, x, y, turned_deg, face=GREEN if good else "#d7d7d7")
    return figure


def _side_view(ax: Axes) -> None:
    """Draw case, tongue and waistband from the wearer's right; the body is to the right."""
    ax.add_patch(Rectangle((34, -70), 40, 150, fc=_SKIN, ec="none"))
    ax.plot([34, 34], [-70, 80], color=BLACK, lw=1.2)
    ax.text(55, 68, "body", ha="center")
    ax.add_patch(FancyBboxPatch((-24, -16), 30, 60, boxstyle="round,pad=0,rounding_size=7", fc=GREEN, ec=BLACK, lw=1.4))
    ax.add_patch(Ellipse((-24, 8), 9, 18, fc="white", ec=BLACK, lw=1.2, zorder=3))
    ax.add_patch(Polygon([(4, 44), (22, 44), (22, -40), (16, -44), (16, 37), (4, 37)], fc=GREEN, ec=BLACK, lw=1.4))
    ax.add_patch(Rectangle((8, -70), 6, 104, fc=_BAND, ec=BLACK, lw=1.1, zorder=2))
    ax.add_patch(Rectangle((23, -34), 10, 74, fc="#e9e2f0", ec=BLACK, lw=1.0, hatch="..", zorder=1))
    line = {"arrowstyle": "-", "color": BLACK, "lw": 0.9}
    for text, at, to, side in (
        ("domed button:\nouter face cannot lie on the body", (-27, 8), (-44, 22), "right"),
        ("case, edges rounded 4 mm", (-20, -12), (-44, -26), "right"),
        ("tongue, open below only", (19, -42), (-44, -58), "right"),
        ("waistband", (11, -66), (-44, -80), "right"),
        ("pad, 5 mm of EVA foam", (29, -30), (40, -80), "left"),
    ):
        ax.annotate(text, at, to, arrowprops=line, ha=side, va="center", fontsize=9.5)
    ax.set(xlim=(-150, 100), ylim=(-88, 84), aspect="equal")
    ax.set_title("Worn, from the right", loc="left", fontweight="bold", fontsize=11.5)
    ax.axis("off")


def _inside(ax: Axes) -> None:
    """Draw the open case from outside: 68 x 32 mm, parts in their places."""
    case = [(-34, -16), (26, -16), (34, -8), (34, 16), (-34, 16)]
    ax.add_patch(Polygon(case, fc="#dff1ea", ec=BLACK, lw=3.2, joinstyle="round"))
    parts = [
        ((-31.5, -12.5), (35, 25), "LiPo 5 x 25 x 35 mm,\na wall around it,\n1 mm of room", "#f8efe4"),
        ((6.5, -5), (25.5, 17.8), "IMU, screwed\nto the face at\nthe body", "#eeeaf4"),
    ]
    for at, (wide, high), text, fill in parts:
        ax.add_patch(Rectangle(at, wide, high, fc=fill, ec=BLACK, lw=1.2))
        ax.text(at[0] + wide / 2, at[1] + high / 2, text, ha="center", va="center", fontsize=8.5)
    ax.add_patch(Rectangle((8.5, -5), 21, 17.8, fc="none", ec=PURPLE, lw=1.3, ls=(0, (3, 2)), zorder=5))
    ax.text(34, 17.6, "XIAO above it, USB at this edge", color=PURPLE, ha="right", va="bottom", fontsize=9)
    ax.add_patch(Circle((12, -10.4), 4.6, fc="white", ec=BLACK, lw=1.2))
    ax.text(12, -10.4, "M", ha="center", va="center", fontsize=8)
    arrow = {"arrowstyle": "-|>", "color": ORANGE, "lw": 2, "shrinkA": 0, "shrinkB": 0}
    for dx, dy, name, at in ((10, 0, "x", (-32, -29)), (0, 10, "y", (-44.5, -16.5))):
        ax.annotate("", (-43 + dx, -28 + dy), (-43, -28), arrowprops=arrow)
        ax.text(*at, name, color=ORANGE, fontsize=10)
    ax.text(-28, -27, "axes of the sensor,\nz towards you", va="center", color=ORANGE, fontsize=9.5)
    line = {"arrowstyle": "-", "color": BLACK, "lw": 0.9}
    text = "cut corner: a finger\nfeels it, below right"
    ax.annotate(text, (31, -12.5), (24, -22), fontsize=9, va="top", ha="center", arrowprops=line)
    ax.plot([-34, 34], [23.5, 23.5], color=BLACK, lw=1)
    ax.text(0, 24.5, "68 mm", ha="center", va="bottom", fontsize=9)
    ax.plot([-38, -38], [-16, 16], color=BLACK, lw=1)
    ax.text(-39.5, 0, "32 mm", rotation=90, ha="right", va="center", fontsize=9)
    ax.set(xlim=(-52, 44), ylim=(-36, 30), aspect="equal")
    ax.set_title("Open, from outside (16 mm deep)", loc="left", fontweight="bold", fontsize=11.5)
    ax.axis("off")


def draw_case() -> Figure:
    """Draw the case on the waistband from the side, and open from outside."""
    figure = Figure(figsize=(10, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _side_view(left)
    _inside(right)
    return figure
