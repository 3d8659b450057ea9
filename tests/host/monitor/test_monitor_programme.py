"""A retraining programme withdraws its feedback by a schedule; the cue that an alert gives."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import pytest
from monitor_runs import STEP_S, kinds, push, run, since

from hipdrop.events import AlertRaised, AlertWithheld, Event
from hipdrop.monitor import Monitor
from hipdrop.monitor.programme import Programme, share_of_feedback
from hipdrop.monitor.words import cue
from hipdrop.settings import MonitorSettings

EIGHT = MonitorSettings(programme_sessions=8)


def session(number: int, **changed: float) -> MonitorSettings:
    return dataclasses.replace(EIGHT, training_session=number, **changed)  # type: ignore[arg-type]


def raised(events: Sequence[Event]) -> list[AlertRaised]:
    return [event for event in events if isinstance(event, AlertRaised)]


def test_the_share_falls_in_a_straight_line_after_the_full_sessions() -> None:
    shares = [share_of_feedback(EIGHT, number) for number in range(1, 11)]
    assert shares == pytest.approx([1, 1, 1, 1, 0.775, 0.55, 0.325, 0.1, 0.1, 0.1])


@pytest.mark.parametrize("number", [1, 5, 100])
def test_without_a_programme_nothing_is_withdrawn(number: int) -> None:
    assert share_of_feedback(MonitorSettings(), number) == 1.0


@pytest.mark.parametrize(("full", "shares"), [(0, [0.55, 0.1]), (1, [1, 0.1]), (2, [1, 1]), (5, [1, 1])])
def test_any_number_of_full_sessions_is_possible(full: int, shares: list[float]) -> None:
    settings = MonitorSettings(programme_sessions=2, full_feedback_sessions=full)
    assert [share_of_feedback(settings, number) for number in (1, 2)] == pytest.approx(shares)


@pytest.mark.parametrize("number", [3, 5, 6, 7, 8, 12])
def test_the_running_time_with_feedback_is_the_share(number: int) -> None:
    programme = Programme(session(number))
    seconds = range(3 * 300)  # three blocks
    assert sum(programme.wait_s(at_s) == 0 for at_s in seconds) / len(seconds) == pytest.approx(programme.share, 0.01)


def test_the_wait_ends_with_the_block() -> None:
    programme = Programme(session(6))  # 55 % of 300 s
    assert [programme.wait_s(at_s) for at_s in (0, 164, 165, 299, 300, 464, 465)] == [0, 0, 135, 1, 0, 0, 135]


def test_no_feedback_at_all_never_ends() -> None:
    programme = Programme(session(8, fade_last_percent=0.0))
    assert programme.wait_s(0.0) == programme.wait_s(1e6) == math.inf
    assert "again" not in programme.keeps_back(0.0)


def test_an_alert_waits_for_the_next_part_with_feedback_and_says_so() -> None:
    sagging = run(25, left=since(11.8, 3.0))  # due after about a minute, at minute 12.7; feedback is in 10 to 12.75
    free, faded = (push(Monitor(session(number)), sagging) for number in (4, 7))
    due_s = raised(free)[0].t_s
    (alert,) = raised(faded)
    held_back = next(event for event in faded if isinstance(event, AlertWithheld))
    running_s = session(7).fade_block_min * 60
    assert held_back.t_s == due_s
    assert held_back.reason.startswith("programme: session 7 of 8 has feedback in 32 % of the time, again after ")
    assert alert.t_s == pytest.approx(math.ceil(due_s / running_s) * running_s, abs=3 * STEP_S)


def test_measurement_goes_on_without_feedback() -> None:
    sagging = run(25, left=since(11.8, 3.0))
    silent = push(Monitor(session(8, fade_last_percent=0.0)), sagging)
    assert {kind for kind, _ in kinds(silent)} == {"withheld"}
    assert kinds(silent)[0][1] == kinds(push(Monitor(MonitorSettings()), sagging))[0][1]


def test_later_sessions_give_less() -> None:
    sag = [since(10 + 7 * i, 4.0, until=12 + 7 * i) for i in range(10)]  # 7 and 5 min meet in every phase
    steps = run(80, left=lambda minute: max(one(minute) for one in sag))
    settings = (session(number, fade_factor=1.0, cool_down_s=60.0) for number in (1, 4, 6, 8))
    counts = [len(raised(push(Monitor(one), steps))) for one in settings]
    assert counts[0] == counts[1] > counts[2] > counts[3] > 0


def test_first_rest_then_quicker_steps() -> None:
    settings = MonitorSettings(cool_down_s=60.0, detector="ewma")
    steps = run(25, left=lambda minute: max(since(10, 4.0, until=12)(minute), since(16, 4.0)(minute)))
    reasons = [alert.reason for alert in raised(push(Monitor(settings), steps))]
    assert [reason.split("; ")[-1] for reason in reasons] == [
        "ease off, or walk for a minute",
        "try quicker, shorter steps: 172 to 180 a minute",  # 164 + 5 and 10 %
    ]


def test_the_reason_is_as_long_as_the_cue() -> None:
    steps = run(20, left=since(12, 4.0))
    silent, own = (
        raised(push(Monitor(MonitorSettings(cue_first=text)), steps))[0].reason for text in ("", "hop {low}")
    )
    assert own == f"{silent}; hop 172"


@pytest.mark.parametrize(
    ("alerts", "cadence_spm", "baseline_spm", "said"),
    [
        (0, 164.0, 164.0, "rest"),
        (1, 164.0, 164.0, "172 to 180"),
        (3, 150.0, 164.0, "172 to 180"),
        (1, 173.0, 164.0, "rest"),  # quick already
        (1, 160.0, math.nan, "168 to 176"),  # from the present cadence where there is no fresh one
        (1, math.nan, math.nan, "more to more"),
    ],
)
def test_the_cue(alerts: int, cadence_spm: float, baseline_spm: float, said: str) -> None:
    settings = MonitorSettings(cue_first="rest", cue_then="{low} to {high}")
    assert cue(settings, alerts, cadence_spm, baseline_spm) == said


def test_the_same_steps_give_the_same_alerts() -> None:
    steps = run(40, left=since(12, 2.5, until=20), right=since(22, 2.5))
    once, again = (push(Monitor(session(6)), steps) for _ in range(2))
    assert list(itertools.chain(map(repr, once))) == list(map(repr, again))
