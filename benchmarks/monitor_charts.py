"""Many runs at once: drops of simulated runs, and the detectors of the monitor over all of them in one go.

A run is (steps,) per side at a steady cadence; all arrays are (runs, steps). `first_raise` gives what the streaming
`hipdrop.monitor.Monitor` gives, and tests/host/monitor/test_frontier.py holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from hipdrop.events import Side, Step
from hipdrop.monitor.baseline import HUBER_K, MAD_TO_SD
from hipdrop.settings import MonitorSettings

Array = NDArray[np.float64]

STEPS_PER_MIN = 82.0  # of one side; 164 steps/min in all
STEP_SD_DEG = 0.6  # from step to step, per side; measured 0.4 to 0.8
LAG1 = 0.05  # measured -0.16 to 0.43, mean 0.05
WANDER_TAU_S = 300.0  # time constant of the slow wander (Ornstein-Uhlenbeck)
FRESH_DROP_DEG = 2.7
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Sag:
    """A rise of the left (or both) legs' drop by `rise_deg` in `ramp_min` from `onset_min` on."""

    name: str
    rise_deg: float
    ramp_min: float
    onset_min: float = 10.0
    both_legs: bool = False

    def course_deg(self, steps: int) -> Array:
        """Give the rise at each step, (steps,)."""
        minutes = np.arange(steps) / STEPS_PER_MIN
        return self.rise_deg * np.clip((minutes - self.onset_min) / self.ramp_min, 0.0, 1.0)


@dataclass(frozen=True)
class Scene:
    """What a set of runs is like: wander in deg SD, shared by the legs or not, length, autocorrelation, sag."""

    wander_deg: float
    shared: bool
    minutes: float = 75.0
    lag1: float = LAG1
    sag: Sag | None = None

    def drops_deg(self, seed: int, runs: int) -> tuple[Array, Array]:
        """Give the drops of left and right, (runs, steps) each."""
        rng = np.random.default_rng(seed)
        shape = (runs, round(self.minutes * STEPS_PER_MIN))
        decay = np.exp(-60.0 / STEPS_PER_MIN / WANDER_TAU_S)
        wander = self.wander_deg * _autoregressive(rng, shape, decay)
        left = FRESH_DROP_DEG + wander + STEP_SD_DEG * _autoregressive(rng, shape, self.lag1)
        if not self.shared:
            wander = self.wander_deg * _autoregressive(rng, shape, decay)
        right = FRESH_DROP_DEG + wander + STEP_SD_DEG * _autoregressive(rng, shape, self.lag1)
        if self.sag is not None:
            left += self.sag.course_deg(shape[1])
            if self.sag.both_legs:
                right += self.sag.course_deg(shape[1])
        return left, right


def _autoregressive(rng: np.random.Generator, shape: tuple[int, int], phi: float) -> Array:
    """AR(1) of unit variance, stationary from the first step."""
    noise = rng.standard_normal(shape)
    noise[:, 1:] *= np.sqrt(1 - phi**2)
    out: Array = lfilter([1.0], [1.0, -phi], noise, axis=1)
    return out


def baseline_steps(settings: MonitorSettings) -> tuple[int, int]:
    """Give first and last (excluded) step of a side that falls into the baseline."""
    return round(settings.baseline_from_min * STEPS_PER_MIN), round(settings.baseline_until_min * STEPS_PER_MIN)


def excess_deg(drops_deg: Array, settings: MonitorSettings) -> Array:
    """Give the drops over the runner's own baseline (Huber's location, as in hipdrop.monitor.baseline)."""
    first, last = baseline_steps(settings)
    fresh = drops_deg[:, first:last]
    centre = np.median(fresh, axis=1, keepdims=True)
    reach = HUBER_K * MAD_TO_SD * np.median(np.abs(fresh - centre), axis=1, keepdims=True)
    for _ in range(20):
        centre = centre + np.clip(fresh - centre, -reach, reach).mean(axis=1, keepdims=True)
    return drops_deg - centre


def ewma(excess: Array, weight: float, start: int) -> Array:
    """Give the slow level from step `start` on; its first 1 / weight steps are a running mean."""
    ramp = min(int(1 / weight), excess.shape[1])
    mean = np.cumsum(excess[:, :ramp], axis=1) / np.arange(1, ramp + 1)
    state = (1 - weight) * mean[:, -1:]
    rest = lfilter([weight], [1.0, weight - 1.0], excess[:, ramp:], axis=1, zi=state)[0]
    return np.concatenate([mean, rest], axis=1)[:, start:]


def cusum(excess: Array, allowance_deg: float, start: int) -> Array:
    """Give the sum of the excess over the allowance, never below 0, begun at step `start`."""
    walk = np.cumsum(excess[:, start:] - allowance_deg, axis=1)
    return walk - np.minimum(np.minimum.accumulate(walk, axis=1), 0.0)


def audible_sum(excess: Array, settings: MonitorSettings, start: int) -> Array:
    """Give the sum as the monitor judges it: 0 while the level is down where an alert would be cleared."""
    clear_deg = min(settings.clear_fraction * settings.dead_band_deg, settings.cusum_allowance_deg)
    total = cusum(excess, settings.cusum_allowance_deg, start)
    return np.where(ewma(excess, settings.ewma_weight, start) > clear_deg, total, 0.0)


def slope(excess: Array, window_min: float, start: int) -> Array:
    """Give the rise of a straight line (least squares) over the last `window_min`, deg; -inf before the first."""
    n = round(window_min * STEPS_PER_MIN)
    index = np.arange(excess.shape[1])
    total = np.cumsum(excess, axis=1)
    moment = np.cumsum(excess * index, axis=1)
    total = total[:, n:] - total[:, :-n]
    moment = moment[:, n:] - moment[:, :-n] - (index[n:] - (n - 1) / 2) * total
    out = np.full(excess.shape, -np.inf)
    out[:, n:] = moment * n / (n * (n**2 - 1) / 12)
    return out[:, start:]


def held(over: NDArray[np.bool_], settings: MonitorSettings) -> NDArray[np.bool_]:
    """Say where enough of the last steps are over."""
    count = np.cumsum(over, axis=1, dtype=np.int32)
    window = settings.evidence_window_steps
    recent = count.copy()
    recent[:, window:] -= count[:, :-window]
    return (recent >= settings.evidence_steps) & over


def first(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the first true step of each run, NEVER where there is none."""
    return np.where(flags.any(axis=1), flags.argmax(axis=1), NEVER)


def first_raise(excess: Array, settings: MonitorSettings) -> NDArray[np.int64]:
    """Give the step, counted from the end of the baseline, at which the monitor's detector first holds."""
    start = baseline_steps(settings)[1]
    over = np.zeros((excess.shape[0], excess.shape[1] - start), dtype=bool)
    if "ewma" in settings.detector:
        over |= ewma(excess, settings.ewma_weight, start) > settings.dead_band_deg
    if "cusum" in settings.detector:
        over |= audible_sum(excess, settings, start) > settings.cusum_limit_deg_steps
    return first(held(over, settings))


def steps_of(left_deg: Array, right_deg: Array) -> Iterator[Step]:
    """Give the steps of one run, left and right in turn, as the pipeline would."""
    step_s = 30.0 / STEPS_PER_MIN
    cadence_spm = 2 * STEPS_PER_MIN
    for pair, drops in enumerate(zip(left_deg.tolist(), right_deg.tolist(), strict=True)):
        for leg, drop_deg in enumerate(drops):
            number = 2 * pair + leg
            t_s = number * step_s
            yield Step(
                t_s,
                number=number,
                side=Side.RIGHT if leg else Side.LEFT,
                side_confidence=1.0,
                side_sure=True,
                toe_off_s=t_s + 0.24,
                contact_ms=240.0,
                step_s=step_s,
                cadence_spm=cadence_spm,
                drop_deg=drop_deg,
                excursion_deg=drop_deg,
                midstance_deg=drop_deg,
                list_deg=0.0,
                peak_s=t_s + 0.12,
                oscillation_mm=80.0,
                wobble_deg=0.1,
                yaw_dps=0.0,
                flags=(),
            )
