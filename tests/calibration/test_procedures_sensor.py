"""The guided calibration of the sensor: what it asks for, what it takes, and what it makes of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from guided import FRAME, Walk, held, inclination_rms_deg, lead, on_table, said, then

from hipcal.coverage import next_direction
from hipcal.procedures.base import Picture, Prompt
from hipcal.procedures.sensor import HOLD_S, MOST_POSES, SensorProcedure, SensorResult, title_of
from hipcal.refusal import Refusal
from hipdrop.samples import SampleBlock
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.handposes import FACES, any_directions, six_faces
from hipdrop.simulate.sensorerrors import SensorErrors


def chip_of(seed: int) -> Chip:
    return Chip(errors=SensorErrors.random(np.random.default_rng(seed)))


def whole(seed: int, chip: Chip) -> SampleBlock:
    """Seven seconds on a table, then the six faces by hand."""
    return then(on_table(7.0, chip, seed), held(six_faces(np.random.default_rng(seed)), chip, seed))


def result_of(procedure: SensorProcedure) -> SensorResult:
    assert isinstance(procedure.result, SensorResult), procedure.result
    return procedure.result


@pytest.mark.parametrize("seed", range(4))
def test_six_poses_take_the_errors_off(seed: int) -> None:
    chip = chip_of(seed)
    procedure = SensorProcedure(poses=6)
    walk = lead(procedure, whole(seed, chip))
    result = result_of(procedure)
    assert inclination_rms_deg((result.acc.matrix, result.acc.offset_ms2), chip.errors) < 0.5
    np.testing.assert_allclose(result.gyro.bias_dps, chip.errors.gyr_bias_dps, atol=0.05)
    assert walk[-1][0] < 60.0
    assert result.rest[1] - result.rest[0] == pytest.approx(5.0, abs=0.2)
    assert all(stop - start >= HOLD_S - 0.2 for start, stop in result.poses)


@pytest.mark.parametrize("cut", [1, 7, 208, 10**6])
def test_the_cut_of_the_blocks_changes_nothing(cut: int) -> None:
    chip = chip_of(3)
    block = whole(3, chip)
    found = []
    for length in (FRAME, cut):
        procedure = SensorProcedure(poses=6)
        lead(procedure, block, length)
        found.append(result_of(procedure))
    assert dataclasses.asdict(found[0]) == dataclasses.asdict(found[1])


def test_it_asks_for_a_face_that_is_missing_and_says_how_far_it_is() -> None:
    chip = chip_of(1)
    procedure = SensorProcedure()
    walk = lead(procedure, whole(1, chip))
    poses = [prompt for _, prompt in walk if prompt.picture is Picture.POSE]
    for prompt in poses:
        assert prompt.ball is not None
        covered = np.array(prompt.ball.covered).reshape(-1, 3)
        np.testing.assert_allclose(prompt.ball.wanted, next_direction(covered))
    assert max(len(prompt.ball.covered) for prompt in poses if prompt.ball) == 6
    assert [prompt.enough for prompt in poses][-1]
    assert not any(prompt.enough for prompt in poses if prompt.ball and len(prompt.ball.covered) < 6)
    good = said(walk, "good")
    assert good[0].startswith("gyroscope good")
    assert good[1] == f"1 pose of {MOST_POSES}"
    assert "error to be expected 0." in good[-1]
    procedure.enough()
    assert result_of(procedure).acc.poses == 6


def test_held_seconds_and_movement_are_told() -> None:
    chip = chip_of(2)
    walk = lead(SensorProcedure(), whole(2, chip))
    table = [prompt for _, prompt in walk if prompt.picture is Picture.TABLE]
    assert table[0].held_s == 0.0
    assert table[-1].part > 0.9
    poses = [prompt for _, prompt in walk if prompt.picture is Picture.POSE]
    held_s = [prompt.held_s for prompt in poses if prompt.hold_s]
    assert 0.0 in held_s
    assert max(held_s) > HOLD_S - 0.3
    assert any(prompt.moving for prompt in poses)


def test_a_clip_in_the_hand_is_no_table() -> None:
    chip = chip_of(1)
    procedure = SensorProcedure()
    walk = lead(procedure, held(FACES[:1], chip, hold_s=15.0))
    assert procedure.prompt.picture is Picture.TABLE
    assert any("shaken" in word or "turned" in word for word in said(walk, "trouble"))
    procedure.close()
    assert isinstance(procedure.result, Refusal)


def test_a_pose_that_is_too_short_is_none() -> None:
    chip = chip_of(1)
    procedure = SensorProcedure()
    lead(procedure, then(on_table(7.0, chip), held(FACES, chip, hold_s=1.2)))
    procedure.close()
    assert isinstance(procedure.result, Refusal)
    assert "0 poses" in procedure.result.reason


def test_a_pose_that_moves_is_none() -> None:
    """A clip that is turned all the time is nowhere still."""
    chip = chip_of(1)
    procedure = SensorProcedure()
    lead(procedure, then(on_table(7.0, chip), held(FACES, chip, hold_s=0.05, move_s=4.0)))
    assert procedure.prompt.ball is not None
    assert procedure.prompt.ball.covered == ()


def test_the_same_pose_again_is_refused_with_what_to_do() -> None:
    chip = chip_of(1)
    procedure = SensorProcedure()
    walk = lead(procedure, then(on_table(7.0, chip), held(np.array([FACES[0], FACES[1], FACES[0]]), chip)))
    assert said(walk, "trouble") == ["that is pose 1 again; turn it further, as in the picture"]
    assert procedure.prompt.ball is not None
    assert len(procedure.prompt.ball.covered) == 2


def test_too_few_poses_are_refused_when_no_more_come() -> None:
    chip = chip_of(1)
    procedure = SensorProcedure()
    lead(procedure, then(on_table(7.0, chip), held(FACES[:4], chip)))
    procedure.enough()
    assert not procedure.done
    procedure.close()
    assert isinstance(procedure.result, Refusal)
    assert "it takes 6" in procedure.result.reason


def test_redo_throws_the_last_pose_away_then_the_table() -> None:
    chip = chip_of(1)
    procedure = SensorProcedure()
    lead(procedure, then(on_table(7.0, chip), held(FACES[:2], chip)))
    covered = [len(procedure.prompt.ball.covered) if procedure.prompt.ball else None]
    for _ in range(2):
        procedure.redo()
        covered.append(len(procedure.prompt.ball.covered) if procedure.prompt.ball else None)
    assert covered == [2, 1, 0]
    procedure.redo()
    assert procedure.prompt.picture is Picture.TABLE


def test_a_pose_that_is_held_on_after_redo_is_not_taken_again() -> None:
    chip = chip_of(1)
    procedure = SensorProcedure()
    done: list[float] = []

    def press(at_s: float, prompt: Prompt) -> None:
        if prompt.ball is not None and prompt.ball.covered and not done:
            procedure.redo()
            done.append(at_s)

    lead(procedure, then(on_table(7.0, chip), held(FACES[:1], chip, hold_s=8.0, move_s=1.5)), act=press)
    assert done
    assert procedure.prompt.ball is not None
    assert procedure.prompt.ball.covered == ()


def test_twenty_poses_end_by_themselves_within_three_minutes() -> None:
    chip = chip_of(5)
    draws = np.random.default_rng(5)
    up = np.vstack([FACES, any_directions(draws, 40)])
    procedure = SensorProcedure()
    walk = lead(procedure, then(on_table(7.0, chip), held(up, chip, hold_s=2.6, move_s=1.5)))
    result = result_of(procedure)
    assert result.acc.poses == MOST_POSES
    assert inclination_rms_deg((result.acc.matrix, result.acc.offset_ms2), chip.errors) < 0.15
    assert walk[-1][0] < 180.0


def test_samples_that_are_missing_are_told() -> None:
    chip = chip_of(1)
    block = on_table(12.0, chip)
    procedure = SensorProcedure()
    procedure.push(block.slice(0, 800))
    procedure.push(block.slice(1000, 1400))
    assert "samples are missing" in procedure.prompt.trouble
    assert procedure.prompt.picture is Picture.TABLE
    procedure.push(block.slice(1400, len(block)))
    assert procedure.prompt.picture is Picture.POSE


@pytest.mark.parametrize("fault", ["nan", "empty", "zero"])
def test_senseless_samples_give_no_calibration(fault: str) -> None:
    n = 0 if fault == "empty" else 4000
    values = np.full((n, 3), np.nan if fault == "nan" else 0.0)
    procedure = SensorProcedure()
    lead(procedure, SampleBlock(np.arange(n) / 208.0, values, values))
    procedure.close()
    assert isinstance(procedure.result, Refusal)


@pytest.mark.parametrize(
    ("up", "title"),
    [
        ((0.0, 1.0, 0.0), "Arrow up"),
        ((0.0, 0.0, -1.0), "Button down"),
        ((-1.0, 0.0, 0.0), "Plug down"),
        ((0.0, 0.7, 0.7), "Arrow and button up"),
        ((0.6, -0.6, 0.6), "Button and plug up, arrow down"),
    ],
)
def test_poses_have_names_by_the_faces_of_the_case(up: tuple[float, float, float], title: str) -> None:
    assert title_of(up) == title


def walk_of(seed: int) -> Walk:
    return lead(SensorProcedure(poses=6), whole(seed, chip_of(seed)))


def test_every_prompt_has_words_and_a_part_from_0_to_1() -> None:
    for _, prompt in walk_of(1):
        assert prompt.title
        assert 0.0 <= prompt.part <= 1.0
        assert 1 <= prompt.step <= prompt.steps
