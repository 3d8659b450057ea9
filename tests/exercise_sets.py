"""Simulated sets of the counted exercises, good and cheated, and how far what was found is from the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.spatial.transform import Rotation

from hipdrop.events import Side
from hipdrop.samples import Array
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.exercise_moves import Bridges, Drop, LieDown, Lift, PelvicDrops, TurnAbout
from hipdrop.simulate.movements import Movement, Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.sensorerrors import SensorErrors
from hipdrop.simulate.training_moves import BothFeetDown
from hipdrop.training.levelled import Levelled
from hipdrop.training.posture import Posture
from hipdrop.training.repetition import Fault, Repetition
from hipdrop.training.reps import RepCounter
from hipdrop.training.setresult import WAY
from hipdrop.training.table import exercises

QUIET_S = 5.0
MOUNT_DEG = 3.0
LEGS = (Side.LEFT, Side.RIGHT)
FAULTY = 0.3  # of the repetitions


@dataclass(frozen=True, eq=False)
class SimulatedSet:
    """A set: the run, when its quiet seconds end, and what is true of each repetition."""

    name: str
    leg: Side | None
    run: MovementsRun
    mount: Array
    quiet_until_s: float
    faults: tuple[frozenset[Fault], ...]
    starts_s: tuple[float, ...]
    figures: tuple[tuple[float, float, float, float], ...]  # of each: depth, way out and back as a whole, hold


def simulated(seed: int) -> SimulatedSet:
    """Give pelvic drops for even seeds, bridges for odd ones."""
    return _drops(seed) if seed % 2 == 0 else _bridges(seed)


def counted(one: SimulatedSet, cut: int = 500) -> list[Repetition]:
    """Count it, from blocks of so many samples."""
    block = one.run.block
    begins, at = np.searchsorted(one.run.t_s, [one.quiet_until_s - QUIET_S, one.quiet_until_s]).tolist()
    levelled = Levelled(block.slice(begins, at), one.mount)
    counter = RepCounter(exercises()[one.name], Posture.of(levelled.standing, one.leg), one.run.config.rate_hz)
    for start in range(at, len(block), cut):
        counter.push(levelled.push(block.slice(start, min(start + cut, len(block)))))
    counter.close()
    return counter.repetitions


@dataclass(frozen=True)
class Score:
    """Repetitions too many; faults that are there, found, and found where there are none; errors of figures (n, 4)."""

    extra: int
    there: int
    named: int
    clean: int
    false: int
    errors: Array


def scored(one: SimulatedSet, found: Sequence[Repetition]) -> Score:
    """Compare: each true repetition with the found one that begins nearest to it."""
    there = named = clean = false = 0
    errors = []
    for start_s, faults, figures in zip(one.starts_s, one.faults, one.figures, strict=True):
        near = min(found, key=lambda rep: abs(rep.start_s - start_s), default=None)
        said = set()
        if near is not None and abs(near.start_s - start_s) <= 1.5:
            said = set(near.faults)
            errors.append(np.subtract((near.depth_deg, WAY * near.out_s, WAY * near.back_s, near.hold_s), figures))
        there += len(faults)
        named += len(faults & said)
        clean += len(Fault) - len(faults)
        false += len(said - faults)
    return Score(len(found) - len(one.faults), there, named, clean, false, np.array(errors))


def done_by(seed: int, movements: list[Movement]) -> tuple[MovementsRun, Array]:
    """Give movements as a sensor with errors of its own sees them, and a mount that is off by up to 3 deg."""
    draw = np.random.default_rng((seed, 8))
    errors = SensorErrors(
        gyr_bias_dps=tuple(draw.normal(0.0, 0.3, 3)), acc_offset_mg=tuple(draw.normal(0.0, 5.0, 3)),
        gyr_scale_percent=tuple(draw.normal(0.0, 0.3, 3)),
    )  # fmt: skip
    run = perform(movements, RunnerConfig(seed=seed, mount="random", sensor_errors=errors))
    axis = draw.normal(size=3)
    off = np.deg2rad(draw.uniform(0.0, MOUNT_DEG)) * axis / np.linalg.norm(axis)
    return run, np.asarray(Rotation.from_rotvec(off).as_matrix() @ run.pelvis_from_sensor)


def _drops(seed: int) -> SimulatedSet:
    """Drops of one person's own depth and pace; before them fidgets on both feet, behind them walking about."""
    draw = np.random.default_rng((seed, 21))
    leg = LEGS[seed // 2 % 2]
    depth_deg, pace, count = draw.uniform(8.0, 14.0), draw.uniform(0.75, 1.5), int(draw.integers(5, 13))
    drawn = [_drop(draw, depth_deg, pace) for _ in range(count)]
    swings = ((draw.uniform(1.0, 2.0), draw.uniform(-2.0, 2.0)),) if draw.random() < 0.4 else ()
    work = PelvicDrops(
        leg, tuple(drop for drop, _ in drawn), raise_deg=draw.uniform(-2.0, 3.0), before_s=draw.uniform(1.5, 4.0),
        shift_mm=draw.uniform(60.0, 100.0), sway_factor=draw.uniform(1.2, 2.2), swings=swings,
    )  # fmt: skip
    fidgets: list[Movement] = [
        BothFeetDown(LEGS[draw.integers(2)], draw.uniform(0.0, 40.0), draw.uniform(-2.5, 2.5),
                     draw.uniform(-20.0, 20.0), hold_s=draw.uniform(0.5, 4.0), pause_s=1.0)
        for _ in range(draw.integers(0, 3))
    ]  # fmt: skip
    movements = [Stand(7.0), *fidgets, work, TurnAbout(turn_deg=draw.choice([-180.0, 0.0, 180.0])), Stand(2.0)]
    run, mount = done_by(seed, movements)
    begins_s = run.starts_s[1 + len(fidgets)]
    last = len(drawn) - 1  # behind it they stand as long as they like
    return SimulatedSet(
        "pelvic-drop", leg, run, mount, 7.0, tuple(faults for _, faults in drawn),
        tuple(begins_s + start_s for start_s in work.starts_s),
        tuple(
            (drop.depth_deg, drop.down_s, drop.up_s, drop.level_s if number < last else np.nan)
            for number, drop in enumerate(work.drops)
        ),
    )  # fmt: skip


def _drop(draw: Generator, depth_deg: float, pace: float) -> tuple[Drop, frozenset[Fault]]:
    depth_deg = max(7.5, depth_deg + draw.normal(0.0, 1.0))
    down_s, up_s = 2.0 * pace * draw.uniform(0.85, 1.15, 2)
    tip_deg, bow_deg, fault = draw.normal(0.0, 0.3), draw.normal(0.0, 1.5), _fault(draw)
    if fault is Fault.SHALLOW:
        depth_deg = draw.uniform(4.3, 5.0)
    elif fault is Fault.QUICK:
        down_s, up_s = (draw.uniform(0.5, 0.85), up_s) if draw.random() < 0.5 else (down_s, draw.uniform(0.5, 0.85))
    elif fault is Fault.LEANING and draw.random() < 0.5:
        tip_deg = draw.uniform(4.0, 7.0)
    elif fault is Fault.LEANING:
        bow_deg = draw.choice([-1.0, 1.0]) * draw.uniform(11.0, 20.0)
    drop = Drop(
        depth_deg, tip_deg, bow_deg, draw.uniform(0.0, 20.0), down_s, draw.uniform(0.0, 1.0), up_s,
        draw.uniform(0.4, 3.0),
    )  # fmt: skip
    return drop, frozenset() if fault is None else frozenset({fault})


def _bridges(seed: int) -> SimulatedSet:
    draw = np.random.default_rng((seed, 22))
    lift_deg, pace, count = draw.uniform(19.0, 30.0), draw.uniform(0.75, 1.5), int(draw.integers(5, 13))
    drawn = [_lift(draw, lift_deg, pace) for _ in range(count)]
    shifts = tuple((at_s, draw.uniform(-4.0, 4.0)) for at_s in (0.5, 3.5) if draw.random() < 0.5)
    work = Bridges(tuple(lift for lift, _ in drawn), before_s=draw.uniform(6.0, 8.0), shifts=shifts)
    run, mount = done_by(seed, [LieDown(), Stand(7.0), work, LieDown(up=True), Stand(2.0)])
    begins_s = run.starts_s[2]
    return SimulatedSet(
        "bridge", None, run, mount, begins_s, tuple(faults for _, faults in drawn),
        tuple(begins_s + start_s for start_s in work.starts_s),
        tuple((lift.lift_deg, lift.up_s, lift.down_s, lift.top_s) for lift in work.lifts),
    )  # fmt: skip


def _lift(draw: Generator, lift_deg: float, pace: float) -> tuple[Lift, frozenset[Fault]]:
    lift_deg = max(18.0, lift_deg + draw.normal(0.0, 1.5))
    up_s, down_s = 2.0 * pace * draw.uniform(0.85, 1.15, 2)
    hang_deg, fault = draw.normal(0.0, 1.5), _fault(draw)
    if fault is Fault.SHALLOW:
        lift_deg = draw.uniform(8.5, 13.0)
    elif fault is Fault.QUICK:
        up_s, down_s = (draw.uniform(0.5, 0.85), down_s) if draw.random() < 0.5 else (up_s, draw.uniform(0.5, 0.85))
    elif fault is Fault.LEANING:
        hang_deg = draw.choice([-1.0, 1.0]) * draw.uniform(9.0, 15.0)
    lift = Lift(lift_deg, hang_deg, up_s, draw.uniform(0.2, 4.0), down_s, draw.uniform(0.2, 2.0))
    return lift, frozenset() if fault is None else frozenset({fault})


def _fault(draw: Generator) -> Fault | None:
    return list(Fault)[draw.integers(len(Fault))] if draw.random() < FAULTY else None
