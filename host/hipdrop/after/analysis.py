"""All that is said of a run afterwards, computed once: for the report, the exports, the history, the big table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hipdrop.after.course import StrideCourse, obliquity_deg, stride_course
from hipdrop.after.explained import CadenceShare, cadence_share
from hipdrop.after.onset import Onset, find_onset
from hipdrop.after.reading import Recorded, read_recorded
from hipdrop.after.steptable import StepTable
from hipdrop.events import AlertEvent, Event, Marked, Side, TreadmillSet
from hipdrop.offline import Analysis, analyse
from hipdrop.samples import Array
from hipdrop.settings import Settings
from hipdrop.summary import FRESH_PART, FRESH_S, RunSummary, summarize

LEGS = (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True, eq=False)
class RunAnalysis:
    """A run, analysed with zero phase.

    Attributes
    ----------
    recorded
        What was read.
    summary
        Counts, fresh and tired drop, baseline, with the alerts of the live run where there was one.
    events
        Of the zero-phase pass, in their order.
    steps
        Its steps as columns.
    live_events
        Alerts, marks, treadmill as the live run had them; of a recording without a live run, as it would have.
    fresh, tired
        Mean stride of each leg in the first and the last part of the running (`FRESH_S`, `FRESH_PART`).
    onsets
        When the drop of left, right and both began to grow; None where it did not.
    shares
        How much of that cadence explains; None without onset, or where the run does not show it.
    t_s, obliquity_deg
        (N,) time and obliquity of all samples.
    """

    recorded: Recorded
    summary: RunSummary
    events: Sequence[Event]
    steps: StepTable
    live_events: Sequence[Event]
    fresh: dict[Side, StrideCourse | None]
    tired: dict[Side, StrideCourse | None]
    onsets: dict[Side, Onset | None]
    shares: dict[Side, CadenceShare | None]
    t_s: Array
    obliquity_deg: Array

    @property
    def path(self) -> Path:
        """The file."""
        return self.recorded.path

    @property
    def start_s(self) -> float:
        """Time of the first sample."""
        return self.recorded.facts.start_s

    @property
    def alerts(self) -> list[AlertEvent]:
        """The alerts that the runner had."""
        return [event for event in self.live_events if isinstance(event, AlertEvent)]

    @property
    def marks(self) -> list[Marked]:
        """The moments that were marked."""
        return [event for event in self.live_events if isinstance(event, Marked)]


def analyse_file(path: Path, settings: Settings | None = None) -> RunAnalysis:
    """Read and analyse a recording; raises InputError as `read_recorded` does."""
    return analyse_run(read_recorded(path, settings))


def analyse_run(recorded: Recorded) -> RunAnalysis:
    """Analyse a recording that was read."""
    return run_analysis(recorded, zero_phase(recorded))


def zero_phase(recorded: Recorded) -> Analysis:
    """Give what the zero-phase chain makes of a recording; its columns are for those who need every sample."""
    return analyse(
        recorded.blocks, recorded.rate_hz, recorded.settings,
        site=recorded.site, mount=recorded.mount, profile=recorded.profile,
    )  # fmt: skip


def run_analysis(recorded: Recorded, found: Analysis) -> RunAnalysis:
    """Sum up what the chain has made of a recording."""
    live = found.causal if recorded.live_events is None else recorded.live_events
    steps = StepTable.of_events(found.events)
    t_s, angle_deg = obliquity_deg(found.columns, found.up_shift, found.events)
    fresh, tired = parts(steps)
    onsets = {side: find_onset(*_of(steps.counted(side))) for side in Side}
    summary = summarize(recorded.facts, found.events, recorded.person, recorded.shoe)
    said = [event for event in live if isinstance(event, TreadmillSet)]
    alerts = [event for event in live if isinstance(event, AlertEvent)]
    return RunAnalysis(
        recorded,
        replace(summary, alerts=tuple(alerts), treadmill=tuple(said)),
        found.events,
        steps,
        live,
        {side: stride_course(t_s, angle_deg, fresh, side) for side in LEGS},
        {side: stride_course(t_s, angle_deg, tired, side) for side in LEGS},
        onsets,
        {side: _share(steps.counted(side), onsets[side]) for side in Side},
        t_s,
        angle_deg,
    )


def parts(steps: StepTable) -> tuple[StepTable, StepTable]:
    """Give the steps of the first and of the last running, as the summary takes them."""
    if len(steps) == 0:
        return steps, steps
    since_s = steps.running_s
    part_s = min(FRESH_S, FRESH_PART * float(since_s[-1]))
    return steps.where(since_s <= part_s), steps.where(since_s > since_s[-1] - part_s)


def _of(steps: StepTable) -> tuple[Array, Array]:
    known = np.isfinite(steps.drop_deg)
    return steps.contact_s[known], steps.drop_deg[known]


def _share(steps: StepTable, onset: Onset | None) -> CadenceShare | None:
    if onset is None:
        return None
    return cadence_share(steps.contact_s, steps.drop_deg, steps.cadence_spm, onset.t_s, onset.settled_s)
