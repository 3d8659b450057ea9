"""A simulated person who does the single-leg test as it asks for: for the virtual clip, when there is nobody else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hipdrop.events import Side
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.movements import Bend, Movement, Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.training_moves import RaiseAndHold, SingleLegSquats, Touch

PAUSE_S = 12.0  # between two tries: what the test waits for before it goes on, and a breath
LEFT = RaiseAndHold(Side.LEFT, hold_s=31.0, raise_deg=5.5, pause_s=PAUSE_S, sway_factor=2.5)
# the weaker leg of this person: less of a raise, and it sags below level
RIGHT = replace(LEFT, leg=Side.RIGHT, raise_deg=3.5, fall_after_s=9.0, fall_dps=0.35, lowest_deg=-3.0)


def demo_test(tries: int, *, squats: bool, seed: int = 3) -> MovementsRun:
    """Give three bends and the whole test, as often as it is asked for."""
    draw = np.random.default_rng(seed)
    movements: list[Movement] = [Stand(6.0), Bend(), Bend(), Bend(), Stand(11.0)]
    for number in range(tries):
        touches = (Touch(20.0),) if number == 1 else ()
        movements += [
            replace(LEFT, raise_deg=LEFT.raise_deg + draw.normal(0.0, 0.4)),
            replace(RIGHT, raise_deg=RIGHT.raise_deg + draw.normal(0.0, 0.4), touches=touches),
        ]
    for side, last_deg in ((Side.LEFT, 3.0), (Side.RIGHT, 5.0)) if squats else ():
        drops = tuple((np.linspace(2.5, last_deg, 20) + draw.normal(0.0, 0.4, 20)).tolist())
        movements.append(SingleLegSquats(side, drops, pause_s=PAUSE_S))
    return perform([*movements, Stand(3.0)], RunnerConfig(seed=seed))
