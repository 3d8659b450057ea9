"""From landings to steps: bouts of running, alternation, turns, gaps and slips, as hipdrop/steps.py and bout.py."""

from array import array

from micropython import const

from hipclip.detect.drops import UNKNOWN, Drops
from hipclip.detect.labels import Labels
from hipclip.detect.sides import Judge
from hipclip.detect.slips import Slips

_MASK = const(255)
# a row (hipclip.detect.labels)
_INDEX = const(0)
_STEP_MS = const(1)
_CADENCE = const(2)
_FLAGS = const(3)
_LEFT = const(4)
_RIGHT = const(5)
_NUMBER = const(6)
_PARITY = const(7)
_ALTERNATION = const(8)
_CARRIED = const(9)
_CLEAN = const(10)
_ROW = const(11)
_SLOTS = const(8)  # newest steps, a power of 2

_START = const(1)
_STOP = const(2)
_GAP = const(4)
_SATURATED = const(8)
_WOBBLE = const(16)
_SLIP = const(32)
_IRREGULAR = const(256)
_TURN = const(512)
_UNFIT = const(4 | 8 | 256)  # to learn sides from: gap, saturated, irregular

# hipdrop.steps
_CONFIRM = const(4)
_CHECK_EVERY = const(9)
# hipdrop.settings.DropSettings
_STOP_STEPS = const(4)
_IRREGULAR_PERCENT = const(25)
_TURN_LIMIT_DDPS = const(120)
_TURN_TAIL_MS = const(2000)
_GAP_VOID_MS = const(3000)
# hipdrop.settings.SideSettings
_SHORTEST_STEP_PERCENT = const(60)
_LONGEST_STEP_PERCENT = const(160)
_CARRY_GAP_MS = const(1000)
_CARRY_PERCENT = const(20)
# hipdrop.settings.MountSettings: after a break in which the clip may have been moved it is not watched at first
_DOUBT_MS = const(3000)
_DOUBT_STRIDES = const(6)
_NEWEST = const(7)  # hipdrop.bout: steps that the typical step time is the median of


class Steps:
    """Takes landings in time order; gives steps to `labels`. Places and times are 64ths of a tilt sample."""

    def __init__(self, contacts, out):
        self._contacts = contacts
        self._out = out
        self.judge = Judge(contacts)
        self.labels = Labels(self.judge, out)
        self._drops = Drops(contacts)
        self._slips = Slips(contacts)
        self._rows = array("i", bytes(4 * _ROW * _SLOTS))
        self._places = [0] * _SLOTS
        self._crossings = [0] * _SLOTS
        self.begin()

    def begin(self):
        """A new run."""
        self.judge.begin()
        self.labels.begin()
        self._slips.begin()
        self._number = self._alternation = 0
        self._turn_until = self._distrust_until = -(1 << 29)
        self._turning = self._resumed = self._told = self._lost = False
        self._last = None  # place of the newest contact of running
        self._typical_before = self._parity_before = 0
        self._clear_bout()

    def settle(self, index):
        """Close the bout if no foot has landed for too long up to a sample."""
        longest = self._contacts.longest
        if self._landings and index - self._crossings[self._number - 1 & _SLOTS - 1] > longest:
            self.end_bout(_STOP)
        if self._told and not self.running and index - max(self._contacts.last, self._contacts.floor) > longest:
            self._told = False
            self._out.activity(False)

    def land(self, crossing, place):
        """A foot has met the ground."""
        self.settle(crossing)
        if not self._landings:
            self._begin_bout(place)
        self._last = place
        slot = self._number & _SLOTS - 1
        rows, at = self._rows, _ROW * slot
        self._places[slot], self._crossings[slot] = place, crossing
        rows[at + _NUMBER] = self._number
        rows[at + _INDEX] = (place + 32 >> 5) & 0x7FFFFFFF
        rows[at + _STEP_MS] = rows[at + _CADENCE] = rows[at + _FLAGS] = 0
        rows[at + _PARITY], rows[at + _ALTERNATION] = self._parity, self._alternation
        rows[at + _CARRIED] = self._carried
        rows[at + _LEFT] = rows[at + _RIGHT] = UNKNOWN
        rows[at + _CLEAN] = 1
        self._number += 1
        self._parity = -self._parity
        self._landings += 1
        self.running = self._landings >= _CONFIRM
        if self._landings > 1:
            self._complete(self._number - 2)
        if self._landings == _CONFIRM:
            if not self._told:
                self._told = True
                self._out.activity(True)
            self._study(self._number - _CONFIRM, False)
            for number in range(self._number - _CONFIRM + 1, self._number - 1):
                self._study(number, True)
        elif self.running:
            self._study(self._number - 2, True)

    def gap(self, index):
        """Samples are missing before sample `index`."""
        self.end_bout(_GAP)
        self._distrust_until = 64 * index + self._contacts.samples_64(_GAP_VOID_MS)

    def end_bout(self, why):
        """The wearer stops running, or samples are missing: the last step has no end, the alternation is lost."""
        self._resumed = why == _GAP
        self._typical_before = 0
        if self.running:
            at = _ROW * (self._number - 1 & _SLOTS - 1)
            self._typical_before, self._parity_before = self._typical, self._rows[at + _PARITY]
            self._place_before = self._last
            self._rows[at + _FLAGS] |= why
            self._give(at, None)
            self.labels.flush()
        else:
            self._number -= self._landings
        self._clear_bout()

    def _clear_bout(self):
        self._landings = 0
        self.running = False  # whether a confirmed bout is open
        self._newest = []
        self._typical = 0
        self._begin_alternation()

    def _begin_alternation(self):
        self._parity = 1
        self._carried = 0
        self._alternation += 1
        self._slips.end_bout()

    def _begin_bout(self, place):
        """Count the alternation of the legs on through a pause, by the cadence, where that can be told."""
        if self._last is not None and place - self._last > self._contacts.samples_64(_DOUBT_MS):
            self._slips.doubt = self._slips.doubt or _DOUBT_STRIDES
        step = self._typical_before
        if step:
            away = place - self._place_before
            if 0 <= away <= self._contacts.samples_64(_CARRY_GAP_MS) + step:
                steps = (2 * away + step) // (2 * step)
                if abs(away - steps * step) * 100 <= _CARRY_PERCENT * step:
                    self._carried = -self._parity_before if steps & 1 else self._parity_before

    def _time(self, step):
        """Take a step time; gives it in thousandths of the typical one before it."""
        part = 1000 * step // self._typical if self._typical else 1000
        self._newest.append(step)
        if len(self._newest) > _NEWEST:
            self._newest.pop(0)
        self._typical = sorted(self._newest)[len(self._newest) // 2]
        return part

    def _complete(self, number):
        """Fill in what the next landing settles, as far as it needs no side."""
        rows, places, contacts = self._rows, self._places, self._contacts
        at, following = _ROW * (number & _SLOTS - 1), _ROW * (number + 1 & _SLOTS - 1)
        place, end = places[number & _SLOTS - 1], places[number + 1 & _SLOTS - 1]
        rows[at + _STEP_MS] = ((end - place) * 15625 + contacts.rate_mhz // 2) // contacts.rate_mhz
        if self._landings - 1 <= _STOP_STEPS and not self._resumed:
            rows[at + _FLAGS] |= _STOP
        part = self._time(end - place)
        if self._landings == 2:
            rows[at + _FLAGS] |= _START | (_GAP if place < self._distrust_until else 0)
            return
        begin = places[number - 1 & _SLOTS - 1]
        if contacts.saturated >= begin + 32 >> 6:
            rows[at + _FLAGS] |= _SATURATED
        rows[at + _CLEAN] = not rows[at + _FLAGS] & _UNFIT
        if begin < self._distrust_until:
            rows[at + _FLAGS] |= _GAP
        rows[at + _CADENCE] = 768 * contacts.rate_mhz // (10 * (end - begin))
        if abs(part - 1000) <= 10 * _IRREGULAR_PERCENT:
            return
        rows[at + _FLAGS] |= _IRREGULAR
        rows[following + _FLAGS] |= _IRREGULAR  # its stride holds the odd step too
        rows[at + _CLEAN] = 0
        if not rows[at + _FLAGS] & _GAP and not 10 * _SHORTEST_STEP_PERCENT < part < 10 * _LONGEST_STEP_PERCENT:
            self._begin_alternation()
            rows[following + _PARITY], rows[following + _ALTERNATION] = self._parity, self._alternation
            rows[following + _CARRIED] = 0
            self._parity = -self._parity

    def _study(self, number, has_stride):
        """Measure the step and its stride; look for turns and slips; hand it on."""
        slot = number & _SLOTS - 1
        rows, at = self._rows, _ROW * slot
        if not has_stride:
            self._give(at, None)
            return
        before, after = number - 1 & _SLOTS - 1, number + 1 & _SLOTS - 1
        begin, place, end = self._places[before], self._places[slot], self._places[after]
        start, stop = begin + 32 >> 6, end + 32 >> 6
        up = self._look(start, stop, place, end)
        if self._turning:
            rows[at + _FLAGS] |= _TURN
        slips, flags, clean = self._slips, rows[at + _FLAGS], rows[at + _CLEAN]
        if flags & _GAP:
            slips.gap()
        watched = clean and not flags & (_GAP | _TURN) and not self._lost
        if watched and not slips.doubt:
            self._slipped(slips.jump(place, up))
        if slips.suspicious:
            rows[at + _FLAGS] |= _SLIP
        settled = self.labels.sure and not slips.doubt
        stride = None
        if not (settled and number % _CHECK_EVERY):
            if clean:
                if slips.doubt:
                    slips.doubt -= 1
                if watched and not slips.doubt and not self._lost:
                    self._slipped(slips.roll(up, _CHECK_EVERY if settled else 1))
                stride_s = (end - begin) * 125 / 8 / self._contacts.rate_mhz
                stride = start, stop, -rows[at + _PARITY], stride_s, up[1]
            else:
                stride = ()
        if self._drops.measure(begin, place, end, self._crossings[after] + 1, 100 * up[0]):
            rows[at + _FLAGS] |= _WOBBLE
        rows[at + _LEFT], rows[at + _RIGHT] = self._drops.left, self._drops.right
        self._give(at, stride)

    def _look(self, start, stop, place, end):
        """Mean up vector of a stride; notices a bend."""
        obliquity, tilt, yaw = self._contacts.obliquity, self._contacts.tilt, self._contacts.yaw
        a = b = c = 0
        for i in range(start, stop):
            m = i & _MASK
            a += obliquity[m]
            b += tilt[m]
            c += yaw[m]
        n = stop - start
        if abs(c) > _TURN_LIMIT_DDPS * n:
            self._turn_until = end + self._contacts.samples_64(_TURN_TAIL_MS)
        self._turning = place < self._turn_until
        return a / n / 100, b / n / 100

    def _slipped(self, deg):
        if deg is not None:
            self._lost = True
            self._slips.begin()
            self.labels.flush()
            self._out.slipped(round(100 * deg))

    def _give(self, at, stride):
        if self._lost:
            self.labels.lost(self._rows, at)
        else:
            self.labels.push(self._rows, at, stride)
