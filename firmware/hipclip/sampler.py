"""The turn that empties the sensor's FIFO into the sinks: counts, flags, gaps, and a sensor brought back to life."""

import time

from hipclip.drivers import bus
from hipwire import frames, ids

_TURN_MS = 60  # longest time between two turns
_FIFO_PART = 8  # and never more than this part of the FIFO, so that it bears a pause of several turns
_MARGIN_US = 300  # a poll this long after a sample finds it
_TROUBLES = 3  # failures in a row until the chip is started anew
_SILENCE_MS = 500  # without a sample: the chip has lost its settings
_RETRY_MS = 1000
_ROOM_SAMPLES = 4  # 19 ms
_HALF_SAMPLE_MS = 2


class Sampler:
    """One sensor, one clock, any number of sinks with take(block, n, index, ticks_us, flags).

    A sink may have `wanted`, the samples that its frame still takes: no block is longer, and `due_ms` is when they are
    there. `flags` are set in every block (the app puts LOW_BATTERY there).
    """

    def __init__(self, imu, clock, counters):
        self.imu = imu
        self.clock = clock
        self.counters = counters
        self.sinks = []
        self.flags = 0
        self.failed = False
        self._block = bytearray(bus.SAMPLE_BYTES * bus.BURST_SAMPLES)
        self._turn_ms = min(_TURN_MS, imu.FIFO_SAMPLES * 1000000 // imu.RATE_MHZ // _FIFO_PART)
        self._turn_samples = (self._turn_ms * imu.RATE_MHZ - 500000) // 1000000  # that surely fit into a turn
        self._troubles = 0
        self._lost = False  # samples, for sure, since the last count
        self._again = False  # look again between two samples, to count what was lost
        self._gap = False  # the next block lies behind a gap
        self._tried = False
        self._seen_ms = self._tried_ms = time.ticks_ms()

    def start(self):
        """Set the sensor going; OSError if it does not answer."""
        self.imu.start()
        self._seen_ms = time.ticks_ms()

    def read(self):
        """Hand all samples that wait to the sinks; give their number. Bus trouble is counted and cured."""
        try:
            if self._troubles < _TROUBLES or self._restart():
                return self._turn()
        except OSError:
            self.counters.bus_errors += 1
            self._troubles += 1
            self.failed = self._troubles >= _TROUBLES
        self.clock.watch(time.ticks_us())
        return 0

    def due_ms(self):
        """Give the time until the next turn: when a frame has all its samples, or sooner for the FIFO's sake."""
        if self._again:
            return _HALF_SAMPLE_MS
        if self.failed:
            return self._turn_ms
        clock, wanted, now_us = self.clock, self._wanted(0), time.ticks_us()
        if 0 < wanted <= self._turn_samples:
            due_us = clock.until_us(clock.index + wanted - 1, now_us) + _MARGIN_US + 999
        else:  # shortly before a sample: that bounds its time from below, as the turns behind one do from above
            due_us = clock.until_us(clock.index + self._turn_samples, now_us) - _MARGIN_US
        return min(self._turn_ms, max(1, due_us // 1000))

    def _turn(self):
        clock, imu = self.clock, self.imu
        begin_us = time.ticks_us()
        waiting = imu.poll()
        if imu.overran:
            self.counters.fifo_overruns += 1
            self._lost = True
            self._seen_ms = time.ticks_ms()  # it lives, even where its driver has emptied the FIFO
            if waiting > _ROOM_SAMPLES:  # full: what comes before the reading would push out more behind our back
                imu.read_into(self._block, 0, _ROOM_SAMPLES)
                begin_us = time.ticks_us()
                waiting = imu.poll()
        spread_us = time.ticks_diff(time.ticks_us(), begin_us)
        clock.watch(begin_us)
        if waiting == 0:
            self._check_silence()
            return 0
        if self._lost and not self._again and clock.on_edge(spread_us):
            self._again = True
            return 0
        missed = clock.missing(waiting, spread_us, self._lost)
        self._lost = self._again = False
        if missed:
            self.counters.samples_lost += missed
            self._gap = True
        clock.update(begin_us, waiting, missed, spread_us)
        self._troubles = 0
        self.failed = self._tried = False
        self._seen_ms = time.ticks_ms()
        return self._hand_on(waiting)

    def _hand_on(self, waiting):
        """Read what waits in pieces that no sink's frame is too short for."""
        block, clock, done = self._block, self.clock, 0
        while waiting:
            n = self._wanted(min(waiting, bus.BURST_SAMPLES))
            whole = self.imu.read_into(block, 0, n)
            waiting -= n
            if whole == 0:
                continue
            flags = self.flags | self._saturation(whole)
            if self._gap:
                flags |= ids.GAP
                self._gap = False
            if not clock.settled:
                flags |= ids.RATE_UNSETTLED
            ticks_us = clock.ticks_of(clock.index)
            for sink in self.sinks:
                sink.take(block, whole, clock.index, ticks_us, flags)
            clock.index += whole
            done += whole
        return done

    def _wanted(self, most):
        """Give the least that a sink wants, up to `most` if that is not 0."""
        for sink in self.sinks:
            wanted = getattr(sink, "wanted", 0)
            if wanted and (most == 0 or wanted < most):
                most = wanted
        return most

    def _saturation(self, n):
        """Count samples at the end of the range; the high byte alone rules out all others (0.3 us each here)."""
        block, last = self._block, -1
        for k in range(1, bus.SAMPLE_BYTES * n, 2):
            if 0x7F <= block[k] <= 0x80:
                value = block[k] << 8 | block[k - 1]
                if frames.SATURATED_COUNTS <= value <= 65536 - frames.SATURATED_COUNTS and k // 12 != last:
                    last = k // 12
                    self.counters.samples_saturated += 1
        return 0 if last < 0 else ids.SATURATED

    def _check_silence(self):
        """Start the chip anew when it answers and gives nothing: a dip of its supply has reset it."""
        if time.ticks_diff(time.ticks_ms(), self._seen_ms) > _SILENCE_MS:
            self._troubles = _TROUBLES
            self.failed = True

    def _restart(self):
        """Start the chip anew, once a second, and give whether that was done; what it did not sample is a gap."""
        now_ms = time.ticks_ms()
        if self.failed and self._tried and time.ticks_diff(now_ms, self._tried_ms) < _RETRY_MS:
            return False
        self._tried, self._tried_ms = True, now_ms
        self._lost = True
        self.clock.restart()
        self.start()
        self._troubles = 0
        return True
