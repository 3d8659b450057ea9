"""Every pair of state and finding, written down a second time."""

from __future__ import annotations

import itertools

import pytest

from hipdrop.monitor import TRANSITIONS, Finding, Level, advance

MOVES = {
    ("learning", "ready"): "normal",
    ("normal", "above"): "raised",
    ("normal", "joined"): "alert",
    ("raised", "joined"): "alert",
    ("raised", "held"): "alert",
    ("raised", "kept back"): "withheld",
    ("raised", "eased"): "normal",
    ("withheld", "held"): "alert",
    ("withheld", "joined"): "alert",
    ("withheld", "eased"): "normal",
    ("alert", "cleared"): "normal",
    ("normal", "forgotten"): "learning",
    ("raised", "forgotten"): "learning",
    ("withheld", "forgotten"): "learning",
    ("alert", "forgotten"): "learning",
}


@pytest.mark.parametrize(("level", "finding"), list(itertools.product(Level, Finding)))
def test_each_pair_goes_where_the_table_says(level: Level, finding: Finding) -> None:
    assert advance(level, finding).value == MOVES.get((level.value, finding.value), level.value)


def test_every_state_is_reached_and_left() -> None:
    assert set(TRANSITIONS) == set(Level)
    assert {after for row in TRANSITIONS.values() for after in row.values()} == set(Level)
