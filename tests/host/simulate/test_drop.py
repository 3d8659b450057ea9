"""What is true of drop: the coefficients' own, and what is added to it."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.errors import UsageError
from hipdrop.samples import Array
from hipdrop.simulate import Bout, RunnerConfig, Sag, SimulatedRun, simulate
from hipdrop.simulate.motion import to_world


def drops(run: SimulatedRun, left: bool, from_min: float = 0.0, to_min: float = 1e9) -> Array:
    """Defined drops of one side within some minutes."""
    c = run.contacts
    chosen = (c.is_left == left) & np.isfinite(c.drop_deg)
    within: Array = c.drop_deg[chosen & (c.contact_s >= 60 * from_min) & (c.contact_s < 60 * to_min)]
    return within


def lag1(values: Array) -> float:
    rest = values - values.mean()
    return float(rest[1:] @ rest[:-1] / (rest @ rest))


@pytest.mark.parametrize(
    ("runner", "left_deg", "right_deg"), [("rbds001_2.5ms", 2.55, 2.63), ("rbds001_3.5ms", 2.75, 2.65)]
)
def test_mean_stride_has_the_documented_drop(runner: str, left_deg: float, right_deg: float) -> None:
    """The check values stand beside the coefficients where they come from (README of the reference data)."""
    run = simulate(RunnerConfig(runner=runner, minutes=0.5, variability=0.0))
    assert np.ptp(drops(run, True)[2:]) < 0.01
    assert drops(run, True)[5] == pytest.approx(left_deg, abs=0.01)
    assert drops(run, False)[5] == pytest.approx(right_deg, abs=0.01)


@pytest.mark.parametrize("runner", ["rbds001_2.5ms", "rbds001_3.5ms"])
@pytest.mark.parametrize("left", [True, False])
def test_steps_differ_as_a_runners_steps_do(runner: str, left: bool) -> None:
    """Measured in the trials themselves: SD 0.26 to 0.36 deg per side, lag-1 autocorrelation -0.1 to 0.13."""
    values = drops(simulate(RunnerConfig(runner=runner, minutes=10)), left)
    assert 0.24 < values.std() < 0.42
    assert -0.1 < lag1(values) < 0.4


@pytest.mark.parametrize("text", ["left:2@4+0.5", "right:2@4", "both:1.5@4+0.2", "left:-1@4", "right:4@4"])
def test_a_sag_changes_the_mean_drop_of_its_side_by_what_it_says(text: str) -> None:
    sag = Sag.parse(text)
    run = simulate(RunnerConfig(minutes=10, sags=(sag,)))
    for left, name in ((True, "left"), (False, "right")):
        change = drops(run, left, 4.6).mean() - drops(run, left, 0, 4).mean()
        if sag.side in (name, "both"):
            assert change == pytest.approx(sag.deg, abs=0.1)
        elif sag.deg > 0:
            assert 0 < change < 0.5 * sag.deg  # the stride mean that it is measured from rises
        else:
            assert change == pytest.approx(0.0, abs=0.1)


def test_a_sag_beyond_reach_is_refused() -> None:
    with pytest.raises(UsageError, match="out of this runner's reach"):
        simulate(RunnerConfig(minutes=1, sags=(Sag.parse("left:60@0.5"),)))


@pytest.mark.parametrize("levels", [(0.0, 0.0), (-3.0, -3.0), (6.0, 6.0), (-1.0, 2.0), (4.5, 1.0), (None, 0.5)])
def test_levels_from_the_start_are_the_mean_drops(levels: tuple[float | None, float | None]) -> None:
    run = simulate(RunnerConfig(minutes=6, drop_left_deg=levels[0], drop_right_deg=levels[1]))
    own = simulate(RunnerConfig(minutes=6))
    for left, level in zip((True, False), levels, strict=True):
        wanted = drops(own, left).mean() if level is None else level
        assert drops(run, left).mean() == pytest.approx(wanted, abs=0.1)


def test_a_sag_comes_on_top_of_a_level() -> None:
    config = RunnerConfig(minutes=8, drop_left_deg=0.5, drop_right_deg=0.5, sags=(Sag.parse("left:2@4"),))
    assert drops(simulate(config), True, 4.1).mean() == pytest.approx(2.5, abs=0.1)


def test_wander_has_its_sd_and_time_constant() -> None:
    sd_deg, time_s = 0.6, 120.0
    run = simulate(RunnerConfig(minutes=300, rate_hz=50, wander_deg=sd_deg, wander_s=time_s))
    levels = []
    for left in (True, False):
        values = drops(run, left)
        level = values[: len(values) // 20 * 20].reshape(-1, 20).mean(axis=1)  # 20 strides are 15 s
        levels.append(level)
        assert level.std() == pytest.approx(sd_deg, rel=0.2)  # 300 min hold some 75 independent levels
        assert lag1(level) == pytest.approx(np.exp(-15.3 / time_s), abs=0.06)
    n = min(map(len, levels))
    assert 0.2 < np.corrcoef(levels[0][:n], levels[1][:n])[0, 1] < 0.75  # half of the variance is shared


def test_walking_and_standing_hold_no_running_steps() -> None:
    run = simulate(RunnerConfig(minutes=6, walk=(Bout(2, 1),), stops=(Bout(4, 0.5),), sags=(Sag.parse("left:2@0"),)))
    c = run.contacts
    walking = (c.contact_s > 123) & (c.contact_s < 179)
    assert walking.sum() > 90
    assert c.walking[walking].all()
    assert not np.isfinite(c.drop_deg[walking]).any()
    assert not ((c.contact_s > 243) & (c.contact_s < 269)).any()
    running = ((c.contact_s > 12) & (c.contact_s < 117)) | ((c.contact_s > 185) & (c.contact_s < 237))
    assert c.running[running].all()
    changes = ~c.running & ~c.walking
    assert 0 < changes.sum() < 20


def test_yaw_at_left_contact_is_opposite_in_walking_and_running() -> None:
    run = simulate(RunnerConfig(minutes=4, walk=(Bout(2, 2),)))
    yaw_dps = (run.pelvis_from_sensor @ run.gyr_dps.T)[1]
    c = run.contacts
    at_left = {name: np.interp(c.contact_s[kind & c.is_left], run.t_s, yaw_dps) for name, kind in
               (("run", c.running), ("walk", c.walking))}  # fmt: skip
    assert np.mean(at_left["run"] > 0) > 0.95
    assert np.mean(at_left["walk"] < 0) > 0.84  # facts/algorithms.md 7


@pytest.mark.parametrize(("speed_ms", "flight"), [(1.8, False), (2.5, True), (4.0, True)])
def test_slow_running_is_grounded(speed_ms: float, flight: bool) -> None:
    run = simulate(RunnerConfig(minutes=1, speed_ms=speed_ms))
    c = run.contacts
    gap_s = (c.contact_s[1:] - c.toe_off_s[:-1])[c.running[1:] & c.running[:-1]]
    assert (gap_s.mean() > 0.03) == flight
    angles = np.deg2rad([run.tilt_deg, run.obliquity_deg, run.rotation_deg])
    vertical_ms2 = to_world(angles, run.pelvis_from_sensor @ run.acc_ms2.T)[1, 3000:]
    assert (np.percentile(vertical_ms2, 1) < 0.0) == flight  # grounded, the pelvis never falls freely


def test_a_level_out_of_reach_is_refused() -> None:
    with pytest.raises(UsageError, match="needs flight"):
        simulate(RunnerConfig(minutes=1, speed_ms=1.8, drop_left_deg=-2.0, drop_right_deg=-2.0))
