"""A simulated person who does sets of an exercise as it is asked for: for the virtual clip, when nobody else does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hipdrop.events import Side
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.exercise_moves import Bridges, Drop, LieDown, Lift, PelvicDrops
from hipdrop.simulate.movements import Bend, Movement, Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.watched_moves import Away, Balance, LegLifts, SideSteps

QUIET_S = 6.0  # what a set waits for before it begins, and a breath


def demo_exercise(
    name: str, legs: Sequence[Side | None], sets: int, *, repetitions: int = 0, seconds: float = 0.0,
    bends: bool = True, seed: int = 4,
) -> MovementsRun:  # fmt: skip
    """Give three bends, if they are wanted, and all sets, leg by leg; in each set there is some cheating."""
    draw = np.random.default_rng(seed)
    movements: list[Movement] = [Stand(6.0), Bend(), Bend(), Bend(), Stand(1.0)] if bends else [Stand(2.0)]
    for _ in range(sets):
        for leg in legs:
            movements += _set(name, leg, repetitions, seconds, draw)
    return perform([*movements, Stand(2.0)], RunnerConfig(seed=seed))


def _set(name: str, leg: Side | None, repetitions: int, seconds: float, draw: np.random.Generator) -> list[Movement]:
    if name == "bridge":
        cheats = {1: Lift(11.0), 3: Lift(hang_deg=11.0)}
        lifts = [cheats.get(k, Lift(24.0 + draw.normal(0.0, 1.0))) for k in range(repetitions)]
        return [LieDown(pause_s=QUIET_S), Bridges(tuple(lifts)), LieDown(up=True), Stand(1.0)]
    if name == "side-step":
        return [Stand(QUIET_S), SideSteps(seconds + 3.0, rocks=(Away(0.4 * seconds, 11.0),))]
    assert leg is not None
    if name == "pelvic-drop":
        tired = {2: Drop(4.6), 4: Drop(down_s=0.7), 6: Drop(tip_deg=5.0)}
        drops = [tired.get(k, Drop(10.0 + draw.normal(0.0, 0.7))) for k in range(repetitions)]
        return [Stand(QUIET_S), PelvicDrops(leg, tuple(drops), pause_s=1.0)]
    if name == "balance":
        return [Stand(QUIET_S), Balance(leg, seconds + 3.0, drops=(Away(0.5 * seconds, 10.0),), pause_s=0.5)]
    rolls = (Away(0.5 * seconds, 17.0),)
    lying: list[Movement] = [LieDown(leg.other, pause_s=QUIET_S), LegLifts(leg.other, seconds + 2.0, rolls=rolls)]
    return [*lying, LieDown(leg.other, up=True), Stand(1.0)]
