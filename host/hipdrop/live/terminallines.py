"""Lines for a terminal as plain data: spans with a style, characters for what the terminal can show."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len, set_cell_size

from hipdrop.events import Side
from hipdrop.samples import Array


class Span(NamedTuple):
    """A text in one style, in rich's words."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Charset:
    """What is drawn with.

    Attributes
    ----------
    blocks
        A column of a line of bars, empty to full.
    bar
        Progress that is done, and that is not.
    signs
        The shape of each leg.
    words
        Characters that have to be written otherwise.
    """

    blocks: str
    bar: tuple[str, str]
    signs: dict[Side, str]
    words: dict[int, str]

    def text(self, text: str) -> str:
        """Give a text as it can be shown: in this set, and without what would command the terminal."""
        return printable(text).translate(self.words) if self.words else printable(text)

    def progress(self, part: float, width: int) -> str:
        """Draw a bar of so many characters."""
        done = round(min(max(part, 0.0), 1.0) * width)
        return self.bar[0] * done + self.bar[1] * (width - done)


UNICODE = Charset(
    " ▁▂▃▄▅▆▇█", ("█", "░"), {Side.LEFT: "●", Side.RIGHT: "■", Side.BOTH: "◆"}, {},
)  # fmt: skip
ASCII = Charset(
    " .:-=+*%#", ("#", "-"), {Side.LEFT: "o", Side.RIGHT: "#", Side.BOTH: "*"}, {ord("°"): "deg"},
)  # fmt: skip
NO_BLOCKS = ("linux",)  # TERM of a console whose font has none of the eighths


def charset_of(encoding: str, terminal: str = "") -> Charset:
    """Choose by the encoding of the terminal, and by its name (TERM)."""
    needed = UNICODE.blocks + "".join(UNICODE.bar) + "".join(UNICODE.signs.values()) + "°"
    try:
        needed.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return ASCII if terminal in NO_BLOCKS else UNICODE


def printable(text: str) -> str:
    """Take out what would command the terminal: names and notes come from elsewhere."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def fit(line: Line, width: int) -> Line:
    """Make a line exactly so wide: cut, or filled with spaces in its last style."""
    spans: list[Span] = []
    room = width
    for span in line:
        wide = cell_len(span.text)
        if wide >= room:
            spans.append(Span(set_cell_size(span.text, room), span.style))
            return tuple(spans)
        spans.append(span)
        room -= wide
    return (*spans, Span(" " * room, spans[-1].style if spans else ""))


def shorten(text: str, width: int) -> str:
    """Cut a text that is too wide, and show that it was."""
    if cell_len(text) <= width:
        return text
    return "..."[:width] if width <= 3 else set_cell_size(text, width - 3).rstrip() + "..."


def between(left: str, right: str, width: int, style: str = "") -> Line:
    """Put one text at either end; the right one is kept where both do not fit."""
    right = shorten(right, width)
    room = width - cell_len(right) - (2 if right else 0)
    left = shorten(left, max(room, 0))
    gap = " " * (width - cell_len(left) - cell_len(right))
    return (Span(left + gap + right, style),)


def wrap(text: str, width: int, most: int) -> list[str]:
    """Break a text into lines, `most` of them; what does not fit is cut off visibly."""
    lines = textwrap.wrap(text, max(width, 1), break_on_hyphens=False) if text else []
    if len(lines) > most > 0:
        rest = " ".join(lines[most - 1 :])
        lines = [*lines[: most - 1], shorten(rest, width)]
    return [shorten(line, width) for line in lines[:most]]


def means(t_s: Array, values: Array, from_s: float, bin_s: float, bins: int) -> Array:
    """Give (bins,) the mean of what lies in each stretch of time; NaN where there is nothing."""
    number = np.floor((t_s - from_s) / bin_s).astype(int)
    chosen = (number >= 0) & (number < bins) & np.isfinite(values)
    counts = np.bincount(number[chosen], minlength=bins)
    sums = np.bincount(number[chosen], weights=values[chosen], minlength=bins)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def columns(values: Sequence[float], low: float, high: float, rows: int, charset: Charset) -> list[str]:
    """Draw columns over `rows` lines, the uppermost first; what is there is seen, NaN is not."""
    steps = len(charset.blocks) - 1
    heights = [_height(value, low, high, rows * steps) for value in values]
    lines = range(rows - 1, -1, -1)
    return ["".join(charset.blocks[min(max(height - row * steps, 0), steps)] for height in heights) for row in lines]


def _height(value: float, low: float, high: float, most: int) -> int:
    if value != value:
        return 0
    return min(max(round((value - low) / (high - low) * most), 1), most)
