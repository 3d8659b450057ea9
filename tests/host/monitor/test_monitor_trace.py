"""What the monitor shows of itself: levels, limits, states and how far the learning is."""

from __future__ import annotations

import math

import pytest
from monitor_runs import push, run, since

from hipdrop.events import AlertRaised, BaselineReady, NewBaseline, Side, SidesChanged, TargetBand
from hipdrop.monitor import Level, LevelPoint, Monitor
from hipdrop.monitor.trace import KEPT_POINTS
from hipdrop.settings import MonitorSettings


def of(points: tuple[LevelPoint, ...], side: Side) -> list[LevelPoint]:
    return [point for point in points if point.side is side]


def test_levels_are_those_that_the_alert_was_raised_by() -> None:
    monitor = Monitor(MonitorSettings())
    events = []
    points: tuple[LevelPoint, ...] = ()
    count = 0
    for step in run(14, left=since(9, 3.0)):
        events += monitor.push(step)
        view = monitor.view(count)
        points, count = points + view.points, view.count
    alert = next(event for event in events if isinstance(event, AlertRaised))
    at = next(point for point in of(points, alert.side) if point.t_s == alert.t_s)
    assert (at.level_deg, at.reference_deg, at.state) == (alert.drop_deg, alert.baseline_deg, Level.ALERT)
    assert at.limit_deg == pytest.approx(alert.baseline_deg + MonitorSettings().dead_band_deg)
    baseline = next(event for event in events if isinstance(event, BaselineReady))
    before = [point for point in of(points, Side.LEFT) if point.t_s < baseline.t_s]
    assert {point.state for point in before} == {Level.LEARNING}
    assert all(math.isnan(point.reference_deg) for point in before)
    assert len(of(points, Side.LEFT)) == sum(step.side is Side.LEFT for step in run(14))


def test_points_are_given_once_and_old_ones_are_forgotten() -> None:
    monitor = Monitor(MonitorSettings())
    push(monitor, run(1))
    first = monitor.view()
    assert len(first.points) == first.count
    assert monitor.view(first.count).points == ()
    push(monitor, run(30))
    assert len(monitor.view().points) == KEPT_POINTS


def test_learning_goes_on_in_running_time_until_the_baseline_is_there() -> None:
    monitor = Monitor(MonitorSettings())
    assert monitor.view().learning == (0.0, 180.0, 480.0)
    push(monitor, run(4))
    learning = monitor.view().learning
    assert learning is not None
    assert learning.running_s == pytest.approx(240, abs=1)
    push(monitor, run(5))
    assert monitor.view().learning is None
    monitor.command(NewBaseline(), 540.0)
    learning = monitor.view().learning
    assert learning is not None
    assert learning.until_s - learning.from_s == pytest.approx(300)


def test_a_band_needs_no_learning() -> None:
    monitor = Monitor(MonitorSettings())
    monitor.command(TargetBand(Side.BOTH, 4.0), 0.0)
    assert monitor.view().learning is None


def test_after_a_swap_the_points_bear_the_new_names() -> None:
    monitor = Monitor(MonitorSettings())
    push(monitor, run(1, left=lambda minute: 3.0))
    count = monitor.view().count
    monitor.push(SidesChanged(60.0, "swapped", 0.99))
    push(monitor, run(0.1))
    levels_deg = [of(monitor.view(count).points, side)[0].level_deg for side in (Side.LEFT, Side.RIGHT)]
    assert levels_deg[1] > levels_deg[0] + 2
