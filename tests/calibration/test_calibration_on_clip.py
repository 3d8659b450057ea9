"""The calibration as the clip keeps it: the record, and what `clip info` says of it."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrations import ACC, GYRO, WHOLE, acc_fits, gyro_fits
from hipcal.model import AccFit, Calibration, GyroFit
from hipcal.onclip import STORED, mount_record, of_record, to_record
from hipcal.plain import as_dict, of_dict
from hipdrop.commands.clip import calibration_lines
from hipdrop.receive.messages import ClipInfo
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipwire import calibration, decoding, ids, records
from hipwire.errors import WireError
from wire_messages import info as info_message

INFO = ClipInfo.of(decoding.info(info_message(serial="A1")))
SENSOR = Calibration("A1", "LSM6DSOX", 16, 2000, 488_000, 70_000_000, ACC, GYRO)


def stored(calibration: Calibration) -> Calibration:
    found = of_record(to_record(calibration), INFO)
    assert found is not None
    return found


def changed(**values: int) -> bytes:
    """A record with other values, and the id that fits them."""
    return calibration.pack(calibration.unpack(to_record(SENSOR)) | values)


def test_the_numbers_in_the_record_are_rounded_as_documented() -> None:
    values = calibration.unpack(to_record(SENSOR))
    assert [values[name] for name in calibration.ACC_MATRIX] == [round(1e6 * k) for k in ACC.matrix]
    assert values["acc_offset_x_ug"] == 12237  # 0.12 m/s² / 9.80665 m/s² = 0.0122366 g
    assert values["gyr_bias_y_udps"] == -700_000
    assert values["acc_measured_s"] == ACC.measured.timestamp()
    assert (values["acc_temperature_cdeg"], values["gyr_temperature_cdeg"]) == (2450, -32768)
    assert (values["acc_coverage_percent"], values["acc_poses"], values["gyr_rest_ds"]) == (83, 12, 60)
    assert (values["acc_residual_ug"], values["gyr_residual_udps"]) == (408, 20_000)


@given(st.none() | acc_fits(), st.none() | gyro_fits)
def test_what_comes_back_is_what_was_stored_but_for_rounding(acc: AccFit | None, gyro: GyroFit | None) -> None:
    record = to_record(dataclasses.replace(SENSOR, acc=acc, gyro=gyro))
    back = of_record(record, INFO)
    if back is None:
        assert (acc, gyro) == (None, None)
        assert record == bytes(94)
        return
    assert to_record(back) == record  # nothing is lost by a second time
    assert (back.acc is None, back.gyro is None) == (acc is None, gyro is None)
    rebuilt = of_dict(as_dict(back))
    assert rebuilt == back  # it can stand in a recording or a file
    if acc is not None and back.acc is not None:
        np.testing.assert_allclose(back.acc.matrix, acc.matrix, atol=0.51e-6)
        np.testing.assert_allclose(back.acc.offset_ms2, acc.offset_ms2, atol=0.51e-6 * STANDARD_GRAVITY_MS2)
        assert abs((back.acc.measured - acc.measured).total_seconds()) <= 0.5
        assert (back.acc.parameters, back.acc.poses, back.acc.verdict) == (acc.parameters, acc.poses, STORED)
    if gyro is not None and back.gyro is not None:
        np.testing.assert_allclose(back.gyro.bias_dps, gyro.bias_dps, atol=0.51e-6)
        assert abs(back.gyro.rest_s - gyro.rest_s) <= 0.051
        assert (back.gyro.temperature_c is None) == (gyro.temperature_c is None)


def test_rounding_moves_no_sample_by_more_than_documented() -> None:
    directions = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=3)))
    acc_ms2 = STANDARD_GRAVITY_MS2 * directions[np.linalg.norm(directions, axis=1) > 0]
    acc_ms2 /= np.linalg.norm(acc_ms2, axis=1, keepdims=True) / STANDARD_GRAVITY_MS2
    fit = dataclasses.replace(ACC, matrix=tuple(k + 0.4999e-6 for k in ACC.matrix))
    exact = dataclasses.replace(SENSOR, acc=fit)
    moved = exact.corrected(acc_ms2, acc_ms2)[0] - stored(exact).corrected(acc_ms2, acc_ms2)[0]
    assert 0.0 < np.linalg.norm(moved, axis=1).max() / STANDARD_GRAVITY_MS2 < 3e-6


def test_dates_come_back_in_utc() -> None:
    back = stored(SENSOR)
    assert back.acc is not None
    assert back.acc.measured == ACC.measured
    assert back.acc.measured.tzinfo is UTC


def test_nothing_measured_is_a_record_that_forgets() -> None:
    assert to_record(None) == to_record(dataclasses.replace(WHOLE, acc=None, gyro=None)) == bytes(94)
    assert of_record(bytes(94), INFO) is None


@pytest.mark.parametrize("at", range(94))
def test_any_byte_that_is_damaged_is_seen(at: int) -> None:
    record = bytearray(to_record(SENSOR))
    record[at] ^= 0x10
    with pytest.raises(WireError, match="checksum"):
        of_record(bytes(record), INFO)


def test_a_short_record_is_refused_and_a_longer_one_read_as_far_as_known() -> None:
    with pytest.raises(WireError, match="too short"):
        of_record(to_record(SENSOR)[:-1], INFO)
    assert of_record(to_record(SENSOR) + b"later", INFO) == stored(SENSOR)


@pytest.mark.parametrize(
    "values",
    [
        {"acc_parameters": 4}, {"acc_poses": 0}, {"acc_coverage_percent": 101}, {"gyr_rest_ds": 0},
        {"acc_range_g": 8}, {"gyr_range_dps": 500},
    ],
)  # fmt: skip
def test_impossible_values_and_other_ranges_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(WireError, match="impossible value"):
        of_record(changed(**values), INFO)


def test_the_mount_is_named_by_its_numbers() -> None:
    assert WHOLE.mount is not None
    values = records.unpack(records.MOUNT, mount_record(WHOLE.mount))
    assert [values[f"mount_{name}"] for name in "wxyz"] == [16384] * 4  # 0.5 of 32767, halves to the even number
    turned = dataclasses.replace(WHOLE.mount, quaternion=(1.0, 0.0, 0.0, 0.0))
    assert 0 != values["mount_id"] != records.unpack(records.MOUNT, mount_record(turned))["mount_id"]
    assert mount_record(None) == bytes(12)


def test_clip_info_says_what_is_stored() -> None:
    info = {"features": ids.HAS_CALIBRATION}
    acc, gyro = calibration_lines(info, stored(SENSOR))
    when = f"{ACC.measured.astimezone():%Y-%m-%d %H:%M}"
    assert acc == f"calibrated accelerometer on {when} at 24 °C: 9 parameters of 12 poses, 0.004 m/s² left"
    assert gyro.endswith(": bias 0.40, -0.70, 0.25 deg/s, 6 s at rest")
    assert list(calibration_lines(info, None)) == ["calibrated no: the sensor's errors are not stored on the clip"]
    assert list(calibration_lines(info, "why")) == ["calibrated why"]
    (old,) = calibration_lines({"features": 0}, None)
    assert "hipdrop clip install" in old
