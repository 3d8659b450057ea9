"""Random schedules of faults: every sample that the sensor made arrives once, at its index, or is counted as lost."""

from __future__ import annotations

import pytest
from faulty_runs import RATE_HZ, READ_OUT, Plan, check, run_plan

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

TICKS_US = 2500  # a frame's time may be off by so much: half a sample


def without_bus_errors(seed: int, chip: str, seconds: float) -> None:
    outcome = run_plan(Plan.drawn(seed, chip, seconds), seed)
    frames, _, lost, worst_us = check(outcome)
    status = outcome.status
    assert status["samples_lost"] == lost
    given_up = READ_OUT[chip] * status["fifo_overruns"]
    assert lost == pytest.approx(outcome.sensor.samples_dropped + given_up, abs=2 * status["fifo_overruns"])
    assert frames > 8 * (seconds - 20.0)
    assert worst_us < TICKS_US


def with_bus_errors(seed: int, chip: str, seconds: float) -> None:
    """After a new start of the sensor the count goes on by the clock, so the index may be off by one."""
    outcome = run_plan(Plan.drawn(seed, chip, seconds, bus_errors=True), seed)
    _, _, lost, worst_us = check(outcome, slip=1)
    assert outcome.status["samples_lost"] == lost
    assert worst_us < 2 * TICKS_US


@pytest.mark.parametrize("chip", RATE_HZ)
def test_no_sample_is_lost_unseen(chip: str) -> None:
    without_bus_errors(9, chip, 100.0)


@pytest.mark.parametrize("chip", RATE_HZ)
def test_a_bus_that_fails_moves_no_index_by_more_than_one(chip: str) -> None:
    with_bus_errors(102, chip, 100.0)


@pytest.mark.validation
@pytest.mark.parametrize("chip", RATE_HZ)
@pytest.mark.parametrize("seed", range(1000, 1015))
def test_no_sample_is_lost_unseen_in_many_runs(seed: int, chip: str) -> None:
    without_bus_errors(seed, chip, 200.0)
    with_bus_errors(seed, chip, 200.0)
