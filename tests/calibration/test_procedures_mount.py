"""The guided calibration of the mount: standing, bends or running, and the stand on the left leg."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from guided import FRAME, lead, said
from mounts import do, do_with_errors, heading_error_deg

from hipcal.procedures.base import Picture, Prompt
from hipcal.procedures.mount import MountProcedure, MountResult
from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import SampleBlock
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.simulate.movements import Bend, LegStand, Movement, Stand, Walk, three_bends

WHOLE = [Walk(4.0), Stand(4.0), Bend(), Bend(), Bend(), Stand(5.0), LegStand(), Stand(4.0)]


def person(seed: int) -> list[Movement]:
    return three_bends(np.random.default_rng(seed))


def result_of(procedure: MountProcedure) -> MountResult:
    assert isinstance(procedure.result, MountResult), procedure.result
    return procedure.result


@pytest.mark.parametrize("seed", range(5))
def test_bends_give_the_mount_and_a_stand_on_the_left_leg_confirms_it(seed: int) -> None:
    run = do_with_errors([Walk(3.0), *person(seed), Stand(4.0), LegStand(), Stand(4.0)], seed)
    procedure = MountProcedure()
    walk = lead(procedure, run.block)
    result = result_of(procedure)
    assert abs(heading_error_deg(result.estimate.pelvis_from_sensor, run.pelvis_from_sensor)) < 6.0
    assert result.check is not None
    assert result.check.confirms
    assert said(walk, "trouble") == []


def test_bends_take_less_than_half_a_minute() -> None:
    run = do(WHOLE)
    procedure = MountProcedure(one_leg=False)
    walk = lead(procedure, run.block)
    assert result_of(procedure).check is None
    stood_s = next(at_s for at_s, prompt in walk if prompt.picture is Picture.STAND and prompt.held_s)
    assert walk[-1][0] - stood_s < 30.0


@pytest.mark.parametrize("cut", [1, 64, 10**6])
def test_the_cut_of_the_blocks_changes_nothing(cut: int) -> None:
    run = do(WHOLE)
    found = []
    for length in (FRAME, cut):
        procedure = MountProcedure()
        lead(procedure, run.block, length)
        result = result_of(procedure)
        found.append((result.estimate.quaternion, result.check))
    assert found[0] == found[1]


def test_each_step_is_shown_with_bends_counted() -> None:
    walk = lead(MountProcedure(), do(WHOLE).block)
    pictures = [prompt.picture for _, prompt in walk]
    order = [one for one, before in zip(pictures, [None, *pictures], strict=False) if one is not before]
    assert order == [Picture.STAND, Picture.BEND, Picture.STAND, Picture.LEFT_LEG, Picture.STAND, Picture.DONE]
    titles = said(walk, "title")
    assert titles[:5] == ["Stand still", "Bow three times", "Bow twice", "Bow once", "Stand still"]
    courses = [prompt.course for _, prompt in walk if prompt.picture is Picture.BEND and prompt.course]
    assert next(course.bends for course in courses if course.bends) == 1
    assert max(max(course.lean_deg, default=0.0) for course in courses) == pytest.approx(45.0, abs=3.0)


@pytest.mark.parametrize(
    ("movements", "words"),
    [
        ([Stand(4.0), *[Bend(pelvis_deg=15.0)] * 3], "bow deeper"),
        ([Stand(4.0), Bend(), Bend(), Bend(side_deg=25.0), Stand(3.0)], "leaning to a side"),
        ([Stand(4.0), Bend(), Bend(pelvis_deg=-30.0), Bend(), Stand(3.0)], "different ways"),
    ],
)
def test_wrong_bends_are_told_and_give_no_mount(movements: Sequence[Movement], words: str) -> None:
    procedure = MountProcedure(one_leg=False)
    walk = lead(procedure, do(movements).block)
    assert any(words in trouble for trouble in said(walk, "trouble"))
    procedure.close()
    assert isinstance(procedure.result, Refusal)


def test_after_wrong_bends_right_ones_give_the_mount() -> None:
    wrong = [Stand(4.0), Bend(), Bend(), Bend(side_deg=25.0), Stand(5.0)]
    run = do([*wrong, Bend(), Bend(), Bend(), Stand(3.0)])
    procedure = MountProcedure(one_leg=False)
    walk = lead(procedure, run.block)
    assert said(walk, "trouble") != []
    assert abs(heading_error_deg(result_of(procedure).estimate.pelvis_from_sensor, run.pelvis_from_sensor)) < 3.0


def test_redo_begins_with_the_standing() -> None:
    run = do([Stand(4.0), Bend(side_deg=25.0), Stand(5.0), Bend(), Bend(), Bend(), Stand(3.0)])
    procedure = MountProcedure(one_leg=False)
    pressed: list[float] = []

    def press(at_s: float, prompt: Prompt) -> None:
        if prompt.course is not None and prompt.course.bends and not pressed:
            procedure.redo()
            pressed.append(at_s)

    lead(procedure, run.block, act=press)
    assert pressed
    assert result_of(procedure).estimate.repetitions == 3
    assert abs(heading_error_deg(result_of(procedure).estimate.pelvis_from_sensor, run.pelvis_from_sensor)) < 3.0


def test_the_check_on_one_leg_may_be_left_out() -> None:
    procedure = MountProcedure()

    def press(at_s: float, prompt: Prompt) -> None:
        if prompt.step == 4:
            procedure.enough()

    lead(procedure, do(WHOLE).block, act=press)
    assert result_of(procedure).check is None


def test_a_clip_back_to_front_is_refused() -> None:
    """Bent backwards, as seen from the clip: the mount comes out turned about, which the left leg contradicts twice."""
    back = [Bend(pelvis_deg=-45.0)] * 3
    stand = [LegStand(), Stand(6.0)]
    procedure = MountProcedure()
    walk = lead(procedure, do([Stand(4.0), *back, Stand(5.0), *stand, *stand]).block)
    assert isinstance(procedure.result, Refusal), said(walk, "trouble")
    assert "wrong way round" in procedure.result.reason
    assert "calibrate the mount again" in procedure.result.remedy


def test_the_right_leg_once_in_place_of_the_left_is_told_and_may_be_mended() -> None:
    movements = [
        Stand(4.0),
        Bend(),
        Bend(),
        Bend(),
        Stand(5.0),
        LegStand(Side.RIGHT),
        Stand(6.0),
        LegStand(),
        Stand(5.0),
    ]
    procedure = MountProcedure()
    walk = lead(procedure, do(movements).block)
    assert any("away from the left leg" in trouble for trouble in said(walk, "trouble"))
    check = result_of(procedure).check
    assert check is not None
    assert check.confirms


def test_a_mount_that_was_contradicted_is_not_believed_unchecked() -> None:
    """Neither by Enter nor at the end of a recording."""
    movements = [Stand(4.0), *[Bend(pelvis_deg=-45.0)] * 3, Stand(5.0), LegStand(), Stand(6.0)]
    procedure = MountProcedure()
    walk = lead(procedure, do(movements).block)
    assert any("away from the left leg" in trouble for trouble in said(walk, "trouble"))
    assert not procedure.prompt.enough
    procedure.enough()
    assert not procedure.done
    procedure.close()
    assert isinstance(procedure.result, Refusal)
    assert "once" in procedure.result.reason


def test_a_gap_while_standing_begins_the_standing_again() -> None:
    block = do([Stand(12.0), Bend(), Bend(), Bend(), Stand(3.0)]).block
    procedure = MountProcedure(one_leg=False)
    lead(procedure, block.slice(0, 500))
    assert procedure.prompt.held_s > 1.0
    lead(procedure, block.slice(700, 730))
    assert procedure.prompt.held_s == 0.0
    lead(procedure, block.slice(730, len(block)))
    assert result_of(procedure).estimate.repetitions == 3


def test_running_gives_the_mount() -> None:
    run = simulate(RunnerConfig(runner="rbds001_3.5ms", minutes=0.75, stand_s=6.0, seed=3, mount="random"))
    procedure = MountProcedure("running", one_leg=False)
    for block in run.blocks:
        walk = lead(procedure, block)
    result = result_of(procedure)
    assert result.estimate.method == "running"
    assert abs(heading_error_deg(result.estimate.pelvis_from_sensor, run.pelvis_from_sensor)) < 9.0
    assert walk[-1][0] < 42.0


def test_walking_is_not_running() -> None:
    procedure = MountProcedure("running", one_leg=False)
    lead(procedure, do([Stand(5.0), Walk(40.0), Stand(3.0)]).block)
    assert procedure.prompt.picture is Picture.RUN
    assert procedure.prompt.part == 0.0
    procedure.close()
    assert isinstance(procedure.result, Refusal)


def test_samples_missing_in_a_bend_begin_it_again() -> None:
    block = do([Stand(5.0), Bend(), Bend(), Bend(), Stand(8.0), Bend(), Bend(), Bend(), Stand(3.0)]).block
    procedure = MountProcedure(one_leg=False)
    lead(procedure, block.slice(0, 1500))
    lead(procedure, block.slice(1700, 1800))
    assert "samples are missing" in procedure.prompt.trouble
    assert procedure.prompt.picture is Picture.STAND
    lead(procedure, block.slice(1800, len(block)))
    assert result_of(procedure).estimate.repetitions == 3


@pytest.mark.parametrize("fault", ["nan", "empty", "zero"])
def test_senseless_samples_give_no_mount(fault: str) -> None:
    n = 0 if fault == "empty" else 4000
    values = np.full((n, 3), np.nan if fault == "nan" else 0.0)
    procedure = MountProcedure()
    lead(procedure, SampleBlock(np.arange(n) / 208.0, values, values))
    procedure.close()
    assert isinstance(procedure.result, Refusal)
