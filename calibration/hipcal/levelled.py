"""Samples with the up vector beside them, from quiet standing on: what the estimators of the mount begin with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from vqf import offlineVQF

from hipcal.refusal import Refusal
from hipdrop.orientation import up_from_quaternion
from hipdrop.samples import Array
from hipdrop.settings import OrientationSettings

LOOK_S = 0.5  # stillness is judged in pieces of this length
REST_S = 2.0  # quiet standing that is needed at the beginning
_GAP_S = 0.1  # more time between two samples is a gap, as the pipeline has it


@dataclass(frozen=True, slots=True, eq=False)
class Levelled:
    """Movements that begin with quiet standing.

    Attributes
    ----------
    t_s
        (N,) times.
    acc_ms2, gyr_rads
        (N, 3) sensor axes, the rate without its mean at rest.
    up
        (3, N) the world's up in sensor axes, zero-phase.
    quiet
        (N,) whether the sample lies in half a second of stillness.
    rest
        Number of samples of quiet standing at the beginning.
    """

    t_s: Array
    acc_ms2: Array
    gyr_rads: Array
    up: Array
    quiet: NDArray[np.bool_]
    rest: int

    @property
    def rate_hz(self) -> float:
        """Sample rate."""
        return rate_of(self.t_s)

    @property
    def standing_up(self) -> Array:
        """(3,) mean up vector of the standing at the beginning, of length 1."""
        mean = self.up[:, : self.rest].mean(axis=1)
        return np.asarray(mean / np.linalg.norm(mean))

    @property
    def standing(self) -> tuple[Array, Array]:
        """(N,) how far from it each sample's up vector leans, rad, and (3, N) in which level direction, as its sine.

        The direction is that of what was up and now leans: that of a bend.
        """
        cosine = np.clip(self.standing_up @ self.up, -1.0, 1.0)
        away = self.standing_up[:, None] * cosine - self.up
        return np.arccos(cosine), away


def rate_of(t_s: Array) -> float:
    """Give the mean sample rate of times (N,)."""
    return float((len(t_s) - 1) / (t_s[-1] - t_s[0]))


def quiet(acc_ms2: Array, gyr_rads: Array, rate_hz: float) -> NDArray[np.bool_]:
    """Say for each sample (N, 3) whether its half second is still, by the pipeline's own limits of rest."""
    limits = OrientationSettings()
    n = max(1, round(LOOK_S * rate_hz))
    still = np.zeros(len(acc_ms2), dtype=np.bool_)
    for start in range(0, len(acc_ms2), n):
        part = slice(start, start + n)
        turns = gyr_rads[part].std(axis=0).max() < math.radians(limits.rest_gyr_sd_dps)
        still[part] = turns and acc_ms2[part].std(axis=0).max() < limits.rest_acc_sd_ms2
    return still


def levelled(t_s: Array, acc_ms2: Array, gyr_rads: Array) -> Levelled | Refusal:
    """Find the quiet standing at the beginning, take the gyroscope's bias off, and follow the up vector.

    The orientation is offlineVQF's without magnetometer (Laidig and Seel 2023, doi 10.1016/j.inffus.2022.10.014). Its
    output i holds half a sample later, so that the mean of two of them stands at a sample.
    """
    wrong = _unfit(t_s, acc_ms2, gyr_rads)
    if wrong is not None:
        return wrong
    rate_hz = rate_of(t_s)
    still = quiet(acc_ms2, gyr_rads, rate_hz)
    rest = len(still) if still.all() else int(np.argmin(still))
    if rest < REST_S * rate_hz:
        return Refusal("you did not stand still at the beginning", f"stand still for {REST_S:.0f} s, then begin")
    gyr = np.ascontiguousarray(gyr_rads - gyr_rads[:rest].mean(axis=0))
    quaternion = offlineVQF(gyr, np.ascontiguousarray(acc_ms2), None, 1.0 / rate_hz)["quat6D"]
    up = up_from_quaternion(quaternion)
    up[:, 1:] = 0.5 * (up[:, 1:] + up[:, :-1])
    return Levelled(t_s, acc_ms2, gyr, up / np.linalg.norm(up, axis=0), still, rest)


def _unfit(t_s: Array, acc_ms2: Array, gyr_rads: Array) -> Refusal | None:
    again = "do it again"
    if len(t_s) < 2 or t_s[-1] - t_s[0] < REST_S:
        return Refusal("there is too little data", again)
    if not (np.isfinite(acc_ms2).all() and np.isfinite(gyr_rads).all()):
        return Refusal("some samples are no numbers", again)
    gap_s = float(np.diff(t_s).max())
    if gap_s > _GAP_S:
        return Refusal(f"{gap_s:.1f} s of samples are missing", f"bring the clip nearer, then {again}")
    return None
