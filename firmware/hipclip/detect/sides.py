"""Which leg stands, as hipdrop/sides.py tells it, from what a tilt sample holds: vertical, roll and yaw.

The shape of a stride is its odd harmonics, an array of 18: vertical acceleration (m/s2), roll and yaw rate (rad/s),
harmonics 1, 3, 5 of each, real and imaginary part.
"""

import math
from array import array

from micropython import const

_MASK = const(255)
_CHANNELS = const(3)
_VERTICAL_COUNTS = const(3)  # the host has it in forward and sideways acceleration as well, which are parts of it here
_ODD = const(3)
_SHAPE = const(18)
_TURN = const(128)  # steps of the cosine table
_QUARTER = const(32)
_TABLE_ONE = const(512)
_PHASE_SHIFT = const(13)  # a turn is 2^20
# what a unit of the ring is in the shape: mg in m/s2, 0.1 deg/s in rad/s
_MG = const(0.00980665)
_DDPS = const(0.0017453293)
# hipdrop.settings.SideSettings
_ROLL_WEIGHT = const(4)
_ROLL_PHASE_DEG = const(180)
_ROLL_SCALE_DEG = const(0.4)
_YAW_WEIGHT = const(3.5)
_YAW_PHASE_DEG = const(50)
_FIRST_STRIDES = const(6)
_SURE_LOG_ODDS = const(4.6)
_CONFIRMED_LOG_ODDS = const(9)
_CARRY_LOG_ODDS = const(3)
_MATCH_STEP = const(0.5)
_MATCH_LIMIT = const(9)
_MATCH_FLOOR = const(0.05)


class Judge:
    """Keeps what is known of left and right over a run: one open bit a bout, one for all of them."""

    def __init__(self, contacts):
        self._contacts = contacts
        turn = 2 * math.pi / _TURN
        self._cosine = array("h", [round(_TABLE_ONE * math.cos(turn * k)) for k in range(_TURN)])
        self._shape, self._sum, self._square = (array("f", bytes(4 * _SHAPE)) for _ in range(3))
        self.template = None  # a stride of earlier runs (see `hipclip.detect`), array "h"
        self.confirmed = False
        self.begin()

    def begin(self):
        """A new run."""
        self._clear()
        self._settled = self.confirmed  # by a word, which no stride goes over
        if self._settled:
            self._global = _CONFIRMED_LOG_ODDS
        self._bout = 0
        self._relation = 1  # the bout's parity in the template's frame
        self._first_bout = self.template is None

    def _clear(self):
        self._n = self._global = 0
        for k in range(_SHAPE):
            self._sum[k] = self._square[k] = 0

    def begin_bout(self, carried_parity):
        """The alternation starts anew; `carried_parity`: its parity +1 in the one before, 0 where not known."""
        if self.template is None and self._n < _FIRST_STRIDES:
            self._clear()  # too little to match with; what was said was said of a frame that is gone
            self._settled = False
        known = self._first_bout or abs(self._bout) >= _SURE_LOG_ODDS
        self._first_bout = self.template is None and self._n == 0
        relation = self._relation * carried_parity if known else 0
        self._relation = relation or 1
        self._bout = relation * _CARRY_LOG_ODDS

    def push(self, start, stop, parity, stride_s, tilt_deg):
        """Take the stride of samples [start, stop); `parity` is that of the contact it begins with."""
        self._project(start, stop - start, parity)
        # of the rate about the vertical that about the pelvis' own upward axis, at its mean tilt
        shape, tilt = self._shape, math.radians(tilt_deg)
        for k in range(6, 12):
            shape[k + 6] = (shape[k + 6] - math.sin(tilt) * shape[k]) / max(0.5, math.cos(tilt))
        if not self._first_bout:
            self._match()
        if not self._first_bout and abs(self._bout) < _SURE_LOG_ODDS:
            return
        total, square = self._sum, self._square
        for k in range(_SHAPE // 2):
            re, im = shape[2 * k], shape[2 * k + 1]
            total[2 * k] += self._relation * re
            total[2 * k + 1] += self._relation * im
            square[k] += re * re + im * im
        self._n += 1
        told = abs(self._global) >= _SURE_LOG_ODDS and self._n % 8
        if not self._settled and not told and self._n >= _FIRST_STRIDES:
            self._global = self._population(stride_s)

    def _project(self, start, n, parity):
        """The stride's odd harmonics, turned over where parity is -1."""
        table, shape = self._cosine, self._shape
        vertical, roll, yaw = self._contacts.vertical, self._contacts.roll, self._contacts.yaw
        for odd in range(_ODD):
            turn, phase = (2 * odd + 1 << 20) // n, 1 << _PHASE_SHIFT - 1
            a = b = c = d = e = f = 0
            for i in range(start, start + n):
                m, k = i & _MASK, phase >> _PHASE_SHIFT
                phase += turn
                cosine, sine = table[k & _TURN - 1], table[k - _QUARTER & _TURN - 1]
                value = vertical[m]
                a += value * cosine
                b -= value * sine
                value = roll[m]
                c += value * cosine
                d -= value * sine
                value = yaw[m]
                e += value * cosine
                f -= value * sine
            scale = 2 * parity / (n * _TABLE_ONE)
            for at, re, im in ((2 * odd, a, b), (6 + 2 * odd, c, d), (12 + 2 * odd, e, f)):
                unit = scale * (_MG if at < 6 else _DDPS)
                shape[at], shape[at + 1] = unit * re, unit * im

    def _moments(self, k, stored):
        """Real and imaginary part of the mean of harmonic k, and its standard deviation: stored, or of this run."""
        if stored:
            return stored[3 * k] / 1000, stored[3 * k + 1] / 1000, stored[3 * k + 2] / 1000
        n = self._n
        re, im = self._sum[2 * k] / n, self._sum[2 * k + 1] / n
        return re, im, math.sqrt(max(self._square[k] / n - re * re - im * im, 1e-9))

    def _match(self):
        """Hold the stride against the template; each channel counts alike."""
        if self.template is None and self._n < _FIRST_STRIDES:
            return
        shape, largest, step = self._shape, 1e-9, 0
        moments = [self._moments(k, self.template) for k in range(_SHAPE // 2)]
        for re, im, _ in moments:
            largest = max(largest, math.sqrt(re * re + im * im))
        floor = _MATCH_FLOOR * largest
        for channel in range(_CHANNELS):
            likeness = 0
            for k in range(_ODD * channel, _ODD * channel + _ODD):
                re, im, sd = moments[k]
                likeness += 2 * (shape[2 * k] * re + shape[2 * k + 1] * im) / (sd * sd + floor * floor)
            step += (1 if channel else _VERTICAL_COUNTS) * max(-1, min(1, likeness))
        bout = self._bout + _MATCH_STEP * step
        self._bout = max(-_MATCH_LIMIT, min(_MATCH_LIMIT, bout))
        if self._bout * self._relation < 0:
            self._relation = -self._relation

    def _population(self, stride_s):
        """Log odds that a contact of parity +1 is a left one, from what runners have in common: roll and yaw."""
        # third harmonic of obliquity, the integral of the roll rate, in deg
        along, size, clarity = self._cue(4, _ROLL_PHASE_DEG + 90)
        roll = math.tanh(math.degrees(along * stride_s) / (6 * math.pi * _ROLL_SCALE_DEG))
        odds = _ROLL_WEIGHT * roll * clarity
        along, size, clarity = self._cue(6, _YAW_PHASE_DEG)  # fundamental of the yaw rate
        return odds + _YAW_WEIGHT * along / size * clarity

    def _cue(self, k, phase_deg):
        """Harmonic k of this run: its part at a phase, its size, and how it stands out of its standard error."""
        re, im, sd = self._moments(k, None)
        power, phase = re * re + im * im + 1e-9, math.radians(phase_deg)
        along = re * math.cos(phase) + im * math.sin(phase)
        return along, math.sqrt(power), power / (power + 8 * sd * sd / self._n)

    def look(self):
        """Bring `left_parity` (of the contacts that are more likely left) and its `confidence` up to date.

        Gives whether that suffices for what needs a side.
        """
        self.left_parity = self._relation if self._global >= 0 else -self._relation
        overall = _probability(self._global)
        bout = 1 if self._first_bout else _probability(self._bout)
        self.confidence = overall * bout + (1 - overall) * (1 - bout)
        return self.confidence >= _probability(_SURE_LOG_ODDS)

    def swap(self):
        """The wearer says that left and right are the wrong way round."""
        self._global = -_CONFIRMED_LOG_ODDS if self._global >= 0 else _CONFIRMED_LOG_ODDS
        self._settled = True


def _probability(log_odds):
    return 1 / (1 + math.exp(-abs(log_odds)))
