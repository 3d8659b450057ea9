"""How the clip sits, as an estimator gives it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from hipdrop.events import Site
from hipdrop.samples import Array

Quaternion = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class MountEstimate:
    """The clip on the pelvis.

    Attributes
    ----------
    pelvis_from_sensor
        (3, 3), v_pelvis = R v_sensor; rows are forward, up and right in sensor axes.
    method
        `bends` or `running`.
    residual_deg
        Spread of the heading: standard deviation over the bends, or difference of the halves of a run.
    site
        Where it sits, where the method tells.
    repetitions
        Bends or strides that it rests on.
    verdict
        How good it is, in words.
    """

    pelvis_from_sensor: Array
    method: str
    residual_deg: float
    site: Site | None
    repetitions: int
    verdict: str

    @property
    def quaternion(self) -> Quaternion:
        """(w, x, y, z), sensor to pelvis."""
        return quaternion_of(self.pelvis_from_sensor)


def quaternion_of(matrix: Array) -> Quaternion:
    """Give (w, x, y, z), w at least 0, of a rotation matrix (3, 3)."""
    x, y, z, w = Rotation.from_matrix(matrix).as_quat(canonical=True)
    return float(w), float(x), float(y), float(z)


def matrix_of(quaternion: Quaternion) -> Array:
    """Give the rotation matrix (3, 3) of (w, x, y, z)."""
    w, x, y, z = quaternion
    return np.asarray(Rotation.from_quat([x, y, z, w]).as_matrix())


def rotation_of(forward: Array, up: Array) -> Array:
    """Give pelvis from sensor (3, 3) of a forward and an up direction in sensor axes; up stays, forward is levelled."""
    up = up / np.linalg.norm(up)
    forward = forward - (forward @ up) * up
    forward = forward / np.linalg.norm(forward)
    return np.stack((forward, up, np.cross(forward, up)))
