"""Simulated sets of the counted exercises: repetitions counted exactly, and faults named (docs/exercises.md)."""

from __future__ import annotations

import pytest

from exercise_sets import Score, counted, scored, simulated

FIRST = 1000  # no seed of it was looked at while it was written


def scores(count: int) -> list[Score]:
    """Score so many sets."""
    sets = [simulated(seed) for seed in range(FIRST, FIRST + count)]
    return [scored(one, counted(one)) for one in sets]


def check(found: list[Score]) -> None:
    """As docs/exercises.md promises."""
    exact = sum(score.extra == 0 for score in found) / len(found)
    there, named = sum(score.there for score in found), sum(score.named for score in found)
    clean, false = sum(score.clean for score in found), sum(score.false for score in found)
    print(
        f"{len(found)} sets: exact {100 * exact:.1f} %, off by {max(abs(score.extra) for score in found)} at most; "
        f"{named} of {there} faults named, {false} of {clean} false"
    )
    assert exact >= 0.95
    assert all(abs(score.extra) <= 1 for score in found)
    assert there > len(found)
    assert named >= 0.90 * there
    assert false < 0.05 * clean


def test_twenty_sets() -> None:
    check(scores(20))


@pytest.mark.validation
def test_two_hundred_sets() -> None:
    check(scores(200))
