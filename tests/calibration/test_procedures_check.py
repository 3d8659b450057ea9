"""The guided check of a calibration: what it says of a clip in order, one that has drifted, and one that slipped."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from guided import FRAME, lead, on_table, said
from mounts import do

from calibrations import MEASURED
from hipcal.model import AccFit, Calibration, GyroFit, MountFit
from hipcal.mount import quaternion_of, rotation_of
from hipcal.procedures.base import Picture
from hipcal.procedures.check import CheckProcedure, CheckResult
from hipcal.refusal import Refusal
from hipdrop.samples import Array
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.movements import Stand, Walk
from hipdrop.simulate.sensorerrors import SensorErrors

BLANK = Calibration("A1", "LSM6DSOX", 16, 2000, 488_000, 70_000_000)
ERRORS = SensorErrors(acc_offset_mg=(10.0, -15.0, 40.0), gyr_bias_dps=(1.5, -1.0, 0.5))


def undoing(errors: SensorErrors) -> Calibration:
    """The calibration that takes these errors off."""
    truth = errors.as_dict()
    acc = AccFit(tuple(truth["acc_matrix"]), tuple(truth["acc_offset_ms2"]), 9, 12, 0.0, 1.0, None, MEASURED, "true")  # type: ignore[arg-type]
    return dataclasses.replace(BLANK, acc=acc, gyro=GyroFit(errors.gyr_bias_dps, 0.0, 5.0, None, MEASURED, "true"))


def mounted(matrix: Array) -> Calibration:
    fit = MountFit(quaternion_of(matrix), "sacrum", "bends", 1.0, True, MEASURED, "true")
    return dataclasses.replace(BLANK, mount=fit)


def checked(procedure: CheckProcedure, seconds: float = 12.0, errors: SensorErrors = ERRORS) -> CheckResult:
    lead(procedure, on_table(seconds, Chip(errors=errors)))
    assert isinstance(procedure.result, CheckResult), procedure.result
    return procedure.result


def test_a_calibrated_clip_is_as_calibrated() -> None:
    result = checked(CheckProcedure(undoing(ERRORS)))
    assert result.due == ()
    assert result.drift_dps < 0.05
    assert result.gravity_g == pytest.approx(1.0, abs=1e-3)
    assert result.verdict.startswith("sensor as calibrated (bias 0.0 deg/s, gravity 1.000 g")
    assert math.isnan(result.tilt_deg)


def test_without_a_calibration_the_errors_are_seen() -> None:
    result = checked(CheckProcedure())
    assert result.drift_dps == pytest.approx(math.hypot(1.5, 1.0, 0.5), abs=0.05)
    assert result.gravity_g == pytest.approx(1.040, abs=1e-3)
    assert len(result.due) == 2
    assert all("hipdrop calibrate sensor" in due for due in result.due)
    assert result.verdict.startswith("calibration is due (bias 1.9 deg/s, gravity 1.040 g): ")


def test_a_chip_in_order_needs_no_calibration_to_pass() -> None:
    assert checked(CheckProcedure(), errors=SensorErrors()).verdict.startswith("sensor not calibrated, and in order")


def test_a_bias_that_has_drifted_is_due() -> None:
    result = checked(CheckProcedure(undoing(ERRORS)), errors=ERRORS.plus(gyr_bias_dps=(0.0, 1.2, 0.0)))
    assert result.drift_dps == pytest.approx(1.2, abs=0.05)
    (due,) = result.due
    assert "off by 1.2 deg/s" in due


@pytest.mark.parametrize(("turn_deg", "due"), [(0.0, False), (5.0, False), (20.0, True)])
def test_a_clip_that_sits_otherwise_is_told(turn_deg: float, due: bool) -> None:
    run = do([Stand(14.0)])
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    stands = rotation_of(run.pelvis_from_sensor[0], run.acc_ms2.mean(axis=0))  # a mount's up is that of standing
    turned = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ stands
    procedure = CheckProcedure(mounted(turned))
    lead(procedure, run.block)
    assert isinstance(procedure.result, CheckResult)
    assert procedure.result.tilt_deg == pytest.approx(turn_deg, abs=0.5)
    assert bool(procedure.result.due) is due


def test_a_clip_on_a_table_is_not_said_to_have_slipped() -> None:
    procedure = CheckProcedure(mounted(np.eye(3)))
    lead(procedure, on_table(12.0, Chip(), up=(0.0, 0.0, 1.0)))
    assert isinstance(procedure.result, CheckResult)
    assert procedure.result.tilt_deg == pytest.approx(90.0, abs=0.5)
    assert procedure.result.due == ()


def test_who_moves_begins_again() -> None:
    procedure = CheckProcedure()
    walk = lead(procedure, do([Stand(6.0), Walk(4.0), Stand(14.0)]).block)
    assert isinstance(procedure.result, CheckResult)
    assert any("stand still for 10 s" in trouble for trouble in said(walk, "trouble"))
    assert walk[-1][0] > 18.0


def test_redo_begins_again() -> None:
    procedure = CheckProcedure()
    lead(procedure, on_table(6.0, Chip()))
    before_s = procedure.prompt.held_s
    procedure.redo()
    assert before_s > 4.0
    assert procedure.prompt.held_s == 0.0


@pytest.mark.parametrize("cut", [1, 10**6])
def test_the_cut_of_the_blocks_changes_nothing(cut: int) -> None:
    block = do([Stand(14.0)]).block
    found = []
    for length in (FRAME, cut):
        procedure = CheckProcedure(undoing(ERRORS))
        lead(procedure, block, length)
        assert isinstance(procedure.result, CheckResult)
        found.append(dataclasses.replace(procedure.result, tilt_deg=0.0))
    assert found[0] == found[1]


def test_what_is_too_short_is_no_check() -> None:
    procedure = CheckProcedure()
    lead(procedure, on_table(6.0, Chip()))
    assert procedure.prompt.picture is Picture.STAND
    procedure.close()
    assert isinstance(procedure.result, Refusal)
    assert "only" in procedure.result.reason
