"""Colours and sizes of the window, light and dark.

Okabe & Ito (2008): told apart with every kind of colour vision; sides also by word and marker. Sizes are points at 100
dots per inch in a window of 1280 x 800; the window scales them (`hipdrop.live.stage`).
"""

from __future__ import annotations

from dataclasses import dataclass

from hipdrop.events import Side

MARKERS = {Side.LEFT: "o", Side.RIGHT: "s"}
DASHES = {Side.LEFT: "-", Side.RIGHT: "--"}
SIGNS = {Side.LEFT: "\N{BLACK CIRCLE}", Side.RIGHT: "\N{BLACK SQUARE}"}
HUGE_PT, LARGE_PT, MIDDLE_PT, SMALL_PT, TINY_PT = 40.0, 26.0, 15.0, 11.5, 10.0


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
    pause: str
    bone: str
    legs: dict[Side, str]
    fresh: str
    pain: str
    alert: tuple[str, str]
    good: tuple[str, str]
    trouble: tuple[str, str]
    calm: tuple[str, str]


LIGHT = Theme(
    paper="#ffffff", ink="#111111", faint="#6a6a6a", grid="#dddddd", pause="#ececec", bone="#f3ead8",
    legs={Side.LEFT: "#0072B2", Side.RIGHT: "#D55E00"}, fresh="#009E73", pain="#9E4F80",
    alert=("#F0E442", "#000000"), good=("#009E73", "#ffffff"), trouble=("#CC79A7", "#000000"),
    calm=("#ececec", "#111111"),
)  # fmt: skip
DARK = Theme(
    paper="#14171a", ink="#f2f2f2", faint="#a0a6ab", grid="#33393f", pause="#24292e", bone="#4a4438",
    legs={Side.LEFT: "#56B4E9", Side.RIGHT: "#E69F00"}, fresh="#2fc79b", pain="#e39ac4",
    alert=("#F0E442", "#000000"), good=("#009E73", "#ffffff"), trouble=("#CC79A7", "#000000"),
    calm=("#24292e", "#f2f2f2"),
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}
