"""drop.png and contacts.png: what the chain itself makes of a simulated run; no number in them is written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from drawing.pelvis import BLACK, GREEN, GREY, ORANGE, PURPLE
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hipdrop import columns as col
from hipdrop.contacts import ContactDetector, Landing, toe_off
from hipdrop.drop import Drop, drop_of, obliquity_course
from hipdrop.events import Side
from hipdrop.filters import hann_kernel
from hipdrop.orientation import OrientationStage
from hipdrop.overview import COLOURS
from hipdrop.ringbuffer import RingBuffer
from hipdrop.settings import Settings
from hipdrop.simulate import Bout, RunnerConfig, SimulatedRun, simulate

BLUE = COLOURS[Side.LEFT]
SETTINGS = Settings()
RUN_S, WALK_S, SHOWN_S = 7.02, 16.0, 1.5  # where in the simulated run contacts.png begins, and how much it shows


def with_minus(value: float, form: str = "g") -> str:
    """Write a number with a minus sign, not a hyphen."""
    return format(value, form).replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True, eq=False)
class Seen:
    """A simulated run, the columns of the per-sample stage, and the landings found in them."""

    run: SimulatedRun
    ring: RingBuffer
    delay: int
    landings: list[Landing]

    def toe_off(self, k: int) -> float:
        """Sample index of the toe-off after landing k."""
        kernel = hann_kernel(SETTINGS.contacts.smooth_half_s, self.run.config.rate_hz)
        return toe_off(self.ring, self.landings[k], self.landings[k + 1], self.delay, kernel, SETTINGS.contacts)


def see(**options: object) -> Seen:
    """Simulate a run and put it through orientation and contact detection."""
    run = simulate(RunnerConfig(**options))  # type: ignore[arg-type]
    (block,) = run.blocks
    stage = OrientationStage(run.config.rate_hz, SETTINGS.orientation, SETTINGS.contacts)
    ring = RingBuffer(col.COUNT, len(block))
    stage.push(block, ring.extend(len(block)))
    detector = ContactDetector(run.config.rate_hz, stage.smooth_delay, SETTINGS.contacts)
    return Seen(run, ring, stage.smooth_delay, detector.push(ring, 0, len(block)))


def _measure(ax: Axes, x: float, low: float, high: float, name: str, colour: str, before: bool = False) -> None:
    """Draw a measure with its name and length, the words behind it or before it."""
    ax.annotate("", (x, high), (x, low), arrowprops={"arrowstyle": "<|-|>", "color": colour, "lw": 1.8,
                "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11})  # fmt: skip
    ax.text(x - 5 if before else x + 5, low + (0.2 if before else 0.62) * (high - low), f"{name}\n{high - low:.1f}°",
            color=colour, ha="right" if before else "left", va="center", fontsize=10.5)  # fmt: skip


def draw_drop() -> Figure:
    """Draw the definition of the drop on a step of the left leg of a simulated run, as the chain measures it."""
    seen = see(runner="rbds001_3.5ms", minutes=0.2, stand_s=3.0)
    rate_hz, truth, settings = seen.run.config.rate_hz, seen.run.contacts, SETTINGS.drop
    left = [truth.is_left[np.abs(truth.contact_s * rate_hz - landing.index).argmin()] for landing in seen.landings]
    k = 8 + left[8:].index(True)  # past the first steps after standing
    marks = [landing.index for landing in seen.landings[k - 1 : k + 2]]
    marks.insert(2, seen.toe_off(k))
    before, contact, off, after = marks
    right, shift = seen.run.pelvis_from_sensor[2], OrientationStage.up_shift
    known = seen.landings[k + 1].crossing + 1
    course = obliquity_course(seen.ring, right, shift, before, contact, after, known, settings)
    drop = drop_of(course, Side.LEFT, contact, off, after, settings.peak_part)
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    ax = figure.subplots()
    to_ms = 1000.0 / rate_hz
    stride = round(before - shift) + np.arange(len(course.stride_deg)) + shift
    ax.plot((stride - contact) * to_ms, course.stride_deg, color=BLUE, lw=2.2)
    ax.set_ylim(course.stride_deg.min() - 1.3, course.stride_deg.max() + 1.6)
    before, _, off, after = ((mark - contact) * to_ms for mark in marks)
    _mark_stride(ax, before, off, after, course.mean_deg, settings.peak_part)
    _mark_drop(ax, drop, (drop.peak - contact) * to_ms, off, after, course.mean_deg)
    ax.set(xlim=(before - 8, after + 118), xlabel="ms from the contact of the step")
    ax.set_ylabel("obliquity, degrees\n> 0: right side down")
    ax.set_title("A step of the left leg: the right hip drops (simulated, 3.5 m/s)", loc="left", fontsize=11.5)
    return figure


def _mark_stride(ax: Axes, before_ms: float, off_ms: float, after_ms: float, mean_deg: float, peak_part: float) -> None:
    """Mark contacts and toe-off, the mean of the stride, and where the peak is sought."""
    low, high = ax.get_ylim()
    for at_ms, name, dashes in (
        (before_ms, "contact before\n(right leg)", "-"),
        (0.0, "contact of the step\n(left leg)", "-"),
        (off_ms, "toe-off", ":"),
        (after_ms, "next contact\n(right leg)", "-"),
    ):
        ax.axvline(at_ms, color=GREY, lw=1.2, ls=dashes)
        ax.text(at_ms + 4, high - 0.1, name, va="top", fontsize=10.5)
    ax.plot([before_ms, after_ms], [mean_deg, mean_deg], color=BLACK, lw=1.1, ls=(0, (6, 3)))
    ax.text(-190, mean_deg - 0.1, "mean of the stride that ends at the next contact: zero", va="top")
    ax.axvspan(0.0, peak_part * after_ms, color=GREEN, alpha=0.13, lw=0)
    words = f"peak sought up to\n{100.0 * peak_part:.0f} % of the step"
    ax.text(0.5 * peak_part * after_ms, low + 0.12, words, ha="center", va="bottom", color="#00664b")


def _mark_drop(ax: Axes, drop: Drop, peak_ms: float, off_ms: float, after_ms: float, mean_deg: float) -> None:
    """Mark the peak, the value at contact and at the middle of contact, and what is measured between them."""
    peak = mean_deg + drop.drop_deg
    at_contact, at_middle = peak - drop.excursion_deg, mean_deg + drop.midstance_deg
    ax.plot(peak_ms, peak, "o", ms=8, mfc="white", mec=ORANGE, mew=2.2, zorder=5)
    ax.plot(0.0, at_contact, "o", ms=7, color=PURPLE, zorder=5)
    ax.plot(0.5 * off_ms, at_middle, "s", ms=6, color=BLUE, zorder=5)
    far_ms = after_ms + 16
    ax.plot([peak_ms, far_ms + 5], [peak, peak], color=ORANGE, lw=1, ls=":")
    ax.plot([0.0, far_ms + 5], [at_contact, at_contact], color=PURPLE, lw=1, ls=":")
    _measure(ax, off_ms + 12, mean_deg, peak, "drop_deg", ORANGE)
    _measure(ax, far_ms, at_contact, peak, "excursion_deg", PURPLE)
    _measure(ax, 0.5 * off_ms, mean_deg, at_middle, "midstance_deg", BLUE, before=True)


def draw_contacts() -> Figure:
    """Draw vertical acceleration, contacts and toe-offs of some running steps, and walking at the same scale."""
    seen = see(runner="rbds001_3.5ms", minutes=0.4, stand_s=3.0, walk=(Bout(0.2, 0.2),))
    settings = SETTINGS.contacts
    figure = Figure(figsize=(10, 5.2), layout="constrained")
    running, walking = figure.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    _draw_vertical(running, seen, RUN_S)
    _draw_vertical(walking, seen, WALK_S)
    _mark_landings(running, seen, RUN_S)
    running.set_title("running, 3.5 m/s (simulated)", loc="left", fontsize=11.5)
    walking.set_title("walking, 115 steps a minute (simulated)", loc="left", fontsize=11.5)
    running.set_ylabel("vertical acceleration, g\n0 at rest, \N{MINUS SIGN}1 in free fall")
    walking.text(
        SHOWN_S / 2, 2.55, "no trough reaches a threshold:\nno contact, no step", ha="center", va="top", fontsize=10.5
    )
    arrow = {"arrowstyle": "-|>", "color": ORANGE, "lw": 1.2, "shrinkB": 0}
    for level, x, height, text in (
        (settings.flight_g, 0.3, 1.35, f"a contact needs a trough\nbelow {with_minus(settings.flight_g)} g"),
        (settings.slow_flight_g, 0.3, -1.2, f"below {with_minus(settings.slow_flight_g)} g where the step is\n"
                                            f"slower than {settings.slow_step_s:g} s"),
    ):  # fmt: skip
        walking.annotate(text, (x, level), (x + 0.1, height), color=ORANGE, va="center", arrowprops=arrow)
    handles = running.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=4, frameon=False, fontsize=10)
    return figure


def _draw_vertical(ax: Axes, seen: Seen, start_s: float) -> None:
    """Draw vertical acceleration raw and smoothed, the thresholds, and the true contacts and toe-offs."""
    columns, truth, settings = seen.ring.window(0, seen.ring.end), seen.run.contacts, SETTINGS.contacts
    t_s, late_s = columns[col.T] - start_s, seen.delay / seen.run.config.rate_hz
    ax.plot(t_s, columns[col.VERT], color="#b0b0b0", lw=1.3, label="as measured")
    ax.plot(t_s - late_s, columns[col.SMOOTH], color=BLUE, lw=2.4, label="smoothed, its delay taken off")
    ax.axhline(0.0, color=BLACK, lw=0.8)
    ax.axhline(settings.flight_g, color=ORANGE, lw=1.3, ls=(0, (6, 3)))
    ax.axhline(settings.slow_flight_g, color=ORANGE, lw=1.3, ls=(0, (1, 2)))
    ax.plot(truth.contact_s - start_s, np.full(len(truth), -2.02), "^", ms=8, color=BLACK, label="true contact")
    ax.plot(truth.toe_off_s - start_s, np.full(len(truth), -2.02), "v", ms=8, mec=BLACK, mfc="w", label="true toe-off")
    ax.set(xlim=(0.0, SHOWN_S), ylim=(-2.2, 2.7), xlabel="s")


def _mark_landings(ax: Axes, seen: Seen, start_s: float) -> None:
    """Mark trough, crossing, contact and toe-off of each landing on the smoothed curve."""
    rate_hz, delay, settings = seen.run.config.rate_hz, seen.delay, SETTINGS.contacts
    smooth = seen.ring.window(0, seen.ring.end)[col.SMOOTH]
    pairs = list(pairwise(seen.landings))
    trough = [a.trough - delay for a, _ in pairs]
    contact = np.array([a.index for a, _ in pairs])
    off = [seen.toe_off(k) for k in range(len(pairs))]
    for name, index, marker, inside, edge in (
        ("trough", trough, "D", "white", BLUE),
        ("crossing of 0 g", contact + settings.lag_s * rate_hz, "o", "white", BLUE),
        (f"contact: {1000.0 * settings.lag_s:.0f} ms before it", contact, "^", ORANGE, BLACK),
        (f"toe-off: down through {with_minus(settings.toe_off_g)} g", off, "v", "white", ORANGE),
    ):
        level = np.interp(np.asarray(index) + delay, np.arange(len(smooth)), smooth)
        at_s = np.asarray(index) / rate_hz - start_s
        ax.plot(at_s, level, marker, ms=8, mew=1.8, mfc=inside, mec=edge, zorder=5, label=name)
