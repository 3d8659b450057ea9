"""What the history keeps of a run: integrals and turns in closed form, and runs with a known truth."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from made_runs import MONDAY

from hipdrop.after.analysis import RunAnalysis, analyse_run
from hipdrop.after.history.runs import BeganFrom, Run, Source, as_plain
from hipdrop.after.history.summing import Start, drop_minutes, lasting_list, of_analysis, of_live, on_treadmill, turning
from hipdrop.after.reading import Recorded
from hipdrop.after.steptable import StepTable
from hipdrop.events import Event, Flag, Marked, Side, Step, TreadmillSet
from hipdrop.imucsv import Recording
from hipdrop.settings import Settings
from hipdrop.simulate.specs import Sag
from hipdrop.summary import summarize
from synthetic import RATE_HZ, simulated

NAN = float("nan")
STEP_S = 0.35
START = Start("A1@1", MONDAY, BeganFrom.SAID)


def table(minutes: float = 20.0, **columns: object) -> StepTable:
    """Steps of one pace, drop 3 deg; columns as functions of the time in minutes, or as values."""
    steps = []
    for number, t_s in enumerate(np.arange(0.0, 60 * minutes, STEP_S)):
        values = {name: value(t_s / 60) if callable(value) else value for name, value in columns.items()}
        base = {"drop_deg": 3.0, "list_deg": NAN, "yaw_dps": 0.0, "flags": ()} | values
        steps.append(
            Step(
                float(t_s), number=number, side=(Side.LEFT, Side.RIGHT)[number % 2], side_confidence=0.99,
                side_sure=True, toe_off_s=float(t_s) + 0.2, contact_ms=200.0, step_s=STEP_S, cadence_spm=60 / STEP_S,
                excursion_deg=4.0, midstance_deg=2.0, peak_s=float(t_s) + 0.1, oscillation_mm=80.0, wobble_deg=0.1,
                **base,
            )
        )  # fmt: skip
    return StepTable.of_events(steps)


# Drop-minutes


def test_two_degrees_over_the_baseline_for_ten_minutes_are_twenty() -> None:
    steps = table(20.0, drop_deg=lambda at: 5.0 if at >= 10.0 else 3.0)
    assert drop_minutes(steps, Side.LEFT, 3.0) == pytest.approx(20.0, abs=0.4)  # the level turns within 20 s
    assert drop_minutes(steps, Side.RIGHT, 3.0) == pytest.approx(20.0, abs=0.4)


def test_a_ramp_is_half_its_height() -> None:
    steps = table(20.0, drop_deg=lambda at: 3.0 + 0.1 * at)
    assert drop_minutes(steps, Side.LEFT, 3.0) == pytest.approx(0.5 * 2.0 * 20.0, rel=0.01)


def test_what_is_below_the_baseline_takes_nothing_off() -> None:
    steps = table(20.0, drop_deg=lambda at: 1.0 if at < 10.0 else 4.0)
    assert drop_minutes(steps, Side.LEFT, 3.0) == pytest.approx(10.0, abs=0.4)
    assert drop_minutes(steps, Side.LEFT, 9.0) == 0.0


def test_steps_that_do_not_count_have_no_say_but_their_time_counts() -> None:
    wild = lambda at: 50.0 if at % 1.0 < 0.5 else 4.0  # noqa: E731
    flags = lambda at: (Flag.WOBBLE,) if at % 1.0 < 0.5 else ()  # noqa: E731
    assert drop_minutes(table(20.0, drop_deg=wild, flags=flags), Side.LEFT, 3.0) == pytest.approx(20.0, rel=0.01)


def test_the_noise_of_a_fresh_run_is_little() -> None:
    """Medians of 29 steps of 0.6 deg have an SD of 0.14 deg: 0.06 deg of excess on average, whatever the length."""
    rng = np.random.default_rng(2)
    steps = table(60.0, drop_deg=lambda at: float(rng.normal(3.0, 0.6)))
    assert drop_minutes(steps, Side.LEFT, 3.0) == pytest.approx(0.4 * 0.14 * 60.0, rel=0.5)


def test_without_baseline_or_steps_it_is_not_known() -> None:
    assert np.isnan(drop_minutes(table(5.0), Side.LEFT, NAN))
    assert np.isnan(drop_minutes(StepTable.of_events([]), Side.LEFT, 3.0))


# List, turns, treadmill


def test_the_list_is_a_median_with_its_spread() -> None:
    rng = np.random.default_rng(1)
    steps = table(20.0, list_deg=lambda at: float(rng.normal(1.5, 0.4)))
    assert lasting_list(steps) == pytest.approx((1.5, 0.4), abs=0.03)
    assert np.isnan(lasting_list(table(5.0))).all()


def test_laps_of_a_track_are_full_turns() -> None:
    """Bends of 36.5 m and straights of 84.39 m at 3.5 m/s: 400 m in 114 s, half of it in bends at 5.5 deg/s."""
    bend_s, straight_s = np.pi * 36.5 / 3.5, 84.39 / 3.5
    lap_min = 2 * (bend_s + straight_s) / 60

    def yaw_dps(at: float) -> float:
        return 180.0 / bend_s if (60 * at) % (bend_s + straight_s) < bend_s else 0.0

    net, left, right, left_share, right_share = turning(table(12 * lap_min, yaw_dps=yaw_dps))
    assert net == pytest.approx(12 * 360.0, rel=0.005)
    # A window that holds less of a bend than its 2.0 / 5.5 is none: 0.5 x 10 s x 0.36^2 at either end of each bend
    lost_s = 2 * 0.5 * 10.0 * (2.0 * bend_s / 180.0) ** 2
    assert left == pytest.approx(12 * 360.0 * (1.0 - lost_s / bend_s), rel=0.02)
    assert left_share == pytest.approx(bend_s / (bend_s + straight_s), abs=0.09)  # windows of 10 s at the bends' ends
    assert (right, right_share) == (0.0, 0.0)
    back = turning(table(12 * lap_min, yaw_dps=lambda at: -yaw_dps(at)))
    assert (back[1], back[2]) == (0.0, pytest.approx(left))


def test_the_drift_of_a_gyroscope_is_no_bend() -> None:
    net, left, right, left_share, _ = turning(table(30.0, yaw_dps=0.5))
    assert net == pytest.approx(900.0, rel=0.01)  # two turns and a half that nobody ran
    assert (left, right, left_share) == (0.0, 0.0, 0.0)


def test_a_street_corner_turns_and_so_does_the_way_back() -> None:
    def yaw_dps(at: float) -> float:
        return 30.0 if at % 2.0 < 0.05 else -30.0 if 1.0 <= at % 2.0 < 1.05 else 0.0

    net, left, right, _, _ = turning(table(20.0, yaw_dps=yaw_dps))
    assert net == pytest.approx(0.0, abs=100.0)
    assert left == pytest.approx(right, rel=0.1)
    assert left == pytest.approx(10 * 90.0, rel=0.15)
    assert np.isnan(turning(StepTable.of_events([]))).all()


def test_the_distance_is_what_was_said_of_the_treadmill() -> None:
    steps = table(20.0)
    assert np.isnan(on_treadmill(steps, [])).all()
    said = [TreadmillSet(5.0, 3.0, NAN), TreadmillSet(600.0, 2.0, 4.0)]
    distance_m, slope_percent = on_treadmill(steps, said)
    assert distance_m == pytest.approx(600 * 3.0 + 600 * 2.0, abs=2.0)
    assert slope_percent == pytest.approx(4.0)
    assert np.isnan(on_treadmill(StepTable.of_events([]), said)[0])


# Whole runs


@cache
def analysed() -> RunAnalysis:
    run = simulated(minutes=14.0, seed=1005, sags=(Sag.parse("left:3@6+2"),))
    facts = Recording(Path("run.csv"), list(run.blocks), RATE_HZ, RATE_HZ, ())
    return analyse_run(Recorded(Path("run.csv"), facts, run.blocks, RATE_HZ, Settings(), None, None, None, None))


@cache
def kept() -> Run:
    return of_analysis(analysed(), START)


def test_a_simulated_sag_is_kept_with_its_onset_and_its_drop_minutes() -> None:
    run = kept()
    left, right = run.side(Side.LEFT), run.side(Side.RIGHT)
    assert (run.source, run.key, run.person, run.steps) == (Source.ANALYSIS, "A1@1", "", analysed().summary.steps)
    assert left.onset_earliest_s <= 360.0 + 60.0
    assert abs(left.onset_s - 360.0) < 90.0
    assert not right.rise_deg > 1.0  # what the lower pelvis shifts the stride's mean by
    # all of the rise for 6 minutes, part of it for the 2 of the ramp; the baseline has seen the beginning of that
    excess_deg = left.tired_deg - left.baseline_deg
    assert 6.0 * excess_deg < left.drop_minutes < 8.0 * excess_deg
    assert right.drop_minutes < 0.25 * left.drop_minutes
    assert left.tired_deg - left.fresh_deg > 1.5
    assert left.alerts + run.side(Side.BOTH).alerts >= 1
    assert 0.9 < run.valid_share <= 1.0
    assert np.isnan(run.lost_share)


def test_what_was_live_is_nearly_what_the_analysis_says() -> None:
    found = analysed()
    events: list[Event] = [*found.live_events, Marked(300.0, "pain: left knee")]
    live = of_live(summarize(found.recorded.facts, events, "Anna", "trail"), events, replace(START, clip="A1"))
    assert (live.source, live.person, live.shoe, live.clip) == (Source.LIVE, "Anna", "trail", "A1")
    assert live.steps == pytest.approx(kept().steps, abs=3)
    for side in (Side.LEFT, Side.RIGHT):
        assert live.side(side).tired_deg == pytest.approx(kept().side(side).tired_deg, abs=0.4)
        assert live.side(side).drop_minutes == pytest.approx(kept().side(side).drop_minutes, abs=3.0)
    assert live.side(Side.LEFT).onset_s == pytest.approx(kept().side(Side.LEFT).onset_s, abs=60.0)
    assert [(mark.at_s, mark.note) for mark in live.marks] == [(300.0 - found.start_s, "pain: left knee")]


def test_a_run_without_steps_is_kept_as_that() -> None:
    facts = Recording(Path("still.csv"), list(analysed().recorded.blocks), RATE_HZ, RATE_HZ, ())
    run = of_live(summarize(facts, []), [], START)
    assert (run.steps, run.running_s, len(run.sides)) == (0, 0.0, 3)
    plain = as_plain(run)
    assert plain["valid_share"] is None
    assert plain["sides"]["left"]["drop_minutes"] is None
