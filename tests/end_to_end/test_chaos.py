"""Two minutes in which everything that can go wrong with the link does, in virtual time; an hour is in validation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaotic_runs import KINDS, WINDOW_STALLED_S, Outcome, Plan, check_counters, run_chaos

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

ORDER = ("link-lost", "stalled reader", "mark", "notify-full", "reset", "central-vanishes", "fifo-overrun")


@pytest.fixture(scope="module")
def outcome(
    tmp_path_factory: pytest.TempPathFactory, micropython_command: str, screen: str, toolkits: tuple[str, ...]
) -> Iterator[Outcome]:
    """One run for all of these tests, with a window that stalls."""
    assert set(ORDER) == set(KINDS)
    plan = Plan.drawn(3, 150.0, least=ORDER)
    assert {name for _, name, _ in plan.happens} == set(KINDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", screen)
        yield run_chaos(plan, tmp_path_factory.mktemp("chaos"), stalled_s=WINDOW_STALLED_S)


def test_the_recording_gives_the_same_events_again(outcome: Outcome) -> None:
    assert outcome.same_again
    assert outcome.steps > 80
    assert outcome.marks == 1


def test_the_counters_add_up_to_the_truth(outcome: Outcome) -> None:
    check_counters(outcome)
    assert outcome.stalled >= 1
    assert outcome.boots == 2
    assert outcome.link["reconnects"] >= 4


def test_a_window_that_stalls_holds_up_nothing(outcome: Outcome) -> None:
    """It was stopped, went on, and was stopped for good in the middle of the run; the tests above are of that run."""
    assert outcome.window_stalls >= 2
    assert outcome.window_alive
    assert [said for said in outcome.window_said if "has not answered" not in said] == []
