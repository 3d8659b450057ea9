"""A clip made of numbers: counts into messages as the firmware would send them, with arrival times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hipdrop.events import Event
from hipdrop.receive.chain import Chain
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate import SimulatedRun
from hipwire import commands, frames, ids, records

Timed = tuple[float, bytes]  # arrival on the host's clock, s, and the message

ACC_NG_PER_LSB = 488_000  # LSM6DSOX, 16 g
GYR_NDPS_PER_LSB = 70_000_000  # 2000 deg/s
FULL = 19
HOST_ZERO_S = 5000.0  # the host's clock at device time 0
LATENCY_S = 0.015  # the fastest way from the last sample to the host


def counts_of_run(run: SimulatedRun) -> NDArray[np.int16]:
    """Give all samples of a simulated run as the chip's counts, (N, 6)."""
    acc = run.acc_ms2 / STANDARD_GRAVITY_MS2 / (1e-9 * ACC_NG_PER_LSB)
    gyr = run.gyr_dps / (1e-9 * GYR_NDPS_PER_LSB)
    return np.clip(np.rint(np.hstack((acc, gyr))), -32768, 32767).astype(np.int16)


@dataclass
class PackedClip:
    """Messages of one boot of a clip.

    Attributes
    ----------
    rate_hz
        True sample rate.
    first_sequence, first_index, first_ticks_us
        Of the first frame.
    start_s
        Host time at which the first sample is taken.
    """

    rate_hz: float = 208.0
    boot_id: int = 77
    first_sequence: int = 100
    first_index: int = 5000
    first_ticks_us: int = 3_000_000
    start_s: float = HOST_ZERO_S
    kind: int = ids.RAW
    nominal_mhz: int = 208_000

    def info(self) -> bytes:
        """The info message."""
        values = {
            "boot_id": self.boot_id, "features": 0x33, "rate_mhz": self.nominal_mhz,
            "acc_range_g": 16, "gyr_range_dps": 2000, "acc_ng_per_lsb": ACC_NG_PER_LSB,
            "gyr_ndps_per_lsb": GYR_NDPS_PER_LSB, "tilt_divider": 2,
            "raw_samples": FULL, "ring_s": 30, "mount_id": 0, "mount_w": 32767,
            "serial": "A1", "firmware": "0.1.0", "board": "test", "chip": "LSM6DSOX",
        }  # fmt: skip
        return frames.pack_info(values)

    def started(
        self, sequence: int | None = None, index: int | None = None, *, oldest: int | None = None, ppm: int = 500
    ) -> bytes:
        """The answer to START."""
        sequence = self.first_sequence if sequence is None else sequence
        payload = records.pack(
            records.STARTED,
            {
                "boot_id": self.boot_id, "stream": self.kind, "samples": FULL, "next_sequence": sequence & 0xFFFF,
                "next_index": self.first_index if index is None else index,
                "oldest_sequence": (self.first_sequence if oldest is None else oldest) & 0xFFFF,
                "rate_uncertainty_ppm": ppm, "rate_mhz": round(1000 * self.rate_hz),
            },
        )  # fmt: skip
        return commands.pack_answer(ids.START, 1, ids.OK, payload)

    def stopped(self, sequence: int, index: int) -> bytes:
        """The answer to STOP."""
        payload = records.pack(records.STOPPED, {"next_sequence": sequence & 0xFFFF, "next_index": index})
        return commands.pack_answer(ids.STOP, 2, ids.OK, payload)

    def resend_ok(self, first: int, count: int) -> bytes:
        """The answer to RESEND: these will come."""
        payload = records.pack(records.RANGE, {"first_sequence": first & 0xFFFF, "count": count})
        return commands.pack_answer(ids.RESEND, 3, ids.OK, payload)

    def gone(self, oldest: int) -> bytes:
        """The answer to RESEND: nothing of it is left."""
        return commands.pack_answer(ids.RESEND, 3, ids.GONE, (oldest & 0xFFFF).to_bytes(2, "little"))

    def status(self, *, marks: int = 0, mark_index: int = 0, ppm: int = 500) -> bytes:
        """A status frame."""
        buffer = bytearray(frames.STATUS_SIZE)
        values = {
            "boot_id": self.boot_id, "stream": self.kind, "battery_percent": 80, "battery_mv": 3900, "marks": marks,
            "mark_index": mark_index, "rate_mhz": round(1000 * self.rate_hz), "rate_uncertainty_ppm": ppm,
        }  # fmt: skip
        frames.pack_status_into(buffer, 0, 0, 0, values, (0,) * len(frames.ALONE_CODES))
        return bytes(buffer)

    def mark_log(self, number: int, index: int) -> bytes:
        """The log frame of the button."""
        buffer = bytearray(frames.LOG_MAX_SIZE)
        length = frames.pack_log_into(buffer, 0, index, 0, ids.LOG_MARK, ids.LOG_INFO, number, b"")
        return bytes(buffer[:length])

    def ticks_us(self, index: int) -> int:
        """Ticks at a sample."""
        return (self.first_ticks_us + round(1e6 * (index - self.first_index) / self.rate_hz)) % frames.TICKS_PERIOD

    def sample_s(self, index: int) -> float:
        """Host time at which a sample is taken."""
        return self.start_s + (index - self.first_index) / self.rate_hz

    def frame(self, number: int, index: int, samples: NDArray[np.int16], flags: int = 0) -> bytes:
        """One frame of samples."""
        each = samples.shape[1] * 2
        buffer = bytearray(frames.HEADER_SIZE + each * len(samples))
        frames.pack_header_into(buffer, self.kind, flags, number, index, self.ticks_us(index))
        buffer[frames.HEADER_SIZE :] = samples.astype("<i2").tobytes()
        return bytes(buffer)

    def frames_of(self, counts: NDArray[np.int16], flags: int = 0) -> list[Timed]:
        """Frames of all samples, each arriving as soon as it can."""
        out = []
        for number, at in enumerate(range(0, len(counts), FULL), self.first_sequence):
            index, part = self.first_index + at, counts[at : at + FULL]
            arrival_s = self.sample_s(index + len(part) - 1) + LATENCY_S
            out.append((arrival_s, self.frame(number, index, part, flags)))
        return out

    def stream_of(self, counts: NDArray[np.int16]) -> list[Timed]:
        """Info, the answer to START, and all frames."""
        return [(self.start_s - 0.2, self.info()), (self.start_s - 0.1, self.started()), *self.frames_of(counts)]


def push_all(chain: Chain, messages: Sequence[Timed]) -> list[Event]:
    """Push messages and close."""
    events = [event for arrival_s, message in messages for event in chain.push(arrival_s, message)]
    return [*events, *chain.close()]
