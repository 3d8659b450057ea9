"""Draw the pictures of the docs into docs/pictures: `python docs/make_pictures.py [NAME ...]`, all without a name.

`frames`, `wiring`, `case` and `wearing` are drawings; the others show what the chain itself makes of simulated runs of
the package's runners.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from drawing.pelvis import draw_frames
from drawing.sides import draw_sides
from drawing.steps import draw_contacts, draw_drop
from drawing.wearing import draw_case, draw_wearing
from drawing.wiring import draw_wiring
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

FOLDER = Path(__file__).with_name("pictures")
DPI = 130
PICTURES: dict[str, Callable[[], Figure]] = {
    "frames": draw_frames,
    "drop": draw_drop,
    "contacts": draw_contacts,
    "sides": draw_sides,
    "wiring": draw_wiring,
    "case": draw_case,
    "wearing": draw_wearing,
}


def main(names: list[str]) -> None:
    """Draw the pictures of these names."""
    for name in names or PICTURES:
        figure = PICTURES[name]()
        FigureCanvasAgg(figure)
        figure.savefig(FOLDER / f"{name}.png", dpi=DPI, metadata={"Software": None})


if __name__ == "__main__":
    main(sys.argv[1:])
