"""Pictures of the single-leg test for the documentation: docs/pictures/single_leg_*.png. No screen is needed.

    python docs/make_training_pictures.py

A simulated person goes through the real procedure, which the window's own code draws.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hipcal.procedures.base import Picture, Prompt
from hipdrop.calibrating.plot import SIZE_IN, CalibrationPlot
from hipdrop.calibrating.snapshot import Snapshot
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.live.window import save_picture
from hipdrop.samples import SampleBlock
from hipdrop.simulate.training_demo import demo_test
from hipdrop.training.procedures.mounted import BendsFirst
from hipdrop.training.procedures.singleleg import SingleLegProcedure

FRAME = 19
Wanted = Callable[[Prompt], bool]


def standing(prompt: Prompt) -> bool:
    """Say whether the second stand on both legs goes on."""
    return prompt.title == "Stand still on both legs" and "right leg" in prompt.how and prompt.held_s > 2.5


def raised(prompt: Prompt) -> bool:
    """Say whether the left hip has been held for 18 s: it sags."""
    return prompt.picture is Picture.RAISE_RIGHT and prompt.held_s > 18.0


def squatting(prompt: Prompt) -> bool:
    """Say whether there have been some squats on the left leg."""
    lean_deg = () if prompt.course is None else prompt.course.lean_deg
    return prompt.picture is Picture.SQUAT_LEFT and len(lean_deg) > 190 and lean_deg[-1] < -2.0


# name of the picture: when, colours
PICTURES: dict[str, tuple[Wanted, str]] = {
    "single_leg_stand.png": (standing, "light"),
    "single_leg_raise.png": (raised, "light"),
    "single_leg_squat.png": (squatting, "dark"),
}


def shown(block: SampleBlock, wanted: Wanted) -> Snapshot:
    """Lead through the test up to the moment that is wanted."""
    procedure = BendsFirst(lambda mount: SingleLegProcedure(mount, tries=1, squats=True))
    for piece in block.cut(FRAME):
        procedure.push(piece)
        if wanted(procedure.prompt):
            return Snapshot("test single-leg", procedure.prompt, "ble:hipdrop", elapsed_s=float(int(piece.t_s[-1])))
    raise SystemExit("the moment did not come")


def main() -> None:
    """Draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    folder = parser.parse_args().out
    block = demo_test(1, squats=True).block
    for name, (wanted, theme) in PICTURES.items():
        figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
        FigureCanvasAgg(figure)
        CalibrationPlot(figure, THEMES[theme]).show(shown(block, wanted))
        save_picture(figure, folder / name)
        print(folder / name)


if __name__ == "__main__":
    main()
