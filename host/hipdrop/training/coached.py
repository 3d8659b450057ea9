"""A live run with a coach beside: what it says goes to ear, skin, screen and recording, and into no pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from hipdrop.events import Event
from hipdrop.live.coaching import Coaching
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings
from hipdrop.training.coach import Coach, Stage, Told
from hipdrop.training.walkrun import WalkRun

NOTE = "coach"  # the word in the recording's /session
END_AFTER_S = 10.0  # the last tone is heard and the last buzz felt, the last words are read
# The monitor counts from a bout's second step on, and bouts have starts and ends: of a minute of running it sees 0.95.
SEEN_PART = 0.9
SLOW_SPM = 150.0  # steps of either leg; a slow runner's cadence


class CoachedRun:
    """Brings a coach and a run together; a companion of `hipdrop.live.watching`.

    Parameters
    ----------
    run, coach
        Those two.
    now
        A clock, s.
    """

    def __init__(self, run: LiveRun, coach: Coach, now: Callable[[], float] = time.monotonic) -> None:
        self._run, self._coach, self._now = run, coach, now
        self._over_s: float | None = None

    def take(self, events: Sequence[Event]) -> None:
        """Take new events; some time after the set is over the run ends by itself."""
        chain = self._run.chain
        if chain.pipeline is not None:
            for told in self._coach.take(events, chain.reached_s, chain.pipeline.landed_s):
                self._tell(told)
        if self._coach.stage is Stage.OVER and self._over_s is None:
            self._over_s = self._now()
        if self._over_s is not None and self._now() - self._over_s >= END_AFTER_S:
            self._run.end()

    def coaching(self) -> Coaching:
        """Give what is to be seen."""
        return self._coach.coaching()

    def _tell(self, told: Told) -> None:
        self._run.outbox.play(told.signal)
        self._run.note(NOTE, sample_s=round(told.t_s, 3), due=told.stage.value, repeat=told.repeat, why=told.why)


def coached_settings(settings: Settings, plan: WalkRun) -> Settings:
    """Let the baseline be learned within the running of a session that is shorter than its usual window.

    Its minutes are of running, over all repeats; there must be time for the steps that it wants of each leg.
    """
    monitor = settings.monitor
    until_min = SEEN_PART * plan.running_s / 60
    least_min = 2 * monitor.baseline_min_steps / SLOW_SPM
    if until_min >= monitor.baseline_until_min or until_min < monitor.baseline_from_min + least_min:
        return settings
    early_min = min(monitor.stored_baseline_until_min, until_min)
    changed: dict[str, object] = {"baseline_until_min": until_min, "stored_baseline_until_min": early_min}
    return settings.replace({"monitor": changed})
