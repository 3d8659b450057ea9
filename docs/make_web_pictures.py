"""Make docs/pictures/web_page.png: the example page in a browser, with a runner whose left drop grows.

python docs/make_web_pictures.py
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

import test_web_page as messages  # noqa: E402 - beside the tests
import webpage  # noqa: E402
from hipwire import ids  # noqa: E402

STEPS = 240
BASELINE_AT = 100
SAG_FROM = 140


def steps() -> list[tuple[str, bytes]]:
    """Give steps of a runner: fresh, a baseline, then a sag of the left leg."""
    chance, played = random.Random(1), []
    for k in range(STEPS):
        left = k % 2 == 0
        level_cdeg = (520 if left else 430) + (2.2 * max(0, k - SAG_FROM) if left else 0.0)
        drop_cdeg = round(level_cdeg + chance.gauss(0.0, 60.0))
        side = ids.SIDE_LEFT if left else ids.SIDE_RIGHT
        step = messages.event(ids.EVENT_STEP, side, 99, 0, drop_cdeg, round(level_cdeg), 1664, 361)
        played.append((ids.EVENTS_UUID, step))
        if k == BASELINE_AT:
            played.append(messages.BASELINE)
    return played


def pelvis() -> list[tuple[str, bytes]]:
    """Give four seconds of the tilt stream, 83 strides a minute."""
    turn = 2.0 * math.pi * 83.0 / 60.0 / 104.0
    course = [round(600.0 * math.sin(turn * k) + 150.0 * math.sin(3.0 * turn * k)) for k in range(420)]
    return [(ids.DATA_UUID, messages.tilt(course[k : k + 10])) for k in range(0, 420, 10)]


def main() -> None:
    """Make the picture."""
    program = webpage.browser()
    if program is None:
        sys.exit("no Chromium: apt install chromium")
    with tempfile.TemporaryDirectory() as folder:
        played = [*steps(), *pelvis(), messages.RAISED]
        address = webpage.write(Path(folder), played, messages.RUNNING, pelvis=True, told=False)
        webpage.photograph(program, Path(folder), address, HERE / "pictures" / "web_page.png")


if __name__ == "__main__":
    main()
