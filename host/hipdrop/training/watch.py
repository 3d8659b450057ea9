"""Whether the pelvis stays where it was: for exercises that are timed, and in which nothing is counted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from hipdrop.samples import Array
from hipdrop.training.levelled import Levels, joined_levels
from hipdrop.training.posture import Posture
from hipdrop.training.reps import BIN_HZ
from hipdrop.training.table import Exercise, Range, said

SMOOTH_S = 1.0  # means over so long: a step, a jolt or a sway about the limit is nothing to speak of
FORGET_S = 4.0  # getting up from the floor takes no longer
BACK = 0.8  # of the limit: it is back in its range when it is nearer than that


@dataclass(frozen=True, slots=True)
class Moment:
    """The pelvis was out of its range.

    Attributes
    ----------
    at_s, for_s
        When, since the set began; how long.
    worst_deg
        The angle that was furthest out.
    what
        What happened, in words.
    """

    at_s: float
    for_s: float
    worst_deg: float
    what: str


class PelvisWatch:
    """Watches the angles of an exercise against the quiet seconds before it; the same however it is cut.

    Parameters
    ----------
    exercise
        One that is watched.
    posture
        The quiet seconds before the set.
    rate_hz
        Of the samples.

    Attributes
    ----------
    moments
        Out of range, those that are over.
    angle_deg
        The first of its angles now, mean over a second.
    out
        What is out of range now, in words; empty while all is well.
    watched_s, within_s
        How long it has watched, and how much of that all was in range.
    """

    def __init__(self, exercise: Exercise, posture: Posture, rate_hz: float) -> None:
        assert exercise.watch, exercise.name
        self._ranges, self._posture = exercise.watch, posture
        self._n = max(1, round(rate_hz / BIN_HZ))
        self._bin_s = self._n / rate_hz
        self._rest: list[Levels] = []
        self._newest: deque[Array] = deque(maxlen=max(1, round(SMOOTH_S / self._bin_s)))
        self._away: dict[Range, tuple[float, float]] = {}  # since when it is out, and the worst of it
        self.moments: list[Moment] = []
        self.angle_deg = 0.0
        self.watched_s = self.within_s = 0.0

    @property
    def out(self) -> str:
        """What is out of range now."""
        return ", ".join(self._what(limits, worst_deg) for limits, (_, worst_deg) in self._away.items())

    def push(self, levels: Levels) -> None:
        """Take columns."""
        self._rest.append(levels)
        whole = joined_levels(self._rest)
        bins = len(whole) // self._n
        self._rest = [whole.part(bins * self._n, len(whole))]
        if bins:
            used = whole.part(0, bins * self._n)
            angles = [self._posture.angle_deg(used, limits.axis) for limits in self._ranges]
            for row in np.stack([angle.reshape(bins, self._n).sum(axis=1) / self._n for angle in angles], axis=1):
                self._take(row)

    def forget(self) -> None:
        """Forget the newest seconds: they were getting up, or whatever comes before samples are missing."""
        self._away.clear()
        self.moments = [moment for moment in self.moments if moment.at_s < self.watched_s - FORGET_S]

    def close(self) -> None:
        """The set is over: what is out of range now ends with it."""
        for limits in list(self._away):
            self._ends(limits)

    def _take(self, row: Array) -> None:
        self._newest.append(row)
        self.watched_s += self._bin_s
        means = (np.add.reduce(np.stack(self._newest)) / len(self._newest)).tolist()
        self.angle_deg = means[0]
        for limits, deg in zip(self._ranges, means, strict=True):
            self._look(limits, deg)
        self.within_s += 0.0 if self._away else self._bin_s

    def _look(self, limits: Range, deg: float) -> None:
        """See whether an angle leaves its range, or comes back."""
        away = self._away.get(limits)
        if away is None:
            if not limits.low_deg <= deg <= limits.high_deg:
                self._away[limits] = self.watched_s, deg
            return
        if BACK * limits.low_deg <= deg <= BACK * limits.high_deg:
            self._ends(limits)
        elif abs(deg) > abs(away[1]):
            self._away[limits] = away[0], deg

    def _ends(self, limits: Range) -> None:
        at_s, worst_deg = self._away.pop(limits)
        self.moments.append(Moment(at_s, self.watched_s - at_s, worst_deg, self._what(limits, worst_deg)))

    def _what(self, limits: Range, deg: float) -> str:
        return said(limits.high if deg > 0.0 else limits.low, self._posture.leg)
