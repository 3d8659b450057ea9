"""How the clip sits, from quiet standing and three forward bends: up, heading and which way is forward."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipcal.levelled import Levelled, levelled
from hipcal.mount import MountEstimate, rotation_of
from hipcal.refusal import Refusal
from hipdrop.samples import Array

LEAST_DEG = 20.0  # of the pelvis: leaning back hardly reaches it (trunk extension comes from the spine), bows do
FEWEST = 2
_BEGINS_DEG = 10.0  # a bend is where the pelvis leans by more
_ALIKE_DEG = 10.0  # no bend's direction is farther from their mean; a helper's twist or side-bend is
_OPPOSITE_DEG = 90.0
_UPRIGHT_DEG = 8.0  # the standing after the bends against that before them
_GOOD_DEG = 3.0
_AGAIN = "bow from the hips, straight ahead, three times, and stand upright in between"


@dataclass(frozen=True, slots=True, eq=False)
class Bow:
    """One bend.

    Attributes
    ----------
    depth_deg
        How far the pelvis leaned.
    direction
        (3,) where to, level, in sensor axes, of length 1.
    """

    depth_deg: float
    direction: Array


def mount_by_bends(t_s: Array, acc_ms2: Array, gyr_rads: Array) -> MountEstimate | Refusal:
    """Estimate the mount from standing still and forward bends.

    1. Up: the mean up vector of the quiet standing at the beginning.
    2. Heading: in a forward bend what was up leans forward. The direction of each bend is the mean of the level part of
       the up vector's change over the bend, weighted by how far it leans; that of the mount is the mean over the bends,
       weighted by their depth. A turn of the pelvis about the vertical does not move the up vector, so that twisting
       does not enter; side-bending does, by its angle over the depth.

    Functional calibration by a planar movement after Kong et al. (2016, doi 10.3390/s16122011) and the review of Pacher
    et al. (2020, doi 10.3390/s20113322). Points of deviation: orientation in place of a principal component of the
    accelerometer, which the hips' own way back and forth enters; and with it the sign.

    Parameters
    ----------
    t_s, acc_ms2, gyr_rads
        (N,), (N, 3), (N, 3) of the whole procedure, sensor axes.
    """
    data = levelled(t_s, acc_ms2, gyr_rads)
    if isinstance(data, Refusal):
        return data
    bows = bends_of(data)
    return _unlike(data, bows) or _estimate(data.standing_up, [bow for bow in bows if bow.depth_deg >= LEAST_DEG])


def bends_of(data: Levelled) -> list[Bow]:
    """Find all leans beyond 10 deg that are over."""
    lean_rad, away = data.standing
    bent = lean_rad > math.radians(_BEGINS_DEG)
    edges = np.flatnonzero(np.diff(bent.astype(np.int8), prepend=0))
    bows = []
    for start, stop in zip(edges[::2], edges[1::2], strict=False):
        part = slice(int(start), int(stop))
        mean = (away[:, part] * lean_rad[part]).sum(axis=1)
        bows.append(Bow(math.degrees(lean_rad[part].max()), mean / np.linalg.norm(mean)))
    return bows


def _unlike(data: Levelled, bows: list[Bow]) -> Refusal | None:
    """Say what is wrong with the bends as a whole."""
    clear = [bow for bow in bows if bow.depth_deg >= LEAST_DEG]
    if len(clear) < FEWEST:
        if len(bows) > len(clear):
            deepest = max(bow.depth_deg for bow in bows)
            reason = f"the pelvis leaned by {deepest:.0f} deg only, or it leaned backwards"
            return Refusal(reason, "bow deeper, from the hips: bend until your hands reach the knees")
        return Refusal(f"there {'was one bend' if clear else 'were no bends'} to be seen", _AGAIN)
    if _from_mean_deg(clear) > _OPPOSITE_DEG / 2.0:
        return Refusal("the bends went different ways, one perhaps backwards or to a side", _AGAIN)
    if _from_mean_deg(clear) > _ALIKE_DEG:
        reason = f"the bends differ by {_from_mean_deg(clear):.0f} deg in direction: there is leaning to a side in them"
        return Refusal(reason, _AGAIN)
    after = data.up[:, -round(data.rate_hz) :].mean(axis=1)
    cosine = float(after @ data.standing_up / np.linalg.norm(after))
    if math.degrees(math.acos(min(1.0, cosine))) > _UPRIGHT_DEG:
        return Refusal("you did not come back upright, or the clip has moved", "fasten it, and " + _AGAIN)
    return None


def _mean(bows: list[Bow]) -> Array:
    total: Array = np.sum([bow.depth_deg * bow.direction for bow in bows], axis=0)
    return np.asarray(total / np.linalg.norm(total))


def _deviations_deg(bows: list[Bow]) -> Array:
    cosines = np.clip([float(bow.direction @ _mean(bows)) for bow in bows], -1.0, 1.0)
    return np.asarray(np.rad2deg(np.arccos(cosines)))


def _from_mean_deg(bows: list[Bow]) -> float:
    return float(_deviations_deg(bows).max())


def _estimate(up: Array, bows: list[Bow]) -> MountEstimate:
    spread_deg = float(np.sqrt(np.sum(_deviations_deg(bows) ** 2) / (len(bows) - 1)))
    word = "good" if spread_deg <= _GOOD_DEG and len(bows) > FEWEST else "fair"
    verdict = f"{word}: {len(bows)} bends, alike within {spread_deg:.1f} deg"
    if word == "fair":
        verdict += "; repeat it for a better one"
    return MountEstimate(rotation_of(_mean(bows), up), "bends", spread_deg, None, len(bows), verdict)
