"""The monitor: steps in, baseline and alerts out. Method, parameters and figures: docs/monitor.md."""

from __future__ import annotations

import math
from typing import TypeVar

from hipdrop.events import (
    Activity,
    ActivityChanged,
    AlertCleared,
    AlertRaised,
    AlertWithheld,
    Event,
    MountSlipped,
    NewBaseline,
    Side,
    SidesChanged,
    Step,
    TargetBand,
    UserInput,
)
from hipdrop.monitor import words
from hipdrop.monitor.baseline import StoredBaseline
from hipdrop.monitor.cadence import Cadence
from hipdrop.monitor.channel import UNKNOWN, Channel, Limits
from hipdrop.monitor.learning import BaselineLearner
from hipdrop.monitor.levels import Finding, Level
from hipdrop.monitor.limits import band_limits, fatigue_limits
from hipdrop.monitor.pacing import AlertPacing
from hipdrop.monitor.trace import Learning, MonitorView, Trace
from hipdrop.settings import MonitorSettings

Kind = TypeVar("Kind", AlertRaised, AlertCleared, AlertWithheld)


class Monitor:
    """Judges the drop per side and for the mean of both against the runner's baseline, or against a band.

    Synchronous and deterministic: what comes out depends on the order of what is pushed alone.

    Parameters
    ----------
    settings
        All parameters.
    stored
        Fresh level of earlier days; it is weighed with today's first running, which then may be shorter.
    """

    def __init__(self, settings: MonitorSettings, stored: StoredBaseline | None = None) -> None:
        self._settings = settings
        self._left = Channel(Side.LEFT, settings)
        self._right = Channel(Side.RIGHT, settings)
        self._both = Channel(Side.BOTH, settings)
        self._edges_deg: dict[Side, float] = {}
        if settings.mode == "target":
            given = {Side.LEFT: settings.target_left_deg, Side.RIGHT: settings.target_right_deg}
            self._edges_deg = {side: edge_deg for side, edge_deg in given.items() if edge_deg != 0}
        self._learner = BaselineLearner(settings, stored)
        self._first_of_pair: Step | None = None
        self._cadence = Cadence(settings.ewma_weight / 2)  # per step of either leg: the same time constant
        self._pacing = AlertPacing(settings)
        self._trace = Trace()
        self._set_limits()

    def push(self, event: Event) -> list[Event]:
        """Take the next event of the pipeline; whatever does not concern the monitor is ignored."""
        if isinstance(event, Step):
            return self._step(event)
        if isinstance(event, ActivityChanged) and event.activity is not Activity.RUN:
            doing = "standing" if event.activity is Activity.STAND else "walking"
            return self._withhold_all(event.t_s, f"the wearer is {doing}, not running")
        if isinstance(event, MountSlipped):
            return self._slip(event.t_s)
        if isinstance(event, SidesChanged) and event.reason in ("swapped", "corrected"):
            return self._swap(event.t_s)
        return []

    def command(self, user_input: UserInput, t_s: float) -> list[Event]:
        """Take a user's input at time `t_s`.

        `SwapSides` acts by the `SidesChanged` (`swapped`) that it makes, so that it comes in the order of the steps.
        """
        if isinstance(user_input, NewBaseline):
            self._forget()
        elif isinstance(user_input, TargetBand):
            self._set_band(user_input)
        return []

    @property
    def learns(self) -> bool:
        """Whether the baseline is made of the steps of this time."""
        return self._learner.open

    def view(self, since: int = 0) -> MonitorView:
        """Give what there is to see, with the points of the trace after the first `since`."""
        learner, learning = self._learner, None
        missing = [side for side in (Side.LEFT, Side.RIGHT) if learner.level(side) is None]
        if (missing or learner.open) and not self._edges_deg:
            learning = Learning(learner.running_s, *learner.due_s)
        return self._trace.since(since, learning)

    def close(self) -> list[Event]:
        """End the run; nothing is held back to its end."""
        return []

    def _step(self, step: Step) -> list[Event]:
        learner = self._learner
        learner.run(step.step_s)
        out: list[Event] = []
        channel = self._left if step.side is Side.LEFT else self._right
        flags = step.flags
        measured = step.drop_deg == step.drop_deg  # not NaN
        counts = measured and not flags
        if counts:
            self._take(channel, step.drop_deg)
        else:
            out += self._skip(channel, step)
        pair_deg = math.nan
        if counts or (measured and step.valid_for_mean):
            self._cadence.take(step.cadence_spm, learner.open)
            pair_deg = self._pair(step)
        else:
            out += self._skip(self._both, step)
        paired = pair_deg == pair_deg
        if paired:
            self._take(self._both, pair_deg)
        if learner.open and learner.complete():
            self._set_limits()
            out.append(learner.event(step.t_s))
        if counts:
            out += self._judge(channel, step.t_s)
            self._trace.add(step.t_s, channel)
        if paired:
            out += self._judge(self._both, step.t_s)
            self._trace.add(step.t_s, self._both)
        return out

    def _take(self, channel: Channel, drop_deg: float) -> None:
        if self._learner.open:
            self._learner.take(channel.side, drop_deg)
        channel.take(drop_deg)

    def _pair(self, step: Step) -> float:
        """Give the mean of this step and the one just before it, NaN while it waits for its other half.

        Two neighbours of opposite sides, each used once: a bend shifts them oppositely, so the mean needs no turn gate.
        """
        first, self._first_of_pair = self._first_of_pair, None
        if first is not None and first.side is not step.side and first.number == step.number - 1:
            return (first.drop_deg + step.drop_deg) / 2
        self._first_of_pair = step
        return math.nan

    # What is judged by

    def _channels(self) -> tuple[Channel, Channel, Channel]:
        return self._left, self._right, self._both

    def _set_limits(self) -> None:
        """Hand each channel what it is to be judged by, where that has changed."""
        for channel in self._channels():
            limits = self._limits(channel.side)
            if limits != channel.limits:
                channel.judge_by(limits)

    def _limits(self, side: Side) -> Limits:
        if self._edges_deg:
            return band_limits(self._settings, self._edges_deg, side)
        level = self._learner.level(side)
        return UNKNOWN if level is None else fatigue_limits(self._settings, level)

    def _set_band(self, band: TargetBand) -> None:
        for side in (Side.LEFT, Side.RIGHT) if band.side is Side.BOTH else (band.side,):
            if band.upper_deg is None:
                self._edges_deg.pop(side, None)
            else:
                self._edges_deg[side] = band.upper_deg
        self._set_limits()

    def _forget(self) -> None:
        self._learner.forget()
        self._cadence.forget()
        self._first_of_pair = None
        self._set_limits()

    def _slip(self, t_s: float) -> list[Event]:
        """Start over: the drop about a clip that sits otherwise is not comparable to the old baseline."""
        out: list[Event] = []
        if not self._edges_deg:
            moved = "the clip has moved on the body: the baseline is learned anew"
            loud = [c for c in self._channels() if c.state in (Level.RAISED, Level.WITHHELD, Level.ALERT)]
            out = [_alert(AlertWithheld, channel, t_s, moved) for channel in loud]
        self._forget()
        return out

    def _swap(self, t_s: float) -> list[Event]:
        """Exchange what was learned and found of left and right: the earlier labels were the wrong way round."""
        swapped = "left and right were the wrong way round"
        alerted = [channel for channel in (self._left, self._right) if channel.state is Level.ALERT]
        out: list[Event] = [_alert(AlertCleared, channel, t_s, swapped) for channel in alerted]
        self._left, self._right = self._right, self._left
        self._left.side, self._right.side = Side.LEFT, Side.RIGHT
        out += [_alert(AlertRaised, channel, t_s, f"{self._finds(channel)}; {swapped}") for channel in alerted]
        self._learner.swap()
        self._set_limits()  # changes them where a profile or a band holds the true sides
        if self._learner.level(Side.LEFT) or self._learner.level(Side.RIGHT):
            out.append(self._learner.event(t_s))
        return out

    # When to speak

    def _judge(self, channel: Channel, t_s: float) -> list[Event]:
        if channel.state is Level.LEARNING:
            return []
        finding = channel.finding()
        if finding is None:
            return []
        if finding is Finding.HELD:
            return self._speak(channel, t_s)
        channel.move(finding)
        if finding is Finding.CLEARED:
            for spoken_for in self._channels() if channel is self._both else (channel, self._both):
                spoken_for.calm()
            return [_alert(AlertCleared, channel, t_s, f"{words.legs(channel.side)}: the drop is back, well done")]
        return []

    def _speak(self, channel: Channel, t_s: float) -> list[Event]:
        """Raise the alert that is due, for both legs where both sag, or keep it back."""
        spoken_for = self._spoken_for(channel)
        reason = spoken_for or self._pacing.keeps_back(t_s, self._learner.running_s)
        if reason or self._is_left_to_a_leg(channel):
            channel.move(Finding.KEPT_BACK)
            return self._withhold(channel, t_s, reason) if reason else []
        if channel is not self._both and self._both_sag(channel):
            channel.move(Finding.KEPT_BACK)
            channel.told = True  # by the alert for both
            channel = self._both
            channel.move(Finding.JOINED)
        else:
            channel.move(Finding.HELD)
        alert = _alert(AlertRaised, channel, t_s, self._explained(channel))
        self._pacing.spoke(t_s)
        return [alert]

    def _spoken_for(self, channel: Channel) -> str:
        if channel is not self._both:
            return "the alert for both legs stands for it" if self._both.state is Level.ALERT else ""
        alerted = [leg.side for leg in (self._left, self._right) if leg.state is Level.ALERT]
        return f"the alert for the {alerted[0]} leg stands for it" if alerted else ""

    def _is_left_to_a_leg(self, channel: Channel) -> bool:
        """Whether one leg alone, whose own alert is about to come, lifts the mean of both."""
        if channel is not self._both:
            return False
        fresh = self._settings.withheld_after_steps
        over = [leg.over and leg.skipped_steps < fresh for leg in (self._left, self._right)]
        return over[0] is not over[1]

    def _both_sag(self, leg: Channel) -> bool:
        """Whether the other leg sags as well: beyond its clearing level, and half as much as this one."""
        other = self._right if leg is self._left else self._left
        known = self._both.state not in (Level.LEARNING, Level.ALERT)
        return known and other.excess_deg > max(other.limits.clear_deg, 0.5 * leg.excess_deg)

    def _skip(self, channel: Channel, step: Step) -> list[Event]:
        channel.skipped_steps += 1
        if channel.skipped_steps != self._settings.withheld_after_steps or not channel.over:
            return []
        return self._withhold(channel, step.t_s, words.why_skipped(step.flags))

    def _withhold_all(self, t_s: float, reason: str) -> list[Event]:
        over = [channel for channel in self._channels() if channel.over]
        return [event for channel in over for event in self._withhold(channel, t_s, reason)]

    def _withhold(self, channel: Channel, t_s: float, reason: str) -> list[Event]:
        """Report an alert that is kept back, once per episode."""
        if channel.told or channel.state not in (Level.RAISED, Level.WITHHELD):
            return []
        channel.told = True
        return [_alert(AlertWithheld, channel, t_s, reason)]

    def _explained(self, channel: Channel) -> str:
        """Say what is found, how the cadence is, and one thing to try."""
        settings, late_spm, fresh_spm = self._settings, self._cadence.late_spm, self._cadence.fresh_spm
        cadence = words.cadence_words(late_spm, fresh_spm, settings.cadence_same_percent)
        cue = words.cue(settings, self._pacing.alerts, late_spm, fresh_spm)
        return "; ".join(part for part in (self._finds(channel), cadence, cue) if part)

    def _finds(self, channel: Channel) -> str:
        than = "the band allows" if self._edges_deg else "fresh"
        levels = f"{channel.level_deg:.1f} against {channel.limits.reference_deg:.1f} deg"
        return f"{words.drops(channel.side)} {channel.excess_deg:.1f} deg more than {than} ({levels})"


def _alert(kind: type[Kind], channel: Channel, t_s: float, reason: str) -> Kind:
    reference_deg = channel.limits.reference_deg
    return kind(t_s, channel.side, channel.level_deg, reference_deg, channel.level_deg - reference_deg, reason)
