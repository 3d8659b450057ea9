"""What the clip remembers of its sensor's errors."""

import os
import struct

from hipclip.calibration import Calibration
from hipwire import calibration, errors

FILE = "calibration.bin"
UNIT = (1000000, 0, 0, 0, 1000000, 0, 0, 0, 1000000) + 6 * (0,)
NONE = bytes(calibration.SIZE)
GOOD = {
    "acc_xx_ppm": 1012000, "acc_yy_ppm": 993000, "acc_zz_ppm": 1004000, "acc_xy_ppm": 5000, "acc_yx_ppm": 5000,
    "acc_offset_x_ug": 20000, "gyr_bias_z_udps": -1250000, "acc_range_g": 16, "gyr_range_dps": 2000, "parts": 3,
}  # fmt: skip


class Imu:
    ACC_RANGE_G, GYR_RANGE_DPS = 16, 2000


def record(**changes):
    values = dict(GOOD)
    values.update(changes)
    return calibration.pack(values)


def refusal(data):
    """Text of the ValueError for this record; nothing of it may have been taken over."""
    stored = Calibration(Imu)
    before = stored.record
    try:
        stored.change(data)
    except ValueError as error:
        assert stored.record == before
        return str(error)
    raise AssertionError("taken")


def write(data):
    with open(FILE, "wb") as file:
        file.write(data)


def test_without_a_file_there_is_none():
    stored = Calibration(Imu)
    assert not stored.damaged
    assert stored.record == NONE
    assert stored.values() == UNIT
    assert FILE not in os.listdir()


def test_it_is_there_after_the_next_boot_until_it_is_forgotten():
    Calibration(Imu).change(record())
    again = Calibration(Imu)
    assert again.record == record()
    assert again.values() == (1012000, 5000, 0, 5000, 993000, 0, 0, 0, 1004000, 20000, 0, 0, 0, 0, -1250000)
    again.change(NONE)
    assert again.values() == UNIT
    after = Calibration(Imu)
    assert after.record == NONE
    assert not after.damaged


def test_a_longer_record_is_taken_as_far_as_it_is_known():
    Calibration(Imu).change(record() + b"later")
    again = Calibration(Imu)
    assert again.record == record()
    assert not again.damaged


def test_refusals_name_the_field_and_what_it_may_be():
    assert refusal(record(acc_xx_ppm=1100001)) == "calibration: matrix[0] is off by 100001e-6, at most 100000e-6"
    assert refusal(record(acc_zy_ppm=-100001)) == "calibration: matrix[7] is off by -100001e-6, at most 100000e-6"
    assert refusal(record(acc_zz_ppm=0)) == "calibration: matrix[8] is off by -1000000e-6, at most 100000e-6"
    assert refusal(record(acc_offset_y_ug=200001)) == "calibration: offset[1] is off by 200001e-6, at most 200000e-6"
    assert (
        refusal(record(gyr_bias_z_udps=20000001)) == "calibration: bias[2] is off by 20000001e-6, at most 20000000e-6"
    )
    assert refusal(record(acc_range_g=8)) == "calibration: for 8 g, 2000 deg/s, another range than the sensor's"
    assert refusal(record(gyr_range_dps=500)) == "calibration: for 16 g, 500 deg/s, another range than the sensor's"
    wrong = bytearray(record())
    wrong[5] ^= 1
    assert refusal(wrong) == "calibration: its id is not the CRC of the rest"


def test_the_ends_of_what_is_plausible_are_taken():
    for sign in (-1, 1):
        changes = dict.fromkeys(calibration.ACC_MATRIX, sign * 100000)
        for name in ("acc_xx_ppm", "acc_yy_ppm", "acc_zz_ppm"):
            changes[name] += 1000000
        changes.update(dict.fromkeys(calibration.ACC_OFFSET, sign * 200000))
        changes.update(dict.fromkeys(calibration.GYR_BIAS, sign * 20000000))
        Calibration(Imu).change(record(**changes))


def test_of_a_missing_part_nothing_is_asked_and_nothing_used():
    stored = Calibration(Imu)
    stored.change(record(parts=calibration.GYR, acc_xx_ppm=0, acc_range_g=0))
    assert stored.values()[:12] == UNIT[:12]
    assert stored.values()[12:] == (0, 0, -1250000)
    stored.change(record(parts=calibration.ACC, gyr_bias_y_udps=30000000, gyr_range_dps=0))
    assert stored.values()[9:] == (20000, 0, 0, 0, 0, 0)


def test_too_short_a_record_is_refused():
    stored = Calibration(Imu)
    try:
        stored.change(record()[:-1])
    except errors.WireError:
        return
    raise AssertionError("taken")


def test_a_damaged_file_leaves_none_and_says_so_until_one_is_stored():
    good = record()
    for bad in (b"", good[:50], good[:7] + b"\xff" + good[8:], b"\xff" * 94, record(acc_range_g=8)):
        write(bad)
        stored = Calibration(Imu)
        assert stored.damaged, bad
        assert stored.error, bad
        assert stored.record == NONE
        assert Calibration(Imu).damaged  # the next boot says it again
    stored.change(good)
    assert not stored.damaged
    assert Calibration(Imu).record == good
    with open(FILE + ".bad", "rb") as file:
        assert file.read() == bad


def test_forgetting_mends_a_damaged_file_too():
    write(b"nonsense")
    Calibration(Imu).change(NONE)
    assert not Calibration(Imu).damaged


def test_every_bit_that_turns_over_is_seen():
    good = record(parts=calibration.GYR)
    for bit in range(8 * len(good)):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        write(bad)
        assert Calibration(Imu).damaged, bit


def test_a_power_cut_before_the_rename_leaves_the_old_one():
    Calibration(Imu).change(record())
    with open(FILE + ".new", "wb") as file:
        file.write(struct.pack("<I", 7))
    stored = Calibration(Imu)
    assert stored.record == record()
    assert not stored.damaged


def test_what_cannot_be_saved_is_not_taken_over():
    os.mkdir(FILE + ".new")  # stands in the way
    stored = Calibration(Imu)
    try:
        stored.change(record())
    except OSError:
        pass
    else:
        raise AssertionError("saved")
    assert stored.record == NONE
