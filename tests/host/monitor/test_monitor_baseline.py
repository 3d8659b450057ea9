"""The fresh level: robust location, shrinkage, the window of running time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from monitor_runs import FRESH_DEG, push, run, step

from hipdrop.events import BaselineReady, Flag, MountSlipped, NewBaseline, Side, SidesChanged
from hipdrop.monitor import Monitor, StoredBaseline
from hipdrop.monitor.baseline import Location, locate, shrink
from hipdrop.settings import MonitorSettings

STORED = StoredBaseline(5.0, 5.0, 0.6, 0.6, 400, 400)


def ready(events: list[object]) -> list[BaselineReady]:
    return [event for event in events if isinstance(event, BaselineReady)]


def test_constant_drops_have_no_scatter() -> None:
    assert locate([2.5] * 10) == Location(2.5, 0.0, 0.0, 10)


def test_two_values_give_their_mean() -> None:
    found = locate([2.0, 3.0] * 100 + [2.0])
    assert (found.mean_deg, found.sd_deg) == (pytest.approx(2.5, abs=0.01), pytest.approx(0.5, abs=0.01))


def test_location_and_sd_of_normal_drops() -> None:
    drops_deg = np.random.default_rng(1).normal(3.0, 0.6, 4000).tolist()
    found = locate(drops_deg)
    assert found.mean_deg == pytest.approx(3.0, abs=4 * 0.6 / math.sqrt(4000))
    assert found.sd_deg == pytest.approx(0.6, rel=0.05)
    assert found.lag1 < 0.06


def test_stumbles_hardly_move_the_location() -> None:
    drops_deg = np.random.default_rng(2).normal(3.0, 0.6, 400).tolist()
    stumbled = drops_deg[:-20] + [20.0] * 20  # 5 % of the steps; the mean would move by 0.85 deg
    assert abs(locate(stumbled).mean_deg - locate(drops_deg).mean_deg) < 0.1


def test_skewed_drops_lie_nearer_to_the_mean_than_their_median() -> None:
    drops_deg = np.random.default_rng(3).gamma(4.0, 0.3, 4000)
    off_mean = abs(locate(drops_deg.tolist()).mean_deg - drops_deg.mean())
    assert off_mean < 0.7 * abs(np.median(drops_deg) - drops_deg.mean())


def test_lag1_of_an_autoregression() -> None:
    rng = np.random.default_rng(4)
    drops_deg = [0.0]
    for noise in rng.standard_normal(5000):
        drops_deg.append(0.4 * drops_deg[-1] + noise)
    assert locate(drops_deg).lag1 == pytest.approx(0.4, abs=0.04)


def test_shrinking_weighs_by_precision() -> None:
    stored, today = Location(5.0, 0.0, 0.0, 400), Location(3.0, 0.0, 0.0, 100)
    assert shrink(stored, 1.0, today, 1.0).mean_deg == pytest.approx(4.0)
    assert shrink(stored, 1.0, today, 0.5).mean_deg == pytest.approx((5.0 + 4 * 3.0) / 5)
    assert shrink(stored, 1.0, today, 0.0).mean_deg == pytest.approx(3.0)


def test_baseline_comes_after_the_eighth_minute_of_running() -> None:
    (event,) = ready(push(Monitor(MonitorSettings()), run(10)))
    assert event.t_s == pytest.approx(480, abs=1)
    assert (event.left_deg, event.right_deg, event.mean_deg) == pytest.approx((FRESH_DEG,) * 3, abs=0.02)
    assert event.source == "today"
    assert event.steps == pytest.approx(5 * 164, abs=4)


def test_the_first_three_minutes_do_not_count() -> None:
    (event,) = ready(push(Monitor(MonitorSettings()), run(9, left=lambda minute: 4.0 if minute < 3 else 0.0)))
    assert event.left_deg == pytest.approx(FRESH_DEG, abs=0.02)


def test_a_stop_is_no_running_time() -> None:
    steps = run(4) + [step(n, FRESH_DEG, t_s=n * 60 / 164 + 600) for n in range(656, 1640)]
    (event,) = ready(push(Monitor(MonitorSettings()), steps))
    assert event.t_s == pytest.approx(480 + 600, abs=1)


def test_a_side_with_too_few_steps_comes_later_and_is_nan_till_then() -> None:
    def flags(number: int) -> tuple[Flag, ...]:
        return (Flag.WOBBLE,) if number % 2 and number < 9 * 164 else ()

    early, late = ready(push(Monitor(MonitorSettings()), run(12, flags=flags)))
    assert math.isnan(early.right_deg)
    assert math.isnan(early.mean_deg)
    assert early.left_deg == pytest.approx(FRESH_DEG, abs=0.02)
    assert late.right_deg == pytest.approx(FRESH_DEG, abs=0.02)
    assert late.t_s == pytest.approx(9 * 60 + 120 * 120 / 164, abs=2)


def test_the_mean_of_both_is_learned_in_a_bend() -> None:
    steps = run(9, left=lambda minute: 1.5, right=lambda minute: -1.5, flags=lambda number: (Flag.TURN,))
    (event,) = ready(push(Monitor(MonitorSettings()), steps))
    assert math.isnan(event.left_deg)
    assert event.mean_deg == pytest.approx(FRESH_DEG, abs=0.02)


def test_a_stored_level_is_shrunk_toward_today_and_ready_earlier() -> None:
    early, full = ready(push(Monitor(MonitorSettings(), STORED), run(9)))
    assert (early.t_s, full.t_s) == pytest.approx((300, 480), abs=1)
    weight = 0.4**2 / (1.0**2 + 0.4**2)  # but for the steps' own scatter
    assert full.left_deg == pytest.approx(FRESH_DEG + 2.0 * weight, abs=0.02)
    assert full.source == "profile+today"


@pytest.mark.parametrize("by_user", [True, False])
def test_it_is_learned_anew_after_a_slip_and_on_command(by_user: bool) -> None:
    monitor = Monitor(MonitorSettings())
    push(monitor, run(20))
    if by_user:
        assert monitor.command(NewBaseline(), 1200.0) == []
    else:
        assert monitor.push(MountSlipped(1200.0, 5.0)) == []
    (event,) = ready(push(monitor, run(10, left=lambda minute: 1.0, first=20 * 164)))
    assert event.t_s == pytest.approx(1200 + 300, abs=1)
    assert event.left_deg == pytest.approx(FRESH_DEG + 1.0, abs=0.02)


@pytest.mark.parametrize(("reason", "swaps"), [("swapped", True), ("corrected", True), ("settled", False)])
def test_sides_are_exchanged_when_they_were_wrong(reason: str, swaps: bool) -> None:
    monitor = Monitor(MonitorSettings())
    push(monitor, run(9, left=lambda minute: 2.0))
    events = ready(monitor.push(SidesChanged(540.0, reason, 0.99)))
    assert [event.right_deg for event in events] == ([pytest.approx(FRESH_DEG + 2.0, abs=0.02)] if swaps else [])


def test_what_is_not_measured_enters_nothing() -> None:
    steps = [step(n, math.nan) for n in range(1640)]
    assert push(Monitor(MonitorSettings()), steps) == []


def test_stored_mean_of_both() -> None:
    both = StoredBaseline(4.0, 3.0, 0.6, 0.8, 300, 200).location(Side.BOTH)
    assert (both.mean_deg, both.sd_deg, both.steps) == (3.5, pytest.approx(0.5), 200)
