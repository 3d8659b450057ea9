"""The shape of one stride as a few complex harmonics: what the mount and the sides are judged by."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, eq=False)
class StrideShape:
    """One stride in sensor axes: x(t) = mean + Re sum_n c_n exp(2 pi i n t / T), t = 0 at the contact that begins it.

    Attributes
    ----------
    harmonics
        (6, HARMONICS) complex c_n of linear acceleration (m/s², gravity taken off by the up vector) and angular rate
        (rad/s).
    mean_rate
        (3,) mean angular rate, rad/s.
    mean_up
        (3,) mean up vector.
    """

    harmonics: Complex
    mean_rate: Array
    mean_up: Array


@lru_cache(maxsize=512)
def _basis(n: int) -> Array:
    """(n, 2 * HARMONICS + 1): cosines and minus sines that project n samples on the harmonics, and their mean."""
    phase = 2.0 * np.pi / n * np.outer(np.arange(n), ORDERS)
    return np.ascontiguousarray(np.hstack((2.0 * np.cos(phase), -2.0 * np.sin(phase), np.ones((n, 1)))) / n)


def stride_shape(window: Array) -> StrideShape:
    """Describe the stride in a window of columns (col.COUNT, n), from one contact to the second next."""
    projected = window[col.MOTION] @ _basis(window.shape[1])
    harmonics = projected[:, :HARMONICS] + 1j * projected[:, HARMONICS:-1]
    harmonics[:3] -= STANDARD_GRAVITY_MS2 * harmonics[6:]
    return StrideShape(harmonics[:6], projected[3:6, -1], projected[6:, -1])
