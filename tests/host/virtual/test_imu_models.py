"""The modelled sensors against what their data sheets promise."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.virtual.imu import Feed, ImuModel, Lsm6ds3trcModel, Lsm6dsoxModel, Mpu6886Model, Nack


def a_feed(n: int = 4000, rate_hz: float = 208.0, repeat: bool = False) -> Feed:
    """Six ramps that name the sample: the counts of sample k at 0.488 mg and 70 mdps are k and multiples of it."""
    k = np.arange(n, dtype=float)[:, None]
    acc = k * np.array([1.0, -1.0, 0.5]) * 0.488e-3
    gyr = k * np.array([1.0, -1.0, 0.25]) * 0.070
    return Feed(rate_hz, acc, gyr, repeat)


def start_lsm6dsox(model: ImuModel, now_us: int = 0) -> None:
    for register, value in ((0x12, 0x44), (0x10, 0x54), (0x11, 0x5C), (0x09, 0x55), (0x0A, 0x06)):
        model.write(register, bytes([value]), now_us)


def start_lsm6ds3trc(model: ImuModel, now_us: int = 0) -> None:
    for register, value in ((0x12, 0x44), (0x10, 0x54), (0x11, 0x5C), (0x08, 0x09), (0x0A, 0x2E)):
        model.write(register, bytes([value]), now_us)


def start_mpu6886(model: ImuModel, now_us: int = 0) -> None:
    pairs = ((0x6B, 0x01), (0x19, 4), (0x1A, 1), (0x1B, 0x18), (0x1C, 0x18), (0x23, 0x18), (0x6A, 0x40))
    for register, value in pairs:
        model.write(register, bytes([value]), now_us)


def due_us(samples: int, rate_hz: float = 208.0) -> int:
    return int(np.ceil(samples * 1e6 / rate_hz))


@pytest.mark.parametrize(
    ("kind", "register", "value"),
    [(Lsm6dsoxModel, 0x0F, 0x6C), (Lsm6ds3trcModel, 0x0F, 0x6A), (Mpu6886Model, 0x75, 0x19)],
)
def test_each_names_itself(kind: type[ImuModel], register: int, value: int) -> None:
    assert kind(a_feed()).read(register, 1, 0) == bytes([value])


def test_lsm6dsox_gives_tagged_words_in_order() -> None:
    model = Lsm6dsoxModel(a_feed())
    start_lsm6dsox(model)
    status = model.read(0x3A, 2, due_us(10))
    assert status[0] | (status[1] & 3) << 8 == 20
    data = model.read(0x78, 14 * 10, due_us(10))
    for k in range(10):
        gyro, acc = data[14 * k : 14 * k + 7], data[14 * k + 7 : 14 * k + 14]
        assert gyro[0] >> 3 == 1
        assert acc[0] >> 3 == 2
        assert bin(gyro[0]).count("1") % 2 == 0
        assert np.frombuffer(gyro[1:], "<i2").tolist() == [k, -k, round(k / 4)]
        assert np.frombuffer(acc[1:], "<i2").tolist() == [k, -k, round(k / 2)]
    assert model.read(0x78, 7, due_us(10)) == bytes(7)  # empty


def test_lsm6dsox_overrun_throws_the_oldest_away_and_says_so_once() -> None:
    model = Lsm6dsoxModel(a_feed())
    start_lsm6dsox(model)
    now_us = due_us(300)  # 256 samples fit
    status = model.read(0x3A, 2, now_us)
    assert status[1] & 0x48 == 0x48
    assert model.read(0x3A, 2, now_us)[1] & 0x48 == 0
    first = model.read(0x78, 7, now_us)
    assert np.frombuffer(first[1:], "<i2")[0] == 300 - 256
    assert model.samples_dropped == 44


def test_lsm6ds3trc_has_no_tags_and_tells_its_pattern() -> None:
    model = Lsm6ds3trcModel(a_feed())
    start_lsm6ds3trc(model)
    status = model.read(0x3A, 4, due_us(3))
    assert status[0] == 18
    assert status[2] == 0
    assert np.frombuffer(model.read(0x3E, 14, due_us(3)), "<i2").tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert model.read(0x3C, 1, due_us(3)) == bytes([1])  # the next word is gyroscope y
    assert np.frombuffer(model.read(0x3E, 10, due_us(3)), "<i2").tolist() == [-1, 0, 1, -1, 0]


def test_lsm6ds3trc_tells_an_overrun_once_in_one_burst() -> None:
    model = Lsm6ds3trcModel(a_feed())
    start_lsm6ds3trc(model)
    now_us = due_us(400)  # 341 samples fit
    assert model.read(0x3A, 4, now_us)[1] & 0x40
    assert not model.read(0x3A, 4, now_us)[1] & 0x40
    assert model.samples_dropped == 59


def test_mpu6886_is_big_endian_with_the_temperature_between() -> None:
    model = Mpu6886Model(a_feed(rate_hz=200.0))
    start_mpu6886(model)
    data = model.read(0x74, 28, due_us(2, 200.0))
    second = np.frombuffer(data[14:], ">i2")
    assert second[0] == round(0.488e-3 / (16 / 32768))
    assert second[3] == round(5.0 * 326.8)
    assert second[4] == round(0.070 / (2000 / 32768))


def test_mpu6886_overrun_tears_samples_until_the_fifo_is_reset() -> None:
    model = Mpu6886Model(a_feed(rate_hz=200.0))
    start_mpu6886(model)
    now_us = due_us(100, 200.0)
    assert model.read(0x3A, 1, now_us)[0] & 0x10
    count = model.read(0x72, 2, now_us)
    assert count[0] << 8 | count[1] == 1024
    assert model._first % 14 == (100 * 14 - 1024) % 14 != 0
    model.write(0x6A, b"\x44", now_us)
    assert model.read(0x72, 2, now_us) == bytes(2)


def test_a_wrong_full_scale_gives_wrong_counts() -> None:
    model = Lsm6dsoxModel(a_feed())
    start_lsm6dsox(model)
    model.write(0x10, b"\x5c", 0)  # 8 g
    data = model.read(0x78, 14 * 5, due_us(5))
    assert np.frombuffer(data[14 * 4 + 8 : 14 * 4 + 10], "<i2")[0] == 8  # twice as many counts


@pytest.mark.parametrize("error", [-0.05, 0.05])
def test_an_oscillator_that_is_off_samples_the_same_motion_at_other_times(error: float) -> None:
    model = Lsm6dsoxModel(a_feed(), error)
    start_lsm6dsox(model)
    status = model.read(0x3A, 2, 1_000_000)
    assert status[0] | (status[1] & 3) << 8 == 2 * int(208 * (1 + error))
    data = model.read(0x78, 14 * 101, 1_000_000)
    at_100 = np.frombuffer(data[1408:1414], "<i2")[0]
    assert at_100 == pytest.approx(100 / (1 + error), abs=0.51)


def test_reset_takes_its_time_and_forgets_the_set_up() -> None:
    model = Lsm6dsoxModel(a_feed())
    start_lsm6dsox(model)
    model.write(0x12, b"\x01", 1000)
    assert model.read(0x12, 1, 1010)[0] & 1
    assert model.read(0x12, 1, 1100) == b"\x04"
    assert model.read(0x3A, 2, 500_000) == bytes(2)


def test_it_is_silent_when_told() -> None:
    model = Lsm6dsoxModel(a_feed())
    model.be_silent(1000)
    with pytest.raises(Nack):
        model.read(0x0F, 1, 999)
    assert model.read(0x0F, 1, 1000) == b"\x6c"


def test_the_end_of_the_feed_is_held_or_begun_again() -> None:
    held = Lsm6dsoxModel(a_feed(50))
    again = Lsm6dsoxModel(a_feed(50, repeat=True))
    for model in (held, again):
        start_lsm6dsox(model)
    last = held.read(0x78, 14 * 120, due_us(120))[14 * 119 :]
    assert np.frombuffer(last[1:7], "<i2")[0] == 49
    assert held.finished
    last = again.read(0x78, 14 * 120, due_us(120))[14 * 119 :]
    assert np.frombuffer(last[1:7], "<i2")[0] == 119 - 100
    assert not again.finished
