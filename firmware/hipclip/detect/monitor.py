"""From steps to alerts on the clip: `hipdrop.monitor` by the same rules, with the record that a host has stored.

It is the `out` of `hipclip.detect.Detector`. Drops are in 0.01 deg. docs/clip-detection.md (Monitor).
"""

import math

from micropython import const

from hipclip import monitorset
from hipclip.detect.channel import Channel
from hipclip.detect.learning import Learner
from hipwire import frames, ids

_TURN = const(0x200)
_BOTH = const(2)
_LEARNING = const(0)  # states and findings of a channel
_NORMAL = const(1)
_RAISED = const(2)
_WITHHELD = const(3)
_ALERT = const(4)
_HELD = const(3)
_KEPT_BACK = const(4)
_JOINED = const(5)
_CLEARED = const(6)
_NOTHING = const(8)
_EWMA = const(1)
_CUSUM = const(2)
_INFINITE = float("inf")


class Monitor:
    """Judges the drop per leg and for the mean of both against the runner's baseline, or against a band.

    `kept` holds the record (`hipclip.monitorset`); where another one is put there, the monitor begins anew with the
    next step. `events` takes what is found. While `hosted`, a host gives the alerts and the clip keeps its own back.
    `alerts` counts those raised in this run.
    """

    def __init__(self, kept, events, rate_mhz=208000):
        self._kept = kept
        self._events = events
        self.rate_mhz = rate_mhz
        self.hosted = False
        self._learner = Learner()
        self.begin()

    def begin(self):
        """Begin a run: forget what was learned and found."""
        self._record = self._kept.record
        n = self._n = monitorset.numbers(self._record)
        self._channels = [Channel(side, n[7] / 1e6, n[20], n[21]) for side in range(3)]
        self._edges = (n[25], n[26], (n[25] + n[26]) / 2 if n[25] and n[26] else 0) if n[1] else None
        self._learner.begin(n, monitorset.stored(self._record))
        self.alerts = 0
        self._index = 0
        self._spoke_at = None  # index of the step that raised the last alert
        self._half_of = -2  # number of a step that waits for its other leg
        self._set_limits()

    @property
    def learning(self):
        """Whether the baseline of a leg is still to be learned."""
        return not self._edges and not (self._learner.level(0) and self._learner.level(1))

    # what the detector tells

    def step(self, side, number, index, drop, flags, step_ms, cadence_dspm, confidence_percent):
        """Take the next step."""
        if self._record is not self._kept.record:
            self.begin()
        self._index = index
        learner, both, channel = self._learner, self._channels[_BOTH], self._channels[side - 1]
        learner.run(step_ms)
        counts = drop != frames.UNKNOWN_CDEG and not flags
        if counts:
            self._take(channel, drop)
        level = round(channel.level) if channel.count else frames.UNKNOWN_CDEG
        self._events.add(
            ids.EVENT_STEP, index, side, confidence_percent, flags, drop, level, cadence_dspm, step_ms
        )  # fmt: skip
        if not counts:
            self._skip(channel)
        paired = False
        if counts or (flags == _TURN and drop != frames.UNKNOWN_CDEG):
            paired = self._pair(side, number, drop)
        else:
            self._skip(both)
        if learner.open and learner.complete():
            self._set_limits()
            self._tell_baseline()
        if counts:
            self._judge(channel)
        if paired:
            self._judge(both)

    def activity(self, running):
        """Running has begun, or is over."""
        self._events.add(ids.EVENT_ACTIVITY, None, 0, 1 if running else 0)
        for channel in self._channels:
            if channel.over and not running:
                self._withhold(channel, ids.WITHHELD_NOT_RUNNING)

    def sides(self, code):
        """What is known of left and right has changed; the steps before were the wrong way round in two cases."""
        self._events.add(ids.EVENT_SIDES, None, 0, code)
        if code == ids.SIDES_CORRECTED or code == ids.SIDES_SWAPPED:
            self._swap()

    def slipped(self, cdeg):
        """The clip has moved on the body: the old baseline is of no use any more."""
        self._events.add(ids.EVENT_SLIPPED, None, a=cdeg)
        if not self._edges:
            for channel in self._channels:
                if channel.state > _NORMAL:
                    self._tell(ids.EVENT_WITHHELD, channel, ids.WITHHELD_MOVED)
        self.forget()

    def forget(self):
        """Learn the baseline anew from here on."""
        self._learner.forget()
        self._half_of = -2
        self._set_limits()

    def spoke(self):
        """Count the time to the next alert from now on: a host has let the clip buzz."""
        self._spoke_at = self._index

    # what is judged by

    def _take(self, channel, drop):
        if self._learner.open:
            self._learner.take(channel.side, drop)
        channel.take(drop)

    def _pair(self, side, number, drop):
        """Take in the mean of this step and the one just before it, of the other leg and not used yet, if there is."""
        if self._half_of == number - 1 and self._half_side != side:
            self._half_of = -2
            twice = self._half_drop + drop
            if self._learner.open:
                self._learner.take(_BOTH, (twice + (drop & 1)) // 2)  # a half goes up as often as down
            self._channels[_BOTH].take(twice / 2)
            return True
        self._half_of, self._half_side, self._half_drop = number, side, drop
        return False

    def _set_limits(self):
        """Hand each channel what it is to be judged by, where that has changed."""
        for channel in self._channels:
            limits = self._limits(channel.side)
            if limits != channel.limits:
                channel.judge_by(limits)

    def _limits(self, which):
        """As `hipdrop.monitor.limits`, of a band or of the own fresh level."""
        n = self._n
        if self._edges:
            edge, band = self._edges[which] / 10, n[24] / 10
            return (edge, band, n[10] / 1e6 * band, 0.0, _INFINITE) if edge else None
        level = self._learner.level(which)
        if not level:
            return None
        mean, sd, lag1, _ = level
        weight, dead_band = n[7] / 1e6, n[18] / 10
        margin = max(dead_band, n[8] / 1e6 * sd * math.sqrt(weight / (2 - weight) * (1 + lag1) / (1 - lag1)))
        clear, wider = n[10] / 1e6 * margin, margin / dead_band
        if n[2] == _EWMA:
            return mean, margin, clear, 0.0, _INFINITE
        allowance = wider * n[19] / 10
        most = _INFINITE if n[2] == _CUSUM else margin
        return mean, most, min(clear, allowance), allowance, wider * n[9] / 10

    def _swap(self):
        """Exchange what was learned and found of left and right."""
        channels = self._channels
        alerted = [channel for channel in channels[:_BOTH] if channel.state == _ALERT]
        for channel in alerted:
            self._tell(ids.EVENT_CLEARED, channel)
        channels[0], channels[1] = channels[1], channels[0]
        channels[0].side, channels[1].side = 0, 1
        for channel in alerted:
            self._tell(ids.EVENT_RAISED, channel)
        self._learner.swap()
        self._set_limits()  # changes them where a record holds the true sides
        if self._learner.level(0) or self._learner.level(1):
            self._tell_baseline()

    # when to speak

    def _judge(self, channel):
        if channel.state == _LEARNING:
            return
        finding = channel.finding()
        if finding == _HELD:
            self._speak(channel)
        elif finding != _NOTHING:
            channel.move(finding)
            if finding == _CLEARED:
                for spoken_for in self._channels if channel.side == _BOTH else (channel, self._channels[_BOTH]):
                    spoken_for.calm()
                self._tell(ids.EVENT_CLEARED, channel)

    def _speak(self, channel):
        """Raise the alert that is due, for both legs where both sag, or keep it back."""
        reason = self._keeps_back(channel)
        if reason or self._is_left_to_a_leg(channel):
            channel.move(_KEPT_BACK)
            if reason:
                self._withhold(channel, reason)
            return
        if channel.side != _BOTH and self._both_sag(channel):
            channel.move(_KEPT_BACK)
            channel.told = True  # by the alert for both
            channel = self._channels[_BOTH]
            channel.move(_JOINED)
        else:
            channel.move(_HELD)
        self._spoke_at = self._index
        self.alerts += 1
        self._tell(ids.EVENT_RAISED, channel)

    def _keeps_back(self, channel):
        """Say why an alert must not be raised, or 0."""
        left, right, both = self._channels
        other = both.state == _ALERT if channel is not both else _ALERT in (left.state, right.state)
        if other:
            return ids.WITHHELD_SPOKEN_FOR
        if self.hosted:
            return ids.WITHHELD_HOSTED
        n = self._n
        if self._spoke_at is not None:
            since_ms = (self._index - self._spoke_at) * 1000000 // self.rate_mhz
            if since_ms < n[11]:
                return ids.WITHHELD_COOL_DOWN
            if since_ms < self._pause_ms():
                return ids.WITHHELD_FADE
        silent = self._learner.running_ms % n[15] >= n[14] / 1e6 * n[15]  # each block begins with its share of feedback
        return ids.WITHHELD_PROGRAMME if silent else 0

    def _pause_ms(self):
        """Least time between the last alert and the next, which grows with those beyond the first few."""
        n = self._n
        pause_ms, longest_ms = n[11], max(n[11], n[12])
        for _ in range(self.alerts - n[23]):
            pause_ms = min(pause_ms * (n[13] / 1e6), longest_ms)
        return pause_ms

    def _is_left_to_a_leg(self, channel):
        """Whether one leg alone, whose own alert is about to come, lifts the mean of both."""
        if channel.side != _BOTH:
            return False
        fresh = self._n[22]
        over = [leg.over and leg.skipped < fresh for leg in self._channels[:_BOTH]]
        return over[0] != over[1]

    def _both_sag(self, leg):
        """Whether the other leg sags as well: beyond its clearing level, and half as much as this one."""
        other, both = self._channels[1 - leg.side], self._channels[_BOTH]
        if both.state == _LEARNING or both.state == _ALERT or not other.limits or not other.count:
            return False
        return other.level - other.limits[0] > max(other.limits[2], 0.5 * (leg.level - leg.limits[0]))

    def _skip(self, channel):
        channel.skipped += 1
        if channel.skipped == self._n[22] and channel.over:
            self._withhold(channel, ids.WITHHELD_SKIPPED)

    def _withhold(self, channel, reason):
        """Report an alert that is kept back, once per episode."""
        if not channel.told and (channel.state == _RAISED or channel.state == _WITHHELD):
            channel.told = True
            self._tell(ids.EVENT_WITHHELD, channel, reason)

    # what is told

    def _tell(self, code, channel, reason=0):
        level, reference = channel.level, channel.limits[0]
        self._events.add(
            code, self._index, channel.side + 1, reason, 0, round(level), round(reference), round(level - reference),
            self.alerts,
        )  # fmt: skip

    def _tell_baseline(self):
        steps, means = 0, []
        for which in range(3):
            level = self._learner.level(which)
            means.append(round(level[0]) if level else frames.UNKNOWN_CDEG)
            steps += level[3] if level and which < _BOTH else 0
        self._events.add(ids.EVENT_BASELINE, self._index, 0, 0, 0, means[0], means[1], means[2], steps)
