"""One channel of the monitor: its slow level, its sum, its evidence, its state; `hipdrop.monitor.channel` on the clip.

All drops are in 0.01 deg. States and findings are numbers in the order of `hipdrop.monitor.levels`.
"""

from micropython import const

_LEARNING = const(0)
_NORMAL = const(1)
_ALERT = const(4)
_READY = const(0)
_ABOVE = const(1)
_EASED = const(2)
_HELD = const(3)
_CLEARED = const(6)
_FORGOTTEN = const(7)
_NOTHING = const(8)
# hipdrop.monitor.levels.TRANSITIONS, a row of eight findings for each state
NEXT = b"\1\0\0\0\0\0\0\0\1\2\1\1\1\4\1\0\2\2\1\4\3\4\2\0\3\3\1\4\3\4\3\0\4\4\4\4\4\4\1\0"
_OVER = const(1)  # bits of a step in the evidence
_UNDER = const(2)


class Channel:
    """Follows the drop of one leg (side 0, 1), or of the mean of both (2).

    `limits` is what it is judged by, None where there is nothing: reference, excess of the level that is over, excess
    that is clear, allowance of the sum, its limit (either limit may be infinite).
    """

    def __init__(self, side, weight, need, window):
        self.side = side
        self._evidence = bytearray(window)  # of the newest steps
        self._weight, self._need = weight, need  # so many of the window raise and clear
        self.state = _LEARNING
        self.level = 0.0
        self.count = 0
        self.skipped = 0
        self.judge_by(None)

    def judge_by(self, limits):
        """Judge by these limits from here on; an alert stays until it is cleared by them."""
        self.limits = limits
        self._at = self._unders = 0
        self.calm(0)
        self.move(_READY if limits else _FORGOTTEN)

    def calm(self, keep=_UNDER):
        """Drop the evidence gathered so far, but `keep` what speaks for clearing."""
        evidence = self._evidence
        for k in range(len(evidence)):
            evidence[k] &= keep
        self._sum = 0.0
        self._overs = 0
        self.over = False
        self.move(_EASED)

    def take(self, drop):
        """Take in a step that counts."""
        self.skipped = 0
        self.count += 1
        self.level += max(self._weight, 1.0 / self.count) * (drop - self.level)
        if self.state == _LEARNING:
            return
        reference, most, clear, allowance, most_sum = self.limits
        evidence, at, excess = self._evidence, self._at, self.level - reference
        # no more over its limit than one window of fresh steps brings down
        self._sum = min(max(self._sum + drop - reference - allowance, 0.0), most_sum + len(evidence) * allowance)
        self.over = excess > most or (self._sum > most_sum and excess > clear)
        bits = (_OVER if self.over else 0) | (_UNDER if excess < clear else 0)
        self._overs += (bits & _OVER) - (evidence[at] & _OVER)
        self._unders += (bits >> 1) - (evidence[at] >> 1)
        evidence[at] = bits
        self._at = (at + 1) % len(evidence)

    def finding(self):
        """Say what the newest step that counts means in the present state."""
        if self.state == _NORMAL:
            return _ABOVE if self.over else _NOTHING
        if self.state == _ALERT:
            return _CLEARED if self._unders >= self._need else _NOTHING
        if not self._overs:
            return _EASED
        return _HELD if self.over and self._overs >= self._need else _NOTHING

    def move(self, finding):
        """Go to the state that follows; an episode ends where it is normal again."""
        self.state = NEXT[8 * self.state + finding]
        if self.state <= _NORMAL:
            self.told = False  # whether this episode's withheld alert has been reported
