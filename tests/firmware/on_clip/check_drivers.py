"""The drivers against fakes that name each sample."""

import struct
import time

import fakes
import micropython

from hipclip.drivers.lsm6ds3trc import Lsm6ds3trc
from hipclip.drivers.lsm6dsox import Lsm6dsox
from hipclip.drivers.mpu6886 import Mpu6886

CHIPS = ((Lsm6dsox, fakes.Sox), (Lsm6ds3trc, fakes.Trc), (Mpu6886, fakes.Mpu))


def started(driver, fake):
    """Give the driver, set going."""
    imu = driver(fake)
    imu.start()
    return imu


def samples(buffer, offset, n):
    """Give n samples as tuples."""
    return [struct.unpack_from("<hhhhhh", buffer, offset + 12 * k) for k in range(n)]


def expected(first, n):
    """Give the samples that the fake makes."""
    return [tuple([fakes.count(k, axis) for axis in range(6)]) for k in range(first, first + n)]


def error_of(action, *arguments):
    """Give the text of the OSError that an action raises."""
    try:
        action(*arguments)
    except OSError as error:
        return str(error)
    raise AssertionError("no error")


def test_samples_come_whole_in_order_and_at_their_place():
    for driver, fake in CHIPS:
        chip = fake()
        imu = started(driver, chip)
        first = 0
        for wait_ms in (0, 30, 200, 250):
            time.sleep_ms(wait_ms)
            n = imu.poll()
            buffer = bytearray(b"\xaa" * (12 * n + 10))
            assert imu.read_into(buffer, 5, n) == n
            assert samples(buffer, 5, n) == expected(first, n), (imu.NAME, first, n)
            assert buffer[:5] == b"\xaa" * 5
            assert buffer[-5:] == b"\xaa" * 5
            assert not imu.overran
            assert imu.torn == 0
            first += n
        assert first > 90, (imu.NAME, first)


def test_nothing_is_allocated():
    for driver, fake in CHIPS:
        imu = started(driver, fake())
        buffer = bytearray(12 * 80)
        total = 0
        micropython.heap_lock()
        for turn in range(200):
            time.sleep_ms(7 + 37 * (turn & 7))
            n = imu.poll()
            total += imu.read_into(buffer, 0, n if n < 80 else 80)
        micropython.heap_unlock()
        assert total > 4000, (imu.NAME, total)
        assert not imu.overran, (imu.NAME, total)


def test_a_stranger_is_named_with_its_address():
    for i2c, words in (
        (fakes.Sox(identity=0x22), ("LSM6DSOX", "0x6A", "0x22", "0x6C")),
        (fakes.Mpu(), ("LSM6DSOX", "0x6A", "0x6B", "no chip answers")),
    ):
        said = error_of(Lsm6dsox, i2c)
        assert all(word in said for word in words), said


def test_the_second_address_is_found():
    assert Lsm6dsox(fakes.Sox(address=0x6B)).address == 0x6B
    assert Lsm6dsox(fakes.Sox(address=0x6B), 0x6B).address == 0x6B


def test_a_reset_that_never_ends_is_an_error_in_bounded_time():
    chip = fakes.Sox()
    imu = Lsm6dsox(chip)
    chip.written = lambda register, value: None
    begin = time.now_us
    assert "LSM6DSOX at I2C address 0x6A" in error_of(imu.start)
    assert time.now_us - begin < 250000


def test_ranges_and_rate_are_set():
    chip = fakes.Sox()
    started(Lsm6dsox, chip)
    assert [chip.registers[at] for at in (0x07, 0x09, 0x0A, 0x10, 0x11, 0x12)] == [38, 0x55, 6, 0x54, 0x5C, 0x44]
    chip = fakes.Trc()
    started(Lsm6ds3trc, chip)
    assert [chip.registers[at] for at in (0x06, 0x08, 0x0A, 0x10, 0x11, 0x12)] == [114, 9, 0x2E, 0x54, 0x5C, 0x44]
    chip = fakes.Mpu()
    started(Mpu6886, chip)
    assert [chip.registers[at] for at in (0x19, 0x1A, 0x1B, 0x1C, 0x23, 0x6A)] == [4, 2, 0x18, 0x18, 0x18, 0x40]


def test_the_first_guess_at_the_rate_is_the_chips_own():
    for fine, rate_mhz in ((0, 208000), (20, 214240), (-20 & 0xFF, 201760)):
        chip = fakes.Sox()
        chip.registers[0x63] = fine
        assert Lsm6dsox(chip).rate_mhz == rate_mhz


def test_temperature():
    for driver, fake, at, raw, cdeg in (
        (Lsm6dsox, fakes.Sox, 0x20, b"\x00\x05", 3000),
        (Lsm6ds3trc, fakes.Trc, 0x20, b"\x00\xf6", 1500),
        (Mpu6886, fakes.Mpu, 0x41, b"\x06\x62", 3000),
    ):
        chip = fake()
        chip.registers[at : at + 2] = raw
        assert driver(chip).temperature_cdeg() == cdeg


def test_tags_in_the_other_order():
    imu = started(Lsm6dsox, fakes.Sox(swapped=True))
    time.sleep_ms(300)
    n = imu.poll()
    buffer = bytearray(12 * n)
    assert imu.read_into(buffer, 0, n) == n > 50
    assert samples(buffer, 0, n) == expected(0, n)


def test_a_missing_half_costs_its_sample_and_no_other():
    for swapped in (False, True):
        for word in (24, 25, 40, 41, 63, 64, 65):  # at a burst's end too
            chip = fakes.Sox(swapped=swapped)
            chip.skip_at, chip.skip_bytes = 7 * word, 7
            imu = started(Lsm6dsox, chip)
            got = []
            for _ in range(10):
                time.sleep_ms(100)
                n = imu.poll()
                buffer = bytearray(12 * n)
                got += samples(buffer, 0, imu.read_into(buffer, 0, n))
            lost = word // 2
            assert got == expected(0, lost) + expected(lost + 1, len(got) - lost), word
            assert len(got) > 200, word
            assert imu.torn == 1


def test_an_unknown_tag_costs_its_sample_and_no_other():
    chip = fakes.Sox()
    chip.spoilt = 12
    imu = started(Lsm6dsox, chip)
    time.sleep_ms(200)
    n = imu.poll()
    buffer = bytearray(12 * n)
    assert imu.read_into(buffer, 0, n) == n - 1
    assert samples(buffer, 0, n - 1) == expected(0, 12) + expected(13, n - 13)
    assert imu.torn == 2


def test_an_overrun_is_told_once_and_leaves_whole_samples():
    for driver, fake in CHIPS:
        chip = fake()
        imu = started(driver, chip)
        time.sleep_ms(2500)
        n = imu.poll()
        assert imu.overran, imu.NAME
        buffer = bytearray(12 * 400)
        n = imu.read_into(buffer, 0, n)
        if n:
            assert samples(buffer, 0, n) == expected(chip.lost, n), imu.NAME
        time.sleep_ms(50)
        n = imu.poll()
        assert not imu.overran, imu.NAME
        assert n >= 9, imu.NAME
        assert imu.read_into(buffer, 0, n) == n
        first = expected(0, 800).index(samples(buffer, 0, 1)[0])
        assert samples(buffer, 0, n) == expected(first, n)


def test_a_half_from_before_an_overrun_finds_no_other():
    truth = expected(0, 800)
    for slot in range(4):  # the number of a time slot has two bits: one of four overruns would fit
        chip = fakes.Sox()
        chip.skip_at, chip.skip_bytes = 7 * 20, 7  # now words come in odd numbers
        imu = started(Lsm6dsox, chip)
        buffer = bytearray(12 * 260)
        time.sleep_ms(100)
        imu.poll()
        imu.read_into(buffer, 0, 13)  # one is torn, one is left half read
        time.sleep_ms(2000)
        imu.poll()
        assert imu.overran
        chip.head = chip.head // 14 * 14 + 14 * slot + 7  # torn: the other half comes first
        n = imu.poll()
        got = samples(buffer, 0, imu.read_into(buffer, 0, n))
        assert len(got) > 240
        assert all(sample in truth for sample in got), slot


def test_words_without_tags_are_brought_back_into_step():
    for torn_words in range(1, 6):
        chip = fakes.Trc(torn_words=torn_words)
        imu = started(Lsm6ds3trc, chip)
        time.sleep_ms(2000)
        n = imu.poll()
        buffer = bytearray(12 * n)
        assert imu.read_into(buffer, 0, n) == n == 340
        assert samples(buffer, 0, n) == expected(chip.lost + 1, n)
        assert imu.torn == 6 - torn_words


def test_a_fifo_out_of_step_is_emptied():
    chip = fakes.Mpu()
    imu = started(Mpu6886, chip)
    time.sleep_ms(50)
    chip.head += 3
    imu.poll()
    time.sleep_ms(50)
    assert imu.poll() == 0
    assert imu.overran
    time.sleep_ms(50)
    n = imu.poll()
    buffer = bytearray(12 * n)
    assert imu.read_into(buffer, 0, n) == n >= 9
    assert samples(buffer, 0, 1)[0] in expected(0, 60)
