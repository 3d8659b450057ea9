"""SEM and smallest detectable change: closed forms, coverage of the interval, what is refused, what is named."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2

from hipcal.refusal import Refusal
from hipcal.repeatability import FreshRun, RepeatabilityEstimate, repeatability, worth


def runs_of(left: list[float], right: list[float], lists: list[float] | None = None) -> list[FreshRun]:
    lists = lists or [math.nan] * len(left)
    return [
        FreshRun(f"run {number}", f"A1 day {number}", *levels)
        for number, levels in enumerate(zip(left, right, lists, strict=True))
    ]


def estimated(runs: list[FreshRun]) -> RepeatabilityEstimate:
    found = repeatability(runs)
    assert isinstance(found, RepeatabilityEstimate), found
    return found


def test_two_runs_by_hand() -> None:
    """SD of two values is their difference over sqrt(2), so the SDC is 1.96 times the difference."""
    found = estimated(runs_of([3.0, 4.0], [5.0, 5.5]))
    assert found.left.sem_deg == pytest.approx(1.0 / math.sqrt(2.0))
    assert found.left.sdc_deg == pytest.approx(1.96)
    assert found.right.sem_deg == pytest.approx(0.5 / math.sqrt(2.0))
    assert found.both.sem_deg == pytest.approx(0.75 / math.sqrt(2.0))
    assert found.leg.sem_deg == pytest.approx(math.sqrt((0.5 + 0.125) / 2.0))
    assert (found.left.mean_deg, found.right.mean_deg, found.both.mean_deg) == (3.5, 5.25, 4.375)
    assert found.list is None
    assert found.runs == 2


def test_the_literatures_sdc_is_that_of_an_sem_of_one_degree() -> None:
    """What a profile begins with, and the 2.7 to 2.8 deg of Dingenen 2018, are one figure."""
    found = estimated(runs_of([3.0 - 1.0 / math.sqrt(2.0), 3.0 + 1.0 / math.sqrt(2.0)], [2.0, 2.0]))
    assert found.left.sem_deg == pytest.approx(1.0)
    assert found.left.sdc_deg == pytest.approx(2.77, abs=0.005)


@pytest.mark.parametrize(
    ("runs", "low", "high"), [(2, 0.446, 31.9), (3, 0.521, 6.28), (5, 0.599, 2.87), (10, 0.688, 1.83)]
)
def test_what_so_many_runs_are_worth(runs: int, low: float, high: float) -> None:
    assert worth(runs) == pytest.approx((low, high), rel=5e-3)
    free = runs - 1
    assert worth(runs) == pytest.approx([math.sqrt(free / chi2.ppf(part, free)) for part in (0.975, 0.025)])


@pytest.mark.parametrize("runs", [2, 3, 5, 10])
def test_the_interval_holds_the_truth_as_often_as_it_says(runs: int) -> None:
    """By simulation; 2000 trials of 95 % come to within 1.5 % of it, three standard errors."""
    rng = np.random.default_rng(runs)
    sem_deg = 0.8
    levels = rng.normal(3.0, sem_deg, (2000, 2, runs)).tolist()
    found = [estimated(runs_of(left, right)) for left, right in levels]
    held = np.mean([one.left.low_deg <= sem_deg <= one.left.high_deg for one in found])
    assert held == pytest.approx(0.95, abs=0.015)
    pooled = np.mean([one.leg.low_deg <= sem_deg <= one.leg.high_deg for one in found])
    assert pooled >= 0.95 - 0.015  # the legs are independent here: their interval is rather too wide


def test_legs_that_go_together_have_the_interval_they_need() -> None:
    """What the mount does to one leg it does to the other: then both together tell no more than one."""
    rng = np.random.default_rng(3)
    levels = rng.normal(3.0, 0.8, (2000, 5)).tolist()
    found = [estimated(runs_of(level, [x + 1.0 for x in level])).leg for level in levels]
    assert np.mean([one.low_deg <= 0.8 <= one.high_deg for one in found]) == pytest.approx(0.95, abs=0.015)


def test_a_run_that_lies_apart_is_named_and_counted() -> None:
    usual, odd = [3.0, 3.2, 2.9, 3.1, 3.2], [3.0, 3.2, 2.9, 3.1, 6.0]
    found = estimated(runs_of(odd, usual))
    (named,) = found.outliers
    assert named == "run 4: left leg 6.0 deg, in the other runs 3.0"
    assert found.left.sem_deg == pytest.approx(float(np.std(odd, ddof=1)))
    assert estimated(runs_of(usual, usual)).outliers == ()


def test_who_repeats_well_is_seldom_called_an_outlier() -> None:
    """Grubbs' test at 5 % for either leg: one in ten trials names anything."""
    rng = np.random.default_rng(5)
    trials = [estimated(runs_of(*rng.normal(3.0, 0.5, (2, 6)).tolist())) for _ in range(1000)]
    assert np.mean([bool(one.outliers) for one in trials]) == pytest.approx(0.0975, abs=0.03)


def test_runs_that_do_not_differ_have_no_error() -> None:
    found = estimated(runs_of([3.0] * 5, [4.0] * 5))
    assert (found.leg.sem_deg, found.leg.low_deg, found.leg.high_deg) == (0.0, 0.0, 0.0)
    assert found.outliers == ()


def test_list_counts_where_every_run_has_it() -> None:
    assert estimated(runs_of([3.0, 4.0], [3.0, 4.0], [1.0, math.nan])).list is None
    lists = estimated(runs_of([3.0, 4.0], [3.0, 4.0], [1.0, -1.0])).list
    assert lists is not None
    assert lists.sem_deg == pytest.approx(math.sqrt(2.0))


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        ([], "no run"),
        (runs_of([3.0], [4.0]), "one run"),
        ([FreshRun("one half", "day 1", 3.0, 4.0), FreshRun("the other", "day 1", 3.1, 4.0)], "one half and the"),
        (runs_of([3.0, math.nan, 3.0], [4.0, 4.0, 4.0]), "run 1 shows no fresh level"),
        (runs_of([3.0, 3.0], [4.0, math.inf]), "run 1 shows no fresh level"),
    ],
)  # fmt: skip
def test_what_tells_no_repeatability_is_refused(runs: list[FreshRun], reason: str) -> None:
    found = repeatability(runs)
    assert isinstance(found, Refusal)
    assert reason in found.reason
    assert found.remedy


def test_few_runs_say_how_little_they_are_worth() -> None:
    few, many = (estimated(runs_of([3.0, 3.5, 4.0] * k, [3.0, 3.5, 4.0] * k)) for k in (1, 2))
    assert "a first idea: the true figure is 0.5 to 6.3 times it" in few.verdict
    assert "first idea" not in many.verdict
    assert (few.worth_keeping, many.worth_keeping) == (False, True)
    assert "less than 1.4 deg between two runs is no change" in few.verdict
