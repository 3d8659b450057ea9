"""Whole simulated runs with what happens outdoors: bends, hills, stops, slow wander; what counts, what is raised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hipdrop.events import AlertRaised, BaselineReady, Event, Side
from hipdrop.simulate import RunnerConfig, Sag, SimulatedRun, simulate
from random_runs import play, truth_of
from scoring import steps_of

RATE_HZ = 104.0  # half of the clip's, to simulate twice the hours


def raised(events: list[Event]) -> list[AlertRaised]:
    return [event for event in events if isinstance(event, AlertRaised)]


def share_that_counts(run: SimulatedRun, events: list[Event]) -> float:
    """Valid steps of a side over the true running contacts."""
    return sum(step.valid for step in steps_of(events)) / len(truth_of(run).contact_s)


def oval(seed: int, minutes: float, *sags: Sag) -> list[Event]:
    run = simulate(
        RunnerConfig(
            runner="rbds001_3.5ms", minutes=minutes, seed=seed, rate_hz=RATE_HZ, mount="random", turns="oval", sags=sags
        )
    )
    _, events = play(run, RATE_HZ)
    assert share_that_counts(run, events) > 0.95
    return events


def test_bends_of_a_track_raise_nothing() -> None:
    assert raised(oval(5, 40.0)) == []


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_a_sag_on_the_track_is_raised(side: Side) -> None:
    alerts = raised(oval(6, 25.0, Sag(side, 2.0, 12.0, 2.0)))
    print(f"\n{side}: raised {alerts[0].t_s / 60.0 - 12.0:.1f} min after the sag began (ramp of 2 min)")
    assert {alert.side for alert in alerts} == {side}
    assert alerts[0].t_s > 12.0 * 60.0


def outdoor_runs(reference_data: Path, seeds: range, minutes: float, wander_deg: float) -> Iterator[tuple[float, int]]:
    """Hours after the baseline and false alerts of each run; each has to let 85 % of its steps count."""
    shares = []
    for seed in seeds:
        config = RunnerConfig(
            runner="rbds001_3.5ms" if seed % 2 else "rbds001_2.5ms", minutes=minutes, seed=seed, rate_hz=RATE_HZ,
            mount="random", schedule=reference_data / "schedules" / "outdoor_run.csv", wander_deg=wander_deg,
        )  # fmt: skip
        run = simulate(config)
        _, events = play(run, RATE_HZ)
        shares.append(share_that_counts(run, events))
        assert shares[-1] >= 0.85, config
        ready = [event.t_s for event in events if isinstance(event, BaselineReady)]
        yield max(0.0, minutes / 60.0 - ready[0] / 3600.0), len(raised(events))
    print(f"\nsteps that count: {min(shares):.1%} to {max(shares):.1%}")


def hours_and_alerts(reference_data: Path, seeds: range, minutes: float, wander_deg: float) -> tuple[float, int]:
    runs = list(outdoor_runs(reference_data, seeds, minutes, wander_deg))
    hours, alerts = sum(h for h, _ in runs), sum(n for _, n in runs)
    print(f"outdoor schedule, wander {wander_deg} deg: {alerts} false alerts in {hours:.1f} h after the baseline")
    return hours, alerts


def test_one_outdoor_run_counts_and_raises_nothing(reference_data: Path) -> None:
    assert hours_and_alerts(reference_data, range(1, 2), 45.0, 0.2)[1] == 0


@pytest.mark.validation
def test_outdoor_runs_with_small_wander_raise_nothing(reference_data: Path) -> None:
    assert hours_and_alerts(reference_data, range(1000, 1080), 90.0, 0.2)[1] == 0


@pytest.mark.validation
def test_outdoor_runs_with_wander_raise_at_most_once_in_twenty_hours(reference_data: Path) -> None:
    hours, alerts = hours_and_alerts(reference_data, range(1000, 1080), 90.0, 0.4)
    assert alerts <= hours / 20.0
