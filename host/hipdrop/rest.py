"""Quiet standing and what it gives: the gyroscope's bias, the standing tare; and what the wearer does outside running."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipdrop import columns as col
from hipdrop.events import Activity
from hipdrop.samples import Array
from hipdrop.settings import OrientationSettings

_WALK_SD_G = 0.04  # smoothed vertical acceleration; quiet standing 0.003, slow walking 0.1 (walking data)


@dataclass(slots=True, eq=False)
class RestWatch:
    """Looks at one second of columns at a time, outside running."""

    settings: OrientationSettings
    seconds: int = 0  # at rest without a break
    _up: Array | None = None

    def moved(self) -> None:
        """The wearer runs, or samples are missing: whatever rest there was is over."""
        self.seconds = 0
        self._up = None

    def look(self, window: Array) -> tuple[Activity, Array | None]:
        """Judge a second of columns; give the activity and, at rest, the mean rate (3,) in rad/s."""
        gyr, acc = window[col.GYR], window[col.ACC]
        still = (
            float(gyr.std(axis=1).max()) < math.radians(self.settings.rest_gyr_sd_dps)
            and float(acc.std(axis=1).max()) < self.settings.rest_acc_sd_ms2
        )
        if still:
            self.seconds += 1
            up = window[col.UP].mean(axis=1)
            self._up = up if self._up is None else self._up + (up - self._up) / self.seconds
            return Activity.STAND, np.asarray(gyr.mean(axis=1))
        self.moved()
        walking = float(window[col.SMOOTH].std()) > _WALK_SD_G
        return Activity.WALK if walking else Activity.STAND, None

    def standing_up(self) -> Array | None:
        """Mean up vector of the rest so far, once it has lasted; None before."""
        return self._up if self._up is not None and self.seconds >= self.settings.rest_tare_s else None
