"""A clip in this process that speaks the wire format over a link of its own, and does what a test wants it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hipdrop.errors import ClipNotFound, LinkLost
from hipdrop.links.base import Link
from hipwire import commands, decoding, frames, ids, records

FRAME_S = 19 / 208
RING_FRAMES = 328  # 30 s
CONNECT_S = 0.05
LISTEN_S = 0.1
ANSWER_S = 0.03
RESEND_FACTOR = 1.2  # times the rate of the live frames: the least that docs/wire-format.md asks for

INFO: dict[str, Any] = {
    "boot_id": 7,
    "features": ids.HAS_RAW | ids.HAS_TILT | ids.HAS_MOTOR,
    "rate_mhz": 208_000,
    "acc_range_g": 16,
    "gyr_range_dps": 2000,
    "acc_ng_per_lsb": 488_000,
    "gyr_ndps_per_lsb": 70_000_000,
    "tilt_divider": 2,
    "raw_samples": 19,
    "ring_s": 30,
    "serial": "T1",
    "firmware": "0.1.0",
    "board": "scripted",
    "chip": "none",
}


@dataclass
class ScriptedClip:
    """Streams raw frames, keeps them, answers commands; `refuse` and `deaf` make it say no, or nothing."""

    counts: NDArray[np.int16] | None = None  # (N, 6); zeros without end, unless given
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    refuse: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    deaf: set[int] = field(default_factory=set)
    info: dict[str, Any] = field(default_factory=lambda: dict(INFO))
    version: int | None = None  # speaks this one instead of ours
    swallow: set[int] = field(default_factory=set)  # sequences that never leave the clip at first
    asked: list[tuple[int, bytes]] = field(default_factory=list)
    ring: dict[int, bytes] = field(default_factory=dict)
    stream: int = 0
    sequence: int = 0
    deliver: Callable[[bytes], None] | None = None
    silent: bool = False
    _ticker: asyncio.Task[None] | None = None

    def command(self, message: bytes) -> None:
        """Take a command and answer it a little later."""
        code, request, payload = decoding.command(message)
        self.asked.append((code, payload))
        if code in self.deaf:
            return
        result, answer = self.refuse.get(code) or self._do(code, payload)
        reply = commands.pack_answer(code, request, result, answer)
        if self.version is not None:
            reply = bytes([self.version << 4 | ids.ANSWER]) + reply[1:]
        asyncio.get_running_loop().call_later(ANSWER_S, self.send, reply)

    def _do(self, code: int, payload: bytes) -> tuple[int, bytes]:
        if code == ids.GET_INFO:
            return ids.OK, frames.pack_info(self.info)
        if code == ids.START:
            return self._start(payload[0])
        if code == ids.STOP:
            return self._stop()
        if code == ids.RESEND:
            return self._resend(records.unpack(records.RANGE, payload))
        return ids.OK, b""

    def _start(self, stream: int) -> tuple[int, bytes]:
        if not self.stream:
            self.ring.clear()
            self.stream = stream
            self._ticker = asyncio.create_task(self._tick())
        values = {"boot_id": self.info["boot_id"], "stream": stream, "samples": 19, "next_sequence": self.sequence,
                  "next_index": 19 * self.sequence, "oldest_sequence": min(self.ring, default=self.sequence),
                  "rate_mhz": 208_000, "rate_uncertainty_ppm": 500}  # fmt: skip
        return ids.OK, records.pack(records.STARTED, values)

    def _stop(self) -> tuple[int, bytes]:
        self.halt()
        return ids.OK, records.pack(records.STOPPED, {"next_sequence": self.sequence, "next_index": 19 * self.sequence})

    def halt(self) -> None:
        """Make no more frames."""
        self.stream = 0
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None

    def _resend(self, wanted: dict[str, int]) -> tuple[int, bytes]:
        numbers = [(wanted["first_sequence"] + k) % 65536 for k in range(wanted["count"])]
        kept = [number for number in numbers if number in self.ring]
        if not kept:
            return ids.GONE, min(self.ring, default=self.sequence).to_bytes(2, "little")
        for place, number in enumerate(kept, 1):
            again = bytearray(self.ring[number])
            again[1] |= ids.RESENT
            asyncio.get_running_loop().call_later(place * FRAME_S / RESEND_FACTOR, self.send, bytes(again))
        return ids.OK, records.pack(records.RANGE, {"first_sequence": kept[0], "count": len(kept)})

    async def _tick(self) -> None:
        while not self.finished.is_set():
            await asyncio.sleep(FRAME_S)
            index = 19 * self.sequence
            samples = np.zeros((19, 6), "<i2") if self.counts is None else self.counts[index : index + 19].astype("<i2")
            frame = bytearray(frames.HEADER_SIZE) + samples.tobytes()
            frames.pack_header_into(frame, self.stream, 0, self.sequence, index, round(index / 208 * 1e6) % (1 << 30))
            self.ring[self.sequence] = bytes(frame)
            self.ring.pop((self.sequence - RING_FRAMES) % 65536, None)
            if self.sequence not in self.swallow:
                self.send(bytes(frame))
            self.sequence = (self.sequence + 1) % 65536
            if self.counts is not None and 19 * (self.sequence + 1) > len(self.counts):
                self.finished.set()

    def send(self, message: bytes) -> None:
        """Notify, if somebody is connected and the clip is not silent."""
        if self.deliver is not None and not self.silent:
            self.deliver(message)


class ScriptedLink(Link):
    """Reaches the clip while `reachable`."""

    def __init__(self, clip: ScriptedClip, max_message: int = 244) -> None:
        super().__init__("scripted")
        self.ended = clip.finished
        self.clip = clip
        self.max_message = max_message
        self.reachable = True
        self.opened_at_s: list[float] = []

    async def open(self, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        self.opened_at_s.append(loop.time())
        while not self.reachable:  # as a scan does: until it is heard, or the time is over
            if loop.time() >= self.opened_at_s[-1] + timeout_s:
                raise ClipNotFound("scripted: not in reach")
            await asyncio.sleep(LISTEN_S)
        await asyncio.sleep(CONNECT_S)
        self._inbox.open()
        self.clip.deliver = self._inbox.put

    async def close(self) -> None:
        self.clip.deliver = None

    async def send(self, message: bytes) -> None:
        if self.clip.deliver is None:
            raise LinkLost("scripted: not connected")
        self.clip.command(message)

    def cut(self, reachable: bool = False) -> None:
        """Lose the connection."""
        self.reachable = reachable
        self.clip.deliver = None
        self._inbox.lose(LinkLost("scripted: gone"))
