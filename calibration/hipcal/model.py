"""The calibration of a clip: what its counts mean, and how it sits.

    acceleration  a = K_a (scale_a counts - b_a)        m/s²
    rate          w = scale_g counts - b_g              deg/s, rad/s to the pipeline
    pelvis axes   v_pelvis = R(q) v_sensor              q the mount quaternion

`scale_a` and `scale_g` are the clip's own (its info message); they stand here to be compared, not to be used twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hipdrop.samples import Array, CalibratedBlock, SampleBlock

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class AccFit:
    """The accelerometer against gravity.

    Attributes
    ----------
    matrix
        K_a row by row, nine numbers: scale and cross-axis, symmetric (no rotation: that is the mount's).
    offset_ms2
        b_a along the chip's axes.
    parameters
        How many were estimated: 3 (offset), 6 (and scale), 9 (and cross-axis).
    poses
        Of how many still poses.
    residual_ms2
        RMS of |a| against standard gravity over the poses.
    coverage
        Share of all directions of gravity that some pose is near to, 0 to 1.
    temperature_c
        Of the sensor, mean over the poses; None where not known.
    measured
        When, with its offset from UTC.
    verdict
        How good it is, in words.
    """

    matrix: tuple[float, ...]
    offset_ms2: Vector
    parameters: int
    poses: int
    residual_ms2: float
    coverage: float
    temperature_c: float | None
    measured: datetime
    verdict: str


@dataclass(frozen=True, slots=True)
class GyroFit:
    """The gyroscope at rest.

    Attributes
    ----------
    bias_dps
        b_g along the chip's axes.
    residual_dps
        Largest difference of a second's mean from it.
    rest_s
        How long the clip lay still.
    temperature_c, measured, verdict
        As of `AccFit`.
    """

    bias_dps: Vector
    residual_dps: float
    rest_s: float
    temperature_c: float | None
    measured: datetime
    verdict: str


@dataclass(frozen=True, slots=True)
class MountFit:
    """How the clip sits on the pelvis.

    Attributes
    ----------
    quaternion
        (w, x, y, z), sensor to pelvis (forward, up, right).
    site
        `sacrum`, `left-hip` or `right-hip`; None where not known.
    method
        `bends` or `running`.
    residual_deg
        Spread of the heading over its repetitions (bends) or halves (running).
    sides_checked
        Whether a one-leg check has confirmed left and right in this mount.
    measured, verdict
        As of `AccFit`.
    """

    quaternion: tuple[float, float, float, float]
    site: str | None
    method: str
    residual_deg: float
    sides_checked: bool
    measured: datetime
    verdict: str

    @property
    def pelvis_from_sensor(self) -> Array:
        """R(q), (3, 3): v_pelvis = R v_sensor."""
        w, x, y, z = self.quaternion
        return np.array(
            [
                [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
            ]
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that is known of one clip; None where it has not been measured.

    Attributes
    ----------
    clip_serial, chip, acc_range_g, gyr_range_dps, acc_ng_per_lsb, gyr_ndps_per_lsb
        As in the clip's info message (docs/wire-format.md): of another one it is refused.
    """

    clip_serial: str
    chip: str
    acc_range_g: int
    gyr_range_dps: int
    acc_ng_per_lsb: int
    gyr_ndps_per_lsb: int
    acc: AccFit | None = None
    gyro: GyroFit | None = None
    mount: MountFit | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing has been measured."""
        return self.acc is None and self.gyro is None and self.mount is None

    def corrected(self, acc_ms2: Array, gyr_rads: Array) -> tuple[Array, Array]:
        """Correct specific force (N, 3) and rates (N, 3) in the units that the nominal scale gives."""
        if self.acc is not None:
            acc_ms2 = _turned(acc_ms2 - np.array(self.acc.offset_ms2), self.acc.matrix)
        if self.gyro is not None:
            gyr_rads = gyr_rads - np.deg2rad(self.gyro.bias_dps)
        return acc_ms2, gyr_rads

    def applied(self, block: SampleBlock) -> CalibratedBlock:
        """Correct a block of nominal samples."""
        acc_ms2, gyr_rads = self.corrected(block.acc_ms2, block.gyr_rads)
        return CalibratedBlock(
            block.t_s, acc_ms2, gyr_rads, block.first_index, block.gap_s,
            sensed_acc_ms2=block.acc_ms2, sensed_gyr_rads=block.gyr_rads,
        )  # fmt: skip


def _turned(vectors: Array, matrix: tuple[float, ...]) -> Array:
    """Multiply each of (N, 3) vectors by a matrix.

    Column by column, so that a sample comes out the same to the bit in any block; a product of matrices does not.
    """
    x, y, z = vectors.T
    turned = np.empty_like(vectors)
    for axis in range(3):
        by_x, by_y, by_z = matrix[3 * axis : 3 * axis + 3]
        turned[:, axis] = by_x * x + by_y * y + by_z * z
    return turned
