"""The zero-phase twin: the same steps as live, drops at least as near to the truth."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from vqf import offlineVQF

from hipdrop import columns as col
from hipdrop.events import Event, Gap, GyroBias, Side, Step
from hipdrop.offline import Analysis, analyse, zero_phase_columns
from hipdrop.orientation import OrientationStage, up_from_quaternion
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import SimulatedRun
from scoring import Score, Truth, score
from synthetic import IDEAL, RATE_HZ, angle_to_true_up_deg, events_of, simulated


@cache
def a_run() -> SimulatedRun:
    return simulated(minutes=2.0, mount="random", seed=4)


@cache
def causal() -> tuple[Event, ...]:
    return tuple(events_of(a_run()))


@cache
def offline() -> Analysis:
    return analyse(a_run().blocks, RATE_HZ)


def scored(events: list[Event] | tuple[Event, ...], run: SimulatedRun) -> Score:
    contacts = run.contacts
    running = contacts.running
    return score(
        list(events), Truth(contacts.contact_s[running], contacts.is_left[running], contacts.drop_deg[running])
    )


def steps_in(events: list[Event] | tuple[Event, ...]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def test_the_same_steps_on_the_same_sides() -> None:
    live, after = steps_in(causal()), steps_in(offline().events)
    assert len(after) == len(live) > 250
    assert [step.side for step in after] == [step.side for step in live]
    # stamped by another rule: near each other, and with no other spread than a runner's contact times have
    np.testing.assert_allclose([s.t_s for s in after], [s.t_s for s in live], atol=0.03)
    np.testing.assert_allclose([s.toe_off_s for s in after], [s.toe_off_s for s in live], atol=0.05)


def test_drops_are_no_farther_from_the_truth_than_live() -> None:
    live, after = scored(causal(), a_run()), scored(offline().events, a_run())
    assert after.missed == 0
    assert after.extra == 0
    for side in (Side.LEFT, Side.RIGHT):
        assert after.sd_deg(side) <= live.sd_deg(side) + 0.005
        assert abs(after.bias_deg(side)) <= abs(live.bias_deg(side)) + 0.02
    assert abs(after.bias_deg(Side.BOTH)) < 0.15


def test_inclination_is_nearer_to_the_truth_than_live_where_the_run_begins() -> None:
    """Started in mid-run the causal filter needs seconds to settle; the twin has seen them already."""
    run = simulated(minutes=0.5, stand_s=0.0, mount="random", seed=2)
    after = zero_phase_columns(run.blocks, np.zeros(3), RATE_HZ, Settings())
    live = np.empty_like(after)
    OrientationStage(RATE_HZ, Settings().orientation, Settings().contacts).push(run.blocks[0], live)
    first = slice(0, round(5 * RATE_HZ))
    off_deg, live_deg = (angle_to_true_up_deg(run, out[col.UP], 0.5)[first].mean() for out in (after, live))
    assert off_deg < 0.5 * live_deg


@pytest.mark.parametrize("length", [1000, 4096])
def test_the_cut_of_the_blocks_does_not_matter(length: int) -> None:
    pieces = [piece for block in a_run().blocks for piece in block.cut(length)]
    assert repr(analyse(pieces, RATE_HZ).events) == repr(offline().events)


def test_up_holds_where_the_chain_takes_it_to_hold() -> None:
    """Only the corrections run backwards; the rates are summed up forwards, so UP leads by half a sample as live."""
    run = simulated(minutes=0.4, **IDEAL)
    block = run.blocks[0]
    out = zero_phase_columns([block], np.zeros(3), RATE_HZ, Settings())
    gyr, acc = (np.ascontiguousarray(x) for x in (block.gyr_rads, block.acc_ms2))
    np.testing.assert_array_equal(out[col.UP], up_from_quaternion(offlineVQF(gyr, acc, None, 1.0 / RATE_HZ)["quat6D"]))
    inner = slice(round(10 * RATE_HZ), -round(2 * RATE_HZ))
    shifts = np.arange(-1.0, 1.01, 0.25)
    off = [float(angle_to_true_up_deg(run, out[col.UP], shift)[inner].mean()) for shift in shifts]
    assert shifts[int(np.argmin(off))] == OrientationStage.up_shift
    assert min(off) < 0.06


def test_gaps_and_biases_are_met_as_live() -> None:
    run = simulated(minutes=1.5, drop_frames=0.02, gyro_bias_dps=(2.5, -1.0, 1.0), mount="random", seed=3)
    live, after = events_of(run), analyse(run.blocks, RATE_HZ).events
    gaps = [event for event in live if isinstance(event, Gap)]
    assert len(gaps) > 5
    assert [event for event in after if isinstance(event, Gap)] == gaps
    assert any(isinstance(event, GyroBias) for event in live)
    result = scored(after, run)
    assert len(result.pairs) >= 0.98 * run.contacts.running.sum()
    assert abs(result.bias_deg(Side.BOTH)) < 0.15


def test_a_bias_beyond_the_filters_own_makes_no_difference() -> None:
    biased = simulated(minutes=2.0, mount="random", seed=4, gyro_bias_dps=(5.0, -4.0, 3.0))
    plain, other = scored(offline().events, a_run()), scored(analyse(biased.blocks, RATE_HZ).events, biased)
    for side in (Side.LEFT, Side.RIGHT):
        assert other.bias_deg(side) == pytest.approx(plain.bias_deg(side), abs=0.1)
        assert other.sd_deg(side) == pytest.approx(plain.sd_deg(side), abs=0.03)


def test_over_a_long_gap_nothing_is_carried() -> None:
    """What comes after 3 s of loss is analysed as if it were a recording of its own."""
    run = a_run()
    block = run.blocks[0]
    first, lost, mount = round(60 * RATE_HZ), round(3 * RATE_HZ), run.pelvis_from_sensor
    after = block.slice(first + lost, len(block))
    joined = [block.slice(0, first), replace(after, gap_s=lost / RATE_HZ)]
    late = {round(step.t_s, 6): step for step in steps_in(analyse(joined, RATE_HZ, mount=mount).events)}
    alone = [step for step in steps_in(analyse([after], RATE_HZ, mount=mount).events) if step.valid]
    assert len(alone) > 100
    for step in alone:
        same = late[round(step.t_s, 6)]
        signed = 1.0 if same.side is step.side else -1.0
        assert same.midstance_deg == pytest.approx(signed * step.midstance_deg, abs=1e-9)


def test_a_wave_is_made() -> None:
    wave = offline().wave
    assert wave is not None
    assert wave.strides > 10
    assert 2.0 < np.ptp(wave.mean_deg) < 14.0  # obliquity of runners: 5.8 to 11.2 deg (docs/algorithms.md)


@pytest.mark.parametrize("n", [1, 10, 300])
def test_a_few_samples_do_no_harm(n: int) -> None:
    block = a_run().blocks[0].slice(0, n)
    assert steps_in(analyse([block], RATE_HZ).events) == []


def test_nothing_gives_nothing() -> None:
    assert steps_in(analyse([], RATE_HZ).events) == []
    empty = SampleBlock(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))
    assert steps_in(analyse([empty], RATE_HZ).events) == []
