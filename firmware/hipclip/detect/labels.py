"""Steps get their side here, wait until it is sure or has been waited for long enough, and are told.

As hipdrop/labelling.py. A row of a step is 11 whole numbers, in the order of the names here.
"""

from array import array

from micropython import const

_INDEX = const(0)  # raw index of the contact, 31 bits of it
_STEP_MS = const(1)
_CADENCE = const(2)
_FLAGS = const(3)
_LEFT = const(4)  # drop in cdeg if the left leg stands
_RIGHT = const(5)
_HELD = const(6)  # numbers of a row that are kept of a step held back; the others follow from the last one's
_NUMBER = const(6)
_PARITY = const(7)
_ALTERNATION = const(8)
_CARRIED = const(9)
_HOLD_STEPS = const(30)  # hipdrop.settings.SideSettings
_UNKNOWN = const(-32768)

_MOUNT = const(64)
_SIDE = const(128)
_SETTLED = const(1)
_UNSURE = const(2)
_CORRECTED = const(3)
_SWAPPED = const(4)


class Labels:
    """Holds steps until their side is sure; left and right of an alternation are not turned over but by a word."""

    def __init__(self, judge, out):
        self._judge = judge
        self._out = out
        self._rows = array("h", bytes(2 * _HELD * (_HOLD_STEPS + 1)))  # indices against the first one's
        self.begin()

    def begin(self):
        """A new run."""
        self._held = self._first = self._number = self._parity = 0  # number and parity: of the last one held
        self._alternation = -1
        self._left_parity = 0  # of the steps of this alternation that have been told; 0 while none has
        self._left_sure = self.sure = False
        self._told = 0
        self._confidence = 50

    def push(self, rows, at, stride):
        """Take the row at `at` of `rows`; `stride`: None, or what `Judge.push` wants of a stride that tells of sides.

        Where left and right are settled, strides are looked at now and then.
        """
        parity = rows[at + _PARITY]
        if rows[at + _ALTERNATION] == self._alternation and self._left_parity and not self._held and stride is None:
            self._tell(rows, at, rows[at + _INDEX], rows[at + _NUMBER], parity)
            return
        judge = self._judge
        if rows[at + _ALTERNATION] != self._alternation:
            self.flush()
            self._alternation = rows[at + _ALTERNATION]
            self._left_parity = 0
            judge.begin_bout(rows[at + _CARRIED])
        if stride:
            judge.push(*stride)
        held, put = self._rows, _HELD * self._held
        if not put:
            self._first = rows[at + _INDEX]
        for k in range(1, _HELD):
            held[put + k] = rows[at + k]
        held[put] = rows[at + _INDEX] - self._first
        self._number, self._parity = rows[at + _NUMBER], parity
        self._held += 1
        self._look()
        if self.sure or self._left_parity or self._held > _HOLD_STEPS:
            self.flush()

    def flush(self):
        """Let all held steps go with what is known of their side now."""
        held, self._held = self._held, 0
        if not held:
            return
        parity = self._judge.left_parity
        told = _SETTLED if self.sure else _UNSURE
        turned_over = self._left_parity and parity != self._left_parity
        if turned_over and self._left_sure:
            self._out.sides(_CORRECTED)
        elif told != self._told or turned_over:
            self._out.sides(told)
        self._told = told
        self._left_parity, self._left_sure = parity, self.sure
        for at in range(0, _HELD * held, _HELD):
            held -= 1  # so many come after it
            own = -self._parity if held & 1 else self._parity
            self._tell(self._rows, at, self._first + self._rows[at], self._number - held, own)

    def swap(self):
        """The wearer says that left and right are the wrong way round."""
        self.flush()
        self._judge.swap()
        self._look()
        self._told, self._left_parity = _SETTLED, self._judge.left_parity
        self._out.sides(_SWAPPED)

    def _look(self):
        self.sure = self._judge.look()
        self._confidence = round(100 * self._judge.confidence)

    def _tell(self, rows, at, index, number, parity):
        if not self.sure:
            rows[at + _FLAGS] |= _SIDE
        self._step(rows, at, index, number, parity == self._left_parity, self._confidence)

    def lost(self, rows, at):
        """Let a step go that came after the clip has slipped."""
        rows[at + _FLAGS] |= _MOUNT | _SIDE
        rows[at + _LEFT] = rows[at + _RIGHT] = _UNKNOWN
        self._step(rows, at, rows[at + _INDEX], rows[at + _NUMBER], rows[at + _PARITY] > 0, 50)

    def _step(self, rows, at, index, number, left, confidence):
        self._out.step(
            1 if left else 2, number, index, rows[at + (_LEFT if left else _RIGHT)], rows[at + _FLAGS],
            rows[at + _STEP_MS], rows[at + _CADENCE], confidence,
        )  # fmt: skip
