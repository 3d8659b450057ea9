"""Frames in order, marks and the user's inputs into the pipeline, each at its place."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hipdrop.events import CalibrationRefused, Event, Mark, Site, UseCalibration, UserInput
from hipdrop.profile import Profile
from hipdrop.receive.calibrated import TOO_LATE
from hipdrop.receive.clock import Place, Timeline
from hipdrop.receive.decode import Frame
from hipdrop.receive.streams import AnyPipeline, Block, Stream
from hipdrop.samples import Array

BUTTON_NOTE = "button"
Timed = tuple[Frame, int]  # a frame, and the time of its first sample on the clip's clock, us
Group = list[tuple[Frame, Place]]


@dataclass(frozen=True, slots=True)
class Reboot:
    """The clip has started anew; its next sample came `away_s` after the last one before."""

    away_s: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """The button was pressed when the sample of this index was due; `anew`: of a new boot that has sent none yet."""

    index: int
    anew: bool


Item = list[Timed] | Reboot | Pressed | UserInput


class Feed:
    """The pipeline and the queue before it, which waits until the sample rate is known.

    What comes out does not depend on how many items are added between two calls of `run`.

    Attributes
    ----------
    pipeline
        None until it has begun.
    rate_hz
        Rate of the samples that the pipeline was made for; None before.
    samples, reached_s
        Samples that the pipeline has had, and the time of the last of them.
    gaps
        Gaps that it was given.
    away
        Samples missing while the clip started anew.
    contradictions
        Frames left out since they would lie before the end of the last one.
    """

    def __init__(self) -> None:
        self.pipeline: AnyPipeline | None = None
        self.rate_hz: float | None = None
        self.samples = 0
        self.reached_s = 0.0
        self.gaps = 0
        self.away = 0
        self.contradictions = 0
        self._todo: deque[Item] = deque()
        self._early: list[UserInput] = []  # inputs before the first sample wait for it: they have no time yet
        self._marks: list[int] = []  # index of samples that have not come yet
        self._begin_index = 0  # what was marked before it is no part of the run
        self._reboot: Reboot | None = None
        self._said: list[Event] = []

    def begin(
        self, stream: Stream, rate_hz: float, site: Site | None, mount: Array | None, profile: Profile | None,
        said: Sequence[Event] = (),
    ) -> None:  # fmt: skip
        """Make the pipeline for this rate of samples; `said` is what is known before the first of them."""
        self._said += said
        self.rate_hz = rate_hz
        self._stream = stream
        self._timeline = Timeline(rate_hz, stream.stride)
        self.pipeline = stream.pipeline(rate_hz, site, mount, profile)

    @property
    def origin_us(self) -> int | None:
        """Time on the clip's clock, in the boot that runs, at t = 0 of the run."""
        return self._timeline.origin_us if self.pipeline else None

    def add(self, item: Item) -> None:
        """Put something behind all that is there."""
        if isinstance(item, list) and self._todo and isinstance(self._todo[-1], list):
            self._todo[-1].extend(item)
        else:
            self._todo.append(item)

    def run(self) -> list[Event]:
        """Push what is there, if the rate is known."""
        events, self._said = self._said, []
        while self._todo and self.pipeline is not None:
            item = self._todo.popleft()
            if isinstance(item, list):
                events += self._frames(item)
            elif isinstance(item, Reboot):
                events += self._leave_boot(item)
            elif isinstance(item, Pressed):
                events += self._pressed(item)
            elif isinstance(item, UseCalibration):
                events.append(CalibrationRefused(self.reached_s, TOO_LATE))
            elif self.samples:
                events += self.pipeline.push(item)
            else:
                self._early.append(item)
        return events

    def close(self) -> list[Event]:
        """Push the rest and close the pipeline."""
        events = self.run()
        if self.pipeline is None:
            return events
        return events + self._rest_of_marks() + self.pipeline.close()

    def _frames(self, batch: Sequence[Timed]) -> list[Event]:
        """Push frames, as many at a time as have nothing between them."""
        events: list[Event] = []
        group: Group = []
        for frame, device_us in batch:
            place = self._place(frame, device_us)
            if place is None:
                self.contradictions += 1
                continue
            end = frame.index + frame.count * self._stream.stride
            alone = bool(self._marks and self._marks[0] < end) or (not self.samples and not group)
            if group and (place.gap_s > 0.0 or alone):
                events += self._push(self._block(group))
                group = []
            group.append((frame, place))
            if alone:
                events += self._cut_at_marks(self._block(group), frame.index, end)
                group = []
        return events + (self._push(self._block(group)) if group else [])

    def _place(self, frame: Frame, device_us: int) -> Place | None:
        if self._reboot is not None:
            away_s, self._reboot, self._begin_index = self._reboot.away_s, None, 0
            place = self._timeline.reboot(frame.index, device_us, frame.count, away_s)
            self.away += place.missing
            return place
        if not self.samples:
            self._begin_index = frame.index
            self._marks = [index for index in self._marks if index >= frame.index]
        return self._timeline.place(frame.index, device_us, frame.count)

    def _block(self, group: Group) -> Block:
        assert self.rate_hz is not None
        period_s = 1.0 / self.rate_hz
        t_s = np.concatenate([place.t_s + np.arange(frame.count) * period_s for frame, place in group])
        first = group[0][1]
        self.gaps += first.gap_s > 0.0
        return self._stream.block([frame for frame, _ in group], t_s, first.first, first.gap_s)

    def _cut_at_marks(self, block: Block, index: int, end: int) -> list[Event]:
        """Push the block of one frame with the marks in or before it, and what has waited for the first sample."""
        events: list[Event] = []
        start = 0
        while self._marks and self._marks[0] < end:
            at = -((index - self._marks.pop(0)) // self._stream.stride)  # rounded up
            at = max(start, at, 0 if self.samples else 1)
            events += self._push(block.slice(start, at)) + self._mark()
            start = at
        events += self._push(block.slice(start, len(block)))
        early, self._early = self._early, []
        return events + [event for item in early for event in self._push_input(item)]

    def _pressed(self, mark: Pressed) -> list[Event]:
        """Mark at once where the sample has gone in already, or the clip was away, else when it does."""
        if self.samples and (mark.anew or mark.index < self._timeline.index):
            return self._mark() if mark.anew or mark.index >= self._begin_index else []
        self._marks = sorted([*self._marks, mark.index])
        return []

    def _leave_boot(self, reboot: Reboot) -> list[Event]:
        self._reboot = reboot
        return self._rest_of_marks()

    def _rest_of_marks(self) -> list[Event]:
        waiting, self._marks = self._marks, []
        return [event for _ in waiting for event in self._mark()] if self.samples else []

    def _mark(self) -> list[Event]:
        return self._push_input(Mark(BUTTON_NOTE))

    def _push_input(self, item: UserInput) -> list[Event]:
        assert self.pipeline is not None
        return self.pipeline.push(item)

    def _push(self, block: Block) -> list[Event]:
        if not len(block):
            return []
        assert self.pipeline is not None
        self.samples += len(block)
        self.reached_s = float(block.t_s[-1])
        return self.pipeline.push(block)
