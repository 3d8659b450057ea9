"""Landings from the vertical acceleration, as hipdrop/contacts.py finds them on the host, in whole numbers.

Nothing is allocated for a sample. Places in time are 64ths of a tilt sample, counted on through gaps.
"""

from array import array

from micropython import const

_KEPT = const(
    256
)  # tilt samples at hand, a power of 2: 2.46 s, four landings of a slow runner and what smoothing needs
_MASK = const(255)
# hipdrop.settings.ContactSettings, in ms and mg
_FLIGHT_MG = const(-350)
_SLOW_FLIGHT_MG = const(-600)
_FIRST_STANCE_MG = const(700)
_SLOW_STEP_MS = const(450)
_REFRACTORY_MS = const(200)
_REFRACTORY_STEPS_PERCENT = const(60)
_LONGEST_STEP_MS = const(600)
_LAG_MS = const(30)
# hipdrop.filters.early_kernel(0.08 s, 0.022 s) at 104 Hz times 2^14, oldest first: the taps of `take`. A clip's rate
# is up to 5 % off, its kernel with it. The delay is the three newest.
_DELAY = const(3)
_PAST = const(11)
_NEVER = const(100000)


class Contacts:
    """The newest samples and the landings in them; `found` landings lie in `crossings` and `places`."""

    def __init__(self, rate_mhz):
        empty = bytes(2 * _KEPT)
        self.obliquity = array("h", empty)  # cdeg
        self.tilt = array("h", empty)  # cdeg
        self.vertical = array("h", empty)  # mg
        self.roll = array("h", empty)  # 0.1 deg/s
        self.yaw = array("h", empty)
        self._smooth = array("h", empty)  # mg
        self.crossings = [0, 0]  # tilt sample over 0 g, not corrected for its delay
        self.places = [0, 0]  # the contact itself; a list, since 64ths leave 32 bits in the fourth day
        self.found = 0
        self.set_rate(rate_mhz)
        self.restart(0)

    def set_rate(self, rate_mhz):
        """Take the true rate of raw samples."""
        self.rate_mhz = rate_mhz // 2  # of tilt samples
        self.longest = self.samples_64(_LONGEST_STEP_MS) >> 6
        self._lookback = self.samples_64(_LONGEST_STEP_MS) + 32 >> 6
        self._slow = self.samples_64(_SLOW_STEP_MS) >> 6
        self._shortest = self.samples_64(_REFRACTORY_MS)
        self._lag = self.samples_64(_LAG_MS) + 64 * _DELAY

    def samples_64(self, ms):
        """64ths of a tilt sample in so many milliseconds."""
        return (ms * self.rate_mhz + 7812) // 15625

    def restart(self, index):
        """Forget what came before a sample, after a gap."""
        self.floor = self.index = index
        self.last = index - _NEVER  # crossing of the newest landing
        self._interval = 0  # running mean of the step length, 64ths; 0 while unknown
        self._low = index - _NEVER  # newest sample that is as deep as flight
        self._above = True
        self.saturated = index - _NEVER  # newest sample at the end of the sensor's range

    def take(self, values, at, end):
        """Take samples from number `at` to `end` of `values`, up to a landing; gives the number of the next."""
        self.found = 0
        v, smooth = self.vertical, self._smooth
        obliquity, tilt = self.obliquity, self.tilt  # by twos: a longer row would be made in memory
        roll, yaw = self.roll, self.yaw
        i, above = self.index, self._above
        k = 5 * at
        if i == self.floor and at < end:  # before the first sample the clip has stood still at it
            for back in range(1, _PAST + 1):
                v[(i - back) & _MASK] = values[k + 2]
        x1, x2 = v[(i - 1) & _MASK], v[(i - 2) & _MASK]
        x3, x4 = v[(i - 3) & _MASK], v[(i - 4) & _MASK]
        x5, x6 = v[(i - 5) & _MASK], v[(i - 6) & _MASK]
        x7, x8 = v[(i - 7) & _MASK], v[(i - 8) & _MASK]
        x9, x10 = v[(i - 9) & _MASK], v[(i - 10) & _MASK]
        x11 = v[(i - 11) & _MASK]
        while at < end and not self.found:
            m = i & _MASK
            obliquity[m] = values[k]
            tilt[m] = values[k + 1]
            x = v[m] = values[k + 2]
            p = roll[m] = values[k + 3]
            q = yaw[m] = values[k + 4]
            k += 5
            at += 1
            if not (-16984 < x < 14984 and -19980 < p < 19980 and -19980 < q < 19980):
                self.saturated = i  # 99.9 % of 16 g and of 2000 deg/s
            # fmt: off
            s = (3769 * x + 2510 * x1 + 1821 * x2 + 1596 * x3 + 1600 * x4 + 1593 * x5
                 + 1436 * x6 + 1122 * x7 + 729 * x8 + 352 * x9 + 43 * x10 - 186 * x11) >> 14
            # fmt: on
            x11 = x10
            x10 = x9
            x9 = x8
            x8 = x7
            x7 = x6
            x6 = x5
            x5 = x4
            x4 = x3
            x3 = x2
            x2 = x1
            x1 = x
            smooth[m] = s
            if s < 0:
                above = False
                if s <= _FLIGHT_MG:
                    self._low = i
            elif not above:
                above = True
                self._judge(i)
            i += 1
        self.index, self._above = i, above
        return at

    def _judge(self, crossing):
        since = crossing - self.last
        least = max(self._shortest, self._interval * _REFRACTORY_STEPS_PERCENT // 100)
        begin = max(self.last, crossing - self._lookback, self.floor)
        if since * 64 < least or self._low < begin:
            return
        smooth, trough = self._smooth, begin
        for i in range(begin, crossing):
            if smooth[i & _MASK] < smooth[trough & _MASK]:
                trough = i
        if self._slow < since < self._lookback and smooth[trough & _MASK] > _SLOW_FLIGHT_MG:
            return
        if since < self._lookback:
            self._interval += (64 * since - self._interval) // 4 if self._interval else 64 * since
        else:
            self._interval = 0
            self._without_flight(begin, trough)
        self.last = crossing
        self._land(crossing)

    def _without_flight(self, begin, trough):
        """The first contact of a run, by a stance stronger than any of walking that ends in this trough."""
        smooth, start, strongest = self._smooth, trough, 0
        while start > begin and smooth[start & _MASK] < 0:
            start -= 1
        while start > begin and smooth[start & _MASK] >= 0:
            strongest = max(strongest, smooth[start & _MASK])
            start -= 1
        if smooth[start & _MASK] >= 0:
            return
        start += 1
        if strongest >= _FIRST_STANCE_MG and 2 * 64 * (trough + 1 - start) > self._shortest:
            self._land(start)

    def _land(self, crossing):
        before, after = self._smooth[(crossing - 1) & _MASK], self._smooth[crossing & _MASK]
        place = 64 * crossing - 64 * after // (after - before) - self._lag
        if place < 64 * self.floor:
            return  # before the first sample, or in a gap
        self.crossings[self.found], self.places[self.found] = crossing, place
        self.found += 1
