"""What happened, and what it can and cannot say, in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from hipdrop.after.analysis import LEGS, RunAnalysis
from hipdrop.after.explained import LEAST_SPREAD_SPM, CadenceShare
from hipdrop.after.onset import BIN_S, LEAST_BINS, LEAST_RISE_DEG, LEAST_STEPS, Onset, binned
from hipdrop.after.report.detectable import Change
from hipdrop.after.report.pictures import is_pain
from hipdrop.events import Activity, ActivityChanged, AlertRaised, Side, TreadmillSet
from hipdrop.overview_data import pauses
from hipdrop.summary import MIN_STEPS
from hipdrop.wording import alert_name, clock, degrees, length, treadmill_words

OF = {Side.LEFT: "the left leg", Side.RIGHT: "the right leg", Side.BOTH: "both legs together"}


def headline(analysis: RunAnalysis, changes: dict[Side, Change]) -> str:
    """Say the run in one sentence."""
    summary = analysis.summary
    if not summary.steps:
        return "No running was found in this recording, so there is no drop to speak of."
    grown = [
        f"{degrees(changes[side].change)} more on {OF[side]} (smallest detectable {degrees(changes[side].detectable)})"
        for side in LEGS
        if _grew(changes[side])
    ]
    if grown:
        return f"Towards the end the pelvis dropped {' and '.join(grown)}."
    if any(changes[side].known for side in LEGS):
        return "No drop grew by more than this run can show: a normal outcome."
    return "Too few steps count to compare the start of the run with its end."


def _grew(change: Change) -> bool:
    return change.stands_out and change.change > 0.0


def what_happened(analysis: RunAnalysis, changes: dict[Side, Change]) -> Iterator[str]:
    """Tell the run in its order: how long, how far each hip dropped, alerts, pauses, marks."""
    summary = analysis.summary
    lasting = length(summary.recording.duration_s)
    if not summary.steps:
        yield f"The recording lasts {lasting}. {_what_else(analysis)}"
    else:
        yield (
            f"{length(summary.running_s)} of running in a recording of {lasting}: {summary.steps} steps, "
            f"{summary.counted} of them counted, at a median of {_whole(summary.cadence_spm)} a minute."
        )
        yield from (drop_words(changes[side]) for side in LEGS)
    yield from (f"Treadmill: {_treadmill(said)}." for said in summary.treadmill)
    if summary.steps:
        yield from _alerts(analysis)
    spans = pauses(analysis.events, analysis.start_s, analysis.start_s + summary.recording.duration_s)
    if spans and summary.steps:
        times = "once" if len(spans) == 1 else f"{len(spans)} times"
        yield f"Standing or walking {times}, {length(60.0 * sum(end - begin for begin, end in spans))} in all."
    yield from marks(analysis)


def _what_else(analysis: RunAnalysis) -> str:
    kinds = {event.activity for event in analysis.events if isinstance(event, ActivityChanged)}
    if Activity.WALK in kinds:
        return "The wearer walked and stood, and did not run: hipdrop measures the drop of running steps only."
    return "The wearer stood, or the clip lay still: hipdrop measures the drop of running steps only."


def drop_words(change: Change) -> str:
    """Say the drop of a leg with what can be told from chance."""
    side = Side(change.name)
    if not math.isfinite(change.change):
        return f"On {OF[side]} fewer than {MIN_STEPS} steps count at the start or the end: they are not compared."
    text = (
        f"On {OF[side]} the {side.other} hip dropped {degrees(change.fresh)} when fresh and {degrees(change.end)} at "
        f"the end, {_signed(change.change)}"
    )
    if not change.known:
        return f"{text}; how small a change this run could show is not known."
    verdict = "the change stands out" if change.stands_out else "the change does not stand out"
    return f"{text}. The smallest change that this run can show is {degrees(change.detectable)}: {verdict}."


def _treadmill(said: TreadmillSet) -> str:
    return treadmill_words(said.speed_ms, said.slope_percent) or "nothing known"


def _alerts(analysis: RunAnalysis) -> Iterator[str]:
    raised = [alert for alert in analysis.alerts if isinstance(alert, AlertRaised)]
    live = analysis.recorded.live_events is not None
    if not raised:
        yield "No alert during the run." if live else "A live run would have had no alert."
    monitor = analysis.recorded.settings.monitor
    for alert in analysis.alerts:
        yield f"{alert_name(alert).capitalize()} at {clock(alert.t_s - analysis.start_s)}: {alert.reason}."
    if raised and not live:
        yield "These alerts are what a live run would have said."
    if raised and monitor.mode == "fatigue":
        yield (
            f"The monitor, which looks at every step, speaks from {monitor.dead_band_deg:.2f}° over the fresh level "
            f"on, or where less than that lasts long ({monitor.cusum_allowance_deg:.1f}° is always allowed)."
        )


def marks(analysis: RunAnalysis) -> Iterator[str]:
    """Put each mark of pain beside the onset of each leg, and tell the others."""
    for mark in analysis.marks:
        at = clock(mark.t_s - analysis.start_s)
        if is_pain(mark.note):
            beside = [
                _beside(mark.t_s, onset.t_s, side) for side in LEGS if (onset := analysis.onsets[side]) is not None
            ]
            yield f"Pain was marked at {at}{', ' if beside else ''}{' and '.join(beside)}."
        else:
            yield f"Marked at {at}{f': {mark.note}' if mark.note else ''}."


def _beside(mark_s: float, onset_s: float, side: Side) -> str:
    when = "after" if mark_s >= onset_s else "before"
    return f"{length(abs(mark_s - onset_s))} {when} the drop of {OF[side]} began to grow"


def onsets(analysis: RunAnalysis, changes: dict[Side, Change]) -> Iterator[str]:
    """Say of each leg, or of both together where only that shows it, when the drop began to grow."""
    told = [*LEGS] if any(analysis.onsets[side] for side in LEGS) else [*LEGS, Side.BOTH]
    for side in told:
        yield from onset_words(analysis, side, changes[side])


def onset_words(analysis: RunAnalysis, side: Side, change: Change) -> Iterator[str]:
    """Say when a drop began to grow, how sure that is, and how much of it cadence explains."""
    onset = analysis.onsets[side]
    if onset is None:
        yield _no_onset(analysis, side)
        return
    start_s, last_s = analysis.start_s, float(analysis.steps.contact_s[-1])
    grows = onset.settled_s > last_s - 2.0 * BIN_S
    until = "and still grew at the end" if grows else f"until {clock(onset.settled_s - start_s)}"
    first, last = clock(max(onset.earliest_s - start_s, 0.0)), clock(onset.latest_s - start_s)
    known = math.isfinite(change.detectable)
    beside = f" (smallest detectable change {degrees(change.detectable)})" if known else ""
    yield (
        f"The drop of {OF[side]} began to grow at {clock(onset.t_s - start_s)} (95 % interval {first} to {last}), "
        f"{until}: from {degrees(onset.before_deg)} to {degrees(onset.after_deg)}, "
        f"{_signed(onset.rise_deg)}{beside}."
        f"{' This is less than the run can show for sure.' if known and onset.rise_deg < change.detectable else ''}"
    )
    yield _share_words(analysis.shares[side], onset)


def _no_onset(analysis: RunAnalysis, side: Side) -> str:
    steps = analysis.steps.counted(side)
    known = steps.where(steps.drop_deg == steps.drop_deg)
    bins = len(binned(known.contact_s, known.drop_deg)[0])
    if bins < LEAST_BINS:
        return (
            f"The drop of {OF[side]} cannot be dated: that takes {LEAST_BINS} stretches of {BIN_S:.0f} s with "
            f"{LEAST_STEPS} counted steps each, and there are {bins}."
        )
    return f"The drop of {OF[side]} shows no clear rise of {LEAST_RISE_DEG}° or more that lasted."


def _share_words(share: CadenceShare | None, onset: Onset) -> str:
    if share is None:
        return (
            "How much of it the cadence explains this run does not show: before the rise it was too short, or the "
            f"cadence varied by less than {LEAST_SPREAD_SPM:.0f} step a minute."
        )
    low, high = (_signed(edge) for edge in share.explained_range_deg)
    return (
        f"Cadence then changed by {share.cadence_change_spm:+.1f} steps a minute. By what the run showed before "
        f"({share.slope_deg:+.2f}° for each step a minute) that goes with {_signed(share.explained_deg)} "
        f"of the {_signed(onset.rise_deg)} (95 % interval {low} to {high}). It is not taken off the drop."
    )


def _signed(angle_deg: float) -> str:
    """Write a difference; no minus before a zero."""
    return degrees(round(angle_deg, 1) + 0.0, signed=True)


def _whole(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else "unknown"


def limits_of_it(between_deg: float, own: bool) -> Iterator[str]:
    """Say what a report can and cannot say; what is given is that of `between_runs`."""
    yield (
        "It compares a runner with the same runner a little earlier, within one wear of the belt. Whether a drop is "
        "large or small for a person it does not say: the belt moves against the bone by 2.8° rms in running, about as "
        "much as a healthy pelvis drops."
    )
    yield (
        "A change of drop within the run stands out when it is larger than what chance and the slow wander of a fresh "
        "runner's level make of it 19 times in 20. For cadence, times, oscillation and list only chance from step to "
        "step is counted: a change just over it may still be wander."
    )
    whose = (
        "by the runner's own repeated measurements"
        if own
        else "as measured by 2D video a week apart (2.7° to 2.8°, 21 runners; Dingenen 2018), not by this clip"
    )
    yield (
        f"Between two runs, with the belt taken off, only a difference over {between_deg:.1f}° can be told from "
        f"chance, {whose}."
    )
    yield (
        "It does not say why a drop changed. Tired muscles are one reason; another speed, slope, camber, shoe or "
        "cadence, and a belt that moved, are others. Ten per cent more cadence lowered the drop by 3.1° in one study "
        "(Bramah 2019)."
    )
    yield (
        "It does not say that anybody is, or will be, injured. Injured runners drop more on average (Bramah 2018), but "
        "whether a drop comes before an injury is not known, and studies of single injuries disagree."
    )
    yield (
        "Contact and flight times compare with the same runner at the same speed only: against force plates contact "
        "time reads 15 ms short to 18 ms long."
    )
    yield "No alert and no rise are normal outcomes: some runs tire the hip, others do not."


def date_words(began: datetime | None) -> str:
    """Write date and time of day; empty where the file does not say."""
    return "" if began is None else f"{began.day} {began:%B %Y, %H:%M}"
