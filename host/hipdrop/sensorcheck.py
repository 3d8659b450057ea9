"""The sensor in the first quiet seconds of a run: what it reads at rest tells whether a calibration is due."""

from __future__ import annotations

import numpy as np

from hipdrop import columns as col
from hipdrop.events import SensorChecked
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

QUIET_S = 3  # as long as for the standing tare


class SensorCheck:
    """Looks at quiet seconds of columns until there are three in a row; then it has said what it has to say."""

    def __init__(self) -> None:
        self._rates: list[Array] = []
        self._forces: list[Array] = []
        self._said = False

    def look(self, window: Array, quiet_s: int, bias_rads: Array | None) -> SensorChecked | None:
        """Take a second.

        Parameters
        ----------
        window
            (col.COUNT, n) of columns.
        quiet_s
            The how many-th quiet second in a row this is; 0 for none.
        bias_rads
            (3,) what has been taken off the rates already.
        """
        if self._said:
            return None
        if quiet_s <= 1:
            self._rates, self._forces = [], []
        if quiet_s:
            rate = window[col.GYR].mean(axis=1)
            self._rates.append(rate if bias_rads is None else rate + bias_rads)
            self._forces.append(window[col.ACC].mean(axis=1))
        if len(self._rates) < QUIET_S:
            return None
        self._said = True
        x, y, z = np.rad2deg(np.mean(self._rates, axis=0)).tolist()
        gravity_g = float(np.linalg.norm(np.mean(self._forces, axis=0))) / STANDARD_GRAVITY_MS2
        return SensorChecked(float(window[col.T, -1]), (x, y, z), gravity_g)
