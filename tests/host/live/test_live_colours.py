"""The colours of the window: read on their grounds, and told apart by every kind of eye."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hipdrop.events import Side
from hipdrop.live.theme import THEMES, Theme

# Machado, Oliveira & Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.0, on linear RGB
EYES = {
    name: np.array(rows).reshape(3, 3)
    for name, rows in (
        ("all three", np.eye(3)),
        ("no red", (0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998)),
        ("no green", (0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881)),
        ("no blue", (1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900)),
    )
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # of sRGB, IEC 61966-2-1
NOTICED = 2.3  # just noticeable difference in CIELAB (Mahy et al. 1994)


def linear(colour: str | np.ndarray) -> np.ndarray:
    """Give linear RGB of `#rrggbb` or of three bytes."""
    bytes_ = [int(colour[i : i + 2], 16) for i in (1, 3, 5)] if isinstance(colour, str) else colour
    values = np.asarray(bytes_, dtype=float) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str | np.ndarray, other: str | np.ndarray) -> float:
    """Give the ratio of WCAG 2.1, 1 to 21."""
    low, high = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eye: str) -> np.ndarray:
    """Give CIELAB of a colour as an eye sees it."""
    xyz = XYZ @ np.clip(EYES[eye] @ linear(colour), 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known grey that just fails


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_letters_stand_out_from_their_grounds(theme: Theme) -> None:
    for ground, ink in (theme.alert, theme.good, theme.trouble, theme.calm):
        assert contrast(ground, ink) >= 4.5
    for ground in (theme.paper, theme.calm[0]):
        for ink in (theme.ink, theme.faint, theme.fresh, theme.pain, *theme.legs.values()):
            assert contrast(ground, ink) >= 4.5


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_colours_are_told_apart_by_every_eye(theme: Theme, eye: str) -> None:
    """The legs at a glance; baseline, pain and ink, which lie on them as lines, with ease."""
    colours = {"left": theme.legs[Side.LEFT], "right": theme.legs[Side.RIGHT], "fresh": theme.fresh, "pain": theme.pain,
               "ink": theme.ink}  # fmt: skip
    seen = {name: lab(colour, eye) for name, colour in colours.items()}
    for one, other in itertools.combinations(seen, 2):
        apart = float(np.linalg.norm(seen[one] - seen[other]))
        assert apart > (25 if {one, other} == {"left", "right"} else 8) * NOTICED, (one, other)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_grounds_tell_how_pressing_it_is(theme: Theme, eye: str) -> None:
    grounds = [lab(ground, eye) for ground, _ in (theme.alert, theme.good, theme.trouble, theme.calm)]
    for one, other in itertools.combinations(grounds, 2):
        assert np.linalg.norm(one - other) > 8 * NOTICED
