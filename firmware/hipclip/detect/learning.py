"""Learning the runner's own fresh level on the clip: `hipdrop.monitor.learning` and `.baseline` in fixed memory.

All drops are in 0.01 deg. A channel keeps 512 drops in their order of size; when these are full every second of them
goes, and from there on only every second step is kept, then every fourth. Counts and autocorrelation are of all steps.
"""

import math
from array import array

from micropython import const

_ROOM = const(512)  # of a channel: 5 min of running at 205 steps a minute
_LONGEST_STEP_MS = const(1000)  # what takes longer is a stop or a gap and no running time
_PASSES = const(20)
_NEVER = const(0x3FFFFFFF)
_MAD_TO_SD = 1.4826  # of a normal distribution
_HUBER_K = 1.5


class Pool:
    """The drops of one channel while they are gathered."""

    def __init__(self):
        self._drops = array("h", bytes(2 * _ROOM))
        self.clear()

    def clear(self):
        """Begin anew."""
        self.count = 0  # of all steps
        self._kept = 0
        self._every = 1
        self._first = None
        self._last = 0  # this and the sums are of drops less the first one
        self._sum = 0
        self._squares = 0
        self._products = 0

    def take(self, drop):
        """Take in a drop, a whole number."""
        if self._first is None:
            self._first = drop
        off = drop - self._first
        self._products += off * self._last
        self._sum += off
        self._squares += off * off
        self._last = off
        if self.count % self._every == 0:
            self._keep(drop)
        self.count += 1

    def _keep(self, drop):
        drops, kept = self._drops, self._kept
        if kept == _ROOM:
            kept //= 2
            for k in range(kept):
                drops[k] = drops[2 * k + 1]
            self._every *= 2
        self._kept = kept + 1
        while kept and drops[kept - 1] > drop:
            drops[kept] = drops[kept - 1]
            kept -= 1
        drops[kept] = drop

    def locate(self):
        """Give Huber's location, SD from the median absolute deviation, autocorrelation and number of the steps."""
        drops, kept, count = self._drops, self._kept, self.count
        twice = drops[(kept - 1) // 2] + drops[kept // 2]
        sd = _MAD_TO_SD * self._deviation(twice)
        if not sd:  # half the steps may be equal
            mean = self._sum / count
            sd = math.sqrt(max(self._squares / count - mean * mean, 0.0))
        centre = self._centre(twice / 2, _HUBER_K * sd) if sd else twice / 2
        off = centre - self._first
        power = self._squares - 2 * off * self._sum + count * off * off
        products = self._products - off * (2 * self._sum - self._last) + (count - 1) * off * off
        return centre, sd, min(max(products / power, 0.0), 0.9) if power > 0 else 0.0, count

    def _deviation(self, twice):
        """Median distance to the median, of which `twice` is the double: from the middle outwards."""
        drops, kept = self._drops, self._kept
        up = kept // 2
        down = up - 1
        nearer = off = 0
        for _ in range(kept // 2 + 1):
            nearer = off
            above = 2 * drops[up] - twice if up < kept else _NEVER
            below = twice - 2 * drops[down] if down >= 0 else _NEVER
            if above <= below:
                off = above
                up += 1
            else:
                off = below
                down -= 1
        return off / 2 if kept % 2 else (off + nearer) / 4

    def _centre(self, centre, reach):
        """Give the location from which the mean distance is 0, where none is counted for more than `reach`."""
        drops, kept = self._drops, self._kept
        for _ in range(_PASSES):  # each leaves about a seventh of the error
            low, high, base = centre - reach, centre + reach, int(centre)
            total = beyond = within = 0
            for k in range(kept):
                drop = drops[k]
                if drop < low:
                    beyond -= 1
                elif drop > high:
                    beyond += kept - k
                    break
                else:
                    total += drop - base
                    within += 1
            step = (total - within * (centre - base) + reach * beyond) / kept
            centre += step
            if abs(step) < 1e-4 * reach:
                break
        return centre


class Learner:
    """Gathers the drops of left, right and both (0, 1, 2) in a window of running time.

    With a stored level there is an early baseline of less running; the full window then sharpens it.
    """

    def __init__(self):
        self._pools = [Pool(), Pool(), Pool()]

    def begin(self, numbers, stored):
        """Begin a run with these fields of a monitor record."""
        self._from_ms, self._until_ms, early_ms = numbers[4:7]
        self._early_after_ms = early_ms - self._from_ms
        self._least, self._wander = numbers[16], numbers[17] / 10
        self._stored = stored
        self.running_ms = 0
        self._anew()

    def _anew(self):
        self._today = [None, None, None]
        self._wanted = [True, True, True]
        for pool in self._pools:
            pool.clear()
        self._early_ms = self._from_ms + self._early_after_ms if self._stored else _NEVER
        self.open = self.running_ms >= self._from_ms

    def run(self, step_ms):
        """Let running time pass."""
        if 0 < step_ms <= _LONGEST_STEP_MS:
            self.running_ms += step_ms
            self.open = True in self._wanted and self.running_ms >= self._from_ms

    def take(self, which, drop):
        """Take in a step that counts for this channel, while `open`."""
        if self._wanted[which]:
            self._pools[which].take(drop)

    def complete(self):
        """Make the baselines that are due; whether there is a new one."""
        full = self.running_ms >= self._until_ms
        new = False
        if self.open and (full or self.running_ms >= self._early_ms):
            for which in range(3):
                if self._wanted[which] and self._pools[which].count >= self._least:
                    self._today[which] = self._pools[which].locate()
                    self._wanted[which] = not full
                    new = True
            self.open = True in self._wanted
            self._early_ms = _NEVER
        return new

    def forget(self):
        """Learn anew, in as much running as before, without waiting for the body to warm up."""
        self._until_ms += self.running_ms - self._from_ms
        self._from_ms = self.running_ms
        self._anew()

    def swap(self):
        """Exchange what was learned of left and right."""
        for pair in (self._today, self._wanted, self._pools):
            pair[0], pair[1] = pair[1], pair[0]

    def level(self, which):
        """Give mean, SD, autocorrelation and steps of a channel; None while it is not learned.

        A stored level and today's weigh by their precisions, as in `hipdrop.monitor.baseline.shrink`.
        """
        today = self._today[which]
        if not today or not self._stored:
            return today
        mean, sd, lag1, count = today
        left, right, left_sd, right_sd, left_steps, right_steps, between = self._stored
        if which == 2:
            left = (left + right) / 2
            left_sd = math.sqrt(left_sd * left_sd + right_sd * right_sd) / 2
            left_steps = min(left_steps, right_steps)
        elif which:
            left, left_sd, left_steps = right, right_sd, right_steps
        v_stored = (between * between + left_sd * left_sd / left_steps) / 100  # 0.001 deg there, 0.01 deg here
        v_today = self._wander * self._wander + sd * sd / count
        weight = v_today / (v_stored + v_today) if v_stored + v_today > 0 else 0.0
        return weight * left / 10 + (1 - weight) * mean, sd, lag1, count
