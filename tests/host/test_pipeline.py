"""The wiring as a whole: contract, split anywhere, gaps, user inputs, simulated truth."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hipdrop.events import (
    Activity,
    ActivityChanged,
    AlertRaised,
    BaselineReady,
    Contact,
    Event,
    Flag,
    Gap,
    GyroBias,
    Mark,
    Marked,
    MountFound,
    NewBaseline,
    SensorChecked,
    Side,
    SidesChanged,
    Site,
    Step,
    SwapSides,
    TargetBand,
)
from hipdrop.pipeline import Pipeline
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import Bout, RunnerConfig, Sag, SimulatedRun, simulate
from hipdrop.waves import LAST_STRIDES
from scoring import Truth, is_right, score, steps_of

RATE_HZ = 208.0
CUTS = (1, 7, 16, 208, 4096)


def push_all(pipeline: Pipeline, blocks: list[SampleBlock], cut: int = 208) -> list[Event]:
    events = [event for block in blocks for piece in block.cut(cut) for event in pipeline.push(piece)]
    return events + pipeline.close()


def truth_of(run: SimulatedRun) -> Truth:
    running = run.contacts.running.astype(bool)
    return Truth(
        run.contacts.contact_s[running], run.contacts.is_left[running].astype(bool), run.contacts.drop_deg[running]
    )


@pytest.fixture(scope="module")
def hard_run() -> SimulatedRun:
    """Two minutes with everything in it: loss, a walk, a stop, wobble, bias, a clip over the hip."""
    config = RunnerConfig(
        minutes=2.0, seed=11, mount="random", site=Site.LEFT_HIP, drop_frames=0.02, wobble_deg=0.7,
        walk=(Bout(0.7, 0.15),), stops=(Bout(1.3, 0.15),), gyro_bias_dps=(1.5, -1.5, 1.5), turns="oval",
    )  # fmt: skip
    return simulate(config)


@pytest.fixture(scope="module")
def whole(hard_run: SimulatedRun) -> list[Event]:
    """Its events, each block in one piece."""
    return push_all(Pipeline(RATE_HZ), hard_run.blocks, cut=10**9)


def same(a: list[Event], b: list[Event]) -> bool:
    """Equal to the bit, NaN equal to NaN."""
    return repr(a) == repr(b)


@pytest.mark.parametrize("cut", CUTS)
def test_block_length_changes_nothing(hard_run: SimulatedRun, whole: list[Event], cut: int) -> None:
    assert len(steps_of(whole)) > 200
    assert any(isinstance(event, Gap) for event in whole)
    assert same(push_all(Pipeline(RATE_HZ), hard_run.blocks, cut), whole)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1), mean_cut=st.floats(0.0, 7.0))
def test_random_cuts_change_nothing(hard_run: SimulatedRun, whole: list[Event], seed: int, mean_cut: float) -> None:
    draw = np.random.default_rng(seed)
    pipeline, events = Pipeline(RATE_HZ), []
    for block in hard_run.blocks:
        start = 0
        while start < len(block):
            stop = start + 1 + int(draw.exponential(math.exp(mean_cut)))
            events += pipeline.push(block.slice(start, stop))
            start = stop
    assert same(events + pipeline.close(), whole)


def test_two_passes_are_equal(hard_run: SimulatedRun, whole: list[Event]) -> None:
    assert same(push_all(Pipeline(RATE_HZ), hard_run.blocks, cut=10**9), whole)


def test_simulated_truth_is_met(hard_run: SimulatedRun, whole: list[Event]) -> None:
    result = score(whole, truth_of(hard_run))
    sure = [(true, step) for true, step in result.pairs if step.side_sure]
    truth = truth_of(hard_run)
    assert len(sure) > 0.95 * len(truth.contact_s)
    assert all(is_right(step, truth.is_left[true]) for true, step in sure)
    assert abs(result.bias_deg(Side.BOTH)) < 0.15
    assert max(result.sd_deg(Side.LEFT), result.sd_deg(Side.RIGHT)) < 0.25


def test_every_contact_is_followed_by_its_step_in_order(whole: list[Event]) -> None:
    contacts = [event.number for event in whole if isinstance(event, Contact)]
    steps = steps_of(whole)
    assert [step.number for step in steps] == contacts == list(range(len(contacts)))
    assert all(b.t_s > a.t_s for a, b in pairwise(steps))
    assert all(step.side_confidence >= 0.5 for step in steps)


def test_steps_before_the_mount_was_found_come_out_labelled(whole: list[Event]) -> None:
    found = next(event for event in whole if isinstance(event, MountFound))
    early = [step for step in steps_of(whole) if step.t_s < found.t_s]
    assert len(early) >= 6
    assert all(step.side_sure and Flag.MOUNT not in step.flags for step in early)
    assert whole.index(found) < whole.index(early[0])


def test_bias_at_rest_is_taken_off_and_said(whole: list[Event]) -> None:
    bias = next(event for event in whole if isinstance(event, GyroBias))
    assert bias.at_rest
    assert bias.t_s < 8.0
    assert np.allclose(bias.bias_dps, (1.5, -1.5, 1.5), atol=0.2)


def test_activities_follow_the_wearer(hard_run: SimulatedRun, whole: list[Event]) -> None:
    told = [(event.activity, event.t_s) for event in whole if isinstance(event, ActivityChanged)]
    kinds = [activity for activity, _ in told]
    assert kinds[0] is Activity.STAND
    assert kinds.count(Activity.RUN) == 3
    walk = [t_s for activity, t_s in told if activity is Activity.WALK]
    assert any(0.7 * 60.0 < t_s < 0.9 * 60.0 for t_s in walk)
    stand = [t_s for activity, t_s in told if activity is Activity.STAND]
    assert any(1.3 * 60.0 < t_s < 1.5 * 60.0 for t_s in stand)
    in_break = [s for s in steps_of(whole) if 0.73 * 60.0 < s.t_s < 0.83 * 60.0 or 1.33 * 60.0 < s.t_s < 1.43 * 60.0]
    assert in_break == []


# Contract


def still(seconds: float, rate_hz: float = RATE_HZ) -> SampleBlock:
    n = round(seconds * rate_hz)
    acc = np.zeros((n, 3))
    acc[:, 1] = STANDARD_GRAVITY_MS2
    return SampleBlock(np.arange(n) / rate_hz, acc, np.zeros((n, 3)))


def test_nothing_gives_nothing() -> None:
    assert Pipeline(RATE_HZ).close() == []
    empty = SampleBlock(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
    assert Pipeline(RATE_HZ).push(empty) == []


@pytest.mark.parametrize("samples", [1, 2, 10, 207, 209])
def test_a_few_samples_do_no_harm(samples: int) -> None:
    pipeline = Pipeline(RATE_HZ)
    events = pipeline.push(still(10.0).slice(0, samples)) + pipeline.close()
    assert all(isinstance(event, ActivityChanged) for event in events)


def test_standing_still_is_standing() -> None:
    events = push_all(Pipeline(RATE_HZ), [still(20.0)])
    assert [type(event) for event in events] == [ActivityChanged, SensorChecked]
    assert isinstance(events[0], ActivityChanged)
    assert events[0].activity is Activity.STAND


@pytest.mark.parametrize("acc", [0.0, 1000.0])
def test_absurd_but_finite_samples_give_no_steps(acc: float) -> None:
    block = still(5.0)
    events = push_all(Pipeline(RATE_HZ), [replace(block, acc_ms2=np.full_like(block.acc_ms2, acc))])
    assert steps_of(events) == []


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("column", ["acc_ms2", "gyr_rads"])
def test_samples_that_are_no_numbers_are_refused(bad: float, column: str) -> None:
    block = still(1.0)
    values = getattr(block, column).copy()
    values[100, 1] = bad
    with pytest.raises(ValueError, match="NaN or infinity"):
        Pipeline(RATE_HZ).push(replace(block, **{column: values}))


def test_a_refused_block_leaves_the_run_as_it_was(hard_run: SimulatedRun, whole: list[Event]) -> None:
    pipeline, events = Pipeline(RATE_HZ), []
    for number, block in enumerate(hard_run.blocks):
        if number == 1:
            rubbish = replace(block.slice(0, 5), gyr_rads=np.full((5, 3), math.nan), gap_s=0.0)
            with pytest.raises(ValueError, match="NaN"):
                pipeline.push(rubbish)
        events += pipeline.push(block)
    assert same(events + pipeline.close(), whole)


def test_saturated_samples_void_their_steps() -> None:
    config = RunnerConfig(minutes=1.0, seed=3, mount="nominal")
    block = simulate(config).blocks[0]
    acc = block.acc_ms2.copy()
    acc[6000, 0] = 16.0 * STANDARD_GRAVITY_MS2
    steps = steps_of(push_all(Pipeline(RATE_HZ), [replace(block, acc_ms2=acc)]))
    voided = [step for step in steps if Flag.SATURATED in step.flags]
    at_s = float(block.t_s[6000])
    assert 1 <= len(voided) <= 3
    assert all(step.t_s - step.step_s * 1.2 <= at_s <= step.t_s + step.step_s for step in voided)


# Gaps


def cut_out(block: SampleBlock, start_s: float, length_s: float) -> list[SampleBlock]:
    a, b = np.searchsorted(block.t_s, [start_s, start_s + length_s])
    after = block.slice(int(b), len(block))
    return [block.slice(0, int(a)), replace(after, gap_s=float(block.t_s[b] - block.t_s[a - 1]) - 1.0 / RATE_HZ)]


@pytest.fixture(scope="module")
def plain_run() -> SimulatedRun:
    return simulate(RunnerConfig(minutes=1.0, seed=5, mount="random"))


def test_a_short_gap_voids_only_what_it_touches_and_keeps_the_sides(plain_run: SimulatedRun) -> None:
    blocks = cut_out(plain_run.blocks[0], 30.0, 0.09)
    events = push_all(Pipeline(RATE_HZ), blocks)
    gap = next(event for event in events if isinstance(event, Gap))
    assert gap.bridged
    assert gap.duration_s == pytest.approx(0.09, abs=0.01)
    voided = [step for step in steps_of(events) if Flag.GAP in step.flags]
    assert 1 <= len(voided) <= 3
    assert all(abs(step.t_s - 30.0) < 1.0 for step in voided)
    truth = truth_of(plain_run)
    assert all(is_right(step, truth.is_left[true]) and step.side_sure for true, step in score(events, truth).pairs)


@pytest.mark.parametrize("length_s", [0.3, 2.0, 20.0])
def test_a_long_gap_voids_more_and_the_sides_are_found_again(plain_run: SimulatedRun, length_s: float) -> None:
    events = push_all(Pipeline(RATE_HZ), cut_out(plain_run.blocks[0], 25.0, length_s))
    gap = next(event for event in events if isinstance(event, Gap))
    assert not gap.bridged
    after = [step for step in steps_of(events) if step.t_s > 25.0 + length_s]
    void_s = Settings().drop.gap_void_s
    assert all(Flag.GAP in step.flags for step in after if step.t_s < 25.0 + length_s + void_s)
    assert Flag.GAP in max((step for step in steps_of(events) if step.t_s < 25.0), key=lambda step: step.t_s).flags
    assert not any(Flag.STOP in step.flags for step in after[:-1])  # nobody has stopped
    assert any(step.valid for step in after)
    truth = truth_of(plain_run)
    assert all(is_right(step, truth.is_left[true]) for true, step in score(events, truth).pairs if step.side_sure)
    assert after[-1].side_sure


# What the user pushes


def test_a_mark_is_told_back_at_its_time(plain_run: SimulatedRun) -> None:
    pipeline = Pipeline(RATE_HZ)
    pipeline.push(plain_run.blocks[0].slice(0, 2080))
    assert pipeline.push(Mark("left knee")) == [Marked(float(plain_run.blocks[0].t_s[2079]), "left knee")]


def test_swap_turns_the_sides_from_there_on(plain_run: SimulatedRun) -> None:
    block = plain_run.blocks[0]
    pipeline = Pipeline(RATE_HZ)
    before = pipeline.push(block.slice(0, 6000))
    swapped = pipeline.push(SwapSides())
    after = pipeline.push(block.slice(6000, len(block))) + pipeline.close()
    truth = truth_of(plain_run)
    assert [event.reason for event in swapped if isinstance(event, SidesChanged)] == ["swapped"]
    assert all(is_right(step, truth.is_left[true]) for true, step in score(before, truth).pairs)
    late = score(after, truth).pairs
    assert len(late) > 50
    assert not any(is_right(step, truth.is_left[true]) for true, step in late)
    assert all(step.side_sure for _, step in late)


def test_a_word_given_before_the_stride_is_known_does_not_outlive_a_stop() -> None:
    """The user swaps five steps into a run that stops at once: which leg begins the next bout nobody has said."""
    run = simulate(RunnerConfig(minutes=1.0, seed=12, stops=(Bout(0.19, 0.15),)))
    truth = truth_of(run)
    for shift in (0, 70):  # the next bout begins with either foot first
        block = run.blocks[0].slice(shift, len(run.blocks[0]))
        pipeline, events = Pipeline(RATE_HZ, mount=run.pelvis_from_sensor), []
        for piece in block.cut(26):
            events += pipeline.push(piece)
            if sum(isinstance(event, Contact) for event in events) == 5 and not any(
                isinstance(event, SidesChanged) and event.reason == "swapped" for event in events
            ):
                events += pipeline.push(SwapSides())
        events += pipeline.close()
        late = [(true, step) for true, step in score(events, truth).pairs if step.t_s > 22.0]
        assert len(late) > 50
        assert all(is_right(step, truth.is_left[true]) for true, step in late if step.side_sure)
        assert any(step.side_sure for _, step in late)


def test_a_new_baseline_is_learned_anew() -> None:
    quick = Settings().replace(
        {"monitor": {"baseline_from_min": 0.2, "baseline_until_min": 1.2, "baseline_min_steps": 20}}
    )
    run = simulate(RunnerConfig(minutes=4.0, seed=8))
    block = run.blocks[0]
    pipeline = Pipeline(RATE_HZ, quick)
    half = len(block) // 2
    first = [e for e in pipeline.push(block.slice(0, half)) if isinstance(e, BaselineReady)]
    pipeline.push(NewBaseline())
    second = [e for e in pipeline.push(block.slice(half, len(block))) if isinstance(e, BaselineReady)]
    assert len(first) == len(second) == 1


def test_a_target_band_alarms_without_a_baseline() -> None:
    run = simulate(RunnerConfig(minutes=3.0, seed=9, drop_left_deg=5.0, drop_right_deg=2.0))
    pipeline = Pipeline(RATE_HZ)
    pipeline.push(TargetBand(Side.BOTH, 3.0))
    raised = [e for e in push_all(pipeline, run.blocks) if isinstance(e, AlertRaised)]
    assert {event.side for event in raised} == {Side.LEFT}


def test_a_given_mount_is_said_and_kept(plain_run: SimulatedRun) -> None:
    events = push_all(Pipeline(RATE_HZ, mount=plain_run.pelvis_from_sensor), plain_run.blocks)
    mounts = [event for event in events if isinstance(event, MountFound)]
    assert len(mounts) == 1
    assert mounts[0].given
    assert np.allclose(np.reshape(mounts[0].pelvis_from_sensor, (3, 3)), plain_run.pelvis_from_sensor)


def test_the_last_step_comes_at_close_without_an_end(plain_run: SimulatedRun) -> None:
    pipeline = Pipeline(RATE_HZ)
    pipeline.push(plain_run.blocks[0])
    last = [event for event in pipeline.close() if isinstance(event, Step)][-1]
    assert Flag.STOP in last.flags
    assert math.isnan(last.step_s)
    assert math.isnan(last.drop_deg)


def test_a_sag_raises_an_alert_on_its_side() -> None:
    run = simulate(RunnerConfig(runner="rbds001_3.5ms", minutes=13.0, seed=4, sags=(Sag(Side.RIGHT, 2.5, 9.0, 0.5),)))
    raised = [event for event in push_all(Pipeline(RATE_HZ), run.blocks) if isinstance(event, AlertRaised)]
    assert [event.side for event in raised] == [Side.RIGHT]
    assert 9.0 * 60.0 < raised[0].t_s < 13.0 * 60.0


def test_hiking_is_never_called_sure_of_the_wrong_side() -> None:
    run = simulate(RunnerConfig(runner="rbds001_2.5ms", minutes=1.5, seed=6, drop_left_deg=-2.5, drop_right_deg=-2.5))
    truth = truth_of(run)
    pairs = score(push_all(Pipeline(RATE_HZ), run.blocks), truth).pairs
    assert len(pairs) > 100
    assert all(is_right(step, truth.is_left[true]) for true, step in pairs if step.side_sure)
    assert all(Flag.SIDE in step.flags and not step.valid_for_mean for _, step in pairs if not step.side_sure)


def test_what_the_live_view_sees_does_not_depend_on_the_blocks() -> None:
    short = Settings().replace(
        {"monitor": {"baseline_from_min": 0.3, "baseline_until_min": 0.8, "baseline_min_steps": 20}}
    )
    run = simulate(RunnerConfig(runner="rbds001_3.5ms", minutes=1.5, seed=3))
    seen = []
    for length in (19, 4096):
        pipeline = Pipeline(208.0, short)
        for block in run.blocks:
            for piece in block.cut(length):
                pipeline.push(piece)
        pipeline.close()
        seen.append((pipeline.recent_strides(), pipeline.judged()))
    (one, judged), (other, judged_other) = seen
    assert one.baseline_deg is not None
    assert len(one.last_deg) == LAST_STRIDES
    np.testing.assert_array_equal(one.baseline_deg, other.baseline_deg)
    np.testing.assert_array_equal(one.last_deg, other.last_deg)
    np.testing.assert_array_equal(
        np.array([p[2:5] for p in judged.points]), np.array([p[2:5] for p in judged_other.points])
    )
