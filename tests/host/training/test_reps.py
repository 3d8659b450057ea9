"""Counting repetitions: what is one, what is none, and what was wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from exercise_sets import counted, simulated
from hipdrop.events import Side
from hipdrop.samples import Array, SampleBlock
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.exercise_moves import Bridges, Drop, LieDown, Lift, PelvicDrops, TurnAbout
from hipdrop.simulate.movements import LegStand, Movement, Stand, Walk, minimum_jerk
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.training_moves import BothFeetDown, RaiseAndHold, Wobble
from hipdrop.training.levelled import Levelled
from hipdrop.training.posture import Posture
from hipdrop.training.repetition import Columns, Fault, Repetition, measured
from hipdrop.training.reps import RepCounter
from hipdrop.training.table import Counting, exercises

RATE_HZ = 50.0
QUIET_S = 6.0
LEGS = (Side.LEFT, Side.RIGHT)
RULES = cast("Counting", exercises()["pelvic-drop"].count)


def columns(way: Array, **others: Array) -> Columns:
    """Give columns of a way out and back, everything else at rest."""
    n = len(way)
    rest = {name: np.zeros(n) for name in ("lean_deg", "aside_ms2", "turned_deg", "shaken_m2s4", "rolled")}
    rest["up_ms2"] = accelerated(-1.5e-3 * way)  # it sinks
    return Columns(t_s=np.arange(n) / RATE_HZ, out_deg=way, **rest | others)


def accelerated(way_m: Array) -> Array:
    """Differentiate twice."""
    return np.asarray(np.gradient(np.gradient(way_m, 1 / RATE_HZ), 1 / RATE_HZ))


def smooth_way(depth_deg: float, down_s: float, hold_s: float, up_s: float) -> Array:
    """A second of rest, down, held, up, a second of rest: minimum jerk."""
    t_s = np.arange(round((2.0 + down_s + hold_s + up_s) * RATE_HZ)) / RATE_HZ - 1.0
    return depth_deg * (minimum_jerk(t_s / down_s) - minimum_jerk((t_s - down_s - hold_s) / up_s))


def count(movements: list[Movement], name: str, leg: Side | None, quiet_until_s: float) -> list[Repetition]:
    """Count what was done after quiet seconds that end then."""
    run = perform(movements, RunnerConfig(seed=3))
    counter, levelled, rest = begun(run, name, leg, quiet_until_s)
    counter.push(levelled.push(rest))
    counter.close()
    return counter.repetitions


def begun(
    run: MovementsRun, name: str, leg: Side | None, quiet_until_s: float
) -> tuple[RepCounter, Levelled, SampleBlock]:
    """Give counter, angles and what is still to be pushed."""
    begins, at = np.searchsorted(run.t_s, [quiet_until_s - QUIET_S, quiet_until_s]).tolist()
    levelled = Levelled(run.block.slice(begins, at), run.pelvis_from_sensor)
    counter = RepCounter(exercises()[name], Posture.of(levelled.standing, leg), run.config.rate_hz)
    return counter, levelled, run.block.slice(at, len(run.block))


def test_times_of_a_smooth_way_are_those_of_minimum_jerk() -> None:
    found = measured(columns(smooth_way(10.0, 2.0, 1.0, 3.0)), RULES)
    assert found is not None
    share = np.linspace(0.0, 1.0, 10001)
    part = float(np.diff(np.interp([0.2, 0.8], minimum_jerk(share), share))[0])  # of the whole way, by time
    assert found.out_s == pytest.approx(2.0 * part, abs=0.03)
    assert found.back_s == pytest.approx(3.0 * part, abs=0.05)
    assert found.depth_deg == pytest.approx(10.0, abs=0.1)
    assert found.faults == ()


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        (smooth_way(5.0, 2.0, 0.5, 2.0), Fault.SHALLOW),
        (smooth_way(10.0, 0.9, 0.5, 2.0), Fault.QUICK),
        (smooth_way(10.0, 2.0, 0.5, 0.9), Fault.QUICK),
    ],
)
def test_a_fault_is_named(way: Array, fault: Fault) -> None:
    found = measured(columns(way), RULES)
    assert found is not None
    assert found.faults == (fault,)


def test_both_too_shallow_and_too_quick_is_none() -> None:
    assert measured(columns(smooth_way(5.0, 0.9, 0.5, 0.9)), RULES) is None


def test_leaning_is_seen_in_tilt() -> None:
    way = smooth_way(10.0, 2.0, 1.0, 2.0)
    bowed = measured(columns(way, lean_deg=-1.2 * way), RULES)
    assert bowed is not None
    assert bowed.faults == (Fault.LEANING,)
    assert bowed.lean_deg == pytest.approx(-12.0, abs=0.1)


def test_leaning_is_seen_in_the_way_to_the_side() -> None:
    way = smooth_way(10.0, 2.0, 1.0, 2.0)
    aside_ms2 = accelerated(7e-3 * way)  # 70 mm at the bottom
    found = measured(columns(way, aside_ms2=aside_ms2 + 0.05), RULES)  # a steady error of the sensor is no way
    assert found is not None
    assert found.lean_mm == pytest.approx(70.0, abs=4.0)
    assert found.faults == (Fault.LEANING,)


@pytest.mark.parametrize("other", [{"turned_deg": 90.0}, {"shaken_m2s4": 2.0}])
def test_who_turns_or_walks_does_no_repetition(other: dict[str, float]) -> None:
    way = smooth_way(10.0, 2.0, 1.0, 2.0)
    moved = {name: value * np.linspace(0.0, 1.0, len(way)) for name, value in other.items()}
    assert measured(columns(way), RULES) is not None
    assert measured(columns(way, **moved), RULES) is None


@pytest.mark.parametrize("seed", [4, 5])
def test_the_same_however_it_is_cut(seed: int) -> None:
    one = simulated(seed)
    whole = counted(one, cut=10**6)
    assert whole
    assert counted(one, cut=17) == whole
    assert counted(one, cut=1000) == whole


def test_a_set_of_drops_with_a_cheat_of_each_kind() -> None:
    drops = (Drop(), Drop(4.7), Drop(down_s=0.7), Drop(tip_deg=5.0), Drop(bow_deg=-14.0), Drop(level_s=0.4), Drop())
    for leg in LEGS:
        found = count([Stand(8.0), PelvicDrops(leg, drops), Stand(3.0)], "pelvic-drop", leg, 8.0)
        said = [set(one.faults) for one in found]
        lean = {Fault.LEANING}
        assert said == [set(), {Fault.SHALLOW}, {Fault.QUICK}, lean, lean, set(), set()]
        assert found[0].depth_deg == pytest.approx(10.0, abs=1.0)
        assert found[0].hold_s == pytest.approx(1.5, abs=0.5)
        assert found[0].steadiness_deg is not None
        assert found[0].steadiness_deg < 1.0


def test_a_set_of_bridges() -> None:
    lifts = (Lift(), Lift(12.0), Lift(up_s=0.7), Lift(hang_deg=11.0), Lift(top_s=5.0))
    movements: list[Movement] = [LieDown(), Stand(7.0), Bridges(lifts), LieDown(up=True), Stand(2.0)]
    found = count(movements, "bridge", None, 12.0)
    assert [set(one.faults) for one in found] == [set(), {Fault.SHALLOW}, {Fault.QUICK}, {Fault.LEANING}, set()]
    assert found[0].hold_deg == pytest.approx(24.0, abs=1.0)
    assert found[4].hold_s == pytest.approx(5.0, abs=1.5)


@pytest.mark.parametrize(
    "movements",
    [
        [Stand(20.0)],
        [LegStand(hold_s=20.0, sway=3.0)],
        [RaiseAndHold(hold_s=20.0, fall_after_s=3.0, fall_dps=0.3, wobbles=(Wobble(9.0, 2.0, 8.0),))],
        [
            BothFeetDown(hold_s=3.0, height_deg=2.5, turn_deg=15.0, shift_mm=40.0),
            BothFeetDown(shift_mm=50.0, hold_s=2.0),
        ],
        [Walk(8.0), TurnAbout(), TurnAbout(turn_deg=0.0)],
    ],
    ids=["standing", "one leg", "a sag and a wobble", "fidgets", "walking about"],
)
@pytest.mark.parametrize("leg", LEGS)
def test_what_is_no_repetition_is_not_counted(movements: list[Movement], leg: Side) -> None:
    moved = [replace(one, leg=leg) if isinstance(one, LegStand | RaiseAndHold) else one for one in movements]
    assert count([Stand(8.0), *moved, Stand(2.0)], "pelvic-drop", leg, 8.0) == []


def test_drops_on_the_other_leg_are_not_counted() -> None:
    for leg in LEGS:
        assert count([Stand(8.0), PelvicDrops(leg), Stand(2.0)], "pelvic-drop", leg.other, 8.0) == []


def test_nothing_at_all() -> None:
    run = perform([Stand(10.0)], RunnerConfig(seed=3))
    counter, levelled, rest = begun(run, "bridge", None, 8.0)
    counter.push(levelled.push(rest.slice(0, 0)))
    counter.close()
    assert counter.count == 0
    assert counter.repetitions == []
