"""The clip: losses, saturation, wobble, slip, rates, and that a seed gives the same run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from vqf import VQF  # type: ignore[import-untyped]

from hipdrop.events import Site
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate import RunnerConfig, Sag, Slip, simulate
from hipdrop.simulate.config import FRAME_SAMPLES
from hipdrop.simulate.sensor import shaken
from hipdrop.simulate.wobble import Wobble
from synthetic import IDEAL

SHORT = RunnerConfig(minutes=1.0)


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    first, again, other = simulate(SHORT), simulate(SHORT), simulate(replace(SHORT, seed=2))
    np.testing.assert_array_equal(first.acc_ms2, again.acc_ms2)
    np.testing.assert_array_equal(first.contacts.drop_deg, again.contacts.drop_deg)
    assert np.abs(first.contacts.contact_s[5] - other.contacts.contact_s[5]) > 1e-6


def test_a_longer_run_begins_with_the_shorter_one() -> None:
    config = replace(SHORT, sags=(Sag.parse("left:2@0.5"),), wander_deg=0.4, wobble_deg=0.5, mount="random")
    short, long = simulate(config), simulate(replace(config, minutes=2.0))
    np.testing.assert_array_equal(long.acc_ms2[: len(short.t_s)], short.acc_ms2)
    np.testing.assert_array_equal(long.gyr_dps[: len(short.t_s)], short.gyr_dps)


def test_options_of_the_clip_do_not_move_the_runner() -> None:
    clean = simulate(SHORT)
    worn = simulate(replace(SHORT, mount="random", site=Site.LEFT_HIP, wobble_deg=2.0, drop_frames=0.05))
    np.testing.assert_array_equal(clean.obliquity_deg, worn.obliquity_deg)
    np.testing.assert_array_equal(clean.contacts.drop_deg, worn.contacts.drop_deg)


def test_lost_frames_split_the_blocks_and_say_how_long() -> None:
    run = simulate(replace(SHORT, drop_frames=0.1))
    lost = SHORT.samples - sum(map(len, run.blocks))
    assert lost % FRAME_SAMPLES == 0
    assert lost / SHORT.samples == pytest.approx(0.1, abs=0.03)
    assert run.blocks[0].first_index == 0
    assert run.blocks[0].gap_s == 0.0
    for before, after in zip(run.blocks, run.blocks[1:], strict=False):
        missing = after.first_index - before.first_index - len(before)
        assert missing > 0
        assert missing % FRAME_SAMPLES == 0
        assert after.gap_s == pytest.approx(missing / 208.0)
        assert after.t_s[0] - before.t_s[-1] == pytest.approx(after.gap_s + 1 / 208.0)


def test_without_losses_there_is_one_block_in_si() -> None:
    run = simulate(SHORT)
    (block,) = run.blocks
    assert len(block) == SHORT.samples
    np.testing.assert_allclose(block.gyr_rads, np.deg2rad(run.gyr_dps))
    np.testing.assert_allclose(block.acc_ms2, run.acc_ms2)


def test_samples_are_whole_counts_within_the_range() -> None:
    run = simulate(replace(SHORT, acc_range_g=2.0, gyro_range_dps=125.0, speed_ms=4.5))
    acc_g, gyr = run.acc_ms2 / STANDARD_GRAVITY_MS2, run.gyr_dps
    np.testing.assert_allclose(acc_g / 0.000488, np.rint(acc_g / 0.000488), atol=1e-6)
    np.testing.assert_allclose(gyr / 0.07, np.rint(gyr / 0.07), atol=1e-6)
    assert 1.999 < np.abs(acc_g).max() <= 2.0
    assert 124.9 < np.abs(gyr).max() <= 125.0


def test_offsets_and_noise_are_those_asked_for() -> None:
    config = RunnerConfig(
        minutes=1.0, stand_s=90.0, variability=0.0, gyro_bias_dps=(1, -2, 3), acc_offset_mg=(10, 20, -30),
        gyro_noise_mdps=38.0, acc_noise_ug=700.0, mount=(1, 0, 0, 0, 1, 0, 0, 0, 1),
    )  # fmt: skip
    run = simulate(config)
    clean = simulate(replace(config, gyro_bias_dps=(0, 0, 0), acc_offset_mg=(0, 0, 0)))
    np.testing.assert_allclose(run.gyr_dps.mean(axis=0), [1, -2, 3], atol=0.02)
    offset_mg = 1000 * (run.acc_ms2 - clean.acc_ms2).mean(axis=0) / STANDARD_GRAVITY_MS2
    np.testing.assert_allclose(offset_mg, [10, 20, -30], atol=0.3)
    np.testing.assert_allclose(run.gyr_dps.std(axis=0), 0.038 * np.sqrt(104), rtol=0.05)
    np.testing.assert_allclose(run.acc_ms2.std(axis=0), 0.7e-3 * np.sqrt(104) * 9.80665, rtol=0.05)


def test_rate_error_stretches_the_time_stamps() -> None:
    nominal = simulate(RunnerConfig(minutes=2.0, variability=0.0))
    fast = simulate(RunnerConfig(minutes=2.0, variability=0.0, rate_error=0.02))
    step_s = [np.median(np.diff(run.contacts.contact_s[10:])) for run in (nominal, fast)]
    assert step_s[1] / step_s[0] == pytest.approx(1.02, abs=1e-4)
    np.testing.assert_array_equal(fast.t_s, nominal.t_s)


def test_one_contact_of_wobble_peaks_at_its_size_and_rings_at_its_frequency() -> None:
    config = RunnerConfig(wobble_deg=2.0, wobble_hz=15.0, wobble_zeta=0.1)
    wobble = Wobble(config, np.array([1.0]), np.array([True]), np.array([1.0]))
    t = np.arange(0.0, 2.0, 1e-4)
    (roll, _), (roll_rate, _) = wobble.at(t)
    assert not roll[t < 1.0].any()
    assert np.rad2deg(np.abs(roll).max()) == pytest.approx(2.0, rel=0.6)  # its strength is drawn, SD 25 %
    np.testing.assert_allclose(np.gradient(roll, 1e-4)[1:-1], roll_rate[1:-1], atol=0.01 * np.abs(roll_rate).max())
    crossings = t[1:][np.diff(np.sign(roll)) != 0]
    late = crossings[crossings > 1.1][:6]
    assert np.mean(np.diff(late)) == pytest.approx(0.5 / (15.0 * np.sqrt(1 - 0.1**2)), rel=0.02)


def test_mean_wobble_peak_is_the_size_asked_for() -> None:
    contact_s = np.arange(1.0, 400.0) * 2.0  # far apart: from rest each time
    wobble = Wobble(RunnerConfig(wobble_deg=1.5), contact_s, np.arange(399) % 2 == 0, np.ones(399))
    t = np.arange(0.0, 800.0, 1 / 500.0)
    peaks = np.abs(wobble.at(t)[0][0]).reshape(-1, 1000).max(axis=1)[1:]
    assert np.rad2deg(peaks.mean()) == pytest.approx(1.5, rel=0.05)


def test_a_wobbling_clip_sees_gravity_from_where_its_gyroscope_says_it_is() -> None:
    t = np.arange(0.0, 1.0, 1e-4)
    wobble = Wobble(RunnerConfig(wobble_deg=3.0), np.array([0.1, 0.45, 0.8]), np.array([True, False, True]), np.ones(3))
    gravity = np.tile([[0.0], [9.81], [0.0]], len(t))
    gyr, acc = shaken(wobble, t, np.zeros((3, len(t))), gravity)
    here = Rotation.identity()
    for k, step in enumerate(Rotation.from_rotvec(0.5e-4 * (gyr[:, 1:] + gyr[:, :-1]).T), start=1):
        here = here * step
        if k % 500 == 0:
            np.testing.assert_allclose(acc[:, k], here.inv().apply([0.0, 9.81, 0.0]), atol=9.81 * np.deg2rad(0.01))
    assert np.rad2deg(np.abs(acc[[0, 2]]).max() / 9.81) > 1.5


def test_slip_turns_the_clip_about_its_outward_normal() -> None:
    config = RunnerConfig(minutes=1.0, stand_s=90.0, variability=0.0, slip=Slip(8.0, 0.5))
    run = simulate(config)
    before, after = run.acc_ms2[:208].mean(axis=0), run.acc_ms2[-208:].mean(axis=0)
    turn = np.arctan2(before[1], before[0]) - np.arctan2(after[1], after[0])
    assert np.rad2deg(turn) == pytest.approx(8.0, abs=0.1)
    assert np.sum(run.gyr_dps[:, 2]) / 208.0 == pytest.approx(8.0, abs=0.2)


@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (1.0, 2.0, -0.5)])
def test_slip_turns_the_clip_about_an_axis_of_the_pelvis(axis: tuple[float, float, float]) -> None:
    still = {"minutes": 0.2, "stand_s": 90.0, "variability": 0.0, "mount": "random", "seed": 3}
    run = simulate(RunnerConfig(**IDEAL, **still, slip=Slip(8.0, 0.1, axis)))  # type: ignore[arg-type]
    about = run.pelvis_from_sensor.T @ axis / np.linalg.norm(axis)
    turn = Rotation.from_rotvec(np.deg2rad(8.0) * about)
    np.testing.assert_allclose(run.acc_ms2[-1], turn.inv().apply(run.acc_ms2[0]), atol=1e-6)
    np.testing.assert_allclose(run.gyr_dps.sum(axis=0) / 208.0, 8.0 * about, atol=1e-3)


@pytest.mark.parametrize(
    "options",
    [{}, {"rate_hz": 104.0}, {"site": Site.LEFT_HIP}, {"speed_ms": 4.5, "mount": "random"}, {"speed_ms": 1.8}],
)
def test_vqf_finds_the_true_obliquity(options: dict[str, object]) -> None:
    """Another's filter, fed with the samples alone, gives the truth's obliquity, half a sample later."""
    run = simulate(RunnerConfig(minutes=2.0, **options))  # type: ignore[arg-type]
    gyr, acc = (np.ascontiguousarray(v @ run.pelvis_from_sensor.T) for v in (np.deg2rad(run.gyr_dps), run.acc_ms2))
    step_s = 1.0 / run.config.rate_hz
    w, x, y, z = VQF(step_s).updateBatch(gyr, acc)["quat6D"].T
    found_deg = -np.rad2deg(np.arcsin(w**2 - x**2 - y**2 + z**2))  # z component of the world's up in pelvis axes
    settled = run.t_s > 12.0
    true_deg = np.interp(run.t_s + 0.5 * step_s, run.t_s, run.obliquity_deg)
    assert np.sqrt(np.mean((found_deg - true_deg)[settled] ** 2)) < 0.1


@pytest.mark.parametrize("runner", ["rbds001_2.5ms", "rbds001_3.5ms"])
def test_signals_are_like_those_from_the_measured_trial(runner: str, reference_data: Path) -> None:
    """Spread of rate and specific force in pelvis axes within 10 % of those computed from the trial's own markers."""
    import json

    folder = reference_data / "running" / runner
    table = np.loadtxt(folder / "imu.csv", delimiter=",", skiprows=1)
    mount = np.array(json.loads((folder / "truth.json").read_text())["R_sensor_from_pelvis"])
    real = np.hstack([table[:, 1:4] @ mount, table[:, 4:7] @ mount])[table[:, 0] > 10.0]
    run = simulate(RunnerConfig(runner=runner, minutes=2.0))
    sim = np.hstack([run.acc_ms2, run.gyr_dps]) @ np.kron(np.eye(2), run.pelvis_from_sensor.T)
    sim = sim[run.t_s > 12.0]
    np.testing.assert_allclose(sim.std(axis=0), real.std(axis=0), rtol=0.1)
    np.testing.assert_allclose(np.percentile(sim[:, 1], [2, 98]), np.percentile(real[:, 1], [2, 98]), atol=1.5)
