"""The wiring: samples and the user's inputs in, events out; synchronous, deterministic, indifferent to block length."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from hipdrop import columns as col
from hipdrop.checkedmount import CheckedMount
from hipdrop.events import (
    Activity,
    ActivityChanged,
    BaselineReady,
    Contact,
    Event,
    Flag,
    Gap,
    GyroBias,
    Mark,
    Marked,
    MountSlipped,
    NewBaseline,
    SidesChanged,
    Site,
    Step,
    SwapSides,
    Treadmill,
    TreadmillSet,
    UserInput,
)  # fmt: skip
from hipdrop.gaps import bridge
from hipdrop.monitor import Monitor, MonitorView
from hipdrop.mount import Mount
from hipdrop.orientation import OrientationStage
from hipdrop.profile import Profile
from hipdrop.rest import RestWatch
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import STANDARD_GRAVITY_MS2, Array, SampleBlock
from hipdrop.sensorcheck import SensorCheck
from hipdrop.settings import Settings
from hipdrop.sides import BY_CHECK, StrideTemplate
from hipdrop.steps import StepChain
from hipdrop.waves import MeanWave, RecentStrides


class Pipeline:
    """Samples in, events out.

    `push` raises `ValueError` for a block with NaN or infinity, and then has taken nothing of it.

    Parameters
    ----------
    rate_hz
        True sample rate of the clip, 50 to 1000 Hz.
    settings
        All parameters.
    site
        Where the clip sits, if the user says so; otherwise it is found.
    mount
        (3, 3) pelvis from sensor, if it is known from a calibration; otherwise it is found.
    mount_site
        Where the clip sits in that mount; unlike `site` it falls with it.
    mount_doubted
        Whether that mount is of another time: no step is judged by it before the first strides have confirmed it.
    sides_checked
        Whether a stand on one leg has confirmed left and right in that mount.
    profile
        The runner's stored baseline and stride template, if there are.
    orientation
        Another first stage than the causal one (`hipdrop.offline`).
    """

    def __init__(
        self, rate_hz: float, settings: Settings | None = None, *,
        site: Site | None = None, mount: Array | None = None, mount_site: Site | None = None,
        mount_doubted: bool = False, sides_checked: bool = False, profile: Profile | None = None,
        orientation: OrientationStage | None = None,
    ) -> None:  # fmt: skip
        self._settings = settings = settings or Settings()
        profile = profile or Profile()
        self._rate_hz = rate_hz
        self._second = round(rate_hz)  # housekeeping is done at whole seconds of samples, blocks are cut there
        self._ring = RingBuffer(col.COUNT, round((settings.mount.hold_s + 10.0) * rate_hz), slack=4)
        self._orientation = orientation or OrientationStage(rate_hz, settings.orientation, settings.contacts)
        self._detector = self._orientation.detector()
        given = None
        if mount is not None:
            given = Mount(np.asarray(mount, dtype=np.float64), site or mount_site or Site.SACRUM)
        self._chain = StepChain(
            rate_hz,
            self._ring,
            self._detector,
            self._orientation.up_shift,
            settings,
            site=site,
            mount=given,
            template=profile.template,
            mount_doubted=mount_doubted,
        )
        self._monitor = Monitor(settings.monitor, profile.baseline)
        self._checked = CheckedMount(sides_checked)
        self._rest = RestWatch(settings.orientation)
        self._check = SensorCheck() if self._orientation.senses else None
        if not self._orientation.senses:
            self._chain.orientation_jumped()  # the clip's filter may have just begun, and levels itself for 10 s
        self._activity: Activity | None = None
        self._whole_from = 0  # sample index since when nothing is missing
        self._now_s = math.nan
        self._acc_limit_ms2 = 0.999 * settings.drop.acc_range_g * STANDARD_GRAVITY_MS2
        self._gyr_limit_rads = 0.999 * math.radians(settings.drop.gyr_range_dps)

    def push(self, item: SampleBlock | UserInput) -> list[Event]:
        """Take the next samples, or what the user does now; give what has become known."""
        if not isinstance(item, SampleBlock):
            return self._user(item)
        if len(item) == 0:
            return []
        saturated = self._saturated(item)
        events: list[Event] = []
        if math.isnan(self._now_s):
            events += self._chain.start(float(item.t_s[0]))
        elif item.gap_s > 0.0:
            events += self._gap(item)
        for index in saturated:
            self._chain.voids.add(self._ring.end + index, self._ring.end + index + 1, Flag.SATURATED)
        events += self._samples(item)
        return self._watched(events)

    def close(self) -> list[Event]:
        """No more samples will come: give what is still open."""
        return self._watched(self._chain.close()) + self._monitor.close()

    def wave(self) -> MeanWave | None:
        """Mean course of obliquity over the stride so far, None before there are two strides of sure side."""
        return self._chain.labeller.wave.result()

    def recent_strides(self) -> RecentStrides:
        """Give the last strides and the baseline's mean one; no event depends on them."""
        return self._chain.labeller.strides.result()

    def judged(self, since: int = 0) -> MonitorView:
        """Give what the monitor judges by and has found since point `since` of its trace (`MonitorView.count`)."""
        return self._monitor.view(since)

    @property
    def landed_s(self) -> float:
        """When a foot landed last, before it is sure that somebody runs; -inf before the first."""
        return self._chain.landed_s

    def template(self) -> StrideTemplate | None:
        """The runner's stride as this run showed it, for the profile.

        Its sides are confirmed by the user's word, or where a checked mount has held and every cue says the same: the
        check tells which way the clip looks, and the cues which foot lands (docs/calibration.md).
        """
        template = self._chain.labeller.template()
        if template is None or template.confirmed:
            return template
        confirmed = self._checked.holds and self._chain.labeller.cues_agree()
        return template.confirmed_as(BY_CHECK) if confirmed else template

    def _watched(self, events: list[Event]) -> list[Event]:
        """Let the monitor see each event and put what it says behind it; an activity that goes on is no event."""
        heard: list[Event] = []
        for event in events:
            if isinstance(event, ActivityChanged):
                if event.activity is self._activity:
                    continue
                self._activity = event.activity
            heard.append(event)
            if isinstance(event, Contact):
                continue
            if isinstance(event, Step):
                self._chain.labeller.strides.reach(event.number, self._monitor.learns)
            said = self._monitor.push(event)
            if said or not isinstance(event, Step):
                self._keep_strides(event, said)
            heard += said
        return heard

    def _keep_strides(self, event: Event, said: list[Event]) -> None:
        """Let the checked mount, and the strides of the live view, follow what becomes of mount, sides and baseline."""
        strides = self._chain.labeller.strides
        self._checked.push(event)
        if isinstance(event, SidesChanged) and event.reason in ("swapped", "corrected"):
            strides.swap()
        elif isinstance(event, MountSlipped):
            strides.forget_baseline()
        elif any(isinstance(found, BaselineReady) for found in said):
            strides.learned()

    def _user(self, item: UserInput) -> list[Event]:
        if isinstance(item, Mark):
            return [Marked(self._now_s - item.ago_s, item.note)]
        if isinstance(item, Treadmill):
            said = (math.nan if value is None else value for value in (item.speed_ms, item.slope_percent))
            return [TreadmillSet(self._now_s, *said)]
        events: list[Event] = []
        if isinstance(item, NewBaseline):
            self._chain.labeller.strides.forget_baseline()
        if isinstance(item, SwapSides):
            events = self._watched(self._chain.swap(self._now_s))
        return events + self._monitor.command(item, self._now_s)

    def _samples(self, block: SampleBlock) -> list[Event]:
        events: list[Event] = []
        for piece in self._pieces(block):
            start = self._ring.end
            self._orientation.push(piece, self._ring.extend(len(piece)))
            self._now_s = float(piece.t_s[-1])
            for landing in self._detector.push(self._ring, start, self._ring.end):
                events += self._chain.land(landing)
            if self._ring.end % self._second == 0:
                events += self._each_second()
        return events

    def _pieces(self, block: SampleBlock) -> Iterator[SampleBlock]:
        """Cut where a second of samples ends, so that housekeeping falls on the same sample for any block length."""
        start = 0
        while start < len(block):
            stop = start + self._second - self._ring.end % self._second
            yield block if start == 0 and stop >= len(block) else block.slice(start, stop)
            start = stop

    def _saturated(self, block: SampleBlock) -> list[int]:
        """Find the saturated samples; refuse what is no number, before it spoils the filters for good."""
        acc, gyr = (np.abs(values) for values in block.sensed)
        if acc.max() < self._acc_limit_ms2 and gyr.max() < self._gyr_limit_rads:
            return []
        if not (np.isfinite(acc).all() and np.isfinite(gyr).all()):
            last = block.first_index + len(block) - 1
            raise ValueError(f"samples {block.first_index} to {last} hold NaN or infinity")
        over = (acc >= self._acc_limit_ms2).any(axis=1) | (gyr >= self._gyr_limit_rads).any(axis=1)
        indices: list[int] = np.flatnonzero(over).tolist()
        return indices

    def _each_second(self) -> list[Event]:
        """Housekeeping: bouts that have ended, activity, bias, standing tare."""
        events = self._chain.settle(self._ring.end)
        if self._chain.voids or self._chain.distrust:
            self._chain.voids.forget_before(self._ring.start)
            self._chain.distrust.forget_before(self._ring.start)
        if self._chain.running:
            self._rest.moved()
            return events + self._run_bias()
        if self._chain.newest_crossing is not None or self._ring.end - self._second < self._whole_from:
            return events
        window = self._ring.window(self._ring.end - self._second, self._ring.end)
        events.append(ActivityChanged(float(window[col.T, 0]), self._rest.look(window)))
        checked = self._check.look(window, self._rest.seconds, self._orientation.bias_rads) if self._check else None
        events += [checked] if checked is not None else []
        rate = self._rest.bias()
        bias = self._orientation.take_off_rest_bias(rate) if rate is not None else None
        if bias is not None:
            self._rest.moved()
            events.append(GyroBias(self._now_s, bias, at_rest=True))
        up = self._rest.standing_up()
        if up is not None:
            self._chain.stood(up)
        return events

    def _run_bias(self) -> list[Event]:
        level = self._chain.level_rate.over(self._settings.orientation.run_bias_strides)
        bias = self._orientation.take_off_run_bias(level) if level is not None else None
        if bias is None:
            return []
        self._chain.orientation_jumped()
        settle_s = self._settings.drop.bias_void_s
        self._chain.distrust.add(self._ring.end, self._ring.end + settle_s * self._rate_hz, Flag.GAP)
        return [GyroBias(self._now_s, bias, at_rest=False)]

    def _gap(self, block: SampleBlock) -> list[Event]:
        """Bridge a short gap, or give up the running bout at a longer one."""
        missing = max(1, round(block.gap_s * self._rate_hz))
        bridged = block.gap_s <= self._settings.drop.bridge_s
        filler = bridge(self._ring, block, missing, self._chain.stride_samples, self._rate_hz) if bridged else None
        gap = Gap(self._now_s, block.gap_s, bridged=filler is not None)
        if filler is not None:
            self._chain.voids.add(self._ring.end, self._ring.end + missing, Flag.GAP)
            return [gap, *self._samples(filler)]
        events = [gap, *self._chain.end_bout(Flag.GAP)]
        self._detector.restart(self._ring.end)
        self._orientation.restart_smoothing()
        self._rest.moved()
        self._whole_from = self._ring.end
        void = self._settings.drop.gap_void_s * self._rate_hz
        self._chain.distrust.add(self._ring.end, self._ring.end + void, Flag.GAP)
        return events
