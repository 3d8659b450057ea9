"""Export for OpenSim: the pelvis as OpenSense reads it, and as coordinates of a model's pelvis (docs/export.md)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hipdrop.after.export.pelvis import PelvisAngles
from hipdrop.after.export.source import ExportSource
from hipdrop.after.export.tables import Content, Tell
from hipdrop.errors import InputError
from hipdrop.filters import hann_kernel
from hipdrop.samples import Array

RATE_HZ = 100.0  # Nyquist 50 Hz: the pelvis of a runner has nothing above 8 harmonics of the stride, 13 Hz
HEADING_HALF_S = 2.0  # a Hann window of 4 s holds at most 0.3 % of what repeats every 0.85 s or faster: a stride
LEAST_S = 2.0 * HEADING_HALF_S  # a shorter stretch shows no heading
OPENSIM_VERSION = "4.6"  # whose readers these files were tried with
PIECE = 1 << 14
QUATERNION_HEADER = f"""DataRate={RATE_HZ:.6f}
DataType=Quaternion
version=3
OpenSimVersion={OPENSIM_VERSION}
endheader
time\tpelvis_imu
"""
COORDINATE_HEADER = f"""coordinates
DataRate={RATE_HZ:.6f}
DataType=double
version=3
OpenSimVersion={OPENSIM_VERSION}
nRows={{rows}}
nColumns=4
inDegrees=yes
endheader
time\tpelvis_tilt\tpelvis_list\tpelvis_rotation
"""


def opensim_files(source: ExportSource, tell: Tell) -> dict[str, Content]:
    """Give placer.sto, orientation.sto and coordinates.sto; with gaps one numbered pair for each stretch without one.

    OpenSense 4.6 stops at the first orientation that is NaN, so a gap cannot be a row.

    Raises
    ------
    InputError
        How the clip sits was not found, or no stretch is long enough.
    """
    if not source.pelvis.known:
        problem = "how the clip sits on the pelvis was not found, so there is no orientation of the pelvis to export"
        raise InputError(source.path, f"{problem}; record half a minute of even running or more")
    stretches = [uniform(source.pelvis, part) for part in source.pelvis.stretches]
    stretches = [(t_s, angles) for t_s, angles in stretches if len(t_s) >= LEAST_S * RATE_HZ]
    if not stretches:
        raise InputError(source.path, f"has no {LEAST_S:.0f} s without a gap; export csv or parquet")
    files: dict[str, Content] = {"placer.sto": (QUATERNION_HEADER + "0\t1,0,0,0\n").encode()}
    for number, (t_s, angles) in enumerate(stretches, 1):
        name = "" if len(stretches) == 1 else f"-{number:03d}"
        files[f"orientation{name}.sto"] = _orientations(t_s, angles)
        files[f"coordinates{name}.sto"] = _coordinates(t_s, angles)
        tell(number / len(stretches))
    return files


def uniform(pelvis: PelvisAngles, part: slice) -> tuple[Array, Array]:
    """Give whole hundredths of a second (M,) within a stretch, and obliquity, tilt, rotation (M, 3) at them in radians.

    Rotation is against where the pelvis points in the mean of the 4 s around, by a Hann window: without a magnetometer
    its slow part is drift and bends of the way, and in OpenSim's order of angles list and tilt mean something only
    while x is forward.
    """
    inside = pelvis.t_s[part]
    t_s = np.arange(np.ceil(inside[0] * RATE_HZ), np.floor(inside[-1] * RATE_HZ) + 1.0) / RATE_HZ
    angles = np.column_stack(
        [np.interp(t_s, inside, angle[part]) for angle in (pelvis.obliquity_deg, pelvis.tilt_deg, pelvis.rotation_deg)]
    )
    if len(t_s) >= LEAST_S * RATE_HZ:
        angles[:, 2] -= _slow(angles[:, 2])
    return t_s, np.radians(angles)


def _slow(rotation: Array) -> Array:
    """Take the mean over the window; at the ends the value and its mirror image about them make the window whole."""
    kernel = hann_kernel(HEADING_HALF_S, RATE_HZ)
    h = len(kernel) // 2
    before, after = 2.0 * rotation[0] - rotation[h:0:-1], 2.0 * rotation[-1] - rotation[-2 : -h - 2 : -1]
    return np.convolve(np.concatenate((before, rotation, after)), kernel, mode="valid")


def quaternions(angles: Array) -> Array:
    """Give (M, 4) w, x, y, z of R = Ry(rotation) Rx(obliquity) Rz(tilt) from obliquity, tilt, rotation (M, 3)."""
    (cb, ca, cr), (sb, sa, sr) = np.cos(0.5 * angles.T), np.sin(0.5 * angles.T)
    return np.column_stack((
        cr * cb * ca + sr * sb * sa,
        cr * sb * ca + sr * cb * sa,
        sr * cb * ca - cr * sb * sa,
        cr * cb * sa - sr * sb * ca,
    ))  # fmt: skip


def coordinates(angles: Array) -> Array:
    """Give pelvis_tilt, pelvis_list, pelvis_rotation (M, 3) of the same R as OpenSim's models have them.

    R = Rz(tilt) Rx(list) Ry(rotation), the axes of the joint ground_pelvis (Delp et al., 1990, doi 10.1109/10.102791;
    Rajagopal et al., 2016, doi 10.1109/TBME.2016.2586891).
    """
    (cb, ca, cr), (sb, sa, sr) = np.cos(angles.T), np.sin(angles.T)
    tilt = np.arctan2(cr * sa - sr * sb * ca, cb * ca)
    lists = np.arcsin(np.clip(sr * sa + cr * sb * ca, -1.0, 1.0))
    rotation = np.arctan2(sr * ca - cr * sb * sa, cr * cb)
    return np.column_stack((tilt, lists, rotation))


def _orientations(t_s: Array, angles: Array) -> Iterator[bytes]:
    yield QUATERNION_HEADER.encode()
    yield from _rows(t_s, quaternions(angles), "%.2f\t%.9f,%.9f,%.9f,%.9f\n")


def _coordinates(t_s: Array, angles: Array) -> Iterator[bytes]:
    yield COORDINATE_HEADER.format(rows=len(t_s)).encode()
    yield from _rows(t_s, np.degrees(coordinates(angles)), "%.2f\t%.6f\t%.6f\t%.6f\n")


def _rows(t_s: Array, values: Array, row: str) -> Iterator[bytes]:
    table = np.column_stack((t_s, values))
    for start in range(0, len(table), PIECE):
        piece = table[start : start + PIECE]
        yield ((row * len(piece)) % tuple(piece.ravel().tolist())).encode()
