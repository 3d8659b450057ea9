"""A calibration in words, line by line, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hipcal.model import Calibration, MountFit
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.wording import SITE_WORDS

_MG = 1e3 / STANDARD_GRAVITY_MS2


def calibration_lines(calibration: Calibration, now: datetime) -> Iterator[str]:
    """Give all that is known of a clip, and how old that is."""
    yield (
        f"clip           {calibration.clip_serial}, {calibration.chip}, "
        f"{calibration.acc_range_g} g, {calibration.gyr_range_dps} deg/s"
    )
    yield from _acc_lines(calibration, now)
    yield from _gyro_lines(calibration, now)
    yield from _mount_lines(calibration.mount, now)


def _acc_lines(calibration: Calibration, now: datetime) -> Iterator[str]:
    acc = calibration.acc
    if acc is None:
        yield "accelerometer  not calibrated; hipdrop calibrate sensor"
        return
    offset = ", ".join(f"{value * _MG:+.1f}" for value in acc.offset_ms2)
    scale = ", ".join(f"{100 * (acc.matrix[k] - 1):+.2f}" for k in (0, 4, 8))
    yield f"accelerometer  {acc.verdict}"
    yield f"               {when(acc.measured, now)}{_warmth(acc.temperature_c)}"
    yield f"               offset {offset} mg; scale {scale} %"
    yield (
        f"               {acc.poses} poses, {100 * acc.coverage:.0f} % of all directions, "
        f"{acc.residual_ms2 * _MG:.1f} mg left"
    )


def _gyro_lines(calibration: Calibration, now: datetime) -> Iterator[str]:
    gyro = calibration.gyro
    if gyro is None:
        yield "gyroscope      not calibrated; hipdrop calibrate sensor"
        return
    bias = ", ".join(f"{value:+.2f}" for value in gyro.bias_dps)
    yield f"gyroscope      {gyro.verdict}"
    yield f"               {when(gyro.measured, now)}{_warmth(gyro.temperature_c)}"
    yield f"               bias {bias} deg/s; seconds differ by {gyro.residual_dps:.3f} deg/s"


def _mount_lines(mount: MountFit | None, now: datetime) -> Iterator[str]:
    if mount is None:
        yield "mount          not calibrated; hipdrop calibrate mount (or let the run find it)"
        return
    sides = "left and right checked" if mount.sides_checked else "left and right not checked"
    site = "" if mount.site is None else f", {SITE_WORDS.get(mount.site, mount.site)}"
    yield f"mount          by {mount.method}{site}: {mount.verdict}"
    yield f"               {when(mount.measured, now)}; {sides}; residual {mount.residual_deg:.1f} deg"


def when(measured: datetime, now: datetime) -> str:
    """Give day and local time, and how long ago that is."""
    return f"{measured.astimezone():%Y-%m-%d %H:%M}, {age(now - measured)}"


def age(passed: timedelta) -> str:
    """Say how long ago something is."""
    minutes = passed.total_seconds() / 60
    for size, name, least in ((60 * 24, "day", 60 * 48), (60, "hour", 120), (1, "minute", 2)):
        if minutes >= least:
            return f"{minutes / size:.0f} {name}s ago"
    return "just now" if minutes >= -1 else "in the future: is the clock of this computer right?"


def _warmth(temperature_c: float | None) -> str:
    return "" if temperature_c is None else f", at {temperature_c:.0f} °C"
