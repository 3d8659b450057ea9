"""Quiet standing and what it gives, gyroscope bias and standing tare; what the wearer does outside running."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipdrop import columns as col
from hipdrop.events import Activity
from hipdrop.samples import Array
from hipdrop.settings import OrientationSettings
from hipdrop.strides import StrideShape

_OUTLIER_DPS = 6.0  # a stride's level rate off the median: ordinarily up to 5.6, a slip of 5 deg in 0.7 s is beyond
_WALK_SD_G = 0.04  # smoothed vertical acceleration; quiet standing 0.003, slow walking 0.1 (walking data)


@dataclass(slots=True, eq=False)
class RestWatch:
    """Looks at one second of columns at a time, outside running."""

    settings: OrientationSettings
    _seconds: int = 0  # at rest without a break
    _steady: int = 0  # of them with the same mean rate as the one before
    _up: Array | None = None
    _rate: Array | None = None

    @property
    def seconds(self) -> int:
        """At rest without a break, up to the one looked at last."""
        return self._seconds

    def moved(self) -> None:
        """The wearer runs, or samples are missing: whatever rest there was is over."""
        self._seconds = self._steady = 0
        self._up = self._rate = None

    def look(self, window: Array) -> Activity:
        """Judge a second of columns."""
        gyr, acc = window[col.GYR], window[col.ACC]
        still = (
            float(gyr.std(axis=1).max()) < math.radians(self.settings.rest_gyr_sd_dps)
            and float(acc.std(axis=1).max()) < self.settings.rest_acc_sd_ms2
        )
        if not still:
            self.moved()
            return Activity.WALK if float(window[col.SMOOTH].std()) > _WALK_SD_G else Activity.STAND
        self._seconds += 1
        up, rate = window[col.UP].mean(axis=1), np.asarray(gyr.mean(axis=1))
        self._up = up if self._up is None else self._up + (up - self._up) / self._seconds
        change = math.inf if self._rate is None else float(np.linalg.norm(rate - self._rate))
        self._steady = self._steady + 1 if change < math.radians(self.settings.rest_steady_dps) else 0
        self._rate = rate
        return Activity.STAND

    def bias(self) -> Array | None:
        """Mean rate (3,) in rad/s that only a bias can explain; None without one that is plausible and steady."""
        if self._rate is None or self._steady < self.settings.rest_bias_s:
            return None
        plausible = float(np.linalg.norm(self._rate)) < math.radians(self.settings.rest_bias_max_dps)
        return self._rate if plausible else None

    def standing_up(self) -> Array | None:
        """Mean up vector of the rest so far, once it has lasted; None before."""
        return self._up if self._up is not None and self._seconds >= self.settings.rest_tare_s else None


class LevelRate:
    """Mean level angular rate over strides: in a pelvis that keeps its mean tilt, what is left of it is bias.

    A bias is in every stride, a slip of the clip in one or two: strides far from the median are left out.
    """

    def __init__(self) -> None:
        self._rates: list[tuple[float, float, float]] = []

    def push(self, shape: StrideShape) -> None:
        """Take a stride."""
        (x, y, z), (u, v, w) = shape.mean_rate.tolist(), shape.mean_up.tolist()
        turn = (x * u + y * v + z * w) / (u * u + v * v + w * w)
        self._rates.append((x - turn * u, y - turn * v, z - turn * w))

    def over(self, strides: int) -> Array | None:
        """Mean (3,) in rad/s once there are so many strides, None before; then it counts anew."""
        if len(self._rates) < strides:
            return None
        rates = np.array(self._rates)
        self._rates = []
        off = np.linalg.norm(rates - np.median(rates, axis=0), axis=1)
        usual = off < math.radians(_OUTLIER_DPS)
        return np.asarray(rates[usual].mean(axis=0)) if usual.any() else None
