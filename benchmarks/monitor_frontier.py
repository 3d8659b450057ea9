"""Detection against false alerts: prints the frontier of docs/monitor.md, checks the defaults, draws the picture.

    python benchmarks/monitor_frontier.py [--runs 2000] [--picture docs/pictures/monitor_frontier.png]

The detectors are compared on one set of seeds; what the defaults reach is counted on another by the
streaming Monitor.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from monitor_charts import (
    NEVER,
    STEPS_PER_MIN,
    Array,
    Sag,
    Scene,
    audible_sum,
    baseline_steps,
    ewma,
    excess_deg,
    first,
    first_raise,
    held,
    slope,
    steps_of,
)
from scipy.stats import chi2

from hipdrop.events import AlertRaised, Side
from hipdrop.monitor import Monitor, StoredBaseline
from hipdrop.settings import MonitorSettings

SETTINGS = MonitorSettings()
LIMIT_PER_H = 1 / 20  # the false alerts that are allowed at a wander of 0.4 deg SD
FIRST_PER_H = 0.03  # of them first ones of a run, which is what is compared: a run whose baseline is off repeats them
SAGS = (Sag("+1.0 in 25 min", 1.0, 25.0), Sag("+1.5 in 25 min", 1.5, 25.0), Sag("step of +2.0", 2.0, 1e-3))
SAG_WANDERS_DEG = (0.2, 0.4)
COMPARE_SEED, REPORT_SEED = 1_000, 2_000
FEW = 0.15  # sags take this part of the runs: a share of 300 runs is known to 6 points


@dataclass(frozen=True)
class Detector:
    """A statistic with a threshold to be chosen, alone or beside the default's quick EWMA."""

    name: str
    statistic: Callable[[Array, int], Array]
    thresholds: tuple[float, ...]
    beside_ewma: bool = False

    def first_raises(self, excess: Array) -> Iterator[np.ndarray]:
        """Give the first raise of each run for each threshold, in steps since the baseline."""
        start = baseline_steps(SETTINGS)[1]
        values = self.statistic(excess, start)
        quick = ewma(excess, SETTINGS.ewma_weight, start) > SETTINGS.dead_band_deg if self.beside_ewma else False
        for threshold in self.thresholds:
            yield first(held((values > threshold) | quick, SETTINGS))


def _ewma(excess: Array, start: int, weight: float) -> Array:
    return ewma(excess, weight, start)


def _sum(excess: Array, start: int, settings: MonitorSettings) -> Array:
    return audible_sum(excess, settings, start)


def _slope(excess: Array, start: int, window_min: float) -> Array:
    return slope(excess, window_min, start)


def detectors() -> list[Detector]:
    """Give everything that is compared."""
    found = []
    for weight in (0.02, 0.01, 0.005, 0.0025):
        grid = tuple(np.round(np.arange(1.0, 2.01, 0.05), 2))
        found.append(Detector(f"EWMA {weight:g}", partial(_ewma, weight=weight), grid))
    for beside in (False, True):
        for allowance_deg in (0.6, 0.7, 0.8, 0.9, 1.0):
            settings = dataclasses.replace(SETTINGS, cusum_allowance_deg=allowance_deg)
            grid = tuple(np.arange(250.0, 1501.0, 50.0))
            name = f"EWMA {SETTINGS.ewma_weight:g} + " * beside + f"CUSUM {allowance_deg:g}"
            found.append(Detector(name, partial(_sum, settings=settings), grid, beside))
    for window_min in (10.0, 20.0):
        grid = tuple(np.round(np.arange(0.8, 3.01, 0.1), 2))
        found.append(Detector(f"slope {window_min:g} min", partial(_slope, window_min=window_min), grid))
    return found


def interval(count: int) -> tuple[float, float]:
    """Give the exact 95 % interval of a Poisson count (Garwood 1936, 10.1093/biomet/28.3-4.437)."""
    return (chi2.ppf(0.025, 2 * count) / 2 if count else 0.0), chi2.ppf(0.975, 2 * count + 2) / 2


def channels(scene: Scene, seed: int, runs: int) -> tuple[Array, Array, Array]:
    """Give the excess of left, right and the mean of both over their baselines."""
    left, right = scene.drops_deg(seed, runs)
    return excess_deg(left, SETTINGS), excess_deg(right, SETTINGS), excess_deg((left + right) / 2, SETTINGS)


def false_per_h(detector: Detector, excesses: tuple[Array, ...]) -> list[float]:
    """Give the rate of the first false raise of any channel, for each threshold."""
    length = excesses[0].shape[1] - baseline_steps(SETTINGS)[1]
    rates = []
    for firsts in zip(*map(detector.first_raises, excesses), strict=True):
        soonest = np.minimum.reduce(firsts)
        hours = np.minimum(soonest, length).sum() / STEPS_PER_MIN / 60
        rates.append(float((soonest != NEVER).sum() / hours))
    return rates


def minutes_to_raise(raised: np.ndarray, sag: Sag) -> Array:
    """Give the minutes from the onset to the raise; those before the onset are left out, those never are inf."""
    start_min = baseline_steps(SETTINGS)[1] / STEPS_PER_MIN
    minutes = np.where(raised == NEVER, np.inf, raised / STEPS_PER_MIN + start_min - sag.onset_min)
    return minutes[minutes >= 0]


@dataclass
class Outcome:
    """What a detector reaches, for each of its thresholds."""

    detector: Detector
    rate_per_h: Array  # worse of wander shared and of each leg's own
    share: dict[tuple[str, float], Array]
    median_min: dict[tuple[str, float], Array]
    mean_min: Array  # over all sags and wanders; a sag that is not found counts the time to the end

    @property
    def chosen(self) -> int:
        """Index of the lowest threshold that keeps within the false alerts, the last where none does."""
        within = np.flatnonzero(self.rate_per_h <= FIRST_PER_H)
        return int(within[0]) if within.size else len(self.rate_per_h) - 1


def compare(runs: int) -> list[Outcome]:
    """Run all detectors over the scenes of the comparison."""
    found = detectors()
    false: list[list[list[float]]] = [[] for _ in found]
    for shared in (False, True):
        excesses = channels(Scene(0.4, shared), COMPARE_SEED + shared, runs)
        for rates, detector in zip(false, found, strict=True):
            rates.append(false_per_h(detector, excesses))
    share: list[dict[tuple[str, float], Array]] = [{} for _ in found]
    median: list[dict[tuple[str, float], Array]] = [{} for _ in found]
    lost: list[list[Array]] = [[] for _ in found]
    for number, (sag, wander_deg) in enumerate((s, w) for s in SAGS for w in SAG_WANDERS_DEG):
        scene = Scene(wander_deg, shared=False, sag=sag)
        left, _ = scene.drops_deg(COMPARE_SEED + 10 + number, int(FEW * runs))
        excess, horizon_min = excess_deg(left, SETTINGS), scene.minutes - sag.onset_min
        for i, detector in enumerate(found):
            times = [minutes_to_raise(r, sag) for r in detector.first_raises(excess)]
            share[i][sag.name, wander_deg] = np.array([np.isfinite(t).mean() for t in times])
            median[i][sag.name, wander_deg] = np.array([np.median(t) for t in times])
            lost[i].append(np.array([np.minimum(t, horizon_min).mean() for t in times]))
    return [
        Outcome(d, np.max(f, axis=0), share=s, median_min=m, mean_min=np.mean(x, axis=0))
        for d, f, s, m, x in zip(found, false, share, median, lost, strict=True)
    ]


def print_frontier(outcomes: list[Outcome]) -> None:
    """Print what each detector reaches at the threshold that keeps within the false alerts."""
    cases = [(sag.name, wander_deg) for sag in SAGS for wander_deg in SAG_WANDERS_DEG]
    heads = (f" {name}, wander {wander_deg:g} |" for name, wander_deg in cases)
    print("| detector | threshold | first false in 100 h |", *heads, " mean min |", sep="")
    print("|---" * (len(cases) + 4) + "|")
    for outcome in sorted(outcomes, key=lambda o: o.mean_min[o.chosen]):
        i = outcome.chosen
        cells = [f" {100 * outcome.share[c][i]:.0f} %, {outcome.median_min[c][i]:.1f} |" for c in cases]
        excuse = "" if outcome.rate_per_h[i] <= FIRST_PER_H else ", none keeps within"
        rate = f"{100 * outcome.rate_per_h[i]:.1f}{excuse}"
        head = f"| {outcome.detector.name} | {outcome.detector.thresholds[i]:g} | {rate} |"
        print(head, *cells, f" {outcome.mean_min[i]:.1f} |", sep="")


def raises(left: Array, right: Array, stored: StoredBaseline | None = None) -> list[AlertRaised]:
    """Give the alerts that the streaming Monitor raises in one run."""
    monitor = Monitor(SETTINGS, stored)
    events = [event for step in steps_of(left, right) for event in monitor.push(step)]
    return [event for event in events if isinstance(event, AlertRaised)]


def count_raises(scene: Scene, seed: int, runs: int) -> tuple[float, int, int]:
    """Give hours after the baseline, alerts and runs with one; only runs that the charts call are streamed."""
    left, right = scene.drops_deg(seed, runs)
    soonest = np.minimum.reduce(
        [first_raise(excess_deg(x, SETTINGS), SETTINGS) for x in (left, right, (left + right) / 2)]
    )
    counts = [len(raises(left[i], right[i])) for i in np.flatnonzero(soonest != NEVER)]
    hours = runs * (scene.minutes - SETTINGS.baseline_until_min) / 60
    return hours, sum(counts), int(np.count_nonzero(counts))


def print_false(runs: int) -> None:
    """Print the false alerts of the defaults, counted by the streaming Monitor on runs without a sag."""
    print("| wander | shared by the legs | lag-1 | minutes a run | hours | alerts | in 100 h (95 %) | runs with one |")
    print("|---" * 8 + "|")
    scenes = [Scene(w, s) for w in (0.2, 0.4, 0.6, 0.8) for s in (False, True)]
    scenes += [Scene(0.4, False, lag1=0.2), Scene(0.2, False, minutes=188.0), Scene(0.4, False, minutes=188.0)]
    for number, scene in enumerate(scenes):
        part = runs if scene.wander_deg <= 0.4 and scene.minutes < 100 else runs // 5
        hours, count, hit = count_raises(scene, REPORT_SEED + number, part)
        low, high = (100 * bound / hours for bound in interval(count))
        shared = "yes" if scene.shared else "no"
        head = f"| {scene.wander_deg:g} | {shared} | {scene.lag1:g} | {scene.minutes:g} | {hours:.0f} | {count} |"
        print(f"{head} {100 * count / hours:.1f} ({low:.1f} to {high:.1f}) | {100 * hit / part:.1f} % |", flush=True)


def print_stored(runs: int) -> None:
    """Print the same with a stored profile, whose level is off by the between-day SD."""
    left, right = Scene(0.4, False).drops_deg(REPORT_SEED + 50, runs)
    off_deg = np.random.default_rng(REPORT_SEED + 51).standard_normal((runs, 2))
    profiles = [StoredBaseline(2.7 + a, 2.7 + b, 0.6, 0.6, 400, 400) for a, b in off_deg.tolist()]
    count = sum(len(raises(left[i], right[i], profiles[i])) for i in range(runs))
    hours = runs * (75 - SETTINGS.stored_baseline_until_min) / 60
    low, high = (100 * bound / hours for bound in interval(count))
    found = f"{count} alerts in {hours:.0f} h, {100 * count / hours:.1f} ({low:.1f} to {high:.1f}) in 100 h"
    print(f"with a stored profile, wander 0.4: {found}")


def print_sides(runs: int) -> None:
    """Print whose alert comes first when one leg sags, and when both do."""
    for number, sag in enumerate(dataclasses.replace(s, both_legs=both) for s in SAGS for both in (False, True)):
        left, right = Scene(0.2, False, sag=sag).drops_deg(REPORT_SEED + 60 + number, runs)
        if not sag.both_legs:
            right += 0.185 * sag.course_deg(right.shape[1])  # 0.37 deg for a sag of 2.0: the stride mean rises
        found = [raises(left[i], right[i]) for i in range(runs)]
        firsts = [alerts[0].side for alerts in found if alerts]
        counts = ", ".join(f"{side} {firsts.count(side)}" for side in Side)
        mean = np.mean([len(alerts) for alerts in found])
        legs = "both legs" if sag.both_legs else "left leg"
        print(f"{sag.name}, {legs}: first alert of {runs} runs: {counts}; {mean:.1f} alerts a run")


def draw(outcomes: list[Outcome], path: Path) -> None:
    """Draw the frontier."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    combined = f"EWMA {SETTINGS.ewma_weight:g} + CUSUM {SETTINGS.cusum_allowance_deg:g}"
    shown = (combined, *combined.split(" + "), "EWMA 0.0025", "slope 20 min")
    figure, axes = plt.subplots(1, 3, figsize=(12, 4), sharex=True, layout="constrained")
    for outcome in (found for name in shown for found in outcomes if found.detector.name == name):
        x = 100 * outcome.rate_per_h
        curves = (
            100 * outcome.share["+1.0 in 25 min", 0.2],
            outcome.median_min["+1.5 in 25 min", 0.2],
            outcome.median_min["step of +2.0", 0.2],
        )
        for axis, y in zip(axes, curves, strict=True):
            (line,) = axis.plot(x, y, label=outcome.detector.name, marker=".", linewidth=1)
            if outcome.detector.name == combined:
                i = int(np.argmin(np.abs(np.array(outcome.detector.thresholds) - SETTINGS.cusum_limit_deg_steps)))
                axis.plot(x[i], y[i], "*", markersize=14, color=line.get_color(), label="default")
    titles = ("+1.0 deg in 25 min: found, %", "+1.5 deg in 25 min: median minutes", "step of +2.0 deg: median minutes")
    for axis, title, top in zip(axes, titles, (100, 65, 15), strict=True):
        axis.set(title=title, xscale="log", xlim=(0.1, 100), ylim=(0, top))
        axis.set_xlabel("first false alerts in 100 h, wander 0.4 deg")
        axis.axvline(100 * FIRST_PER_H, color="grey", linestyle=":")
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000, help="runs of 75 min per scene (default 2000)")
    parser.add_argument("--picture", type=Path, default=Path("docs/pictures/monitor_frontier.png"))
    args = parser.parse_args()
    outcomes = compare(args.runs)
    print_frontier(outcomes)
    draw(outcomes, args.picture)
    print()
    print_false(args.runs)
    print()
    print_stored(args.runs // 5)
    print_sides(max(args.runs // 20, 1))


if __name__ == "__main__":
    main()
