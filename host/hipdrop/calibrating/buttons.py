"""What keys do, as buttons of the window."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from hipdrop.calibrating.run import Key
from hipdrop.calibrating.snapshot import KEY_NAMES, KEYS, Snapshot, key_words, keys_of
from hipdrop.live.stage import BASE_HEIGHT, BASE_WIDTH
from hipdrop.live.textpanel import TextPanel
from hipdrop.live.theme import SMALL_PT, TINY_PT, Theme

BUTTONS_Y, BUTTONS_HIGH = 0.007, 0.04


class ButtonPanel(TextPanel):
    """What keys do, to be clicked on as well."""

    def __init__(self, figure: Figure, theme: Theme) -> None:
        super().__init__(figure, (0.0, 0.0, 1.0, BUTTONS_Y + BUTTONS_HIGH + 0.004))
        self._placed: list[tuple[Key, float, float]] = []
        self._texts: dict[Key, tuple[Any, Any]] = {}
        self._on: list[Key] = []
        x = 0.012
        for key in KEYS.values():
            label = _label(key, keeps_if_left=False)
            wide = 0.026 + 0.0075 * len(label)
            box = FancyBboxPatch(
                (x, BUTTONS_Y), wide, BUTTONS_HIGH, boxstyle="round,pad=0,rounding_size=0.006", fc=theme.calm[0],
                ec=theme.faint, lw=0.8, transform=figure.transFigure, mutation_aspect=BASE_WIDTH / BASE_HEIGHT,
            )  # fmt: skip
            said = figure.text(x + wide / 2, BUTTONS_Y + BUTTONS_HIGH / 2, label, ha="center", va="center",
                               color=theme.calm[1], fontsize=SMALL_PT + 1)  # fmt: skip
            self._texts[key] = self.add(figure.add_artist(box)), self.add(said)
            self._placed.append((key, x, x + wide))
            x += wide + 0.006
        figure.text(0.988, BUTTONS_Y + BUTTONS_HIGH / 2, "A training aid, not a diagnosis", ha="right", va="center",
                    color=theme.faint, fontsize=TINY_PT)  # fmt: skip

    def show(self, now: Snapshot, clock_s: float) -> bool:
        """Show those that do something now."""
        on = keys_of(now.prompt)
        if not self.changed(*on, now.keeps_if_left):
            return False
        self._on = on
        for key, (box, said) in self._texts.items():
            said.set_text(_label(key, keeps_if_left=now.keeps_if_left))
            for artist in (box, said):
                artist.set_visible(key in on)
        return True

    def key_at(self, x: float, y: float) -> Key | None:
        """Give the key whose button is at a place, parts of the window."""
        if not BUTTONS_Y <= y <= BUTTONS_Y + BUTTONS_HIGH:
            return None
        return next((key for key, left, right in self._placed if key in self._on and left <= x <= right), None)


def _label(key: Key, *, keeps_if_left: bool) -> str:
    return f"{KEY_NAMES[key]}  {key_words(key, keeps_if_left=keeps_if_left)}"
