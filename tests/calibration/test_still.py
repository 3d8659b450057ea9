"""Where a clip is still: hands and tables pass, motion does not, and cutting into blocks changes nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hipcal.still import ACC_SD_MS2, ENTER, SHORTEST_S, Still, StillWatch, still_parts
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.simulate import Bout, RunnerConfig, simulate
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.handposes import HandPoses, hold, six_faces

RATE_HZ = 208.0


def by_hand(seed: int, **options: float) -> HandPoses:
    draws = np.random.default_rng(seed)
    return hold(six_faces(draws), draws, **options)


def on_a_table(duration_s: float, seed: int = 1) -> tuple[Array, Array, Array]:
    """Times, specific force and rate of a clip that lies with z up."""
    n = round(duration_s * RATE_HZ)
    draws = np.random.default_rng(seed).spawn(2)
    gravity = np.tile([0.0, 0.0, STANDARD_GRAVITY_MS2], (n, 1))
    acc, gyr_dps = Chip().read(gravity, np.zeros((n, 3)), RATE_HZ, *draws)
    return np.arange(n) / RATE_HZ, acc, np.deg2rad(gyr_dps)


def as_tuple(still: Still) -> tuple[float, ...]:
    means = (*still.acc_ms2.tolist(), *still.gyr_rads.tolist())
    return (still.start_s, still.stop_s, *means, still.acc_sd_ms2, still.gyr_sd_rads, still.samples)


@pytest.mark.parametrize("tremor_g", [0.0015, 0.01, 0.035])  # least, most frequent and largest of Wade 1982
def test_each_pose_by_hand_is_one_part_with_gravity_in_its_direction(tremor_g: float) -> None:
    poses = by_hand(7, tremor_g=tremor_g)
    parts = still_parts(poses.t_s, poses.acc_ms2, poses.gyr_rads)
    assert len(parts) == 6
    for part, up, start_s, stop_s in zip(parts, poses.up, poses.start_s, poses.stop_s, strict=True):
        assert start_s <= part.start_s < part.stop_s <= stop_s + 0.3
        assert part.duration_s > 1.9
        length = float(np.linalg.norm(part.acc_ms2))
        assert length == pytest.approx(STANDARD_GRAVITY_MS2, rel=2e-3)
        assert np.degrees(np.arccos(part.acc_ms2 @ up / length)) < 1.0


def test_a_clip_on_a_table_is_one_long_part_less_its_edges() -> None:
    (part,) = still_parts(*on_a_table(20.0))
    assert part.duration_s == pytest.approx(19.4, abs=0.15)
    assert part.acc_sd_ms2 == pytest.approx(70e-6 * np.sqrt(104) * STANDARD_GRAVITY_MS2, rel=0.1)
    np.testing.assert_allclose(part.gyr_rads, 0.0, atol=1e-4)


def test_quiet_standing_passes_and_walking_and_running_do_not() -> None:
    run = simulate(RunnerConfig(minutes=1.0, stand_s=10.0, walk=(Bout(0.6, 0.3),)))
    (block,) = run.blocks
    parts = still_parts(block.t_s, block.acc_ms2, block.gyr_rads)
    assert parts
    assert max(part.stop_s for part in parts) < 11.0


@pytest.mark.parametrize(
    ("rate_dps", "axis"), [(20.0, 0), (20.0, 2), (60.0, 1)], ids=["falling over", "about the vertical", "quick"]
)
def test_a_clip_that_turns_is_never_still(rate_dps: float, axis: int) -> None:
    t_s, acc, gyr = on_a_table(10.0)
    rate = np.deg2rad(rate_dps)
    gyr[:, axis] += rate
    if axis < 2:
        other = 1 - axis
        acc[:, other], acc[:, 2] = acc[:, 2] * np.sin(rate * t_s), acc[:, 2] * np.cos(rate * t_s)
    assert still_parts(t_s, acc, gyr) == []


def test_a_clip_that_is_shaken_is_never_still() -> None:
    t_s, acc, gyr = on_a_table(10.0)
    acc[:, 0] += 1.5 * np.sin(2 * np.pi * 5.0 * t_s)
    assert still_parts(t_s, acc, gyr) == []


def test_a_push_ends_a_part_and_the_part_does_not_hold_it() -> None:
    t_s, acc, gyr = on_a_table(10.0)
    pushed = (t_s > 5.0) & (t_s < 5.3)
    acc[pushed, 1] += 4.0
    first, second = still_parts(t_s, acc, gyr)
    assert first.stop_s <= 5.0
    assert second.start_s >= 5.3
    assert abs(first.acc_ms2[1]) < 2e-3


def test_shaking_between_the_thresholds_lets_a_part_go_on_but_not_begin() -> None:
    t_s, acc, gyr = on_a_table(12.0)
    amplitude = 0.5 * (1.0 + ENTER) * ACC_SD_MS2 * np.sqrt(2.0)
    shaking = amplitude * np.sin(2 * np.pi * 10.0 * t_s)
    later = acc + np.outer(np.where(t_s > 4.0, shaking, 0.0), [1.0, 0.0, 0.0])
    (part,) = still_parts(t_s, later, gyr)
    assert part.duration_s > 11.0
    assert still_parts(t_s, acc + np.outer(shaking, [1.0, 0.0, 0.0]), gyr) == []


def test_a_short_stop_is_no_part() -> None:
    poses = by_hand(3, hold_s=1.2, move_s=1.0)
    assert all(part.duration_s >= SHORTEST_S - 0.06 for part in still_parts(poses.t_s, poses.acc_ms2, poses.gyr_rads))
    assert len(still_parts(poses.t_s, poses.acc_ms2, poses.gyr_rads)) < 3


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 1500), max_size=12), st.integers(0, 3))
def test_parts_are_the_same_to_the_bit_however_blocks_are_cut(cuts: list[int], seed: int) -> None:
    poses = by_hand(seed, hold_s=2.5)
    block = poses.block.slice(0, 1500)
    whole = [as_tuple(part) for part in still_parts(block.t_s, block.acc_ms2, block.gyr_rads)]
    watch = StillWatch()
    edges = [0, *sorted(cuts), len(block)]
    parts = [part for a, b in pairwise(edges) for part in watch.push(block.slice(a, b))]
    parts += watch.close()
    assert [as_tuple(part) for part in parts] == whole


def test_one_sample_at_a_time_gives_the_same_too() -> None:
    poses = by_hand(5)
    block = poses.block.slice(0, 1500)
    watch = StillWatch()
    parts = [part for piece in block.cut(1) for part in watch.push(piece)] + watch.close()
    whole = still_parts(block.t_s, block.acc_ms2, block.gyr_rads)
    assert whole
    assert list(map(as_tuple, parts)) == list(map(as_tuple, whole))


def test_the_watch_says_what_is_now() -> None:
    poses = by_hand(2, move_s=1.5, hold_s=3.0)
    watch = StillWatch()
    said = [
        (block.t_s[-1], watch.push(block), watch.moving, watch.held_s, watch.so_far) for block in poses.block.cut(13)
    ]
    moving = [now for t_s, _, now, _, _ in said if 0.5 < t_s < 1.3 or 5.0 < t_s < 5.8]
    assert moving
    assert all(moving)
    t_s, _, now, held_s, so_far = next(state for state in said if state[0] > 4.2)
    assert not now
    assert held_s == pytest.approx(t_s - 2.0, abs=0.7)
    assert so_far is not None
    assert so_far.duration_s == held_s
    assert next(held for at, _, _, held, _ in said if at > 5.2) == 0.0


def test_a_gap_ends_a_part() -> None:
    t_s, acc, gyr = on_a_table(10.0)
    kept = (t_s < 4.0) | (t_s > 4.5)
    first, second = still_parts(t_s[kept], acc[kept], gyr[kept])
    assert first.stop_s < 4.05
    assert second.start_s > 4.5


def test_a_lost_frame_does_not() -> None:
    t_s, acc, gyr = on_a_table(10.0)
    kept = np.ones(len(t_s), dtype=bool)
    kept[1000:1019] = False
    assert len(still_parts(t_s[kept], acc[kept], gyr[kept])) == 1


def test_what_is_no_number_is_not_still() -> None:
    t_s, acc, gyr = on_a_table(10.0)
    acc[1000] = np.nan
    parts = still_parts(t_s, acc, gyr)
    assert len(parts) == 2
    assert all(np.isfinite(as_tuple(part)).all() for part in parts)


@pytest.mark.parametrize("n", [0, 1, 5, 100])
def test_too_few_samples_are_no_part(n: int) -> None:
    t_s, acc, gyr = on_a_table(1.0)
    assert still_parts(t_s[:n], acc[:n], gyr[:n]) == []


def test_an_empty_block_changes_nothing() -> None:
    watch = StillWatch()
    assert watch.push(SampleBlock(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))) == []
    assert watch.moving
    assert watch.so_far is None


def test_of_real_boards_the_rests_are_found_and_nothing_else(reference_data: Path) -> None:
    """BROAD (Laidig et al. 2021): each trial is rest, movement, rest, and says so itself."""
    trials = sorted((reference_data / "orientation").glob("*.npz"))
    assert len(trials) == 3
    for trial in trials:
        data = np.load(trial)
        moves = np.flatnonzero(data["movement"])
        parts = still_parts(data["t_s"], data["acc_ms2"], data["gyr_rads"])
        assert len(parts) == 2, trial
        assert parts[0].stop_s < data["t_s"][moves[0]] + 0.2
        assert parts[1].start_s > data["t_s"][moves[-1]] - 0.7
        assert min(part.duration_s for part in parts) > 30.0
