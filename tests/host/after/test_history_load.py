"""What to look out for: weeks worked out by hand, over the ends of years, clocks put back, and time zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import MONDAY, make_months, make_run

from hipdrop.after.history.advice import Advice
from hipdrop.after.history.direction import LEAST_SPREAD_DEG, day_to_day_deg, same_lean, same_turn, way_round
from hipdrop.after.history.load import drop_load, longest_run, week_rise
from hipdrop.after.history.runs import NAN, Run
from hipdrop.after.history.shoes import ASSUMED_KMH, MARK_KM, shoes
from hipdrop.after.history.warn import warnings
from hipdrop.after.history.weeks import Load, in_days, weeks
from synthetic import REPEATABLE

TODAY = MONDAY.date()


def run_on(days_ago: float, minutes: float = 30.0, **changed: object) -> Run:
    return make_run(MONDAY - timedelta(days=days_ago), minutes, **changed)  # type: ignore[arg-type]


def kinds(found: list[Advice]) -> list[str]:
    return [advice.kind for advice in found]


# Weeks


def test_a_week_adds_up() -> None:
    runs = [
        make_run(MONDAY + timedelta(days=day), 20.0 + day, distance_m=1000.0 if day else NAN) for day in (0, 2, 6, 7)
    ]
    first, second = weeks(runs)
    assert (first.load.runs, first.load.minutes, first.load.steps) == (3, 68.0, 68 * 170)
    assert first.load.distance_m == 2000.0
    assert first.load.left_drop_minutes == pytest.approx(0.5 * 68.0 * 0.5)
    assert first.load.right_drop_minutes == pytest.approx(0.5 * 68.0 * 0.1)
    assert (second.load.runs, second.monday - first.monday) == (1, timedelta(days=7))


def test_weeks_without_a_run_are_there_up_to_today() -> None:
    found = weeks([run_on(0), run_on(21)], TODAY + timedelta(days=8))
    assert [week.load.runs for week in found] == [1, 0, 0, 1, 0]
    assert weeks([]) == []


def test_weeks_over_the_end_of_a_year_are_one() -> None:
    new_year = [datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)]
    (week,) = weeks([make_run(day) for day in new_year])
    assert (week.monday, week.name, week.load.runs) == (date(2026, 12, 28), "2026-W53", 2)


def test_a_run_is_on_the_day_where_the_runner_was() -> None:
    """Sunday evening in Los Angeles is Monday morning in UTC; the night in which clocks go back is one day."""
    sunday = datetime(2026, 3, 1, 20, 0, tzinfo=timezone(timedelta(hours=-8)))
    assert make_run(sunday).day == date(2026, 3, 1)
    assert weeks([make_run(sunday)])[0].monday == date(2026, 2, 23)
    berlin = ZoneInfo("Europe/Berlin")
    night = [datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1)]
    assert night[1].timestamp() - night[0].timestamp() == 3600.0
    assert len({make_run(one).key for one in night}) == 2
    (week,) = weeks([make_run(one) for one in night])
    assert (week.monday, week.load.runs) == (date(2026, 10, 19), 2)


def test_seven_days_are_dates_not_hours() -> None:
    """Across the change to summer time a week has 167 hours; the run at this hour a week ago is not of this week."""
    berlin = ZoneInfo("Europe/Berlin")
    runs = [make_run(datetime(2026, 3, 24, 7, tzinfo=berlin) + timedelta(days=day)) for day in (0, 1, 7)]
    assert [run.day.day for run in in_days(runs, date(2026, 3, 31), 7)] == [25, 31]


@given(minutes=st.lists(st.floats(1.0, 300.0), min_size=1, max_size=30), seed=st.integers(0, 99))
@REPEATABLE
def test_no_minute_is_lost_between_weeks(minutes: list[float], seed: int) -> None:
    days = np.random.default_rng(seed).integers(0, 400, len(minutes)).tolist()
    runs = [run_on(day, length) for day, length in zip(days, minutes, strict=True)]
    found = weeks(runs)
    assert sum(week.load.minutes for week in found) == pytest.approx(sum(minutes))
    assert sum(week.load.runs for week in found) == len(runs)
    assert all(b.monday - a.monday == timedelta(days=7) for a, b in pairwise(found))


# A run much longer than those before it


@pytest.mark.parametrize(
    ("minutes", "ratio"), [(44.0, None), (44.1, 1.64), (52.0, 1.64), (52.1, 1.52), (80.0, 1.52), (81.0, 2.28)]
)
def test_the_longest_run_by_the_states_of_the_study(minutes: float, ratio: float | None) -> None:
    advice = longest_run([run_on(30, 40.0), run_on(5, 20.0), run_on(0, minutes)], TODAY)
    assert (advice and advice.numbers["hazard_rate_ratio"]) == ratio
    if advice is not None:
        assert advice.numbers["longer_percent"] == pytest.approx(100 * (minutes / 40.0 - 1))
        assert f"{minutes:.0f} min" in advice.text
        assert "40 min" in advice.text


def test_what_is_older_than_30_days_is_no_longest_run() -> None:
    assert longest_run([run_on(31, 60.0), run_on(4, 20.0), run_on(0, 30.0)], TODAY) is not None
    assert longest_run([run_on(30, 60.0), run_on(4, 20.0), run_on(0, 30.0)], TODAY) is None


def test_the_first_run_and_a_trial_of_a_minute_are_no_spike() -> None:
    assert longest_run([run_on(0, 60.0)], TODAY) is None
    assert longest_run([run_on(2, 1.0), run_on(0, 60.0)], TODAY) is None
    assert longest_run([run_on(31, 40.0), run_on(0, 60.0)], TODAY) is None


def test_it_is_said_for_a_week_and_then_no_more() -> None:
    runs = [run_on(20, 30.0), run_on(6, 60.0)]
    assert longest_run(runs, TODAY) is not None
    assert longest_run(runs, TODAY + timedelta(days=1)) is None


def test_by_distance_where_all_know_it() -> None:
    far = [run_on(9, 60.0, distance_m=10000.0), run_on(0, 50.0, distance_m=12000.0)]
    advice = longest_run(far, TODAY)
    assert advice is not None
    assert (advice.numbers["by"], advice.numbers["longer_percent"]) == ("distance", pytest.approx(20.0))
    assert "12.0 km" in advice.text
    assert longest_run([replace(far[0], distance_m=NAN), far[1]], TODAY) is None  # by minutes it was shorter


# A week much longer than the one before


@pytest.mark.parametrize(("minutes", "warned"), [(39.0, False), (39.1, True), (60.0, True), (10.0, False)])
def test_over_30_percent_more_in_a_week(minutes: float, warned: bool) -> None:
    runs = [run_on(7, 30.0), run_on(13, 30.0), run_on(6, minutes), run_on(0, minutes)]
    advice = week_rise(runs, TODAY)
    assert (advice is not None) == warned
    if advice is not None:
        assert advice.numbers["minutes"] == pytest.approx(2 * minutes)
        assert advice.numbers["minutes_before"] == 60.0
        assert advice.numbers["more_percent"] == pytest.approx(100 * (minutes / 30.0 - 1))
        assert advice.numbers["left_drop_minutes_before"] == pytest.approx(0.5 * 60.0 * 0.5)


def test_every_second_day_is_three_runs_in_one_week_and_four_in_the_next() -> None:
    runs = [run_on(2.0 * back) for back in range(40)]
    assert [week_rise(runs, TODAY - timedelta(days=day)) for day in range(8)] == [None] * 8


def test_back_from_a_week_of_rest_is_no_rise() -> None:
    week = [2.0, 4.0, 6.0]
    rest = [run_on(day + 7 * back) for back in (0, 2, 3, 4) for day in week] + [run_on(9.0)]
    assert week_rise(rest, TODAY) is None  # 90 min after 30, as in all weeks before
    assert week_rise([*rest, run_on(0.0, 45.0)], TODAY) is not None  # 135 min


def test_more_steps_in_the_same_time_are_more_too() -> None:
    runs = [run_on(8, 30.0), replace(run_on(1, 30.0), steps=7000)]
    advice = week_rise(runs, TODAY)
    assert advice is not None
    assert advice.numbers["more_steps_percent"] == pytest.approx(100 * (7000 / 5100 - 1))


def test_of_next_to_nothing_there_is_no_percentage() -> None:
    assert week_rise([run_on(8, 19.0), run_on(1, 60.0)], TODAY) is None
    assert week_rise([run_on(1, 60.0)], TODAY) is None


def test_drop_minutes_warn_where_the_level_rose_by_more_than_it_wanders() -> None:
    before = [run_on(8, 60.0, sag_deg=0.4)]
    (advice,) = drop_load([*before, run_on(1, 60.0, sag_deg=1.2)], TODAY)  # 0.2 and 0.6 deg on average
    assert advice.numbers["side"] == "left"
    assert advice.numbers["more_deg"] == pytest.approx(0.4)
    assert advice.numbers["drop_minutes"] == pytest.approx(36.0)
    assert drop_load([*before, run_on(1, 60.0, sag_deg=0.8)], TODAY) == []  # 0.2 deg more
    assert drop_load([*before, run_on(1, 180.0, sag_deg=0.4)], TODAY) == []  # three times the time, the same level


def test_runs_without_a_baseline_make_no_drop_load() -> None:
    unknown = tuple(replace(side, drop_minutes=NAN) for side in make_run().sides)
    runs = [run_on(8, 60.0, sides=unknown), run_on(1, 60.0, sag_deg=2.0)]
    assert drop_load(runs, TODAY) == []
    load = Load.of([runs[0]])
    assert (load.judged_minutes, load.left_drop_minutes, load.minutes) == (0, 0, 60.0)


# Shoes


def test_a_shoe_is_what_it_had_run_what_is_known_and_what_is_guessed() -> None:
    runs = [
        run_on(2, 60.0, distance_m=12000.0),
        run_on(1, 30.0),
        run_on(0, 30.0, shoe="Road"),
        run_on(0, 30.0, shoe=""),
    ]
    road, trail = sorted(shoes(runs, {"trail": 100.0}), key=lambda shoe: shoe.name)
    assert (trail.start_km, trail.known_km, trail.hours) == (100.0, 12.0, 1.5)
    assert trail.guessed_km == pytest.approx(6.0)  # at the 12 km/h of the run that knows its speed
    assert trail.km == pytest.approx(118.0)
    assert road.km == pytest.approx(6.0)
    (alone,) = shoes([run_on(0, 60.0)], {})
    assert alone.km == pytest.approx(ASSUMED_KMH)


@pytest.mark.parametrize(("start_km", "words"), [(560.0, ""), (575.0, "is near"), (640.0, "is past")])
def test_the_mark_of_400_miles(start_km: float, words: str) -> None:
    assert pytest.approx(643.7, abs=0.1) == MARK_KM
    found = [one for one in warnings([run_on(0, 60.0)], TODAY, {"trail": start_km}) if one.kind == "shoe"]
    assert [words in one.text for one in found] == ([True] if words else [])


def test_a_shoe_that_is_not_worn_any_more_is_not_spoken_of() -> None:
    assert "shoe" not in kinds(warnings([run_on(40, 60.0)], TODAY, {"trail": 900.0}))


# Always the same side


def leaning(*list_deg: float) -> list[Run]:
    return [run_on(2.0 * back, list_deg=value) for back, value in enumerate(reversed(list_deg))]


@pytest.mark.parametrize(
    ("list_deg", "side"),
    [
        ((1.2, 1.4, 1.3, 1.5, 1.3), "right"),
        ((-1.2, -1.4, 0.0, -1.5, -1.3), "left"),
        ((1.2, 1.4, 0.0, 0.1, 1.3), None),  # three of five
        ((0.4, 0.4, 0.4, 0.4, 0.4), None),  # what a clip that is not calibrated may be off by
        ((2.0, -2.0, 2.0, 2.0, 2.0), "right"),
        ((1.2, 1.4, 1.3, 1.5), None),  # too few
    ],
)
def test_the_same_lean(list_deg: tuple[float, ...], side: str | None) -> None:
    advice = same_lean(leaning(*list_deg), TODAY)
    assert (advice and advice.numbers["side"]) == side


def test_what_differs_much_from_day_to_day_is_no_lean() -> None:
    wide = leaning(-4.0, 5.0, -3.0, 4.0, -5.0, 1.3, 1.2, 1.4, 1.3, 1.2)
    assert day_to_day_deg(wide) > LEAST_SPREAD_DEG
    assert same_lean(wide, TODAY + timedelta(days=0)) is None


def test_a_runner_without_a_lean_is_hardly_ever_told_of_one() -> None:
    """0.6 % of cases by the binomial, each run its own day, spread as large as the limit."""
    rng = np.random.default_rng(5)
    told = sum(same_lean(leaning(*rng.normal(0.0, LEAST_SPREAD_DEG, 10)), TODAY) is not None for _ in range(1000))
    assert told <= 20


def test_runs_without_standing_and_old_ones_do_not_count() -> None:
    runs = leaning(1.2, 1.4, 1.3, 1.5, 1.3)
    assert same_lean([*runs[:4], replace(runs[4], list_deg=NAN)], TODAY) is None
    assert same_lean(runs, TODAY + timedelta(days=40)) is None


@pytest.mark.parametrize(
    ("left_deg", "right_deg", "way"),
    [(3600.0, 0.0, "left"), (0.0, 1080.0, "right"), (1000.0, 0.0, ""), (3600.0, 1300.0, ""), (0.0, 0.0, "")],
)
def test_which_way_round(left_deg: float, right_deg: float, way: str) -> None:
    assert way_round(run_on(0, left_turn_deg=left_deg, right_turn_deg=right_deg)) == way


def test_always_the_same_way_round() -> None:
    track = [run_on(2.0 * back, left_turn_deg=360.0 * 25) for back in range(5)]
    advice = same_turn(track, TODAY)
    assert advice is not None
    assert (advice.numbers["side"], advice.numbers["runs"], advice.numbers["median_turns"]) == ("left", 5, 25.0)
    back = [replace(run, left_turn_deg=0.0, right_turn_deg=9000.0) for run in track[:2]]
    assert same_turn([*back, *track[2:]], TODAY) is None


# All of it


def test_a_calm_month_has_nothing_to_look_out_for() -> None:
    runs = [run_on(2.0 * back, 30.0 + back % 2) for back in range(30)]
    assert warnings(runs, TODAY) == []


def test_months_with_a_last_run_that_is_too_long() -> None:
    runs = make_months(5)
    found = warnings(runs, runs[-1].day)
    assert kinds(found) == ["longest-run", "week", "drop-load", "same-lean", "same-turn"]
    assert all(advice.numbers and advice.text.endswith(".") and "\n" not in advice.text for advice in found)
    assert kinds(warnings(list(reversed(runs)), runs[-1].day)) == kinds(found)


def test_runs_of_the_future_are_not_seen() -> None:
    runs = make_months(4)
    before = runs[-1].day - timedelta(days=1)
    assert kinds(warnings(runs, before)) == kinds(warnings(runs[:-1], before))


def test_no_runs_no_warnings() -> None:
    assert warnings([], TODAY) == []
