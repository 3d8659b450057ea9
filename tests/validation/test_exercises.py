"""Simulated sets: repetitions counted exactly, faults named, and a pelvis that leaves its place (docs/exercises.md)."""

from __future__ import annotations

import numpy as np
import pytest

import watched_sets
from exercise_sets import Score, counted, scored, simulated

FIRST = 3000  # no seed from here on was looked at while it was written
COUNTED = {"pelvic-drop": 0, "bridge": 1}  # even and odd seeds


def scores(name: str, count: int) -> list[Score]:
    """Score so many sets."""
    sets = [simulated(FIRST + COUNTED[name] + 2 * number) for number in range(count)]
    assert {one.name for one in sets} == {name}
    return [scored(one, counted(one)) for one in sets]


def check(name: str, found: list[Score]) -> None:
    """As docs/exercises.md promises."""
    exact = sum(score.extra == 0 for score in found) / len(found)
    there, named = sum(score.there for score in found), sum(score.named for score in found)
    clean, false = sum(score.clean for score in found), sum(score.false for score in found)
    errors = np.concatenate([score.errors for score in found])
    rms, worst = np.sqrt(np.nanmean(errors**2, axis=0)), np.nanmax(np.abs(errors), axis=0)
    print(
        f"\n{name}, {len(found)} sets: exact {100 * exact:.1f} %, off by {max(abs(score.extra) for score in found)} at "
        f"most; {named} of {there} faults named ({100 * named / there:.1f} %), {false} of {clean} false "
        f"({100 * false / clean:.2f} %); rms and worst of depth (deg), way out, way back, hold (s): "
        f"{rms.round(2)} {worst.round(2)}"
    )
    assert exact >= 0.95
    assert all(abs(score.extra) <= 1 for score in found)
    assert there > len(found)
    assert named >= 0.90 * there
    assert false < 0.05 * clean
    assert rms[0] < 0.75
    assert max(rms[1:]) < 0.4


def check_watched(count: int) -> None:
    """What happened is named at its time, and nothing else."""
    happened = named = false = 0
    for seed in range(FIRST, FIRST + count):
        one = watched_sets.simulated(seed)
        found, too_many = watched_sets.found_and_false(one, watched_sets.watched(one))
        happened, named, false = happened + len(one.happened), named + found, false + too_many
    print(f"\nwatched, {count} sets: {named} of {happened} named, {false} others")
    assert happened > count
    assert named >= 0.90 * happened
    assert false < 0.05 * happened


@pytest.mark.parametrize("name", COUNTED)
def test_ten_sets(name: str) -> None:
    check(name, scores(name, 10))


def test_eight_watched_sets() -> None:
    check_watched(8)


@pytest.mark.validation
@pytest.mark.parametrize("name", COUNTED)
def test_two_hundred_sets(name: str) -> None:
    check(name, scores(name, 200))


@pytest.mark.validation
def test_two_hundred_watched_sets() -> None:
    check_watched(200)
