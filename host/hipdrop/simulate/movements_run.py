"""Movements one after the other, as a clip records them: for calibration with known truth (docs/simulate.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.simulate import output
from hipdrop.simulate.coefficients import RIGHT, standing
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.motion import (
    FIRST,
    LEVER_M,
    MARGIN,
    SECOND,
    angular_rate,
    differences,
    to_pelvis,
    to_world,
)
from hipdrop.simulate.movements import Movement, sway
from hipdrop.simulate.specs import mount_matrix

if TYPE_CHECKING:
    from hipdrop.virtual.imu import Feed


@dataclass(frozen=True, eq=False)
class MovementsRun:
    """A recording of movements with its truth.

    Attributes
    ----------
    config
        What it was made from.
    t_s
        (N,) time stamps.
    acc_ms2, gyr_dps
        (N, 3) what the chip put out, sensor axes.
    angles_deg
        (3, N) true tilt, obliquity, rotation of the pelvis.
    right_m
        (N,) true displacement of the pelvis to the right.
    starts_s
        When each movement begins.
    pelvis_from_sensor
        (3, 3) true mount: v_pelvis = R v_sensor.
    """

    config: RunnerConfig
    t_s: Array
    acc_ms2: Array
    gyr_dps: Array
    angles_deg: Array
    right_m: Array
    starts_s: tuple[float, ...]
    pelvis_from_sensor: Array

    @property
    def gyr_rads(self) -> Array:
        """(N, 3) angular rate, rad/s."""
        return np.deg2rad(self.gyr_dps)

    @property
    def block(self) -> SampleBlock:
        """All samples as one block."""
        return SampleBlock(self.t_s, self.acc_ms2, self.gyr_rads)

    @property
    def feed(self) -> Feed:
        """What a virtual clip feels that does the same."""
        from hipdrop.virtual.imu import Feed

        return Feed(self.config.rate_hz, self.acc_ms2 / STANDARD_GRAVITY_MS2, self.gyr_dps)

    @property
    def kept(self) -> NDArray[np.bool_]:
        """(N,) whether a sample arrived: all do."""
        return np.ones(len(self.t_s), dtype=np.bool_)

    def write_csv(self, path: Path | str) -> None:
        """Write the samples as an IMU CSV, compressed if the name ends in .gz."""
        output.write_files({Path(path): output.imu_lines(self)})


def perform(movements: Sequence[Movement], config: RunnerConfig | None = None) -> MovementsRun:
    """Do movements one after the other.

    Parameters
    ----------
    movements
        What is done; see `hipdrop.simulate.movements`.
    config
        Site, mount, seed, rate and all of the sensor; what it says of running is not looked at.
    """
    config = config or RunnerConfig()
    starts_s = np.concatenate([[0.0], np.cumsum([movement.duration_s for movement in movements])])
    config = replace(config, minutes=float(starts_s[-1]) / 60.0, slip=None)
    n = config.samples
    t_s = np.arange(-MARGIN, n + MARGIN) / config.rate_hz
    channels = standing(1).mean[0, 0].real[:, None] + sway(t_s, config.rng(11))
    for number, movement in enumerate(movements):
        channels += movement.channels(t_s - starts_s[number], config.rng(100 + number))
    mount = mount_matrix(config.mount, config.site, config.rng(8))
    gyr, acc = mount @ _rate(channels, config.rate_hz), mount @ _specific_force(channels, config)
    acc_ms2, gyr_dps = config.chip.read(acc.T, gyr.T, config.rate_hz, config.rng(6), config.rng(5))
    inner = slice(MARGIN, MARGIN + n)
    return MovementsRun(
        config=config,
        t_s=t_s[inner],
        acc_ms2=acc_ms2,
        gyr_dps=gyr_dps,
        angles_deg=np.rad2deg(channels[:3, inner]),
        right_m=channels[RIGHT, inner],
        starts_s=tuple(starts_s[:-1].tolist()),
        pelvis_from_sensor=mount.T.copy(),
    )


def _rate(channels: Array, rate_hz: float) -> Array:
    """Angular rate (3, N) in pelvis axes."""
    angles = channels[:3]
    return angular_rate(angles[:, MARGIN:-MARGIN], differences(angles, FIRST) * rate_hz)


def _specific_force(channels: Array, config: RunnerConfig) -> Array:
    """Specific force (3, N) at the clip in pelvis axes."""
    angles = channels[:3]
    position = channels[3:] + to_world(angles, LEVER_M[config.site][:, None])
    acceleration = differences(position, SECOND) * config.rate_hz**2
    acceleration[1] += STANDARD_GRAVITY_MS2
    return to_pelvis(angles[:, MARGIN:-MARGIN], acceleration)
