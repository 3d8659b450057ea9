"""What the runner does when: standing, walking or running, and at which speed and cadence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.events import Activity
from hipdrop.samples import Array
from hipdrop.simulate.coefficients import trial_speed_ms
from hipdrop.simulate.config import FASTEST_MS, SLOWEST_MS, RunnerConfig
from hipdrop.simulate.schedule import read_schedule

WALKING_SPEED_MS = 1.3
WALK_BELOW_MS = 1.6
STAND_BELOW_MS = 0.3
CADENCE_LIMITS_SPM = (140.0, 210.0)  # a schedule's cadence outside of it is a sensor fault or no running


@dataclass(frozen=True, slots=True)
class Moment:
    """What is wanted at one time; NaN cadence is the model's own."""

    activity: Activity
    speed_ms: float
    cadence_spm: float


class Plan:
    """Answers what is wanted when, for one configuration; times are true times in s."""

    def __init__(self, config: RunnerConfig) -> None:
        self._config = config
        self._speed_ms = config.speed_ms if config.speed_ms is not None else trial_speed_ms(config.runner)
        self._rows = read_schedule(config.schedule) if config.schedule is not None else None
        breaks = [(bout, Activity.WALK) for bout in config.walk] + [(bout, Activity.STAND) for bout in config.stops]
        self._breaks = [
            (60.0 * bout.start_min, 60.0 * (bout.start_min + bout.length_min), activity) for bout, activity in breaks
        ]
        if config.stand_s > 0:
            self._breaks.append((-np.inf, config.stand_s, Activity.STAND))

    @property
    def typical_speed_ms(self) -> float:
        """Median running speed."""
        if self._rows is None:
            return self._speed_ms
        speed = self._rows["speed_ms"]
        running = speed[speed >= WALK_BELOW_MS]
        return float(np.clip(np.median(running), SLOWEST_MS, FASTEST_MS)) if len(running) else self._speed_ms

    def at(self, t_s: float) -> Moment:
        """Say what is wanted at `t_s`; where breaks overlap, standing wins over walking."""
        wanted = {activity for start, stop, activity in self._breaks if start <= t_s < stop}
        if Activity.STAND in wanted:
            return Moment(Activity.STAND, 0.0, np.nan)
        if Activity.WALK in wanted:
            return Moment(Activity.WALK, WALKING_SPEED_MS, np.nan)
        if self._rows is None:
            return Moment(Activity.RUN, self._speed_ms, np.nan)
        row = self._row(np.array([t_s]))[0]
        speed = float(self._rows["speed_ms"][row])
        if speed < STAND_BELOW_MS:
            return Moment(Activity.STAND, 0.0, np.nan)
        if speed < WALK_BELOW_MS:
            return Moment(Activity.WALK, speed, np.nan)
        cadence = float(np.clip(self._rows["cadence_spm"][row], *CADENCE_LIMITS_SPM))
        return Moment(Activity.RUN, float(np.clip(speed, SLOWEST_MS, FASTEST_MS)), cadence)

    def rest_ends_s(self, t_s: float) -> float:
        """Give the end of the standing that is wanted at `t_s`, as far as it is known then."""
        ends = [stop for start, stop, activity in self._breaks if activity is Activity.STAND and start <= t_s < stop]
        return max(ends) if ends else t_s + 1.0

    def scheduled(self, column: str, t_s: Array) -> Array:
        """Give a column of the schedule at (N,) times; 0 without a schedule."""
        return np.zeros_like(t_s) if self._rows is None else self._rows[column][self._row(t_s)]

    def _row(self, t_s: Array) -> NDArray[np.int64]:
        """Give the row that holds at `t_s`; the schedule begins after the first standing and repeats."""
        assert self._rows is not None
        times = self._rows["t_s"]
        period = times[-1] - times[0] + np.median(np.diff(times))
        within = times[0] + (t_s - self._config.stand_s) % period
        return np.asarray(np.searchsorted(times, within, side="right") - 1, dtype=np.int64)
