"""The single-leg test in samples: what is refused, signs, any mount, touch-downs; and squats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hipcal.refusal import Refusal
from hipdrop.events import Side
from hipdrop.samples import SampleBlock
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.movements import Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.training_moves import BothFeetDown, RaiseAndHold, SingleLegSquats, Touch
from hipdrop.simulate.training_truth import stance_truth
from hipdrop.training.singleleg import FALLEN_DEG, SingleLegEstimate, single_leg_test
from hipdrop.training.squats import SquatsEstimate, single_leg_squats, trend_of
from hipdrop.training.sway import SETTLE_S

RAISE = RaiseAndHold(hold_s=16.0, raise_deg=5.0, fall_after_s=6.0, fall_dps=0.8, lowest_deg=-2.0)


def run_of(*movements: RaiseAndHold | BothFeetDown | SingleLegSquats | Stand, seed: int = 1) -> MovementsRun:
    return perform([Stand(7.0), *movements], RunnerConfig(seed=seed, mount="random"))


def found_in(run: MovementsRun, leg: Side = Side.LEFT) -> SingleLegEstimate:
    found = single_leg_test(run.block, run.pelvis_from_sensor, leg)
    assert isinstance(found, SingleLegEstimate), found
    return found


def refused(block: SampleBlock, run: MovementsRun, leg: Side = Side.LEFT) -> str:
    found = single_leg_test(block, run.pelvis_from_sensor, leg)
    assert isinstance(found, Refusal)
    return str(found)


@pytest.mark.parametrize("leg", [Side.LEFT, Side.RIGHT])
def test_a_raise_that_sags(leg: Side) -> None:
    stand = replace(RAISE, leg=leg)
    run = run_of(stand)
    found, truth = found_in(run, leg), stance_truth(run, 1, stand)
    assert found.leg is leg
    assert found.start_s == pytest.approx(truth.start_s, abs=0.3)
    assert found.end_s == pytest.approx(truth.end_s, abs=0.3)
    assert found.raise_deg == pytest.approx(truth.raise_deg, abs=0.2)
    assert found.raise_deg == pytest.approx(5.0, abs=1.0)  # as given, but for the sway
    assert (found.mean_drop_deg, found.peak_drop_deg) == pytest.approx(truth.drops_deg, abs=0.2)
    assert truth.below_start_s is not None
    assert truth.below_level_s is not None
    assert found.below_start_s == pytest.approx(truth.below_start_s, abs=0.4)
    assert found.below_level_s == pytest.approx(truth.below_level_s, abs=0.4)
    assert truth.below_start_s == pytest.approx(6.0 + FALLEN_DEG / 0.8, abs=1.5)
    assert found.way_mm == pytest.approx(80.0, abs=25.0)
    assert found.touch_downs_s == ()
    assert len(found.course_s) == len(found.course_deg) == pytest.approx(10.0 * found.hold_s, abs=6)


def test_a_pelvis_that_drops_at_once_was_never_raised() -> None:
    found = found_in(run_of(RaiseAndHold(hold_s=10.0, raise_deg=-4.0)))
    assert found.raise_deg < -2.0
    assert found.below_level_s == pytest.approx(SETTLE_S[0], abs=0.01)  # from the first moment that is judged
    assert found.below_start_s is None
    assert found.peak_drop_deg >= found.mean_drop_deg > 2.0


def test_more_sway_shows_and_a_sag_is_none() -> None:
    calm, swaying, sagging = (
        found_in(run_of(replace(RAISE, sway_factor=sway, fall_dps=fall))).sway
        for sway, fall in ((1.5, 0.0), (4.0, 0.0), (1.5, 0.8))
    )
    assert swaying.obliquity_rms_deg > 2.0 * calm.obliquity_rms_deg
    assert swaying.obliquity_path_dps > 2.0 * calm.obliquity_path_dps
    assert swaying.lateral_rms_ms2 > 2.0 * calm.lateral_rms_ms2
    assert swaying.lateral_path_ms3 > 1.5 * calm.lateral_path_ms3
    assert sagging.obliquity_rms_deg < calm.obliquity_rms_deg + 0.1  # where it begins and ends


def test_touch_downs_are_counted_and_the_stance_goes_on() -> None:
    stand = replace(RAISE, fall_dps=0.0, touches=(Touch(4.0), Touch(10.0, 0.8)))
    run = run_of(stand)
    found, truth = found_in(run), stance_truth(run, 1, stand)
    assert found.touch_downs_s == pytest.approx([4.0, 10.0], abs=0.3)
    assert found.hold_s == pytest.approx(16.0, abs=0.4)
    assert found.peak_drop_deg == pytest.approx(truth.drops_deg[1], abs=0.3)


@pytest.mark.parametrize(
    ("movement", "leg", "words"),
    [
        (Stand(20.0), Side.LEFT, "both feet stayed down"),
        (BothFeetDown(shift_mm=45.0, height_deg=5.0), Side.LEFT, "both feet stayed down"),
        (BothFeetDown(shift_mm=0.0, height_deg=-7.0), Side.LEFT, "both feet stayed down"),
        (BothFeetDown(turn_deg=25.0), Side.RIGHT, "both feet stayed down"),
        (RAISE, Side.RIGHT, "the weight went over the other leg"),
        (replace(RAISE, hold_s=3.0), Side.LEFT, "off the ground for 3"),
    ],
)
def test_what_is_no_stand_on_that_leg(
    movement: Stand | BothFeetDown | RaiseAndHold, leg: Side, words: str
) -> None:  # fmt: skip
    run = run_of(movement)
    assert words in refused(run.block, run, leg)


def test_data_that_are_none() -> None:
    run = run_of(RAISE)
    block = run.block
    assert "too little data" in refused(block.slice(0, 0), run)
    assert "too little data" in refused(block.slice(0, 300), run)
    assert "did not stand still" in refused(block.slice(round(7.5 * 208), len(block)), run)
    assert "come back" in refused(block.slice(0, round(15.0 * 208)), run)
    broken = block.acc_ms2.copy()
    broken[1000, 1] = np.nan
    assert "no numbers" in refused(SampleBlock(block.t_s, broken, block.gyr_rads), run)
    late = block.t_s + 0.5 * (np.arange(len(block)) > 2000)
    assert "are missing" in refused(SampleBlock(late, block.acc_ms2, block.gyr_rads), run)
    still = SampleBlock(block.t_s, np.tile(block.acc_ms2[0], (len(block), 1)), np.zeros((len(block), 3)))
    assert "both feet stayed down" in refused(still, run)
    dead = SampleBlock(block.t_s, np.zeros((len(block), 3)), np.zeros((len(block), 3)))
    assert "gravity" in refused(dead, run)


@pytest.mark.parametrize("leg", [Side.LEFT, Side.RIGHT])
def test_squats_are_counted_with_their_drop_and_its_trend(leg: Side) -> None:
    drops = tuple(np.linspace(2.0, 6.0, 20).tolist())
    run = run_of(SingleLegSquats(leg, drops))
    found = single_leg_squats(run.block, run.pelvis_from_sensor, leg)
    assert isinstance(found, SquatsEstimate), found
    assert len(found.drops_deg) == 20
    np.testing.assert_allclose(found.drops_deg, drops, atol=1.5)  # sway on top: 0.45 deg rms
    true = run.angles_deg[1] - run.angles_deg[1, : 6 * 208].mean()
    sign = 1.0 if leg is Side.LEFT else -1.0
    for at_s, drop_deg in zip(found.at_s, found.drops_deg, strict=True):
        near = np.abs(run.t_s - found.start_s - at_s) < 1.0
        assert drop_deg == pytest.approx((sign * true[near]).max(), abs=0.3)
    trend = found.trend
    assert trend is not None
    assert trend.low_deg < 4.0 < trend.high_deg
    assert trend.low_deg > 0.0


def test_standing_on_one_leg_is_no_squat() -> None:
    run = run_of(RAISE)
    assert isinstance(single_leg_squats(run.block, run.pelvis_from_sensor, Side.LEFT), Refusal)


def test_a_trend_in_closed_form() -> None:
    rising = trend_of(np.arange(10.0))
    assert rising is not None
    assert (rising.deg, rising.low_deg, rising.high_deg) == pytest.approx((9.0, 9.0, 9.0))
    assert trend_of(np.arange(4.0)) is None
    within = 0
    for seed in range(400):
        trend = trend_of(0.1 * np.arange(20) + np.random.default_rng(seed).normal(0.0, 1.0, 20))
        assert trend is not None
        within += trend.low_deg < 1.9 < trend.high_deg
    assert 365 <= within <= 395  # 95 %
