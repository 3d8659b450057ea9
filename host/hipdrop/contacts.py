"""When a running foot meets the ground and leaves it, from the smoothed vertical acceleration alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop import columns as col
from hipdrop.filters import hann_kernel
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import Array
from hipdrop.settings import ContactSettings


@dataclass(slots=True)
class Landing:
    """A contact as the detector sees it.

    Attributes
    ----------
    index
        Sample index of the contact, fractional, constant lags taken off.
    crossing
        Index in `col.SMOOTH` of the first sample over 0 g (not corrected for its delay).
    trough
        Index in `col.SMOOTH` of the lowest sample of the flight before.
    trough_g
        Its value.
    """

    index: float
    crossing: int
    trough: int
    trough_g: float


class ContactDetector:
    """Contact: smoothed vertical acceleration crosses 0 g upwards out of a trough as deep as only running makes.

    After Reenalda's rule (peak downward velocity; compared by Kiernan et al., 2023, doi 10.3390/s23115022), with
    points of deviation: a lower low-pass without phase shift (`filters`) for the Butterworth, which keeps finding every
    step when the clip sits over one hip, where the pelvis' roll adds to the vertical; a trough that is deeper than any
    walking makes at that cadence (docs/validation.md); a refractory time that follows the cadence.
    """

    def __init__(self, rate_hz: float, delay: int, settings: ContactSettings) -> None:
        self._settings = settings
        self._rate_hz = rate_hz
        self._delay = delay
        self._kernel = hann_kernel(settings.smooth_half_s, rate_hz)
        self._lag = delay + settings.lag_s * rate_hz
        self._lookback = round(settings.longest_step_s * rate_hz)
        self._last = -(1 << 60)  # crossing of the newest landing
        self._interval = 0.0  # running mean of the step length in samples; 0 while unknown
        self._floor = 0

    def restart(self, index: int) -> None:
        """Forget what came before a sample index, after a gap."""
        self._last = -(1 << 60)
        self._interval = 0.0
        self._floor = index

    def push(self, ring: RingBuffer, start: int, stop: int) -> list[Landing]:
        """Find the landings whose crossing lies in samples [start, stop) of the ring."""
        first = max(start - 1, ring.start, self._floor)
        smooth = ring.window(first, stop, col.SMOOTH)
        above = smooth >= 0.0
        crossings = np.flatnonzero(above[1:] > above[:-1])
        landings: list[Landing] = []
        for position in crossings.tolist():
            landings += self._judge(ring, first + position + 1)
        return landings

    def toe_off(self, ring: RingBuffer, landing: Landing, following: Landing) -> float:
        """Sample index, fractional, at which the foot of `landing` left the ground; NaN if that cannot be seen."""
        return toe_off(ring, landing, following, self._delay, self._kernel, self._settings)

    def _judge(self, ring: RingBuffer, crossing: int) -> list[Landing]:
        since = crossing - self._last
        if since < self._refractory():
            return []
        begin = max(self._last, crossing - self._lookback, ring.start, self._floor)
        smooth = ring.window(begin, crossing + 1, col.SMOOTH)
        trough = int(smooth.argmin())
        slow = self._settings.slow_step_s * self._rate_hz < since < self._lookback
        if smooth[trough] > (self._settings.slow_flight_g if slow else self._settings.flight_g):
            return []
        earlier: list[Landing] = []
        if since < self._lookback:
            # a running mean over about four steps, so that one odd step does not move the refractory time
            self._interval += 0.25 * (since - self._interval) if self._interval else since
        else:
            self._interval = 0.0
            earlier = self._without_flight(begin, smooth[: trough + 1])
        self._last = crossing
        return earlier + self._landing(begin, smooth, len(smooth) - 1, trough)

    def _without_flight(self, begin: int, smooth: Array) -> list[Landing]:
        """Find the first contact of a run, which no flight comes before, by a stance stronger than any of walking.

        `smooth` begins at sample `begin` and ends in the flight after that stance.
        """
        above = np.flatnonzero(smooth >= 0.0)
        below = np.flatnonzero(smooth[: above[-1]] < 0.0) if len(above) else above
        if len(below) == 0:
            return []
        start = int(below[-1]) + 1
        strong = float(smooth[start:].max()) >= self._settings.first_stance_g
        long_enough = len(smooth) - start > self._settings.refractory_s * self._rate_hz / 2.0
        if not (strong and long_enough):
            return []
        return self._landing(begin, smooth, start, int(smooth[: start + 1].argmin()))

    def _landing(self, begin: int, smooth: Array, position: int, trough: int) -> list[Landing]:
        """Make the landing that crosses at `position` after `trough`; none if the foot came down before the samples."""
        before, after = float(smooth[position - 1]), float(smooth[position])
        index = begin + position - after / (after - before) - self._lag
        if index < self._floor:
            return []  # before the recording, or in a gap
        return [Landing(index, begin + position, begin + trough, float(smooth[trough]))]

    def _refractory(self) -> float:
        shortest = self._settings.refractory_s * self._rate_hz
        return max(shortest, self._settings.refractory_steps * self._interval)


def toe_off(
    ring: RingBuffer, landing: Landing, following: Landing, delay: int, kernel: Array, settings: ContactSettings
) -> float:
    """Sample index, fractional, at which the foot of `landing` left the ground; NaN if that cannot be seen.

    Down-crossing of -0.8 g (or of 70 % of a shallower trough) before the flight that ends at the `following` landing,
    after Auvinet's rule (see Kiernan et al., 2023), which takes -1 g unsmoothed. It lies so far back when the step is
    complete that all of the symmetric `kernel` can be laid over it, however early the landings are found.
    """
    half = len(kernel) // 2
    first, last = landing.crossing - delay, following.crossing - half
    if last > following.trough - delay:
        last = following.trough - delay
    if first < half:  # the recording begins in this stance
        first = half
    if last <= first:
        return float("nan")
    smooth = np.correlate(ring.window(first - half, last + half + 1, col.VERT), kernel, "valid")
    level = max(settings.toe_off_g, settings.toe_off_trough * float(smooth[smooth.argmin()]))
    at = last - first - int((smooth[::-1] >= level).argmax())
    before = float(smooth[at])
    if before < level or first + at == last:
        return float("nan")
    return first + at + (before - level) / (before - float(smooth[at + 1]))
