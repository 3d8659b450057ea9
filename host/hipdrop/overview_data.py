"""What the picture of a run shows, as plain arrays; drawn by `hipdrop.overview`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from hipdrop.events import Activity, ActivityChanged, AlertEvent, BaselineReady, Event, Gap, Side, Step
from hipdrop.samples import Array
from hipdrop.settings import MonitorSettings
from hipdrop.waves import MeanWave

SMOOTH_STEPS = 41  # counted steps of one leg under the running median, about half a minute
LONGEST_LINE_S = 10.0
SHORT_GAP_S = 1.0  # shorter gaps are no wider than a line in the picture


@dataclass(frozen=True, eq=False)
class SideWave:
    """Mean obliquity of one leg's stride from its own contact, contralateral side down, over the stride's mean.

    Attributes
    ----------
    phase_percent, drop_deg, sd_deg
        (101,) each.
    """

    phase_percent: Array
    drop_deg: Array
    sd_deg: Array


@dataclass(frozen=True)
class Reference:
    """The level that the monitor compares with from `from_min` to `to_min`, and the limit of the alert above it."""

    from_min: float
    to_min: float
    level_deg: float
    limit_deg: float


@dataclass(frozen=True, eq=False)
class DropTrack:
    """Drop of one leg over the run.

    Attributes
    ----------
    counted_min, counted_deg
        (N,) time and drop of the steps that count.
    left_out_min, left_out_deg
        (M,) the same of those that do not.
    smooth_deg
        (N,) running median of the counted steps.
    """

    side: Side
    counted_min: Array
    counted_deg: Array
    left_out_min: Array
    left_out_deg: Array
    smooth_deg: Array
    references: tuple[Reference, ...]
    alerts: tuple[AlertEvent, ...]


def running_median(values: Array, length: int) -> Array:
    """Give the median of up to `length` (odd) neighbours of each value; fewer at the ends."""
    half = length // 2
    inner = range(half, len(values) - half)
    out = np.empty_like(values)
    if inner:
        out[inner.start : inner.stop] = np.median(sliding_window_view(values, 2 * half + 1), axis=1)
    for i in (i for i in range(len(values)) if i not in inner):
        out[i] = np.median(values[max(0, i - half) : i + half + 1])
    return out


def running_mean(values: Array, length: int) -> Array:
    """Give the mean of up to `length` (odd) neighbours of each value; fewer at the ends."""
    index, half = np.arange(len(values)), length // 2
    first, last = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    sums = np.concatenate(([0.0], np.cumsum(values)))
    means: Array = (sums[last] - sums[first]) / (last - first)
    return means


def broken(t_min: Array, values: Array) -> tuple[Array, Array]:
    """Put a NaN where no step came for `LONGEST_LINE_S`, so that a line through the values is broken there."""
    breaks = np.flatnonzero(np.diff(t_min) > LONGEST_LINE_S / 60) + 1
    return np.insert(t_min, breaks, np.nan), np.insert(values, breaks, np.nan)


def drop_track(
    side: Side, events: Sequence[Event], start_s: float, end_s: float, monitor: MonitorSettings
) -> DropTrack:
    """Collect the drop of one leg; times become minutes since the start of the recording."""
    steps = [event for event in events if isinstance(event, Step) and event.side is side]
    t_min = (np.array([step.t_s for step in steps]) - start_s) / 60
    drop_deg = np.array([step.drop_deg for step in steps])
    valid = np.array([step.valid for step in steps], dtype=bool)
    left_out = ~valid & np.isfinite(drop_deg)
    alerts = (event for event in events if isinstance(event, AlertEvent) and event.side in (side, Side.BOTH))
    smooth_deg = running_median(drop_deg[valid], SMOOTH_STEPS)
    references = _references(side, events, start_s, end_s, monitor)
    counted = t_min[valid], drop_deg[valid]
    return DropTrack(side, *counted, t_min[left_out], drop_deg[left_out], smooth_deg, references, tuple(alerts))


def _references(
    side: Side, events: Sequence[Event], start_s: float, end_s: float, monitor: MonitorSettings
) -> tuple[Reference, ...]:
    """Give the baseline and its dead band, or the physio's band; scatter can put the alert's limit higher still."""
    length_min = (end_s - start_s) / 60
    if monitor.mode == "target":
        edge_deg = monitor.target_left_deg if side is Side.LEFT else monitor.target_right_deg
        return (Reference(0.0, length_min, edge_deg, edge_deg + monitor.target_dead_band_deg),) if edge_deg else ()
    found = [event for event in events if isinstance(event, BaselineReady)]
    from_min = [(event.t_s - start_s) / 60 for event in found]
    levels_deg = [event.left_deg if side is Side.LEFT else event.right_deg for event in found]
    return tuple(
        Reference(begin, end, level_deg, level_deg + monitor.dead_band_deg)
        for (begin, end), level_deg in zip(pairwise([*from_min, length_min]), levels_deg, strict=True)
        if level_deg == level_deg
    )


def pauses(events: Sequence[Event], start_s: float, end_s: float) -> list[tuple[float, float]]:
    """Give the times of standing and walking in minutes."""
    changes = [event for event in events if isinstance(event, ActivityChanged)]
    edges_min = [(t_s - start_s) / 60 for t_s in (*(event.t_s for event in changes), end_s)]
    spans_min = zip(pairwise(edges_min), changes, strict=True)
    return [span for span, event in spans_min if event.activity is not Activity.RUN]


def long_gaps(events: Sequence[Event], start_s: float) -> list[tuple[float, float]]:
    """Give the times without samples in minutes, where they are long enough to be seen."""
    gaps = (event for event in events if isinstance(event, Gap) and event.duration_s >= SHORT_GAP_S)
    return [((gap.t_s - start_s) / 60, (gap.t_s + gap.duration_s - start_s) / 60) for gap in gaps]


def cadence_track(events: Sequence[Event], start_s: float) -> tuple[Array, Array]:
    """Give minutes and running mean of the cadence of all steps; single ones are in steps of whole samples."""
    steps = [event for event in events if isinstance(event, Step) and event.cadence_spm > 0]
    t_min = (np.array([step.t_s for step in steps]) - start_s) / 60
    return t_min, running_mean(np.array([step.cadence_spm for step in steps]), SMOOTH_STEPS)


def side_waves(wave: MeanWave) -> dict[Side, SideWave]:
    """Turn the mean stride into what each leg's stride looks like from its own contact.

    The right contact is taken at half of the stride.
    """
    half = np.roll(np.arange(100), -50)
    from_right = np.append(half, half[0])
    return {
        Side.LEFT: SideWave(wave.phase_percent, wave.mean_deg, wave.sd_deg),
        Side.RIGHT: SideWave(wave.phase_percent, -wave.mean_deg[from_right], wave.sd_deg[from_right]),
    }
