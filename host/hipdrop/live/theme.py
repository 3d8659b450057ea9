"""Colours and sizes of the window, light and dark.

Hues of Okabe & Ito (2008), so dark (light) that all of them can be read as letters: a contrast of 4.5 and more to both
grounds (WCAG 2.1), and told apart with every kind of colour vision (tests/host/live/test_live_colours.py); sides also
by word and marker. Sizes are points at 100 dots per inch in a window of 1280 x 800; the window scales them
(`hipdrop.live.stage`). In a window 0.3 m high, seen from 3 m, letters of LARGE_PT are 16 minutes of arc high, which ISO
9241-303 asks for reading; those of MIDDLE_PT are 8, which is twice what normal sight needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from hipdrop.events import Side

MARKERS = {Side.LEFT: "o", Side.RIGHT: "s"}
DASHES = {Side.LEFT: "-", Side.RIGHT: "--"}
SIGNS = {Side.LEFT: "\N{BLACK CIRCLE}", Side.RIGHT: "\N{BLACK SQUARE}"}
HUGE_PT, LARGE_PT, MIDDLE_PT, SMALL_PT, TINY_PT = 46.0, 37.0, 18.0, 12.0, 11.0


@dataclass(frozen=True)
class Theme:
    """One set of colours.

    Attributes
    ----------
    legs
        Points, lines and figures of a leg.
    fresh
        Baseline and band.
    alert, good, trouble, calm
        Ground and letters of the state, by how pressing it is.
    """

    paper: str
    ink: str
    faint: str
    grid: str
    bone: str
    legs: dict[Side, str]
    fresh: str
    pain: str
    alert: tuple[str, str]
    good: tuple[str, str]
    trouble: tuple[str, str]
    calm: tuple[str, str]


LIGHT = Theme(
    paper="#ffffff", ink="#111111", faint="#595959", grid="#dddddd", bone="#f3ead8",
    legs={Side.LEFT: "#0F68C2", Side.RIGHT: "#B34700"}, fresh="#005C40", pain="#A33877",
    alert=("#F0E442", "#000000"), good=("#007A5A", "#ffffff"), trouble=("#CC79A7", "#000000"),
    calm=("#ececec", "#111111"),
)  # fmt: skip
DARK = Theme(
    paper="#14171a", ink="#f2f2f2", faint="#a9afb4", grid="#33393f", bone="#4a4438",
    legs={Side.LEFT: "#8CC0F5", Side.RIGHT: "#E69A20"}, fresh="#2FD890", pain="#C88FAE",
    alert=("#F0E442", "#000000"), good=("#007A5A", "#ffffff"), trouble=("#CC79A7", "#000000"),
    calm=("#24292e", "#f2f2f2"),
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}
