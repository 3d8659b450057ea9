"""Frames back into their order: numbers, duplicates, holes, and how long the frames behind a hole wait.

A hole is known from the moment at which a later number was seen. The frames behind it wait `wait_us` from then, by
the arrival times of what comes later alone, so that the same messages at the same times give the same order again.
After that they go on without the lost ones, which still complete the recording when they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from hipdrop.receive.decode import Frame

SEQUENCE_PERIOD = 1 << 16


class Taken(Enum):
    """What a frame was to the order."""

    NEW = auto()
    RECOVERED = auto()  # it fills a hole that the pipeline still waits at
    LATE = auto()  # it fills one that the pipeline has gone past
    DUPLICATE = auto()
    STRAY = auto()  # from before the run, or its index contradicts its number


@dataclass(slots=True)
class Hole:
    """Numbers [first, stop) that have not come; `gone` if the clip does not hold them any more."""

    first: int
    stop: int
    since_us: int
    gone: bool = False


class Sequencer:
    """The frames of one boot of the clip, in order.

    Numbers are sequence numbers unwrapped: they go on past 65535. The sample index says how often the sequence has
    wrapped in a long loss.

    Parameters
    ----------
    wait_us
        How long frames behind a hole wait for it to be filled.
    """

    def __init__(self, wait_us: int) -> None:
        self._wait_us = wait_us
        self._start: int | None = None  # first number that belongs to the run
        self._next = 0  # to be released
        self._high = 0  # first number that has not been heard of
        self._high_index = 0  # least index that it can have
        self._longest = 1  # samples of a full frame, in steps of the index
        self._waiting: dict[int, Frame] = {}
        self._holes: list[Hole] = []

    @property
    def holes(self) -> list[Hole]:
        """What is missing, oldest first."""
        return self._holes

    @property
    def started(self) -> bool:
        """Whether it is known where the run begins."""
        return self._start is not None

    def number_of(self, sequence: int, index: int | None = None) -> int:
        """Unwrap a sequence number, nearest to what the index lets expect or else to the newest frame."""
        guess = self._high if index is None else self._high + (index - self._high_index) // self._longest
        half = SEQUENCE_PERIOD // 2
        return guess + (sequence - guess + half) % SEQUENCE_PERIOD - half

    def announce(self, sequence: int, index: int, length: int, now_us: int) -> None:
        """Note the number of the next new frame and the index of the next sample: what is below and not here is lost.

        A full frame covers `length` steps of the index.
        """
        self._longest = max(self._longest, length)
        if self._start is None:
            self._begin(sequence, index)
            return
        number = self.number_of(sequence, index)
        if number > self._high and index >= self._high_index:
            self._holes.append(Hole(self._high, number, now_us))
            self._high, self._high_index = number, index

    def take(self, frame: Frame, stride: int, now_us: int) -> Taken:
        """Take a frame that has just come; its samples are `stride` steps of the index apart."""
        self._longest = max(self._longest, frame.count * stride)
        if self._start is None:
            self._begin(frame.sequence, frame.index)
        number = self.number_of(frame.sequence, frame.index)
        if number >= self._high:
            return self._newest(number, frame, stride, now_us)
        if number < (self._start or 0):
            return Taken.STRAY
        hole = next((hole for hole in self._holes if hole.first <= number < hole.stop), None)
        if hole is None:
            return Taken.DUPLICATE
        self._fill(hole, number)
        if number < self._next:
            return Taken.LATE
        self._waiting[number] = frame
        return Taken.RECOVERED

    def give_up(self, below: int) -> None:
        """Note that the clip holds nothing below this number any more."""
        for at, hole in enumerate(self._holes):
            if hole.first >= below:
                return
            if hole.stop > below and not hole.gone:
                self._holes.insert(at + 1, Hole(below, hole.stop, hole.since_us))
                hole.stop = below
            hole.gone = True

    def release(self, now_us: int) -> list[Frame]:
        """Give the frames that need not wait (any longer), in order."""
        out: list[Frame] = []
        while self._waiting:
            frame = self._waiting.pop(self._next, None)
            if frame is not None:
                out.append(frame)
                self._next += 1
                continue
            hole = next(hole for hole in self._holes if hole.first <= self._next < hole.stop)
            if not hole.gone and now_us - hole.since_us < self._wait_us:
                break
            self._next = hole.stop
        return out

    def flush(self) -> list[Frame]:
        """Give all frames that still wait, in order."""
        numbers = sorted(self._waiting)
        out = [self._waiting.pop(number) for number in numbers]
        self._next = self._high
        return out

    def _begin(self, sequence: int, index: int) -> None:
        self._start = self._next = self._high = sequence
        self._high_index = index

    def _newest(self, number: int, frame: Frame, stride: int, now_us: int) -> Taken:
        if frame.index + frame.count * stride <= self._high_index:
            return Taken.STRAY
        if number > self._high:
            self._holes.append(Hole(self._high, number, now_us))
        self._high, self._high_index = number + 1, frame.index + frame.count * stride
        self._waiting[number] = frame
        return Taken.NEW

    def _fill(self, hole: Hole, number: int) -> None:
        at = self._holes.index(hole)
        parts = [
            Hole(hole.first, number, hole.since_us, hole.gone),
            Hole(number + 1, hole.stop, hole.since_us, hole.gone),
        ]
        self._holes[at : at + 1] = [part for part in parts if part.first < part.stop]
