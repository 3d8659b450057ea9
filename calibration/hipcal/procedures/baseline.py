"""The runner when fresh: stand still, then run for some minutes; what comes out is the profile for person and shoe."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hipcal.levelled import LOOK_S
from hipcal.model import Calibration
from hipcal.procedures.base import Picture, Prompt
from hipcal.procedures.cells import Cells
from hipcal.procedures.quiet import HalfSeconds, is_quiet
from hipcal.refusal import Refusal
from hipcal.runner import FROM_PART, RunnerEstimate, runner_profile
from hipdrop.events import Activity, ActivityChanged, BaselineReady, Event, Side, Site, Step
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings

STAND_S = 3.0  # for the tare (OrientationSettings.rest_tare_s)
MINUTES = 8.0  # minutes 3 to 8 of a run are the baseline (docs/monitor.md)
_SHOWN_STEPS = 20  # after so many the drop is told
_SURE_PART = 0.5  # of the steps whose side is known, for a baseline of both sides


@dataclass(frozen=True, slots=True, eq=False)
class BaselineResult:
    """What the procedure has found.

    Attributes
    ----------
    profile
        For the next runs.
    baseline
        The level of either side.
    steps, running_s
        Of all of the run.
    runner
        The level of this run alone, and its course over cadence; None where bends and stops left too little.
    """

    profile: Profile
    baseline: BaselineReady
    steps: int
    running_s: float
    runner: RunnerEstimate | None = None


class BaselineProcedure:
    """Leads through it; see `hipcal.procedures.base.Procedure`.

    Parameters
    ----------
    rate_hz
        Of the samples.
    minutes
        Of running; the last five eighths of them are the baseline.
    settings, site
        As of `hipdrop.pipeline.Pipeline`.
    known
        The profile so far; what this run does not show stays.
    calibration
        Taken off the samples first; a mount in it is believed.
    """

    def __init__(
        self, rate_hz: float, minutes: float = MINUTES, *, settings: Settings | None = None, site: Site | None = None,
        known: Profile | None = None, calibration: Calibration | None = None,
    ) -> None:  # fmt: skip
        self._given = rate_hz, _hurried(settings or Settings(), minutes), site
        self._whole_s = 60.0 * minutes
        self._known, self._calibration = known, calibration
        self.result: BaselineResult | Refusal | None = None
        self.redo()

    def redo(self) -> None:
        """Begin again, from standing."""
        rate_hz, settings, site = self._given
        mount = None if self._calibration is None else self._calibration.mount
        self._pipeline = Pipeline(
            rate_hz, settings, site=site, profile=_template_of(self._known),
            mount=None if mount is None else mount.pelvis_from_sensor,
            mount_site=None if mount is None or mount.site is None else Site(mount.site),
            sides_checked=mount is not None and mount.sides_checked,
        )  # fmt: skip
        self._cells, self._halves = Cells(self._calibration), HalfSeconds()
        self._stood = False
        self._quiet_s = self._running_s = 0.0
        self._moves = True
        self._steps: list[Step] = []
        self._drops_deg: dict[Side, list[float]] = {Side.LEFT: [], Side.RIGHT: []}
        self._baselines: list[BaselineReady] = []
        self._activity: Activity | None = None

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.result is not None

    def push(self, block: SampleBlock) -> None:
        """Take nominal samples in sensor axes."""
        for cell in self._cells.push(block):
            if self.done:
                return
            self._take(self._pipeline.push(cell))
            piece = None if self._stood else self._halves.push(cell)
            if piece is not None:
                self._stand(piece)
            if self._running_s >= self._whole_s and self._baselines:
                self.result = self._outcome()

    def close(self) -> None:
        """The run is over: its baseline, if it was long enough for one."""
        if not self.done:
            self._take(self._pipeline.close())
            self.result = self._outcome()

    def enough(self) -> None:
        """It cannot be shortened: a baseline of fewer minutes is another one."""

    @property
    def prompt(self) -> Prompt:
        """What to do now."""
        if self.done:
            return Prompt(Picture.DONE, "Done", step=2, steps=2, part=1.0, good=self._levels())
        if not self._stood and not self._steps:
            how = "Clip where you wear it, feet a hip's width apart, look ahead, arms hanging."
            held_s = min(self._quiet_s, STAND_S)
            return Prompt(Picture.STAND, "Stand still", how, steps=2, part=held_s / STAND_S, held_s=held_s,
                          hold_s=STAND_S, moving=self._moves)  # fmt: skip
        left_s = max(0.0, self._whole_s - self._running_s)
        minutes = f"{int(left_s) // 60}:{int(left_s) % 60:02d}"
        how = "Fresh, easy, as you always run, on the flat; no intervals. It goes on by itself while you run."
        return Prompt(
            Picture.RUN, f"Run: {minutes} to go", how, step=2, steps=2, part=self._running_s / self._whole_s,
            good=self._levels(), trouble=self._pause(),
        )  # fmt: skip

    def _pause(self) -> str:
        if self._steps and self._activity in (Activity.STAND, Activity.WALK):
            return f"you {self._activity}: that time does not count, run on"
        return ""

    def _levels(self) -> str:
        means = {side: sum(drops) / len(drops) for side, drops in self._drops_deg.items() if len(drops) >= _SHOWN_STEPS}
        if len(means) < 2:
            return f"{len(self._steps)} steps" if self._steps else ""
        return f"{len(self._steps)} steps; drop left {means[Side.LEFT]:.1f}, right {means[Side.RIGHT]:.1f} deg"

    def _stand(self, piece: SampleBlock) -> None:
        self._moves = not is_quiet(piece)
        self._quiet_s = 0.0 if self._moves else self._quiet_s + LOOK_S
        self._stood = self._quiet_s >= STAND_S

    def _take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Step):
                self._steps.append(event)
                self._running_s += event.step_s
                if event.valid:
                    self._drops_deg[event.side].append(event.drop_deg)
            elif isinstance(event, ActivityChanged):
                self._activity = event.activity
            elif isinstance(event, BaselineReady):
                self._baselines.append(event)

    def _outcome(self) -> BaselineResult | Refusal:
        minutes = self._whole_s / 60.0
        remedy = f"run for {minutes:.0f} minutes without a pause"
        if not self._steps:
            return Refusal("there was no running", remedy)
        whole = [found for found in self._baselines if math.isfinite(found.left_deg + found.right_deg)]
        if not whole:
            counted = sum(len(drops) for drops in self._drops_deg.values())
            if counted < _SURE_PART * len(self._steps) and self._running_s >= self._whole_s:
                return Refusal(f"{counted} of {len(self._steps)} steps count", "fasten the clip, and run on the flat")
            return Refusal(f"there were {self._running_s / 60.0:.1f} minutes of running", remedy)
        template = self._pipeline.template()
        found = runner_profile(self._steps, template, self._given[1].monitor)
        runner = None if isinstance(found, Refusal) else found
        profile = Profile.learned(whole, template, self._known, None if runner is None else runner.course)
        return BaselineResult(profile, whole[-1], len(self._steps), self._running_s, runner)


def _hurried(settings: Settings, minutes: float) -> Settings:
    """Have the baseline learned in the later part of so many minutes, from today alone."""
    from_min, until_min = FROM_PART * minutes, 0.99 * minutes
    return settings.replace({"monitor": {"baseline_from_min": from_min, "baseline_until_min": until_min}})


def _template_of(known: Profile | None) -> Profile | None:
    """Give the stride of a profile without its level: a fresh run is not to be mixed with an older one."""
    return None if known is None else Profile(template=known.template)
