"""The mount by half a minute of running: what the pipeline's own finder finds, asked of the halves too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mounts import do, heading_error_deg
from scipy.spatial.transform import Rotation

from hipcal.mount import MountEstimate
from hipcal.refusal import Refusal
from hipcal.running import mount_by_running
from hipdrop.events import Site
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.simulate.movements import Stand, Walk
from recordings import running


@pytest.mark.parametrize("site", list(Site))
def test_half_a_minute_gives_mount_and_site(site: Site) -> None:
    run = simulate(RunnerConfig(minutes=0.65, seed=5, site=site, mount="random"))
    block = run.blocks[0]
    found = mount_by_running(block.t_s, block.acc_ms2, block.gyr_rads)
    assert isinstance(found, MountEstimate)
    assert abs(heading_error_deg(found.pelvis_from_sensor, run.pelvis_from_sensor)) < 6.0
    assert found.site is site
    assert found.residual_deg < 6.0
    assert found.verdict.startswith("good")
    assert found.method == "running"


@pytest.mark.parametrize("name", ["rbds001_2.5ms", "rbds001_3.5ms"])
def test_a_measured_runner(reference_data: Path, name: str) -> None:
    run = running(reference_data / "running" / name)
    block = run.blocks[0]
    found = mount_by_running(block.t_s, block.acc_ms2, block.gyr_rads)
    assert isinstance(found, MountEstimate)
    assert abs(heading_error_deg(found.pelvis_from_sensor, run.pelvis_from_sensor)) < 9.0
    assert found.site is Site.SACRUM


def test_a_clip_that_slips_between_the_halves_is_refused() -> None:
    run = simulate(RunnerConfig(minutes=0.7, seed=5))
    block = run.blocks[0]
    turn = Rotation.from_rotvec(np.deg2rad(30.0) * run.pelvis_from_sensor[1]).as_matrix()
    late = block.t_s > 26.0
    acc, gyr = block.acc_ms2.copy(), block.gyr_rads.copy()
    acc[late], gyr[late] = acc[late] @ turn.T, gyr[late] @ turn.T
    found = mount_by_running(block.t_s, acc, gyr)
    assert isinstance(found, Refusal)
    assert "halves" in found.reason


def test_standing_walking_and_too_short_a_run_are_refused() -> None:
    for movements in ([Stand(10.0)], [Stand(3.0), Walk(20.0)]):
        run = do(movements)
        assert "0 running steps" in str(mount_by_running(run.t_s, run.acc_ms2, run.gyr_rads))
    short = simulate(RunnerConfig(minutes=0.3, seed=5)).blocks[0]
    assert "running steps only" in str(mount_by_running(short.t_s, short.acc_ms2, short.gyr_rads))


def test_a_gyroscope_in_another_unit_is_refused() -> None:
    block = simulate(RunnerConfig(minutes=0.7, seed=5)).blocks[0]
    found = mount_by_running(block.t_s, block.acc_ms2, block.gyr_rads / 57.3)
    assert isinstance(found, Refusal)
    assert "forward from sideways" in found.reason
