"""The drop of one step, by the definition of docs/algorithms.md: peak over the mean of the stride that ends with the step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hipdrop import columns as col
from hipdrop.events import Side
from hipdrop.filters import stride_kernel
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array
from hipdrop.settings import DropSettings


@dataclass(frozen=True, slots=True, eq=False)
class ObliquityCourse:
    """Obliquity of one step, not yet signed by a side.

    Attributes
    ----------
    smooth_deg
        (n,) obliquity without wobble, from the last sample before contact to past the end of the search for the peak.
    start
        Sample index that smooth_deg[0] is valid at, fractional.
    mean_deg
        Mean obliquity of the stride that ends with the step.
    wobble_deg
        RMS of what smoothing took away, over the stride as far as it is smoothed.
    stride_deg
        (m,) obliquity of the whole stride as measured, from the contact before.
    """

    smooth_deg: Array
    start: float
    mean_deg: float
    wobble_deg: float
    stride_deg: Array

    def at(self, index: float) -> float:
        """Obliquity at a sample index, fractional, linearly interpolated; the ends are held."""
        position = min(max(index - self.start, 0.0), len(self.smooth_deg) - 1.0)
        whole = min(int(position), len(self.smooth_deg) - 2)
        part = position - whole
        return float((1.0 - part) * self.smooth_deg[whole] + part * self.smooth_deg[whole + 1])


@dataclass(frozen=True, slots=True)
class Drop:
    """Drop figures of a step in degrees, and the sample index of the peak."""

    drop_deg: float
    excursion_deg: float
    midstance_deg: float
    peak: float


def obliquity_course(
    ring: RingBuffer, right: Array, up_shift: float, previous: float, contact: float, following: float,
    settings: DropSettings,
) -> ObliquityCourse:  # fmt: skip
    """Obliquity from the stride's beginning to where the peak of the step is sought.

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
    """
    begin, mid, end = (round(x - up_shift) for x in (previous, contact, following))
    kernel = stride_kernel(end - begin, settings.cutoff_harmonics, settings.kernel_half_part)
    half = len(kernel) // 2
    search_end = mid + math.ceil(settings.peak_part * (end - mid)) + 1
    first, last = max(begin - half, ring.start), min(max(search_end + half, end), ring.end)
    up = ring.window(first, last)[col.UP]
    sine = right[0] * up[0] + right[1] * up[1] + right[2] * up[2]
    obliquity = np.rad2deg(-np.arcsin(sine))
    smooth = np.convolve(obliquity[: search_end + half - first], kernel, "valid")  # valid from first + half on
    stride = obliquity[begin - first : end - first]
    rest = obliquity[half : half + len(smooth)] - smooth
    offset = mid - 1 - (first + half)
    return ObliquityCourse(
        smooth[offset:],
        mid - 1 + up_shift,
        float(np.add.reduce(stride)) / len(stride),
        math.sqrt(float(np.dot(rest, rest)) / len(rest)),
        stride,
    )


def drop_of(course: ObliquityCourse, side: Side, contact: float, toe_off: float, following: float, peak_part: float) -> Drop:
    """Sign the course by the standing leg and read the figures; indices as in `obliquity_course`, toe-off may be NaN."""
    sign = 1.0 if side is Side.LEFT else -1.0
    smooth = sign * course.smooth_deg
    first = max(0, math.ceil(contact - course.start))
    last = max(first + 1, math.floor(contact + peak_part * (following - contact) - course.start) + 1)
    top = first + int(smooth[first:last].argmax())
    peak, shift = _parabola(smooth, top)
    mean = sign * course.mean_deg
    middle = contact + 0.5 * (toe_off - contact) if toe_off == toe_off else contact + 0.5 * peak_part * (following - contact)
    return Drop(
        peak - mean,
        peak - sign * course.at(contact),
        sign * course.at(middle) - mean,
        course.start + top + shift,
    )


def _parabola(y: Array, top: int) -> tuple[float, float]:
    """Height and place, relative to `top`, of the vertex through three samples; of the sample itself if it is no maximum."""
    middle = float(y[top])
    if not 0 < top < len(y) - 1:
        return middle, 0.0
    left, right = float(y[top - 1]), float(y[top + 1])
    bend = left - 2.0 * middle + right
    if bend >= 0.0 or middle < left or middle < right:
        return middle, 0.0
    shift = 0.5 * (left - right) / bend
    return middle - 0.25 * (left - right) * shift, shift


def oscillation_mm(vertical_g: Array, rate_hz: float) -> float:
    """Vertical travel, peak to peak in mm, from the vertical acceleration (n,) in g of one step.

    Integrated twice over the step with the mean taken off each time: the step is taken to end where and as fast as it began.
    """
    dt = 1.0 / rate_hz
    speed = np.cumsum(vertical_g)
    speed -= speed[-1] / len(speed) * np.arange(1, len(speed) + 1)
    speed -= np.add.reduce(speed) / len(speed)
    height = np.cumsum(speed)
    return float(height.max() - height.min()) * dt * dt * STANDARD_GRAVITY_MS2 * 1000.0
