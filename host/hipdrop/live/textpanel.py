"""Panels of texts and boxes, drawn anew when one of them changes; what is too long is set smaller, then cut off."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from hipdrop.live.stage import BASE_DPI, BASE_WIDTH, Panel, Rect

SMALLEST = 0.7  # of the size that is wanted


class TextPanel(Panel):
    """Texts that are drawn anew when one of them changes."""

    def __init__(self, figure: Figure, rect: Rect) -> None:
        super().__init__(figure, rect)
        self._seen: tuple[object, ...] = ()

    def text(self, x: float, y: float, size_pt: float, colour: str, **style: Any) -> Any:
        """Make a text at a place of the window, parts of the panel."""
        left, bottom, wide, high = self.rect
        style = {"va": "center", **style}
        return self.add(
            self.figure.text(left + x * wide, bottom + y * high, "", fontsize=size_pt, color=colour, **style)
        )

    def box(self, x: float, y: float, wide: float, high: float, colour: str, **style: Any) -> Any:
        """Make a rectangle, parts of the panel."""
        left, bottom, width, height = self.rect
        patch = Rectangle(
            (left + x * width, bottom + y * height), wide * width, high * height, fc=colour, lw=0,
            transform=self.figure.transFigure, **style,
        )  # fmt: skip
        return self.add(self.figure.add_artist(patch))

    def changed(self, *seen: object) -> bool:
        """Give whether these are others than the last time."""
        if seen == self._seen:
            return False
        self._seen = seen
        return True


def width_of(text: Text) -> float:
    """Give how wide a text is, parts of a window of 1280 x 800."""
    figure = text.get_figure()
    assert figure is not None
    return float(text.get_window_extent().width * BASE_DPI / figure.dpi / BASE_WIDTH) if text.get_text() else 0.0


def fit(text: Text, said: str, size_pt: float, room: float) -> None:
    """Say something in a room that is given in parts of the window: smaller where it is long, and no more than fits."""
    text.set(text=said, fontsize=size_pt)
    wide = width_of(text)
    if wide <= room:
        return
    text.set_fontsize(max(SMALLEST * size_pt, 0.99 * size_pt * room / wide))
    wide, lines = width_of(text), said.split("\n")
    while wide > room and any(len(line) > 1 for line in lines):
        most = int(max(map(len, lines)) * room / wide) - 1
        lines = [cut(line, max(most, 1)) for line in lines]
        text.set_text("\n".join(lines))
        wide = width_of(text)


def cut(line: str, most: int) -> str:
    """Leave out the end of a line that is too long."""
    return line if len(line) <= most else f"{line[: most - 1].rstrip(' ,;:')}\N{HORIZONTAL ELLIPSIS}"
