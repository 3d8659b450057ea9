"""Steps of simulated runs, through the whole chain, against what is known of the run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from hipdrop.events import Activity, ActivityChanged, Contact, Event, Flag, Site, Step, Turn
from hipdrop.pipeline import Pipeline
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate import Bout, Contacts, SimulatedRun
from synthetic import RATE_HZ, block_of, events_of, half_sine_vertical_g, simulated


@cache
def plain() -> tuple[SimulatedRun, tuple[Event, ...]]:
    """A minute of running on a treadmill, the mount given."""
    run = simulated(minutes=1.1)
    return run, tuple(events_of(run, Pipeline(RATE_HZ, mount=run.pelvis_from_sensor)))


def steps_in(events: Sequence[Event]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def truth_of(steps: Sequence[Step], truth: Contacts, values: Array) -> Array:
    """The true values at the contacts that the steps belong to."""
    distance = np.abs(np.array([s.t_s for s in steps])[:, None] - truth.contact_s[None, :])
    nearest = distance.argmin(axis=1)
    assert distance.min(axis=1).max() < 0.1
    assert (np.diff(nearest) == 1).all()
    return np.asarray(values[nearest])


def valid_steps() -> list[Step]:
    """Steps that count; the last, whose stance the recording may cut, is left out: no drop is defined there."""
    return [step for step in steps_in(plain()[1]) if step.valid][:-1]


def test_numbers_count_contacts_and_steps_from_zero() -> None:
    _, events = plain()
    contacts = [event for event in events if isinstance(event, Contact)]
    steps = steps_in(events)
    assert [contact.number for contact in contacts] == list(range(len(contacts)))
    assert [step.number for step in steps] == list(range(len(steps)))
    assert [step.t_s for step in steps] == [contact.t_s for contact in contacts]


def test_sides_alternate_and_are_the_true_ones() -> None:
    run, events = plain()
    first_s = float(run.contacts.contact_s[run.contacts.running][0]) - 0.1  # before it is the start, told or not
    steps = [step for step in steps_in(events) if step.t_s > first_s][:-1]  # the recording cuts the last stance
    left = truth_of(steps, run.contacts, run.contacts.is_left.astype(float))
    assert [step.side == "left" for step in steps] == [bool(x) for x in left]
    assert all(a.side is not b.side for a, b in pairwise(steps))


def test_a_step_ends_where_the_next_begins() -> None:
    for step, following in pairwise(steps_in(plain()[1])):
        assert step.t_s + step.step_s == pytest.approx(following.t_s, abs=1e-9)
        assert step.t_s < step.toe_off_s < following.t_s
        assert step.contact_ms == pytest.approx((step.toe_off_s - step.t_s) * 1000.0, abs=1e-6)


def test_drop_excursion_and_peak_time_are_those_of_the_pelvis() -> None:
    run, _ = plain()
    truth, steps = run.contacts, valid_steps()
    assert len(steps) > 130
    drop = np.array([step.drop_deg for step in steps]) - truth_of(steps, truth, truth.drop_deg)
    excursion = np.array([step.excursion_deg for step in steps]) - truth_of(steps, truth, truth.excursion_deg)
    peak_s = np.array([step.peak_s for step in steps]) - truth_of(steps, truth, truth.peak_s)
    assert abs(drop.mean()) < 0.1
    assert drop.std() < 0.15
    assert abs(excursion.mean()) < 0.65  # contact time 15 ms off is worth so much of it (docs/algorithms.md)
    assert abs(peak_s.mean()) < 0.005
    assert np.abs(peak_s).max() < 0.05


def test_contact_time_and_cadence_are_near_the_true_ones() -> None:
    run, _ = plain()
    truth, steps = run.contacts, valid_steps()
    contact_ms = (truth.toe_off_s - truth.contact_s) * 1000.0
    off_ms = np.array([step.contact_ms for step in steps]) - truth_of(steps, truth, contact_ms)
    assert abs(off_ms.mean()) < 35.0  # 15 to 20 ms at either end between people
    assert off_ms.std() < 12.0
    cadence = 60.0 * (len(truth.contact_s[truth.running]) - 1) / float(np.ptp(truth.contact_s[truth.running]))
    assert fmean(step.cadence_spm for step in steps) == pytest.approx(cadence, rel=0.005)


def test_vertical_travel_of_a_half_sine_runner_in_closed_form() -> None:
    """Ground force as a half sine: rise from the lowest point, peak to peak, by integrating the model finely."""
    step_s, duty = 0.36, 0.7
    fine = np.arange(0.0, step_s, 1e-5)
    acc_g = half_sine_vertical_g(fine, step_s, duty * step_s)
    velocity = np.cumsum(acc_g) * 1e-5 * STANDARD_GRAVITY_MS2
    height = np.cumsum(velocity - velocity.mean()) * 1e-5
    t_s = np.arange(-4.0, 30.0, 1.0 / RATE_HZ)
    vertical = np.where(t_s < 0.0, 0.0, half_sine_vertical_g(np.maximum(t_s, 0.0), step_s, duty * step_s))
    acc = np.stack((0.0 * t_s, STANDARD_GRAVITY_MS2 * (1.0 + vertical), 0.0 * t_s), axis=1)
    pipeline = Pipeline(RATE_HZ, mount=np.eye(3))
    events = pipeline.push(block_of(acc, np.zeros_like(acc))) + pipeline.close()
    steps = steps_in(events)[10:-2]
    assert len(steps) > 60
    travel_mm = [step.oscillation_mm for step in steps]
    assert fmean(travel_mm) == pytest.approx(1000.0 * float(np.ptp(height)), rel=0.05)
    for step in steps:
        assert abs(step.drop_deg) < 0.05  # it bounces, it does not tilt
        assert step.step_s == pytest.approx(step_s, abs=0.002)
        assert step.cadence_spm == pytest.approx(60.0 / step_s, rel=0.01)


def test_the_first_steps_and_the_last_do_not_count() -> None:
    steps = steps_in(plain()[1])
    assert Flag.START in steps[0].flags
    assert all(Flag.STOP in step.flags for step in steps[:4])
    assert Flag.STOP in steps[-1].flags
    assert math.isnan(steps[-1].drop_deg)
    assert all(step.valid for step in steps[6:-2])


def test_a_break_of_walking_ends_the_bout_and_gives_no_steps() -> None:
    run = simulated(minutes=1.6, walk=(Bout(0.7, 0.3),))
    events = events_of(run, Pipeline(RATE_HZ, mount=run.pelvis_from_sensor))
    walking = run.contacts.contact_s[run.contacts.walking]
    steps = steps_in(events)
    assert not any(walking[1] < step.t_s < walking[-2] for step in steps)
    changes = [event.activity for event in events if isinstance(event, ActivityChanged)]
    assert changes[0] is Activity.STAND
    assert changes[-3:] == [Activity.RUN, Activity.WALK, Activity.RUN]
    before = [step for step in steps if step.t_s < walking[0]]
    after = [step for step in steps if step.t_s > walking[-1]]
    assert Flag.STOP in before[-1].flags
    assert {Flag.START, Flag.STOP} <= set(after[0].flags)
    assert [step.number for step in steps] == list(range(len(steps)))


@pytest.mark.parametrize("turn_dps", [20.0, -20.0])
def test_a_steady_turn_is_told_with_its_rate_and_voids_sides_only(turn_dps: float) -> None:
    run = simulated(minutes=0.8, turns=turn_dps)
    events = events_of(run, Pipeline(RATE_HZ, mount=run.pelvis_from_sensor))
    turns = [event for event in events if isinstance(event, Turn)]
    assert [turn.begins for turn in turns] == [True]
    steps = steps_in(events)[8:-2]
    assert fmean(step.yaw_dps for step in steps) == pytest.approx(turn_dps, abs=1.0)
    assert all(step.flags == (Flag.TURN,) and step.valid_for_mean and not step.valid for step in steps)


def test_a_bend_is_told_where_it_begins_and_ends(tmp_path: Path) -> None:
    """A course with a turn to the left by 180 deg, 30 deg/s from 60 to 66 s."""
    rows = [f"{t},3.0,165,{30.0 if 60 <= t < 66 else 0.0},0" for t in range(90)]
    course = tmp_path / "course.csv"
    course.write_text("\n".join(["t_s,speed_ms,cadence_spm,turn_rate_dps,incline_pct", *rows, ""]), "utf-8")
    run = simulated(minutes=1.5, stand_s=0.0, schedule=course)
    events = events_of(run, Pipeline(RATE_HZ, mount=run.pelvis_from_sensor))
    turns = [event for event in events if isinstance(event, Turn)]
    assert [turn.begins for turn in turns] == [True, False]
    assert turns[0].t_s == pytest.approx(60.0, abs=1.5)
    assert turns[1].t_s == pytest.approx(66.0 + 2.0, abs=1.5)  # the orientation needs its time after a bend
    assert turns[0].yaw_dps > 12.0
    for step in steps_in(events)[8:-2]:
        assert (Flag.TURN in step.flags) is (turns[0].t_s <= step.t_s < turns[1].t_s)


def test_yaw_is_the_rate_of_the_way_that_was_turned() -> None:
    """The bends of a 400 m track are too wide to void a step; over a lap of 180 s the mean is 2 deg/s."""
    run = simulated(minutes=3.0, turns="oval")
    steps = [s for s in steps_in(events_of(run, Pipeline(RATE_HZ, mount=run.pelvis_from_sensor))) if s.valid]
    assert len(steps) > 400
    index = np.round(np.array([steps[0].t_s, steps[-1].t_s]) * RATE_HZ).astype(int)
    turned_deg = float(np.diff(run.rotation_deg[index])[0])
    assert turned_deg > 300.0
    mean_dps = turned_deg / (steps[-1].t_s - steps[0].t_s)
    # tilt rate times obliquity is part of the rate about the vertical, 0.1 deg/s in a runner who is not quite even
    assert fmean(step.yaw_dps for step in steps) == pytest.approx(mean_dps, abs=0.2)


def test_list_is_the_mean_obliquity_against_standing() -> None:
    run, _ = plain()
    truth, steps = run.contacts, valid_steps()
    standing = float(run.obliquity_deg[: round(5.0 * RATE_HZ)].mean())
    lists = np.array([step.list_deg for step in steps])
    expected = truth_of(steps, truth, truth.stride_mean_deg) - standing
    assert float(np.mean(lists - expected)) == pytest.approx(0.0, abs=0.2)


def test_without_standing_there_is_no_list() -> None:
    run = simulated(minutes=0.4, stand_s=0.0)
    steps = steps_in(events_of(run, Pipeline(RATE_HZ, mount=run.pelvis_from_sensor)))
    assert len(steps) > 40
    assert all(math.isnan(step.list_deg) for step in steps)


def bouncing(*stretches_g: Array) -> list[Step]:
    """Steps of a clip that moves up and down only, after 3 s of standing."""
    vertical = np.concatenate((np.zeros(round(3 * RATE_HZ)), *stretches_g))
    acc = np.stack((0.0 * vertical, STANDARD_GRAVITY_MS2 * (1.0 + vertical), 0.0 * vertical), axis=1)
    pipeline = Pipeline(RATE_HZ, mount=np.eye(3))
    return steps_in(pipeline.push(block_of(acc, np.zeros_like(acc))) + pipeline.close())


def running_g(steps: int, step_s: float = 75.0 / RATE_HZ) -> Array:
    return half_sine_vertical_g(np.arange(round(steps * step_s * RATE_HZ)) / RATE_HZ, step_s, 0.7 * step_s)


def test_a_stumble_voids_the_step_and_the_one_after_it() -> None:
    """One flight longer by 0.15 s: 40 % of the step."""
    steps = bouncing(running_g(30), np.full(31, -1.0), running_g(30))
    odd = [step for step in steps if step.step_s > 0.45]
    assert len(odd) == 1
    irregular = [step.number for step in steps if Flag.IRREGULAR in step.flags]
    assert irregular == [odd[0].number, odd[0].number + 1]  # the stride of the next holds it too


def test_a_few_hops_are_no_running_and_take_no_numbers() -> None:
    """Two hops are three landings; four in a row are running."""
    steps = bouncing(running_g(2), np.zeros(round(3 * RATE_HZ)), running_g(20))
    assert [step.number for step in steps] == list(range(len(steps)))
    assert len(steps) >= 18
    assert steps[0].t_s > 6.0


@pytest.mark.parametrize("site", list(Site))
def test_a_loose_belt_is_told_at_any_site(site: Site) -> None:
    share = []
    for wobble_deg in (0.5, 5.0):
        run = simulated(minutes=0.6, wobble_deg=wobble_deg, site=site)
        steps = steps_in(events_of(run, Pipeline(RATE_HZ, mount=run.pelvis_from_sensor, site=site)))[6:-2]
        share.append(fmean(Flag.WOBBLE in step.flags for step in steps))
        assert all((Flag.WOBBLE in step.flags) is (step.wobble_deg > 1.0) for step in steps)
    assert share[0] == 0.0
    assert share[1] > 0.8
