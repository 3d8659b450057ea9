"""Pictures of the guided calibration for the documentation: docs/pictures/calibrate_*.png. No screen is needed.

    python docs/make_calibration_pictures.py

Simulated hands and a simulated wearer go through the real procedures, which the window's own code draws.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hipcal.procedures.base import Procedure, Prompt
from hipcal.procedures.mount import MountProcedure
from hipcal.procedures.sensor import SensorProcedure
from hipdrop.calibrating.plot import SIZE_IN, CalibrationPlot
from hipdrop.calibrating.snapshot import Snapshot
from hipdrop.live.stage import BASE_DPI
from hipdrop.live.theme import THEMES
from hipdrop.live.window import save_picture
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.handposes import hold, six_faces
from hipdrop.simulate.movements import Bend, LegStand, Movement, Stand
from hipdrop.simulate.movements_run import perform
from hipdrop.simulate.sensorerrors import SensorErrors

RATE_HZ, FRAME, SEED = 208.0, 19, 7
Wanted = Callable[[Prompt], bool]


def table_and_poses() -> SampleBlock:
    """Lay a clip with errors on a table, then hold it in the six poses."""
    draws = np.random.default_rng(SEED)
    chip = Chip(errors=SensorErrors.random(draws))
    n = round(8.0 * RATE_HZ)
    force = np.tile([0.0, 0.0, STANDARD_GRAVITY_MS2], (n, 1))
    acc, gyr_dps = chip.read(force, np.zeros((n, 3)), RATE_HZ, *draws.spawn(2))
    poses = hold(six_faces(draws), draws, chip, rate_hz=RATE_HZ)
    acc, gyr = np.vstack([acc, poses.acc_ms2]), np.vstack([np.radians(gyr_dps), poses.gyr_rads])
    return SampleBlock(np.arange(len(acc)) / RATE_HZ, acc, gyr)


def bends() -> SampleBlock:
    """Stand, bow three times, stand, then on the left leg."""
    movements: list[Movement] = [Stand(5.0), Bend(), Bend(), Bend(), Stand(5.0), LegStand(), Stand(4.0)]
    return perform(movements, RunnerConfig(seed=SEED)).block


def posing(prompt: Prompt) -> bool:
    """Say whether the fifth pose is being held."""
    return prompt.ball is not None and len(prompt.ball.covered) == 4 and prompt.held_s > 1.0


def turning(prompt: Prompt) -> bool:
    """Say whether the clip is on its way to the third pose."""
    return prompt.ball is not None and len(prompt.ball.covered) == 2 and prompt.moving


def bowing(prompt: Prompt) -> bool:
    """Say whether the second bend is at its deepest."""
    course = prompt.course
    return course is not None and course.bends == 1 and bool(course.lean_deg) and course.lean_deg[-1] > 42.0


def on_left_leg(prompt: Prompt) -> bool:
    """Say whether the stand on the left leg goes on."""
    return prompt.title == "Stand on the left leg" and prompt.held_s > 1.5


# name of the picture: calibration, its procedure, what is done, when, colours
PICTURES: dict[str, tuple[str, Callable[[], Procedure], Callable[[], SampleBlock], Wanted, str]] = {
    "calibrate_pose.png": ("sensor", SensorProcedure, table_and_poses, posing, "light"),
    "calibrate_moving.png": ("sensor", SensorProcedure, table_and_poses, turning, "light"),
    "calibrate_bend.png": ("mount", MountProcedure, bends, bowing, "light"),
    "calibrate_leg.png": ("mount", MountProcedure, bends, on_left_leg, "dark"),
}


def shown(what: str, procedure: Procedure, block: SampleBlock, wanted: Wanted) -> Snapshot:
    """Lead through it up to the moment that is wanted."""
    for piece in block.cut(FRAME):
        procedure.push(piece)
        if wanted(procedure.prompt):
            return Snapshot(what, procedure.prompt, "ble:hipdrop", elapsed_s=float(int(piece.t_s[-1])))
    raise SystemExit(f"{what}: the moment did not come")


def main() -> None:
    """Draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    folder = parser.parse_args().out
    for name, (what, make, do, wanted, theme) in PICTURES.items():
        figure = Figure(figsize=SIZE_IN, dpi=BASE_DPI)
        FigureCanvasAgg(figure)
        CalibrationPlot(figure, THEMES[theme]).show(shown(what, make(), do(), wanted))
        save_picture(figure, folder / name)
        print(folder / name)


if __name__ == "__main__":
    main()
