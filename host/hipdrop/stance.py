"""Contact and toe-off after the run: level crossings of the vertical acceleration behind a zero-phase low-pass."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfiltfilt

from hipdrop.contacts import ContactDetector, Landing
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import Array
from hipdrop.settings import ContactSettings

LOW_PASS_HZ = 5.0
CONTACT_G, TOE_OFF_G = -0.7, -0.9
NEAR_S = 0.06  # both rules are within 20 ms of the force plates; farther apart they speak of different things
SETTLE = 3  # of the filter's periods: shorter stretches have no inside


class ZeroPhaseContacts(ContactDetector):
    """The landings of the causal rule, stamped where the foot comes down and leaves by the zero-phase one.

    Contact is the crossing of -0.7 g upwards, toe-off that of -0.9 g downwards, of the vertical acceleration behind a
    Butterworth low-pass of second order at 5 Hz, forwards and backwards. Which rules and levels: measured against force
    plates (docs/algorithms.md, docs/validation.md); where a stance has no such crossing, the causal rule stands.

    Parameters
    ----------
    rate_hz, delay, settings
        As of `ContactDetector`.
    stretches
        Vertical acceleration in g, one (n,) array for each stretch without gaps; their samples count on from 0.
    """

    def __init__(self, rate_hz: float, delay: int, settings: ContactSettings, stretches: list[Array]) -> None:
        super().__init__(rate_hz, delay, settings)
        contacts, toe_offs, start = [np.empty(0)], [np.empty(0)], 0
        for vertical_g in stretches:
            smooth = low_passed(vertical_g, rate_hz)
            contacts.append(start + crossings(smooth, CONTACT_G, upwards=True))
            toe_offs.append(start + crossings(smooth, TOE_OFF_G, upwards=False))
            start += len(vertical_g)
        self._contacts, self._toe_offs = np.concatenate(contacts), np.concatenate(toe_offs)
        self._near = NEAR_S * rate_hz

    def toe_off(self, ring: RingBuffer, landing: Landing, following: Landing) -> float:
        """Give the last of the crossings between two landings, else what the causal rule says."""
        before = int(np.searchsorted(self._toe_offs, following.index)) - 1
        if before >= 0 and self._toe_offs[before] > landing.index:
            return float(self._toe_offs[before])
        return super().toe_off(ring, landing, following)

    def _landing(self, begin: int, smooth: Array, position: int, trough: int) -> list[Landing]:
        landings = super()._landing(begin, smooth, position, trough)
        for landing in landings:
            near = nearest(self._contacts, landing.index)
            if abs(near - landing.index) < self._near:
                landing.index = near
        return landings


def low_passed(vertical_g: Array, rate_hz: float) -> Array:
    """Give the acceleration (n,) behind the low-pass; as it is where there is too little of it to filter."""
    if len(vertical_g) < SETTLE * rate_hz / LOW_PASS_HZ:
        return vertical_g
    return np.asarray(sosfiltfilt(butter(2, LOW_PASS_HZ, fs=rate_hz, output="sos"), vertical_g))


def crossings(values: Array, level: float, *, upwards: bool) -> Array:
    """Give the places, in samples with their fractions, at which (n,) values cross a level in one direction."""
    above = values >= level
    change = above[1:] > above[:-1] if upwards else above[1:] < above[:-1]
    at = np.flatnonzero(change)
    return np.asarray(at + (level - values[at]) / (values[at + 1] - values[at]))


def nearest(sorted_values: Array, value: float) -> float:
    """Give the nearest of them; infinity where there are none."""
    after = int(np.searchsorted(sorted_values, value))
    around = sorted_values[max(after - 1, 0) : after + 1]
    return float(around[np.abs(around - value).argmin()]) if len(around) else float("inf")
