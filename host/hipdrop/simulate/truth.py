"""What is true of a simulated run: contacts, and the drop of each running step from the pelvis' own obliquity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.samples import Array
from hipdrop.simulate.gait import Gait

WHOLE = 0.95  # share of running from which a step is a running step


@dataclass(frozen=True)
class Contacts:
    """One entry per contact, in time order, on the axis of the time stamps; NaN where something is undefined.

    `running` is true where the whole step is running. What is neither `running` nor `walking` belongs to a start, a
    stop or a change of gait: a detector may report it or not. The four values of drop are defined for running steps
    with a whole stride of running around midstance.
    """

    contact_s: Array
    toe_off_s: Array
    is_left: NDArray[np.bool_]
    running: NDArray[np.bool_]
    walking: NDArray[np.bool_]
    drop_deg: Array
    excursion_deg: Array
    stride_mean_deg: Array
    peak_s: Array

    def __len__(self) -> int:
        return len(self.contact_s)

    @property
    def activity(self) -> list[str]:
        """`run`, `walk` or `change` of each contact."""
        return ["run" if r else "walk" if w else "change" for r, w in zip(self.running, self.walking, strict=True)]


@dataclass(frozen=True)
class Events:
    """All contacts of a gait, in true time, before it is known which the recording holds."""

    phase: Array
    contact_s: Array
    toe_off_s: Array
    stride_from_s: Array  # the stride centred on midstance
    stride_to_s: Array
    is_left: NDArray[np.bool_]
    running: NDArray[np.bool_]
    walking: NDArray[np.bool_]
    moving: Array  # share of running at contact


def events(gait: Gait) -> Events:
    """Find contacts by phase: left at whole phases, right `right_fraction` later."""
    k = np.arange(1, len(gait.running) - 2)
    phase = np.column_stack([k, k + gait.right_fraction[k]]).ravel()
    stride = np.repeat(k, 2)
    half = 0.5 * gait.contact_fraction[stride]
    step_end = np.append(phase[1:], phase[-1] + 0.5)
    ends = (phase, step_end)
    running = np.minimum(*(gait.share(gait.running, end) for end in ends))
    walking = np.minimum(*(gait.share(gait.walking, end) for end in ends))
    either = np.minimum(*(gait.share(gait.running + gait.walking, end) for end in ends))
    stepping = either > 0.5
    return Events(
        phase=phase[stepping],
        contact_s=gait.time_s(phase)[stepping],
        toe_off_s=gait.time_s(phase + 2 * half)[stepping],
        stride_from_s=gait.time_s(phase + half - 0.5)[stepping],
        stride_to_s=gait.time_s(phase + half + 0.5)[stepping],
        is_left=(np.arange(len(phase)) % 2 == 0)[stepping],
        running=(running > WHOLE)[stepping],
        walking=(walking > WHOLE)[stepping],
        moving=gait.share(gait.running, phase)[stepping],
    )


def measure(found: Events, t_s: Array, obliquity_deg: Array, time_scale: float) -> Contacts:
    """Measure the drop of every contact on the pelvis' obliquity: the stance's peak over the stride around midstance.

    Parameters
    ----------
    found
        Contacts in true time.
    t_s, obliquity_deg
        (N,) the recording, uniform in true time.
    time_scale
        Time stamps over true time.
    """
    inside = (found.contact_s >= t_s[0]) & (found.toe_off_s <= t_s[-1])
    whole = (found.stride_from_s >= t_s[0]) & (found.stride_to_s <= t_s[-1])
    defined = found.running & whole & _between_running(found)
    sign = np.where(found.is_left, 1.0, -1.0)
    peak_deg, peak_s = _peaks(found, t_s, obliquity_deg, sign)
    total = np.concatenate([[0.0], np.cumsum(0.5 * (obliquity_deg[1:] + obliquity_deg[:-1]) * np.diff(t_s))])
    span = np.interp(found.stride_to_s, t_s, total) - np.interp(found.stride_from_s, t_s, total)
    mean_deg = span / (found.stride_to_s - found.stride_from_s)
    at_contact = sign * np.interp(found.contact_s, t_s, obliquity_deg)

    def kept(values: Array) -> Array:
        values_inside: Array = np.where(defined, values, np.nan)[inside]
        return values_inside

    return Contacts(
        contact_s=found.contact_s[inside] * time_scale,
        toe_off_s=found.toe_off_s[inside] * time_scale,
        is_left=found.is_left[inside],
        running=found.running[inside],
        walking=found.walking[inside],
        drop_deg=kept(peak_deg - sign * mean_deg),
        excursion_deg=kept(peak_deg - at_contact),
        stride_mean_deg=kept(mean_deg),
        peak_s=kept(peak_s * time_scale),
    )


def _between_running(found: Events) -> NDArray[np.bool_]:
    """Say which contacts have a running step before them, so that the whole stride is running."""
    before = np.concatenate([[False], found.running[:-1]])
    soon = np.concatenate([[False], np.diff(found.phase) < 0.75])
    both: NDArray[np.bool_] = before & soon
    return both


def _peaks(found: Events, t_s: Array, obliquity_deg: Array, sign: Array) -> tuple[Array, Array]:
    """Give value and time of the largest side-signed obliquity from contact to toe-off, refined by a parabola."""
    step_s = (t_s[-1] - t_s[0]) / max(1, len(t_s) - 1)
    first = np.ceil((found.contact_s - t_s[0]) / step_s).astype(np.int64)
    last = np.floor((found.toe_off_s - t_s[0]) / step_s).astype(np.int64)
    width = max(1, int(np.max(last - first, initial=0)) + 1)
    index = np.minimum(first[:, None] + np.arange(width), last[:, None])
    values = sign[:, None] * obliquity_deg[np.clip(index, 0, len(t_s) - 1)]
    top = np.clip(first + np.argmax(values, axis=1), 1, len(t_s) - 2)
    left, middle, right = (sign * obliquity_deg[top + shift] for shift in (-1, 0, 1))
    bend = left - 2.0 * middle + right
    interior = (top > first) & (top < last) & (bend < 0.0)
    shift = np.where(interior, 0.5 * (left - right) / np.where(interior, bend, -1.0), 0.0)
    peak_deg, peak_s = middle - 0.25 * (left - right) * shift, t_s[0] + (top + shift) * step_s
    for edge_s in (found.contact_s, found.toe_off_s):  # of a stance without a peak inside
        edge_deg = sign * np.interp(edge_s, t_s, obliquity_deg)
        peak_s = np.where(edge_deg > peak_deg, edge_s, peak_s)
        peak_deg = np.maximum(edge_deg, peak_deg)
    return peak_deg, peak_s
