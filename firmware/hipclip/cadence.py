"""Steps a minute, counted on the clip from the size of the acceleration alone: for watches, not for the drop.

Integers only: nothing is allocated for a sample.
"""

_G = 128  # one g in the units here: counts at 16 g, divided by 16
# low-passed square of the specific force, in g squared: flight takes it under the first, stance over the second;
# walking, which has no flight, stays above 0.6
_FLIGHT = _G * _G * 45 // 100
_STANCE = _G * _G * 120 // 100
_SHIFT = 2  # the low-pass follows by a quarter a sample: 8 Hz at 208 Hz, over the third harmonic of the step
_INTERVALS = 8  # the cadence is the mean of so many steps, four strides
_LONGEST_MS = 600  # between two steps of a run (100 steps a minute)
_SHORTEST_MS = 200


class Cadence:
    """A sink of the sampler; `steps` counts on, `steps_per_minute` is 0 while nobody runs."""

    def __init__(self, clock, acc_ng_per_lsb):
        self._clock = clock
        self._counts_per_g = 1000000000 // acc_ng_per_lsb
        self._level = _G * _G
        self._armed = False
        self._last = 0
        self._count = 0  # intervals in a row, up to _INTERVALS
        self._mean_16 = 0  # their mean in samples, times 16
        self.steps = 0

    @property
    def steps_per_minute(self):
        """Mean over the last steps; 0 when there is none for longer than a step takes."""
        if self._count < 4 or self._since_ms(self._clock.index) > 2 * _LONGEST_MS:
            return 0
        return (self._clock.rate_mhz * 60 * 16 // self._mean_16 + 500) // 1000

    def take(self, block, n, index, ticks_us, flags):
        """Look at n samples."""
        level, armed, per_g = self._level, self._armed, self._counts_per_g
        for k in range(0, 12 * n, 12):
            square = 0
            for at in range(k, k + 6, 2):
                value = block[at] | block[at + 1] << 8
                if value & 0x8000:
                    value -= 65536
                value = value * _G // per_g
                square += value * value
            level += (square - level) >> _SHIFT
            if armed:
                if level > _STANCE:
                    armed = False
                    self._step(index + k // 12)
            elif level < _FLIGHT:
                armed = True
        self._level, self._armed = level, armed

    def _step(self, index):
        since_ms = self._since_ms(index)
        if since_ms < _SHORTEST_MS:
            return
        self.steps += 1
        samples_16 = (index - self._last) * 16
        self._last = index
        if since_ms > _LONGEST_MS:
            self._count = 0
        else:
            self._count = min(self._count + 1, _INTERVALS)
            self._mean_16 = (
                samples_16 if self._count == 1 else self._mean_16 + (samples_16 - self._mean_16) // self._count
            )

    def _since_ms(self, index):
        return (index - self._last) * 1000000 // self._clock.rate_mhz
