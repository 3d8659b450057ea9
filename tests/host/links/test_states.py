"""The table of states: every pair is either in it or a fault, and the page in docs/ shows the same table."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from hipdrop.links.states import TRANSITIONS, Action, Happening, State, advance


@pytest.mark.parametrize(("state", "happening"), list(product(State, Happening)))
def test_every_pair_leads_somewhere_or_raises(state: State, happening: Happening) -> None:
    if happening in TRANSITIONS[state]:
        assert advance(state, happening) == TRANSITIONS[state][happening]
    else:
        with pytest.raises(ValueError, match=f"{happening} while {state}"):
            advance(state, happening)


def test_every_state_is_reached_and_only_closed_is_an_end() -> None:
    reached = {to for row in TRANSITIONS.values() for to, _ in row.values()}
    assert reached == set(State) - {State.IDLE}
    assert [state for state, row in TRANSITIONS.items() if not row] == [State.CLOSED]
    assert {action for row in TRANSITIONS.values() for _, action in row.values()} == set(Action)


def test_every_state_with_a_connection_survives_its_loss() -> None:
    for state in (State.OPENING, State.READING, State.STARTING, State.STREAMING, State.FINISHING):
        assert advance(state, Happening.LOST) == (State.WAITING, Action.WAIT)


def test_the_page_shows_the_table(repository: Path) -> None:
    page = (repository / "docs" / "live.md").read_text(encoding="utf-8")
    for state, row in TRANSITIONS.items():
        for happening, (to, action) in row.items():
            assert f"| {state} | {happening} | {to} | {action} |" in page
    assert page.count(" | connecting | ") >= 1
