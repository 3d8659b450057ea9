"""What belongs to one boot of the clip: order of its frames, its clock, what came and what is missing."""

from __future__ import annotations

from hipdrop.receive.clock import HostClock, TickClock
from hipdrop.receive.decode import Frame
from hipdrop.receive.feed import Timed
from hipdrop.receive.messages import Started
from hipdrop.receive.order import Sequencer, Taken
from hipwire import ids


class Boot:
    """The frames of one boot of the clip.

    Parameters
    ----------
    nominal_hz
        Rate of raw samples by the info message.
    stride
        Steps of the index from sample to sample.
    wait_us
        How long frames behind a hole wait for it to be filled.
    """

    def __init__(self, nominal_hz: float, stride: int, wait_us: int) -> None:
        self.order = Sequencer(wait_us)
        self.host = HostClock()
        self.received = 0
        self.recovered = 0
        self.duplicates = 0
        self.strays = 0
        self.lost_on_clip = 0  # samples that no frame held
        self.newest: Timed | None = None  # the last frame released
        self._ticks = TickClock(nominal_hz)
        self._stride = stride
        self._us_per_index = 1e6 / nominal_hz
        self._first_index: int | None = None
        self._end_index = 0

    @property
    def lost(self) -> int:
        """Samples between the first and the last one heard of that are not here."""
        span = self._end_index - (self._first_index or 0) if self._first_index is not None else 0
        return max(0, span // self._stride - self.received)

    def announce(self, started: Started, now_us: int) -> None:
        """Note where the stream stands; what is below and is not here is missing, and gone if it is too old."""
        self.order.announce(started.next_sequence, started.next_index, started.samples * self._stride, now_us)
        self.order.give_up(self.order.number_of(started.oldest_sequence))
        self.reach(started.next_index)

    def reach(self, index: int) -> None:
        """Note that samples up to this index, not included, have been taken."""
        if self._first_index is None:
            self._first_index = index
        self._end_index = max(self._end_index, index)

    def take(self, frame: Frame, now_us: int) -> tuple[Taken, int]:
        """Take a frame; say what it was to the order, and the time of its first sample on the clip's clock."""
        taken = self.order.take(frame, self._stride, now_us)
        device_us = self._ticks.device_us(frame.index, frame.ticks_us)
        if taken is Taken.DUPLICATE:
            self.duplicates += 1
        elif taken is Taken.STRAY:
            self.strays += 1
        else:
            self._count(frame)
            if not frame.resent or not len(self.host):  # a frame sent again is late, but better than no word at all
                self.host.take(device_us + self._lasting_us(frame), now_us)
        return taken, device_us

    def _count(self, frame: Frame) -> None:
        self.received += frame.count
        self.recovered += frame.count if frame.resent else 0
        self.reach(frame.index)
        self._first_index = min(self._first_index or 0, frame.index)
        self._end_index = max(self._end_index, frame.index + frame.count * self._stride)

    def timed(self, frames: list[Frame]) -> list[Timed]:
        """Give frames that are released the time of their first samples."""
        timed = []
        for frame in frames:
            if frame.flags & ids.GAP and self.newest is not None:
                before = self.newest[0]
                if frame.sequence == (before.sequence + 1) & 0xFFFF:
                    self.lost_on_clip += (frame.index - before.index) // self._stride - before.count
            self.newest = (frame, self._ticks.device_us(frame.index, frame.ticks_us))
            timed.append(self.newest)
        return timed

    def host_us(self, timed: Timed, *, end: bool) -> int:
        """Give the host's time of the first or the last sample of a frame."""
        frame, device_us = timed
        return self.host.host_us(device_us + (self._lasting_us(frame) if end else 0))

    def _lasting_us(self, frame: Frame) -> int:
        """Time from the first to the last sample of a frame."""
        return round((frame.count - 1) * self._stride * self._us_per_index)
