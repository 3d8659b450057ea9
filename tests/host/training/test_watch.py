"""Watching that the pelvis stays: what is named, what is not, in all positions."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.events import Side
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.exercise_moves import LieDown
from hipdrop.simulate.movements import Movement, Stand
from hipdrop.simulate.movements_run import perform
from hipdrop.simulate.watched_moves import Away, Balance, LegLifts, SideSteps
from hipdrop.training.levelled import Levelled
from hipdrop.training.posture import Posture
from hipdrop.training.table import exercises
from hipdrop.training.watch import PelvisWatch

QUIET_S = 5.0
LEGS = (Side.LEFT, Side.RIGHT)


def watched(
    name: str, leg: Side | None, movements: list[Movement], quiet_until_s: float, cut: int = 400
) -> PelvisWatch:
    """Watch what is done after the quiet seconds, to its end."""
    run = perform(movements, RunnerConfig(seed=5, mount="random"))
    begins, at = np.searchsorted(run.t_s, [quiet_until_s - QUIET_S, quiet_until_s]).tolist()
    levelled = Levelled(run.block.slice(begins, at), run.pelvis_from_sensor)
    posture = Posture.of(levelled.standing, leg)
    assert posture.trouble(exercises()[name].start) == ""
    watch = PelvisWatch(exercises()[name], posture, run.config.rate_hz)
    for start in range(at, len(run.t_s), cut):
        watch.push(levelled.push(run.block.slice(start, min(len(run.t_s), start + cut))))
    watch.close()
    return watch


def lying(leg: Side, *rolls: Away) -> list[Movement]:
    """Lie on the other side, keep quiet, lift the leg."""
    return [LieDown(leg.other, pause_s=7.0), LegLifts(leg.other, rolls=rolls)]


@pytest.mark.parametrize("leg", LEGS)
@pytest.mark.parametrize("name", ["clamshell", "side-lying"])
def test_rolling_back_is_named(name: str, leg: Side) -> None:
    watch = watched(name, leg, lying(leg, Away(10.0, 16.0), Away(30.0, 20.0)), 11.0)
    assert [moment.what for moment in watch.moments] == ["rolled back"] * 2
    assert [moment.at_s for moment in watch.moments] == pytest.approx([10.8, 30.8], abs=0.7)
    assert [moment.worst_deg for moment in watch.moments] == pytest.approx([17.5, 21.5], abs=2.0)
    away_s = sum(moment.for_s for moment in watch.moments)
    assert away_s == pytest.approx(6.0, abs=1.5)
    assert watch.within_s == pytest.approx(watch.watched_s - away_s, abs=0.2)


@pytest.mark.parametrize("leg", LEGS)
def test_a_pelvis_that_stays_is_left_alone(leg: Side) -> None:
    watch = watched("clamshell", leg, lying(leg), 11.0)
    assert watch.moments == []
    assert watch.within_s == pytest.approx(watch.watched_s)
    assert watch.watched_s == pytest.approx(45.0, abs=0.2)


def test_rolling_forward_is_named_later() -> None:
    assert watched("clamshell", Side.LEFT, lying(Side.LEFT, Away(20.0, -12.0)), 11.0).moments == []
    (moment,) = watched("clamshell", Side.LEFT, lying(Side.LEFT, Away(20.0, -20.0)), 11.0).moments
    assert moment.what == "rolled forward"


@pytest.mark.parametrize("leg", LEGS)
def test_a_dropped_hip_and_a_bow_in_balance(leg: Side) -> None:
    stand = Balance(leg, drops=(Away(8.0, 10.0),), bows=(Away(18.0, 18.0),))
    watch = watched("balance", leg, [Stand(8.0), stand], 8.0)
    assert [moment.what for moment in watch.moments] == [f"the {leg.other} hip dropped", "bent forward"]
    assert watched("balance", leg, [Stand(8.0), Balance(leg)], 8.0).moments == []


def test_side_steps_may_rock_a_little() -> None:
    assert watched("side-step", None, [Stand(8.0), SideSteps()], 8.0).moments == []
    (moment,) = watched("side-step", None, [Stand(8.0), SideSteps(rocks=(Away(12.0, 11.0),))], 8.0).moments
    assert moment.what == "right side down"


def test_the_same_however_it_is_cut() -> None:
    movements = lying(Side.LEFT, Away(10.0, 16.0))
    one, other = (watched("clamshell", Side.LEFT, movements, 11.0, cut) for cut in (13, 10**6))
    assert one.moments == other.moments
    assert one.within_s == other.within_s


@pytest.mark.parametrize(
    ("movements", "name", "leg", "words"),
    [
        ([Stand(12.0)], "clamshell", Side.LEFT, "you do not lie on your side; lie on the right one"),
        ([LieDown(Side.LEFT), Stand(8.0)], "clamshell", Side.LEFT, "you lie on the left side; lie on the right one"),
        ([LieDown(), Stand(8.0)], "balance", Side.LEFT, "you do not stand; stand up straight"),
        ([Stand(12.0)], "bridge", None, "you do not lie on your back; lie down, knees bent"),
    ],
)
def test_a_wrong_position_is_named(movements: list[Movement], name: str, leg: Side | None, words: str) -> None:
    run = perform(movements, RunnerConfig(seed=5))
    begins, at = np.searchsorted(run.t_s, [6.0, 11.0]).tolist()
    quiet = Levelled(run.block.slice(begins, at), run.pelvis_from_sensor).standing
    assert Posture.of(quiet, leg).trouble(exercises()[name].start) == words
