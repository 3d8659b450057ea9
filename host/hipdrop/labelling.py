"""Steps get their side here, wait until it is sure (or has been waited for long enough), and leave as events."""

from __future__ import annotations

import math

import numpy as np

from hipdrop.bout import OpenStep
from hipdrop.drop import Drop, drop_of
from hipdrop.events import Event, Flag, Side, SidesChanged, Step
from hipdrop.mount import Mount
from hipdrop.settings import Settings
from hipdrop.sides import SideJudge, StrideTemplate
from hipdrop.waves import StrideBook, WaveMean

_FLAG_ORDER = {flag: place for place, flag in enumerate(Flag)}
_NO_DROP = Drop(math.nan, math.nan, math.nan, math.nan)


class Labeller:
    """Holds steps until their side is sure; `settings.sides.hold_steps` later they leave as unsure.

    Once they are sure, sides are held by alternation. Left and right of one alternation are never turned over after a
    step of it has left, except by a `SidesChanged` event.
    """

    def __init__(self, rate_hz: float, settings: Settings, template: StrideTemplate | None) -> None:
        self._rate_hz = rate_hz
        self._settings = settings
        self._judge = SideJudge(settings.sides, template)
        self._held: list[OpenStep] = []
        self._alternation = -1
        self._left_parity = 0  # of the steps of this alternation that have left; 0 while none has
        self._left_sure = False  # whether they were called sure
        self._told = ""
        self._confidence = 0.5
        self.sure = False
        self.wave = WaveMean()
        self.strides = StrideBook()

    def push(self, step: OpenStep, mount: Mount) -> list[Event]:
        """Take the next step, measured in pelvis axes."""
        if step.alternation == self._alternation and self._left_parity and not self._held and step.harmonics is None:
            return [self._labelled(step)]  # nothing new is known of left and right
        events: list[Event] = []
        if step.alternation != self._alternation:
            events = self.flush()
            self._alternation = step.alternation
            self._left_parity = 0
            self._judge.begin_bout(step.carried_parity)
        if step.harmonics is not None and step.clean:
            rotation = mount.pelvis_from_sensor
            turned = np.concatenate((rotation @ step.harmonics[:3], rotation @ step.harmonics[3:]))
            self._judge.push(turned, -step.parity, step.stride_s, mount.site)
        self._held.append(step)
        self.sure, self._confidence = self._judge.sure(), self._judge.confidence()
        if self.sure or self._left_parity or len(self._held) > self._settings.sides.hold_steps:
            events += self.flush()
        return events

    def flush(self) -> list[Event]:
        """Let all held steps go with what is known of their side now."""
        if not self._held:
            return []
        parity = self._judge.left_parity()
        events = self._tell(self._held[0].contact_s, parity)
        self._left_parity, self._left_sure = parity, self.sure
        held, self._held = self._held, []
        return events + [self._labelled(step) for step in held]

    def _labelled(self, step: OpenStep) -> Step:
        side = Side.LEFT if step.parity == self._left_parity else Side.RIGHT
        if step.wave_due and side is Side.RIGHT and self.sure and step.course is not None and not step.flags:
            self.strides.add(step.number, self.wave.push(step.course.stride_deg, step.course.mean_deg))
        return self.finished(step, side, self._confidence)

    def _tell(self, t_s: float, parity: int) -> list[Event]:
        told = "settled" if self.sure else "unsure"
        turned_over = self._left_parity and parity != self._left_parity
        if turned_over and self._left_sure:
            self._told = told
            return [SidesChanged(t_s, "corrected", self._confidence)]
        if told == self._told and not turned_over:
            return []
        self._told = told
        return [SidesChanged(t_s, told, self._confidence)]

    def finished(self, step: OpenStep, side: Side, confidence: float) -> Step:
        """Make the event of a step whose side is told as well as it can be."""
        following = step.following.index if step.following is not None else math.nan
        contact, drop, mean_deg, wobble_deg = step.landing.index, _NO_DROP, math.nan, math.nan
        if step.course is not None:
            part = self._settings.drop.peak_part
            drop = drop_of(step.course, side, contact, step.toe_off, following, part)
            mean_deg, wobble_deg = step.course.mean_deg, step.course.wobble_deg
            if wobble_deg > self._settings.drop.wobble_limit_deg:
                step.flags.add(Flag.WOBBLE)
        sure = self.sure and Flag.MOUNT not in step.flags
        if not sure:
            step.flags.add(Flag.SIDE)
        to_s = 1.0 / self._rate_hz
        return Step(
            t_s=step.contact_s,
            number=step.number,
            side=side,
            side_confidence=confidence,
            side_sure=sure,
            toe_off_s=step.contact_s + (step.toe_off - contact) * to_s,
            contact_ms=(step.toe_off - contact) * to_s * 1000.0,
            step_s=step.next_contact_s - step.contact_s,
            cadence_spm=120.0 / step.stride_s,
            drop_deg=drop.drop_deg,
            excursion_deg=drop.excursion_deg,
            midstance_deg=drop.midstance_deg,
            list_deg=mean_deg - step.standing_deg,
            peak_s=step.contact_s + (drop.peak - contact) * to_s,
            oscillation_mm=step.oscillation_mm,
            wobble_deg=wobble_deg,
            yaw_dps=step.yaw_dps,
            flags=tuple(sorted(step.flags, key=_FLAG_ORDER.__getitem__)) if step.flags else (),
        )

    def without_mount(self, step: OpenStep) -> Step:
        """Make the event of a step that has waited for the mount in vain."""
        step.flags |= {Flag.MOUNT, Flag.SIDE}
        step.course = None
        return self.finished(step, Side.LEFT if step.parity > 0 else Side.RIGHT, 0.5)

    def swap(self) -> list[Event]:
        """The user says that left and right are the wrong way round."""
        events = self.flush()
        self._judge.swap()
        self.sure, self._confidence = self._judge.sure(), self._judge.confidence()
        self._told, self._left_parity = "settled", self._judge.left_parity()
        return events

    @property
    def confidence(self) -> float:
        """How sure the sides are now, 0.5 to 1."""
        return self._confidence

    def template(self) -> StrideTemplate | None:
        """The runner's stride as this run showed it."""
        return self._judge.learned()

    def cues_agree(self) -> bool:
        """Whether all that runners have in common says the same of left and right."""
        return self._judge.cues_agree()
