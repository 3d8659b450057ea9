"""The shape of one stride as a few complex harmonics: what the mount and the sides are judged by."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hipdrop import columns as col
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

HARMONICS = 6  # of the stride; the sixth lies at 8 to 9 Hz, where the pelvis ends and the wobble of the clip begins
ODD = slice(0, HARMONICS, 2)  # harmonics 1, 3, 5: what changes sign from step to step (roll, yaw, sideways)
EVEN = slice(1, HARMONICS, 2)  # harmonics 2, 4, 6: what repeats every step (vertical, forward, pitch)
ORDERS = np.arange(1, HARMONICS + 1)

Complex = NDArray[np.complex128]


@lru_cache(maxsize=512)
def _basis(n: int) -> Array:
    """(n, 2 * HARMONICS) cosines and minus sines that project n samples on the harmonics."""
    phase = 2.0 * np.pi / n * np.outer(np.arange(n), ORDERS)
    return np.ascontiguousarray(np.hstack((np.cos(phase), -np.sin(phase))) * (2.0 / n))


def stride_harmonics(window: Array) -> Complex:
    """Harmonics of a stride, (6, HARMONICS): linear acceleration (m/s²) and angular rate (rad/s) in sensor axes.

    x(t) = mean + Re sum_n c_n exp(2 pi i n t / T), t = 0 at the contact that begins the stride. Gravity is taken off the
    specific force by the up vector.

    Parameters
    ----------
    window
        (col.COUNT, n) columns from one contact to the second next.
    """
    projected = window[col.MOTION] @ _basis(window.shape[1])
    harmonics = projected[:, :HARMONICS] + 1j * projected[:, HARMONICS:]
    harmonics[:3] -= STANDARD_GRAVITY_MS2 * harmonics[6:]
    return np.asarray(harmonics[:6])
