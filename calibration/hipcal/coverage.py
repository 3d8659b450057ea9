"""Which directions of gravity a set of poses has seen, and which one is missing next."""

from __future__ import annotations

import math

import numpy as np

from hipdrop.samples import Array

NEAR_DEG = 45.0  # a pose speaks for the directions around it: half of the way to the next face
ALIKE_DEG = 15.0  # closer than that, two poses are one, done twice: slop of a hand is 3 deg
_POINTS = 500
_ONES = np.array([[x, y, z] for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if x or y or z], dtype=float)
# what a person can be asked for: faces of the clip up, then its corners, then its edges
_ASKED = np.array(sorted((_ONES / np.linalg.norm(_ONES, axis=1)[:, None]).tolist(), key=lambda v: -max(map(abs, v))))
_FACES = 6


def coverage(directions: Array) -> float:
    """Give the share of all directions that is within 45 deg of one of (N, 3); six faces have 0.88."""
    if not len(directions):
        return 0.0
    return float(np.mean(_angles_deg(_sphere(), directions).min(axis=1) < NEAR_DEG))


def widest_gap(directions: Array) -> tuple[float, Array]:
    """Give the largest angle, in deg, between any direction and the nearest of (N, 3), and that direction (3,)."""
    points = _sphere()
    gaps = _angles_deg(points, directions).min(axis=1)
    at = int(np.argmax(gaps))
    return float(gaps[at]), points[at]


def distinct(directions: Array) -> int:
    """Give how many of (N, 3) differ: those within 15 deg of one that is counted are it, done again."""
    counted: list[int] = []
    for number in range(len(directions)):
        if not counted or _angles_deg(directions[number : number + 1], directions[counted]).min() > ALIKE_DEG:
            counted.append(number)
    return len(counted)


def next_direction(directions: Array) -> Array:
    """Give the direction (3,) that shall point up next: a missing face, else the farthest of faces, corners, edges."""
    if not len(directions):
        return _asked(0)
    gaps = _angles_deg(_ASKED, directions).min(axis=1)
    faces = gaps[:_FACES]
    at = int(np.argmax(faces)) if faces.max() > 0.5 * NEAR_DEG else int(np.argmax(gaps))
    return _asked(at)


def in_words(direction: Array) -> str:
    """Say which axes of the chip point up: `z up`, `x down`, `x and z up, y down`."""
    size = np.abs(direction) / np.linalg.norm(direction)
    named = [axis for axis in range(3) if size[axis] > 0.38]  # sin(22.5 deg): half of the way to the next
    parts = [
        " and ".join("xyz"[axis] for axis in named if direction[axis] * sign > 0.0) + word
        for sign, word in ((1.0, " up"), (-1.0, " down"))
        if any(direction[axis] * sign > 0.0 for axis in named)
    ]
    return ", ".join(parts)


def _asked(number: int) -> Array:
    direction: Array = _ASKED[number].copy()
    return direction


def _angles_deg(one: Array, other: Array) -> Array:
    """Give the angles (N, M) between unit vectors (N, 3) and (M, 3)."""
    angles: Array = np.rad2deg(np.arccos(np.clip(one @ other.T, -1.0, 1.0)))
    return angles


def _sphere() -> Array:
    """Give unit vectors (N, 3), evenly over all directions: points of a golden spiral."""
    k = np.arange(_POINTS) + 0.5
    z = 1.0 - 2.0 * k / _POINTS
    turn = math.pi * (1.0 + math.sqrt(5.0)) * k
    radius = np.sqrt(1.0 - z * z)
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), z])
