"""Simulated single-leg tests of many persons, and how far what was found is from the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from hipcal.refusal import Refusal
from hipdrop.events import Side, Site
from hipdrop.samples import Array
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.movements import Movement, Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.sensorerrors import SensorErrors
from hipdrop.simulate.training_moves import BothFeetDown, RaiseAndHold, Touch, Wobble
from hipdrop.simulate.training_truth import StanceTruth, stance_truth
from hipdrop.training.singleleg import SingleLegEstimate, Span, is_clear, single_leg_test

STAND_S = 8.0
MOUNT_DEG = 3.0


def raise_of(seed: int) -> RaiseAndHold:
    """A stand with a raise, or a drop, a sag or none, sway as with and without a support, touch-downs and wobbles."""
    draw = np.random.default_rng((seed, 7))
    hold_s = draw.uniform(10.0, 30.0)
    supported = draw.random() < 0.4
    touches: list[Touch] = []
    if draw.random() < 0.3:
        for at_s in sorted(draw.uniform(3.0, hold_s - 5.0, draw.integers(1, 3)).tolist()):
            if not touches or at_s - touches[-1].at_s > 4.0:
                touches.append(Touch(at_s, draw.uniform(0.3, 1.0), draw.uniform(0.25, 0.6)))
    wobbles = [Wobble(draw.uniform(2.0, hold_s - 2.0), draw.uniform(-3.0, 3.0), draw.uniform(-15.0, 15.0))]
    sags = draw.random() < 0.6
    return RaiseAndHold(
        list(Side)[seed % 2], hold_s=hold_s, raise_deg=draw.uniform(-4.0, 9.0), raise_s=draw.uniform(0.6, 1.8),
        fall_after_s=draw.uniform(3.0, 20.0), fall_dps=math.exp(draw.uniform(math.log(0.2), math.log(2.0))) * sags,
        lowest_deg=draw.uniform(-8.0, 2.0), shift_s=draw.uniform(0.7, 1.5), shift_mm=draw.uniform(60.0, 100.0),
        off_part=draw.uniform(0.7, 0.97), back_s=draw.uniform(0.6, 1.2), down_part=draw.uniform(0.75, 1.0),
        lower_s=draw.uniform(0.3, 0.7), turn_deg=draw.normal(0.0, 3.0), tilt_deg=draw.normal(2.0, 2.0),
        sway_factor=draw.uniform(1.2, 2.0) if supported else draw.uniform(2.0, 4.0), touches=tuple(touches),
        wobbles=tuple(wobbles) if draw.random() < 0.4 else (), jolt_ms2=draw.uniform(0.5, 2.0),
    )  # fmt: skip


def feet_down(seed: int) -> list[Movement]:
    """What is no stand on one leg: standing, weight to a side, a hip hiked or a knee bent, turns, weight to and fro.

    A quarter of the weight or more stays on the other foot: the pelvis goes no more than half of the way.
    """
    draw = np.random.default_rng((seed, 9))
    leg, half_mm, hold_s, move_s = (
        list(Side)[draw.integers(2)], draw.uniform(60.0, 100.0), draw.uniform(5.0, 30.0), draw.uniform(0.6, 2.0),
    )  # fmt: skip
    sways = draw.uniform(1.0, 1.6)
    part, height_deg = draw.uniform(0.0, 0.5), draw.choice([-1.0, 1.0]) * draw.uniform(2.0, 8.0)
    turn_deg, tilt_deg = draw.uniform(-20.0, 20.0), draw.uniform(-10.0, 10.0)
    kinds: list[list[Movement]] = [
        [Stand(hold_s + 4.0)],
        [BothFeetDown(leg, part * half_mm, draw.normal(), move_s=move_s, hold_s=hold_s, sway_factor=sways)],
        [BothFeetDown(leg, part * half_mm, height_deg, move_s=move_s, hold_s=hold_s, sway_factor=sways)],
        [BothFeetDown(leg, 0.0, 0.0, turn_deg, tilt_deg, move_s=move_s, hold_s=hold_s, sway_factor=sways)],
        [
            *(BothFeetDown(list(Side)[k % 2], part * half_mm, move_s=move_s, hold_s=draw.uniform(1.0, 4.0), pause_s=1.0)
              for k in range(4)),
            Stand(3.0),
        ],
    ]  # fmt: skip
    return kinds[seed % len(kinds)]


def done(seed: int, movements: list[Movement]) -> tuple[MovementsRun, Array]:
    """Do it with a sensor as calibrated in another week; give the run, and a mount that is off by up to 3 deg."""
    draw = np.random.default_rng((seed, 8))
    errors = SensorErrors(
        gyr_bias_dps=tuple(draw.normal(0.0, 0.3, 3)), acc_offset_mg=tuple(draw.normal(0.0, 5.0, 3)),
        gyr_scale_percent=tuple(draw.normal(0.0, 0.3, 3)),
    )  # fmt: skip
    config = RunnerConfig(seed=seed, site=list(Site)[seed % 3], mount="random", sensor_errors=errors)
    run = perform([Stand(STAND_S), *movements], config)
    axis = draw.normal(size=3)
    off = np.deg2rad(draw.uniform(0.0, MOUNT_DEG)) * axis / np.linalg.norm(axis)
    return run, np.asarray(Rotation.from_rotvec(off).as_matrix() @ run.pelvis_from_sensor)


@dataclass(frozen=True)
class Errors:
    """What was found less what was; a time is off by infinity where there should be none, or is none.

    Beyond is how far a true time lies out of its span; clear are tests of which no time may be another one.
    """

    start_s: float
    end_s: float
    raise_deg: float
    mean_drop_deg: float
    peak_drop_deg: float
    below_start_s: float
    below_level_s: float
    below_start_beyond_s: float
    below_level_beyond_s: float
    clear: bool
    touches: int


def errors_of(found: SingleLegEstimate, truth: StanceTruth, touches: int) -> Errors:
    """Compare."""
    mean_deg, peak_deg = truth.drops_deg
    return Errors(
        found.start_s - truth.start_s, found.end_s - truth.end_s, found.raise_deg - truth.raise_deg,
        found.mean_drop_deg - mean_deg, found.peak_drop_deg - peak_deg,
        _off(found.below_start_s, truth.below_start_s), _off(found.below_level_s, truth.below_level_s),
        _beyond(truth.below_start_s, found.below_start_span_s), _beyond(truth.below_level_s, found.below_level_span_s),
        is_clear(found.below_start_span_s) and is_clear(found.below_level_span_s),
        len(found.touch_downs_s) - touches,
    )  # fmt: skip


def _off(found_s: float | None, true_s: float | None) -> float:
    if found_s is None or true_s is None:
        return 0.0 if found_s is true_s else math.inf
    return found_s - true_s


def _beyond(true_s: float | None, span_s: Span) -> float:
    """How far a true time is out of the span that was given for it."""
    first_s, last_s = (math.inf if one is None else one for one in span_s)
    true_s = math.inf if true_s is None else true_s
    return 0.0 if first_s <= true_s <= last_s else max(first_s - true_s, true_s - last_s)


def tried(seed: int) -> Errors | Refusal:
    """Do and find one test."""
    stand = raise_of(seed)
    run, mount = done(seed, [stand])
    found = single_leg_test(run.block, mount, stand.leg)
    return found if isinstance(found, Refusal) else errors_of(found, stance_truth(run, 1, stand), len(stand.touches))
