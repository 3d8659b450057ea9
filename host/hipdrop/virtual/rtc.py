"""The virtual clip's clock with a quartz of its own, which runs as long as there is power, in deep sleep too."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

from hipdrop.virtual.rpc import Answer

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_US = (datetime(2000, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND  # what an ESP32 shows when the power comes
_READ, _SET, _RECALL, _KEEP = range(4)


class Rtc:
    """Wall clock and the few bytes beside it (`machine.RTC` of firmware/virtual).

    Parameters
    ----------
    drift_ppm
        By how much it is fast; a quartz of 20 ppm gains 1.7 s a day.
    """

    def __init__(self, drift_ppm: float = 0.0) -> None:
        self.drift_ppm = drift_ppm
        self._at_us = 0  # on the clip's clock, which is true
        self._shown_us = FIRST_US  # then
        self._memory = b""

    def lose_power(self, clock_us: int) -> None:
        """Begin anew, with nothing in memory."""
        self._at_us, self._shown_us, self._memory = clock_us, FIRST_US, b""

    def unix_us(self, clock_us: int) -> int:
        """Give what it shows, microseconds since 1970."""
        return self._shown_us + round((clock_us - self._at_us) * (1.0 + 1e-6 * self.drift_ppm))

    def answer(self, what: int, payload: bytes, clock_us: int) -> Answer:
        """Do what the clip asks for."""
        if what == _READ:
            return 0, struct.pack("<Q", self.unix_us(clock_us))
        if what == _SET:
            year, month, day, _, hour, minute, second, us = struct.unpack("<8I", payload)
            told = datetime(year, month, day, hour, minute, second, us, UTC)
            self._at_us, self._shown_us = clock_us, (told - EPOCH) // MICROSECOND
        elif what == _KEEP:
            self._memory = payload
        return 0, self._memory
