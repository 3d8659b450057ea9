"""Outlines of the pelvis from behind, in mm about the middle between the iliac crests; drawn, not measured.

Landmarks of the right half, outwards from the back: posterior iliac spine, crest, anterior iliac spine, rim of the hip
joint, seat bone, pubic arch.
"""

from __future__ import annotations

import numpy as np
from matplotlib.path import Path

HIP_MM = (86.0, -30.0)  # middle of the right hip joint
_ILIUM = [(30, 40), (38, 66), (60, 92), (92, 106), (124, 98), (141, 72), (138, 48), (124, 30), (116, 6), (114, -22),
          (106, -52), (92, -74), (82, -102), (64, -118), (48, -108), (34, -92), (14, -88), (6, -74), (14, -62),
          (36, -58), (54, -44), (58, -20), (46, 4), (34, 18)]  # fmt: skip
_OPENING = [(52, -66), (72, -62), (80, -76), (72, -96), (58, -98), (46, -84)]
_SACRUM = [(-36, 62), (0, 70), (36, 62), (38, 34), (24, 2), (12, -24), (6, -46), (0, -58), (-6, -46), (-12, -24),
           (-24, 2), (-38, 34)]  # fmt: skip
_HOLES = [(15, 36), (12, 14), (9, -6)]


def hip_bone(mirrored: bool) -> Path:
    """Give ilium, seat bone and pubic bone of one half with the opening between them."""
    out = -1 if mirrored else 1
    rim = smooth([(out * x, y) for x, y in _ILIUM])
    opening = smooth([(out * x, y) for x, y in _OPENING][::-1])
    return Path.make_compound_path(rim, opening)


def sacrum() -> Path:
    """Give the sacrum and the tail bone."""
    return smooth(_SACRUM)


def sacral_holes() -> tuple[list[float], list[float]]:
    """Give the middles of the openings of the sacrum."""
    return [out * x for x, _ in _HOLES for out in (-1.0, 1.0)], [float(y) for _, y in _HOLES for _ in (0, 1)]


def smooth(corners: list[tuple[int, int]]) -> Path:
    """Lay a closed quadratic spline around corners, through the middles between them."""
    points = np.array(corners, dtype=float)
    middles = (points + np.roll(points, -1, axis=0)) / 2
    vertices = [middles[-1]]
    for corner, middle in zip(points, middles, strict=True):
        vertices += [corner, middle]
    return Path(np.array([*vertices, vertices[0]]), [Path.MOVETO, *[Path.CURVE3] * (len(vertices) - 1), Path.CLOSEPOLY])
