"""What the modelled sensors have in common: registers, a clock of their own, and a FIFO of bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from hipdrop.samples import Array
from hipdrop.virtual.imu.feed import Feed

if TYPE_CHECKING:
    from hipdrop.simulate.sensorerrors import SensorErrors


class Nack(Exception):
    """The sensor does not acknowledge."""


class ImuModel(ABC):
    """A sensor on the I2C bus, seen through its registers; the clip's clock says how far its own has come.

    The FIFO is a window [first, last) on the endless stream of bytes that the sensor would write into it; sample k of
    the feed enters it (k + 1) sample periods after the FIFO was first switched on, and the oscillator runs on for good.

    Parameters
    ----------
    feed
        The motion that it feels.
    rate_error
        Part by which its oscillator is too quick.
    errors
        What it makes wrong, at its temperature when the FIFO is switched on; nothing, unless given.
    """

    NAME: str
    ADDRESS: int
    PACKET_BYTES: int  # of one sample of both sensors in the FIFO
    DEPTH_BYTES: int
    RESET_US = 50.0

    def __init__(self, feed: Feed, rate_error: float = 0.0, errors: SensorErrors | None = None) -> None:
        self.address = self.ADDRESS
        self.feed = feed
        self.rate_error = rate_error
        self.errors = errors
        self.temperature_c = 30.0
        self.overruns = 0
        self.samples_dropped = 0
        self._silent_until_us = -1
        self._reset_until_us = -1.0
        self._origin_us: int | None = None
        self._stream = b""
        self._configuration: tuple[float, ...] = ()
        self._first = self._last = 0
        self._on = False
        self._overrun = False
        self._looked_us = 0
        self._registers = bytearray(256)
        self._power_up()

    # the bus

    def read(self, register: int, n: int, now_us: int) -> bytes:
        """Read n bytes from a register on, as a burst."""
        self._acknowledge(now_us)
        self._catch_up(now_us)
        return self._burst(register, n, now_us)

    def write(self, register: int, data: bytes, now_us: int) -> None:
        """Write bytes from a register on."""
        self._acknowledge(now_us)
        self._catch_up(now_us)
        for place, value in enumerate(data, register):
            self._written(place, value, now_us)

    def be_silent(self, until_us: int) -> None:
        """Acknowledge nothing until the clip's clock says so."""
        self._silent_until_us = until_us

    @property
    def finished(self) -> bool:
        """Whether the feed is through and read."""
        packets = len(self._stream) // self.PACKET_BYTES
        return bool(packets) and not self.feed.repeat and self._first >= len(self._stream)

    @property
    def origin_us(self) -> int | None:
        """The clip's clock when sample 0 of the feed began; None before the FIFO was first switched on."""
        return self._origin_us

    def _acknowledge(self, now_us: int) -> None:
        if now_us < self._silent_until_us:
            raise Nack

    # the chip's own

    @abstractmethod
    def _power_up(self) -> None:
        """Set registers to what they are after power-up or reset."""

    @abstractmethod
    def _burst(self, register: int, n: int, now_us: int) -> bytes:
        """Give n bytes as the chip does from this register on."""

    @abstractmethod
    def _written(self, register: int, value: int, now_us: int) -> None:
        """Take one register."""

    @abstractmethod
    def _setting(self) -> tuple[float, float, float]:
        """Give nominal rate (0: FIFO off), g and deg/s of one count, from the registers."""

    @abstractmethod
    def _packets(self, acc: Array, gyr: Array) -> bytes:
        """Give the FIFO's bytes of (N, 3) int16 counts."""

    # motion that wakes

    def _watch(self) -> tuple[float, float] | None:
        """Give rate and change of acceleration in g from sample to sample that raises INT1, None while that is off."""
        return None

    def wakes_us(self, from_us: int) -> int | None:
        """Give the clip's clock when INT1 goes high, from the motion to come; None: never, or only after a day."""
        watched = self._watch()
        if watched is None:
            return None
        rate_hz, change_g = watched
        begin_us = from_us if self._origin_us is None else self._origin_us
        feed, since_s = self.feed, max(0.0, (from_us - begin_us) * 1e-6)
        left_s = feed.duration_s if feed.repeat else max(0.0, feed.duration_s - since_s) + 2.0 / rate_hz
        at_s = since_s + np.arange(int(left_s * rate_hz) + 1) / rate_hz
        rows = (at_s * feed.rate_hz).astype(int)
        rows = rows % len(feed.acc_g) if feed.repeat else np.minimum(rows, len(feed.acc_g) - 1)
        moved = np.abs(np.diff(feed.acc_g[rows], axis=0)).max(axis=1, initial=0.0) > change_g
        return from_us + round((at_s[int(np.argmax(moved)) + 1] - since_s) * 1e6) if moved.any() else None

    def _moved(self, now_us: int) -> bool:
        """Whether there was such motion since this was asked last, or since the watch began."""
        wakes_us = self.wakes_us(self._looked_us)
        self._looked_us = now_us
        return wakes_us is not None and wakes_us <= now_us

    # the FIFO

    def _configure(self, now_us: int) -> None:
        """Look at the registers anew: begin or end to fill the FIFO."""
        rate_hz, acc_g, gyr_dps = self._setting()
        if not rate_hz:
            self._on = False
            self._first = self._last
            return
        if self._configuration != (rate_hz, acc_g, gyr_dps):
            self._configuration = (rate_hz, acc_g, gyr_dps)
            from hipdrop.virtual.imu.feed import counts

            # a recording is the truth of this run: an oscillator that is off samples it at other times
            actual_hz = rate_hz * (1.0 + self.rate_error)
            same = abs(rate_hz / self.feed.rate_hz - 1.0) < 1e-9 and not self.rate_error
            acc, gyr = self.feed.sampled(self.feed.rate_hz if same else actual_hz)
            if self.errors is not None:
                acc, gyr = self.errors.apply_g_dps(acc, gyr, self.temperature_c)
            self._stream = self._packets(counts(acc, acc_g), counts(gyr, gyr_dps))
        if self._origin_us is None:
            self._origin_us = now_us
        if not self._on:
            self._on = True
            self._first = self._last = self._produced(now_us) * self.PACKET_BYTES

    def _produced(self, now_us: int) -> int:
        """Samples that the oscillator has made since the FIFO was first switched on."""
        assert self._origin_us is not None
        return int((now_us - self._origin_us) * self._configuration[0] * (1.0 + self.rate_error) / 1e6)

    def _catch_up(self, now_us: int) -> None:
        if not self._on:
            return
        self._last = self._produced(now_us) * self.PACKET_BYTES
        over = self._last - self._first - self.DEPTH_BYTES
        if over > 0:
            self._first += self._thrown_away(over)
            self.samples_dropped += -(-over // self.PACKET_BYTES)
            self.overruns += not self._overrun
            self._overrun = True

    def _thrown_away(self, over: int) -> int:
        """Bytes that a full FIFO gives up for `over` new ones: whole samples, unless the chip is less careful."""
        return -(-over // self.PACKET_BYTES) * self.PACKET_BYTES

    def _waiting(self) -> int:
        """Bytes in the FIFO."""
        return self._last - self._first

    def _take(self, n: int) -> bytes:
        """Take up to n bytes off the FIFO."""
        first = self._first
        self._first = min(first + n, self._last)
        return self._bytes(first, self._first)

    def _bytes(self, first: int, last: int) -> bytes:
        """Bytes [first, last) of the endless stream: the feed, then its last sample or the feed again."""
        length = len(self._stream)
        if last <= length:
            return self._stream[first:last]
        if self.feed.repeat:
            first, last = first % length, first % length + last - first
            return (self._stream * (last // length + 1))[first:last] if last > length else self._stream[first:last]
        rest = self._stream[-self.PACKET_BYTES :]
        tail = b"".join(
            rest[at % self.PACKET_BYTES : at % self.PACKET_BYTES + 1] for at in range(max(first, length), last)
        )
        return self._stream[first:length] + tail
