"""The strides of a runner as Fourier coefficients: measured running, textbook walking, quiet standing.

A channel is x(t) = Re sum_n c_n exp(2 pi i n phase), phase counted in strides from left contact. The channels are tilt,
obliquity, rotation (rad, Baker's order), forward, up, right displacement of the midpoint of the two PSIS (m).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hipdrop.errors import UsageError
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.config import SLOWEST_MS

ComplexArray = NDArray[np.complex128]

TILT, OBLIQUITY, ROTATION, FORWARD, UP, RIGHT = range(6)
HARMONICS = 10
_UNITS = np.array([np.pi / 180.0] * 3 + [0.01] * 3)  # deg and cm in the file


@dataclass(frozen=True)
class Strides:
    """Coefficients of K strides.

    Attributes
    ----------
    mean
        (K, 11, 6) complex coefficients.
    sd
        (K, 11, 6) stride-to-stride standard deviation of their modulus.
    duration_s, duration_sd_s
        (K,) stride time.
    contact_fraction, right_fraction
        (K,) contact time, and time of right contact, over stride time.
    """

    mean: ComplexArray
    sd: Array
    duration_s: Array
    duration_sd_s: Array
    contact_fraction: Array
    right_fraction: Array


@cache
def _file() -> dict[str, dict[str, Any]]:
    text = resources.files("hipdrop.data").joinpath("public_runners.json").read_text("utf-8")
    runners: dict[str, dict[str, Any]] = json.loads(text)["runners"]
    return runners


def runner_names() -> list[str]:
    """Give the names of the measured trials."""
    return list(_file())


def trial_speed_ms(runner: str) -> float:
    """Give the speed at which a runner was measured.

    Raises
    ------
    UsageError
        There is no such runner.
    """
    if runner not in _file():
        raise UsageError(f"there is no runner {runner!r}; choose one of {', '.join(runner_names())}")
    return float(_file()[runner]["speed_ms"])


def _trials(runner: str) -> list[dict[str, Any]]:
    trial_speed_ms(runner)
    person = runner.partition("_")[0]
    trials = [entry for name, entry in _file().items() if name.partition("_")[0] == person]
    return sorted(trials, key=lambda entry: float(entry["speed_ms"]))


def _stacked(trials: list[dict[str, Any]], key: str) -> Array:
    return np.array([trial[key] for trial in trials], dtype=np.float64)


def running(runner: str, speed_ms: Array, cadence_spm: Array) -> Strides:
    """Give mean strides at (K,) speeds and cadences (NaN: the model's own).

    1. Coefficients, stride time and fractions are linear in speed through the person's slowest and fastest trial.
    2. Below the slowest trial the vertical goes linearly toward grounded running at 1.8 m/s: contact over half of the
       stride (no flight), and a second harmonic of vertical acceleration of 2/3 g, that of a half-sine ground force
       whose contacts follow each other without a pause.
    3. At another cadence the displacements go with the square of stride time: the same forces.
    """
    trials = _trials(runner)
    speeds = _stacked(trials, "speed_ms")
    low, high = 0, len(trials) - 1
    x = (speed_ms - speeds[low]) / (speeds[high] - speeds[low]) if high > low else np.zeros_like(speed_ms)

    def at_speed(values: NDArray[Any]) -> NDArray[Any]:
        shape = (-1,) + (1,) * (values.ndim - 1)
        between: NDArray[Any] = values[low] + x.reshape(shape) * (values[high] - values[low])
        return between

    mean = at_speed((_stacked(trials, "re") + 1j * _stacked(trials, "im")) * _UNITS)
    own_s = at_speed(_stacked(trials, "stride_time_s"))
    grounded = np.clip((speeds[low] - speed_ms) / (speeds[low] - SLOWEST_MS), 0.0, 1.0)
    _ground(mean, own_s, grounded)
    duration_s = np.where(np.isfinite(cadence_spm), 120.0 / cadence_spm, own_s)
    mean[:, :, FORWARD:] *= ((duration_s / own_s) ** 2)[:, None, None]
    contact = at_speed(_stacked(trials, "contact_fraction"))
    return Strides(
        mean=mean,
        sd=np.maximum(at_speed(_stacked(trials, "sd") * _UNITS), 0.0),
        duration_s=duration_s,
        duration_sd_s=np.maximum(at_speed(_stacked(trials, "stride_time_sd_s")), 0.0),
        contact_fraction=contact + grounded * (0.5 - contact),
        right_fraction=at_speed(_stacked(trials, "right_contact_fraction")),
    )


def _ground(mean: ComplexArray, stride_s: Array, grounded: Array) -> None:
    """Scale the vertical of strides in place; `grounded` is 0 for the extrapolated stride, 1 for no flight."""
    own_ms2 = np.abs(mean[:, 2, UP]) * (2.0 * 2.0 * np.pi / stride_s) ** 2
    scale = 1.0 + grounded * (2.0 / 3.0 * STANDARD_GRAVITY_MS2 / own_ms2 - 1.0)
    mean[:, 2:, UP] *= scale[:, None]


WALKING_STRIDE_S = 120.0 / 115.0
STANDING_STRIDE_S = 1.0
# Posture of the measured runner in his static trial, and a quiet sway
_STANDING_DEG = {TILT: -11.605, OBLIQUITY: 1.814, ROTATION: 0.0}
_SWAY = np.array([0.10, 0.06, 0.15, 0.1, 0.02, 0.1]) * _UNITS


def walking(count: int) -> Strides:
    """Give `count` mean walking strides.

    Round numbers of healthy level walking, not of one person: obliquity peak 4 deg in early stance, rotation 5 deg with
    the stance side forward at its contact, which is the opposite of running (Kadaba 1990, J Orthop Res 8:383, doi
    10.1002/jor.1100080310), a vertical of 4 cm peak to peak with the low point in double support (Zijlstra 2003,
    Gait Posture 18(2):1, doi 10.1016/S0966-6362(02)00190-X), contact over 62 % of the stride.
    """
    mean = np.zeros((11, 6), dtype=np.complex128)
    terms = {  # (harmonic, channel): amplitude in deg or cm, phase of its maximum in strides after left contact
        (1, OBLIQUITY): (3.4, 0.16),
        (3, OBLIQUITY): (0.7, 0.13),
        (1, ROTATION): (5.0, 0.56),  # left side foremost, that is turned to the right, shortly after left contact
        (2, TILT): (1.2, 0.20),
        (2, UP): (2.0, 0.31),  # highest in midstance
        (2, FORWARD): (1.0, 0.185),  # fastest in double support
        (1, RIGHT): (2.0, 0.81),  # over the standing leg
    }
    for (n, channel), (amplitude, peak) in terms.items():
        mean[n, channel] = amplitude * np.exp(-2j * np.pi * n * peak)
    sd = 0.1 * np.abs(mean)
    sd[0] = [0.4, 0.2, 0.6, 0.3, 0.1, 0.3]
    mean[0, :3] = [_STANDING_DEG[TILT], _STANDING_DEG[OBLIQUITY], _STANDING_DEG[ROTATION]]
    return _repeated(mean * _UNITS, sd * _UNITS, WALKING_STRIDE_S, 0.02, 0.62, count)


def standing(count: int) -> Strides:
    """Give `count` seconds of quiet standing with a small slow sway, as strides without steps."""
    mean = np.zeros((11, 6), dtype=np.complex128)
    for channel, angle_deg in _STANDING_DEG.items():
        mean[0, channel] = angle_deg
    sd = np.zeros((11, 6))
    sd[0] = _SWAY
    return _repeated(mean * _UNITS, sd, STANDING_STRIDE_S, 0.0, 0.5, count)


def _repeated(
    mean: ComplexArray, sd: Array, stride_s: float, stride_sd_s: float, contact: float, count: int
) -> Strides:
    return Strides(
        mean=np.repeat(mean[None], count, axis=0),
        sd=np.repeat(sd[None], count, axis=0),
        duration_s=np.full(count, stride_s),
        duration_sd_s=np.full(count, stride_sd_s),
        contact_fraction=np.full(count, contact),
        right_fraction=np.full(count, 0.5),
    )
