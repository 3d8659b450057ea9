"""The way of the pelvis to the side over a minute of standing, from acceleration alone: at rest it has no speed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid
from scipy.ndimage import binary_opening, maximum_filter1d, minimum_filter1d, uniform_filter1d

from hipdrop.samples import Array

REST_S = 1.0  # speed is judged, and taken off, over so long
# Speed within a second: weight that comes over a leg goes at 70 to 250 mm/s (50 to 100 mm in 0.7 to 1.4 s); sway on one
# leg, three to four times that on both (Prieto et al. 1996, doi 10.1109/10.532130), has 10 mm/s rms
MOVES_MS = (0.035, 0.06)
_MOVES = 1.6  # times what the sway itself has


def way_of(t_s: Array, acc_ms2: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Integrate acceleration (N,) along one level axis twice, with no speed wherever the wearer is at rest.

    Zero-velocity updates (Skog et al. 2010, doi 10.1109/TBME.2010.2060723) for a body that sways: at rest the mean
    speed over a second is error of sensor and orientation, in between it goes on in a straight line. What remains of a
    rest is its sway; from one rest to the next the way is right to a centimetre or two.

    Returns the way in metres (N,), and whether a sample is at rest (N,).
    """
    speed = np.asarray(cumulative_trapezoid(acc_ms2, t_s, initial=0.0))
    n = max(3, round(REST_S * (len(t_s) - 1) / float(t_s[-1] - t_s[0])) | 1)
    rest = at_rest(speed, n)
    if not rest.any():
        return np.zeros_like(speed), rest
    error = np.interp(t_s, t_s[rest], _mean_at_rest(speed, rest, n)[rest])
    return np.asarray(cumulative_trapezoid(speed - error, t_s, initial=0.0)), rest


def back_to_nought(way_m: Array, rest: NDArray[np.bool_], rate_hz: float) -> Array:
    """Take off what is left of the way (N,) at its end, where the feet stand as they stood: it came in on the way."""
    moved = np.cumsum(~rest).astype(np.float64)
    left_m = float(np.median(way_m[-round(REST_S * rate_hz) :]))
    return np.asarray(way_m - left_m * moved / max(moved[-1], 1.0))


def at_rest(speed_ms: Array, n: int) -> NDArray[np.bool_]:
    """Say for each sample whether within n of them about it the speed stays, but for a steady error of acceleration."""
    slow = uniform_filter1d(speed_ms, n, mode="nearest")
    slope = uniform_filter1d(np.gradient(slow), 4 * n, mode="nearest")
    level = speed_ms - np.cumsum(slope)
    spread = maximum_filter1d(level, n, mode="nearest") - minimum_filter1d(level, n, mode="nearest")
    moves_ms = min(max(_MOVES * float(np.median(spread)), MOVES_MS[0]), MOVES_MS[1])
    return np.asarray(binary_opening(spread < moves_ms, np.ones(max(3, n // 2))))


def _mean_at_rest(speed_ms: Array, rest: NDArray[np.bool_], n: int) -> Array:
    """Give the mean speed over n samples, of those at rest alone."""
    weight = uniform_filter1d(rest.astype(np.float64), n, mode="constant")
    total = uniform_filter1d(np.where(rest, speed_ms, 0.0), n, mode="constant")
    return np.asarray(total / np.maximum(weight, 1e-9))
