"""Axes, lines, dots and marks as inline SVG: colours by class, so that one drawing serves light, dark and print.

Why not the drawing library of the live window: the dots of an hour are one path of 150 kB here, text stays text that
grows on a small screen, and neither its import nor its layout is paid for in the six seconds that a report may take.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from hipdrop.samples import Array

MOST_POINTS = 800  # of a line: more than there are pixels across
ROW = 24.0  # height of a row of marks above the axes
LABEL_WIDTH = 14.0  # of a character in the largest letters, those of a small screen
ROWS = 3  # of marks; a label that finds no room in them is left out, its mark stays
SHAPES = {
    "alert": "M-6 -5h12l-6 11z", "cleared": "M-6 5h12l-6 -11z", "onset": "M0 -7l7 7l-7 7l-7 -7z",
    "pain": "M-2.5 -7h5v4.5h4.5v5h-4.5v4.5h-5v-4.5h-4.5v-5h4.5z", "mark": "M-4 -7h8v14h-8z",
    "slip": "M-6 -6l12 12M6 -6l-12 12",
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """A kind of picture, in its own units.

    Attributes
    ----------
    left, right, top, bottom
        Margins that hold the letters.
    """

    name: str
    width: float
    height: float
    left: float = 54.0
    right: float = 24.0
    top: float = 30.0
    bottom: float = 46.0


WIDE = Size("wide", 720.0, 340.0, bottom=62.0)
HALF = Size("half", 480.0, 320.0)
LARGE = Size("large", 640.0, 400.0, bottom=62.0)
SMALL = Size("half", 480.0, 240.0)


@dataclass(frozen=True)
class Moment:
    """Something that happened: its kind (`SHAPES`), what stands beside its mark, and how sure its place is.

    Attributes
    ----------
    reach
        From where to where it may lie.
    """

    x: float
    kind: str
    label: str
    reach: tuple[float, float] | None = None


class Plot:
    """One pair of axes; everything is put into it in data units.

    Parameters
    ----------
    x, y
        Limits of the axes.
    x_label, y_label
        With units.
    moments
        Marked above the axes, with a line through them.
    rows
        Of marks to leave room for, where another picture beside this one has so many.
    whole
        Whether the floor has whole numbers only.

    Attributes
    ----------
    looks
        What was put into it, for the legend.
    rows
        Of marks.
    """

    def __init__(
        self, size: Size, x: tuple[float, float], y: tuple[float, float], x_label: str, y_label: str,
        moments: Sequence[Moment] = (),
        rows: int = 0,
        *,
        whole: bool = False,
    ) -> None:  # fmt: skip
        self.size, self._x, self._y = size, x, y
        self._rows = place(moments, lambda value: float(self.at_x(np.array([value]))[0]), size.width - size.right)
        self.rows = max(rows, 1 + max((row for _, row, _ in self._rows), default=-1))
        self._top, self._floor = size.top + ROW * self.rows, size.height - size.bottom
        self.looks: dict[str, None] = {}
        self._below: list[str] = []
        self._parts: list[str] = []
        self._whole = whole
        self._scales(x_label, y_label)
        self._moments()

    def at_x(self, values: Array) -> Array:
        """Give places on the page."""
        low, high = self._x
        wide = self.size.width - self.size.left - self.size.right
        return np.asarray(self.size.left + (np.clip(values, low, high) - low) / (high - low) * wide)

    def at_y(self, values: Array) -> Array:
        """Give heights on the page, within the axes."""
        low, high = self._y
        return np.asarray(self._floor - (np.clip(values, low, high) - low) / (high - low) * (self._floor - self._top))

    def dots(self, x: Array, y: Array, look: str) -> None:
        """Put a dot at each place within the axes; what it looks like is the line's cap."""
        inside = (y >= self._y[0]) & (y <= self._y[1])
        places = zip(self.at_x(x[inside]).tolist(), self.at_y(y[inside]).tolist(), strict=True)
        path = "".join(f"M{a:.1f} {b:.1f}h.1" for a, b in places)
        if path:
            self._drew(f"dots {look}")
            self._parts.append(f'<path class="dots {look}" d="{path}"/>')

    def crosses(self, x: Array, y: Array, look: str) -> None:
        """Put a small cross at each place within the axes."""
        inside = (y >= self._y[0]) & (y <= self._y[1])
        places = zip(self.at_x(x[inside]).tolist(), self.at_y(y[inside]).tolist(), strict=True)
        path = "".join(f"M{a - 2.5:.1f} {b - 2.5:.1f}l5 5m0-5l-5 5" for a, b in places)
        if path:
            self._drew(look)
            self._parts.append(f'<path class="cross {look}" d="{path}"/>')

    def line(self, x: Array, y: Array, look: str, opacity: float = 1.0) -> None:
        """Draw a line that is broken where it is not known."""
        x, y = thinned(x, y)
        path, pen_down = [], False
        known = np.isfinite(x) & np.isfinite(y)
        for a, b, drawn in zip(self.at_x(x).tolist(), self.at_y(y).tolist(), known.tolist(), strict=True):
            if drawn:
                path.append(f"{'L' if pen_down else 'M'}{a:.1f} {b:.1f}")
            pen_down = drawn
        faint = "" if opacity == 1.0 else f' stroke-opacity="{opacity:.2f}"'
        if path:
            self._drew(f"line {look}")
            self._parts.append(f'<path class="line {look}"{faint} d="{"".join(path)}"/>')

    def area(self, x: Array, low: Array, high: Array, look: str) -> None:
        """Fill between two lines."""
        xs, lows, highs = (values.tolist() for values in (self.at_x(x), self.at_y(low), self.at_y(high)))
        around = [*zip(xs, highs, strict=True), *reversed(list(zip(xs, lows, strict=True)))]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in around)
        self._drew(look.split()[0])
        self._below.append(f'<path class="{look}" d="M{path}z"/>')

    def span(self, begin: float, end: float, look: str, height: float | None = None) -> None:
        """Shade from one place to another; `height` in units of the page from the floor, without it all of it."""
        left, right = self.at_x(np.array([begin, end])).tolist()
        self._drew(look)
        tall = self._floor - self._top if height is None else height
        self._below.append(
            f'<rect class="{look}" x="{left:.1f}" y="{self._floor - tall:.1f}" width="{max(right - left, 1.0):.1f}" '
            f'height="{tall:.1f}"/>'
        )

    def sign(self, x: float, y: float, look: str, *, square: bool) -> None:
        """Put a circle or a square at a place; nothing where it is not known."""
        if not math.isfinite(y):
            return
        a, b = float(self.at_x(np.array([x]))[0]), float(self.at_y(np.array([y]))[0])
        round_ = f'<circle class="{look}" cx="{a:.1f}" cy="{b:.1f}" r="6"/>'
        corners = f'<rect class="{look}" x="{a - 5.5:.1f}" y="{b - 5.5:.1f}" width="11" height="11"/>'
        self._parts.append(corners if square else round_)

    def markup(self, alt: str) -> Markup:
        """Give the drawing."""
        return drawing(self.size, [*self._below, *self._parts], alt)

    def _drew(self, look: str) -> None:
        self.looks[look] = None

    def _scales(self, x_label: str, y_label: str) -> None:
        size, right = self.size, self.size.width - self.size.right
        for value in ticks(*self._y, 5):
            at = self.at_y(np.array([value]))[0]
            self._below.append(f'<path class="grid" d="M{size.left} {at:.1f}H{right}"/>')
            self._parts.append(f'<text class="y" x="{size.left - 7}" y="{at + 5:.1f}">{number(value)}</text>')
        marked = ticks(*self._x, 7 if size is not SMALL else 5)
        for value in [value for value in marked if not self._whole or value == round(value)]:
            at = self.at_x(np.array([value]))[0]
            self._below.append(f'<path class="grid" d="M{at:.1f} {self._top:.1f}V{self._floor + 5}"/>')
            self._parts.append(
                f'<text class="x" x="{at:.1f}" y="{self._floor + size.bottom * 0.43:.1f}">{number(value)}</text>'
            )
        self._parts.append(
            f'<text class="x" x="{(size.left + right) / 2}" y="{size.height - 6}">{escape(x_label)}</text>'
        )
        self._parts.append(f'<text x="4" y="19">{escape(y_label)}</text>')

    def _moments(self) -> None:
        for moment, row, label_at in self._rows:
            x, y = float(self.at_x(np.array([moment.x]))[0]), self.size.top + ROW * (row + 0.5)
            self._drew(moment.kind)
            self._parts.append(f'<path class="moment {moment.kind}" d="M{x:.1f} {y:.1f}V{self._floor}"/>')
            if moment.reach is not None:
                low, high = self.at_x(np.array(moment.reach)).tolist()
                self._parts.append(f'<path class="reach" d="M{low:.1f} {y - 5:.1f}v10m0-5H{high:.1f}m0-5v10"/>')
            self._parts.append(shape(moment.kind, x, y))
            if label_at is not None:
                end = "end" if label_at < x else "begin"
                self._parts.append(
                    f'<text class="{end}" x="{label_at:.1f}" y="{y + 5:.1f}">{escape(moment.label)}</text>'
                )


def shape(kind: str, x: float, y: float) -> str:
    """Give the mark of a kind at a place."""
    return f'<path class="sign {kind}" transform="translate({x:.1f} {y:.1f})" d="{SHAPES[kind]}"/>'


def drawing(size: Size, parts: Sequence[str], alt: str) -> Markup:
    """Give parts as one drawing with its words for those who do not see it."""
    return Markup(
        f'<svg class="plot {size.name}" viewBox="0 0 {size.width:g} {size.height:g}" role="img" '
        f'aria-label="{escape(alt)}">{"".join(parts)}</svg>'
    )  # fmt: skip


def place(
    moments: Sequence[Moment], at_x: Callable[[float], float], right: float
) -> list[tuple[Moment, int, float | None]]:
    """Give each moment a row, and its label a place that covers no other; None where there is none."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(ROWS)]
    out: list[tuple[Moment, int, float | None]] = []
    for moment in sorted(moments, key=lambda one: one.x):
        x, wide = at_x(moment.x), LABEL_WIDTH * len(moment.label) + 14.0
        low, high = (x, x) if moment.reach is None else (at_x(moment.reach[0]), at_x(moment.reach[1]))
        low, high = min(low, x - 9.0), max(high, x + 9.0)
        before = high + wide > right and low - wide >= 0.0
        reach = (low - wide, high) if before else (low, high + wide)
        free = [row for row in range(ROWS) if all(b <= reach[0] or a >= reach[1] for a, b in taken[row])]
        row = free[0] if free else ROWS - 1
        taken[row].append(reach if free else (low, high))
        label_at = low - 3.0 if before else high + 3.0
        out.append((moment, row, label_at if free and moment.label else None))
    return out


def thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """Keep so many points of a line as can be seen, and all of its breaks."""
    every = math.ceil(len(x) / MOST_POINTS) if len(x) else 1
    broken = ~np.isfinite(x) | ~np.isfinite(y)
    near = broken | np.roll(broken, 1) | np.roll(broken, -1)
    keep = (np.arange(len(x)) % every == 0) | near
    keep[-1:] = True
    return x[keep], y[keep]


def ticks(low: float, high: float, most: int) -> list[float]:
    """Give at most so many round values within limits."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1.0, 2.0, 5.0, 10.0) if power * part >= rough * (1.0 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def number(value: float) -> str:
    """Write a tick."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def limits(*arrays: Array, least: float, floor: float | None = None) -> tuple[float, float]:
    """Give limits that hold all but the wildest values, at least so far apart.

    Parameters
    ----------
    least
        Distance of the limits, in the unit of the values.
    floor
        What is to be seen in any case, such as 0.
    """
    values = np.concatenate([array[np.isfinite(array)] for array in arrays])
    low, high = np.percentile(values, [0.2, 99.8]).tolist()
    low = low if floor is None else min(low, floor)
    more = max(0.0, least - (high - low)) / 2.0 + 0.05 * (high - low)
    return low - more if floor is None or low < floor else low, high + more
