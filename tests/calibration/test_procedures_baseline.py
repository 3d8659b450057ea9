"""The guided fresh run: what it asks for, and the profile that comes of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from guided import lead, said

from calibrations import MEASURED
from hipcal.model import Calibration, MountFit
from hipcal.mount import quaternion_of
from hipcal.procedures.base import Picture
from hipcal.procedures.baseline import BaselineProcedure, BaselineResult
from hipcal.refusal import Refusal
from hipdrop.profile import CadenceCourse, CadenceSlope, Profile, StoredBaseline
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate

MINUTES = 4.0


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    config = RunnerConfig(runner="rbds001_3.5ms", minutes=4.5, stand_s=6.0, seed=3, mount="random", wander_deg=0.2)
    return simulate(config)


def taken(run: SimulatedRun, procedure: BaselineProcedure, cut: int = 208) -> BaselineResult:
    for block in run.blocks:
        lead(procedure, block, cut)
    assert isinstance(procedure.result, BaselineResult), procedure.result
    return procedure.result


def test_a_fresh_run_gives_the_profile(run: SimulatedRun) -> None:
    procedure = BaselineProcedure(208.0, MINUTES)
    walk = lead(procedure, run.blocks[0], 208)
    assert isinstance(procedure.result, BaselineResult)
    result = procedure.result
    kept = result.profile.baseline
    assert kept is not None
    assert (kept.left_deg, kept.right_deg) == (result.baseline.left_deg, result.baseline.right_deg)
    assert result.profile.template is not None
    assert not result.profile.template.confirmed
    assert result.running_s == pytest.approx(60 * MINUTES, abs=1.0)
    pictures = [prompt.picture for _, prompt in walk]
    assert pictures[0] is Picture.STAND
    assert Picture.RUN in pictures
    parts = [prompt.part for _, prompt in walk if prompt.picture is Picture.RUN]
    assert parts == sorted(parts)
    assert any("drop left" in good for good in said(walk, "good"))


def test_the_cut_of_the_blocks_changes_nothing(run: SimulatedRun) -> None:
    found = [taken(run, BaselineProcedure(208.0, MINUTES), cut).profile.as_dict() for cut in (19, 10**6)]
    assert found[0] == found[1]


def test_what_is_known_of_the_days_stays(run: SimulatedRun) -> None:
    before = Profile(StoredBaseline(9.0, 9.0, 1.0, 1.0, 100, 100, between_day_sd_deg=0.7))
    kept = taken(run, BaselineProcedure(208.0, MINUTES, known=before)).profile.baseline
    assert kept is not None
    assert kept.between_day_sd_deg == 0.7
    assert kept.left_deg < 5.0


@pytest.mark.parametrize("checked", [True, False])
def test_sides_that_were_checked_confirm_the_stride(run: SimulatedRun, checked: bool) -> None:
    mount = MountFit(quaternion_of(run.pelvis_from_sensor), "sacrum", "bends", 1.0, checked, MEASURED, "true")
    known = Calibration("A1", "LSM6DSOX", 16, 2000, 488_000, 70_000_000, mount=mount)
    template = taken(run, BaselineProcedure(208.0, MINUTES, calibration=known)).profile.template
    assert template is not None
    assert template.confirmed is checked


def test_a_run_that_is_too_short_is_refused(run: SimulatedRun) -> None:
    procedure = BaselineProcedure(208.0, MINUTES)
    procedure.push(run.blocks[0].slice(0, 208 * 100))
    procedure.enough()
    assert not procedure.done
    procedure.close()
    assert isinstance(procedure.result, Refusal)
    assert "minutes of running" in procedure.result.reason
    assert "run for 4 minutes" in procedure.result.remedy


def test_no_running_is_refused(run: SimulatedRun) -> None:
    procedure = BaselineProcedure(208.0, MINUTES)
    procedure.push(run.blocks[0].slice(0, 208 * 5))
    assert procedure.prompt.picture in (Picture.STAND, Picture.RUN)
    procedure.close()
    assert isinstance(procedure.result, Refusal)
    assert procedure.result.reason == "there was no running"


def test_who_walks_is_told_that_it_does_not_count() -> None:
    from hipdrop.simulate import Bout

    config = RunnerConfig(runner="rbds001_3.5ms", minutes=1.5, stand_s=5.0, seed=3, walk=(Bout(0.6, 0.4),))
    procedure = BaselineProcedure(208.0, MINUTES)
    walk = lead(procedure, simulate(config).blocks[0], 208)
    assert "you walk: that time does not count, run on" in said(walk, "trouble")


def test_redo_begins_again(run: SimulatedRun) -> None:
    procedure = BaselineProcedure(208.0, MINUTES)
    procedure.push(run.blocks[0].slice(0, 208 * 60))
    before = procedure.prompt
    procedure.redo()
    assert before.part > 0.1
    assert procedure.prompt.picture is Picture.STAND
    assert dataclasses.replace(procedure.prompt, moving=True).held_s == 0.0
    assert np.isfinite(before.part)


def test_it_tells_the_level_of_this_run_alone_with_its_error(run: SimulatedRun) -> None:
    """What the monitor learned of the run, and what is said of it afterwards, are one figure."""
    result = taken(run, BaselineProcedure(208.0, MINUTES))
    assert result.runner is not None
    assert result.runner.left.mean_deg == pytest.approx(result.baseline.left_deg, abs=0.02)
    assert result.runner.right.mean_deg == pytest.approx(result.baseline.right_deg, abs=0.02)
    assert result.runner.left.sd_deg == pytest.approx(result.baseline.left_sd_deg, rel=0.05)
    assert 0.01 < result.runner.left.error_deg < 0.2
    assert result.runner.template is not None
    assert result.profile.course == result.runner.course


def test_the_course_over_cadence_goes_into_the_profile(run: SimulatedRun) -> None:
    """What an earlier run showed of it stays where this one is too even."""
    earlier = CadenceCourse(168.0, CadenceSlope(-0.08, -0.12, -0.04), None)
    result = taken(run, BaselineProcedure(208.0, MINUTES, known=Profile(course=earlier)))
    assert result.runner is not None
    assert result.runner.course is None
    assert result.profile.course == earlier
