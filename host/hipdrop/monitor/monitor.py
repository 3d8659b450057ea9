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
    BaselineReady,
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
from hipdrop.monitor.baseline import Location, StoredBaseline, locate, shrink
from hipdrop.monitor.cadence import Cadence
from hipdrop.monitor.channel import Channel
from hipdrop.monitor.levels import Finding, Level
from hipdrop.monitor.pacing import AlertPacing
from hipdrop.settings import MonitorSettings

LONGEST_STEP_S = 1.0  # what takes longer is a stop or a gap and no running time
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
        self._stored = stored
        self._left = Channel(Side.LEFT, settings)
        self._right = Channel(Side.RIGHT, settings)
        self._both = Channel(Side.BOTH, settings)
        self._edges_deg: dict[Side, float] = {}
        if settings.mode == "target":
            given = {Side.LEFT: settings.target_left_deg, Side.RIGHT: settings.target_right_deg}
            self._edges_deg = {side: edge_deg for side, edge_deg in given.items() if edge_deg != 0}
        self._running_s = 0.0
        until_min = settings.baseline_until_min if stored is None else settings.stored_baseline_until_min
        self._window_s = (60 * settings.baseline_from_min, 60 * until_min)
        self._learning = True
        self._first_of_pair: Step | None = None
        self._cadence = Cadence(settings.ewma_weight / 2)  # per step of either leg: the same time constant
        self._pacing = AlertPacing(settings)
        self._refer()

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
        """Take a user's input at time `t_s`; a swap of the sides acts by the `SidesChanged` that follows it."""
        if isinstance(user_input, NewBaseline):
            self._forget()
        elif isinstance(user_input, TargetBand):
            sides = (Side.LEFT, Side.RIGHT) if user_input.side is Side.BOTH else (user_input.side,)
            for side in sides:
                if user_input.upper_deg is None:
                    self._edges_deg.pop(side, None)
                else:
                    self._edges_deg[side] = user_input.upper_deg
            self._refer()
        return []

    def close(self) -> list[Event]:
        """End the run; nothing is held back to its end."""
        return []

    def _step(self, step: Step) -> list[Event]:
        if 0 < step.step_s <= LONGEST_STEP_S:
            self._running_s += step.step_s
        channel = self._left if step.side is Side.LEFT else self._right
        measured = step.drop_deg == step.drop_deg  # not NaN
        out: list[Event] = []
        if measured and not step.flags:
            self._take(channel, step.drop_deg)
        else:
            out += self._skip(channel, step)
        pair_deg = math.nan
        if measured and step.valid_for_mean:
            self._cadence.take(step.cadence_spm, self._in_window())
            pair_deg = self._pair(step)
            if pair_deg == pair_deg:
                self._take(self._both, pair_deg)
        else:
            out += self._skip(self._both, step)
        if self._learning and self._running_s >= self._window_s[1]:
            out += self._learn(step.t_s)
        if channel.skipped_steps == 0:
            out += self._judge(channel, step.t_s)
        if pair_deg == pair_deg:
            out += self._judge(self._both, step.t_s)
        return out

    def _in_window(self) -> bool:
        return self._learning and self._running_s >= self._window_s[0]

    def _take(self, channel: Channel, drop_deg: float) -> None:
        if self._learning and channel.baseline is None and self._running_s >= self._window_s[0]:
            channel.learned_deg.append(drop_deg)
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

    # Baseline

    def _learn(self, t_s: float) -> list[Event]:
        """Complete the baseline of the channels that have steps enough; the others go on learning."""
        new = False
        for channel in self._channels():
            if channel.baseline is None and len(channel.learned_deg) >= self._settings.baseline_min_steps:
                channel.baseline = locate(channel.learned_deg)
                new = True
        self._learning = any(channel.baseline is None for channel in self._channels())
        if not new:
            return []
        self._refer()
        return [self._baseline_ready(t_s)]

    def _forget(self) -> None:
        """Learn the baseline anew, in as much running as before, but without waiting for the body to warm up."""
        length_s = self._window_s[1] - self._window_s[0]
        self._window_s = (self._running_s, self._running_s + length_s)
        self._learning = True
        for channel in self._channels():
            channel.learned_deg = []
            channel.baseline = None
        self._first_of_pair = None
        self._cadence.forget()
        self._refer()

    def _slip(self, t_s: float) -> list[Event]:
        """Start over: the drop about a clip that sits otherwise is not comparable to the old baseline."""
        moved = "the clip has moved on the body: the baseline is learned anew"
        loud = (Level.RAISED, Level.WITHHELD, Level.ALERT) if not self._edges_deg else ()
        out: list[Event] = [_alert(AlertWithheld, c, t_s, moved) for c in self._channels() if c.state in loud]
        self._forget()
        return out

    def _level(self, channel: Channel) -> Location | None:
        """Give the baseline of a channel: today's, or the stored one shrunk toward it."""
        if channel.baseline is None or self._stored is None:
            return channel.baseline
        stored = self._stored.location(channel.side)
        wander_deg = self._settings.wander_deg
        return shrink(stored, self._stored.between_day_sd_deg, channel.baseline, wander_deg)

    def _refer(self) -> None:
        """Give each channel that has none of it yet, or another one now, the level to be judged by."""
        for channel in self._channels():
            reference_deg, margin_deg = self._reference(channel)
            if channel.reference_deg != reference_deg or channel.margin_deg != margin_deg:
                channel.refer(reference_deg, margin_deg)

    def _reference(self, channel: Channel) -> tuple[float, float]:
        if self._edges_deg:
            if channel is self._both:
                edge_deg = sum(self._edges_deg.values()) / 2 if len(self._edges_deg) == 2 else math.nan
            else:
                edge_deg = self._edges_deg.get(channel.side, math.nan)
            return edge_deg, self._settings.target_dead_band_deg
        level = self._level(channel)
        if level is None:
            return math.nan, math.nan
        weight = self._settings.ewma_weight
        sigma_z_deg = level.sd_deg * math.sqrt(weight / (2 - weight) * (1 + level.lag1) / (1 - level.lag1))
        return level.mean_deg, max(self._settings.dead_band_deg, self._settings.sigma_limit * sigma_z_deg)

    def _baseline_ready(self, t_s: float) -> BaselineReady:
        none = Location(math.nan, math.nan, 0.0, 0)
        left, right, both = (self._level(channel) or none for channel in self._channels())
        return BaselineReady(
            t_s,
            left_deg=left.mean_deg,
            right_deg=right.mean_deg,
            mean_deg=both.mean_deg,
            left_sd_deg=left.sd_deg,
            right_sd_deg=right.sd_deg,
            mean_sd_deg=both.sd_deg,
            steps=left.steps + right.steps,
            source="today" if self._stored is None else "profile+today",
        )

    def _channels(self) -> tuple[Channel, Channel, Channel]:
        return self._left, self._right, self._both

    def _swap(self, t_s: float) -> list[Event]:
        """Exchange what was learned and found of left and right: the earlier labels were the wrong way round."""
        swapped = "left and right were the wrong way round"
        alerted = [channel for channel in (self._left, self._right) if channel.state is Level.ALERT]
        out: list[Event] = [_alert(AlertCleared, channel, t_s, swapped) for channel in alerted]
        self._left, self._right = self._right, self._left
        self._left.side, self._right.side = Side.LEFT, Side.RIGHT
        out += [_alert(AlertRaised, channel, t_s, f"{self._finds(channel)}; {swapped}") for channel in alerted]
        if self._stored is not None or self._edges_deg:
            self._refer()  # a profile and a band hold true sides
        if any(channel.baseline is not None for channel in (self._left, self._right)):
            out.append(self._baseline_ready(t_s))
        return out

    # Alerts

    def _judge(self, channel: Channel, t_s: float) -> list[Event]:
        if channel.state is Level.LEARNING:
            return []
        finding = channel.finding()
        if finding is None:
            return []
        if finding is Finding.HELD:
            wait, reason = self._kept_back(channel, t_s)
            if wait:
                channel.move(Finding.KEPT_BACK)
                return self._withhold(channel, t_s, reason) if reason else []
        channel.move(finding)
        if finding is Finding.HELD:
            self._pacing.spoke(t_s)
            return [_alert(AlertRaised, channel, t_s, self._explained(channel))]
        if finding is Finding.CLEARED:
            return [_alert(AlertCleared, channel, t_s, f"{words.legs(channel.side)}: the drop is back: well done")]
        return []

    def _kept_back(self, channel: Channel, t_s: float) -> tuple[bool, str]:
        """Say whether a due alert must wait, and why; no words where another channel is about to speak for it."""
        left, right, both = self._channels()
        if channel is both:
            for side in (left, right):
                if side.state is Level.ALERT:
                    return True, f"the alert for the {side.side} leg stands for it"
            if self._is_over(left) != self._is_over(right):
                return True, ""  # one-sided: that leg's own alert is about to come
        else:
            if both.state is Level.ALERT:
                return True, "the alert for both legs stands for it"
            if self._is_over(left) and self._is_over(right) and self._is_over(both):
                return True, ""  # the alert for both is about to come
        reason = self._pacing.keeps_back(t_s)
        return bool(reason), reason

    def _is_over(self, channel: Channel) -> bool:
        return channel.over and channel.skipped_steps < self._settings.withheld_after_steps

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
        late_spm, fresh_spm, same_percent = (
            self._cadence.late_spm,
            self._cadence.fresh_spm,
            self._settings.cadence_same_percent,
        )
        cadence = words.cadence_words(late_spm, fresh_spm, same_percent)
        return f"{self._finds(channel)}; {cadence}; {words.cue(late_spm, fresh_spm, same_percent)}"

    def _finds(self, channel: Channel) -> str:
        than = "the upper edge of the band" if self._edges_deg else "fresh"
        levels = f"{channel.level_deg:.1f} against {channel.reference_deg:.1f} deg"
        return f"{words.drops(channel.side)} {channel.excess_deg:.1f} deg more than {than} ({levels})"


def _alert(kind: type[Kind], channel: Channel, t_s: float, reason: str) -> Kind:
    return kind(t_s, channel.side, channel.level_deg, channel.reference_deg, channel.excess_deg, reason)
