"""Simulated sets of the watched exercises: the pelvis leaves its place now and then, or only nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from exercise_sets import LEGS, QUIET_S, done_by
from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate.exercise_moves import LieDown
from hipdrop.simulate.movements import Movement, Stand
from hipdrop.simulate.movements_run import MovementsRun
from hipdrop.simulate.watched_moves import Away, Balance, LegLifts, SideSteps
from hipdrop.training.levelled import Levelled
from hipdrop.training.posture import Posture
from hipdrop.training.table import exercises
from hipdrop.training.watch import Moment, PelvisWatch

NAMES = ("clamshell", "side-lying", "side-step", "balance")
SECONDS = 40.0
NEAR_S = 1.5  # the mean over a second is late, and a way takes 0.8 s


@dataclass(frozen=True, eq=False)
class WatchedSet:
    """A set: the run, when its quiet seconds end, and what happened when, since then."""

    name: str
    leg: Side | None
    run: MovementsRun
    mount: Array
    quiet_until_s: float
    happened: tuple[tuple[float, str], ...]


def simulated(seed: int) -> WatchedSet:
    """Give one exercise after the other."""
    draw = np.random.default_rng((seed, 23))
    name, leg = NAMES[seed % 4], LEGS[seed // 4 % 2]
    if name == "side-step":
        return _side_steps(seed, draw)
    return _balance(seed, draw, leg) if name == "balance" else _lying(seed, draw, name, leg)


def watched(one: WatchedSet) -> list[Moment]:
    """Watch it."""
    block = one.run.block
    until_s = one.quiet_until_s + SECONDS
    begins, at, ends = np.searchsorted(one.run.t_s, [one.quiet_until_s - QUIET_S, one.quiet_until_s, until_s]).tolist()
    levelled = Levelled(block.slice(begins, at), one.mount)
    posture = Posture.of(levelled.standing, one.leg)
    watch = PelvisWatch(exercises()[one.name], posture, one.run.config.rate_hz)
    watch.push(levelled.push(block.slice(at, ends)))
    watch.close()
    return watch.moments


def found_and_false(one: WatchedSet, moments: Sequence[Moment]) -> tuple[int, int]:
    """Give how many of what happened were named at their time, and how many moments were none of these."""
    left = list(moments)
    for at_s, what in one.happened:
        near = [moment for moment in left if moment.what == what and abs(moment.at_s - at_s) < NEAR_S]
        left = [moment for moment in left if moment not in near[:1]]
    return len(moments) - len(left), len(left)


def _when(draw: Generator) -> list[float]:
    """Give two to four times, 9 s apart."""
    first_s = draw.uniform(4.0, 6.0)
    return [first_s + 9.0 * number for number in range(draw.integers(2, 5))]


def _lying(seed: int, draw: Generator, name: str, leg: Side) -> WatchedSet:
    rolls, happened = [], []
    for at_s in _when(draw):
        kind = draw.integers(3)
        deg = (draw.uniform(14.0, 25.0), -draw.uniform(20.0, 28.0), draw.uniform(2.0, 5.0))[kind]
        rolls.append(Away(at_s, deg, away_s=draw.uniform(1.5, 4.0)))
        happened += [(at_s, ("rolled back", "rolled forward")[kind])] if kind < 2 else []
    work = LegLifts(leg.other, SECONDS + 2.0, draw.uniform(3.0, 5.0), draw.uniform(0.0, 4.0), tuple(rolls))
    return _set(seed, name, leg, [LieDown(leg.other), Stand(7.0), work], happened)


def _balance(seed: int, draw: Generator, leg: Side) -> WatchedSet:
    raise_deg = draw.uniform(-1.0, 4.0)
    drops, bows, happened = [], [], []
    for at_s in _when(draw):
        kind, away_s = draw.integers(3), draw.uniform(1.5, 4.0)
        if kind == 1:
            deg = draw.choice([-1.0, 1.0]) * draw.uniform(16.0, 25.0)
            bows.append(Away(at_s, deg, away_s))
            happened.append((at_s, "bent forward" if deg > 0.0 else "leaned back"))
            continue
        drops.append(Away(at_s, raise_deg + (draw.uniform(7.5, 12.0) if kind == 0 else 2.0), away_s))
        happened += [(at_s, f"the {leg.other} hip dropped")] if kind == 0 else []
    work = Balance(leg, SECONDS + 1.0, raise_deg, tuple(drops), tuple(bows), shift_s=1.0)
    return _set(seed, "balance", leg, [Stand(8.0), work], happened)


def _side_steps(seed: int, draw: Generator) -> WatchedSet:
    rocks, happened = [], []
    for at_s in _when(draw):
        kind = draw.integers(3)
        deg = (draw.uniform(10.0, 16.0), -draw.uniform(10.0, 16.0), draw.uniform(-3.0, 3.0))[kind]
        rocks.append(Away(at_s, deg, away_s=draw.uniform(1.5, 4.0)))
        happened += [(at_s, ("right side down", "left side down")[kind])] if kind < 2 else []
    work = SideSteps(SECONDS + 1.0, draw.uniform(0.9, 1.6), rock_deg=draw.uniform(1.0, 4.0), rocks=tuple(rocks))
    return _set(seed, "side-step", None, [Stand(8.0), work], happened)


def _set(
    seed: int, name: str, leg: Side | None, movements: list[Movement], happened: list[tuple[float, str]]
) -> WatchedSet:
    run, mount = done_by(seed, [*movements, Stand(1.0)])
    return WatchedSet(name, leg, run, mount, run.starts_s[len(movements) - 1], tuple(happened))
