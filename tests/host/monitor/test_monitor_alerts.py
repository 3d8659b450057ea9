"""When the monitor speaks, and for whom."""

from __future__ import annotations

import dataclasses
import itertools
import math

import pytest
from monitor_runs import FRESH_DEG, STEP_S, Course, kinds, push, run, since, step

from hipdrop.events import (
    Activity,
    ActivityChanged,
    AlertCleared,
    AlertEvent,
    AlertRaised,
    AlertWithheld,
    Flag,
    Gap,
    MountSlipped,
    Side,
    SidesChanged,
    Step,
    TargetBand,
    Turn,
)
from hipdrop.monitor import Monitor
from hipdrop.settings import MonitorSettings

SETTINGS = MonitorSettings()
LEFT, RIGHT, BOTH = Side.LEFT, Side.RIGHT, Side.BOTH


def first(events: list[object], kind: type[AlertEvent]) -> AlertEvent:
    return next(event for event in events if isinstance(event, kind))


def test_nothing_at_all() -> None:
    assert Monitor(SETTINGS).close() == []


def test_an_even_run_raises_nothing() -> None:
    assert kinds(push(Monitor(SETTINGS), run(60))) == []


def test_two_degrees_of_the_left_leg_raise_the_left_within_two_minutes() -> None:
    events = push(Monitor(SETTINGS), run(30, left=since(15, 2.0), right=since(15, 0.37)))
    assert kinds(events) == [("raise", LEFT)] or kinds(events)[1:] == [("withheld", BOTH)]
    alert = first(events, AlertRaised)
    assert 15 * 60 < alert.t_s < 17 * 60
    assert alert.excess_deg == pytest.approx(alert.drop_deg - alert.baseline_deg)
    assert alert.reason.startswith("left leg: right hip drops 1.")
    assert alert.reason.endswith("; ease off, or walk for a minute")


def test_an_ewma_alert_comes_when_the_closed_form_says() -> None:
    settings = dataclasses.replace(SETTINGS, detector="ewma")
    calm = [step(s.number, FRESH_DEG + (3.0 if s.t_s >= 900 and s.number % 2 == 0 else 0.0)) for s in run(20)]
    alert = first(push(Monitor(settings), calm), AlertRaised)
    over = next(n for n in range(1, 200) if 3.0 * (1 - 0.98**n) > settings.dead_band_deg)
    onset = next(s.number for s in calm if s.t_s >= 900 and s.number % 2 == 0)
    assert round((alert.t_s / STEP_S - onset) / 2) + 1 == over + settings.evidence_steps - 1


def test_a_sum_alert_comes_when_the_closed_form_says() -> None:
    settings = dataclasses.replace(SETTINGS, detector="cusum")
    calm = [step(s.number, FRESH_DEG + (1.3 if s.t_s >= 900 and s.number % 2 == 0 else 0.0)) for s in run(60)]
    alert = first(push(Monitor(settings), calm), AlertRaised)
    over = int(settings.cusum_limit_deg_steps / (1.3 - settings.cusum_allowance_deg)) + 1
    onset = next(s.number for s in calm if s.t_s >= 900 and s.number % 2 == 0)
    steps = round((alert.t_s / STEP_S - onset) / 2) + 1
    assert steps == pytest.approx(over + settings.evidence_steps - 1, abs=1)


def test_a_slow_sag_of_one_degree_is_found_by_the_sum_alone() -> None:
    steps = run(75, left=lambda minute: min(max(minute - 10, 0) / 25, 1.0) * 1.1)
    assert kinds(push(Monitor(dataclasses.replace(SETTINGS, detector="ewma")), steps)) == []
    assert kinds(push(Monitor(SETTINGS), steps)) == [("raise", LEFT)]


def test_when_both_legs_sag_there_is_one_alert() -> None:
    events = push(Monitor(SETTINGS), run(30, left=since(15, 2.0), right=since(15, 2.0)))
    assert kinds(events)[0] == ("raise", BOTH)
    assert [kind for kind, _ in kinds(events)].count("raise") == 1
    assert first(events, AlertRaised).reason.startswith("both legs: the hips drop 1.")


def test_a_few_wild_steps_raise_nothing() -> None:
    events = push(Monitor(SETTINGS), run(30, left=lambda minute: 15.0 if 15 < minute < 15.1 else 0.0))
    assert [kind for kind, _ in kinds(events)].count("raise") == 0


def test_it_clears_when_the_drop_is_back_and_says_so() -> None:
    events = push(Monitor(SETTINGS), run(30, left=since(15, 2.5, until=18)))
    assert kinds(events)[0] == ("raise", LEFT)
    assert kinds(events)[-1] == ("clear", LEFT)
    assert "the drop is back" in first(events, AlertCleared).reason


def test_it_does_not_clear_above_half_the_limit() -> None:
    events = push(Monitor(SETTINGS), run(40, left=lambda minute: 0.0 if minute < 15 else 2.5 if minute < 18 else 1.0))
    assert ("clear", LEFT) not in kinds(events)


def test_skipped_steps_neither_count_nor_reset() -> None:
    def every_third_pair(number: int) -> tuple[Flag, ...]:
        return (Flag.TURN,) if number // 2 % 3 else ()

    settings = dataclasses.replace(SETTINGS, baseline_min_steps=100)
    plain = first(push(Monitor(settings), run(40, left=since(15, 2.0))), AlertRaised)
    events = push(Monitor(settings), run(40, left=since(15, 2.0), flags=every_third_pair))
    assert kinds(events)[0] == ("raise", LEFT)
    assert first(events, AlertRaised).t_s - 900 == pytest.approx(3 * (plain.t_s - 900), rel=0.1)


def test_cool_down_keeps_the_next_alert_back_and_says_so_once() -> None:
    settings = dataclasses.replace(SETTINGS, cool_down_s=300.0, detector="ewma")
    events = push(Monitor(settings), run(30, left=since(12, 3.0, until=14), right=since(13.5, 3.0)))
    raised = [event for event in events if isinstance(event, AlertRaised)]
    held_back = [event for event in events if isinstance(event, AlertWithheld) and "cool-down" in event.reason]
    assert [event.side for event in raised] == [LEFT, RIGHT]
    assert raised[1].t_s - raised[0].t_s == pytest.approx(300, abs=1)
    assert [event.side for event in held_back] == [RIGHT]


def test_feedback_fades() -> None:
    settings = dataclasses.replace(SETTINGS, cool_down_s=60.0, fade_after_alerts=1, detector="ewma")
    sag = [since(10 + 4 * i, 4.0, until=12 + 4 * i) for i in range(12)]
    events = push(Monitor(settings), run(60, left=lambda minute: max(one(minute) for one in sag)))
    raised = [event.t_s for event in events if isinstance(event, AlertRaised)]
    pauses_s = [b - a for a, b in itertools.pairwise(raised)]
    assert len(raised) < 8
    for count, pause_s in enumerate(pauses_s, start=1):
        assert pause_s >= 60.0 * 2.0 ** max(count - 1, 0)
    assert any("fade" in event.reason for event in events if isinstance(event, AlertWithheld))


@pytest.mark.parametrize(
    ("flag", "word"), [(Flag.WOBBLE, "loose"), (Flag.SIDE, "which leg"), (Flag.TURN, "turning"), (Flag.GAP, "missing")]
)
def test_why_an_alert_is_withheld_is_said_once(flag: Flag, word: str) -> None:
    settings = dataclasses.replace(SETTINGS, evidence_steps=60)
    alone = run(16, left=since(15, 3.0))
    muted = run(5, left=lambda minute: 3.0, first=len(alone), flags=lambda number: (flag,))
    monitor = Monitor(settings)
    push(monitor, alone)
    held_back = [e for e in push(monitor, muted) if isinstance(e, AlertWithheld) and e.side is LEFT]
    assert len(held_back) == 1
    assert word in held_back[0].reason


def test_a_walking_break_over_the_limit_is_said_once_and_the_count_goes_on() -> None:
    settings = dataclasses.replace(SETTINGS, evidence_steps=60)
    monitor = Monitor(settings)
    before = run(16, left=since(15, 3.0))
    push(monitor, before)
    events = monitor.push(ActivityChanged(960.0, Activity.WALK)) + monitor.push(ActivityChanged(970.0, Activity.STAND))
    assert kinds(events) == [("withheld", LEFT)]
    assert "walking" in events[0].reason
    after = push(monitor, run(1, left=lambda minute: 3.0, first=len(before)))
    assert kinds(after)[0] == ("raise", LEFT)


def test_a_slip_withdraws_what_was_open() -> None:
    monitor = Monitor(SETTINGS)
    push(monitor, run(18, left=since(15, 2.5)))
    assert kinds(monitor.push(MountSlipped(1080.0, 5.0))) == [("withheld", LEFT)]
    assert kinds(push(monitor, run(20, left=lambda minute: 2.5, first=18 * 164))) == []


def test_a_swap_moves_an_open_alert_to_the_other_leg() -> None:
    monitor = Monitor(SETTINGS)
    push(monitor, run(18, left=since(15, 2.5)))
    assert kinds(monitor.push(SidesChanged(1080.0, "swapped", 1.0))) == [("clear", LEFT), ("raise", RIGHT)]


def test_cadence_is_named_but_changes_nothing() -> None:
    steps = [
        run(20, left=since(15, 2.0), cadence_spm=lambda m, spm=spm: 164.0 if m < 12 else spm) for spm in (150.0, 180.0)
    ]
    slow, quick = (first(push(Monitor(SETTINGS), s), AlertRaised) for s in steps)
    assert (slow.t_s, slow.drop_deg) == (quick.t_s, quick.drop_deg)
    assert "cadence 150 steps/min, 9 % below fresh" in slow.reason
    assert "cadence 180 steps/min, 10 % above fresh" in quick.reason


def test_target_mode_needs_no_baseline() -> None:
    settings = dataclasses.replace(SETTINGS, mode="target", target_left_deg=2.0)
    events = push(Monitor(settings), run(2))
    assert kinds(events) == [("raise", LEFT)]
    assert first(events, AlertRaised).baseline_deg == 2.0
    assert "than the band allows" in first(events, AlertRaised).reason


def test_a_band_is_set_and_taken_away_while_running() -> None:
    monitor = Monitor(SETTINGS)
    push(monitor, run(10))
    assert monitor.command(TargetBand(BOTH, 2.0), 600.0) == []
    assert kinds(push(monitor, run(2, first=1640)))[0] == ("raise", BOTH)
    monitor.command(TargetBand(BOTH, None), 720.0)
    assert ("raise", BOTH) not in kinds(push(monitor, run(10, first=1968)))


def test_the_mean_of_both_speaks_where_bends_mute_the_legs() -> None:
    def bend(number: int) -> tuple[Flag, ...]:
        return (Flag.TURN,)

    steps = run(30, left=lambda m: 1.5 + since(15, 2.0)(m), right=lambda m: -1.5 + since(15, 2.0)(m), flags=bend)
    assert kinds(push(Monitor(SETTINGS), steps)) == [("raise", BOTH)]


def oval(minutes: float, left: Course = lambda minute: 0.0) -> list[Step]:
    """Run the 400 m oval at 3.5 m/s: its bends shift the legs by +-1.95 deg, 14 s of each straight count."""

    def place_s(minute: float) -> float:
        return 60 * minute % 57.1  # half a lap: 32.8 s of bend, 10 s of tail, the rest counts

    def shift_deg(minute: float) -> float:
        at_s = place_s(minute)
        return 1.95 if at_s < 32.8 else 1.95 * math.exp(-(at_s - 32.8) / 3.0)  # the filter forgets a bend in 3 s

    return run(
        minutes,
        left=lambda minute: left(minute) + shift_deg(minute),
        right=lambda minute: -shift_deg(minute),
        flags=lambda number: (Flag.TURN,) if place_s(number * STEP_S / 60) < 42.8 else (),
    )


def test_bends_of_an_oval_raise_nothing() -> None:
    assert kinds(push(Monitor(SETTINGS), oval(60))) == []


def test_a_sag_on_an_oval_is_found() -> None:
    events = push(Monitor(SETTINGS), oval(40, left=since(20, 2.0)))
    assert ("raise", LEFT) in kinds(events)
    assert first(events, AlertRaised).t_s < 27 * 60  # 87 steps till it is over and 39 more, at 19 in half a lap


@pytest.mark.parametrize("event", [Gap(1.0, 0.2, False), Turn(1.0, True, 20.0), ActivityChanged(1.0, Activity.RUN)])
def test_other_events_are_ignored(event: Gap | Turn | ActivityChanged) -> None:
    assert Monitor(SETTINGS).push(event) == []
