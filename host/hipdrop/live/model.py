"""The run so far, as plain data: fed with updates, read as snapshots. No plotting, no clock, no I/O."""

from __future__ import annotations

import math
from collections import deque
from statistics import fmean

import numpy as np

from hipdrop.events import (
    Activity,
    ActivityChanged,
    AlertCleared,
    AlertEvent,
    AlertRaised,
    AlertWithheld,
    BaselineReady,
    Contact,
    Event,
    Marked,
    MountFound,
    MountSlipped,
    Side,
    SidesChanged,
    Step,
)  # fmt: skip
from hipdrop.live.phase import Situation, phase_of
from hipdrop.live.series import Series
from hipdrop.live.snapshot import LegTrack, Mark, Motion, Onset, Phase, Snapshot
from hipdrop.live.updates import CLOSED, Facts, Update
from hipdrop.monitor import Learning, Level, LevelPoint
from hipdrop.waves import POINTS, RecentStrides

LEGS = (Side.LEFT, Side.RIGHT)
PAIN_NOTE = "pain"
PAIN_NOTES = (PAIN_NOTE, "button")  # the clip's button marks pain
LIMP_NOTE = "limp"
CADENCE_STEPS = 10  # single steps are in steps of whole samples
RECOVERED_S = 20.0  # that long it is said
LAST_STEPS = 60  # more than a terminal has lines
STILL_RUNNING_S = 1.5  # after the last contact; longer than any step
QUIET = (Level.LEARNING, Level.NORMAL)
NO_STRIDES = RecentStrides(np.empty((0, POINTS)), None, 0)


def follow(model: LiveModel, update: Update) -> LiveModel:
    """Take the next update; give the model that goes on: another one where the replay begins anew."""
    if update.restart:
        model = LiveModel(model.next_version)
    model.take(update)
    return model


class LiveModel:
    """Takes updates in their order (`follow`).

    Parameters
    ----------
    version
        Where its versions begin.
    """

    def __init__(self, version: int = 0) -> None:
        self._facts = Facts()
        self._steps_version = version
        self._facts_version = version
        self._strides = NO_STRIDES
        self._learning: Learning | None = None
        self._reached_s = 0.0
        self._step_count = 0
        self._last_steps: deque[Step] = deque(maxlen=LAST_STEPS)
        self._steps = {side: Series(3) for side in LEGS}
        self._levels = {side: Series(4) for side in LEGS}
        self._cadence = Series(2)
        self._paces: deque[float] = deque(maxlen=CADENCE_STEPS)
        self._activity: Activity | None = None
        self._paused_since_s = math.nan
        self._pauses: list[tuple[float, float]] = []
        self._marks: list[Mark] = []
        self._onsets: list[Onset] = []
        self._over_since_s: dict[Side, float] = {}
        self._alerts: list[AlertEvent] = []
        self._raised: dict[Side, AlertRaised] = {}
        self._withheld: dict[Side, AlertWithheld] = {}
        self._cleared_s = -math.inf
        self._mounted = False
        self._sides_known = False
        self._baseline_known = False
        self._by_band = False
        self._newest_step: Step | None = None
        self._newest_contact: Contact | None = None

    def take(self, update: Update) -> None:
        """Take the next update; a level is older than an event of its time, which was judged by it."""
        if update.facts is not None and update.facts != self._facts:
            self._facts = update.facts
            self._facts_version += 1
        if update.strides is not None:
            self._strides = update.strides
        self._reached_s = max(self._reached_s, update.reached_s - self._facts.start_s)
        if update.learning != self._learning:
            self._learning = update.learning
            self._steps_version += 1
        points = deque(update.points)
        for event in update.events:
            while isinstance(event, AlertEvent) and points and points[0].t_s < event.t_s:
                self._take_point(points.popleft())
            self._take_event(event)
        for point in points:
            self._take_point(point)

    @property
    def start_s(self) -> float:
        """Time of the first sample on the axis of the events."""
        return self._facts.start_s

    @property
    def reached_s(self) -> float:
        """Time of the newest sample since the first one."""
        return self._reached_s

    @property
    def next_version(self) -> int:
        """A version that no snapshot of this model has had."""
        return max(self._steps_version, self._facts_version) + 1

    def snapshot(self) -> Snapshot:
        """Give all as it stands."""
        cadence = self._cadence.view()
        return Snapshot(
            self._steps_version,
            self._facts_version,
            self._reached_s,
            self._step_count,
            tuple(self._last_steps),
            self.phase(),
            self._track(Side.LEFT),
            self._track(Side.RIGHT),
            cadence[0],
            cadence[1],
            self._pauses_so_far(),
            tuple(self._marks),
            tuple(self._onsets),
            tuple(self._alerts),
            tuple(alert.side for alert in self._raised.values()),
            self._motion(),
            self._strides,
            self._facts,
            self._by_band,
        )

    def phase(self) -> Phase:
        """Say what is going on."""
        newest = self._alerts[-1] if self._alerts else None
        fresh = isinstance(newest, AlertCleared) and self._reached_s - self._cleared_s < RECOVERED_S
        withheld = max(self._withheld.values(), key=lambda alert: alert.t_s, default=None)
        return phase_of(
            Situation(
                self._facts,
                self._activity,
                self._mounted,
                self._sides_known,
                self._learning,
                tuple(self._raised.values()),
                withheld,
                newest if fresh else None,
            )
        )

    # ---- events ----

    def _take_event(self, event: Event) -> None:
        if isinstance(event, Contact):
            self._newest_contact = event
            return
        self._steps_version += 1
        t_s = event.t_s - self._facts.start_s
        if isinstance(event, Step):
            self._take_step(event, t_s)
        elif isinstance(event, AlertEvent):
            self._take_alert(event, t_s)
        elif isinstance(event, ActivityChanged):
            self._take_activity(event.activity, t_s)
        elif isinstance(event, Marked):
            self._marks.append(Mark(t_s, event.note, event.note.split(":")[0] in PAIN_NOTES))
        elif isinstance(event, BaselineReady):
            self._baseline_known = True
        elif isinstance(event, SidesChanged):
            self._sides_known = event.reason != "unsure"
        elif isinstance(event, (MountFound, MountSlipped)):
            self._mounted = isinstance(event, MountFound)

    def _take_step(self, step: Step, t_s: float) -> None:
        self._step_count += 1
        self._last_steps.append(step)
        self._newest_step = step
        if step.drop_deg == step.drop_deg:
            self._steps[step.side].add(t_s, step.drop_deg, step.valid)
        if step.cadence_spm == step.cadence_spm:
            self._paces.append(step.cadence_spm)
            self._cadence.add(t_s, fmean(self._paces))
        self._take_activity(Activity.RUN, t_s)

    def _take_activity(self, activity: Activity, t_s: float) -> None:
        """Note it; steps that were held back come after the standing that followed them, and are no new running."""
        if self._activity is activity:
            return
        was_paused = self._paused_since_s == self._paused_since_s
        if activity is Activity.RUN and was_paused and t_s < self._paused_since_s:
            return
        if activity is Activity.RUN and was_paused:
            self._pauses.append((self._paused_since_s, t_s))
            self._paused_since_s = math.nan
        elif activity is not Activity.RUN and not was_paused:
            self._paused_since_s = t_s
        self._activity = activity

    def _take_alert(self, alert: AlertEvent, t_s: float) -> None:
        self._alerts.append(alert)
        if isinstance(alert, AlertWithheld):
            self._withheld[alert.side] = alert
            self._raised.pop(alert.side, None)
            return
        self._withheld.pop(alert.side, None)
        if isinstance(alert, AlertRaised):
            self._raised[alert.side] = alert
            legs = LEGS if alert.side is Side.BOTH else (alert.side,)
            self._onsets += [Onset(self._over_since_s[leg], leg) for leg in legs if leg in self._over_since_s]
        else:
            self._raised.pop(alert.side, None)
            self._cleared_s = t_s

    def _take_point(self, point: LevelPoint) -> None:
        """Take a level; a channel that is quiet again has no alert open, and none kept back."""
        self._steps_version += 1
        t_s = point.t_s - self._facts.start_s
        if point.state in QUIET:
            for kept in (self._raised, self._withheld):
                alert = kept.get(point.side)
                if alert is not None and alert.t_s < point.t_s:
                    del kept[point.side]
        self._by_band |= point.reference_deg == point.reference_deg and not self._baseline_known
        if point.side is Side.BOTH:
            return
        if point.state is Level.RAISED:
            self._over_since_s.setdefault(point.side, t_s)
        elif point.state in QUIET:
            self._over_since_s.pop(point.side, None)
        limit_deg = point.limit_deg if math.isfinite(point.limit_deg) else math.nan
        self._levels[point.side].add(t_s, point.level_deg, point.reference_deg, limit_deg)

    # ---- what is shown ----

    def _track(self, side: Side) -> LegTrack:
        steps, levels = self._steps[side].view(), self._levels[side].view()
        return LegTrack(side, *steps, *levels)

    def _pauses_so_far(self) -> tuple[tuple[float, float], ...]:
        if self._paused_since_s != self._paused_since_s:
            return tuple(self._pauses)
        return (*self._pauses, (self._paused_since_s, max(self._reached_s, self._paused_since_s)))

    def _motion(self) -> Motion:
        step, contact = self._newest_step, self._newest_contact
        if self._facts.lost_for_s is not None or self._facts.state == CLOSED:
            return Motion()
        if step is None or contact is None or not step.side_sure or not step.cadence_spm > 0:
            return Motion()
        at_s = contact.t_s - self._facts.start_s
        if self._reached_s - at_s > STILL_RUNNING_S:
            return Motion()
        left = (step.side is Side.LEFT) == ((contact.number - step.number) % 2 == 0)
        list_deg = step.list_deg if step.list_deg == step.list_deg else 0.0
        return Motion(120.0 / step.cadence_spm, 0.0 if left else 0.5, at_s, list_deg)
