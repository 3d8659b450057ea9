"""Pictures of the history: drop of either leg, onset and cadence over the dates, load by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from hipdrop.after.history.dateplot import DatePlot
from hipdrop.after.history.runs import Run, SideOfRun
from hipdrop.after.history.weeks import Week, weeks
from hipdrop.after.report.pictures import Picture
from hipdrop.events import Side
from hipdrop.monitor import words
from hipdrop.samples import Array
from hipdrop.wording import degrees

LEGS = (Side.LEFT, Side.RIGHT)
DAY_S = 86400.0
LEAST_DEG, LEAST_MIN, LEAST_SPM = 2.0, 10.0, 10.0  # of the axes, so that next to nothing does not look like much
WEEK_PART = (0.5, 6.5)  # days of its week that a bar stands on


def pictures(runs: Sequence[Run], today: date) -> dict[str, list[Picture]]:
    """Draw the runs of one person, in their order: `drop`, `load` and `how`."""
    by_week = weeks(runs, today)
    return {
        "drop": [drop_picture(runs, side) for side in LEGS],
        "load": [minutes_picture(by_week), drop_minutes_picture(by_week)],
        "how": [onset_picture(runs), cadence_picture(runs)],
    }


def days_of(runs: Sequence[Run]) -> Array:
    """Give when runs began, in days since the midnight before the first, by the clock where the runner was."""
    first = runs[0].day.toordinal()
    return np.array([run.day.toordinal() - first + _since_midnight_s(run) / DAY_S for run in runs])


def _since_midnight_s(run: Run) -> float:
    return 3600.0 * run.began.hour + 60.0 * run.began.minute + run.began.second


def drop_picture(runs: Sequence[Run], side: Side) -> Picture:
    """Draw fresh and tired drop of a leg run by run."""
    key, title = f"drop-{side}", words.drops(side).capitalize()
    every = np.array([[one.fresh_deg, one.tired_deg] for run in runs for one in _legs(run)])
    values = np.array([[run.side(side).fresh_deg, run.side(side).tired_deg] for run in runs])
    if not np.isfinite(values).any():
        return Picture(key, title, why="too few steps of it count in any run")
    plot = DatePlot(runs[0].day, runs[-1].day, reaching(every.ravel(), LEAST_DEG), "drop, degrees")
    at = days_of(runs)
    plot.line(*_joined(at, values[:, 0]), f"{side} fresh")
    plot.line(*_joined(at, values[:, 1]), f"{side}")
    for day, (fresh_deg, tired_deg) in zip(at.tolist(), values.tolist(), strict=True):
        plot.sign(day, fresh_deg, f"hollow {side}", square=side is Side.RIGHT)
        plot.sign(day, tired_deg, f"full {side}", square=side is Side.RIGHT)
    told = f"Fresh {_range(values[:, 0])}, tired {_range(values[:, 1])} in {len(runs)} runs"
    return Picture(key, title, plot.markup(f"{title}. {told}."), caption=f"{told}.", looks=("hollow", "full"))


def _legs(run: Run) -> list[SideOfRun]:
    return [run.side(side) for side in LEGS]


def _joined(x: Array, y: Array) -> tuple[Array, Array]:
    known = np.isfinite(y)
    return x[known], y[known]


def _range(values: Array) -> str:
    known = values[np.isfinite(values)]
    return f"{degrees(float(known.min()))} to {degrees(float(known.max()))}" if len(known) else "not known"


def reaching(values: Array, least: float) -> tuple[float, float]:
    """Give limits that hold all of the values, with room for their signs, and are at least so far apart."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    more = 0.5 * max(0.0, least - (high - low)) + 0.08 * max(high - low, least)
    return low - more, high + more


def minutes_picture(by_week: Sequence[Week]) -> Picture:
    """Draw the minutes of running week by week."""
    title, values = "Running by week", np.array([week.load.minutes for week in by_week])
    plot = _week_plot(by_week, values, LEAST_MIN, "minutes")
    for week, minutes in zip(by_week, values.tolist(), strict=True):
        begin = (week.monday - by_week[0].monday).days
        plot.bar(begin + WEEK_PART[0], begin + WEEK_PART[1], minutes, "both")
    told = f"{values.sum():.0f} min in {len(by_week)} weeks, most in one week {values.max():.0f}"
    return Picture("minutes", title, plot.markup(f"{title}. {told}."), caption=f"{told}.")


def drop_minutes_picture(by_week: Sequence[Week]) -> Picture:
    """Draw how much drop above the fresh level either leg gathered week by week."""
    key, title = "drop-minutes", "Drop above the fresh level by week"
    values = np.array([[week.load.drop_minutes(side) for side in LEGS] for week in by_week])
    if not any(week.load.judged_minutes for week in by_week):
        return Picture(key, title, why="no run has a baseline")
    plot = _week_plot(by_week, values.ravel(), LEAST_MIN, "degree-minutes")
    middle = 0.5 * (WEEK_PART[0] + WEEK_PART[1])
    for week, (left, right) in zip(by_week, values.tolist(), strict=True):
        begin = (week.monday - by_week[0].monday).days
        plot.bar(begin + WEEK_PART[0], begin + middle - 0.1, left, "left")
        plot.bar(begin + middle + 0.1, begin + WEEK_PART[1], right, "right")
    told = f"Left leg {values[:, 0].sum():.0f}, right leg {values[:, 1].sum():.0f} degree-minutes in all"
    return Picture(key, title, plot.markup(f"{title}. {told}."), caption=f"{told}.", looks=("line left", "line right"))


def _week_plot(by_week: Sequence[Week], values: Array, least: float, label: str) -> DatePlot:
    last = date.fromordinal(by_week[-1].monday.toordinal() + 6)
    return DatePlot(by_week[0].monday, last, (0.0, 1.1 * max(float(values.max()), least)), label)


def onset_picture(runs: Sequence[Run]) -> Picture:
    """Draw in which minute the drop of either leg began to grow, run by run, with its 95 % interval."""
    key, title = "onset", "When the drop began to grow"
    times = np.array([[one.onset_earliest_s, one.onset_s, one.onset_latest_s] for run in runs for one in _legs(run)])
    if not np.isfinite(times).any():
        return Picture(key, title, why="it grew in no run")
    ends = (0.0, max(LEAST_MIN, 1.05 * float(np.nanmax(times)) / 60.0))
    plot = DatePlot(runs[0].day, runs[-1].day, ends, "minute of the run")
    grew = 0
    for day, run in zip(days_of(runs).tolist(), runs, strict=True):
        for one in _legs(run):
            plot.reach(day, one.onset_earliest_s / 60.0, one.onset_latest_s / 60.0, str(one.side))
            plot.sign(day, one.onset_s / 60.0, f"full {one.side}", square=one.side is Side.RIGHT)
        grew += any(one.onset_s == one.onset_s for one in _legs(run))
    told = f"The drop of a leg grew in {grew} of {len(runs)} runs; the lines are 95 % intervals"
    return Picture(key, title, plot.markup(f"{title}. {told}."), caption=f"{told}.", looks=("line left", "line right"))


def cadence_picture(runs: Sequence[Run]) -> Picture:
    """Draw the cadence run by run."""
    title, values = "Cadence", np.array([run.cadence_spm for run in runs])
    if not np.isfinite(values).any():
        return Picture("cadence", title, why="no run has steps")
    plot = DatePlot(runs[0].day, runs[-1].day, reaching(values, LEAST_SPM), "steps per minute")
    plot.line(*_joined(days_of(runs), values), "both")
    for day, value in zip(days_of(runs).tolist(), values.tolist(), strict=True):
        plot.sign(day, value, "full ink", square=False)
    told = f"{np.nanmin(values):.0f} to {np.nanmax(values):.0f} steps per minute"
    return Picture("cadence", title, plot.markup(f"{title}. {told}."), caption=f"{told}.")
