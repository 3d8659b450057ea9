"""The single-leg test, step by step: what it says, what it takes, keys, cuts and gaps; three bends before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from calibration.guided import lead, said
from hipcal.procedures.base import Picture
from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import SampleBlock
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.movements import Movement, Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.training_demo import demo_test
from hipdrop.simulate.training_moves import BothFeetDown, RaiseAndHold, SingleLegSquats
from hipdrop.simulate.training_truth import stance_truth
from hipdrop.training.procedures.mounted import BendsFirst
from hipdrop.training.procedures.singleleg import SingleLegProcedure, SingleLegResult, Task, tasks

LEFT = RaiseAndHold(hold_s=31.0, raise_deg=6.0, fall_after_s=15.0, fall_dps=0.5, lowest_deg=0.0, pause_s=13.0)
RIGHT = replace(LEFT, leg=Side.RIGHT, raise_deg=3.0)


@cache
def both_legs() -> MovementsRun:
    return perform([Stand(7.0), LEFT, RIGHT], RunnerConfig(seed=4, mount="random"))


def led(movements: Sequence[Movement], tries: int) -> tuple[SingleLegProcedure, list[str], list[str]]:
    run = perform(movements, RunnerConfig(seed=4))
    procedure = SingleLegProcedure(run.pelvis_from_sensor, tries=tries)
    walk = lead(procedure, run.block)
    return procedure, said(walk, "title"), said(walk, "trouble")


def result_of(procedure: SingleLegProcedure | BendsFirst) -> SingleLegResult:
    assert isinstance(procedure.result, SingleLegResult), procedure.result
    return procedure.result


def test_left_and_right_come_by_turns_and_squats_last() -> None:
    assert tasks(2, squats=True) == [
        Task(Side.LEFT, 1), Task(Side.RIGHT, 1), Task(Side.LEFT, 2), Task(Side.RIGHT, 2),
        Task(Side.LEFT, 1, squats=True), Task(Side.RIGHT, 1, squats=True),
    ]  # fmt: skip


def test_both_legs_are_led_through_and_come_out_as_they_were() -> None:
    run = both_legs()
    procedure = SingleLegProcedure(run.pelvis_from_sensor, tries=1)
    walk = lead(procedure, run.block)
    assert said(walk, "title") == [
        "Stand still on both legs", "Stand on the left leg", "Both feet down, stand still",
        "Stand still on both legs", "Stand on the right leg", "Both feet down, stand still", "Done",
    ]  # fmt: skip
    assert said(walk, "trouble") == []
    pictures = {prompt.picture for _, prompt in walk}
    assert pictures == {Picture.STAND, Picture.RAISE_LEFT, Picture.RAISE_RIGHT, Picture.DONE}
    tries = result_of(procedure).tries
    assert [one.leg for one in tries] == [Side.LEFT, Side.RIGHT]
    for number, (one, stand) in enumerate(zip(tries, (LEFT, RIGHT), strict=True), 1):
        truth = stance_truth(run, number, stand)
        assert one.raise_deg == pytest.approx(truth.raise_deg, abs=0.3)
        assert one.start_s == pytest.approx(truth.start_s, abs=0.3)
        assert one.mean_drop_deg == pytest.approx(truth.drops_deg[0], abs=0.3)


def test_the_height_is_shown_as_it_goes_on() -> None:
    run = both_legs()
    walk = lead(SingleLegProcedure(run.pelvis_from_sensor, tries=1), run.block)
    ready = next(p for t, p in walk if p.picture is Picture.RAISE_LEFT and p.held_s > 12.0)
    assert ready.course is not None
    assert ready.course.heading == "height of the right hip"
    assert ready.course.lean_deg[-1] == pytest.approx(6.0, abs=1.5)
    assert ready.course.t_s[-1] == 0.0
    assert ready.course.t_s[0] > -20.0


@pytest.mark.parametrize("cut", [1, 208, 100_000])
def test_the_same_however_it_is_cut(cut: int) -> None:
    run = both_legs()
    one, other = (SingleLegProcedure(run.pelvis_from_sensor, tries=1) for _ in range(2))
    lead(one, run.block, 19)
    lead(other, run.block, cut)
    assert [vars_of(found) for found in result_of(one).tries] == [vars_of(found) for found in result_of(other).tries]


def vars_of(one: object) -> list[object]:
    return [getattr(one, name) for name in type(one).__slots__]  # type: ignore[attr-defined]


def test_a_foot_that_comes_down_early_is_seen_and_not_waited_for() -> None:
    procedure, titles, troubles = led([Stand(7.0), replace(LEFT, hold_s=12.0)], tries=1)
    assert titles[:3] == ["Stand still on both legs", "Stand on the left leg", "Stand still on both legs"]
    assert troubles == []
    procedure.close()
    (only,) = result_of(procedure).tries
    assert only.hold_s == pytest.approx(12.0, abs=0.4)


def test_feet_that_stay_down_are_told_and_it_is_done_again() -> None:
    fake = BothFeetDown(shift_mm=35.0, height_deg=4.0, hold_s=31.0, pause_s=40.0)
    procedure, titles, troubles = led([Stand(7.0), fake, Stand(5.0)], tries=1)
    assert troubles
    assert troubles[0].startswith("both feet stayed down")
    assert titles.count("Stand still on both legs") == 2
    procedure.close()
    assert isinstance(procedure.result, Refusal)


def test_nobody_moves() -> None:
    procedure, titles, _ = led([Stand(40.0)], tries=1)
    assert titles == ["Stand still on both legs", "Stand on the left leg"]
    procedure.close()
    assert "no stand on one leg was seen" in str(procedure.result)


def test_keys_end_it_early_or_do_the_last_again() -> None:
    run = both_legs()
    block = run.block.slice(0, round(45.0 * 208))  # the left leg is done
    procedure = SingleLegProcedure(run.pelvis_from_sensor, tries=1)
    assert not procedure.prompt.enough
    lead(procedure, block)
    assert procedure.prompt.enough
    procedure.redo()
    assert procedure.prompt.step == 1
    assert not procedure.prompt.enough
    procedure = SingleLegProcedure(run.pelvis_from_sensor, tries=1)
    lead(procedure, block)
    procedure.enough()
    assert [one.leg for one in result_of(procedure).tries] == [Side.LEFT]


def test_samples_that_are_missing_begin_the_try_anew() -> None:
    run = both_legs()
    cut = round(20.0 * 208)
    late = run.block.slice(cut, len(run.t_s))
    procedure = SingleLegProcedure(run.pelvis_from_sensor, tries=1)
    lead(procedure, run.block.slice(0, cut))
    assert procedure.prompt.picture is Picture.RAISE_LEFT
    procedure.push(SampleBlock(late.t_s + 1.0, late.acc_ms2, late.gyr_rads, gap_s=1.0).slice(0, 400))
    assert "samples are missing" in procedure.prompt.trouble
    assert procedure.prompt.step == 1


def test_squats_follow() -> None:
    drops = tuple(np.linspace(2.0, 5.0, 20).tolist())
    run = perform(
        [Stand(7.0), LEFT, RIGHT, SingleLegSquats(Side.LEFT, drops, pause_s=14.0),
         SingleLegSquats(Side.RIGHT, drops, pause_s=14.0)], RunnerConfig(seed=5),
    )  # fmt: skip
    procedure = SingleLegProcedure(run.pelvis_from_sensor, tries=1, squats=True)
    walk = lead(procedure, run.block)
    assert {Picture.SQUAT_LEFT, Picture.SQUAT_RIGHT} <= {prompt.picture for _, prompt in walk}
    assert [(one.leg, len(one.drops_deg)) for one in result_of(procedure).squats] == [(Side.LEFT, 20), (Side.RIGHT, 20)]


def test_three_bends_give_the_mount_of_what_comes_behind_them() -> None:
    run = demo_test(1, squats=False)
    whole, cut = (BendsFirst(lambda mount: SingleLegProcedure(mount, tries=1)) for _ in range(2))
    assert whole.prompt.picture is Picture.STAND
    walk = lead(whole, run.block)
    assert walk[0][1].steps == 3
    assert walk[-1][1].steps == 5
    assert whole.mount is not None
    cosines = np.sum(whole.mount.pelvis_from_sensor * run.pelvis_from_sensor, axis=1)
    assert np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))).max() < 20.0  # standing is upright in one of them alone
    lead(cut, run.block, 500)
    assert [vars_of(one) for one in result_of(whole).tries] == [vars_of(one) for one in result_of(cut).tries]


def test_without_bends_there_is_no_mount_and_no_test() -> None:
    run = perform([Stand(7.0), LEFT], RunnerConfig(seed=4))
    procedure = BendsFirst(lambda mount: SingleLegProcedure(mount, tries=1))
    lead(procedure, run.block)
    procedure.close()
    assert isinstance(procedure.result, Refusal)
    assert procedure.done
