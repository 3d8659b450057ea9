"""Scores the steps that the pipeline found against a truth that it did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hipdrop.events import Event, Side, Step
from hipdrop.samples import Array, SampleBlock

MATCH_S = 0.1  # a found contact belongs to a true one within this time of it, after the run's constant offset


@dataclass(frozen=True)
class Truth:
    """True contacts of a run, arrays of one length; drop_deg is NaN where it is not defined."""

    contact_s: Array
    is_left: np.ndarray
    drop_deg: Array


@dataclass(frozen=True)
class Score:
    """What one run gave.

    `pairs` are (true index, step) of matched steps; `missed` and `extra` count over the true running time, `extra_s`
    are the times of the extra ones.
    """

    pairs: list[tuple[int, Step]]
    missed: int
    extra: int
    extra_s: list[float]
    offset_ms: float
    sd_ms: float
    drop_error_deg: dict[Side, Array]

    def bias_deg(self, side: Side) -> float:
        """Mean error of the drop of valid steps of a side, or of the mean of both sides."""
        if side is Side.BOTH:
            return 0.5 * (self.bias_deg(Side.LEFT) + self.bias_deg(Side.RIGHT))
        return float(np.mean(self.drop_error_deg[side]))

    def sd_deg(self, side: Side) -> float:
        """Standard deviation of the error of the drop of valid steps of a side."""
        return float(np.std(self.drop_error_deg[side]))


def is_right(step: Step, is_left: bool) -> bool:
    """Whether the step names the true standing leg."""
    return (step.side is Side.LEFT) == bool(is_left)


def steps_of(events: Sequence[Event]) -> list[Step]:
    """The steps among events."""
    return [event for event in events if isinstance(event, Step)]


def score(events: Sequence[Event], truth: Truth) -> Score:
    """Match steps to true contacts one to one, nearest in time, and compare."""
    steps = steps_of(events)
    found = np.array([step.t_s for step in steps])
    if len(found) == 0:
        return Score(
            [], len(truth.contact_s), 0, [], np.nan, np.nan, {Side.LEFT: np.array([]), Side.RIGHT: np.array([])}
        )
    nearest = np.abs(found[:, None] - truth.contact_s[None, :]).argmin(axis=1)
    offset = float(np.median(found - truth.contact_s[nearest]))
    distance = np.abs(found - offset - truth.contact_s[nearest])
    best: dict[int, int] = {}
    for index, true in enumerate(nearest.tolist()):
        if distance[index] < MATCH_S and (true not in best or distance[index] < distance[best[true]]):
            best[true] = index
    pairs = [(true, steps[index]) for true, index in sorted(best.items())]
    errors = np.array([step.t_s - truth.contact_s[true] for true, step in pairs]) * 1e3
    taken = {step.number for _, step in pairs}
    begin_s, end_s = truth.contact_s[0] - MATCH_S, truth.contact_s[-1] + MATCH_S
    extra_s = [step.t_s for step in steps if step.number not in taken and begin_s < step.t_s < end_s]
    drops: dict[Side, list[float]] = {Side.LEFT: [], Side.RIGHT: []}
    for true, step in pairs:
        if step.valid and is_right(step, truth.is_left[true]) and np.isfinite(truth.drop_deg[true]):
            drops[step.side].append(step.drop_deg - truth.drop_deg[true])
    return Score(
        pairs,
        len(truth.contact_s) - len(pairs),
        len(extra_s),
        extra_s,
        float(errors.mean()),
        float(errors.std()),
        {side: np.array(values) for side, values in drops.items()},
    )


def blocks_of(block: SampleBlock, length: int = 208) -> list[SampleBlock]:
    """Cut a block as a link would deliver it."""
    return list(block.cut(length))
