"""The wall clock: the board's RTC, which goes on in deep sleep and begins anew without power. A host sets it."""

import struct
import time

import machine
from micropython import const

from hipwire import errors

_FROM_2000_S = const(946684800)  # most boards count from 2000, RP2 from 1970


class Clock:
    """Time in UTC. Where it was set from outlives deep sleep and resets beside the RTC, on boards that have room there.

    `set_s` is what it was set to the last time, s since 1970; 0: not since the power came, so the time is not known.
    """

    def __init__(self):
        self._rtc = machine.RTC()
        self._epoch_s = _FROM_2000_S if time.gmtime(0)[0] == 2000 else 0
        self.set_s = 0
        if hasattr(self._rtc, "memory"):
            kept = self._rtc.memory()
            if len(kept) == 4:
                self.set_s = struct.unpack("<I", kept)[0]

    def now(self):
        """Give seconds since 1970 and milliseconds; (0, 0) where they are not known."""
        now_ms = time.time_ns() // 1000000
        seconds = now_ms // 1000 + self._epoch_s
        if not self.set_s or seconds < self.set_s:
            return 0, 0
        return seconds, now_ms % 1000

    def set(self, seconds, ms):
        """Set it."""
        year, month, day, hour, minute, second, weekday = time.gmtime(seconds - self._epoch_s)[:7]
        self._rtc.datetime((year, month, day, weekday, hour, minute, second, 1000 * ms))
        self.set_s = seconds
        if hasattr(self._rtc, "memory"):
            self._rtc.memory(struct.pack("<I", seconds))

    def command(self, payload):
        """Carry out SET_CLOCK; give what goes into the answer: what it showed before, and when it had been set."""
        if len(payload) < 6:
            raise errors.WireError(errors.SHORT)
        seconds, ms = struct.unpack_from("<IH", payload, 0)
        if seconds < _FROM_2000_S or ms > 999:
            raise errors.WireError(errors.VALUE)
        was = self.now() + (self.set_s,)
        self.set(seconds, ms)
        return struct.pack("<IHI", *was)
