"""Pictures of the exercises for the documentation: docs/pictures/exercise_*.png. No screen is needed.

    python docs/make_exercise_pictures.py

A simulated person does sets, and cheats now and then; the window's own code draws what it shows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hipcal.procedures.base import Prompt
from hipdrop.calibrating.plot import SIZE_IN, CalibrationPlot
from hipdrop.calibrating.snapshot import Snapshot
from hipdrop.events import Side
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.live.window import save_picture
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.training.procedures.sets import SetsProcedure
from hipdrop.training.table import exercises

FRAME = 19
Wanted = Callable[[Prompt], bool]


def position(prompt: Prompt) -> bool:
    """Say whether the quiet seconds are half over."""
    return prompt.held_s >= 2.5


def shallow(prompt: Prompt) -> bool:
    """Say whether the third repetition has just been called too shallow, and the fourth begins."""
    return prompt.large == "3" and "shallow" in prompt.trouble and prompt.course is not None and _now(prompt) > 5.0


def lifted(prompt: Prompt) -> bool:
    """Say whether the hips are up for the seventh time."""
    return prompt.large == "6" and _now(prompt) > 22.0


def rolled(prompt: Prompt) -> bool:
    """Say whether the pelvis has rolled back."""
    return prompt.trouble.startswith("rolled back") and _now(prompt) > 16.0


def _now(prompt: Prompt) -> float:
    return prompt.course.lean_deg[-1] if prompt.course and prompt.course.lean_deg else 0.0


# name of the picture: exercise, leg, when, colours
PICTURES: dict[str, tuple[str, Side | None, Wanted, str]] = {
    "exercise_position.png": ("pelvic-drop", Side.LEFT, position, "light"),
    "exercise_drop.png": ("pelvic-drop", Side.LEFT, shallow, "light"),
    "exercise_bridge.png": ("bridge", None, lifted, "dark"),
    "exercise_clamshell.png": ("clamshell", Side.RIGHT, rolled, "light"),
}


def shown(name: str, leg: Side | None, wanted: Wanted) -> Snapshot:
    """Lead through a set up to the moment that is wanted."""
    exercise = exercises()[name]
    run = demo_exercise(
        name, [leg], 1, repetitions=exercise.repetitions or 0, seconds=exercise.seconds or 0.0, bends=False
    )  # fmt: skip
    procedure = SetsProcedure(exercise, run.pelvis_from_sensor, legs=[leg])
    for piece in run.block.cut(FRAME):
        procedure.push(piece)
        if wanted(procedure.prompt):
            return Snapshot(f"exercise {name}", procedure.prompt, "ble:hipdrop", elapsed_s=float(int(piece.t_s[-1])))
    raise SystemExit("the moment did not come")


def main() -> None:
    """Draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    folder = parser.parse_args().out
    for picture, (name, leg, wanted, theme) in PICTURES.items():
        figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
        FigureCanvasAgg(figure)
        CalibrationPlot(figure, THEMES[theme]).show(shown(name, leg, wanted))
        save_picture(figure, folder / picture)
        print(folder / picture)


if __name__ == "__main__":
    main()
