"""The charts of the frontier study against the streaming monitor; a small cut of the study; the long run with a sag."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import sys
from pathlib import Path

import numpy as np
import pytest
from monitor_runs import kinds

from hipdrop.events import AlertRaised, Side, Step
from hipdrop.monitor import Monitor
from hipdrop.settings import MonitorSettings

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
import monitor_charts as charts

SETTINGS = MonitorSettings()
SAG = charts.Sag("+2.0 in 20 min", 2.0, 20.0)


@pytest.mark.parametrize("detector", ["ewma", "cusum", "ewma+cusum"])
@pytest.mark.parametrize("wander_deg", [0.0, 0.5])
def test_charts_give_the_first_raise_of_the_streaming_monitor(detector: str, wander_deg: float) -> None:
    settings = dataclasses.replace(SETTINGS, detector=detector)
    left, right = charts.Scene(wander_deg, shared=False, minutes=40, sag=SAG).drops_deg(7, runs=4)
    right[:] = charts.FRESH_DROP_DEG  # one leg is judged
    raised = charts.first_raise(charts.excess_deg(left, settings), settings)
    start = charts.baseline_steps(settings)[1]
    for run, expected in enumerate(raised.tolist()):
        monitor = Monitor(settings)
        events = [e for step in charts.steps_of(left[run], right[run]) for e in monitor.push(step)]
        alert = next(e for e in events if isinstance(e, AlertRaised))
        assert alert.side is Side.LEFT
        assert round(alert.t_s * charts.STEPS_PER_MIN / 60) - start == expected


def test_slope_is_that_of_a_least_squares_line() -> None:
    excess = np.random.default_rng(1).standard_normal((1, 1000)).cumsum(axis=1)
    n = round(5 * charts.STEPS_PER_MIN)
    found = charts.slope(excess, 5.0, start=0)[0, 900]
    assert found == pytest.approx(n * np.polyfit(np.arange(n), excess[0, 901 - n : 901], 1)[0])


def test_wander_has_its_sd_and_time_constant() -> None:
    left, _ = charts.Scene(0.4, shared=True, minutes=60).drops_deg(3, runs=200)
    lag = round(charts.WANDER_TAU_S * charts.STEPS_PER_MIN / 60)
    off = left - charts.FRESH_DROP_DEG
    assert off.var() == pytest.approx(0.4**2 + charts.STEP_SD_DEG**2, rel=0.05)
    assert (off[:, lag:] * off[:, :-lag]).mean() == pytest.approx(0.4**2 / np.e, rel=0.2)


def count_raises(scene: charts.Scene, seed: int, runs: int) -> int:
    left, right = scene.drops_deg(seed, runs)
    count = 0
    for run in range(runs):
        monitor = Monitor(SETTINGS)
        for step in charts.steps_of(left[run], right[run]):
            count += [kind for kind, _ in kinds(monitor.push(step))].count("raise")
    return count


@pytest.mark.parametrize("shared", [False, True])
def test_a_small_wander_raises_nothing(shared: bool) -> None:
    assert count_raises(charts.Scene(0.2, shared), seed=11, runs=20) == 0  # 22 h; the study has 100 times as many


def test_a_wander_of_0_4_deg_raises_at_most_once_in_20_h() -> None:
    assert count_raises(charts.Scene(0.4, shared=False), seed=12, runs=18) <= 1  # 20 h


@pytest.fixture(scope="module")
def long_run(reference_data: Path) -> list[Step]:
    with gzip.open(reference_data / "running" / "long_run_sag" / "truth_drops.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    plain = charts.steps_of(np.zeros(len(rows) // 2 + 1), np.zeros(len(rows) // 2 + 1))
    steps = []
    for row, after, step in zip(rows, rows[1:], plain, strict=False):
        t_s, step_s = float(row["contact_s"]), float(after["contact_s"]) - float(row["contact_s"])
        side = Side.LEFT if row["side"] == "L" else Side.RIGHT
        steps.append(dataclasses.replace(step, t_s=t_s, step_s=step_s, side=side, drop_deg=float(row["drop_deg"])))
    return steps


def test_the_long_run_raises_on_the_left_in_time_and_nothing_else(long_run: list[Step]) -> None:
    monitor = Monitor(SETTINGS)
    events = [event for step in long_run for event in monitor.push(step)]
    raised = [event for event in events if isinstance(event, AlertRaised)]
    assert [event.side for event in raised] == [Side.LEFT]
    assert 720 < raised[0].t_s < 720 + 270
    assert all(side is not Side.RIGHT for _, side in kinds(events))
