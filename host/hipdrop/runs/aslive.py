"""What a run file holds, as a host would have heard it live: frames of the stream's length, each at its time.

On the flash a tilt frame is as long as its record allows (docs/run-format.md); over a link it has ten samples, and its
number follows that of the one before. What is missing between records is a gap, as it is where the sensor's FIFO has
overrun.
"""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hipdrop.receive.clock import TickClock
from hipdrop.receive.messages import ClipInfo, read_info
from hipdrop.runs.wallclock import Shown
from hipwire import commands, decoding, errors, frames, ids, records

RAW_ENDS_US = 1e6  # raw frames that begin or end further from the tilt frames do not hold the whole run
SAMPLE_BYTES = {ids.RAW: frames.RAW_SAMPLE_SIZE, ids.TILT: frames.TILT_SAMPLE_SIZE}
Timed = tuple[int, bytes]  # time on the clip's clock, us, and message


@dataclass(frozen=True, slots=True)
class _Logged:
    """A frame as it lies in the file, with the time of its first sample on the clip's clock."""

    flags: int
    index: int
    device_us: int
    samples: bytes


@dataclass(frozen=True)
class AsLive:
    """A run as messages.

    Attributes
    ----------
    messages
        In order, each with its time on the clip's clock.
    info
        Which clip it was.
    stream
        Raw or tilt (`hipwire.ids`), what the frames among the messages hold.
    samples
        So many are in them.
    first_us, last_us
        Time of the first and of the last sample.
    shown
        What the clip's clocks showed.
    gaps
        How often frames are missing.
    left_out
        Raw frames that do not hold the whole run.
    unreadable
        Messages that break the wire format.
    """

    messages: list[Timed]
    info: ClipInfo
    stream: int
    samples: int
    first_us: int
    last_us: int
    shown: list[Shown] = field(default_factory=list)
    gaps: int = 0
    left_out: int = 0
    unreadable: int = 0


def as_live(logged: Sequence[bytes], info_message: bytes) -> AsLive:
    """Give the messages of a run file as a host would have had them.

    Parameters
    ----------
    logged
        Messages in the order of the file.
    info_message
        What the clip says of itself now: taken where the file has lost its own.

    Raises
    ------
    WireError
        There is no frame in it.
    """
    heard = _Heard(logged, info_message)
    stream = ids.RAW if heard.has_all_raw() else ids.TILT
    kept = heard.frames[stream]
    if not kept:
        raise errors.WireError(errors.VALUE, "no samples")
    stride = heard.info.tilt_divider if stream == ids.TILT else 1
    each = SAMPLE_BYTES[stream]
    most = frames.TILT_MAX_SAMPLES if stream == ids.TILT else frames.RAW_MAX_SAMPLES
    cut = _Cut(stream, stride, each, most, heard.us_per_index)
    sent = list(cut.frames(kept))
    last = kept[-1]
    last_us = round(last.device_us + (len(last.samples) // each - 1) * stride * heard.us_per_index)
    messages = [*heard.words(kept[0], stream, most), *sent]
    messages.sort(key=lambda one: one[0])  # stable: what the clip said first stays first
    return AsLive(
        messages, heard.info, stream, sum(len(one.samples) // each for one in kept), kept[0].device_us, last_us,
        heard.shown, cut.gaps, len(heard.frames[ids.RAW]) if stream == ids.TILT else 0, heard.unreadable,
    )  # fmt: skip


class _Heard:
    """The messages of a file, sorted by what they are."""

    def __init__(self, logged: Sequence[bytes], info_message: bytes) -> None:
        own = next((one for one in logged if _is_info(one)), None)
        self._has_info = own is not None
        self._info_message = own or info_message
        self.info = read_info(self._info_message)
        self.shown: list[Shown] = []
        self.frames: dict[int, list[_Logged]] = {ids.RAW: [], ids.TILT: []}
        self.us_per_index = 1e6 / self.info.rate_hz
        self.unreadable = 0
        self._early: list[bytes] = []
        self._rest: list[Timed] = []
        self._ticks = TickClock(self.info.rate_hz)
        self._boot_id: int | None = None
        self._newest: tuple[int, int] | None = None  # index and time of what was read last
        for message in logged:
            try:
                self._take(message)
            except errors.WireError:
                self.unreadable += 1

    def has_all_raw(self) -> bool:
        """Whether raw frames are there as long as tilt frames: a full flash ends them sooner."""
        raw, tilt = self.frames[ids.RAW], self.frames[ids.TILT]
        if not raw or not tilt:
            return bool(raw)
        apart = max(abs(raw[0].index - tilt[0].index), abs(raw[-1].index - tilt[-1].index))
        return apart * self.us_per_index < RAW_ENDS_US

    def _take(self, message: bytes) -> None:
        kind = decoding.kind(message)
        if kind == ids.EVENT and self._newest is not None:
            at, at_us = self._newest
            after_us = round((decoding.event(message)["index"] - at) * self.us_per_index)
            self._rest.append((at_us + max(0, after_us), message))
        elif kind in (ids.EVENT, ids.ANSWER):
            self._early.append(message)
        elif kind <= ids.LOG:
            self._take_frame(kind, message)

    def _take_frame(self, kind: int, message: bytes) -> None:
        _, flags, _, index, ticks_us = decoding.header(message)
        device_us = self._ticks.device_us(index, ticks_us)
        self._newest = (index, device_us)
        if kind in self.frames:
            each = SAMPLE_BYTES[kind]
            if len(message) < frames.HEADER_SIZE + each or (len(message) - frames.HEADER_SIZE) % each:
                raise errors.WireError(errors.LENGTH, f"{len(message)} bytes")
            self.frames[kind].append(_Logged(flags, index, device_us, message[frames.HEADER_SIZE :]))
            return
        if kind == ids.STATUS:
            self._take_status(decoding.status(message), device_us)
        self._rest.append((device_us, message))

    def _take_status(self, values: dict[str, int], device_us: int) -> None:
        self._boot_id = values["boot_id"]
        self.us_per_index = 1e9 / values["rate_mhz"] if values["rate_mhz"] else self.us_per_index
        clock_s = values["clock_s"] + values["clock_ms"] / 1000.0 if values["clock_s"] else 0.0
        self.shown.append(Shown(device_us, clock_s, values["clock_set_s"], values["uptime_s"]))

    def words(self, first: _Logged, stream: int, most: int) -> Iterator[Timed]:
        """Give all but the frames: info and answers before the first of them."""
        begin_us = min([first.device_us, *(at_us for at_us, _ in self._rest)])
        info = self._info_message
        if not self._has_info and self._boot_id is not None:
            info = info[:2] + struct.pack("<I", self._boot_id) + info[6:]  # the boot of the run, not this one
        yield begin_us, info
        for message in self._early:
            if message[0] & 0x0F == ids.ANSWER:
                code, request, result, payload = decoding.answer(message)
                if (code, result) == (ids.START, ids.OK):
                    payload = self._start_payload(payload, first, stream, most)
                    message = commands.pack_answer(code, request, result, payload)
            yield begin_us, message
        yield from self._rest

    def _start_payload(self, payload: bytes, first: _Logged, stream: int, most: int) -> bytes:
        """Give the answer to START as it would have been for these frames."""
        told = {"stream": stream, "samples": most, "next_sequence": 0, "oldest_sequence": 0, "next_index": first.index}
        return records.pack(records.STARTED, {**records.unpack(records.STARTED, payload), **told})


def _is_info(message: bytes) -> bool:
    """Whether it is an info message that can be read."""
    try:
        read_info(message)
    except errors.WireError:
        return False
    return True


class _Cut:
    """Frames of a file into frames of the stream, numbered from 0."""

    def __init__(self, kind: int, stride: int, each: int, most: int, us_per_index: float) -> None:
        self.gaps = 0
        self._indices: list[int] = []
        self._kind, self._stride, self._each, self._most = kind, stride, each, most
        self._us_per_index = us_per_index
        self._sequence = 0

    def frames(self, logged: Sequence[_Logged]) -> Iterator[Timed]:
        """Give all frames, each at the time of its last sample."""
        stretch = [logged[0]]
        for before, after in pairwise(logged):
            missing = after.index != before.index + len(before.samples) // self._each * self._stride
            if missing or after.flags & ids.GAP:
                yield from self._stretch(stretch, gap=self.gaps > 0)
                self.gaps += 1
                stretch = []
            stretch.append(after)
        yield from self._stretch(stretch, gap=self.gaps > 0)

    def _stretch(self, stretch: Sequence[_Logged], *, gap: bool) -> Iterator[Timed]:
        """Cut frames without a gap between them anew."""
        self._indices = [one.index for one in stretch]
        data = b"".join(one.samples for one in stretch)
        step = self._most * self._each
        for at in range(0, len(data), step):
            first = at // self._each
            part = data[at : at + step]
            device_us, period_us, flags = self._place(stretch, first, len(part) // self._each)
            flags |= ids.GAP if gap and at == 0 else 0
            index = stretch[0].index + first * self._stride
            message = bytearray(frames.HEADER_SIZE)
            ticks_us = device_us % frames.TICKS_PERIOD
            frames.pack_header_into(message, self._kind, flags, self._sequence, index, ticks_us)
            self._sequence += 1
            yield round(device_us + (len(part) // self._each - 1) * period_us), bytes(message) + part

    def _place(self, stretch: Sequence[_Logged], first: int, count: int) -> tuple[int, float, int]:
        """Give time of sample `first` of a stretch, the period there, and the flags of the frames that it is from."""
        begin, end = stretch[0].index + first * self._stride, stretch[0].index + (first + count) * self._stride
        number = bisect_right(self._indices, begin) - 1
        here = stretch[number]
        at = min(number, len(stretch) - 2)
        us_per_index = self._us_per_index
        if at >= 0:
            low, high = stretch[at], stretch[at + 1]
            us_per_index = (high.device_us - low.device_us) / (high.index - low.index)
        flags = 0
        for one in stretch[number : bisect_left(self._indices, end)]:
            flags |= one.flags & ~ids.GAP
        device_us = round(here.device_us + (begin - here.index) * us_per_index)
        return device_us, us_per_index * self._stride, flags
