"""The sampler between a fake sensor and raw frames: nothing lost unseen, everything in its place and time."""

import time

import fakes
import micropython

from hipclip.counters import Counters
from hipclip.drivers import bus
from hipclip.drivers.lsm6ds3trc import Lsm6ds3trc
from hipclip.drivers.lsm6dsox import Lsm6dsox
from hipclip.drivers.mpu6886 import Mpu6886
from hipclip.rawframes import RawWriter
from hipclip.ring import FrameRing
from hipclip.sampleclock import SampleClock
from hipclip.sampler import Sampler
from hipwire import decoding, ids

CHIPS = ((Lsm6dsox, fakes.Sox, 208000), (Lsm6ds3trc, fakes.Trc, 208000), (Mpu6886, fakes.Mpu, 200000))


class Clip:
    """Sensor, sampler and writer; `frames` gathers what came."""

    def __init__(self, driver=Lsm6dsox, fake=fakes.Sox, rate_mhz=208000, samples=19, begin_us=0):
        time.now_us = begin_us
        self.chip = fake(rate_mhz)
        self.imu = driver(self.chip)
        self.counters = Counters()
        self.sampler = Sampler(self.imu, SampleClock(self.imu.RATE_MHZ), self.counters)
        self.ring = FrameRing(bytearray(40 * 241))
        self.writer = RawWriter(self.ring)
        self.writer.begin(samples)
        self.sampler.sinks.append(self.writer)
        self.frames = []  # (arrival in true us, message)
        self.sampler.start()

    def run(self, duration_ms, pause_every=0, pause_ms=0):
        """Turn as the app does; each `pause_every` turns the world stands still for a while."""
        end_us, turn = time.now_us + 1000 * duration_ms, 0
        while time.now_us < end_us:
            self.turn()
            turn += 1
            if pause_every and turn % pause_every == 0:
                time.sleep_ms(pause_ms)

    def turn(self):
        """One turn, and the time until the next, to whole milliseconds as a board's scheduler does."""
        self.sampler.read()
        while len(self.frames) < self.ring.next:
            self.frames.append((time.now_us, bytes(self.ring.frame(len(self.frames)))))
        wait_us = 1000 * self.sampler.due_ms()
        time.sleep_us(wait_us - time.now_us % 1000)

    def sample_of(self, sample, near):
        """Give the number by which the fake knows a sample."""
        for k in range(max(0, near - 2500), near + 2500):
            if fakes.count(k, 0) == sample[0] and fakes.count(k, 5) == sample[5]:
                return k
        raise AssertionError("no sample of this chip: " + str(sample))

    def taken_us(self, k):
        """True time of the fake's sample k."""
        return self.chip.origin_us + (k + 1) * 1000000000 // self.chip.rate_mhz


def error_us(ticks_us, true_us):
    """Difference across the wrap."""
    return (ticks_us - true_us + time.PERIOD // 2) % time.PERIOD - time.PERIOD // 2


def check_frames(clip, settled_from=80):
    """Each frame holds samples of the chip in their order; give the worst errors of its ticks and its index."""
    worst, offset, last_us = 0, None, None
    index_next = 0
    for number, (_, message) in enumerate(clip.frames):
        _, flags, sequence, index, ticks_us = decoding.header(message)
        assert sequence == number
        assert (index > index_next) == bool(flags & ids.GAP), (number, index, index_next, flags)
        samples = decoding.samples(message)
        first = clip.sample_of(samples[0], index)
        assert samples == [tuple([fakes.count(first + k, axis) for axis in range(6)]) for k in range(len(samples))]
        index_next = index + len(samples)
        if number >= settled_from:
            assert not flags & ids.RATE_UNSETTLED
            worst = max(worst, abs(error_us(ticks_us, clip.taken_us(first))))
        if last_us is not None:
            assert error_us(ticks_us, last_us) > 0
        last_us = ticks_us
        offset = first - index if offset is None or abs(first - index) > abs(offset) else offset
    return worst, offset


def test_every_sample_arrives_in_its_place_and_time():
    for driver, fake, nominal_mhz in CHIPS:
        for error_percent in (-5, 0, 5):
            rate_mhz = nominal_mhz * (100 + error_percent) // 100
            clip = Clip(driver, fake, rate_mhz, begin_us=time.PERIOD - 8000000)
            clip.run(20000)
            worst_us, offset = check_frames(clip)
            assert offset == 0, (clip.imu.NAME, offset, worst_us)
            assert worst_us < 1500, (clip.imu.NAME, offset, worst_us)
            assert abs(clip.sampler.clock.rate_mhz - rate_mhz) < 100, clip.sampler.clock.rate_mhz
            assert 0 <= clip.chip.produced() // 19 - len(clip.frames) <= 1
            assert clip.counters.samples_lost == clip.counters.fifo_overruns == clip.counters.bus_errors == 0


def test_a_frame_leaves_as_soon_as_it_is_whole():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz)
        clip.run(40000)
        late_us = []
        for arrival_us, message in clip.frames[60:]:
            index = decoding.header(message)[3]
            late_us.append(arrival_us - clip.taken_us(index + 18))
        late_us.sort()
        reading_us = 2 * fakes.READ_US + 12 * 14 * fakes.BYTE_US  # of half a frame
        assert late_us[len(late_us) // 2] < reading_us + 2000, (clip.imu.NAME, late_us[len(late_us) // 2])
        assert late_us[len(late_us) * 95 // 100] < reading_us + 3500, (clip.imu.NAME, late_us[-10:])


def test_pauses_lose_nothing_and_do_not_disturb_the_clock():
    for driver, fake, rate_mhz, pause_ms in (
        (Lsm6dsox, fakes.Sox, 213000, 400),
        (Lsm6ds3trc, fakes.Trc, 201000, 400),
        (Mpu6886, fakes.Mpu, 197000, 300),
    ):
        clip = Clip(driver, fake, rate_mhz)
        clip.run(40000, 23, pause_ms)
        worst_us, offset = check_frames(clip)
        assert offset == 0, (clip.imu.NAME, worst_us)
        assert worst_us < 2000, (clip.imu.NAME, worst_us)
        assert clip.counters.samples_lost == 0
        assert abs(clip.sampler.clock.rate_mhz - rate_mhz) < 100


def test_an_overrun_is_a_gap_of_just_what_was_lost():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz * 1021 // 1000)
        clip.run(15000)
        time.sleep_ms(3000)
        clip.run(5000)
        time.sleep_ms(9000)
        clip.run(5000)
        worst_us, offset = check_frames(clip, 150)
        gaps = [decoding.header(message)[1] & ids.GAP for _, message in clip.frames]
        assert gaps.count(ids.GAP) == 2, (clip.imu.NAME, gaps.count(ids.GAP), offset)
        assert offset == 0, (clip.imu.NAME, gaps.count(ids.GAP), offset)
        assert worst_us < 5000, (clip.imu.NAME, worst_us)
        assert clip.counters.fifo_overruns == 2
        received = sum([decoding.sample_count(ids.RAW, len(message)) for _, message in clip.frames])
        left = clip.chip.produced() - received - clip.counters.samples_lost
        assert 0 <= left < 40, (clip.imu.NAME, left)


def test_the_first_block_after_an_overrun_has_its_index():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz)
        clip.run(10000)
        for k in range(24):
            time.sleep_us(2000000 + 211 * k)  # at any phase of the sensor
            clip.run(1500)
        assert clip.counters.fifo_overruns == 24
        offset = check_frames(clip, 10000)[1]
        assert offset == 0, (clip.imu.NAME, offset)
        assert clip.chip.resets == 2, clip.imu.NAME  # when it was found and started, and not again


def test_turns_in_step_with_the_sensor_leave_its_phase_no_secret():
    kept = fakes.READ_US, fakes.BYTE_US
    fakes.READ_US = fakes.BYTE_US = 0  # so that no turn wanders by itself
    for driver, fake, rate_mhz in (
        (Lsm6dsox, fakes.Sox, 216667),  # 13 samples in the longest turn, 12 in the next
        (Lsm6dsox, fakes.Sox, 200000),
        (Mpu6886, fakes.Mpu, 200000),  # 9
        (Mpu6886, fakes.Mpu, 200174),
    ):
        clip = Clip(driver, fake, rate_mhz)
        clip.run(40000)
        clock = clip.sampler.clock
        assert clock._high_us - clock._low_us < 2700, (rate_mhz, clock._high_us - clock._low_us)
        time.sleep_ms(2400)
        clip.run(2000)
        worst_us, offset = check_frames(clip, 100)
        assert offset == 0, (rate_mhz, offset)
        assert worst_us < 1500, (rate_mhz, worst_us)
    fakes.READ_US, fakes.BYTE_US = kept


def test_an_overrun_before_the_rate_is_known_is_a_gap():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz)
        clip.run(300)
        time.sleep_ms(1000 * clip.imu.FIFO_SAMPLES * 1000 // rate_mhz + 60)  # a dozen samples too long
        clip.run(3000)
        assert clip.counters.fifo_overruns == 1
        assert 10 <= clip.counters.samples_lost <= 100, clip.counters.samples_lost
        assert abs(check_frames(clip, 10000)[1]) <= 1, clip.imu.NAME


def test_a_refused_transaction_loses_nothing():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz)
        clip.run(10000)
        for _ in range(10):
            clip.chip.fail = 1
            clip.turn()
            clip.turn()
            clip.chip.fail = 2
            clip.turn()
            clip.run(500)
        assert clip.counters.bus_errors == 30, clip.counters.bus_errors
        assert clip.counters.samples_lost == 0, clip.counters.bus_errors
        assert check_frames(clip)[1] == 0
        assert not clip.sampler.failed


def test_a_sensor_that_was_gone_comes_back():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz)
        clip.run(10000)
        resets = clip.chip.resets
        clip.chip.fail = 1000000000
        clip.run(7000)
        assert clip.sampler.failed, clip.counters.bus_errors
        assert clip.counters.bus_errors < 20, clip.counters.bus_errors
        clip.chip.fail = 0
        clip.run(5000)
        assert not clip.sampler.failed
        assert clip.chip.resets == resets + 1
        gaps = [message for _, message in clip.frames if decoding.header(message)[1] & ids.GAP]
        assert len(gaps) == 1
        worst_us, offset = check_frames(clip, 110)
        assert offset in (-1, 0, 1), (clip.imu.NAME, offset, worst_us)
        assert worst_us < 5000, (clip.imu.NAME, offset, worst_us)
        assert 1400 < clip.counters.samples_lost < 1900, clip.counters.samples_lost


def test_a_sensor_that_forgot_its_settings_is_started_anew():
    for k, (driver, fake, rate_mhz) in enumerate(CHIPS * 3):
        clip = Clip(driver, fake, rate_mhz)
        clip.run(8000)
        resets = clip.chip.resets
        clip.chip.phase_us = 500 * (k + 1)
        clip.chip.dead = True
        clip.run(5000)
        assert clip.chip.resets == resets + 1
        assert not clip.sampler.failed
        assert 80 < clip.counters.samples_lost < 200
        assert [decoding.header(message)[1] & ids.GAP for _, message in clip.frames].count(ids.GAP) == 1
        assert abs(check_frames(clip, 1000)[1]) <= 1


def test_a_missing_half_is_a_gap_of_one():
    clip = Clip()
    clip.chip.skip_at, clip.chip.skip_bytes = 14 * 2000 + 7, 7
    clip.run(20000)
    assert clip.counters.samples_lost == 1
    gaps = [decoding.header(m)[3] for _, m in clip.frames if decoding.header(m)[1] & ids.GAP]
    assert len(gaps) == 1, gaps
    assert 2000 < gaps[0] < 2040, gaps


def test_a_sample_that_vanishes_without_a_word_is_missed():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz)
        clip.chip.skip_at, clip.chip.skip_bytes = clip.chip.PACKET * 2000, clip.chip.PACKET
        clip.run(20000)
        assert clip.counters.samples_lost == 1, clip.imu.NAME
        gaps = [decoding.header(m)[3] for _, m in clip.frames if decoding.header(m)[1] & ids.GAP]
        assert len(gaps) == 1
        assert 2000 < gaps[0] < 2100, (clip.imu.NAME, gaps)


def test_saturation_is_flagged_and_counted():
    clip = Clip()
    clip.chip.saturate_at = 500
    clip.run(5000)
    flagged = [decoding.header(m)[3] for _, m in clip.frames if decoding.header(m)[1] & ids.SATURATED]
    assert flagged == [500 // 19 * 19]
    assert clip.counters.samples_saturated == 1
    block = clip.sampler._block
    for count, saturated in ((32699, 0), (32700, 1), (-32699, 0), (-32700, 1), (-32768, 1), (32767, 1), (0x7F00, 0)):
        for k in range(len(block)):
            block[k] = 0
        block[40], block[41] = count & 0xFF, count >> 8 & 0xFF
        before = clip.counters.samples_saturated
        assert clip.sampler._saturation(bus.BURST_SAMPLES) == (ids.SATURATED if saturated else 0), count
        assert clip.counters.samples_saturated == before + saturated


def test_the_rate_settles_and_standing_flags_are_passed_on():
    clip = Clip()
    clip.sampler.flags = ids.LOW_BATTERY
    clip.run(6000)
    flags = [decoding.header(message)[1] for _, message in clip.frames]
    assert flags[0] == ids.RATE_UNSETTLED | ids.LOW_BATTERY
    assert flags[-1] == ids.LOW_BATTERY
    assert 20 < flags.count(ids.RATE_UNSETTLED | ids.LOW_BATTERY) < 45  # two to four seconds


def test_without_a_stream_the_fifo_is_emptied_all_the_same():
    clip = Clip()
    clip.sampler.sinks = []
    clip.run(5000)
    assert clip.sampler.clock.index > 1000
    clip.sampler.read()
    assert 48 <= clip.sampler.due_ms() <= 60
    assert clip.counters.fifo_overruns == 0


def test_nothing_is_allocated():
    for driver, fake, rate_mhz in CHIPS:
        clip = Clip(driver, fake, rate_mhz * 98 // 100, begin_us=time.PERIOD - 20000000)
        clip.run(10000)
        sampler, total = clip.sampler, 0
        micropython.heap_lock()
        for turn in range(1000):
            total += sampler.read()
            time.sleep_ms(sampler.due_ms())
            if turn % 100 == 50:
                time.sleep_ms(2000)  # an overrun and its gap too
        micropython.heap_unlock()
        assert total > 5000
        assert clip.counters.fifo_overruns == 10
