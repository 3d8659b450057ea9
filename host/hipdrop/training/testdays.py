"""The hip-drop tests of a plan side by side, each change beside the smallest one that can be told from chance."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hipdrop.training.detectable import Detectable
from hipdrop.training.plan import Plan
from hipdrop.training.singleleg import is_clear
from hipdrop.training.store import Entry
from hipdrop.training.sway import SETTLE_S

WINDOW_DAYS = 2  # so far from its day a test still counts for it
HELD = ("below_start_s", "below_level_s")  # times until it fell: none where it did not
LEGS = ("left", "right")
AT_ONCE_S = SETTLE_S[0] + 0.1  # it was so when the judging began
Within = tuple[float, float]


@dataclass(frozen=True)
class DayOfTest:
    """A day of the plan's test, and the test that counts for it.

    Attributes
    ----------
    number
        Day of the plan, from 1.
    day
        Its date.
    test
        None where there is none near it.
    """

    number: int
    day: date
    test: Entry | None

    @property
    def name(self) -> str:
        """What it is called."""
        return "start" if self.number == 1 else f"day {self.number}"


@dataclass(frozen=True)
class Row:
    """A figure of all test days.

    Attributes
    ----------
    name
        What of.
    unit
        `deg` or `s`.
    values
        One a test day; None where it is not known. A time is infinite where it was held to the end.
    detectable_deg
        Smallest detectable change; None where none is known, as of times.
    spans_s
        One a test day, where a time is only known to lie between two (the later is infinite: perhaps never); else None.
    """

    name: str
    unit: str
    values: tuple[float | None, ...]
    detectable_deg: float | None
    spans_s: tuple[Within | None, ...]

    @property
    def change(self) -> float | None:
        """Last known value less the first; None without two of them that are numbers, and known as such."""
        pairs = zip(self.values, self.spans_s, strict=True)
        known = [(value, span) for value, span in pairs if value is not None and (span or math.isfinite(value))]
        if len(known) < 2 or known[0][1] or known[-1][1]:
            return None
        return known[-1][0] - known[0][0]

    @property
    def told(self) -> bool | None:
        """Whether the change is larger than the smallest detectable one; None where either is not known."""
        if self.change is None or self.detectable_deg is None:
            return None
        return abs(self.change) > self.detectable_deg


def days_of_tests(plan: Plan, entries: Sequence[Entry]) -> list[DayOfTest]:
    """Give the test days of a plan, each with the test nearest to it; of two equally near ones the later.

    A test counts for one day alone: the one that it is nearest to.
    """
    tests = [one for one in entries if one.kind == "single-leg"]
    found = []
    for number in plan.test_days:
        day = plan.date_of(number)
        near = [
            one for one in tests
            if abs((one.day - day).days) <= WINDOW_DAYS and _nearest(plan, one.day) == number
        ]  # fmt: skip
        best = min(near, key=lambda one: (abs((one.day - day).days), -one.at.timestamp()), default=None)
        found.append(DayOfTest(number, day, best))
    return found


def _nearest(plan: Plan, day: date) -> int:
    return min(plan.test_days, key=lambda number: abs((plan.date_of(number) - day).days))


def rows(days: Sequence[DayOfTest], known: Detectable) -> Iterator[Row]:
    """Give the figures of the tests; the difference of the legs only of tests with the clip on the midline."""
    for name, key, unit in (
        ("raise", "raise_deg", "deg"), ("mean drop", "mean_drop_deg", "deg"), ("peak drop", "peak_drop_deg", "deg"),
        ("fell below its start after", "below_start_s", "s"), ("fell below level after", "below_level_s", "s"),
    ):  # fmt: skip
        for leg in LEGS:
            values = tuple(_figure(day.test, leg, key) for day in days)
            if any(value is not None for value in values):
                spans_s = tuple(_span(day.test, leg, key) for day in days)
                yield Row(f"{leg} leg, {name}", unit, values, known.deg if unit == "deg" else None, spans_s)
    between = tuple(_between(day.test) for day in days)
    if any(value is not None for value in between):
        yield Row("left less right, raise", "deg", between, known.deg, (None,) * len(days))


def _figure(test: Entry | None, leg: str, key: str) -> float | None:
    stance = None if test is None else test.data[leg]
    if stance is None or key not in stance:
        return None
    never = math.inf if key in HELD else None
    return never if stance[key] is None else float(stance[key])


def _span(test: Entry | None, leg: str, key: str) -> Within | None:
    """Give from when to when a time may be; None where it is known, or there is none."""
    stance = None if test is None or key not in HELD else test.data[leg]
    if stance is None:
        return None
    span = stance.get(f"{key.removesuffix('_s')}_span_s")
    if span is None or span[0] is None:
        return None
    within = span[0], math.inf if span[1] is None else span[1]
    known = is_clear((span[0], span[1])) and stance[key] is not None
    return None if known and within[1] > AT_ONCE_S else within


def _between(test: Entry | None) -> float | None:
    if test is None or not test.data["midline"]:
        return None
    left, right = (_figure(test, leg, "raise_deg") for leg in LEGS)
    return None if left is None or right is None else left - right
