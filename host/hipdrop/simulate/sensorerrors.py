"""What a sensor makes wrong: offset, scale, cross-axis, bias and their temperature; the one definition of it.

    acceleration  m_a = S_a a + b_a    S_a symmetric, so that K_a = 1/S_a is the matrix of a calibration
    rate          m_w = S_w w + b_w

The axes are those in which S_a is symmetric: the part of cross-axis sensitivity that only turns the axes is not told
from how the clip is mounted. What the gyroscope's axes are turned against them is its misalignment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from hipdrop.errors import UsageError
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

Vector = tuple[float, float, float]

REFERENCE_C = 25.0  # offsets and biases are those at this temperature
_NONE: Vector = (0.0, 0.0, 0.0)
_LARGEST = {"_mg": 1000.0, "_percent": 20.0, "_dps": 100.0, "_deg": 45.0, "_mg_per_c": 10.0, "_dps_per_c": 1.0}


@dataclass(frozen=True, slots=True)
class SensorErrors:
    """Errors of one chip along its axes x, y, z; the default is a chip without any.

    Attributes
    ----------
    acc_offset_mg, acc_scale_percent
        What it shows at 0 g; by how much it shows too much.
    acc_cross_percent
        Entries yz, zx and xy of the symmetric matrix: share of one axis that the other shows.
    gyr_bias_dps, gyr_scale_percent
        The same of the gyroscope.
    gyr_misalignment_deg
        Rotation vector by which the gyroscope's axes are turned against the accelerometer's.
    acc_offset_mg_per_c, gyr_bias_dps_per_c
        Change of offset and bias with temperature.
    """

    acc_offset_mg: Vector = _NONE
    acc_scale_percent: Vector = _NONE
    acc_cross_percent: Vector = _NONE
    gyr_bias_dps: Vector = _NONE
    gyr_scale_percent: Vector = _NONE
    gyr_misalignment_deg: Vector = _NONE
    acc_offset_mg_per_c: Vector = _NONE
    gyr_bias_dps_per_c: Vector = _NONE

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            largest = next(most for unit, most in _LARGEST.items() if field.name.endswith(unit))
            if len(value) != 3 or not all(math.isfinite(part) and abs(part) <= largest for part in value):
                raise UsageError(
                    f"{field.name} is {value}; give three numbers, for sensor x, y and z, up to {largest:g}"
                )

    @classmethod
    def random(cls, rng: np.random.Generator) -> SensorErrors:
        """Draw a chip of LSM6DSOX class: normal, 1 SD as in the list (typical values of the maker's class of part).

        Offset 20 mg, scale 0.5 %, each entry of the cross-axis matrix 0.5 %, bias 1 deg/s, 0.1 mg/°C, 0.01 deg/s/°C,
        scale of the gyroscope 1 %. Of a matrix with six independent entries the symmetric part has 1/sqrt(2) of their
        SD; the other part turns the accelerometer's axes against the gyroscope's: 0.5 %/sqrt(2) is 0.2 deg.
        """

        def draw(sd: float) -> Vector:
            x, y, z = (sd * rng.standard_normal(3)).tolist()
            return x, y, z

        part = math.sqrt(0.5)
        return cls(
            acc_offset_mg=draw(20.0),
            acc_scale_percent=draw(0.5),
            acc_cross_percent=draw(0.5 * part),
            gyr_bias_dps=draw(1.0),
            gyr_scale_percent=draw(1.0),
            gyr_misalignment_deg=draw(math.degrees(0.005 * part)),
            acc_offset_mg_per_c=draw(0.1),
            gyr_bias_dps_per_c=draw(0.01),
        )

    @classmethod
    def parse(cls, text: str) -> SensorErrors:
        """Read `none`, the seed of a random chip, or `NAME=X,Y,Z` with `/` between several.

        Raises
        ------
        UsageError
            It is none of these.
        """
        if text == "none":
            return cls()
        if text.isascii() and text.isdigit():
            return cls.random(np.random.default_rng(int(text)))
        known = {field.name.replace("_", "-"): field.name for field in fields(cls)}
        values: dict[str, Vector] = {}
        for part in text.split("/"):
            name, _, numbers = part.partition("=")
            if name not in known:
                raise UsageError(
                    f"sensor errors {text!r}: {name!r} is none of {', '.join(known)}; give none, the seed of a random "
                    "chip, or for example acc-offset-mg=12,-15,10/gyr-bias-dps=0.6,-0.4,0.5"
                )
            values[known[name]] = _vector(name, numbers)
        return cls(**values)

    def plus(self, acc_offset_mg: Vector = _NONE, gyr_bias_dps: Vector = _NONE) -> SensorErrors:
        """Give the same chip with more offset and bias."""
        return replace(
            self,
            acc_offset_mg=_sum(self.acc_offset_mg, acc_offset_mg),
            gyr_bias_dps=_sum(self.gyr_bias_dps, gyr_bias_dps),
        )

    @property
    def acc_matrix(self) -> Array:
        """S_a (3, 3)."""
        yz, zx, xy = self.acc_cross_percent
        cross = np.array([[0.0, xy, zx], [xy, 0.0, yz], [zx, yz, 0.0]])
        matrix: Array = np.eye(3) + (np.diag(self.acc_scale_percent) + cross) / 100.0
        return matrix

    @property
    def gyr_matrix(self) -> Array:
        """S_w (3, 3)."""
        turned = _rotation(np.deg2rad(self.gyr_misalignment_deg)).T
        matrix: Array = (1.0 + np.array(self.gyr_scale_percent)[:, None] / 100.0) * turned
        return matrix

    def acc_offset_ms2(self, temperature_c: float = REFERENCE_C) -> Array:
        """b_a (3,)."""
        warmer = temperature_c - REFERENCE_C
        mg = np.array(self.acc_offset_mg) + warmer * np.array(self.acc_offset_mg_per_c)
        offset: Array = mg * 1e-3 * STANDARD_GRAVITY_MS2
        return offset

    def gyr_bias_rads(self, temperature_c: float = REFERENCE_C) -> Array:
        """b_w (3,)."""
        warmer = temperature_c - REFERENCE_C
        bias: Array = np.deg2rad(np.array(self.gyr_bias_dps) + warmer * np.array(self.gyr_bias_dps_per_c))
        return bias

    def apply(self, acc_ms2: Array, gyr_rads: Array, temperature_c: float = REFERENCE_C) -> tuple[Array, Array]:
        """Give what the chip makes of specific force (N, 3) and rate (N, 3), without noise."""
        acc = _times(self.acc_matrix, acc_ms2) + self.acc_offset_ms2(temperature_c)
        return acc, _times(self.gyr_matrix, gyr_rads) + self.gyr_bias_rads(temperature_c)

    def apply_g_dps(self, acc_g: Array, gyr_dps: Array, temperature_c: float = REFERENCE_C) -> tuple[Array, Array]:
        """Give the same in g and deg/s."""
        acc, gyr = self.apply(acc_g * STANDARD_GRAVITY_MS2, np.deg2rad(gyr_dps), temperature_c)
        return acc / STANDARD_GRAVITY_MS2, np.rad2deg(gyr)

    def as_dict(self, temperature_c: float = REFERENCE_C) -> dict[str, object]:
        """Give errors, and the calibration that would undo them (docs/calibration.md), for a truth file."""
        return {
            **{field.name: list(getattr(self, field.name)) for field in fields(self)},
            "temperature_c": temperature_c,
            "acc_matrix": np.linalg.inv(self.acc_matrix).ravel().tolist(),
            "acc_offset_ms2": self.acc_offset_ms2(temperature_c).tolist(),
            "gyro_bias_dps": np.rad2deg(self.gyr_bias_rads(temperature_c)).tolist(),
        }


NO_ERRORS = SensorErrors()


def _vector(name: str, text: str) -> Vector:
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"sensor errors: {name} is {text!r}; give three numbers, X,Y,Z") from None
    return x, y, z


def _sum(one: Vector, other: Vector) -> Vector:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _times(matrix: Array, vectors: Array) -> Array:
    """Multiply row by row, so that a sample comes out the same to the bit in any block."""
    x, y, z = vectors.T
    return np.stack([x * row[0] + y * row[1] + z * row[2] for row in matrix], axis=1)


def _rotation(vector: Array) -> Array:
    """Give the matrix of a rotation vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle == 0.0:
        return np.eye(3)
    x, y, z = vector / angle
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    matrix: Array = np.eye(3) + math.sin(angle) * k + (1.0 - math.cos(angle)) * (k @ k)
    return matrix
