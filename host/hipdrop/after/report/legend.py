"""What the lines, dots and marks of the pictures mean: one small drawing and some words each."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from hipdrop.after.report.svg import shape

_LINE, _BOX = "M2 8H26", 'x="2" y="2" width="24" height="12"'
_WORDS = {
    "dots left": "left leg: a counted step", "dots right": "right leg: a counted step", "dots both": "a counted step",
    "line left": "left leg", "line right": "right leg", "line both": "both legs",
    "out": "step left out", "line baseline": "fresh level (baseline)", "allowed": "allowed rise",
    "alert": "alert", "cleared": "alert cleared", "onset": "the drop began to grow, with the 95 % interval",
    "pain": "pain marked", "mark": "mark", "slip": "clip slipped",
    "pause": "walking or standing", "gap": "samples missing", "turn": "bend",
    "line left fresh": "left leg, fresh", "line left tired": "left leg, tired",
    "line right fresh": "right leg, fresh", "line right tired": "right leg, tired",
    "spread": "one SD from stride to stride", "first": "first run", "later": "later runs, the last one strongest",
    "hollow": "fresh", "full": "tired", "alike": "not told from the first run when fresh",
}  # fmt: skip
_DRAWN = {
    "dots left": '<path class="dots left big" d="M14 8h.1"/>',
    "dots right": '<path class="dots right big" d="M14 8h.1"/>',
    "dots both": '<path class="dots both big" d="M14 8h.1"/>',
    "out": '<path class="cross out" d="M11.5 5.5l5 5m0-5l-5 5"/>',
    "spread": f'<rect class="spread ink" {_BOX}/>',
    "first": f'<path class="line ink fresh" d="{_LINE}"/>',
    "later": f'<path class="line ink tired" d="{_LINE}"/>',
    "hollow": '<circle class="hollow ink" cx="14" cy="8" r="5"/>',
    "full": '<circle class="full ink" cx="14" cy="8" r="5"/>',
    "alike": f'<rect class="allowed" {_BOX}/>',
}
_SIGNS = ("alert", "cleared", "onset", "pain", "mark", "slip")


def legend(looks: Iterable[str]) -> list[tuple[Markup, str]]:
    """Give drawing and words of what is drawn, in the order of the list above, each once."""
    wanted = set(looks)
    return [(_key(look), words) for look, words in _WORDS.items() if look in wanted]


def _key(look: str) -> Markup:
    if look in _SIGNS:
        parts = shape(look, 14.0, 8.0)
    elif look.startswith("line"):
        parts = f'<path class="{look}" d="{_LINE}"/>'
    else:
        parts = _DRAWN.get(look, f'<rect class="{look}" {_BOX}/>')
    return Markup(f'<svg class="plot key" viewBox="0 0 28 16" aria-hidden="true">{parts}</svg>')
