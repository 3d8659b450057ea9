"""From landings to steps: bouts of running, what their strides tell of the mount, the obliquity of each step."""

from __future__ import annotations

import math

import numpy as np

from hipdrop import columns as col
from hipdrop.bout import OpenStep, StepTime, carried_parity, time_at
from hipdrop.contacts import ContactDetector, Landing
from hipdrop.drop import obliquity_course, oscillation_mm
from hipdrop.events import Activity, ActivityChanged, Contact, Event, Flag, SidesChanged, Site, Turn
from hipdrop.labelling import Labeller
from hipdrop.mount import Mount
from hipdrop.mounting import Mounting, mount_event
from hipdrop.rest import LevelRate
from hipdrop.ringbuffer import RingBuffer
from hipdrop.samples import Array
from hipdrop.settings import Settings
from hipdrop.sides import StrideTemplate
from hipdrop.strides import stride_shape
from hipdrop.voids import Voids

_UNFIT = {Flag.GAP, Flag.SATURATED, Flag.IRREGULAR}  # to learn mount and sides from
_CONFIRM = 4  # landings before a bout is believed to be running
_CHECK_EVERY = 9  # steps between looks at mount and sides once both are settled; odd, so that both legs are looked at


class StepChain:
    """Takes landings in time order; gives contacts and steps, and what they tell of mount, sides and turns.

    The causal chain and its zero-phase twin differ only in the columns that they put into `ring`.

    Parameters
    ----------
    rate_hz
        Sample rate of the ring.
    ring
        Columns of `hipdrop.columns`.
    detector
        What has found the landings.
    up_shift
        Samples by which `col.UP` is valid later than it stands: 0.5 for VQF, live and offline.
    settings, site, mount, template, mount_doubted
        As in `hipdrop.pipeline.Pipeline`.
    """

    def __init__(
        self, rate_hz: float, ring: RingBuffer, detector: ContactDetector, up_shift: float, settings: Settings, *,
        site: Site | None, mount: Mount | None, template: StrideTemplate | None, mount_doubted: bool = False,
    ) -> None:  # fmt: skip
        self._rate_hz = rate_hz
        self._ring = ring
        self._detector = detector
        self._up_shift = up_shift
        self._settings = settings
        self._drop = settings.drop
        self._longest = settings.contacts.longest_step_s * rate_hz
        self._hold = settings.mount.hold_s * rate_hz
        self._given = None if mount_doubted else mount
        self._mounting = Mounting(settings.mount, site, mount, doubted=mount_doubted)
        self._labeller = Labeller(rate_hz, settings, template)
        self._number = 0
        self._alternation = 0
        self._turn_until_s = -math.inf
        self._turning = False
        self.voids = Voids()  # what is in the samples: filled gaps, saturation
        self.distrust = Voids()  # where the samples are right but the orientation may not be
        self._waiting: list[OpenStep] = []  # complete, but the mount is not known
        self.level_rate = LevelRate()
        self._before_gap = (-math.inf, 0, 0.0)  # last contact, its parity, typical step time
        self._carried = 0
        self._resumed = False  # the bout goes on after a gap: it did not begin there
        self._last_contact_s = math.inf  # of running; before the first nothing can have changed
        self.landed_s = -math.inf  # the newest landing, believed to be of running or not
        # the open bout: its newest landing, steps and contacts not told before it is confirmed, landings in it
        self._open: OpenStep | None = None
        self._unconfirmed: list[OpenStep] = []
        self._contacts: list[Event] = []
        self._landings = 0
        self._parity = 1
        self._step_time = StepTime()
        self._begin_alternation()

    @property
    def running(self) -> bool:
        """Whether a confirmed bout of running is open."""
        return self._landings >= _CONFIRM

    @property
    def stride_samples(self) -> int:
        """Length of the newest stride of the open bout, 0 if there is none: with it a short gap is bridged."""
        if not self.running or self._open is None or self._open.previous is None:
            return 0
        return round(2.0 * (self._open.landing.index - self._open.previous.index))

    @property
    def labeller(self) -> Labeller:
        """What is known of left and right."""
        return self._labeller

    @property
    def newest_crossing(self) -> int | None:
        """`col.SMOOTH` index of the newest landing of an open bout, None outside bouts."""
        return None if self._open is None else self._open.landing.crossing

    def start(self, t_s: float) -> list[Event]:
        """What is known before the first sample."""
        return [] if self._given is None else [mount_event(t_s, self._given, refined=False, given=True)]

    def stood(self, mean_up: Array) -> None:
        """The wearer stood quietly; (3,) mean up vector."""
        self._mounting.stood(mean_up)

    def land(self, landing: Landing) -> list[Event]:
        """A foot has met the ground."""
        events = self.settle(landing.crossing)
        step = OpenStep(self._number, self._parity, self._alternation, landing, time_at(self._ring, landing.index))
        if self._open is None:
            if step.contact_s - self._last_contact_s > self._settings.mount.doubt_s:
                self._mounting.doubt()
            last_s, parity, step_s = self._before_gap
            self._carried = carried_parity(last_s, parity, step_s, step.contact_s, self._settings.sides)
        step.carried_parity = self._carried
        self._number += 1
        self._parity = -self._parity
        self._landings += 1
        self._last_contact_s = self.landed_s = step.contact_s
        self._contacts.append(Contact(step.contact_s, step.number))
        if self._open is not None:
            self._complete(self._open, step)
            self._unconfirmed.append(self._open)
        self._open = step
        if not self.running:
            return events
        if self._landings == _CONFIRM:
            events.append(ActivityChanged(self._contacts[0].t_s, Activity.RUN))
        events += self._contacts
        self._contacts = []
        complete, self._unconfirmed = self._unconfirmed, []
        for done in complete:
            events += self._study(done)
        return events

    def settle(self, crossing: int) -> list[Event]:
        """Close the bout if no foot has landed for too long up to this index of `col.SMOOTH`."""
        if self._open is None or crossing - self._open.landing.crossing <= self._longest:
            return []
        return self.end_bout()

    def end_bout(self, why: Flag = Flag.STOP) -> list[Event]:
        """The wearer stops running, or samples are missing (GAP): the last step has no end, the alternation is lost."""
        events: list[Event] = []
        self._resumed = why is Flag.GAP
        self._before_gap = (-math.inf, 0, 0.0)
        if self._open is not None and self.running:
            self._before_gap = (self._open.contact_s, self._open.parity, self._step_time.typical_s)
            self._open.flags.add(why)
            events = self._place(self._open)
            if not self._waiting:
                events += self._labeller.flush()
        else:
            self._number -= self._landings
        self._clear_bout()
        return events

    def close(self) -> list[Event]:
        """No more samples: everything still waiting leaves."""
        events = self.end_bout()
        if self._waiting and (found := self._mounting.last_chance(self._waiting[-1].contact_s)):
            return events + found + self._hand_on() + self._labeller.flush()
        events += [self._labeller.without_mount(step) for step in self._waiting]
        self._waiting = []
        return events

    def swap(self, t_s: float) -> list[Event]:
        """The user says that left and right are the wrong way round."""
        events = self._labeller.swap()
        return [*events, SidesChanged(t_s, "swapped", self._labeller.confidence)]

    def _clear_bout(self) -> None:
        self._open = None
        self._unconfirmed = []
        self._contacts = []
        self._landings = 0
        self._step_time = StepTime()
        self._begin_alternation()

    def _begin_alternation(self) -> None:
        self._parity = 1
        self._alternation += 1
        self._mounting.end_bout()

    def _complete(self, step: OpenStep, following: OpenStep) -> None:
        """Fill in what the next landing settles, as far as it needs neither mount nor side."""
        following.previous, following.previous_s = step.landing, step.contact_s
        step.following = following.landing
        step.next_contact_s = following.contact_s
        step.toe_off = self._detector.toe_off(self._ring, step.landing, following.landing)
        if self._landings - 1 <= self._drop.stop_steps and not self._resumed:
            step.flags.add(Flag.STOP)
        if step.previous is None:
            step.flags.add(Flag.START)
            step.flags |= self.distrust.touching(step.landing.index, following.landing.index)
            self._step_time.push(following.contact_s - step.contact_s)
            return
        start, stop = step.stride()
        if self.voids:
            step.flags |= self.voids.touching(start, stop)
        step.clean = not step.flags or step.flags.isdisjoint(_UNFIT)
        if self.distrust:
            step.flags |= self.distrust.touching(start, stop)
        part = self._step_time.push(following.contact_s - step.contact_s)
        if abs(part - 1.0) > self._drop.irregular_part:
            step.flags.add(Flag.IRREGULAR)
            following.flags.add(Flag.IRREGULAR)  # its stride holds the odd step too
            step.clean = False
            sides = self._settings.sides
            if Flag.GAP not in step.flags and not sides.shortest_step_part < part < sides.longest_step_part:
                self._begin_alternation()
                self._carried = 0
                following.parity, following.alternation, following.carried_parity = self._parity, self._alternation, 0
                self._parity = -self._parity
        window = self._ring.window(start, stop)
        step.stride_s = following.contact_s - step.previous_s
        turned = float(np.vdot(window[col.GYR], window[col.UP]))
        step.yaw_dps = math.degrees(turned / (stop - start))
        step.oscillation_mm = oscillation_mm(window[col.VERT, round(step.landing.index) - start :], self._rate_hz)

    def _study(self, step: OpenStep) -> list[Event]:
        """Learn mount and sides from the stride that ends with the step; look for turns and slips."""
        if not step.has_stride:
            return self._place(step)
        events = self._watch_turn(step)
        watched = step.clean and not self._turning and Flag.GAP not in step.flags  # nor where the filter still settles
        if Flag.GAP in step.flags:
            self._mounting.gap()
        if watched:
            mean_up = self._ring.window(*step.stride())[col.UP].mean(axis=1)
            events += self._mounting.watch_jump(step.contact_s, mean_up)
        if self._mounting.suspicious:
            step.flags.add(Flag.SLIP)
        settled = self._labeller.sure and not self._mounting.collecting and self._mounting.mount is not None
        if settled and step.number % _CHECK_EVERY:
            return events + self._place(step)
        shape = stride_shape(self._ring.window(*step.stride()))
        step.harmonics, mean_up = shape.harmonics, shape.mean_up
        step.wave_due = True
        if step.clean:
            self.level_rate.push(shape)
            parity = -step.parity  # of the contact that begins the stride
            events += self._mounting.push(step.next_contact_s, step.harmonics, parity, mean_up, step.stride_s)
            if watched:
                steps = _CHECK_EVERY if settled else 1
                events += self._mounting.watch(step.contact_s, step.harmonics, parity, mean_up, steps)
        return events + self._place(step)

    def orientation_jumped(self) -> None:
        """The up vector has been corrected: it is no slip of the clip."""
        self._mounting.new_reference()

    def _watch_turn(self, step: OpenStep) -> list[Event]:
        """Flag the step if it lies in a bend or soon after one."""
        if abs(step.yaw_dps) > self._drop.turn_limit_dps:
            self._turn_until_s = step.next_contact_s + self._drop.turn_tail_s
        turning = step.contact_s < self._turn_until_s
        if turning:
            step.flags.add(Flag.TURN)
        if turning is self._turning:
            return []
        self._turning = turning
        return [Turn(step.contact_s, turning, step.yaw_dps)]

    def _place(self, step: OpenStep) -> list[Event]:
        """Hand the step, with all that waited for the mount, on to where it gets its side."""
        if self._mounting.mount is not None and not self._waiting:
            return self._measured(step, self._mounting.mount)
        late = [s for s in self._waiting if step.landing.index - s.landing.index > self._hold]
        events: list[Event] = [self._labeller.without_mount(s) for s in late]
        self._waiting = [*self._waiting[len(late) :], step]
        return events + self._hand_on()

    def _hand_on(self) -> list[Event]:
        """Measure and label all that waited for the mount, if it is known."""
        mount = self._mounting.mount
        if mount is None:
            return []
        waiting, self._waiting = self._waiting, []
        return [event for step in waiting for event in self._measured(step, mount)]

    def _measured(self, step: OpenStep, mount: Mount) -> list[Event]:
        step.standing_deg = self._mounting.standing_deg
        if step.previous is not None and step.following is not None:
            step.course = obliquity_course(
                self._ring, mount.pelvis_from_sensor[2], self._up_shift,
                step.previous.index, step.landing.index, step.following.index, step.following.crossing + 1, self._drop,
            )  # fmt: skip
        return self._labeller.push(step, mount)
