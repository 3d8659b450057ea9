"""Bias of the gyroscope, from a clip that lies still on something; nothing that a hand holds is still enough.

What else turns at rest: the earth, with 0.004 deg/s, a tenth of what is asked for, and no one can tell it from bias
without knowing north. A steady turn about the vertical (a turntable) cannot be told from bias either; one about any
other axis moves the direction of gravity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipcal.refusal import Refusal
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.settings import OrientationSettings

SHORTEST_S = 5.0
# Noise of the class is 3.8 to 8 mdps per root hertz: an SD of up to 0.12 deg/s at 416 Hz, 0.1 with the rounding of
# 70 mdps. Tremor of a hand has 0.1 to 3 (hipcal.still), a moving car more.
GYR_SD_DPS = 0.2
ACC_SD_MS2 = 0.12  # noise of 110 ug per root hertz: 0.016 at 416 Hz, of a board of BROAD at rest 0.08
STEADY_DPS = 0.05  # a second's mean from that of all: what the bias shall be known to; noise leaves 0.006
TURN_DPS = 0.05  # of gravity's direction; noise leaves 0.002 over 5 s


@dataclass(frozen=True, slots=True)
class GyroEstimate:
    """The bias.

    Attributes
    ----------
    bias_dps
        Along the chip's axes.
    residual_dps
        Largest difference of a second's mean from it, any axis.
    rest_s
        How long the clip lay still.
    verdict
        How good it is, in words.
    """

    bias_dps: tuple[float, float, float]
    residual_dps: float
    rest_s: float
    verdict: str


def gyro_bias(t_s: Array, acc_ms2: Array, gyr_rads: Array) -> GyroEstimate | Refusal:
    """Estimate the bias from a rest of 5 s or more.

    Parameters
    ----------
    t_s
        (N,) times, increasing.
    acc_ms2, gyr_rads
        (N, 3) specific force and rate, sensor axes, uncorrected: all of it must be rest.
    """
    rest_s = _duration_s(t_s)
    if rest_s < SHORTEST_S - 0.05:
        return Refusal(
            f"the clip lay still for {rest_s:.1f} s; it takes {SHORTEST_S:.0f}", "lay it down and leave it alone"
        )
    if not (np.isfinite(acc_ms2).all() and np.isfinite(gyr_rads).all()):
        return Refusal("some samples are no numbers", "record it again")
    gyr_dps = np.rad2deg(gyr_rads)
    refusal = _moving(t_s, acc_ms2, gyr_dps)
    if refusal is not None:
        return refusal
    seconds = _means(t_s, gyr_dps)
    bias = gyr_dps.mean(axis=0)
    away = np.abs(seconds - bias)
    if float(away.max()) > STEADY_DPS:
        return _unsteady(seconds, float(away.max()))
    size, most = float(np.linalg.norm(bias)), OrientationSettings().rest_bias_max_dps
    if size > most:
        return Refusal(
            f"a mean rate of {size:.1f} deg/s is no bias of a gyroscope", "is the clip turning? if not, it is broken"
        )
    x, y, z = bias.tolist()
    residual = float(away.max())
    verdict = f"good: steady within {residual:.3f} deg/s over {rest_s:.0f} s"
    return GyroEstimate((x, y, z), residual, rest_s, verdict)


def _duration_s(t_s: Array) -> float:
    """From the first sample to a period after the last."""
    return float(t_s[-1] - t_s[0]) * len(t_s) / (len(t_s) - 1) if len(t_s) > 1 else 0.0


def _means(t_s: Array, values: Array) -> Array:
    """Give the mean of each whole second (K, 3)."""
    second = np.floor((t_s - t_s[0]) + 1e-9).astype(np.int64)
    whole = min(int(_duration_s(t_s) + 1e-6), int(second[-1]) + 1)
    rows = [values[second == k] for k in range(whole)]
    return np.array([row.mean(axis=0) for row in rows if len(row)])


def _moving(t_s: Array, acc_ms2: Array, gyr_dps: Array) -> Refusal | None:
    """Say what moves, if anything does."""
    gravity = float(np.linalg.norm(acc_ms2.mean(axis=0)))
    if gravity < 0.5 * STANDARD_GRAVITY_MS2:
        return Refusal("there is no gravity in these samples", "is this the recording of a clip? record it again")
    gyr_sd, acc_sd = float(gyr_dps.std(axis=0).max()), float(acc_ms2.std(axis=0).max())
    turn_dps = _turn_of_gravity_dps(t_s, acc_ms2)
    if turn_dps > TURN_DPS:
        return Refusal(
            f"the clip turned: gravity moved by {turn_dps:.2f} deg/s", "lay it on something firm, not in the hand"
        )
    if gyr_sd > GYR_SD_DPS or acc_sd > ACC_SD_MS2:
        return Refusal(
            f"the clip was shaken (by {gyr_sd:.1f} deg/s and {acc_sd / STANDARD_GRAVITY_MS2 * 1e3:.0f} mg)",
            "lay it on something firm, away from machines and not in a moving car",
        )
    return None


def _turn_of_gravity_dps(t_s: Array, acc_ms2: Array) -> float:
    """Give how fast the direction of gravity moves: a straight line through each second's mean."""
    ups = _means(t_s, acc_ms2)
    time_s = np.arange(len(ups)) - 0.5 * (len(ups) - 1)
    slope = time_s @ ups / (time_s @ time_s)
    mean = ups.mean(axis=0)
    length = float(np.linalg.norm(mean))
    up = mean / length
    return math.degrees(float(np.linalg.norm(slope - (slope @ up) * up)) / length)


def _unsteady(seconds: Array, away_dps: float) -> Refusal:
    """Tell a bias that drifts one way from one that comes and goes."""
    half = len(seconds) // 2
    drift_dps = float(np.linalg.norm(seconds[-half:].mean(axis=0) - seconds[:half].mean(axis=0)))
    if drift_dps > away_dps:
        return Refusal(
            f"the bias drifted by {2.0 * drift_dps:.2f} deg/s", "let the clip warm up for some minutes, then try again"
        )
    return Refusal(
        f"the mean rate of a second was {away_dps:.2f} deg/s off that of all: it was moved",
        "lay it on something firm and leave it alone",
    )
