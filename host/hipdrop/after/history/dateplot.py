"""Axes over dates: the pictures of the report (`hipdrop.after.report.svg`) with days along the floor."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from markupsafe import escape

from hipdrop.after.report.svg import Plot, Size, number, ticks
from hipdrop.samples import Array

SIZE = Size("half", 480.0, 300.0, bottom=52.0)
MOST_TICKS = 6
STEPS_DAYS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
MARGIN = 0.04  # of the time that is shown, on either side
LEAST_DAYS = 7.0


class DatePlot(Plot):
    """One pair of axes; x is in days since the first of them, with parts of a day.

    Parameters
    ----------
    first, last
        Dates that must be within.
    y, y_label
        Limits and label of the other axis.
    """

    def __init__(self, first: date, last: date, y: tuple[float, float], y_label: str) -> None:
        self._first = first
        days = max(float((last - first).days) + 1.0, LEAST_DAYS)
        super().__init__(SIZE, (-MARGIN * days, (1.0 + MARGIN) * days), y, "", y_label)

    def _scales(self, x_label: str, y_label: str) -> None:
        size, right = self.size, self.size.width - self.size.right
        for value in ticks(*self._y, 5):
            at = self.at_y(np.array([value]))[0]
            self._below.append(f'<path class="grid" d="M{size.left} {at:.1f}H{right}"/>')
            self._parts.append(f'<text class="y" x="{size.left - 7}" y="{at + 5:.1f}">{number(value)}</text>')
        for day, words, year in date_ticks(self._first, self._x[1]):
            at = self.at_x(np.array([float(day)]))[0]
            self._below.append(f'<path class="grid" d="M{at:.1f} {self._top:.1f}V{self._floor + 5}"/>')
            self._parts.append(f'<text class="x" x="{at:.1f}" y="{self._floor + 22:.1f}">{escape(words)}</text>')
            self._parts.append(f'<text class="x" x="{at:.1f}" y="{self._floor + 41:.1f}">{escape(year)}</text>')
        self._parts.append(f'<text x="4" y="19">{escape(y_label)}</text>')

    def bar(self, begin: float, end: float, value: float, look: str) -> None:
        """Put a bar on the floor."""
        low, high = self.at_y(np.array([0.0, value])).tolist()
        if value > 0.0:
            left, right = self.at_x(np.array([begin, end])).tolist()
            self._parts.append(
                f'<rect class="bar {look}" x="{left:.1f}" y="{high:.1f}" width="{max(right - left, 1.5):.1f}" '
                f'height="{low - high:.1f}"/>'
            )

    def reach(self, x: float, low: float, high: float, look: str) -> None:
        """Draw a line from one height to another at a place."""
        ends: Array = np.array([low, high])
        self.line(np.full(2, x), ends, look)


def date_ticks(first: date, until: float) -> list[tuple[int, str, str]]:
    """Give round days since the first, Mondays where the step is in weeks, with their words, and the year where new."""
    step = next((step for step in STEPS_DAYS if until / step <= MOST_TICKS), STEPS_DAYS[-1])
    offset = (-first.weekday()) % 7 if step >= 7 else 0
    days = [first + timedelta(days=day) for day in range(offset, int(until) + 1, step)]
    before = [None, *(day.year for day in days)]
    return [
        ((day - first).days, f"{day.day} {day:%b}", "" if day.year == year else str(day.year))
        for day, year in zip(days, before, strict=False)
    ]
