"""A clip that is taken off in a break and put on otherwise, and one that slips while running."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hipdrop.events import Event, Flag, MountSlipped, Side
from hipdrop.pipeline import Pipeline
from hipdrop.samples import Array, SampleBlock
from hipdrop.simulate import Bout, RunnerConfig, SimulatedRun, simulate
from scoring import Truth, is_right, score, steps_of

RATE_HZ = 208.0


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    """A minute of running, a stop of twelve seconds, another minute."""
    return simulate(RunnerConfig(minutes=2.3, seed=21, stops=(Bout(1.1, 0.2),)))


def turned_from(block: SampleBlock, at_s: float, rotation: Array) -> SampleBlock:
    """The same motion as a clip sees it that has turned at once."""
    late = block.t_s >= at_s
    acc, gyr = block.acc_ms2.copy(), block.gyr_rads.copy()
    acc[late], gyr[late] = acc[late] @ rotation.T, gyr[late] @ rotation.T
    return replace(block, acc_ms2=acc, gyr_rads=gyr)


def events_of(block: SampleBlock, mount: Array | None = None) -> list[Event]:
    pipeline = Pipeline(RATE_HZ, mount=mount)
    return [event for piece in block.cut(208) for event in pipeline.push(piece)] + pipeline.close()


def truth_of(run: SimulatedRun) -> Truth:
    running = run.contacts.running.astype(bool)
    return Truth(
        run.contacts.contact_s[running], run.contacts.is_left[running].astype(bool), run.contacts.drop_deg[running]
    )


@pytest.mark.parametrize("given", [False, True], ids=["found", "given"])
@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_a_clip_put_on_otherwise_in_a_break_is_noticed_before_a_step_counts(
    run: SimulatedRun, axis: str, given: bool
) -> None:
    rotation = run.pelvis_from_sensor.T @ Rotation.from_euler(axis, 180.0, degrees=True).as_matrix()
    block = turned_from(run.blocks[0], 72.0, rotation @ run.pelvis_from_sensor)
    events = events_of(block, run.pelvis_from_sensor if given else None)
    truth = truth_of(run)
    result = score(events, truth)
    assert sum(isinstance(event, MountSlipped) for event in events) == 1
    assert all(is_right(step, truth.is_left[true]) for true, step in result.pairs if step.side_sure)
    late = [step for _, step in result.pairs if step.t_s > 80.0]
    assert sum(step.valid for step in late) > 0.8 * len(late)
    assert abs(result.bias_deg(Side.BOTH)) < 0.15
    assert max(result.sd_deg(Side.LEFT), result.sd_deg(Side.RIGHT)) < 0.3


def test_a_break_alone_changes_nothing(run: SimulatedRun) -> None:
    events = events_of(run.blocks[0])
    assert not any(isinstance(event, MountSlipped) for event in events)
    late = [step for step in steps_of(events) if step.t_s > 80.0]
    assert sum(step.valid for step in late) > 0.8 * len(late)


def test_steps_between_a_slip_and_its_telling_do_not_count(run: SimulatedRun) -> None:
    forward = run.pelvis_from_sensor[0]
    block = turned_from(run.blocks[0], 45.0, Rotation.from_rotvec(np.deg2rad(20.0) * forward).as_matrix())
    events = events_of(block)
    told = next(event for event in events if isinstance(event, MountSlipped))
    between = [step for step in steps_of(events) if 45.0 < step.t_s < told.t_s]
    assert any(Flag.SLIP in step.flags for step in between)
    assert sum(step.valid for step in between) <= 15  # the filter itself takes seconds to see a clip that has turned


def test_a_gyroscope_in_another_unit_finds_no_mount(run: SimulatedRun) -> None:
    block = replace(run.blocks[0], gyr_rads=run.blocks[0].gyr_rads / 57.3)
    steps = steps_of(events_of(block))
    assert len(steps) > 100
    assert not any(step.valid or step.side_sure for step in steps)
