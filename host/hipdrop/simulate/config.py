"""What a simulated run is made of: every option with its unit and where its default comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from hipdrop.errors import UsageError
from hipdrop.events import Site
from hipdrop.simulate.chip import Chip
from hipdrop.simulate.sensorerrors import NO_ERRORS, SensorErrors
from hipdrop.simulate.specs import Bout, Sag, Slip

SLOWEST_MS = 1.8  # slow, grounded running; slower than that the model walks (docs/simulate.md)
FASTEST_MS = 4.5  # 1 m/s beyond the fastest measured trial
FASTEST_TURN_DPS = 90.0
FRAME_SAMPLES = 19  # samples in one frame of the wire format: what is lost, is lost together

_CHIP = ("gyro_noise_mdps", "acc_noise_ug", "gyro_lsb_mdps", "acc_lsb_mg", "gyro_range_dps", "acc_range_g")
_LIMITS = {
    "minutes": (0.01, 1440.0, "minutes"),
    "rate_hz": (50.0, 1000.0, "Hz"),
    "rate_error": (-0.1, 0.1, "as a fraction"),
    "stand_s": (0.0, 3600.0, "s"),
    "cadence_scale": (0.8, 1.25, "as a factor"),
    "drop_left_deg": (-3.0, 6.0, "deg"),
    "drop_right_deg": (-3.0, 6.0, "deg"),
    "wander_deg": (0.0, 3.0, "deg"),
    "wander_s": (1.0, 36000.0, "s"),
    "variability": (0.0, 3.0, "as a factor"),
    "drop_frames": (0.0, 0.9, "as a fraction"),
    "wobble_deg": (0.0, 5.0, "deg"),
    "wobble_hz": (5.0, 40.0, "Hz"),
    "wobble_zeta": (0.02, 0.9, "as a damping ratio"),
    "speed_ms": (SLOWEST_MS, FASTEST_MS, "m/s"),
}


@dataclass(frozen=True)
class RunnerConfig:
    """A simulated run; the defaults are a clip at the sacrum without faults on an even treadmill.

    Attributes
    ----------
    runner
        Name in data/public_runners.json.
    speed_ms
        Running speed, 1.8 to 4.5 m/s; None: the speed of the trial.
    cadence_scale
        Factor on the cadence; displacements shrink with its square, so that forces stay.
    minutes, seed
        Length of the recording; seed of every random draw.
    rate_hz, rate_error
        Rate of the time stamps; true rate = rate_hz (1 + rate_error).
    stand_s
        Quiet standing at the beginning; 0: the recording starts in mid-run.
    walk, stops
        Breaks of walking and of standing.
    site, mount
        Where the clip sits and how: a name of `specs.MOUNT_NAMES` or nine numbers, R_sensor_from_pelvis row by row.
    sags
        Lasting changes of the mean drop.
    drop_left_deg, drop_right_deg
        Mean drop of a side from the start; None: the runner's own.
    wander_deg, wander_s
        Slow wander of the drop level of each side: standard deviation and time constant; half of its variance is shared
        by both sides.
    variability
        Factor on the measured stride-to-stride spread; 0: every stride is the mean stride.
    turns
        `oval`: a 400 m track with bends of 36.5 m radius; a number: a constant turn in deg/s, > 0 to the left.
    schedule
        CSV with t_s, speed_ms, cadence_spm, turn_rate_dps and incline_pct, which the run follows and repeats.
    drop_frames
        Share of frames of 19 samples that are lost.
    wobble_deg, wobble_hz, wobble_zeta
        Clip wobble: typical peak of its roll after a contact, resonance, damping ratio.
    slip
        One slip of the clip.
    sensor_errors
        What the chip makes wrong.
    gyro_bias_dps, acc_offset_mg
        More offset, sensor axes.
    gyro_noise_mdps, acc_noise_ug
        Noise densities per root hertz.
    gyro_lsb_mdps, acc_lsb_mg
        Quantisation; 0: none.
    gyro_range_dps, acc_range_g
        Where samples saturate.
    """

    runner: str = "rbds001_2.5ms"
    speed_ms: float | None = None
    cadence_scale: float = 1.0
    minutes: float = 5.0
    seed: int = 1
    rate_hz: float = 208.0
    rate_error: float = 0.0
    stand_s: float = 8.0
    walk: tuple[Bout, ...] = ()
    stops: tuple[Bout, ...] = ()
    site: Site = Site.SACRUM
    mount: str | tuple[float, ...] = "nominal"
    sags: tuple[Sag, ...] = ()
    drop_left_deg: float | None = None
    drop_right_deg: float | None = None
    wander_deg: float = 0.0
    wander_s: float = 300.0  # facts/algorithms.md 10: wander with a time constant of 5 min
    variability: float = 1.0
    turns: str | float = 0.0
    schedule: Path | None = None
    drop_frames: float = 0.0
    wobble_deg: float = 0.0
    wobble_hz: float = 15.0
    wobble_zeta: float = 0.1
    slip: Slip | None = None
    sensor_errors: SensorErrors = NO_ERRORS
    gyro_bias_dps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    acc_offset_mg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gyro_noise_mdps: float = Chip.gyro_noise_mdps
    acc_noise_ug: float = Chip.acc_noise_ug
    gyro_lsb_mdps: float = Chip.gyro_lsb_mdps
    acc_lsb_mg: float = Chip.acc_lsb_mg
    gyro_range_dps: float = Chip.gyro_range_dps
    acc_range_g: float = Chip.acc_range_g

    def __post_init__(self) -> None:
        for name, (low, high, unit) in _LIMITS.items():
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and low <= value <= high):
                raise UsageError(f"{name} is {value:g}; give {low:g} to {high:g} {unit}")
        for name in ("gyro_bias_dps", "acc_offset_mg"):
            if len(getattr(self, name)) != 3 or not all(map(math.isfinite, getattr(self, name))):
                raise UsageError(f"{name} is {getattr(self, name)}; give three numbers, for sensor x, y and z")
        for field in fields(self):
            if field.name.startswith(("gyro_", "acc_")) and isinstance(getattr(self, field.name), float):
                _refuse_negative(field.name, getattr(self, field.name))
        if self.turns != "oval" and (isinstance(self.turns, str) or not abs(self.turns) <= FASTEST_TURN_DPS):
            raise UsageError(
                f"turns is {self.turns}; give oval or a number up to {FASTEST_TURN_DPS:g} deg/s either way"
            )
        if self.seed < 0:
            raise UsageError(f"seed is {self.seed}; give 0 or more")

    @property
    def samples(self) -> int:
        """Number of samples, lost ones included."""
        return max(1, round(self.minutes * 60.0 * self.rate_hz))

    @property
    def true_rate_hz(self) -> float:
        """Rate at which the clip really samples."""
        return self.rate_hz * (1.0 + self.rate_error)

    @property
    def chip(self) -> Chip:
        """The chip, with all its errors."""
        return Chip(
            **{name: getattr(self, name) for name in _CHIP},
            errors=self.sensor_errors.plus(self.acc_offset_mg, self.gyro_bias_dps),
        )

    def rng(self, purpose: int) -> np.random.Generator:
        """Give the random stream of one purpose; they do not disturb each other."""
        return np.random.default_rng([self.seed, purpose])


def _refuse_negative(name: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0.0):
        raise UsageError(f"{name} is {value:g}; give 0 or more")
