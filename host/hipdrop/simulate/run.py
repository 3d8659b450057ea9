"""Put the parts together: configuration in, samples and truth out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hipdrop.samples import Array, SampleBlock
from hipdrop.simulate import gait as gaits
from hipdrop.simulate import output, sensor
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.course import add_drop
from hipdrop.simulate.levels import AddedDrop
from hipdrop.simulate.motion import MARGIN, pelvis_motion
from hipdrop.simulate.plan import Plan
from hipdrop.simulate.sensorerrors import NO_ERRORS
from hipdrop.simulate.specs import mount_matrix
from hipdrop.simulate.truth import Contacts, Events, events, measure
from hipdrop.simulate.way import Way, lay_way
from hipdrop.simulate.wobble import Wobble

GRID_HZ = 200.0  # the motion is evaluated at this rate or faster, at a multiple of the sample rate
_CHUNK = 1 << 15  # grid points at a time: keeps the work in the cache

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class SimulatedRun:
    """A recording with its truth.

    Attributes
    ----------
    config
        What it was made from.
    t_s
        (N,) time stamps of all samples, lost ones included.
    acc_ms2, gyr_dps
        (N, 3) what the chip put out, sensor axes.
    kept
        (N,) whether a sample arrived.
    tilt_deg, obliquity_deg, rotation_deg
        (N,) true angles of the pelvis; rotation goes on counting in turns.
    contacts
        True contacts and drops, on the axis of the time stamps.
    pelvis_from_sensor
        (3, 3) true mount at the start: v_pelvis = R v_sensor.
    """

    config: RunnerConfig
    t_s: Array
    acc_ms2: Array
    gyr_dps: Array
    kept: NDArray[np.bool_]
    tilt_deg: Array
    obliquity_deg: Array
    rotation_deg: Array
    contacts: Contacts
    pelvis_from_sensor: Array

    @cached_property
    def blocks(self) -> list[SampleBlock]:
        """The samples that arrived, in SI, one block between two losses."""
        edges = np.flatnonzero(np.diff(self.kept.astype(np.int8), prepend=0, append=0))
        gyr_rads = np.deg2rad(self.gyr_dps)
        blocks: list[SampleBlock] = []
        lost_from = 0
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            part = slice(int(start), int(stop))
            gap_s = (part.start - lost_from) / self.config.rate_hz
            blocks.append(SampleBlock(self.t_s[part], self.acc_ms2[part], gyr_rads[part], part.start, gap_s))
            lost_from = part.stop
        return blocks

    def write_csv(self, path: Path | str) -> None:
        """Write the samples that arrived as an IMU CSV, compressed if the name ends in .gz."""
        output.write_files({Path(path): output.imu_lines(self)})

    def write_truth(self, path: Path | str) -> None:
        """Write contacts and drops."""
        output.write_files({Path(path): output.truth_lines(self.contacts)})

    def write(self, csv: Path, truth: Path | None, progress: Progress | None = None) -> None:
        """Write both, or neither if one cannot be written; errors of the sensor stand in a third, beside the truth."""
        contents = {csv: output.imu_lines(self, progress)}
        if truth is not None:
            contents[truth] = output.truth_lines(self.contacts)
            if self.config.chip.errors != NO_ERRORS:
                contents[output.sensor_path(truth)] = output.sensor_lines(self.config)
        output.write_files(contents)


def simulate(config: RunnerConfig, progress: Progress | None = None) -> SimulatedRun:
    """Simulate a run.

    Parameters
    ----------
    config
        What to simulate.
    progress
        Is told the finished share, 0 to 1, now and then.
    """
    plan = Plan(config)
    stop_s = config.samples / config.true_rate_hz
    gait = gaits.lay(config, plan, stop_s)
    added = add_drop(config, gait, plan.typical_speed_ms)
    found = events(gait)
    mount = mount_matrix(config.mount, config.site, config.rng(8))
    angles_deg, grid_obliquity_deg, gyr, acc = _evaluate(config, gait, added, lay_way(config, plan, stop_s), progress)
    t_true = np.arange(config.samples) / config.true_rate_hz
    if config.wobble_deg and len(found.contact_s):
        gyr, acc = sensor.shaken(_wobble(config, found), t_true, gyr, acc)
    t_s = np.arange(config.samples) / config.rate_hz
    gyr_dps, acc_ms2 = sensor.digitised(config, *sensor.mounted(config, mount, t_s, gyr, acc))
    grid_s = np.arange(len(grid_obliquity_deg)) / (config.true_rate_hz * _oversampling(config))
    return SimulatedRun(
        config=config,
        t_s=t_s,
        acc_ms2=acc_ms2,
        gyr_dps=gyr_dps,
        kept=sensor.received(config),
        tilt_deg=angles_deg[0],
        obliquity_deg=angles_deg[1],
        rotation_deg=angles_deg[2],
        contacts=measure(found, grid_s, grid_obliquity_deg, config.true_rate_hz / config.rate_hz),
        pelvis_from_sensor=mount.T.copy(),
    )


def _wobble(config: RunnerConfig, found: Events) -> Wobble:
    return Wobble(config, found.contact_s, found.is_left, found.moving)


def _oversampling(config: RunnerConfig) -> int:
    return int(np.ceil(GRID_HZ / config.rate_hz))


def _evaluate(
    config: RunnerConfig, gait: gaits.Gait, added: AddedDrop, way: Way, progress: Progress | None
) -> tuple[Array, Array, Array, Array]:
    """Give angles (3, N) in deg, obliquity on the grid in deg, rate and specific force (3, N), in chunks."""
    every = _oversampling(config)
    grid_hz = config.true_rate_hz * every
    n = config.samples
    angles, gyr, acc = np.empty((3, n)), np.empty((3, n)), np.empty((3, n))
    obliquity = np.empty(n * every)
    samples = _CHUNK // every
    for start in range(0, n, samples):
        stop = min(n, start + samples)
        grid = np.arange(start * every - MARGIN, stop * every + MARGIN) / grid_hz
        pelvis = pelvis_motion(gait, added, way, grid, config.site)
        part = slice(start, stop)
        obliquity[start * every : stop * every] = pelvis.angles_rad[1]
        angles[:, part] = pelvis.angles_rad[:, ::every]
        gyr[:, part] = pelvis.gyr_rads[:, ::every]
        acc[:, part] = pelvis.acc_ms2[:, ::every]
        if progress is not None:
            progress(stop / n)
    return np.rad2deg(angles), np.rad2deg(obliquity), gyr, acc
