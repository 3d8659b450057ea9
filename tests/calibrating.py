"""Guided calibrations over a virtual clip with sensor errors, in virtual time, for the end-to-end tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np

from hipdrop.calibrating.run import CalibrationRun, Make, lead
from hipdrop.links.storing import Asker
from hipdrop.links.virtual import VirtualLink
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.handposes import hold, six_faces
from hipdrop.simulate.sensorerrors import SensorErrors
from hipdrop.virtual.faults import parse_fault
from hipdrop.virtual.imu import Feed
from hipdrop.virtual.loop import run_virtual

RATE_HZ = 208.0
TABLE_S = 8.0

Finish = Callable[[CalibrationRun, Asker], Awaitable[None]]


def table_and_poses(seed: int, more: float = 0.0) -> Feed:
    """A clip that lies on a table, then is held in the six poses; without errors: those are the chip's."""
    draws = np.random.default_rng(seed)
    poses = hold(six_faces(draws), draws, rate_hz=RATE_HZ)
    still = np.tile([0.0, 0.0, 1.0], (round(TABLE_S * RATE_HZ), 1))
    rest = np.tile(poses.acc_ms2[-1] / STANDARD_GRAVITY_MS2, (round(more * RATE_HZ), 1))
    acc_g = np.vstack([still, poses.acc_ms2 / STANDARD_GRAVITY_MS2, rest])
    gyr_dps = np.zeros_like(acc_g)
    gyr_dps[len(still) : len(still) + len(poses.t_s)] = np.degrees(poses.gyr_rads)
    return Feed(RATE_HZ, acc_g, gyr_dps)


def write_csv(path: Path, feed: Feed) -> Path:
    """Write a feed as an IMU CSV, for `--clip virtual:FILE`."""
    table: Array = np.column_stack([np.arange(len(feed.acc_g)) / feed.rate_hz, feed.acc_g, feed.gyr_dps])
    header = "t_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    np.savetxt(path, table, fmt="%.6f", delimiter=",", header=header, comments="")
    return path


def led_in_virtual_time(
    make: Make, feed: Feed, errors: SensorErrors, finish: Finish, recording: Path | None = None, *faults: str
) -> CalibrationRun:
    """Lead through a procedure on a virtual clip until it is done, or the feed is over."""

    async def act() -> CalibrationRun:
        run = CalibrationRun(make, recording)
        async with VirtualLink(feed, [parse_fault(text) for text in faults], sensor_errors=errors) as link:
            await lead(run, link, lambda asker: finish(run, asker))
        return run

    return run_virtual(act())
