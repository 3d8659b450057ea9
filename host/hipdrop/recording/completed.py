"""All samples that ever came of a run, in order: what the pipeline had to go on without is in its place again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hipdrop.errors import InputError
from hipdrop.events import UseCalibration
from hipdrop.receive.boot import Boot
from hipdrop.receive.chain import Chain
from hipdrop.receive.clock import Place, TickClock, Timeline
from hipdrop.receive.decode import Frame
from hipdrop.receive.rate import RateFinder
from hipdrop.receive.streams import Block, Stream, stream_of
from hipdrop.recording.items import Entered, Message
from hipdrop.recording.reader import Run
from hipdrop.settings import Settings


@dataclass(frozen=True, eq=False)
class Completed:
    """A run for the analysis afterwards (`hipdrop.offline.analyse`).

    Attributes
    ----------
    blocks
        One per stretch without a gap.
    rate_hz
        Rate of the samples over the whole run, by index and ticks of its frames.
    settings
        Within the range of the clip.
    lost
        Samples that are missing for good, those while the clip started anew left out.
    """

    blocks: list[Block]
    rate_hz: float
    settings: Settings
    lost: int


@dataclass
class _Kept:
    """The frames of one boot, and where its clock stands on the host's."""

    boot: Boot
    frames: list[tuple[Frame, int]]  # with their arrival, us
    timed: list[tuple[Frame, int]]  # by index, with the time of their first sample on the clip's clock, us

    def sort(self, nominal_hz: float) -> None:
        self.frames.sort(key=lambda pair: pair[0].index)
        ticks = TickClock(nominal_hz)
        self.timed = [(frame, ticks.device_us(frame.index, frame.ticks_us)) for frame, _ in self.frames]

    @property
    def offset_us(self) -> int:
        """Host time less device time, by the fastest of all frames."""
        return min(arrival_us - at[1] for (_, arrival_us), at in zip(self.frames, self.timed, strict=True))


def completed(run: Run, settings: Settings | None = None) -> Completed:
    """Put all frames of a recording in order, late ones included.

    For one boot of the clip the blocks depend on the frames alone, not on when or how often they came; how long the
    clip was away between two boots is taken from the arrivals.

    Raises
    ------
    InputError
        The recording holds no samples.
    """
    kept: list[_Kept] = []

    def keep(boot: Boot, frame: Frame, arrival_us: int) -> None:
        if not kept or kept[-1].boot is not boot:
            kept.append(_Kept(boot, [], []))
        kept[-1].frames.append((frame, arrival_us))

    chain = Chain(settings or run.header.settings, keep=keep)
    for item in run.items:
        if isinstance(item, Message):
            chain.take(item.arrival_s, item.message)
        elif isinstance(item, Entered) and isinstance(item.item, UseCalibration):
            chain.user(item.item)
    if chain.info is None or chain.stream_kind is None or not kept:
        raise InputError(run.path, "holds no samples of a clip; name another recording")
    for one in kept:
        one.sort(chain.info.rate_hz)
    stream = stream_of(chain.stream_kind, chain.info, settings or run.header.settings, chain.chosen)
    rate_hz = _rate_hz(kept, chain.info.rate_hz) / stream.stride
    blocks = [_block(stretch, stream, rate_hz) for stretch in _stretches(kept, Timeline(rate_hz, stream.stride))]
    return Completed(blocks, rate_hz, stream.settings, sum(one.boot.lost for one in kept))


def _rate_hz(kept: list[_Kept], nominal_hz: float) -> float:
    """Rate by the longest boot, or what is nominal where that is too short to tell."""
    finder = RateFinder(nominal_hz)
    for frame, device_us in max((one.timed for one in kept), key=len):
        finder.frame(frame.index, device_us)
    return finder.best_hz


def _stretches(kept: list[_Kept], timeline: Timeline) -> Iterator[list[tuple[Frame, Place]]]:
    """Give the frames on the time axis of the run, cut at the gaps."""
    stretch: list[tuple[Frame, Place]] = []
    before: _Kept | None = None
    for one in kept:
        for number, (frame, device_us) in enumerate(one.timed):
            if number == 0 and before is not None:
                place: Place | None = timeline.reboot(
                    frame.index, device_us, frame.count, _away_s(before, one, timeline)
                )
            else:
                place = timeline.place(frame.index, device_us, frame.count)
            if place is None:
                continue
            if place.missing and stretch:
                yield stretch
                stretch = []
            stretch.append((frame, place))
        before = one
    yield stretch


def _away_s(before: _Kept, after: _Kept, timeline: Timeline) -> float:
    """Time from the last sample of a boot to the first of the next, by the arrivals of both."""
    frame, device_us = before.timed[-1]
    last_us = device_us + round(1e6 * (frame.count - 1) * timeline.period_s)
    return (after.timed[0][1] + after.offset_us - last_us - before.offset_us) / 1e6


def _block(stretch: list[tuple[Frame, Place]], stream: Stream, rate_hz: float) -> Block:
    t_s = np.concatenate([place.t_s + np.arange(frame.count) / rate_hz for frame, place in stretch])
    first = stretch[0][1]
    return stream.block([frame for frame, _ in stretch], t_s, first.first, first.gap_s)
