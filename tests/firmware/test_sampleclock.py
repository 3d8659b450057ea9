"""The clock of the samples against sensors whose true times are known; the same code runs on the clip."""

from __future__ import annotations

import random

import pytest

from hipclip.sampleclock import UNKNOWN_PPM, SampleClock

TICKS = 1 << 30
NOMINAL_MHZ = 208000
BUS_US = 300  # of a poll; the count is taken in its middle


class Sensor:
    """An oscillator that is off by `error`, read by a loop that sleeps whole milliseconds.

    Parameters
    ----------
    error
        Part by which it is too quick.
    pauses
        Whether 2 % of all turns are held up by 300 to 400 ms, before the poll or within it.
    begin_us
        True time of the first poll, which the clip sees modulo 2^30.
    drift_ppm_s
        How fast its rate grows.
    """

    def __init__(
        self, error: float = 0.0, *, pauses: bool = False, begin_us: int = 0, drift_ppm_s: float = 0.0, seed: int = 1
    ) -> None:
        self.rng = random.Random(seed)
        self.rate_hz = NOMINAL_MHZ / 1000 * (1 + error)
        self.drift = drift_ppm_s * 1e-6
        self.pauses = pauses
        self.begin_us = self.now_us = begin_us
        self.first_s = self.rng.uniform(0.0, 1 / self.rate_hz)
        self.clock = SampleClock(NOMINAL_MHZ)
        self.lost = 0

    def taken(self, now_us: int) -> int:
        """Samples taken until then."""
        t_s = (now_us - self.begin_us) * 1e-6 - self.first_s
        return int(self.rate_hz * (t_s + self.drift * t_s * t_s / 2)) + 1 if t_s >= 0 else 0

    def time_us(self, index: int) -> float:
        """True time of a sample."""
        cycles = index / self.rate_hz
        t_s = cycles / (0.5 + (0.25 + self.drift * cycles / 2) ** 0.5)  # the root of t + drift t^2 / 2 = cycles
        return self.begin_us + (t_s + self.first_s) * 1e6

    def rate_now_hz(self) -> float:
        """True rate."""
        return self.rate_hz * (1 + self.drift * (self.now_us - self.begin_us) * 1e-6)

    def poll(self) -> None:
        """One poll, and all that waits is read."""
        waiting = self.taken(self.now_us + BUS_US // 2) - self.clock.index
        spread_us = BUS_US + self.pause_us()
        self.clock.watch(self.now_us % TICKS)
        missed = self.clock.missing(waiting, spread_us)
        assert missed == 0
        self.clock.update(self.now_us % TICKS, waiting, missed, spread_us)
        self.clock.index += waiting
        self.now_us += spread_us

    def pause_us(self) -> int:
        return self.rng.randint(300000, 400000) if self.pauses and self.rng.random() < 0.02 else 0

    def turn(self, least_ms: int = 5, most_ms: int = 60) -> None:
        """Poll and sleep."""
        self.poll()
        self.now_us += self.rng.randint(least_ms, most_ms) * 1000 - self.now_us % 1000 + self.rng.randint(0, 100)
        self.now_us += self.pause_us()

    def run(self, duration_s: float) -> None:
        end_us = self.now_us + duration_s * 1e6
        while self.now_us < end_us:
            self.turn()

    def error_us(self) -> float:
        """Error of the time given to the newest sample."""
        index = self.clock.index - 1
        off = self.clock.ticks_of(index) - self.time_us(index)
        return (off + TICKS / 2) % TICKS - TICKS / 2


@pytest.mark.parametrize("error", [-0.05, -0.031, 0.0, 0.0123, 0.05])
@pytest.mark.parametrize("pauses", [False, True])
def test_finds_rate_and_times_of_any_oscillator(error: float, pauses: bool) -> None:
    sensor = Sensor(error, pauses=pauses, begin_us=TICKS - 20_000_000)
    while not sensor.clock.settled:
        sensor.turn()
    assert 1.0e6 < sensor.now_us - sensor.begin_us < 5e6
    assert abs(sensor.clock.rate_mhz / 1000 / sensor.rate_hz - 1) < 2e-3
    worst_us = 0.0
    for _ in range(1500):
        sensor.turn()
        worst_us = max(worst_us, abs(sensor.error_us()))
        truth_ppm = abs(sensor.clock.rate_mhz / 1000 / sensor.rate_hz - 1) * 1e6
        assert truth_ppm <= sensor.clock.uncertainty_ppm + 5  # 0.001 Hz are 5 ppm
    assert worst_us < 2000  # half a sample
    assert abs(sensor.clock.rate_mhz / 1000 / sensor.rate_hz - 1) < 50e-6
    assert sensor.clock.uncertainty_ppm < 100


def test_nothing_is_known_before_the_first_second() -> None:
    clock = SampleClock(NOMINAL_MHZ)
    assert clock.uncertainty_ppm == UNKNOWN_PPM
    assert not clock.settled
    assert clock.missing(100) == 0
    clock.update(5, 0)
    clock.update(10, 0)
    assert clock.uncertainty_ppm == UNKNOWN_PPM


def test_times_never_run_backwards() -> None:
    sensor = Sensor(0.02, pauses=True, begin_us=TICKS - 30_000_000, seed=3)
    last, index = None, 0
    for _ in range(3000):
        sensor.poll()
        sensor.now_us += sensor.rng.randint(1, 120) * 1000 + sensor.pause_us()
        while index < sensor.clock.index:
            ticks = sensor.clock.ticks_of(index)
            assert 0 <= ticks < TICKS
            assert last is None or (ticks - last) % TICKS < TICKS // 2
            last = ticks
            index += sensor.rng.randint(1, 7)


def test_follows_an_oscillator_that_warms_up() -> None:
    sensor = Sensor(0.0, drift_ppm_s=3.0)  # 180 ppm in a minute
    sensor.run(30)
    for _ in range(3000):
        sensor.turn()
        assert abs(sensor.error_us()) < 1500
        assert abs(sensor.clock.rate_mhz / 1000 / sensor.rate_now_hz() - 1) < 150e-6


@pytest.mark.parametrize("away_s", [0.5, 3.0, 60.0, 500.0])
@pytest.mark.parametrize("error", [-0.05, 0.0, 0.05])
def test_counts_what_was_lost_while_nothing_was_read(away_s: float, error: float) -> None:
    sensor = Sensor(error, begin_us=TICKS - 40_000_000)
    sensor.run(40)
    sensor.now_us += int(away_s * 1e6)
    # where a sample comes just as it looks, the clock knows no better than it knows the phase: look between two
    sensor.now_us = int(sensor.time_us(sensor.taken(sensor.now_us)) + 0.5e6 / sensor.rate_hz)
    waiting = 20
    lost = sensor.taken(sensor.now_us) - sensor.clock.index - waiting
    sensor.clock.watch(sensor.now_us % TICKS)
    missed = sensor.clock.missing(waiting, BUS_US, True)
    assert abs(missed - lost) <= round(away_s * 208 * 100e-6)
    if away_s <= 3.0:
        assert missed == lost
    sensor.clock.update(sensor.now_us % TICKS, waiting, missed, BUS_US)
    sensor.clock.index = sensor.taken(sensor.now_us)
    sensor.run(10)
    assert abs(sensor.error_us()) < 2000


def test_one_sample_lost_without_a_word_is_noticed() -> None:
    sensor = Sensor(0.01)
    sensor.run(30)
    sensor.clock.index -= 1  # from here on it has seen one less than was taken
    found = 0
    for _ in range(40):
        waiting = sensor.taken(sensor.now_us + BUS_US // 2) - sensor.clock.index - 1 + found
        sensor.clock.watch(sensor.now_us % TICKS)
        missed = sensor.clock.missing(waiting, BUS_US)
        sensor.clock.update(sensor.now_us % TICKS, waiting, missed, BUS_US)
        sensor.clock.index += waiting
        found += missed
        sensor.now_us += sensor.rng.randint(5000, 60000)
    assert found == 1


@pytest.mark.parametrize("wrong", [-1, 1])
def test_a_gap_counted_wrong_by_one_does_not_spoil_the_rate(wrong: int) -> None:
    sensor = Sensor(0.01)
    sensor.run(40)
    waiting = sensor.taken(sensor.now_us + BUS_US // 2) - sensor.clock.index
    sensor.clock.update(sensor.now_us % TICKS, waiting - 10, 10 + wrong, BUS_US)
    sensor.clock.index += waiting - 10
    slipped = Sensor(0.01)  # the same sensor, whose samples now bear other numbers
    slipped.clock, slipped.now_us = sensor.clock, sensor.now_us
    slipped.first_s = sensor.first_s - wrong / sensor.rate_hz
    for _ in range(600):
        slipped.turn()
        assert abs(slipped.clock.rate_mhz / 1000 / slipped.rate_hz - 1) * 1e6 <= slipped.clock.uncertainty_ppm + 5
    assert abs(slipped.error_us()) < 2000


def test_one_sample_counted_twice_does_not_spoil_the_rate() -> None:
    sensor = Sensor(0.01)
    sensor.run(40)
    sensor.clock.index += 1
    sensor.first_s -= 1 / sensor.rate_hz
    for turn in range(1500):
        sensor.turn()
        if turn > 20:
            assert abs(sensor.clock.rate_mhz / 1000 / sensor.rate_hz - 1) * 1e6 <= sensor.clock.uncertainty_ppm + 5
    assert abs(sensor.error_us()) < 2000


def test_no_number_outgrows_a_small_integer() -> None:
    sensor = Sensor(-0.03, begin_us=TICKS - 1)
    for _ in range(2400):  # forty minutes
        sensor.poll()
        sensor.clock.ticks_of(sensor.clock.index - 1)
        sensor.now_us += 1_000_000
        for name, value in vars(sensor.clock).items():
            values = value if isinstance(value, list) else [value]
            assert all(-TICKS <= each < TICKS for each in values), name


def test_the_next_samples_are_foretold() -> None:
    sensor = Sensor(0.05)
    sensor.run(40)
    for ahead in (1, 19, 100):
        index = sensor.clock.index + ahead
        foretold_us = sensor.now_us + sensor.clock.until_us(index, sensor.now_us % TICKS)
        assert abs(foretold_us - sensor.time_us(index)) < 1500
