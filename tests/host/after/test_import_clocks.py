"""Two clocks become one: the physics of it in closed form, and the contract at its ends."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hipdrop.after.importing.clocks import clock_of, evened
from hipdrop.after.importing.container import Member
from hipdrop.after.importing.csvtext import Table
from hipdrop.after.importing.foreign import Device, Foreign, Sensor
from hipdrop.errors import InputError
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

MEMBER = Member(Path("x.csv"), "", b"")


def sensor(t_s: Array, values: Array) -> Sensor:
    return Sensor(t_s, values, MEMBER, Table(values, np.arange(len(values)), 2))


def foreign(acc: Sensor, gyr: Sensor) -> Foreign:
    return Foreign(Path("x.csv"), "phyphox", acc, gyr, Device(), None, ())


def swing(t_s: Array) -> Array:
    """A motion at stride rate and its harmonics, three axes."""
    return np.column_stack([np.sin(2 * np.pi * f * t_s + p) for f, p in ((1.4, 0.0), (2.8, 1.0), (8.4, 2.0))])


def phone(acc_hz: float, gyr_hz: float, seconds: float = 30.0) -> tuple[Array, Array]:
    return np.arange(0.0047, seconds, 1 / acc_hz), np.arange(0.0129, seconds, 1 / gyr_hz)


@pytest.mark.parametrize(
    ("acc_hz", "gyr_hz", "rate_hz"), [(100.3, 99.8, 100.3), (100.0, 210.0, 210.0), (200, 100, 200)]
)
def test_both_sensors_say_the_same_at_the_same_time(acc_hz: float, gyr_hz: float, rate_hz: float) -> None:
    acc_s, gyr_s = phone(acc_hz, gyr_hz)
    even = evened(foreign(sensor(acc_s, 30 * swing(acc_s)), sensor(gyr_s, swing(gyr_s))))
    assert even.rate_hz == pytest.approx(rate_hz, rel=1e-6)
    (block,) = even.blocks
    true = swing(block.t_s + even.start_s)
    # a cubic spline: error (2 pi f h)^4 * 5 / 384 of the amplitude inside, more at the ends (de Boor 1978)
    inside = slice(20, -20)
    h_s = 1 / min(acc_hz, gyr_hz)
    most = 1.2 * (2 * np.pi * 8.4 * h_s) ** 4 * 5 / 384
    assert np.abs(block.acc_ms2 / 30 - true)[inside].max() < most
    assert np.abs(block.gyr_rads - true)[inside].max() < most
    assert block.t_s[0] == 0.0
    assert even.start_s >= max(acc_s[0], gyr_s[0])


def test_a_gap_of_either_is_a_gap_and_counts_its_samples() -> None:
    acc_s, gyr_s = phone(100.0, 100.0)
    acc_s = acc_s[(acc_s < 10.0) | (acc_s > 10.5)]
    gyr_s = gyr_s[(gyr_s < 20.0) | (gyr_s > 21.0)]
    even = evened(foreign(sensor(acc_s, swing(acc_s)), sensor(gyr_s, swing(gyr_s))))
    assert len(even.blocks) == 3
    for before, after in pairwise(even.blocks):
        away_s = after.t_s[0] - before.t_s[-1]
        assert after.gap_s == pytest.approx(away_s - 0.01, abs=1e-6)
        assert after.first_index - before.first_index - len(before) == round(after.gap_s / 0.01)
    gaps_s = [block.gap_s for block in even.blocks[1:]]
    assert gaps_s == pytest.approx([0.5, 1.0], abs=0.03)


def test_jitter_is_evened_out_and_drift_is_followed() -> None:
    """A clock that drifts by 100 ppm over 20 minutes is 30 ms off a straight line in the middle."""
    n = 120_000
    true_s = np.cumsum(0.01 * (1 + 1e-4 * np.linspace(-0.5, 0.5, n)))
    stamps_s = np.sort(true_s + np.random.default_rng(1).normal(0, 2e-3, n))
    line_s = np.polyval(np.polyfit(np.arange(n), true_s, 1), np.arange(n))
    base = clock_of(stamps_s)
    assert base.evened
    assert np.abs(line_s - true_s).max() > 5e-3
    inside = slice(500, -500)
    assert np.abs(base.t_s - true_s)[inside].max() < 5 * 2e-3 / np.sqrt(500)  # the mean of 5 s of stamps


def test_what_lies_beside_a_cut_off_peak_stays_cut_off() -> None:
    acc_s, gyr_s = phone(100.0, 210.0, 10.0)
    limit = 4 * STANDARD_GRAVITY_MS2
    acc = np.clip(60 * swing(acc_s), -limit, limit)
    even = evened(foreign(sensor(acc_s, acc), sensor(gyr_s, swing(gyr_s))))
    assert even.acc_limit_ms2 == pytest.approx(limit)
    (block,) = even.blocks
    over = np.abs(60 * swing(block.t_s + even.start_s)) > limit
    assert over.any()
    assert np.all(np.abs(block.acc_ms2[over]) >= 0.999 * limit)


def test_slow_sensors_are_interpolated_and_slower_ones_refused() -> None:
    acc_s, gyr_s = phone(40.0, 40.0)
    even = evened(foreign(sensor(acc_s, swing(acc_s)), sensor(gyr_s, swing(gyr_s))))
    assert even.rate_hz == 104.0
    assert any("interpolated to 104 Hz" in note for note in even.notes)
    for acc_hz, gyr_hz, told in ((10.0, 100.0, "too slow"), (100.0, 10.0, "too slow"), (2000.0, 100.0, "up to 1000")):
        acc_s, gyr_s = phone(acc_hz, gyr_hz)
        with pytest.raises(InputError, match=told):
            evened(foreign(sensor(acc_s, swing(acc_s)), sensor(gyr_s, swing(gyr_s))))


def test_sensors_without_a_common_time_are_refused() -> None:
    acc_s, gyr_s = phone(100.0, 100.0)
    with pytest.raises(InputError, match="no time in common"):
        evened(foreign(sensor(acc_s, swing(acc_s)), sensor(gyr_s + 100.0, swing(gyr_s))))
