"""Left and right on the clip, slips and the wearer's word, under MicroPython, on simulated runners with known truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clip_detection import SCRIPT, TiltRun, Told, of_simulation, on_the_clip, on_the_host, packed, times_s
from hipdrop.events import Flag, MountSlipped, Side, Step
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.receive.tilt import TiltStream, tilt_block
from hipdrop.settings import Settings
from hipdrop.sides import StrideTemplate
from hipdrop.simulate import Bout, RunnerConfig, SimulatedRun, Slip, simulate

MicroPython = Callable[..., str]
CHANNELS = (1, 3, 4)  # vertical, roll, yaw among the rows of a template
RUNNER = RunnerConfig(minutes=0.7, seed=3100, mount="random", stand_s=8.0)


def right_and_wrong(run: SimulatedRun, told: Told) -> tuple[int, int, int]:
    """Sure steps that name the true standing leg, that do not, and all others.

    A step without a contact of the truth is none of them: the truth has neither setting off nor its own last contact.
    """
    true_s = run.contacts.contact_s
    found = [0, 0, 0]
    for step in told.steps:
        nearest = int(np.abs(true_s - step.t_s).argmin())
        if abs(true_s[nearest] - step.t_s) < 0.1:
            is_right = (step.side is Side.LEFT) == bool(run.contacts.is_left[nearest])
            found[2 if not step.sure else 0 if is_right else 1] += 1
    return found[0], found[1], found[2]


def whole_numbers(template: StrideTemplate, turned: int = 1) -> list[int]:
    """A template as the clip takes it."""
    parts = [
        (turned * template.mean[row, k].real, turned * template.mean[row, k].imag, template.sd[row, k])
        for row in CHANNELS
        for k in range(3)
    ]
    return [round(1000.0 * float(value)) for part in parts for value in part]


def host_pipeline(run: TiltRun) -> Pipeline:
    """The host's pipeline after a run."""
    pipeline = TiltStream(2, Settings()).pipeline(run.rate_hz / 2, None, None, None)
    for first, values in run.stretches:
        pipeline.push(tilt_block(values, times_s(run, first, len(values)), first // 2, 0.0))
    return pipeline


@pytest.mark.parametrize("runner", ["rbds001_2.5ms", "rbds001_3.5ms"])
def test_every_step_of_a_runner_with_a_walk_has_its_true_side_and_drop(
    micropython: MicroPython, tmp_path: Path, runner: str
) -> None:
    run = simulate(replace(RUNNER, runner=runner, minutes=1.0, walk=(Bout(0.5, 0.15),)))
    told = on_the_clip(micropython, tmp_path, of_simulation(run))
    running = run.contacts.running.astype(bool)
    right, wrong, unsure = right_and_wrong(run, told)
    assert (wrong, unsure) == (0, 0)
    found_s = np.array([step.t_s for step in told.steps])
    missed = [t for t in run.contacts.contact_s[running] if np.abs(found_s - t).min() > 0.1]
    assert (len(missed), right >= int(running.sum())) == (0, True)
    valid = [step for step in told.steps if not step.flags]
    for side, is_left in ((Side.LEFT, True), (Side.RIGHT, False)):
        true_deg = float(np.nanmean(run.contacts.drop_deg[running & (run.contacts.is_left.astype(bool) == is_left)]))
        assert np.mean([s.drop_deg for s in valid if s.side is side]) == pytest.approx(true_deg, abs=0.25)


def test_a_stored_template_says_at_once_which_leg_stands(micropython: MicroPython, tmp_path: Path) -> None:
    """Its word goes over what runners have in common: where it says so, left and right are the other way round."""
    known = host_pipeline(of_simulation(simulate(RUNNER))).template()
    assert known is not None
    later = simulate(replace(RUNNER, seed=3101))
    for turned in (1, -1):
        template = (True, whole_numbers(known, turned))
        told = on_the_clip(micropython, tmp_path, of_simulation(later), template=template)
        right, wrong, unsure = right_and_wrong(later, told)
        assert (min(right, wrong), unsure) == (0, 0)
        assert (right > wrong) is (turned > 0)
        assert told.lines[1] == ("sides", "1")
    own = replace(known, confirmed=True)
    host = [e for e in on_the_host(of_simulation(later), Profile(template=own)) if isinstance(e, Step)]
    told = on_the_clip(micropython, tmp_path, of_simulation(later), template=(True, whole_numbers(known)))
    assert [step.side for step in told.steps] == [step.side for step in host]


def test_an_unconfirmed_template_still_asks_what_runners_have_in_common(
    micropython: MicroPython, tmp_path: Path
) -> None:
    known = host_pipeline(of_simulation(simulate(RUNNER))).template()
    assert known is not None
    later = simulate(replace(RUNNER, seed=3101))
    told = on_the_clip(micropython, tmp_path, of_simulation(later), template=(False, whole_numbers(known, -1)))
    right, wrong, unsure = right_and_wrong(later, told)
    assert (wrong, unsure) == (0, 0)
    assert right > 80


def test_a_clip_that_rolls_by_9_degrees_has_slipped_and_its_steps_are_void(
    micropython: MicroPython, tmp_path: Path
) -> None:
    run = simulate(replace(RUNNER, minutes=1.5, slip=Slip(9.0, 0.8, (1.0, 0.0, 0.0))))
    tilt = of_simulation(run)
    told = on_the_clip(micropython, tmp_path, tilt)
    slips = [line for line in told.lines if line[0] == "slipped"]
    assert len(slips) == 1
    assert int(slips[0][1]) == pytest.approx(900, abs=250)
    after = told.steps[[line[0] for line in told.lines if line[0] in ("step", "slipped")].index("slipped") :]
    assert 48.0 + 5.0 < after[0].t_s < 48.0 + 25.0  # held for 24 steps
    assert all({Flag.MOUNT, Flag.SIDE} <= set(step.flags) and np.isnan(step.drop_deg) for step in after)
    assert all(Flag.SLIP in step.flags for step in told.steps if 51.0 < step.t_s < after[0].t_s)
    host = [event for event in on_the_host(tilt) if isinstance(event, MountSlipped)]
    assert len(host) == 1


def test_a_run_that_begins_in_its_middle_is_no_slip(micropython: MicroPython, tmp_path: Path) -> None:
    """The clip's filter levels itself for 10 s; by the first strides alone it would have turned by 15 degrees."""
    run = simulate(RunnerConfig(runner="rbds001_2.5ms", speed_ms=4.2, minutes=0.6, seed=3033, stand_s=0.0))
    tilt = of_simulation(run)
    assert not [line for line in on_the_clip(micropython, tmp_path, tilt).lines if line[0] == "slipped"]
    assert not [event for event in on_the_host(tilt) if isinstance(event, MountSlipped)]


def test_the_wearer_turns_the_sides_over(micropython: MicroPython, tmp_path: Path) -> None:
    run = of_simulation(simulate(RUNNER))
    (tmp_path / "tilt").write_bytes(packed(run))
    swapping = SCRIPT.replace(
        "        begun =", "        if index == 5000:\n            detector.swap()\n        begun ="
    )
    arguments = (str(tmp_path / "tilt"), str(round(run.rate_hz * 1000)))
    before = [line.split() for line in micropython(SCRIPT, *arguments).splitlines()[:-1]]
    after = [line.split() for line in micropython(swapping, *arguments).splitlines()[:-1]]
    at = after.index(["sides", "4"])
    assert after[:at] == before[:at]
    steps = [line for line in before[at:] if line[0] == "step"]
    turned = [line for line in after[at:] if line[0] == "step"]
    assert len(steps) == len(turned) > 20
    for one, other in zip(steps, turned, strict=True):
        assert int(one[1]) + int(other[1]) == 3
        assert one[2:4] == other[2:4]
