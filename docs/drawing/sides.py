"""sides.png: the cues of left and right in the mean strides of the package's runners, and of the same ones hiking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from drawing.pelvis import BLACK, ORANGE
from drawing.steps import BLUE, SETTINGS, see, with_minus
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hipdrop import columns as col
from hipdrop.samples import Array
from hipdrop.sides import ACC_RIGHT, ROLL, YAW, population_log_odds
from hipdrop.strides import ODD, ORDERS, Complex, stride_shape

RUNNERS = {"rbds001_2.5ms": (BLUE, "-"), "rbds001_3.5ms": (ORANGE, (0, (5, 2)))}


@dataclass(frozen=True, eq=False)
class Cues:
    """Mean stride of a run from left contact, levelled pelvis axes.

    Attributes
    ----------
    mean, sd
        (6, HARMONICS) complex harmonics as in `hipdrop.strides.StrideShape`, and their spread from stride to stride.
    strides, stride_s
        Number of strides, and how long one takes.
    contact_part
        Contact time of a foot as a part of the stride.
    """

    mean: Complex
    sd: Array
    strides: int
    stride_s: float
    contact_part: float

    def log_odds(self, row: int | None = None) -> float:
        """Log odds that left is left: of one cue, or of all."""
        odd = self.mean[:, ODD].copy()
        if row is not None:
            odd[np.arange(6) != row] = 0.0
        return population_log_odds(odd, self.sd[:, ODD], self.strides, self.stride_s, SETTINGS.sides)

    def obliquity_deg(self) -> Complex:
        """(HARMONICS,) harmonics of obliquity, the integral of the roll rate."""
        return np.asarray(self.mean[ROLL] / (2j * np.pi * ORDERS / self.stride_s) * 180.0 / np.pi)


def cues_of(**options: object) -> Cues:
    """Measure the mean stride of a simulated run between its true left contacts."""
    seen = see(minutes=1.0, stand_s=4.0, **options)
    rate_hz, truth = seen.run.config.rate_hz, seen.run.contacts
    standing_up = seen.ring.window(0, round(3.0 * rate_hz))[col.UP].mean(axis=1)
    up = standing_up / np.linalg.norm(standing_up)
    forward = np.cross(up, seen.run.pelvis_from_sensor[2])
    forward /= np.linalg.norm(forward)
    level = np.stack((forward, up, np.cross(forward, up)))
    found, lengths_s = [], []
    for k in np.flatnonzero(truth.is_left[:-2] & truth.running[:-2] & truth.running[2:]):
        start, stop = np.round(truth.contact_s[[k, k + 2]] * rate_hz).astype(int)
        harmonics = stride_shape(seen.ring.window(int(start), int(stop))).harmonics
        found.append(np.vstack((level @ harmonics[:3], level @ harmonics[3:])))
        lengths_s.append((stop - start) / rate_hz)
    stride_s, contact_s = float(np.mean(lengths_s)), np.median((truth.toe_off_s - truth.contact_s)[truth.running])
    return Cues(np.mean(found, axis=0), np.std(found, axis=0), len(found), stride_s, float(contact_s) / stride_s)


def draw_sides() -> Figure:
    """Draw the three cues of the side over the stride from left contact: two runners, and the same two hiking."""
    figure, sides = Figure(figsize=(10, 7.4), layout="constrained"), SETTINGS.sides
    cues = (
        ("third harmonic of obliquity, deg\n> 0 right side down (thin: all of it)", ROLL, 3, sides.roll_phase_deg),
        ("fundamental of yaw rate, deg/s\n> 0 to the left", YAW, 1, sides.yaw_phase_deg),
        ("fundamental of sideways acc., m/s²\n> 0 to the right", ACC_RIGHT, 1, sides.sideways_phase_deg),
    )
    halves = figure.add_gridspec(2, 1)
    grid = []
    for half, drop_deg, what in ((0, None, "Two runners"), (1, -2.0, "The same, hiking (simulated)")):
        row = figure.add_subfigure(halves[half])
        runners = [cues_of(runner=name, drop_left_deg=drop_deg, drop_right_deg=drop_deg) for name in RUNNERS]
        grid.append(row.subplots(1, 3))
        for ax, (name, channel, order, phase_deg) in zip(grid[-1], cues, strict=True):
            _draw_cue(ax, runners, channel, order, phase_deg)
            ax.set(xlim=(0, 100), xlabel="% of the stride from left contact")
            ax.set_ylabel(name, fontsize=10)
        total = " and ".join(with_minus(cue.log_odds(), ".1f") for cue in runners)
        drops = "own drop" if drop_deg is None else f"drop {with_minus(drop_deg)}° on both sides"
        row.suptitle(f"{what}, {drops}: all cues {total}, sure from {sides.sure_log_odds:g}", fontsize=12)
    for column in zip(*grid, strict=True):
        low, high = min(ax.get_ylim()[0] for ax in column), max(ax.get_ylim()[1] for ax in column)
        for ax in column:
            ax.set_ylim(low - 0.1 * (high - low), high)
            for start, foot in ((2, "left"), (52, "right")):
                ax.text(start, low - 0.04 * (high - low), f"{foot} foot down", fontsize=9, va="center")
    figure.legend(*grid[0][1].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    return figure


def _draw_cue(ax: Axes, runners: list[Cues], channel: int, order: int, phase_deg: float) -> None:
    """Draw one harmonic of one channel for the runners, its usual phase, and what it says of the side."""
    t, sizes = np.linspace(0.0, 1.0, 301), []
    turn = np.exp(2j * np.pi * np.outer(ORDERS, t))
    for cue, (name, (colour, dashes)) in zip(runners, RUNNERS.items(), strict=True):
        values = cue.mean[channel] * (180.0 / np.pi if channel == YAW else 1.0)
        if channel == ROLL:
            values = cue.obliquity_deg()
            ax.plot(100.0 * t, (values @ turn).real, color=colour, ls=dashes, lw=1.0)
        wave = (values[order - 1] * turn[order - 1]).real
        ax.plot(100.0 * t, wave, color=colour, ls=dashes, lw=2.8, label=name.partition("_")[2].replace("ms", " m/s"))
        sizes.append(abs(values[order - 1]))
    usual = np.mean(sizes) * np.cos(2.0 * np.pi * order * t + np.deg2rad(phase_deg))
    ax.plot(100.0 * t, usual, color=BLACK, ls=":", lw=1.6, label="phase that is usual for left")
    ax.axhline(0.0, color=BLACK, lw=0.6)
    for start in (0.0, 50.0):
        ax.axvspan(start, start + 100.0 * runners[0].contact_part, color="#ececec", lw=0, zorder=0)
    odds = " and ".join(with_minus(cue.log_odds(channel), "+.1f") for cue in runners)
    ax.set_title(f"speaks for left: {odds}", loc="left", fontsize=10.5)
