"""From pelvis angles and displacement to what an ideal sensor on it measures, in pelvis axes.

World and path frame: x forward, y up, z right. R = Ry(rotation) Rx(obliquity) Rz(tilt) (Baker 2001, Gait Posture 13:1)
takes pelvis to path; a path that turns adds its heading to the rotation. Derivatives are seven-point central
differences: at 200 Hz their relative error is under 1e-4 for the 10th harmonic of a stride (14 Hz).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipdrop.events import Site
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.simulate.coefficients import OBLIQUITY, TILT
from hipdrop.simulate.gait import Gait
from hipdrop.simulate.levels import AddedDrop
from hipdrop.simulate.way import Way

MARGIN = 3  # points that a difference needs on either side
FIRST = np.array([-1.0, 9.0, -45.0, 0.0, 45.0, -9.0, 1.0]) / 60.0
SECOND = np.array([2.0, -27.0, 270.0, -490.0, 270.0, -27.0, 2.0]) / 180.0

# Where the sensor sits, from the midpoint of the two PSIS in pelvis axes, m (facts/algorithms.md 13)
LEVER_M = {
    Site.SACRUM: np.array([-0.02, 0.0, 0.0]),
    Site.LEFT_HIP: np.array([0.06, 0.0, -0.16]),
    Site.RIGHT_HIP: np.array([0.06, 0.0, 0.16]),
}


@dataclass(frozen=True)
class PelvisMotion:
    """Truth of the pelvis and ideal sensor values, one entry per grid point.

    Attributes
    ----------
    angles_rad
        (3, N) tilt, obliquity, rotation (with heading).
    gyr_rads, acc_ms2
        (3, N) angular rate and specific force at the sensor, pelvis axes.
    """

    angles_rad: Array
    gyr_rads: Array
    acc_ms2: Array


def differences(values: Array, weights: Array) -> Array:
    """Apply a seven-point stencil along the last axis; the result is six shorter."""
    n = values.shape[-1] - 2 * MARGIN
    total: Array = weights[0] * values[..., :n]
    for shift in range(1, 7):
        if weights[shift]:
            total += weights[shift] * values[..., shift : shift + n]
    return total


def to_world(angles_rad: Array, vector: Array) -> Array:
    """Turn (3, N) or (3, 1) vectors from pelvis axes: R v with angles (3, N) tilt, obliquity, rotation."""
    (ct, co, cr), (st, so, sr) = np.cos(angles_rad), np.sin(angles_rad)
    x, y, z = vector
    x, y = ct * x - st * y, st * x + ct * y
    y, z = co * y - so * z, so * y + co * z
    return np.array([cr * x + sr * z, y, cr * z - sr * x])


def to_pelvis(angles_rad: Array, vector: Array) -> Array:
    """Turn (3, N) vectors into pelvis axes: R^T v."""
    (ct, co, cr), (st, so, sr) = np.cos(angles_rad), np.sin(angles_rad)
    x, y, z = vector
    x, z = cr * x - sr * z, sr * x + cr * z
    y, z = co * y + so * z, co * z - so * y
    return np.array([ct * x + st * y, ct * y - st * x, z])


def angular_rate(angles_rad: Array, rates_rads: Array) -> Array:
    """Give the angular rate (3, N) in pelvis axes from the angles tilt, obliquity, rotation and their rates."""
    (ct, co, _), (st, so, _) = np.cos(angles_rad), np.sin(angles_rad)
    x, y, z = rates_rads[1], rates_rads[2] * co, -rates_rads[2] * so
    return np.array([ct * x + st * y, ct * y - st * x, z + rates_rads[0]])


def pelvis_motion(gait: Gait, added: AddedDrop, way: Way, t_s: Array, site: Site) -> PelvisMotion:
    """Evaluate the motion on the uniform grid `t_s`; the outer `MARGIN` points are used up by the differences."""
    step_s = (t_s[-1] - t_s[0]) / (len(t_s) - 1)
    phase = gait.phase(t_s)
    channels = gait.motion(phase)
    angles, displacement = channels[:3], channels[3:]
    angles[OBLIQUITY] += added.obliquity(gait, phase)
    inner = slice(MARGIN, len(t_s) - MARGIN)
    acceleration = np.zeros((3, len(t_s) - 2 * MARGIN))
    acceleration[1] = STANDARD_GRAVITY_MS2
    if not way.straight:
        heading, forward, left, slope = way.at(t_s)
        angles[TILT] += slope  # the pelvis keeps its angle to the ground
        angles[2] += heading
        c, s = np.cos(heading), np.sin(heading)
        x, z = displacement[0].copy(), displacement[2].copy()
        displacement[0], displacement[2] = c * x + s * z, c * z - s * x
        x, z = forward[inner], -left[inner]
        acceleration[0] += c[inner] * x + s[inner] * z
        acceleration[2] += c[inner] * z - s[inner] * x
    position = displacement + to_world(angles, LEVER_M[site][:, None])
    acceleration += differences(position, SECOND) / step_s**2
    rates = differences(angles, FIRST) / step_s
    angles = np.ascontiguousarray(angles[:, inner])
    return PelvisMotion(angles, angular_rate(angles, rates), to_pelvis(angles, acceleration))
