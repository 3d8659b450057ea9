"""What the clip remembers of its sensor's errors."""

import os
import struct

from hipclip.calibration import StoredCalibration
from hipwire import errors, ids, records

FILE = "calibration.bin"
NONE = bytes(records.size(records.CALIBRATION))
GOOD = {
    "acc_xx_ppm": 1012000, "acc_yy_ppm": 993000, "acc_zz_ppm": 1004000, "acc_xy_ppm": 5000, "acc_yx_ppm": 5000,
    "acc_offset_x_ug": 20000, "gyr_bias_z_udps": -1250000, "acc_range_g": 16, "gyr_range_dps": 2000, "parts": 3,
}  # fmt: skip


class Imu:
    ACC_RANGE_G, GYR_RANGE_DPS = 16, 2000


def record(**changes):
    values = dict(GOOD)
    values.update(changes)
    return records.pack_calibration(values)


def refusal(data):
    """Text of the ValueError for this record; nothing of it may have been taken over."""
    stored = StoredCalibration(Imu)
    before = stored.record
    try:
        stored.store(data)
    except ValueError as error:
        assert stored.record == before
        assert stored.values == records.unpack(records.CALIBRATION, before)
        return str(error)
    raise AssertionError("taken")


def write(data):
    with open(FILE, "wb") as file:
        file.write(data)


def test_without_a_file_there_is_none():
    stored = StoredCalibration(Imu)
    assert not stored.damaged
    assert stored.record == NONE
    assert stored.values["parts"] == 0
    assert FILE not in os.listdir()


def test_it_is_there_after_the_next_boot_until_it_is_forgotten():
    StoredCalibration(Imu).store(record())
    again = StoredCalibration(Imu)
    assert again.record == record()
    assert again.values["gyr_bias_z_udps"] == -1250000
    again.store(NONE)
    assert again.values["parts"] == 0
    after = StoredCalibration(Imu)
    assert after.record == NONE
    assert not after.damaged


def test_a_longer_record_is_taken_as_far_as_it_is_known():
    StoredCalibration(Imu).store(record() + b"later")
    again = StoredCalibration(Imu)
    assert again.record == record()
    assert not again.damaged


def test_refusals_name_the_field_and_what_it_may_be():
    assert refusal(record(acc_xx_ppm=1100001)) == "acc_xx_ppm: 1100001, must be from 900000 to 1100000"
    assert refusal(record(acc_zy_ppm=-100001)) == "acc_zy_ppm: -100001, must be from -100000 to 100000"
    assert refusal(record(acc_zz_ppm=0)) == "acc_zz_ppm: 0, must be from 900000 to 1100000"
    assert refusal(record(acc_offset_x_ug=200001)) == "acc_offset_x_ug: 200001, must be from -200000 to 200000"
    assert (
        refusal(record(gyr_bias_y_udps=-20000001)) == "gyr_bias_y_udps: -20000001, must be from -20000000 to 20000000"
    )
    assert refusal(record(acc_range_g=8)) == "acc_range_g: 8, must be from 16 to 16"
    assert refusal(record(gyr_range_dps=500)) == "gyr_range_dps: 500, must be from 2000 to 2000"
    wrong = bytearray(record())
    wrong[5] ^= 1
    assert refusal(wrong).startswith("calibration_id: ")


def test_the_ends_of_what_is_plausible_are_taken():
    for sign in (-1, 1):
        changes = dict.fromkeys(records.ACC_MATRIX, sign * 100000)
        for name in ("acc_xx_ppm", "acc_yy_ppm", "acc_zz_ppm"):
            changes[name] += 1000000
        changes.update(dict.fromkeys(records.ACC_OFFSET, sign * 200000))
        changes.update(dict.fromkeys(records.GYR_BIAS, sign * 20000000))
        StoredCalibration(Imu).store(record(**changes))


def test_of_a_missing_part_nothing_is_asked():
    StoredCalibration(Imu).store(record(parts=ids.CALIBRATED_GYR, acc_xx_ppm=0, acc_range_g=0))
    StoredCalibration(Imu).store(record(parts=ids.CALIBRATED_ACC, gyr_bias_y_udps=30000000, gyr_range_dps=0))


def test_too_short_a_record_is_refused():
    stored = StoredCalibration(Imu)
    try:
        stored.store(record()[:-1])
    except errors.WireError:
        return
    raise AssertionError("taken")


def test_a_damaged_file_leaves_none_and_says_so_until_one_is_stored():
    good = record()
    for bad in (b"", good[:50], good[:7] + b"\xff" + good[8:], b"\xff" * 94, record(acc_range_g=8)):
        write(bad)
        stored = StoredCalibration(Imu)
        assert stored.damaged, bad
        assert stored.error.startswith("calibration.bin: "), bad
        assert stored.record == NONE
        assert StoredCalibration(Imu).damaged  # the next boot says it again
    stored.store(good)
    assert not stored.damaged
    assert StoredCalibration(Imu).record == good
    with open(FILE + ".bad", "rb") as file:
        assert file.read() == bad


def test_forgetting_mends_a_damaged_file_too():
    write(b"nonsense")
    StoredCalibration(Imu).store(NONE)
    assert not StoredCalibration(Imu).damaged


def test_every_bit_that_turns_over_is_seen():
    good = record(parts=ids.CALIBRATED_GYR)
    for bit in range(8 * len(good)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        write(bad)
        assert StoredCalibration(Imu).damaged, bit


def test_a_power_cut_before_the_rename_leaves_the_old_one():
    StoredCalibration(Imu).store(record())
    with open(FILE + ".new", "wb") as file:
        file.write(struct.pack("<I", 7))
    stored = StoredCalibration(Imu)
    assert stored.record == record()
    assert not stored.damaged


def test_what_cannot_be_saved_is_not_taken_over():
    os.mkdir(FILE + ".new")  # stands in the way
    stored = StoredCalibration(Imu)
    try:
        stored.store(record())
    except OSError:
        pass
    else:
        raise AssertionError("saved")
    assert stored.record == NONE
