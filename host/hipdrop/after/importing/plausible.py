"""What no sensor on a runner reads is refused: a wrong unit, a missing gravity, a time that goes back."""

from __future__ import annotations

import numpy as np

from hipdrop.after.importing.foreign import Foreign, Sensor
from hipdrop.imucsv import MAX_ACC_MS2, MAX_GYR_DPS, MIN_DURATION_S
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

WINDOW_S = 5.0
"""Over several strides the mean specific force is gravity's: runners do not fly away. Running at the sacrum on the
public recordings: 9.46 to 10.30 m/s²."""
GRAVITY = (0.75, 1.25)  # of 9.81 m/s², with room for scale errors of some per cent and for a few wild windows
NO_GRAVITY = 0.35  # below it nothing of gravity is left: what remains is the tilt that the app has got wrong
MOVING_MS2 = 3.0  # SD of the length of the acceleration: 5.9 to 9.6 in running, under 3 in a stroll
LEAST_MOVING_DPS = 20.0
"""99th percentile of the rate. At the sacrum in running: 82 to 300 deg/s; in rad/s by mistake, 1.4 to 5.2."""
MOST_DPS = (
    1500.0  # 99th percentile: 300 deg/s at most in running, and 4700 or more where degrees were taken for radians
)
_DPS = np.degrees(1.0)


def check(foreign: Foreign) -> None:
    """Refuse a recording whose numbers cannot be those of a person in motion.

    Raises
    ------
    InputError
        It says which unit or setting is probably wrong.
    """
    for sensor, name in ((foreign.acc, "accelerometer"), (foreign.gyr, "gyroscope")):
        _check_time(sensor, name)
    _check_largest(foreign.acc, MAX_ACC_MS2, 1.0, "an acceleration", "m/s²")
    _check_largest(foreign.gyr, MAX_GYR_DPS, _DPS, "an angular rate", "deg/s")
    _check_gravity(foreign.acc)
    _check_rates(foreign)


def _check_time(sensor: Sensor, name: str) -> None:
    steps_s = np.diff(sensor.t_s)
    if len(steps_s) and steps_s.min() < 0:
        row = int(np.argmin(steps_s >= 0)) + 1
        raise sensor.error(f"the time of the {name} goes back; cut the file where the sensor started anew", row)
    lasting_s = float(sensor.t_s[-1] - sensor.t_s[0])
    if lasting_s < MIN_DURATION_S:
        raise sensor.member.error(
            f"is too short, {lasting_s:.2f} s of the {name}; record {MIN_DURATION_S:.0f} s or more, and check the "
            "unit of the time"
        )


def _check_largest(sensor: Sensor, most: float, factor: float, what: str, unit: str) -> None:
    size = np.abs(sensor.values).max(axis=1) * factor
    if size.max() > most:
        row = int(np.argmax(size > most))
        raise sensor.error(f"{what} of {size[row]:.4g} {unit}, more than any sensor reads; check the unit", row)


def gravity_ms2(t_s: Array, acc_ms2: Array) -> float:
    """Give the typical length of the mean acceleration over `WINDOW_S`."""
    rate_hz = (len(t_s) - 1) / float(t_s[-1] - t_s[0])
    length = min(len(t_s), max(1, round(WINDOW_S * rate_hz)))
    windows = len(t_s) // length
    means = acc_ms2[: windows * length].reshape(windows, length, 3).mean(axis=1)
    return float(np.median(np.linalg.norm(means, axis=1)))


def _check_gravity(acc: Sensor) -> None:
    found_ms2 = gravity_ms2(acc.t_s, acc.values)
    part = found_ms2 / STANDARD_GRAVITY_MS2
    if GRAVITY[0] <= part <= GRAVITY[1]:
        return
    told = f"the mean acceleration is {found_ms2:.3g} m/s² where gravity alone gives 9.81: "
    steady = float(np.std(np.linalg.norm(acc.values, axis=1)))
    if 0.75 <= found_ms2 <= 1.25 and steady < MOVING_MS2:
        raise acc.member.error(told + "it is in g, not in m/s²; a column map (--columns) can say so")
    if part < NO_GRAVITY:
        raise acc.member.error(
            told + "gravity was taken off (linear or free acceleration); record the acceleration with g"
        )
    raise acc.member.error(told + "check the unit and the scale of the acceleration")


def _check_rates(foreign: Foreign) -> None:
    """A person who runs turns the pelvis, but not like a top: another size of the rates means another unit."""
    rate_dps = float(np.percentile(np.linalg.norm(foreign.gyr.values, axis=1), 99)) * _DPS
    if rate_dps > MOST_DPS:
        raise foreign.gyr.member.error(
            f"the angular rate reaches {rate_dps:.0f} deg/s again and again, which no pelvis does; it is probably in "
            "deg/s and not in rad/s: check the unit"
        )
    moving = np.std(np.linalg.norm(foreign.acc.values, axis=1)) >= MOVING_MS2
    if moving and rate_dps < LEAST_MOVING_DPS:
        raise foreign.gyr.member.error(
            f"the angular rate hardly passes {rate_dps:.2g} deg/s in somebody who runs; it is probably in rad/s and "
            "not in deg/s: check the unit, and that the gyroscope works"
        )
