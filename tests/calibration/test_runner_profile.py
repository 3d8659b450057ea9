"""The runner's profile from a fresh run, against steps of known levels and against simulated runners."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hipcal.refusal import Refusal
from hipcal.repeatability import FreshRun, RepeatabilityEstimate, repeatability
from hipcal.runner import RunnerEstimate, runner_profile
from hipdrop.events import Flag, Side, Step
from hipdrop.pipeline import Pipeline
from hipdrop.simulate import RunnerConfig, simulate

LEFT_DEG, RIGHT_DEG, SD_DEG = 3.0, 4.5, 0.6
NAN = math.nan


def steps_of(
    minutes: float, slope: float = 0.0, spread_spm: float = 0.0, seed: int = 1, lag1: float = 0.0, list_deg: float = 0.4
) -> list[Step]:
    """Steps of known level; the first three minutes a degree off, as in a body that is cold."""
    rng = np.random.default_rng(seed)
    step_s = 0.36
    steps, off = [], {Side.LEFT: 0.0, Side.RIGHT: 0.0}
    for number in range(round(60.0 * minutes / step_s)):
        t_s = number * step_s
        side, level = (Side.LEFT, LEFT_DEG) if number % 2 == 0 else (Side.RIGHT, RIGHT_DEG)
        off[side] = lag1 * off[side] + math.sqrt(1.0 - lag1**2) * SD_DEG * rng.standard_normal()
        cadence_spm = 166.0 + spread_spm * math.sin(2.0 * math.pi * t_s / 150.0)
        drop_deg = level + off[side] + slope * (cadence_spm - 166.0) - (1.0 if t_s < 180.0 else 0.0)
        steps.append(
            Step(t_s, number, side, 1.0, True, t_s + 0.25, 250.0, step_s, cadence_spm, drop_deg, drop_deg, drop_deg,
                 list_deg, t_s + 0.1, 80.0, 0.1, 0.0, ())
        )  # fmt: skip
    return steps


def estimated(steps: list[Step]) -> RunnerEstimate:
    found = runner_profile(steps)
    assert isinstance(found, RunnerEstimate), found
    return found


def test_the_levels_come_back_without_the_warming_up() -> None:
    found = estimated(steps_of(9.0))
    assert found.left.mean_deg == pytest.approx(LEFT_DEG, abs=4.0 * found.left.error_deg)
    assert found.right.mean_deg == pytest.approx(RIGHT_DEG, abs=4.0 * found.right.error_deg)
    assert found.left.sd_deg == pytest.approx(SD_DEG, rel=0.15)
    assert found.minutes == pytest.approx(5.0)
    assert found.left.steps + found.right.steps == pytest.approx(5.0 * 60.0 / 0.36, abs=3)
    assert found.cadence_spm == pytest.approx(166.0)
    assert found.list_deg == pytest.approx(0.4)
    assert found.course is None
    assert "too even" in found.verdict


def test_a_shorter_run_gives_its_last_five_eighths() -> None:
    assert estimated(steps_of(5.0)).minutes == pytest.approx(5.0 * 5.0 / 8.0, abs=0.01)


def test_the_error_of_the_mean_is_what_the_means_scatter_by() -> None:
    """Steps that hang together tell less than their number; 60 runs show by how much."""
    found = [estimated(steps_of(8.0, seed=seed, lag1=0.4)).left for seed in range(60)]
    scatter = float(np.std([one.mean_deg for one in found], ddof=1))
    said = float(np.mean([one.error_deg for one in found]))
    assert said == pytest.approx(scatter, rel=0.3)  # an SD of 60 is known to 9 %
    assert np.mean([one.lag1 for one in found]) == pytest.approx(0.4, abs=0.05)


def test_the_course_over_cadence_comes_back() -> None:
    found = estimated(steps_of(9.0, slope=-0.1, spread_spm=5.0)).course
    assert found is not None
    assert found.left is not None
    assert found.right is not None
    for slope in (found.left, found.right):
        assert slope.low_deg_per_spm < -0.1 < slope.high_deg_per_spm
        assert slope.deg_per_spm == pytest.approx(-0.1, abs=0.04)
    assert found.cadence_spm == pytest.approx(166.0, abs=0.5)


def test_steps_that_do_not_count_are_left_out() -> None:
    steps = steps_of(9.0)
    spoilt = [replace(s, drop_deg=30.0, flags=(Flag.TURN,)) if s.number % 10 == 0 else s for s in steps]
    unsure = [replace(s, drop_deg=NAN, flags=(Flag.MOUNT, Flag.SIDE)) if s.number % 11 == 0 else s for s in spoilt]
    assert estimated(unsure).left.mean_deg == pytest.approx(LEFT_DEG, abs=0.2)


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([], "0.0 minutes"),
        (steps_of(3.0), "3.0 minutes"),
        ([replace(s, flags=(Flag.SIDE,)) for s in steps_of(9.0)], "0 steps on the left leg count"),
        ([s for s in steps_of(9.0) if s.side is Side.LEFT] * 2, "0 steps on the right leg count"),
        ([replace(s, step_s=NAN) for s in steps_of(9.0)], "0.0 minutes"),
    ],
)
def test_too_little_is_refused(steps: list[Step], reason: str) -> None:
    found = runner_profile(steps)
    assert isinstance(found, Refusal)
    assert reason in found.reason


def test_no_standing_tare_is_no_list() -> None:
    assert math.isnan(estimated(steps_of(6.0, list_deg=NAN)).list_deg)


def test_runs_with_the_clip_put_on_anew_repeat_as_well_as_the_runner_does() -> None:
    """Five days of a runner whose level moves by a degree, the clip up to 5 deg off each time."""
    rng = np.random.default_rng(11)
    runs, truth = [], []
    for day in range(5):
        off_deg = rng.uniform(-5.0, 5.0, 3) / math.sqrt(3.0)
        # the sacrum's nominal mount, turned by what a hand leaves of it
        nominal = simulate(RunnerConfig(minutes=0.02, rate_hz=104.0)).pelvis_from_sensor.T
        mount = Rotation.from_rotvec(np.deg2rad(off_deg)).as_matrix() @ nominal
        left_deg, right_deg = rng.normal((2.0, 3.0), 1.0)
        config = RunnerConfig(
            minutes=4.3, seed=40 + day, rate_hz=104.0, stand_s=4.0, mount=tuple(mount.ravel().tolist()),
            drop_left_deg=float(left_deg), drop_right_deg=float(right_deg),
        )  # fmt: skip
        run = simulate(config)
        pipeline = Pipeline(104.0)
        events = [event for block in run.blocks for event in pipeline.push(block)] + pipeline.close()
        found = estimated([event for event in events if isinstance(event, Step)])
        runs.append(FreshRun(f"day {day}", str(day), found.left.mean_deg, found.right.mean_deg, found.list_deg))
        truth.append((left_deg, right_deg))
    estimate = repeatability(runs)
    assert isinstance(estimate, RepeatabilityEstimate)
    true_left, true_right = np.std(truth, axis=0, ddof=1)
    assert estimate.left.sem_deg == pytest.approx(true_left, abs=0.15)
    assert estimate.right.sem_deg == pytest.approx(true_right, abs=0.15)
    assert estimate.leg.low_deg < 1.0 < estimate.leg.high_deg
