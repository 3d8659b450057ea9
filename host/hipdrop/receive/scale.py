"""Counts to SI, by what the info message says of them: the host holds no table of chips."""

from __future__ import annotations

import math

import numpy as np

from hipdrop.receive.decode import Counts
from hipdrop.receive.messages import ClipInfo
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.settings import Settings
from hipwire.frames import SATURATED_COUNTS

_PIPELINE_LIMIT = 0.999  # of the range in the settings, above which the pipeline calls a sample saturated


class Scale:
    """What one count is worth."""

    def __init__(self, info: ClipInfo) -> None:
        self._acc_ms2 = 1e-9 * info.acc_ng_per_lsb * STANDARD_GRAVITY_MS2
        self._gyr_rads = math.radians(1e-9 * info.gyr_ndps_per_lsb)

    def acc_ms2(self, counts: Counts) -> Array:
        """Give specific force (N, 3) of raw samples (N, 6)."""
        return counts[:, :3].astype(np.float64) * self._acc_ms2

    def gyr_rads(self, counts: Counts) -> Array:
        """Give angular rate (N, 3) of raw samples (N, 6)."""
        return counts[:, 3:].astype(np.float64) * self._gyr_rads


def within_range(settings: Settings, info: ClipInfo) -> Settings:
    """Take the clip's range where it is narrower than the one that is set, and no more than its counts can say."""
    acc_g = 1e-9 * info.acc_ng_per_lsb * SATURATED_COUNTS / _PIPELINE_LIMIT
    gyr_dps = 1e-9 * info.gyr_ndps_per_lsb * SATURATED_COUNTS / _PIPELINE_LIMIT
    drop = settings.drop
    limits = {
        "acc_range_g": min(drop.acc_range_g, float(info.acc_range_g), acc_g),
        "gyr_range_dps": min(drop.gyr_range_dps, float(info.gyr_range_dps), gyr_dps),
    }
    return settings.replace({"drop": limits})
