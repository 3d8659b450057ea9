"""The sequence of strides: their times, their coefficients, and the smooth motion through all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.events import Activity
from hipdrop.samples import Array
from hipdrop.simulate import coefficients
from hipdrop.simulate.coefficients import HARMONICS, ComplexArray
from hipdrop.simulate.config import RunnerConfig
from hipdrop.simulate.plan import Plan

STRIDES_BEFORE = 4  # strides before t = 0, so that a recording can start in mid-run
_SPREAD_LIMIT = 3.0  # standard deviations at which draws are cut


@dataclass(frozen=True)
class Gait:
    """K strides one after the other; stride k takes the phases [k, k + 1).

    Attributes
    ----------
    start_s
        (K + 1,) begin of each stride, that is its left contact, and the end of the last.
    coefficient
        (K, 11, 6) what each stride's motion is at its centre; in between two centres the motion is a blend.
    running, walking
        (K,) share of running and of walking in a stride; the rest is standing.
    contact_fraction, right_fraction
        (K,) contact time, and time of right contact, over stride time.
    """

    start_s: Array
    coefficient: ComplexArray
    running: Array
    walking: Array
    contact_fraction: Array
    right_fraction: Array

    def phase(self, t_s: Array) -> Array:
        """Give the phase in strides: quintic between contacts, so that its first two derivatives are continuous."""
        k = np.clip(np.searchsorted(self.start_s, t_s, side="right") - 1, 0, len(self.running) - 1)
        u = (t_s - self.start_s[k]) / np.diff(self.start_s)[k]
        return k + _within(u, *self._slopes(k))

    def time_s(self, phase: Array) -> Array:
        """Invert `phase` by Newton's method."""
        k = np.clip(np.floor(phase).astype(np.int64), 0, len(self.running) - 1)
        slopes = self._slopes(k)
        wanted = phase - k
        u = wanted.copy()
        for _ in range(6):
            u -= (_within(u, *slopes) - wanted) / _slope_within(u, *slopes)
        return self.start_s[k] + u * np.diff(self.start_s)[k]

    def _slopes(self, k: NDArray[np.int64]) -> tuple[Array, Array]:
        """Give the phase rate at both ends of strides k, in units of one over their duration."""
        duration = np.diff(self.start_s)
        between = 2.0 / (duration[1:] + duration[:-1])
        rate = np.concatenate([[1.0 / duration[0]], between, [1.0 / duration[-1]]])
        return rate[k] * duration[k], rate[k + 1] * duration[k]

    def blend(self, phase: Array) -> tuple[NDArray[np.int64], Array]:
        """Give for each phase the stride whose centre lies before it, and the weight of the next one (0 to 1, C2)."""
        j = np.clip(np.floor(phase - 0.5).astype(np.int64), 0, len(self.running) - 2)
        u = np.clip(phase - 0.5 - j, 0.0, 1.0)
        return j, u**3 * (10.0 - 15.0 * u + 6.0 * u**2)

    def share(self, of_stride: Array, phase: Array) -> Array:
        """Blend a value per stride over phases."""
        j, w = self.blend(phase)
        return of_stride[j] + w * (of_stride[j + 1] - of_stride[j])

    def motion(self, phase: Array, channels: slice = slice(0, 6)) -> Array:
        """Give (channels, N) tilt, obliquity, rotation, forward, up, right in rad and m, without added drop."""
        j, w = self.blend(phase)
        turn = np.exp(2j * np.pi * phase)[:, None]
        table = np.ascontiguousarray(self.coefficient[:, :, channels].transpose(1, 0, 2))
        step = np.diff(table, axis=1)
        total = np.zeros((len(phase), table.shape[2]), dtype=np.complex128)
        for n in range(HARMONICS, -1, -1):  # Horner's scheme in exp(2 pi i phase)
            total *= turn
            total += table[n][j]
            total += w[:, None] * step[n][j]
        return np.ascontiguousarray(total.real.T)


def _within(u: Array, first: Array, last: Array) -> Array:
    """Give the quintic of u with p(0) = 0, p(1) = 1, the slopes `first` and `last`, and no curvature at the ends."""
    d, e = 1.0 - first, last - first
    return u * (first + u**2 * (10 * d - 4 * e + u * (7 * e - 15 * d + u * (6 * d - 3 * e))))


def _slope_within(u: Array, first: Array, last: Array) -> Array:
    d, e = 1.0 - first, last - first
    return first + u**2 * (3 * (10 * d - 4 * e) + u * (4 * (7 * e - 15 * d) + u * 5 * (6 * d - 3 * e)))


def lay(config: RunnerConfig, plan: Plan, stop_s: float) -> Gait:
    """Lay strides one after the other from before t = 0 to after `stop_s`, and draw their variability."""
    shares, speeds, cadences, starts = _sequence(config, plan, stop_s)
    run = coefficients.running(config.runner, speeds, cadences)
    walk, stand = coefficients.walking(len(speeds)), coefficients.standing(len(speeds))
    standing = 1.0 - shares.sum(axis=1)

    def mixed(name: str) -> NDArray[np.complex128]:
        shape = (-1,) + (1,) * (getattr(run, name).ndim - 1)
        parts = ((shares[:, 0], run), (shares[:, 1], walk), (standing, stand))
        return np.asarray(sum(weight.reshape(shape) * getattr(part, name) for weight, part in parts))

    spread = _draws(config.rng(1), len(speeds)) * mixed("sd").real * config.variability
    moving = shares.sum(axis=1)
    return Gait(
        start_s=starts,
        coefficient=mixed("mean") + spread,
        running=shares[:, 0],
        walking=shares[:, 1],
        contact_fraction=np.where(moving > 0, mixed("contact_fraction").real, 0.5),
        right_fraction=mixed("right_fraction").real,
    )


def steady(config: RunnerConfig, speed_ms: float, count: int) -> Gait:
    """Lay `count` strides of steady running with variability, all of the same duration."""
    run = coefficients.running(config.runner, np.full(count, speed_ms), np.full(count, np.nan))
    spread = _draws(np.random.default_rng(0), count) * run.sd * config.variability
    return Gait(
        start_s=np.arange(count + 1) * run.duration_s[0],
        coefficient=run.mean + spread,
        running=np.ones(count),
        walking=np.zeros(count),
        contact_fraction=run.contact_fraction,
        right_fraction=run.right_fraction,
    )


def _draws(rng: np.random.Generator, count: int) -> ComplexArray:
    """Draw complex numbers of modulus SD 1; the mean (harmonic 0) is real."""
    parts = np.clip(rng.standard_normal((count, HARMONICS + 1, 6, 2)), -_SPREAD_LIMIT, _SPREAD_LIMIT)
    draws: ComplexArray = (parts[..., 0] + 1j * parts[..., 1]) / np.sqrt(2.0)
    draws[:, 0] = parts[:, 0, :, 0]
    return draws


def _sequence(config: RunnerConfig, plan: Plan, stop_s: float) -> tuple[Array, Array, Array, Array]:
    """Give shares (K, 2) of running and walking, speed, cadence (K,) and begin (K + 1,) of strides.

    Between two activities stands one stride that is half the one and half the other.
    """
    clock = _StrideClock(config)
    rng = config.rng(2)
    first = plan.at(0.0)
    t = -(STRIDES_BEFORE + rng.random()) * clock.duration_s(first.activity, first.speed_ms, first.cadence_spm)
    shares, speeds, cadences, starts = [], [], [], [t]
    before = first.activity
    while t < stop_s + 3.0:
        now = plan.at(max(t, 0.0))
        speed = now.speed_ms if now.activity is Activity.RUN else plan.typical_speed_ms
        kinds = (now.activity, before)
        shares.append([sum(kind is wanted for kind in kinds) / 2 for wanted in (Activity.RUN, Activity.WALK)])
        length = sum(clock.duration_s(kind, speed, now.cadence_spm) for kind in kinds) / 2
        if kinds == (Activity.STAND, Activity.STAND):
            length = float(np.clip(plan.rest_ends_s(t) - t, 0.4, length))
        draw = float(np.clip(rng.standard_normal(), -_SPREAD_LIMIT, _SPREAD_LIMIT))
        if Activity.STAND not in kinds:
            length += draw * clock.spread_s(speed) * config.variability
        speeds.append(speed)
        cadences.append(120.0 / clock.duration_s(Activity.RUN, speed, now.cadence_spm))
        t += length
        starts.append(t)
        before = now.activity
    return np.array(shares), np.array(speeds), np.array(cadences), np.array(starts)


class _StrideClock:
    """How long a stride takes, by activity, speed and cadence."""

    def __init__(self, config: RunnerConfig) -> None:
        self._scale = config.cadence_scale
        self._speeds = np.linspace(1.0, 6.0, 51)
        strides = coefficients.running(config.runner, self._speeds, np.full(51, np.nan))
        self._durations, self._spreads = strides.duration_s, strides.duration_sd_s

    def duration_s(self, activity: Activity, speed_ms: float, cadence_spm: float) -> float:
        if activity is Activity.WALK:
            return coefficients.WALKING_STRIDE_S
        if activity is Activity.STAND:
            return coefficients.STANDING_STRIDE_S
        own = float(np.interp(speed_ms, self._speeds, self._durations))
        return (own if np.isnan(cadence_spm) else 120.0 / cadence_spm) / self._scale

    def spread_s(self, speed_ms: float) -> float:
        return float(np.interp(speed_ms, self._speeds, self._spreads))
