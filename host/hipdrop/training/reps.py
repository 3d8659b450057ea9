"""Counts repetitions as they are done: an angle that goes out from its start and comes back; docs/exercises.md."""

from __future__ import annotations

from collections import deque

import numpy as np

from hipdrop.samples import Array
from hipdrop.training.levelled import Levels, joined_levels
from hipdrop.training.posture import Posture, up_of
from hipdrop.training.repetition import EDGE, WHOLE, Columns, Repetition, held, measured
from hipdrop.training.table import Exercise

BIN_HZ = 26.0  # a movement of half a second has a dozen of them
SMOOTH = 4  # bins: means over 0.15 s
REST_S = 8.0  # where a movement starts from is the lowest of so long: a slow sag is no way out
BEGINS_S = 2.0  # half of a way takes less: so long before it, it was where it began
RETURN = 0.7  # of the way out: so much of it back, and it is a repetition
STAYS_S = 5.0  # so long near the quiet seconds, and it is not out at all: a fidget came before
STAYS = 0.7  # of the least movement: it stays when it goes about by less
SETTLE_S = 0.7  # from there until it is judged: the rest of the way back
LONGEST_HOLD_S = 10.0
LEAVES = 0.5  # of the least movement: sway does not end a hold
KEPT_S = 60.0  # longer no repetition takes


class RepCounter:
    """Counts the repetitions of a set; the same samples give the same ones however they are cut.

    A repetition is a way out by `Counting.least_deg` or more, and 70 % of it back: turning points that are further
    apart than anything that sway does. What turns, walks, rolls or gets up along with it is none.

    Parameters
    ----------
    exercise
        One that is counted.
    posture
        The quiet seconds before the set.
    rate_hz
        Of the samples.

    Attributes
    ----------
    repetitions
        So far; the hold of the last one may still go on.
    out_deg
        How far it is out now.
    now_s
        Time of the last samples looked at.
    """

    def __init__(self, exercise: Exercise, posture: Posture, rate_hz: float) -> None:
        assert exercise.count is not None, exercise.name
        self._exercise, self._posture, self._rules = exercise, posture, exercise.count
        self._n = max(1, round(rate_hz / BIN_HZ))
        self._bin_s = self._n / rate_hz
        self._rest: list[Levels] = []
        self._rows: deque[Array] = deque(maxlen=round(KEPT_S / self._bin_s))
        self._newest: deque[Array] = deque(maxlen=SMOOTH)
        self._low: deque[float] = deque(maxlen=round(REST_S / self._bin_s))
        self._late: deque[float] = deque(maxlen=round(STAYS_S / self._bin_s))
        self._peak_deg: float | None = None  # while it is out
        self._start_deg = 0.0  # and from where it began
        self._returned_s: float | None = None  # while one waits to be judged
        self._from_s: float | None = None  # from where the columns of the next one begin
        self._next_from_s: float | None = None
        self.repetitions: list[Repetition] = []
        self._open = False  # the hold of the last one goes on
        self.out_deg = 0.0
        self.now_s = 0.0

    @property
    def count(self) -> int:
        """How many there are, with one that is about to be judged."""
        return len(self.repetitions) + (self._returned_s is not None)

    @property
    def is_out(self) -> bool:
        """Whether one is going on."""
        return self._peak_deg is not None

    def push(self, levels: Levels) -> None:
        """Take columns."""
        self._rest.append(levels)
        whole = joined_levels(self._rest)
        bins = len(whole) // self._n
        used = bins * self._n
        self._rest = [whole.part(used, len(whole))]
        if bins:
            for row in self._binned(whole.part(0, used), bins).T:
                self._take(row)

    def close(self) -> None:
        """No more will come: judge the last one."""
        if self._returned_s is not None:
            self._judge()
        self._hold_ends()

    def _binned(self, levels: Levels, bins: int) -> Array:
        """Give the rows of `Columns` (8, bins), means."""
        aside = self._posture.drop_sign * levels.acc_ms2[2]
        rows = [
            levels.t_s, self._posture.way_out_deg(levels, self._exercise),
            self._posture.angle_deg(levels, self._rules.lean_axis), aside, levels.acc_ms2[1], levels.rotation_deg,
            (levels.acc_ms2**2).sum(axis=0), up_of(levels)[2],
        ]  # fmt: skip
        return np.stack([np.add.reduce(row.reshape(bins, self._n), axis=1) / self._n for row in rows])

    def _take(self, row: Array) -> None:
        """Look at the next bin."""
        self._newest.append(row)
        smooth = np.add.reduce(np.stack(self._newest)) / len(self._newest)
        smooth[3:] = row[3:]
        self._rows.append(smooth)
        now_s, out_deg = float(smooth[0]), float(smooth[1])
        self.now_s, self.out_deg = now_s, out_deg
        self._late.append(out_deg)
        if self._from_s is None:
            self._from_s = now_s
        if self._peak_deg is not None and self._stays():
            self._peak_deg = None
            self._low = deque(self._late, self._low.maxlen)
        if self._peak_deg is not None:
            if out_deg > self._peak_deg:
                self._peak_deg, self._start_deg = out_deg, self._begins_deg(out_deg)
            if self._peak_deg - out_deg >= max(self._rules.least_deg, RETURN * (self._peak_deg - self._start_deg)):
                self._comes_back(now_s)
            return
        self._low.append(out_deg)
        if self._returned_s is not None and now_s - self._returned_s >= SETTLE_S:
            self._judge()
        if out_deg - min(self._low) >= self._rules.least_deg:
            self._goes_out(now_s)

    def _begins_deg(self, peak_deg: float) -> float:
        """Give where the way out to a peak began, no lower than a little under the quiet seconds."""
        lowest_deg = max(min(self._low), -self._rules.least_deg)
        half_deg = 0.5 * (peak_deg + lowest_deg)
        outs = [float(row[1]) for row in self._rows]
        half = next((k for k in range(len(outs) - 1, -1, -1) if outs[k] < half_deg), 0)
        before = outs[max(0, half - round(BEGINS_S / self._bin_s)) : half + 1]
        return max(min(before), lowest_deg)

    def _stays(self) -> bool:
        """Say whether it stays near where it was in the quiet seconds."""
        if len(self._late) < round(STAYS_S / self._bin_s):
            return False
        least_deg, highest_deg = self._rules.least_deg, max(self._late)
        return highest_deg < least_deg and highest_deg - min(self._late) < STAYS * least_deg

    def _goes_out(self, now_s: float) -> None:
        if self._returned_s is not None:
            self._judge()
        self._hold_ends()
        if self._next_from_s is not None:
            self._from_s, self._next_from_s = self._next_from_s, None
            self._from_s = self._at_rest_from_s()
        self._peak_deg, self._start_deg = self.out_deg, self._begins_deg(self.out_deg)
        self._late.clear()

    def _at_rest_from_s(self) -> float:
        """Give from when on the one before is over: what is left of its way back may be higher than the next one."""
        columns = self._columns()
        low = columns.out_deg <= min(self._low) + LEAVES * self._rules.least_deg
        return float(columns.t_s[int(low.argmax())])

    def _comes_back(self, now_s: float) -> None:
        """So much of the way is back that it is a repetition, if it is one at all."""
        self._peak_deg = None
        self._low.clear()
        self._low.append(self.out_deg)
        found = measured(self._columns(), self._rules)
        self._next_from_s = now_s
        if found is not None:
            self._returned_s = now_s

    def _judge(self) -> None:
        """Put it among the repetitions, now that its way back is there."""
        self._returned_s = None
        found = measured(self._columns(), self._rules)
        if found is not None:
            self.repetitions.append(found)
            self._open = True

    def _hold_ends(self) -> None:
        """Put its hold into the last one: from its end until the angle leaves where it was."""
        if self._open and self._rules.hold_at == "start":
            last = self.repetitions[-1]
            columns = self._columns()
            behind = columns.t_s >= last.end_s + WHOLE * last.back_s
            out = columns.out_deg[behind & (columns.t_s < last.end_s + LONGEST_HOLD_S)]
            level = out[: max(1, round(0.5 / self._bin_s))].mean() if len(out) else 0.0
            away = np.abs(out - level) > max(LEAVES * self._rules.least_deg, EDGE * last.depth_deg)
            stays = len(out)
            if away.any():  # the way out has begun before
                stays = max(0, int(away.argmax()) - round(WHOLE * last.out_s / self._bin_s))
            self.repetitions[-1] = held(last, out[:stays], self._bin_s)
        self._open = False

    def _columns(self) -> Columns:
        """Give the columns of the repetition that goes on, from where the one before came back."""
        rows = np.stack(self._rows, axis=1)
        return Columns(*rows[:, rows[0] >= (self._from_s or 0.0)])
