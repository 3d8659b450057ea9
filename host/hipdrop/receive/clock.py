"""The clip's clock: ticks unwrapped, mapped to the host's clock, and spread over the samples."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np

from hipwire.frames import TICKS_PERIOD

BUCKET_S = 10.0  # the fastest arrival of so long stands for the envelope: some 100 frames
FEWEST_BUCKETS = 3  # for a drift
FOLLOW = 1 / 8  # of the distance to the ticks is made up at each frame: jitter of a sample is smoothed to a tenth


class TickClock:
    """Ticks of one boot, which count modulo 2**30 microseconds (18 min), to microseconds that go on.

    Parameters
    ----------
    rate_hz
        Nominal sample rate: through a long loss the sample index says how often the ticks have wrapped; a rate that
        is 5 % off does so for up to three hours.
    """

    def __init__(self, rate_hz: float) -> None:
        self._us_per_index = 1e6 / rate_hz
        self._anchor: tuple[int, int] | None = None  # index and time of the newest frame

    def device_us(self, index: int, ticks_us: int) -> int:
        """Give the time of a sample since the zero of the ticks of the first one."""
        if self._anchor is None:
            self._anchor = (index, ticks_us)
            return ticks_us
        at, at_us = self._anchor
        guess_us = at_us + round((index - at) * self._us_per_index)
        half = TICKS_PERIOD // 2
        device_us = guess_us + (ticks_us - guess_us + half) % TICKS_PERIOD - half
        if index > at:
            self._anchor = (index, device_us)
        return device_us


class HostClock:
    """Where the clip's clock stands on the host's: the lower envelope of arrival less device time.

    A message can be late, by the radio's interval and by being sent again, but never early; so the fastest arrivals
    show the clocks' difference, and a straight line through them their drift.
    """

    def __init__(self) -> None:
        self._device_us = array("q")
        self._delay_us = array("q")

    def __len__(self) -> int:
        return len(self._device_us)

    def take(self, device_us: int, arrival_us: int) -> None:
        """Take a message that left at `device_us` on the clip's clock."""
        self._device_us.append(device_us)
        self._delay_us.append(arrival_us - device_us)

    def host_us(self, device_us: int) -> int:
        """Give the host's time at a time of the clip, by the fastest arrival of the last bucket."""
        since = self._device_us[-1] - round(1e6 * BUCKET_S) if self._device_us else 0
        fastest_us: int | None = None
        for at_us, delay_us in zip(reversed(self._device_us), reversed(self._delay_us), strict=True):
            if at_us < since:
                break
            fastest_us = delay_us if fastest_us is None else min(fastest_us, delay_us)
        return device_us + (fastest_us or 0)

    def report(self) -> tuple[float | None, float | None]:
        """Give drift in ppm (> 0: the clip's clock is slow) and jitter in ms.

        Jitter is the 95th percentile of the delay over the envelope. None where the run was too short to tell.
        """
        if not self._device_us:
            return None, None
        device_us = np.asarray(self._device_us, dtype=np.float64)
        delay_us = np.asarray(self._delay_us, dtype=np.float64)
        device_us -= device_us[0]
        buckets = (device_us // (1e6 * BUCKET_S)).astype(np.intp)
        lowest = [
            members[np.argmin(delay_us[members])]
            for b in np.unique(buckets)
            for members in [np.flatnonzero(buckets == b)]
        ]
        slope = 0.0
        if len(lowest) >= FEWEST_BUCKETS:
            slope = float(np.polyfit(device_us[lowest], delay_us[lowest], 1)[0])
        above_us = delay_us - slope * device_us
        jitter_ms = float(np.percentile(above_us - above_us.min(), 95)) / 1000.0
        return (1e6 * slope if len(lowest) >= FEWEST_BUCKETS else None), jitter_ms


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame lies on the time axis of the run.

    Attributes
    ----------
    t_s
        Time of its first sample, seconds since the first sample of the run.
    first
        Number of that sample, lost ones counted in.
    missing, gap_s
        Samples and time that are missing before it, as in `hipdrop.samples.SampleBlock`.
    """

    t_s: float
    first: int
    missing: int
    gap_s: float


class Timeline:
    """Frames in order onto the time axis of the run, on the clip's clock; times increase strictly.

    Within a frame samples are a period apart; from frame to frame the axis follows the ticks by a part of the
    distance, so that their jitter (under a sample) is not felt and drift is. Behind missing samples it takes the ticks
    as they are.

    Parameters
    ----------
    rate_hz
        True rate of the samples.
    stride
        Steps of the index between samples.
    """

    def __init__(self, rate_hz: float, stride: int) -> None:
        self.period_s = 1.0 / rate_hz
        self._stride = stride
        self._origin_us: int | None = None  # device time at t = 0 of the axis, of this boot
        self._index = 0  # of the sample that would follow
        self._next_s = 0.0  # its time
        self._first = 0  # its number

    @property
    def origin_us(self) -> int | None:
        """Device time at t = 0, in the boot that runs."""
        return self._origin_us

    @property
    def index(self) -> int:
        """Index of the sample that would follow."""
        return self._index

    def place(self, index: int, device_us: int, count: int) -> Place | None:
        """Place a frame of `count` samples; None if it lies before the end of the last one, which no clip sends."""
        if self._origin_us is None:
            self._origin_us = device_us - round(1e6 * self._next_s)
            self._index = index
        missing = (index - self._index) // self._stride
        if index < self._index:
            return None
        seen_s = (device_us - self._origin_us) / 1e6
        last_s = self._next_s - self.period_s
        if missing:
            t_s = max(seen_s, last_s + 1.5 * self.period_s)
        else:
            t_s = max(self._next_s + FOLLOW * (seen_s - self._next_s), last_s + 0.5 * self.period_s)
        return self._put(index, t_s, missing, count)

    def reboot(self, index: int, device_us: int, count: int, away_s: float) -> Place:
        """Place the first frame of a new boot; its first sample came `away_s` after the last one of the boot before."""
        t_s = self._next_s - self.period_s + max(away_s, 1.5 * self.period_s)
        self._origin_us = device_us - round(1e6 * t_s)
        missing = max(1, round((t_s - self._next_s) / self.period_s))
        return self._put(index, t_s, missing, count)

    def _put(self, index: int, t_s: float, missing: int, count: int) -> Place:
        gap_s = t_s - self._next_s if missing else 0.0
        place = Place(t_s, self._first + missing, missing, gap_s)
        self._index = index + count * self._stride
        self._next_s = t_s + count * self.period_s
        self._first = place.first + count
        return place
