"""A mount checked on one leg confirms the stride of a run, if it has held and the runner is like others."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.checkedmount import CheckedMount
from hipdrop.events import MountFound, MountRefused, MountSlipped, Site
from hipdrop.pipeline import Pipeline
from hipdrop.samples import Array
from hipdrop.sides import StrideTemplate
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from hipdrop.simulate.specs import Slip

ROWS = tuple(np.eye(3).ravel().tolist())
GIVEN = MountFound(0.0, ROWS, Site.SACRUM, float("nan"), float("nan"), refined=False, given=True)
FOUND = MountFound(0.0, ROWS, Site.SACRUM, 0.0, 0.9, refined=False, given=False)


@pytest.mark.parametrize(
    ("checked", "events", "holds"),
    [
        (True, [], False),
        (True, [GIVEN], True),
        (False, [GIVEN], False),
        (True, [FOUND], False),
        (True, [MountRefused(3.0, 180.0), FOUND], False),
        (True, [GIVEN, MountSlipped(60.0, 12.0)], False),
        (True, [GIVEN, MountSlipped(60.0, 12.0), FOUND], False),
    ],
)
def test_it_holds_once_the_given_mount_is_believed_and_until_it_slips(
    checked: bool, events: list[MountFound | MountRefused | MountSlipped], holds: bool
) -> None:
    mount = CheckedMount(checked)
    for event in events:
        mount.push(event)
    assert mount.holds is holds


def template_of(run: SimulatedRun, mount: Array, *, checked: bool = True, doubted: bool = True) -> StrideTemplate:
    pipeline = Pipeline(208.0, mount=mount, mount_doubted=doubted, sides_checked=checked)
    for block in run.blocks:
        pipeline.push(block)
    pipeline.close()
    template = pipeline.template()
    assert template is not None
    return template


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(RunnerConfig(minutes=1.0, seed=3, mount="random"))


def test_a_checked_mount_that_held_confirms_the_stride(run: SimulatedRun) -> None:
    template = template_of(run, run.pelvis_from_sensor)
    assert (template.confirmed, template.confirmed_by) == (True, "one-leg")


def test_an_unchecked_one_does_not(run: SimulatedRun) -> None:
    template = template_of(run, run.pelvis_from_sensor, checked=False)
    assert (template.confirmed, template.confirmed_by) == (False, "")


def test_a_checked_mount_of_another_wearing_confirms_nothing(run: SimulatedRun) -> None:
    """The clip has been put on back to front since: the run refuses the mount, and the check with it."""
    back_to_front = np.diag([-1.0, 1.0, -1.0]) @ run.pelvis_from_sensor
    assert not template_of(run, back_to_front).confirmed


def test_back_to_front_and_believed_the_cues_contradict_each_other(run: SimulatedRun) -> None:
    """Given for sure, nothing refuses it: roll and sideways then say the other foot, yaw does not."""
    back_to_front = np.diag([-1.0, 1.0, -1.0]) @ run.pelvis_from_sensor
    assert not template_of(run, back_to_front, doubted=False).confirmed


def test_a_slip_takes_the_check_with_it() -> None:
    run = simulate(RunnerConfig(minutes=1.5, seed=3, mount="random", slip=Slip(15.0, 0.6, (1.0, 0.0, 0.0))))
    assert not template_of(run, run.pelvis_from_sensor).confirmed


def test_a_hiked_pelvis_is_built_otherwise() -> None:
    """Its drop peaks half a step off: one cue of three is turned over, and the check is no proof against that."""
    run = simulate(RunnerConfig(minutes=1.0, seed=3, mount="random", drop_left_deg=-3.0, drop_right_deg=-3.0))
    assert not template_of(run, run.pelvis_from_sensor).confirmed
