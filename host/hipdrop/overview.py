"""overview.png: drop per leg over the run, obliquity over the mean stride, cadence."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from hipdrop.events import AlertCleared, AlertRaised, Event, Side
from hipdrop.monitor import words
from hipdrop.overview_data import (
    DropTrack,
    broken,
    cadence_track,
    drop_track,
    long_gaps,
    pauses,
    side_waves,
)
from hipdrop.settings import Settings
from hipdrop.summary import RunSummary
from hipdrop.waves import MeanWave
from hipdrop.wording import NOT_A_DIAGNOSIS, clock, length, share

SIZE_IN, DPI = (11.0, 9.0), 120
# Okabe & Ito (2008): told apart with every kind of colour vision; sides also by word and marker.
COLOURS = {Side.LEFT: "#0072B2", Side.RIGHT: "#D55E00"}
MARKERS = {Side.LEFT: "o", Side.RIGHT: "s"}
DASHES = {Side.LEFT: "-", Side.RIGHT: "--"}
GREY, PAUSE, GAP, BAND, ALERT = "#8a8a8a", "#e9e9e9", "#f5d5e5", "#009E73", "#111111"
MOST_LABELS = 5  # alerts that are named with their time; more are marked only
LATE = 0.85  # of the run: labels of later alerts stand to the left of their line
HEADROOM = 0.22  # of the axis, for the alert labels


def draw_overview(summary: RunSummary, events: Sequence[Event], settings: Settings, wave: MeanWave | None) -> bytes:
    """Draw the run and give the PNG."""
    start_s, end_s = summary.start_s, summary.start_s + summary.recording.duration_s
    figure = Figure(figsize=SIZE_IN, dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplot_mosaic([["left", "left"], ["right", "right"], ["wave", "cadence"]], height_ratios=[3, 3, 2.4])
    tracks = [drop_track(side, events, start_s, end_s, settings.monitor) for side in (Side.LEFT, Side.RIGHT)]
    limits_deg = drop_limits(tracks)
    for name in ("left", "right", "cadence"):
        axes[name].set_xlim(0, (end_s - start_s) / 60)
        axes[name].xaxis.set_major_locator(MaxNLocator(nbins=12, steps=[1, 2, 5, 10]))
        _shade(axes[name], pauses(events, start_s, end_s), PAUSE)
        _shade(axes[name], long_gaps(events, start_s), GAP)
    for track, name in zip(tracks, ("left", "right"), strict=True):
        _draw_drop(axes[name], track, start_s)
        axes[name].set_ylim(*limits_deg)
    _draw_cadence(axes["cadence"], events, start_s)
    for name in ("right", "cadence"):
        axes[name].set_xlabel("minutes since the start of the recording")
    _draw_wave(axes["wave"], wave)
    figure.suptitle(_title(summary), fontsize=12)
    figure.legend(
        handles=_legend(settings.monitor.mode), loc="outside lower center", ncols=5, frameon=False, fontsize=9
    )
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def drop_limits(tracks: Sequence[DropTrack]) -> tuple[float, float]:
    """Give common limits of the drop axes that hold all but the wildest steps, with room for labels above."""
    counted_deg = np.concatenate([track.counted_deg for track in tracks])
    seen_deg = list(np.percentile(counted_deg, [0.2, 99.8])) if len(counted_deg) else [0.0, 5.0]
    seen_deg += [angle for track in tracks for ref in track.references for angle in (ref.level_deg, ref.limit_deg)]
    low, high = min(0.0, *seen_deg), max(seen_deg)
    return low - 0.05 * (high - low), high + HEADROOM * (high - low)


def _draw_drop(ax: Axes, track: DropTrack, start_s: float) -> None:
    colour, marker = COLOURS[track.side], MARKERS[track.side]
    ax.plot(track.left_out_min, track.left_out_deg, "x", color=GREY, ms=3, mew=0.6, alpha=0.5)
    ax.plot(track.counted_min, track.counted_deg, marker, color=colour, ms=2.4, mew=0, alpha=0.3)
    ax.plot(*broken(track.counted_min, track.smooth_deg), color=colour, lw=2.2)
    for ref in track.references:
        ax.plot([ref.from_min, ref.to_min], 2 * [ref.level_deg], color=BAND, lw=1.6, ls=(0, (6, 2)))
        ax.fill_between([ref.from_min, ref.to_min], ref.level_deg, ref.limit_deg, color=BAND, alpha=0.15, lw=0)
    ax.set_title(
        f"{words.drops(track.side)} ({len(track.counted_min)} steps counted)", loc="left", color=colour, fontsize=11
    )
    ax.set_ylabel("drop, degrees")
    ax.grid(alpha=0.25)
    _draw_alerts(ax, track, start_s)


def _draw_alerts(ax: Axes, track: DropTrack, start_s: float) -> None:
    """Mark raised and cleared alerts at the top; labels stand on two heights so that neighbours do not overlap."""
    shown = [alert for alert in track.alerts if isinstance(alert, (AlertRaised, AlertCleared))]
    for i, alert in enumerate(shown):
        raised = isinstance(alert, AlertRaised)
        at_min, height = (alert.t_s - start_s) / 60, 0.95 - 0.09 * (i % 2)
        top = ax.get_xaxis_transform()
        ax.axvline(at_min, color=ALERT, lw=1.2, ls="-" if raised else ":")
        ax.plot([at_min], [height], marker="v" if raised else "^", color=ALERT, mfc=ALERT if raised else "white",
                ms=7, transform=top, clip_on=False)  # fmt: skip
        if len(shown) <= MOST_LABELS:
            what = ("alert" if raised else "cleared") + (", both legs" if alert.side is Side.BOTH else "")
            box = {"facecolor": "white", "alpha": 0.8, "lw": 0, "pad": 1}
            late = at_min > LATE * ax.get_xlim()[1]
            ax.annotate(f"{what} {clock(alert.t_s - start_s)}", (at_min, height), (-7 if late else 7, 0), xycoords=top,
                        textcoords="offset points", ha="right" if late else "left", va="center",
                        fontsize=9, bbox=box)  # fmt: skip


def _draw_cadence(ax: Axes, events: Sequence[Event], start_s: float) -> None:
    t_min, cadence_spm = cadence_track(events, start_s)
    ax.plot(*broken(t_min, cadence_spm), color="#444444", lw=1.4)
    if len(cadence_spm):
        low, high = np.percentile(cadence_spm, [0.5, 99.5])
        ax.set_ylim(min(low, high - 10) - 3, max(high, low + 10) + 3)
    ax.set_title("cadence", loc="left", fontsize=11)
    ax.set_ylabel("steps per minute")
    ax.grid(alpha=0.25)


def _draw_wave(ax: Axes, wave: MeanWave | None) -> None:
    ax.set_title("mean stride: how far the other hip is down", loc="left", fontsize=11)
    ax.set_xlabel("% of the stride, from the contact of the named leg")
    ax.set_ylabel("degrees over the mean")
    ax.set_xlim(0, 100)
    ax.grid(alpha=0.25)
    if wave is None:
        ax.text(0.5, 0.5, "no mean stride", transform=ax.transAxes, ha="center", color=GREY)
        return
    for side, curve in side_waves(wave).items():
        low, high = curve.drop_deg - curve.sd_deg, curve.drop_deg + curve.sd_deg
        ax.fill_between(curve.phase_percent, low, high, color=COLOURS[side], alpha=0.12, lw=0)
        ax.plot(curve.phase_percent, curve.drop_deg, color=COLOURS[side], ls=DASHES[side], lw=2,
                marker=MARKERS[side], markevery=10, ms=4, label=f"{side} leg")  # fmt: skip
    ax.axhline(0, color=GREY, lw=0.8)
    low_deg, high_deg = ax.get_ylim()
    ax.set_ylim(low_deg, high_deg + HEADROOM * (high_deg - low_deg))
    ax.legend(frameon=False, fontsize=9, loc="upper center", ncols=2)


def _shade(ax: Axes, spans_min: Sequence[tuple[float, float]], colour: str) -> None:
    for begin_min, end_min in spans_min:
        ax.axvspan(begin_min, end_min, color=colour, lw=0, zorder=0)


def _title(summary: RunSummary) -> str:
    name, lasting = summary.recording.path.name, length(summary.recording.duration_s)
    steps = (
        f"{share(summary.counted, summary.steps)} of {summary.steps} steps counted" if summary.steps else "no running"
    )
    return f"{name}: {lasting}, {steps}\n{NOT_A_DIAGNOSIS}"


def _legend(mode: str) -> list[Line2D | Patch]:
    def line(label: str, **style: object) -> Line2D:
        return Line2D([], [], label=label, **{"color": GREY, "ls": "", **style})  # type: ignore[arg-type]

    return [
        line("counted step, left leg", marker="o", ms=4, color=COLOURS[Side.LEFT]),
        line("counted step, right leg", marker="s", ms=4, color=COLOURS[Side.RIGHT]),
        line("step left out", marker="x", ms=4),
        line("running median", ls="-", lw=2.2),
        line("fresh level (baseline)" if mode == "fatigue" else "edge of the band", ls=(0, (6, 2)), lw=1.6, color=BAND),
        Patch(color=BAND, alpha=0.15, lw=0, label="allowed rise"),
        line("alert", marker="v", ms=7, color=ALERT),
        line("alert cleared", marker="^", ms=7, color=ALERT, mfc="white"),
        Patch(color=PAUSE, lw=0, label="walking or standing"),
        Patch(color=GAP, lw=0, label="samples missing"),
    ]
