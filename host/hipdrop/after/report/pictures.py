"""Pictures over the time of a run: drop of either leg, list, and how the runner ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from markupsafe import Markup

from hipdrop.after.analysis import LEGS, RunAnalysis
from hipdrop.after.report.svg import SMALL, WIDE, Moment, Plot, Size, limits
from hipdrop.after.steptable import StepTable
from hipdrop.events import AlertCleared, AlertRaised, Event, MountSlipped, Side, Turn
from hipdrop.live.model import PAIN_NOTES
from hipdrop.monitor import words
from hipdrop.overview_data import SMOOTH_STEPS, DropTrack, broken, drop_track, long_gaps, pauses, running_median
from hipdrop.samples import Array
from hipdrop.wording import clock, degrees

MINUTES = "minutes since the start of the recording"
TURN_HEIGHT = 7.0
LEAST_CURVE = 2  # steps that make a line

Curve = tuple[str, StepTable, Array]  # look, steps, a value of each


@dataclass(frozen=True)
class Picture:
    """A picture, or why there is none.

    Attributes
    ----------
    key, title, caption
        For programs, above it, and below it.
    svg
        None: it is left out.
    why
        It is left out.
    looks
        What is drawn in it, for the legend (`hipdrop.after.report.legend`).
    """

    key: str
    title: str
    svg: Markup | None = None
    caption: str = ""
    why: str = ""
    looks: tuple[str, ...] = ()


class Timeline:
    """What all pictures over the time of a run share: its minutes, and what was going on.

    Attributes
    ----------
    end_min
        Length of the recording.
    """

    def __init__(self, analysis: RunAnalysis) -> None:
        self.analysis = analysis
        self.start_s = analysis.start_s
        self.end_s = self.start_s + analysis.summary.recording.duration_s
        self.end_min = max((self.end_s - self.start_s) / 60.0, 1e-3)
        self.pauses = pauses(analysis.events, self.start_s, self.end_s)
        self.gaps = long_gaps(analysis.events, self.start_s)
        self.turns = turns(analysis.events, self.start_s, self.end_s)

    def minutes(self, t_s: Array) -> Array:
        """Give minutes since the start of the recording."""
        return (t_s - self.start_s) / 60.0

    def plot(
        self, size: Size, y: tuple[float, float], y_label: str, moments: Sequence[Moment] = (), rows: int = 0
    ) -> Plot:
        """Begin a picture."""
        plot = Plot(size, (0.0, self.end_min), y, MINUTES, y_label, moments, rows)
        for begin, end in self.pauses:
            plot.span(begin, end, "pause")
        for begin, end in self.gaps:
            plot.span(begin, end, "gap")
        return plot

    def turn_strip(self, plot: Plot) -> None:
        """Mark the bends at the floor."""
        for begin, end in self.turns:
            plot.span(begin, end, "turn", TURN_HEIGHT)


def turns(events: Sequence[Event], start_s: float, end_s: float) -> list[tuple[float, float]]:
    """Give the bends in minutes."""
    found, begun_s = [], None
    for event in events:
        if isinstance(event, Turn):
            if event.begins:
                begun_s = event.t_s
            elif begun_s is not None:
                found.append((begun_s, event.t_s))
                begun_s = None
    found += [] if begun_s is None else [(begun_s, end_s)]
    return [((begin - start_s) / 60.0, (end - start_s) / 60.0) for begin, end in found]


def moments(analysis: RunAnalysis, side: Side) -> list[Moment]:
    """Give what happened to a leg: alerts of it or of both, the onset of its drop, marks, pain, slips of the clip."""
    start_s = analysis.start_s
    found: list[tuple[float, str]] = []
    own = [alert for alert in analysis.alerts if alert.side in (side, Side.BOTH)]
    found += [(alert.t_s, "alert") for alert in own if isinstance(alert, AlertRaised)]
    found += [(alert.t_s, "cleared") for alert in own if isinstance(alert, AlertCleared)]
    found += [(mark.t_s, "pain" if is_pain(mark.note) else "mark") for mark in analysis.marks]
    found += [(event.t_s, "slip") for event in analysis.events if isinstance(event, MountSlipped)]
    out = [Moment((t_s - start_s) / 60.0, kind, clock(t_s - start_s)) for t_s, kind in found]
    onset = analysis.onsets[side]
    if onset is not None:
        at_min, first_min, last_min = ((t_s - start_s) / 60.0 for t_s in (onset.t_s, onset.earliest_s, onset.latest_s))
        out.append(Moment(at_min, "onset", clock(onset.t_s - start_s), (first_min, last_min)))
    return out


def is_pain(note: str) -> bool:
    """Say whether a mark is one of pain."""
    return note.split(":")[0] in PAIN_NOTES


def drop_pictures(line: Timeline) -> list[Picture]:
    """Draw the drop of either leg with baseline, alerts, pauses, bends, gaps, marks, and onset, on one scale."""
    analysis = line.analysis
    events = [*analysis.events, *analysis.alerts]
    tracks = [drop_track(side, events, line.start_s, line.end_s, analysis.recorded.settings.monitor) for side in LEGS]
    if not any(len(track.counted_deg) for track in tracks):
        return [Picture(f"drop-{side}", words.drops(side), why="no step counts") for side in LEGS]
    seen = [track.counted_deg for track in tracks]
    seen += [np.array([ref.level_deg, ref.limit_deg]) for track in tracks for ref in track.references]
    y = limits(*seen, least=2.0, floor=0.0)
    rows = max(_drop_axes(line, track.side, y).rows for track in tracks)
    return [_drop_picture(line, track, y, rows) for track in tracks]


def _drop_axes(line: Timeline, side: Side, y: tuple[float, float], rows: int = 0) -> Plot:
    return line.plot(WIDE, y, "drop, degrees", moments(line.analysis, side), rows)


def _drop_picture(line: Timeline, track: DropTrack, y: tuple[float, float], rows: int) -> Picture:
    side, key, title = track.side, f"drop-{track.side}", words.drops(track.side)
    if len(track.counted_deg) < LEAST_CURVE:
        return Picture(key, title, why=f"no step of the {side} leg counts")
    plot = _drop_axes(line, side, y, rows)
    for ref in track.references:
        ends = np.array([ref.from_min, ref.to_min])
        plot.area(ends, np.full(2, ref.level_deg), np.full(2, ref.limit_deg), "allowed")
        plot.line(ends, np.full(2, ref.level_deg), "baseline")
    plot.crosses(track.left_out_min, track.left_out_deg, "out")
    plot.dots(track.counted_min, track.counted_deg, str(side))
    plot.line(*broken(track.counted_min, track.smooth_deg), str(side))
    line.turn_strip(plot)
    middle = degrees(float(np.median(track.counted_deg)))
    alt = f"Drop over the run, {title}: {len(track.counted_deg)} counted steps, median {middle}."
    return Picture(key, title, plot.markup(alt), looks=tuple(plot.looks))


def side_pictures(line: Timeline) -> list[Picture]:
    """Draw list, and left less right of drop."""
    left, right = neighbours(line.analysis.steps)
    apart = [("both", left, left.drop_deg - right.drop_deg)]
    caption = (
        "How small a difference between the legs can be told by one clip has not been measured: look at its change."
    )
    symmetry = _curves(line, WIDE, "drop-symmetry", "Symmetry: drop, left leg less right", "degrees", apart, 4.0, 0.0)
    return [_list_picture(line), replace(symmetry, caption=caption if symmetry.svg else "")]


def _list_picture(line: Timeline) -> Picture:
    title, steps = "List: which side is down all the time", line.analysis.steps
    counted = steps.where(steps.valid_for_mean & np.isfinite(steps.list_deg))
    if len(counted) < LEAST_CURVE:
        return Picture("list", title, why="it is measured against standing still: stand for some seconds before a run")
    y = limits(counted.list_deg, np.zeros(1), least=4.0)
    plot = line.plot(WIDE, y, "degrees against standing, right down > 0")
    plot.dots(line.minutes(counted.contact_s), counted.list_deg, "both")
    plot.line(np.array([0.0, line.end_min]), np.zeros(2), "zero")
    plot.line(*_course(line, counted, counted.list_deg), "both")
    line.turn_strip(plot)
    caption = "A lean that lasts is the camber of a road, a habit, or a clip that has moved; it is no drop."
    alt = f"List over the run, median {degrees(float(np.median(counted.list_deg)), signed=True)}."
    return Picture("list", title, plot.markup(alt), caption, looks=tuple(plot.looks))


def running_pictures(line: Timeline) -> list[Picture]:
    """Draw cadence, contact and how it is shared by the feet, flight, and oscillation."""
    steps = line.analysis.steps
    counted = steps.where(steps.valid_for_mean)

    def legs(column: str) -> list[Curve]:
        own = [(str(side), steps.counted(side)) for side in LEGS]
        return [(name, part, part.columns()[column]) for name, part in own]

    left, right = neighbours(steps)
    percent = 100.0 * left.contact_ms / (left.contact_ms + right.contact_ms)
    return [
        _curves(line, SMALL, "cadence", "Cadence", "steps per minute", [("both", counted, counted.cadence_spm)], 10.0),
        _curves(line, SMALL, "contact", "Contact time", "ms", legs("contact_ms"), 40.0),
        _curves(
            line,
            SMALL,
            "contact-symmetry",
            "Symmetry: contact, left of both",
            "%",
            [("both", left, percent)],
            4.0,
            50.0,
        ),
        _curves(line, SMALL, "flight", "Flight time after each foot", "ms", legs("flight_ms"), 40.0),
        _curves(line, SMALL, "oscillation", "Vertical oscillation", "mm", legs("oscillation_mm"), 20.0),
    ]


def neighbours(steps: StepTable) -> tuple[StepTable, StepTable]:
    """Give the counted left steps that a counted right one follows, and those."""
    first = np.flatnonzero(
        steps.valid[:-1] & steps.valid[1:] & (steps.side[:-1] == "left") & (steps.side[1:] == "right")
    )
    mask = np.zeros((2, len(steps)), dtype=bool)
    mask[0, first] = mask[1, first + 1] = True
    return steps.where(mask[0]), steps.where(mask[1])


def _curves(
    line: Timeline,
    size: Size,
    key: str,
    title: str,
    unit: str,
    curves: list[Curve],
    least: float,
    even: float | None = None,
) -> Picture:
    """Draw running medians; `even` is a level that is drawn in."""
    courses = [(name, *_course(line, steps, values)) for name, steps, values in curves]
    drawn = [(name, t_min, smooth) for name, t_min, smooth in courses if len(smooth) >= LEAST_CURVE]
    if not drawn:
        return Picture(key, title, why="too few steps count for it")
    shown = [smooth for _, _, smooth in drawn] + ([] if even is None else [np.array([even])])
    plot = line.plot(size, limits(*shown, least=least), unit)
    if even is not None:
        plot.line(np.array([0.0, line.end_min]), np.full(2, even), "zero")
    told = []
    for name, t_min, smooth in drawn:
        plot.line(t_min, smooth, name)
        told.append(f"{'' if name == 'both' else f'{name} '}{smooth[0]:.1f} at first, {smooth[-1]:.1f} at last")
    alt = f"{title} over the run, {unit}: {'; '.join(told)}."
    return Picture(key, title, plot.markup(alt), looks=tuple(plot.looks))


def _course(line: Timeline, steps: StepTable, values: Array) -> tuple[Array, Array]:
    """Give minutes and running median of the known values of steps."""
    known = np.isfinite(values)
    t_min, smooth = line.minutes(steps.contact_s[known]), running_median(values[known], SMOOTH_STEPS)
    return broken(t_min, smooth)
