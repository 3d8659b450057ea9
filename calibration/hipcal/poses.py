"""Accelerometer from poses: its offset, scale and cross-axis, as far as the poses tell, or why they do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hipcal import magnitude
from hipcal.coverage import coverage, distinct, in_words, next_direction, widest_gap
from hipcal.refusal import Refusal
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array

FEWEST = 6
# A hand that wanders by 2 mm at up to 1 Hz leaves 0.5 mg in the mean of 3 s, 1 mg in that of 1.5 s; what its tremor and
# the chip's noise leave is less (docs/calibration.md)
HAND_G = 1e-3
UNSTEADY = 2.0  # times as much is still a hand; more is a pose that does not fit
WIDEST_GAP_DEG = 80.0  # six faces leave 55, and 65 with slop; a half sphere or a plane 90
LENGTH = 0.1  # of gravity, by which the median pose may be off: any wrong range is off by half
LARGEST_OFFSET_G = 0.1  # five SD of the class
LARGEST_PART = 0.05  # of scale and cross-axis: ten
WORST_DEG = 0.5  # expected error; an offset of 20 mg that is left alone makes 1.6
_FREE = 3  # residuals that a test of the poses shall have at least


@dataclass(frozen=True, slots=True)
class AccEstimate:
    """Offset and matrix of a = K (m - b).

    Attributes
    ----------
    matrix
        K row by row, symmetric.
    offset_ms2
        b along the chip's axes.
    parameters
        How many were fitted: 3 (offset), 6 (and scale) or 9 (and cross-axis).
    poses
        How many were used.
    left_out
        Numbers of the poses, from 0, that were not, since they do not fit the others.
    residual_ms2
        RMS of |a| against gravity over the poses used.
    coverage
        Share of all directions that some pose is near to.
    expected_deg
        RMS error of directions to expect with it, over all directions.
    uncorrected_deg
        The same without it.
    verdict
        How good it is, in words.
    """

    matrix: tuple[float, ...]
    offset_ms2: tuple[float, float, float]
    parameters: int
    poses: int
    left_out: tuple[int, ...]
    residual_ms2: float
    coverage: float
    expected_deg: float
    uncorrected_deg: float
    verdict: str


def fit_accelerometer(acc_ms2: Array) -> AccEstimate | Refusal:
    """Fit the accelerometer to poses.

    Of 3, 6 and 9 parameters those are fitted that let expect the smallest error of directions: fitting one more takes a
    systematic error away, and adds what the hand's unsteadiness makes of it in these very poses.

    Parameters
    ----------
    acc_ms2
        (N, 3) mean specific force of each pose, uncorrected, in any order (`hipcal.still`).
    """
    measured = np.asarray(acc_ms2, dtype=np.float64).reshape(-1, 3) / STANDARD_GRAVITY_MS2
    refusal = _too_little(measured)
    if refusal is not None:
        return refusal
    left_out: tuple[int, ...] = ()
    if _misfit(measured) > 1.0:
        found = _outlier(measured)
        if isinstance(found, Refusal):
            return found
        left_out = (found,)
        measured = np.delete(measured, found, axis=0)
        refusal = _too_little(measured)
        if refusal is not None:
            return Refusal(f"pose {found + 1} does not fit the others, and without it {refusal.reason}", refusal.remedy)
    fits = [magnitude.fit(measured, size) for size in magnitude.SIZES if size <= len(measured)]
    best = min(fits, key=lambda fit: fit.inclination_deg(HAND_G))
    return _implausible(best) or _judged(best, measured, left_out)


def _too_little(measured: Array) -> Refusal | None:
    """Say what the poses lack, before anything is fitted."""
    if not np.isfinite(measured).all():
        return Refusal("some values are no numbers", "hold the poses again")
    length = np.linalg.norm(measured, axis=1)
    if not len(measured) or length.min() == 0.0:
        return Refusal(f"there are {np.count_nonzero(length)} poses; it takes {FEWEST}", "hold the clip in six poses")
    if abs(float(np.median(length)) - 1.0) > LENGTH:
        return Refusal(
            f"gravity measures {np.median(length):.2f} g", "the range or the scale of the clip is not what it says"
        )
    up = measured / length[:, None]
    wanted = in_words(next_direction(up))
    different = distinct(up)
    if different < FEWEST:
        of = "" if different == len(up) else f" different ones among {len(up)}"
        return Refusal(f"{different} poses{of} are too few; it takes {FEWEST}", f"hold the clip with {wanted}")
    gap_deg, _ = widest_gap(up)
    if gap_deg > WIDEST_GAP_DEG:
        return Refusal(
            f"the poses are too alike: nothing within {gap_deg:.0f} deg of {wanted}", f"hold it with {wanted}"
        )
    return None


def _misfit(measured: Array) -> float:
    """Give how badly the poses fit together, over what is allowed, with as many parameters as leave a test."""
    size = max(size for size in magnitude.SIZES if size <= len(measured) - _FREE or size == magnitude.SIZES[0])
    return magnitude.fit(measured, size).misfit(UNSTEADY * HAND_G)


def _outlier(measured: Array) -> int | Refusal:
    """Give the number of the one pose without which the others fit together."""
    fitting = [
        number for number in range(len(measured)) if _misfit(np.delete(measured, number, axis=0)) <= 1.0
    ]  # fmt: skip
    if len(fitting) == 1 and len(measured) > FEWEST:
        return fitting[0]
    if not fitting or len(fitting) > len(measured) // 2:
        return Refusal("the poses do not fit together", "hold each of them still for 2 s; with twelve it is seen which")
    named = " or ".join(f"{number + 1} ({in_words(measured[number])})" for number in fitting)
    return Refusal(f"pose {named} does not fit the others", "hold it again")


def _implausible(fit: magnitude.Fit) -> Refusal | None:
    offset, parts = np.abs(fit.parameters[:3]), np.abs(fit.parameters[3:])
    if offset.max() > LARGEST_OFFSET_G:
        what = f"an offset of {offset.max() * 1e3:.0f} mg along {'xyz'[int(np.argmax(offset))]}"
    elif parts.max() > LARGEST_PART:
        part = int(np.argmax(parts))
        what = (
            f"{parts.max():.0%} of {'scale' if part < 3 else 'cross-axis'} ({('x', 'y', 'z', 'yz', 'zx', 'xy')[part]})"
        )
    else:
        return None
    return Refusal(
        f"{what} is more than any sound sensor has", "hold the poses again; if it stays, the sensor is broken"
    )


def _judged(fit: magnitude.Fit, measured: Array, left_out: tuple[int, ...]) -> AccEstimate | Refusal:
    residual = float(np.sqrt(np.mean(fit.residuals**2)))
    free = len(measured) - fit.size
    hand = max(HAND_G, residual * np.sqrt(len(measured) / free)) if free >= _FREE else HAND_G
    expected_deg = fit.inclination_deg(hand)
    up = measured / np.linalg.norm(measured, axis=1, keepdims=True)
    if expected_deg > WORST_DEG:
        return Refusal(
            f"these poses leave directions unknown by {expected_deg:.1f} deg",
            f"hold it with {in_words(next_direction(up))} as well",
        )
    x, y, z = (fit.parameters[:3] * STANDARD_GRAVITY_MS2).tolist()
    uncorrected_deg = magnitude.inclination_deg(fit.parameters)
    return AccEstimate(
        matrix=tuple(fit.matrix.ravel().tolist()),
        offset_ms2=(x, y, z),
        parameters=fit.size,
        poses=len(measured),
        left_out=left_out,
        residual_ms2=residual * STANDARD_GRAVITY_MS2,
        coverage=coverage(up),
        expected_deg=expected_deg,
        uncorrected_deg=uncorrected_deg,
        verdict=_verdict(fit.size, expected_deg, uncorrected_deg, left_out),
    )


def _verdict(size: int, expected_deg: float, uncorrected_deg: float, left_out: tuple[int, ...]) -> str:
    word = "good" if expected_deg < 0.2 else "sufficient"
    what = {3: "offset", 6: "offset and scale", 9: "offset, scale and cross-axis"}[size]
    left = "".join(f"; pose {number + 1} did not fit and was left out" for number in left_out)
    more = "" if size == magnitude.SIZES[-1] else "; twelve poses or more would tell more"
    return f"{word}: {what}, directions within {expected_deg:.2f} deg (without it {uncorrected_deg:.1f}){left}{more}"
