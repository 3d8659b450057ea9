"""When each sample was taken, and how quick the sensor's oscillator really is: FIFO counts against the clip's clock.

A poll between the instants T0 and T1 that finds sample m as the newest says: m was taken before T1, m + 1 after T0.
Such bounds are true whatever scheduler, garbage collector or flash erase do; a pause makes them wide, never wrong.
Two intervals that hold the truth are kept and narrowed by each poll: the time of the newest sample, and the period
(set-membership estimation: Milanese and Vicino 1991, doi 10.1016/0005-1098(91)90134-N). Integers alone.
"""

_TICKS_MASK = (1 << 30) - 1
_TICKS_HALF = 1 << 29
_SHIFT = 10  # periods are kept in 1/1024 us: 0.2 ppm at 208 Hz
_PRIOR_PPM = 100000  # the oscillators are "several percent" off: 10 % to either side before anything is known
_SETTLED_PPM = 2000  # as docs/wire-format.md promises
_LOOSE_PPM = 300  # what an unseen slip by a sample may have done to the period, seen over 24 s
_LEAST_PPM = 20  # never narrower: a chip that warms up drifts by a few ppm in a second
_SLACK_US = 50  # where bounds contradict each other by the oscillator's own drift and jitter
_SLIP_US = 300  # a count that contradicts the bounds by more has lost a sample
_ANCHORS = 24
_ANCHOR_US = 1000000  # so the period is seen over up to 24 s
_REBASE_US = 1 << 28
UNKNOWN_PPM = 65535


class SampleClock:
    """Call `watch` with each reading of the clock, then `update` with the count of samples that wait."""

    def __init__(self, rate_mhz):
        period = (1000000000 << _SHIFT) // rate_mhz
        self._fastest = period - period * _PRIOR_PPM // 1000000
        self._slowest = period + period * _PRIOR_PPM // 1000000
        self._period = period
        self.settled = False
        self.index = 0  # of the next sample to be read
        self._ticks = 0  # when last watched
        self._now_us = 0  # the same instant, in microseconds that do not wrap
        self._started = False
        self._reopen = False  # the next poll: samples may come at other times than before
        self._newest = -1  # sample whose time is kept
        self._low_us = self._high_us = 0  # it was taken between
        self._anchor_index = [0] * _ANCHORS
        self._anchor_low_us = [0] * _ANCHORS
        self._anchor_high_us = [0] * _ANCHORS
        self._anchors = 0  # that count
        self._anchor_next = 0
        self._anchored_us = 0
        self._last_us = -_TICKS_HALF  # time given last: none before it is ever given

    @property
    def rate_mhz(self):
        """True rate in 0.001 Hz."""
        return (1000000000 << _SHIFT) // self._period

    @property
    def uncertainty_ppm(self):
        """Half the width of what the rate may be; 65535 before anything is known."""
        if not self._anchors:
            return UNKNOWN_PPM
        return min(UNKNOWN_PPM, (self._slowest - self._fastest) * 500000 // self._period)

    def watch(self, ticks_us):
        """Let the clock pass, at least every eight minutes: the ticks wrap at 2^30 us."""
        if self._started:
            self._now_us += ((ticks_us & _TICKS_MASK) - self._ticks) & _TICKS_MASK
        self._started = True
        self._ticks = ticks_us & _TICKS_MASK
        if self._now_us > _REBASE_US:
            self._rebase()

    def missing(self, waiting, spread_us=0, surely=False):
        """Give the samples that were taken and are neither read nor waiting, as of the last `watch`.

        Where the clock cannot tell some from none they are none, unless some are `surely` lost.
        """
        if self._newest < 0:
            return 0
        seen = self.index + waiting - 1
        late_us, early_us = self._now_us - self._high_us, self._now_us + spread_us - self._low_us
        least = self._newest + (late_us - _SLIP_US << _SHIFT) // self._slowest
        if seen >= least and not surely:
            return 0
        self._reopen = self._reopen or not surely  # polls since the loss have misled it
        middle_us = (late_us + early_us) // 2
        return max(0, self._newest + (middle_us << _SHIFT) // self._period - seen)

    def on_edge(self, spread_us=0):
        """Tell whether the last `watch` was so near to a sample that `missing` may count it or not: look again."""
        late_us, early_us = self._now_us - self._high_us - _SLIP_US, self._now_us + spread_us - self._low_us + _SLIP_US
        if early_us - late_us > self._period >> _SHIFT:
            return False  # later is no better
        return (late_us << _SHIFT) // self._period != (early_us << _SHIFT) // self._period

    def update(self, ticks_us, waiting, missed=0, spread_us=0):
        """Take in a poll begun at ticks_us that took spread_us and found so many waiting, `missed` ones lost before."""
        self.watch(ticks_us)
        self.index += missed
        newest = self.index + waiting - 1
        if newest < 0:
            return
        if missed:
            self._anchors = self._anchor_next = 0  # the count across a gap may be off by one
        if self._newest < 0 or self._reopen:
            self._begin(newest, spread_us)
        else:
            self._narrow(newest, spread_us)
        if not self._anchors or self._now_us - self._anchored_us >= _ANCHOR_US:
            self._measure()
            self._anchor()

    def restart(self):
        """Tell that the sensor has been started anew; `missing` goes on to count by its old pace."""
        self._reopen = True

    def ticks_of(self, index):
        """Give the clock at sample `index`, modulo 2^30; never earlier than what was given last."""
        time_us = self._time_us(index)
        self._last_us = max(self._last_us, time_us)
        return (self._ticks + self._last_us - self._now_us) & _TICKS_MASK

    def until_us(self, index, ticks_us):
        """Give the time from ticks_us, not long after the last `watch`, to sample `index`; negative: it is past."""
        return self._time_us(index) - self._now_us - ((ticks_us & _TICKS_MASK) - self._ticks & _TICKS_MASK)

    def _time_us(self, index):
        return ((self._low_us + self._high_us) >> 1) + ((index - self._newest) * self._period >> _SHIFT)

    def _begin(self, newest, spread_us):
        """The first poll, one behind a restart, or a count that cannot be: of what was before only the period stays."""
        self._reopen = False
        loose = self._period * _LOOSE_PPM // 1000000
        self._fastest -= loose
        self._slowest += loose
        self._newest = newest
        self._high_us = self._now_us + spread_us
        self._low_us = self._now_us - (self._slowest >> _SHIFT)
        self._anchors = self._anchor_next = 0

    def _narrow(self, newest, spread_us):
        """Carry the bounds on to the newest sample and cut them with what this poll says."""
        steps = newest - self._newest
        low_us = self._low_us + (steps * self._fastest >> _SHIFT)
        high_us = self._high_us + (steps * self._slowest >> _SHIFT) + 1
        before_us, after_us = self._now_us - (self._slowest >> _SHIFT) - 1, self._now_us + spread_us
        if low_us > after_us + _SLIP_US or high_us < before_us - _SLIP_US:  # an earlier count was wrong
            self._begin(newest, spread_us)
            return
        if low_us > after_us:
            low_us, high_us = after_us - _SLACK_US, after_us
        elif high_us < before_us:
            low_us, high_us = before_us, before_us + _SLACK_US
        self._low_us = max(low_us, before_us)
        self._high_us = min(high_us, after_us)
        self._newest = newest

    def _anchor(self):
        """Keep the bounds of the newest sample, to measure the period from."""
        at = self._anchor_next
        self._anchor_index[at] = self._newest
        self._anchor_low_us[at] = self._low_us
        self._anchor_high_us[at] = self._high_us
        self._anchor_next = (at + 1) % _ANCHORS
        self._anchors = min(_ANCHORS, self._anchors + 1)
        self._anchored_us = self._now_us

    def _measure(self):
        """Bound the period by all anchors; what was known stays until they know better."""
        fastest, slowest = 0, self._slowest << 1
        for k in range(self._anchors):
            steps = self._newest - self._anchor_index[k]
            if steps > 0:
                fastest = max(fastest, ((self._low_us - self._anchor_high_us[k]) << _SHIFT) // steps)
                slowest = min(slowest, ((self._high_us - self._anchor_low_us[k]) << _SHIFT) // steps + 1)
        if fastest > slowest:  # it drifts
            fastest, slowest = slowest, fastest
        known = self._slowest - self._fastest
        if slowest - fastest > known and not (fastest > self._slowest or slowest < self._fastest):
            fastest, slowest = max(fastest, self._fastest), min(slowest, self._slowest)
        self._period = (fastest + slowest) >> 1
        least = self._period * _LEAST_PPM // 1000000
        self._fastest = min(fastest, self._period - least)
        self._slowest = max(slowest, self._period + least)
        self.settled = self._slowest - self._fastest <= self._period * 2 * _SETTLED_PPM // 1000000

    def _rebase(self):
        """Keep times small: integers from 2^30 on would lie on the heap of a board."""
        shift_us = self._now_us
        self._now_us = 0
        self._low_us -= shift_us
        self._high_us -= shift_us
        self._anchored_us -= shift_us
        self._last_us = max(self._last_us - shift_us, -_TICKS_HALF)
        for k in range(_ANCHORS):
            self._anchor_low_us[k] -= shift_us
            self._anchor_high_us[k] -= shift_us
