"""The drop of one step: peak over the mean of the stride that ends with the step (docs/algorithms.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hipdrop import columns as col
from hipdrop.events import Side
from hipdrop.filters import stride_kernel
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.settings import DropSettings

_DEG = -180.0 / math.pi


@dataclass(slots=True, eq=False)
class ObliquityCourse:
    """Obliquity of one step, not yet signed by a side.

    Attributes
    ----------
    smooth_deg
        Obliquity without wobble, by samples, from the last one before contact to the end of the search for the peak.
    start
        Sample index that smooth_deg[0] is valid at, fractional.
    mean_deg
        Mean obliquity of the stride that ends with the step.
    wobble_deg
        RMS of what smoothing took away from smooth_deg.
    stride_deg
        (m,) obliquity of the whole stride as measured, from the contact before.
    """

    smooth_deg: list[float]
    start: float
    mean_deg: float
    wobble_deg: float
    stride_deg: Array


@dataclass(slots=True)
class Drop:
    """Drop figures of a step in degrees, and the sample index of the peak."""

    drop_deg: float
    excursion_deg: float
    midstance_deg: float
    peak: float


def obliquity_course(
    ring: RingBuffer, right: Array, up_shift: float, previous: float, contact: float, following: float,
    known: int, settings: DropSettings,
) -> ObliquityCourse:  # fmt: skip
    """Obliquity over the stride, and without wobble from contact to where the search for the peak ends.

    Parameters
    ----------
    ring
        Columns of `hipdrop.columns`.
    right
        (3,) the pelvis' right axis in sensor axes.
    up_shift
        Samples by which `col.UP` is valid later than the sample it stands at.
    previous, contact, following
        Sample indices, fractional, of the contact before, of this step's and of the next.
    known
        Samples that had come when the next contact was found; later ones are left alone, so that the figures do not
        depend on how the stream was cut.
    """
    begin, mid, end = round(previous - up_shift), round(contact - up_shift), round(following - up_shift)
    kernel = stride_kernel(end - begin, settings.cutoff_harmonics, settings.kernel_half_part)
    half = len(kernel) // 2
    search_end = math.floor(contact - up_shift + settings.peak_part * (following - contact)) + 2
    first, last = max(min(begin, mid - 1 - half), ring.start), min(max(search_end + half, end), known)
    obliquity = np.arcsin(np.dot(right, ring.window(first, last, col.UP)))
    obliquity *= _DEG
    at = max(mid - 1, first + half)  # a first sample that the kernel can reach back from
    smooth = np.correlate(obliquity[at - half - first : search_end + half - first], kernel, "valid")
    stride = obliquity[max(begin - first, 0) : end - first]
    rest = obliquity[at - first : at - first + len(smooth)] - smooth
    return ObliquityCourse(
        smooth.tolist(),
        at + up_shift,
        float(np.dot(stride, _equal_parts(len(stride)))),
        math.sqrt(float(np.dot(rest, rest)) / len(rest)),
        stride,
    )


def drop_of(
    course: ObliquityCourse, side: Side, contact: float, toe_off: float, following: float, peak_part: float
) -> Drop:
    """Sign the course by the standing leg and read it; indices as in `obliquity_course`, toe-off may be NaN."""
    sign = 1.0 if side is Side.LEFT else -1.0
    smooth, at_contact = course.smooth_deg, contact - course.start
    search_to = at_contact + peak_part * (following - contact)
    first = max(0, math.ceil(at_contact))
    search = smooth[first : max(first, math.floor(search_to)) + 1]
    top = first + search.index(max(search) if sign > 0.0 else min(search))
    peak, shift = _parabola(smooth, top, sign)
    mean = sign * course.mean_deg
    middle = 0.5 * (at_contact + (at_contact + toe_off - contact if toe_off == toe_off else search_to))
    return Drop(
        peak - mean,
        peak - sign * _between(smooth, at_contact),
        sign * _between(smooth, middle) - mean,
        course.start + top + shift,
    )


def _between(y: list[float], position: float) -> float:
    """Value at a position between samples, linearly interpolated; the ends are held."""
    last = len(y) - 1
    if not 0.0 < position < last:
        return y[0] if position <= 0.0 else y[last]
    whole = int(position)
    return y[whole] + (position - whole) * (y[whole + 1] - y[whole])


def _parabola(y: list[float], top: int, sign: float) -> tuple[float, float]:
    """Vertex through three samples of sign * y: height, and place relative to `top`; the sample if it is no maximum."""
    middle = sign * y[top]
    if not 0 < top < len(y) - 1:
        return middle, 0.0
    left, right = sign * y[top - 1], sign * y[top + 1]
    bend = left - 2.0 * middle + right
    if bend >= 0.0 or middle < left or middle < right:
        return middle, 0.0
    shift = 0.5 * (left - right) / bend
    return middle - 0.25 * (left - right) * shift, shift


def oscillation_mm(vertical_g: Array, rate_hz: float) -> float:
    """Vertical travel, peak to peak in mm, from the vertical acceleration (n,) in g of one step.

    Integrated twice over the step, the mean taken off each time: the step is taken to end where and as fast as it
    began.
    """
    height = np.dot(_twice_integrated(len(vertical_g)), vertical_g)
    return float(height[height.argmax()] - height[height.argmin()]) * (
        STANDARD_GRAVITY_MS2 * 1000.0 / (rate_hz * rate_hz)
    )


@lru_cache(maxsize=512)
def _equal_parts(n: int) -> Array:
    """(n,) weights of a mean: a product costs half of a sum."""
    return np.full(n, 1.0 / n)


@lru_cache(maxsize=512)
def _twice_integrated(n: int) -> Array:
    """(n, n) matrix: take the mean off, sum up, take the mean off, sum up; in samples."""
    level = np.eye(n) - 1.0 / n
    total = np.tril(np.ones((n, n)))
    return np.ascontiguousarray(total @ level @ total @ level)
