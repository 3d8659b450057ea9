"""The clip's own monitor: by closed forms, and event by event against the host's, under the real MicroPython."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from clip_monitors import Said, assert_alike, line_of, on_clip, said_by_clip, said_by_host
from hipdrop.events import Activity, ActivityChanged, Event, Flag, MountSlipped, Side, SidesChanged, Step
from hipdrop.links.monitoring import to_record
from hipdrop.monitor import TRANSITIONS, Finding, Level, StoredBaseline
from hipdrop.monitor.baseline import locate
from hipdrop.profile import Profile
from hipdrop.settings import Settings
from hipwire import ids

MicroPython = Callable[..., str]
STEP_S = 0.365
FRESH_STEPS = 1316  # more than 8 min of running at 365 ms
KNOWN = Profile(StoredBaseline(3.2, 2.8, 0.5, 0.6, 400, 390, 0.8))


def step(number: int, drop_deg: float, flags: tuple[Flag, ...] = (), t_s: float | None = None) -> Step:
    """Make a step; even numbers stand on the left leg."""
    side = Side.RIGHT if number % 2 else Side.LEFT
    at_s = STEP_S * number if t_s is None else t_s
    return Step(
        at_s, number, side, 0.99, Flag.SIDE not in flags, at_s, 240.0, STEP_S, 164.4, drop_deg, 0.0, 0.0, 0.0, at_s,
        80.0, 0.1, 0.0, flags,
    )  # fmt: skip


def course(left_deg: float, right_deg: float, steps: int) -> list[Event]:
    """Fresh steps of 3 deg without any scatter, then so much more on either leg from one step to the next."""
    more = (left_deg, right_deg)
    return [step(k, 3.0 + (more[k % 2] if k >= FRESH_STEPS else 0.0)) for k in range(FRESH_STEPS + steps)]


def raises(said: list[Said]) -> list[tuple[int, int]]:
    """Side and number of steps since the fresh ones, of the alerts."""
    return [(one.side, one.steps - FRESH_STEPS) for one in said if one.code == ids.EVENT_RAISED]


def heard(micropython: MicroPython, events: list[Event], settings: Settings | None = None) -> list[Said]:
    return said_by_clip(on_clip(micropython, [line_of(event) for event in events], settings))


def test_a_sudden_excess_is_told_after_the_steps_that_the_formula_says(micropython: MicroPython) -> None:
    """The level e (1 - 0.98^n) of an excess e is over 1.65 from the n-th step of a leg on; the 40th of these raises."""
    first_over = math.ceil(math.log(1 - 1.65 / 2.5) / math.log(0.98))
    said = heard(micropython, course(2.5, 0.0, 400))
    assert raises(said) == [(ids.SIDE_LEFT, 2 * (first_over + 39) - 1)]
    assert said[-1].values[1] == 300


def test_a_small_excess_is_summed_up(micropython: MicroPython) -> None:
    """1.5 deg, less than the dead band, is 0.7 over the allowance: 650 deg steps are passed at the 929th step."""
    said = heard(micropython, course(0.0, 1.5, 2000))
    assert raises(said) == [(ids.SIDE_RIGHT, 2 * (math.floor(650 / 0.7) + 1 + 39))]


def test_both_legs_are_one_alert(micropython: MicroPython) -> None:
    said = heard(micropython, course(2.5, 2.4, 300))
    assert [one.side for one in said if one.code == ids.EVENT_RAISED] == [ids.SIDE_BOTH]


def beside_the_host(micropython: MicroPython, events: list[Event], keys: dict[str, object]) -> list[Said]:
    settings = Settings().replace({"monitor": keys})
    said = heard(micropython, events, settings)
    assert_alike(said, said_by_host(events, settings))
    return said


def test_a_leg_that_has_not_counted_for_long_keeps_no_alert_of_both_back(micropython: MicroPython) -> None:
    """Bends from its 30th step over the limit on: the mean of both, 2.5 deg, goes on to count and is told by itself."""
    events = course(5.0, 0.0, 400)
    turning = [replace(one, flags=(Flag.TURN,)) for one in events[FRESH_STEPS + 60 :] if isinstance(one, Step)]
    said = beside_the_host(micropython, [*events[: FRESH_STEPS + 60], *turning], {"evidence_window_steps": 70})
    assert raises(said) == [(ids.SIDE_BOTH, 2 * 93)]


def test_the_sum_is_held_low_and_counts_only_while_the_level_is_up(micropython: MicroPython) -> None:
    """An outburst of 40 steps fills the sum and is over before it is told; the next sag has to pass the limit anew."""
    more_deg = [30.0] * 40 + [0.0] * 70 + [1.23] * 200
    events = course(0.0, 0.0, 2 * len(more_deg))
    for k, sag_deg in enumerate(more_deg):
        number = FRESH_STEPS + 2 * k
        events[number] = step(number, 3.0 + sag_deg)
    said = beside_the_host(micropython, events, {"detector": "cusum", "ewma_weight": 0.2})
    ((side, steps),) = raises(said)
    assert side == ids.SIDE_LEFT
    assert steps > 2 * (40 + 70 + 39)


def test_nothing_comes_of_nothing(micropython: MicroPython) -> None:
    assert on_clip(micropython, []) == []
    nothing = [step(k, math.nan) for k in range(3000)]
    events = on_clip(micropython, [line_of(event) for event in nothing])
    assert {(event["code"], event["a"], event["b"]) for event in events} == {(ids.EVENT_STEP, -32768, -32768)}


def test_a_step_is_told_with_its_level(micropython: MicroPython) -> None:
    events = on_clip(micropython, ["s 1 7 4000 600 512 361\n", "s 2 8 4075 -50 0 360\n", "s 2 10 4225 150 0 360\n"])
    told = [(e["index"], e["side"], e["detail"], e["flags"], e["a"], e["b"], e["c"], e["d"]) for e in events]
    assert told == [
        (4000, 1, 99, 512, 600, -32768, 1640, 361),
        (4075, 2, 99, 0, -50, -50, 1640, 360),
        (4225, 2, 99, 0, 150, 50, 1640, 360),
    ]


def test_while_a_host_gives_the_alerts_the_clip_keeps_its_own_and_then_gives_them(micropython: MicroPython) -> None:
    lines = [line_of(event) for event in course(2.5, 0.0, 600)]
    lines.insert(FRESH_STEPS, "h 1\n")
    lines.insert(FRESH_STEPS + 300, "h 0\n")
    said = said_by_clip(on_clip(micropython, lines))[1:]
    assert [(one.code, one.reason) for one in said] == [
        (ids.EVENT_WITHHELD, ids.WITHHELD_HOSTED),
        (ids.EVENT_RAISED, 0),
    ]
    assert 298 <= said[1].steps - FRESH_STEPS <= 302


def test_an_alert_of_a_host_begins_the_cool_down(micropython: MicroPython) -> None:
    lines = [line_of(event) for event in course(2.5, 0.0, 1200)]
    lines.insert(FRESH_STEPS + 100, "w\n")
    said = said_by_clip(on_clip(micropython, lines))[1:]
    assert [(one.code, one.reason) for one in said] == [
        (ids.EVENT_WITHHELD, ids.WITHHELD_COOL_DOWN), (ids.EVENT_RAISED, 0)
    ]  # fmt: skip
    assert (said[1].steps - FRESH_STEPS - 100) * STEP_S == pytest.approx(180.0, abs=2 * STEP_S)


def test_a_run_begins_anew(micropython: MicroPython) -> None:
    lines = [line_of(event) for event in course(2.5, 0.0, 200)]
    said = said_by_clip(on_clip(micropython, [*lines, "b\n", *lines]))
    half = len(said) // 2
    assert [one.values for one in said[:half]] == [one.values for one in said[half:]]


def test_nothing_grows_over_the_steps(micropython: MicroPython) -> None:
    script = """
import gc
from hipclip.detect.events import Events
from hipclip.detect.monitor import Monitor
from hipclip.monitorset import MonitorRecord
monitor = Monitor(MonitorRecord("none.bin"), Events())
for number in range(8000):
    if number in (400, 1600, 7999):  # before the baseline, after it, after an alert
        gc.collect()
        print(gc.mem_free())
    monitor.step(1 + number % 2, number, 76 * number, 300 + number % 61 + number // 4000 * 300, 0, 365, 1640, 99)
print(monitor.alerts)
"""
    free = [int(line) for line in micropython(script).split()]
    assert free[3] > 0
    assert free[0] - free[1] < 2048  # baselines and limits, which are made once
    assert free[1] - free[2] < 256


def test_the_defaults_are_those_of_the_host(micropython: MicroPython) -> None:
    script = "from hipclip.monitorset import MonitorRecord as M\nprint(bytes(M('none.bin').record).hex())"
    assert micropython(script).strip() == to_record(Settings()).hex()


def test_the_states_are_those_of_the_host(micropython: MicroPython) -> None:
    table = bytes.fromhex(micropython("from hipclip.detect.channel import NEXT\nprint(NEXT.hex())"))
    levels, findings = list(Level), list(Finding)
    assert len(table) == len(levels) * len(findings)
    for k, level in enumerate(levels):
        row = [levels.index(TRANSITIONS[level].get(finding, level)) for finding in findings]
        assert list(table[len(findings) * k :][: len(findings)]) == row, level


@pytest.mark.parametrize("steps", [1, 2, 9, 500, 3000])
def test_the_fresh_level_of_any_number_of_steps(micropython: MicroPython, steps: int) -> None:
    """Beyond 512 every second one is kept, then every fourth: of 3000 some 375, whose mean has an error of SD / 19."""
    draw = np.random.default_rng(steps)
    drops = np.round(400 + 60 * draw.standard_t(4, steps) + 10 * np.sin(np.arange(steps) / 3)).astype(int).tolist()
    script = (
        "import sys\nfrom hipclip.detect.learning import Pool\npool = Pool()\n"
        "for word in sys.stdin.read().split(): pool.take(int(word))\nprint(*pool.locate())"
    )
    mean, sd, lag1, count = (
        float(word) for word in micropython(script, heap="1M", stdin=" ".join(map(str, drops))).split()
    )
    there = locate([drop / 100 for drop in drops])
    few = steps <= 512
    assert count == steps
    assert mean / 100 == pytest.approx(there.mean_deg, abs=1e-4 if few else 3 * there.sd_deg / math.sqrt(375))
    assert sd / 100 == pytest.approx(there.sd_deg, rel=1e-9 if few else 0.15)
    assert lag1 == pytest.approx(there.lag1, abs=1e-4 if few else 0.01)


# against the host

VARIANTS: dict[str, tuple[dict[str, object], Profile | None]] = {
    "default": ({}, None),
    "short": ({"baseline_from_min": 0.5, "baseline_until_min": 3.0, "stored_baseline_until_min": 2.0}, None),
    "stored": ({}, KNOWN),
    "slow level": ({"detector": "ewma", "evidence_steps": 15, "evidence_window_steps": 100}, None),
    "sum": ({"detector": "cusum", "cusum_limit_deg_steps": 150.0}, None),
    "target": ({"mode": "target", "target_left_deg": 4.0, "target_right_deg": 4.4, "cool_down_s": 60.0}, KNOWN),
    "one band": ({"mode": "target", "target_right_deg": 3.9, "fade_factor": 3.0, "fade_after_alerts": 1}, None),
    "programme": ({"programme_sessions": 8, "training_session": 6, "cool_down_s": 30.0, "dead_band_deg": 0.8}, None),
    "scatter": ({"dead_band_deg": 0.3, "sigma_limit": 14.0}, None),
    "hasty": ({"dead_band_deg": 0.6, "cool_down_s": 20.0, "fade_after_alerts": 2, "withheld_after_steps": 8}, KNOWN),
}


def wild_run(seed: int, minutes: float = 27.0) -> list[Event]:
    """Sags of one leg and of both over a wandering level, with bends, stumbles, stops, gaps, slips and swaps."""
    draw = np.random.default_rng(seed)
    count = round(60 * minutes / STEP_S)
    wander_deg = np.cumsum(draw.normal(0.0, 0.012, (2, count)), axis=1)
    scatter_deg = draw.normal(0.0, 0.5, count)
    at_min = STEP_S * np.arange(count) / 60
    sag_deg = np.zeros((2, count))
    for begin_min in draw.uniform(9.0, 23.0, 3):
        on = (at_min > begin_min) & (at_min < begin_min + draw.uniform(2.0, 8.0))
        sag_deg[draw.choice([[True, False], [False, True], [True, True]])] += draw.uniform(1.0, 4.0) * on
    flags = flags_of_a_wild_run(draw, count)
    events: list[Event] = []
    t_s, number = 0.0, 0
    for k in range(count):
        happens = draw.uniform()
        if happens < 0.0008:
            events.append(ActivityChanged(t_s, Activity.WALK))
            t_s, number = t_s + 40.0, number + 3
            events.append(ActivityChanged(t_s, Activity.RUN))
        elif happens < 0.0012:
            events.append(SidesChanged(t_s, str(draw.choice(["corrected", "swapped", "unsure"])), 0.9))
        elif happens < 0.0013:
            events.append(MountSlipped(t_s, 8.5))
        leg = number % 2
        drop_deg = 3.0 + wander_deg[leg, k] + sag_deg[leg, k] + scatter_deg[k]
        late_s = draw.normal(0.0, 0.008) if draw.random() > 0.004 else 1.3  # no running time
        one = step(number, float(drop_deg) if happens < 0.999 else math.nan, flags[k], t_s)
        events.append(replace(one, step_s=STEP_S + late_s))
        t_s, number = t_s + STEP_S + late_s, number + 1
    return events


def flags_of_a_wild_run(draw: np.random.Generator, count: int) -> list[tuple[Flag, ...]]:
    """Bends, stretches of unsure sides, and single irregular steps."""
    flags: list[list[Flag]] = [[] for _ in range(count)]
    for flag, often, length in ((Flag.SIDE, 3, 60), (Flag.IRREGULAR, 60, 2), (Flag.TURN, 25, 30), (Flag.WOBBLE, 3, 80)):
        for begin in draw.integers(0, count, often):
            for k in range(begin, min(begin + length, count)):
                flags[k] = [*flags[k], flag] if flag not in flags[k] else flags[k]
    order = list(Flag)
    return [tuple(sorted(of_step, key=order.index)) for of_step in flags]


@pytest.mark.parametrize(("variant", "seed"), [(name, seed) for seed, name in enumerate(VARIANTS)])
def test_the_clip_says_what_the_host_says(micropython: MicroPython, variant: str, seed: int) -> None:
    keys, profile = VARIANTS[variant]
    settings = Settings().replace({"monitor": keys})
    events = wild_run(seed)
    lines = [line_of(event) for event in events]
    here = said_by_clip(on_clip(micropython, lines, settings, profile))
    there = said_by_host(events, settings, profile)
    assert any(said.code == ids.EVENT_RAISED for said in there)
    assert_alike(here, there)
