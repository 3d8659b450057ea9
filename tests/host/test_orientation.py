"""Orientation: known rotations, the bare filter as a peer, gyroscope bias, streams cut anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from vqf import VQF

from hipdrop import columns as col
from hipdrop.orientation import OrientationStage, up_from_quaternion, vertical_acceleration
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.settings import ContactSettings, OrientationSettings
from synthetic import RATE_HZ, REPEATABLE, angle_to_true_up_deg, block_of, cut_at, simulated

G = STANDARD_GRAVITY_MS2
DT_S = 1.0 / RATE_HZ


def a_stage() -> OrientationStage:
    return OrientationStage(RATE_HZ, OrientationSettings(), ContactSettings())


def columns_of(stage: OrientationStage, block: SampleBlock) -> Array:
    out = np.full((col.COUNT, len(block)), np.nan)
    stage.push(block, out)
    return out


def rolling(angle_rad: Array, rate_rads: Array) -> SampleBlock:
    """A clip that turns about its own x axis: specific force is gravity alone."""
    zero = np.zeros_like(angle_rad)
    return block_of(G * up_at(angle_rad).T, np.stack((rate_rads, zero, zero), axis=1))


def up_at(angle_rad: Array) -> Array:
    return np.stack((np.zeros_like(angle_rad), np.sin(angle_rad), np.cos(angle_rad)))


def angle_between_deg(a: Array, b: Array) -> Array:
    return np.asarray(np.rad2deg(np.arctan2(np.linalg.norm(np.cross(a, b, axis=0), axis=0), np.sum(a * b, axis=0))))


def running_block() -> SampleBlock:
    return simulated(minutes=0.1, stand_s=2.0, mount="random").blocks[0]


def test_up_vector_agrees_with_rotation_matrices() -> None:
    rotations = Rotation.random(500, random_state=1)
    x, y, z, w = rotations.as_quat().T
    up = up_from_quaternion(np.stack((w, x, y, z), axis=1))
    np.testing.assert_allclose(up, rotations.inv().apply([0.0, 0.0, 1.0]).T, atol=1e-12)


def test_vertical_acceleration_at_rest_in_free_fall_and_between() -> None:
    up = Rotation.random(3, random_state=2).apply([0.0, 0.0, 1.0]).T
    np.testing.assert_allclose(vertical_acceleration(G * up, up), 0.0, atol=1e-12)
    np.testing.assert_allclose(vertical_acceleration(0.0 * up, up), -1.0, atol=1e-12)
    np.testing.assert_allclose(vertical_acceleration(2.5 * G * up, up), 1.5, atol=1e-12)


def test_what_is_across_up_is_not_vertical() -> None:
    up, across = np.array([[0.0], [1.0], [0.0]]), np.array([[3.0], [0.0], [-4.0]])
    np.testing.assert_allclose(vertical_acceleration(G * up + across, up), 0.0, atol=1e-12)


def test_half_a_turn_in_one_second() -> None:
    """Rest, a turn by 180 deg about x with rate pi (1 - cos 2 pi t), rest upside down."""
    t_s = np.arange(-4.0, 2.0, DT_S)
    inside = np.clip(t_s, 0.0, 1.0)
    angle = np.pi * (inside - np.sin(2.0 * np.pi * inside) / (2.0 * np.pi))
    rate = np.pi * (1.0 - np.cos(2.0 * np.pi * inside))
    up = columns_of(a_stage(), rolling(angle, rate))[col.UP]
    off_deg = angle_between_deg(up, up_at(angle))
    assert off_deg[t_s < -DT_S].max() < 0.01
    assert off_deg[t_s > 1.0].max() < 0.5
    np.testing.assert_allclose(up[:, -1], [0.0, 0.0, -1.0], atol=0.01)


def test_up_holds_half_a_sample_later_than_it_stands() -> None:
    """Swinging by 10 deg at 2 Hz: the angle read from UP leads its time stamps by half a sample in phase."""
    t_s = np.arange(0.0, 12.0, DT_S)
    turn, swing = 2.0 * np.pi * 2.0, np.deg2rad(10.0)
    up = columns_of(a_stage(), rolling(swing * np.sin(turn * t_s), swing * turn * np.cos(turn * t_s)))[col.UP]
    settled = t_s >= 6.0  # whole periods
    fundamental = np.sum(np.arctan2(up[1], up[2])[settled] * np.exp(-1j * turn * t_s[settled]))
    lead_samples = np.angle(fundamental * 1j) / (turn * DT_S)
    assert lead_samples == pytest.approx(OrientationStage.up_shift, abs=0.02)
    assert abs(fundamental) * 2.0 / settled.sum() == pytest.approx(swing, rel=0.01)


def test_a_constant_spin_while_integrated_is_true_half_a_sample_later() -> None:
    """After rest, spinning at 90 deg/s for 0.25 s, the first sample of it in its midst: output k is at (k + 1) w dt."""
    rest, spin = round(4.0 * RATE_HZ), round(0.25 * RATE_HZ)
    w = np.pi / 2.0
    angle = np.r_[np.zeros(rest), (np.arange(spin) + 0.5) * w * DT_S]
    up = columns_of(a_stage(), rolling(angle, np.r_[np.zeros(rest), np.full(spin, w)]))[col.UP]
    true = up_at(angle + 0.5 * w * DT_S)
    assert angle_between_deg(up, true)[rest:].max() < 0.03
    assert angle_between_deg(up, up_at(angle))[rest:].min() > 0.15


def test_columns_hold_the_samples_and_the_bare_filter_to_the_bit() -> None:
    block = running_block()
    out = columns_of(a_stage(), block)
    quat = VQF(DT_S).updateBatch(block.gyr_rads.copy(), block.acc_ms2.copy())["quat6D"]
    np.testing.assert_array_equal(out[col.UP], up_from_quaternion(quat))
    np.testing.assert_array_equal(out[col.T], block.t_s)
    np.testing.assert_array_equal(out[col.ACC], block.acc_ms2.T)
    np.testing.assert_array_equal(out[col.GYR], block.gyr_rads.T)
    assert not np.isnan(out).any()


def test_smooth_is_the_vertical_delayed() -> None:
    stage = a_stage()
    out = columns_of(stage, running_block())
    late = stage.smooth_delay
    # a symmetric smoother of the vertical: correlation with it is largest at exactly the delay
    lags = range(late - 3, late + 4)
    match = [float(np.corrcoef(out[col.SMOOTH, lag:], out[col.VERT, : out.shape[1] - lag])[0, 1]) for lag in lags]
    assert int(np.argmax(match)) == 3


@REPEATABLE
@given(cuts=st.lists(st.integers(1, 10_000), max_size=20))
def test_a_stream_cut_anywhere_gives_the_same_to_the_bit(cuts: list[int]) -> None:
    block = running_block()
    whole = columns_of(a_stage(), block)
    stage = a_stage()
    parts = [columns_of(stage, piece) for piece in cut_at(block, cuts)]
    np.testing.assert_array_equal(np.hstack(parts), whole)


def at_rest(rate_dps: float, seconds: float) -> SampleBlock:
    n = round(seconds * RATE_HZ)
    return rolling(np.zeros(n), np.full(n, np.deg2rad(rate_dps)))


def test_a_bias_too_large_for_the_filter_is_taken_off() -> None:
    stage = a_stage()
    columns_of(stage, at_rest(3.0, 2.0))
    bias = stage.take_off_rest_bias(np.deg2rad([3.0, 0.0, 0.0]))
    assert bias == pytest.approx((3.0, 0.0, 0.0))
    after = columns_of(stage, at_rest(3.0, 20.0))
    np.testing.assert_allclose(after[col.GYR], 0.0, atol=1e-12)
    assert angle_between_deg(after[col.UP], up_at(np.zeros(after.shape[1]))).max() < 0.1


def test_the_bias_that_is_left_adds_to_what_is_known() -> None:
    stage = a_stage()
    stage.take_off_rest_bias(np.deg2rad([3.0, 0.0, 0.0]))
    assert stage.take_off_rest_bias(np.deg2rad([0.0, -2.0, 0.0])) == pytest.approx((3.0, -2.0, 0.0))
    out = columns_of(stage, at_rest(3.0, 0.1))
    np.testing.assert_allclose(np.rad2deg(out[col.GYR, 0]), [0.0, 2.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("which", ["take_off_rest_bias", "take_off_run_bias"])
def test_a_bias_that_the_filter_sees_by_itself_is_left_to_it(which: str) -> None:
    stage, plain = a_stage(), a_stage()
    block = running_block()
    for one in (stage, plain):
        columns_of(one, block.slice(0, 500))
    assert getattr(stage, which)(np.deg2rad([0.5, 0.0, 0.0])) is None
    rest = block.slice(500, len(block))
    np.testing.assert_array_equal(columns_of(stage, rest), columns_of(plain, rest))


def test_a_bias_seen_in_running_comes_off_without_a_jump() -> None:
    stage = a_stage()
    block = running_block()
    before = columns_of(stage, block.slice(0, 1000))
    bias = stage.take_off_run_bias(np.deg2rad([0.0, 4.0, 0.0]))
    assert bias == pytest.approx((0.0, 4.0, 0.0))
    rest = block.slice(1000, len(block))
    after = columns_of(stage, rest)
    np.testing.assert_allclose(after[col.GYR], rest.gyr_rads.T - np.deg2rad([[0.0], [4.0], [0.0]]), atol=1e-12)
    turned_deg = np.rad2deg(np.linalg.norm(rest.gyr_rads[0])) * DT_S
    jump_deg = angle_between_deg(before[col.UP][:, -1:], after[col.UP][:, :1])[0]
    assert jump_deg < turned_deg + 0.1


def test_orientation_recovers_from_a_bias_seen_in_running() -> None:
    """4 deg/s across the vertical, no rest: 20 s after it is taken off the filter is back to 1 deg; left alone, 6."""
    run = simulated(minutes=0.8, stand_s=0.0, gyro_bias_dps=(4.0, 0.0, 0.0))
    block, seen = run.blocks[0], round(8.0 * RATE_HZ)
    off_deg = []
    for mend in (True, False):
        stage = a_stage()
        before = columns_of(stage, block.slice(0, seen))
        up = before[col.UP].mean(axis=1)
        up /= np.linalg.norm(up)
        rate = before[col.GYR].mean(axis=1)
        if mend:
            assert stage.take_off_run_bias(rate - up * (rate @ up)) is not None
        after = columns_of(stage, block.slice(seen, len(block)))
        late = slice(seen + round(20.0 * RATE_HZ), None)
        off_deg.append(float(angle_to_true_up_deg(run, np.hstack((before, after))[col.UP], 0.5)[late].mean()))
    assert off_deg[0] < 1.0
    assert off_deg[1] > 4.0


def test_after_a_gap_smoothing_starts_from_the_sample_after_it() -> None:
    stage = a_stage()
    block = running_block()
    columns_of(stage, block.slice(0, 800))
    stage.restart_smoothing()
    after = columns_of(stage, block.slice(900, 901))
    assert after[col.SMOOTH, 0] == pytest.approx(after[col.VERT, 0], abs=1e-12)
