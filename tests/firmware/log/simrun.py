"""A clip around the log: a sensor whose FIFO fills by the clock, steps, status; and samples that say where they belong.

Tilt sample k of run r is (k mod 2^15, r, k div 2^15, -k mod 2^15, 7 k mod 2^15), raw sample k the same and k mod 251.
"""

import struct
import time
from array import array

from hipclip.runlog import RunLog
from hipwire import frames, ids

RATE_HZ = 208
FIFO_SAMPLES = 256  # 1.23 s
TURN_MS = 60
STEP_US = 360000
STATUS_US = 10000000
BLOCK = 12


class Imu:
    """As much of a driver as the log looks at."""

    RATE_MHZ = 1000 * RATE_HZ
    FIFO_SAMPLES = FIFO_SAMPLES


class Clock:
    """As much of a sample clock."""

    rate_mhz = 1000 * RATE_HZ


class Sampler:
    """Hands the samples that the FIFO holds to the log and its sinks; what did not fit is lost, and a gap."""

    imu = Imu
    clock = Clock

    def __init__(self):
        self.sinks = []
        self.log = None
        self.since_us = time.now_us
        self.index = 0  # of the next raw sample
        self.lost = 0
        self.dead_from_us = 1 << 62
        self._values = array("h", [0] * (5 * BLOCK // 2))
        self._block = bytearray(12 * BLOCK)

    def due(self):
        """Raw samples there would be by now."""
        return (min(time.now_us, self.dead_from_us) - self.since_us) * RATE_HZ // 1000000

    def read(self):
        """Empty the FIFO."""
        due, flags = self.due(), 0
        if due - self.index > FIFO_SAMPLES:
            lost = due - self.index - FIFO_SAMPLES
            lost += lost & 1
            self.lost += lost
            self.index += lost
            flags = ids.GAP
        while self.index + 2 <= due:
            n = min(BLOCK, due - self.index & ~1)
            self._hand_on(n, flags)
            flags = 0

    def _hand_on(self, n, flags):
        """Give n raw samples, an even number, and their tilt samples."""
        first, end, number, raw_flags = self.index, self.index + n, self.log.number, flags
        while self.index < end:
            some = min([end - self.index] + [sink.wanted for sink in self.sinks])
            for k in range(some):
                struct.pack_into("<6h", self._block, 12 * k, *raw_sample(number, self.index + k))
            for sink in self.sinks:
                sink.take(self._block, some, self.index, self.ticks_of(self.index), raw_flags)
            raw_flags = 0
            self.index += some
        values = self._values
        for k in range(n // 2):
            values[5 * k : 5 * k + 5] = array("h", tilt_sample(number, first // 2 + k))
        self.log.take(values, n // 2, first, self.ticks_of(first), flags)

    def ticks_of(self, index):
        """The clip's clock at a raw sample."""
        return self.since_us + index * 1000000 // RATE_HZ & frames.TICKS_PERIOD - 1


def tilt_sample(number, k):
    """Give tilt sample k of a run."""
    return raw_sample(number, k)[:5]


def raw_sample(number, k):
    """Give raw sample k of a run."""
    return k & 0x7FFF, number, k >> 15, -k & 0x7FFF, 7 * k & 0x7FFF, k % 251


SETTINGS = {"log_enabled": True, "log_raw": False, "mount_id": 5}


class Clip:
    """A clip that is switched on and has the log alone."""

    def __init__(self, settings=None):
        self.sampler = Sampler()
        self.log = RunLog(settings or SETTINGS, self.sampler)
        self.sampler.log = self.log
        self.events = 0
        self._event = bytearray(frames.EVENT_SIZE)
        self._step_us = self._status_us = self._turn_us = self._read_us = 0

    def head(self):
        """The messages at the beginning of a run, as long as the real ones."""
        rate_mhz = self.sampler.imu.RATE_MHZ
        info = struct.pack("<BBIII", 0x10 | ids.INFO, 2, 0xB007, 0, rate_mhz) + bytes(80)
        started = struct.pack(
            "<BBHBIBBHIHHI", 0x10 | ids.ANSWER, ids.START, 0, 0, 0xB007, ids.TILT, 10, 0, self.sampler.index, 0, 100,
            rate_mhz,
        )  # fmt: skip
        return [info, started, bytes([0x10 | ids.ANSWER]) + bytes(98), self.status()]

    def status(self):
        """A status frame; its clock says 1 700 000 000 s at the beginning."""
        frame = bytearray(frames.STATUS_SIZE)
        sampler = self.sampler
        frames.pack_header_into(frame, ids.STATUS, 0, 0, sampler.index, sampler.ticks_of(sampler.index))
        struct.pack_into("<I", frame, 92, 1700000000 + sampler.index // RATE_HZ)
        return frame

    def begin(self):
        """Begin a run, in which samples and events count from 0; give whether it has begun."""
        self.sampler.since_us = time.now_us
        self.sampler.index = self.events = 0
        begun = self.log.begin(self.head())
        self._step_us = self._status_us = self._turn_us = self._read_us = time.now_us
        return begun

    def go(self, for_us):
        """Let it run for so long."""
        until_us = time.now_us + for_us
        while time.now_us < until_us:
            self._turn()
            time.now_us = max(time.now_us, min(self._turn_us, self._read_us, until_us))

    def _turn(self):
        if time.now_us >= self._read_us:
            self.sampler.read()
            self._read_us = time.now_us + 1000 * TURN_MS
        if time.now_us >= self._step_us:
            self._step_us += STEP_US
            frames.pack_event_into(
                self._event, 0, ids.EVENT_STEP, self.events, self.sampler.index, 1, 90, 0, 0, 0, 0, self.log.number
            )
            self.events += 1
            self.log.put(self._event)
        if time.now_us >= self._status_us:
            self._status_us += STATUS_US
            self.log.put(self.status())
        if time.now_us >= self._turn_us:
            self._turn_us = time.now_us + 1000 * self.log.turn()

    def finish(self, why=ids.WHY_WAITING):
        """End the run and wait until all is written; give how many raw samples it has had."""
        self.sampler.read()
        had = self.sampler.index
        self.log.end(why)
        while self.log.state:
            time.now_us += 1000 * self.log.turn()
        return had
