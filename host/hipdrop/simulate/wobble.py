"""How a clip shakes on a belt: a damped resonance that every contact excites."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hipdrop.samples import Array
from hipdrop.simulate.config import RunnerConfig

PULSE_S = 0.008  # decay time of the excitation: an impact at the pelvis lasts some 10 to 20 ms
PITCH_SHARE = 0.5  # pitch wobble over roll wobble
SPREAD = 0.25  # of the strength from contact to contact


class Wobble:
    """Roll and pitch of the clip against the pelvis.

    Each contact drives w'' + 2 zeta w0 w' + w0^2 w = a exp(-t / PULSE_S). Its roll is of opposite sign in left
    and right contacts (as the jolt is, and so at its worst for the drop), its pitch of one sign; which sign is drawn.
    `wobble_deg` is the peak of the roll that one contact of average strength excites from rest.

    Parameters
    ----------
    config
        Size, resonance and damping.
    contact_s, is_left, strength
        (M,) contacts, their side, and how much of a running contact each of them is (0 to 1).
    """

    def __init__(self, config: RunnerConfig, contact_s: Array, is_left: NDArray[np.bool_], strength: Array) -> None:
        w0 = 2.0 * np.pi * config.wobble_hz
        zeta = config.wobble_zeta
        self._pole = complex(-zeta * w0, w0 * np.sqrt(1.0 - zeta**2))
        self._forced = 1.0 / (PULSE_S**-2 - 2.0 * zeta * w0 / PULSE_S + w0**2)
        rate = self._forced / PULSE_S  # what the free part must cancel at t = 0, beside -forced
        free = complex(-self._forced, -(rate + self._forced * self._pole.real) / self._pole.imag)
        t = np.linspace(0.0, 2.0 / config.wobble_hz, 2000)
        peak = np.max(np.abs(self._forced * np.exp(-t / PULSE_S) + (free * np.exp(self._pole * t)).real))
        rng = config.rng(4)
        signs = np.sign(rng.standard_normal(2))
        size = np.deg2rad(config.wobble_deg) / peak * strength * (1.0 + SPREAD * rng.standard_normal(len(contact_s)))
        roll = np.where(is_left, 1.0, -1.0) * signs[0] * size
        drive = np.column_stack([roll, PITCH_SHARE * signs[1] * np.abs(size)])
        self._contact_s = contact_s
        self._free = _carried(free * drive, self._pole, contact_s)
        self._pulse = _carried(drive.astype(np.complex128), complex(-1.0 / PULSE_S), contact_s).real

    def at(self, t_s: Array) -> tuple[Array, Array]:
        """Give angles and rates (2, N) of roll and pitch, rad and rad/s."""
        k = np.searchsorted(self._contact_s, t_s, side="right") - 1
        since = np.where(k >= 0, t_s - self._contact_s[k], 0.0)[:, None]
        began = (k >= 0)[:, None]
        free = self._free[k] * np.exp(self._pole * since) * began
        pulse = self._forced * self._pulse[k] * np.exp(-since / PULSE_S) * began
        angle = free.real + pulse
        rate = (self._pole * free).real - pulse / PULSE_S
        return np.ascontiguousarray(angle.T), np.ascontiguousarray(rate.T)


def _carried(drive: NDArray[np.complex128], pole: complex, contact_s: Array) -> NDArray[np.complex128]:
    """Add to each contact what is left of the ones before it."""
    decay = np.exp(pole * np.diff(contact_s, prepend=contact_s[:1]))
    state = np.zeros(drive.shape[1], dtype=np.complex128)
    states = np.empty_like(drive)
    for k in range(len(drive)):
        state = state * decay[k] + drive[k]
        states[k] = state
    return states
