"""Run files as a clip keeps them, written from docs/run-format.md, and the same run as heard live."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from hipclip.tiltframes import Tilt
from hipdrop.data import sample_file
from hipdrop.events import MountFound
from hipdrop.pipeline import Pipeline
from hipdrop.receive.decode import Counts
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipdrop.virtual.imu.feed import Feed, counts
from hipwire import commands, decoding, frames, ids, records

RECORD_BYTES = 1024
RATE_HZ = 208.0
TURN = 20  # raw samples at a time
FIRST_INDEX = 4160  # 20 s behind the boot
FIRST_TICKS_US = (1 << 30) - 5_000_000  # they wrap 5 s into the run


def record(run: int, sequence: int, front: Sequence[bytes], back: Sequence[bytes] = (), *, last: bool = False) -> bytes:
    """Make a record: items of the front upwards, those of the back downwards, zeros between, the CRC."""
    head = b"".join(struct.pack("<H", len(item)) + item for item in front)
    tail = b"".join(struct.pack("<H", len(item)) + item for item in reversed(back))
    body = struct.pack("<HIHH", run, sequence, len(head), len(tail) | (0x8000 if last else 0))
    body += head + bytes(1010 - len(head) - len(tail)) + tail
    return body + struct.pack("<I", zlib.crc32(body))


@cache
def tilt_values(seconds: float) -> Counts:
    """What a clip that knows how it sits makes of the sample run: tilt values, (N, 5), by the firmware's own filter."""
    acc, gyr = _counts(seconds)
    data = np.hstack((acc, gyr)).astype("<i2").tobytes()
    imu = SimpleNamespace(RATE_MHZ=208_000, ACC_NG_PER_LSB=488_000, GYR_NDPS_PER_LSB=70_000_000)
    clip = Tilt(imu, SimpleNamespace(rate_mhz=208_000, settled=True), TURN)
    mount = Rotation.from_matrix(mount_of_sample())
    clip.set_mount(*np.rint(32767 * mount.as_quat()[[3, 0, 1, 2]]).astype(int).tolist())
    found = []
    for at in range(0, len(acc) - TURN + 1, TURN):
        clip.take(data[12 * at : 12 * (at + TURN)], TURN, at, 0, 0)
        found.append(np.array(clip.values[: 5 * clip.count], dtype=np.int16).reshape(-1, 5))
    return np.concatenate(found)


def _counts(seconds: float) -> tuple[Counts, Counts]:
    """The first part of the sample run as counts of the sensor."""
    with sample_file() as path:
        feed = Feed.from_file(path)
    acc_g, gyr_dps = feed.sampled(RATE_HZ)
    n = round(RATE_HZ * seconds)
    return counts(acc_g[:n], 0.488e-3), counts(gyr_dps[:n], 70e-3)


@cache
def mount_of_sample() -> NDArray[np.float64]:
    """How the clip of the sample run sits, as the pipeline finds it: pelvis from sensor, (3, 3)."""
    acc, gyr = _counts(75.0)
    t_s = np.arange(len(acc)) / RATE_HZ
    pipeline = Pipeline(RATE_HZ)
    block = SampleBlock(t_s, acc * (0.488e-3 * STANDARD_GRAVITY_MS2), np.radians(gyr * 70e-3))
    found = [event for event in pipeline.push(block) + pipeline.close() if isinstance(event, MountFound)]
    return np.array(found[-1].pelvis_from_sensor).reshape(3, 3)


@dataclass
class FiledRun:
    """A run with tilt samples `values` (N, 5), as a file of the clip and as the messages of a link.

    Attributes
    ----------
    boot_id, number
        Of the clip and of the run.
    rate_hz
        Of raw samples.
    clock_s, set_s
        What the wall clock shows at the first sample, and when it had been set; 0: it never was.
    marks
        Seconds at which the button is pressed.
    gap_at
        Number of the sample before which 208 raw samples are missing.
    """

    values: NDArray[np.int16]
    number: int = 7
    boot_id: int = 0x1234ABCD
    rate_hz: float = 208.0
    clock_s: float = 0.0
    set_s: int = 0
    board: str = "test board"
    marks: Sequence[float] = ()
    gap_at: int | None = None

    def index(self, k: int) -> int:
        """Raw index of tilt sample k."""
        return FIRST_INDEX + 2 * k + (208 if self.gap_at is not None and k >= self.gap_at else 0)

    def device_us(self, index: int) -> int:
        """Time of a raw sample on the clip's clock, which does not wrap."""
        return FIRST_TICKS_US + round((index - FIRST_INDEX) * 1e6 / self.rate_hz)

    def info(self) -> bytes:
        """The info message."""
        return frames.pack_info({
            "boot_id": self.boot_id, "features": 0x73, "rate_mhz": 208_000, "acc_range_g": 16, "gyr_range_dps": 2000,
            "acc_ng_per_lsb": 488_000, "gyr_ndps_per_lsb": 70_000_000, "tilt_divider": 2, "raw_samples": 19,
            "ring_s": 20, "mount_id": 9, "mount_w": 32767, "serial": "A1", "firmware": "0.1.0", "board": self.board,
            "chip": "LSM6DSOX",
        })  # fmt: skip

    def started(self) -> bytes:
        """The answer to START."""
        values = {
            "boot_id": self.boot_id, "stream": ids.TILT, "samples": 10, "next_sequence": 0, "next_index": FIRST_INDEX,
            "oldest_sequence": 0, "rate_uncertainty_ppm": 500, "rate_mhz": round(1000 * self.rate_hz),
        }  # fmt: skip
        return commands.pack_answer(ids.START, 1, ids.OK, records.pack(records.STARTED, values))

    def status(self, k: int, sequence: int, marks: int = 0) -> bytes:
        """The status at tilt sample k."""
        index = self.index(k)
        since_s = (index - FIRST_INDEX) / self.rate_hz
        values = {
            "boot_id": self.boot_id, "rate_mhz": round(1000 * self.rate_hz), "rate_uncertainty_ppm": 500,
            "marks": marks, "mark_index": index, "uptime_s": int(20 + since_s), "battery_percent": 80,
        }  # fmt: skip
        shown_s = self.clock_s + since_s if self.clock_s else 0.0
        alone = (1, 0, 1, self.number, 0, 0, int(shown_s), int(1000 * (shown_s % 1.0)), 0, self.set_s, 0, 1, 1536)
        buffer = bytearray(frames.STATUS_SIZE)
        ticks_us = self.device_us(index) % frames.TICKS_PERIOD
        frames.pack_status_into(buffer, sequence, index, ticks_us, values, alone)
        return bytes(buffer)

    def event(self, k: int, code: int, detail: int = 0) -> bytes:
        """An event at tilt sample k."""
        buffer = bytearray(frames.EVENT_SIZE)
        frames.pack_event_into(buffer, 0, code, k & 0xFFFF, self.index(k), 0, detail, 0, 0, 0, 0, self.number)
        return bytes(buffer)

    def tilt(self, first: int, end: int, sequence: int, flags: int = 0) -> bytes:
        """A tilt frame of samples `first` to `end`."""
        buffer = bytearray(frames.HEADER_SIZE)
        ticks_us = self.device_us(self.index(first)) % frames.TICKS_PERIOD
        frames.pack_header_into(buffer, ids.TILT, flags, sequence, self.index(first), ticks_us)
        return bytes(buffer) + self.values[first:end].astype("<i2").tobytes()

    def words(self) -> list[tuple[int, bytes]]:
        """Statuses and events by the number of the tilt sample that they come at."""
        n = len(self.values)
        found = [(k, self.status(k, 1 + k // 1040)) for k in range(0, n, 1040)]
        pressed = [round(at_s * self.rate_hz / 2) for at_s in self.marks]
        found += [(k, self.status(k, 900 + number, number)) for number, k in enumerate(pressed, 1)]
        found += [(k, self.event(k, ids.EVENT_STEP)) for k in range(200, n, 40)]
        return sorted(found, key=lambda one: one[0])

    def stretches(self, length: int) -> list[tuple[int, int]]:
        """Cut the samples into frames of so many, and at the gap."""
        n, gap = len(self.values), self.gap_at
        parts = [(0, n)] if gap is None else [(0, gap), (gap, n)]
        return [(k, min(k + length, end)) for begin, end in parts for k in range(begin, end, length)]

    def file(self) -> bytes:
        """The run as it lies on the flash."""
        head = [self.info(), self.started(), commands.pack_answer(ids.GET_CALIBRATION, 2, ids.OK, bytes(94))]
        out = [record(self.number, 0, [], [*head, self.status(0, 0), self.event(0, ids.EVENT_RUN, ids.RUN_BEGUN)])]
        words = self.words()
        for number, (begin, end) in enumerate(cuts := self.stretches(80)):
            here = [message for k, message in words if begin <= k < end]
            flags = ids.GAP if begin == self.gap_at else 0
            front = [self.tilt(begin, end, number, flags)]
            last = number == len(cuts) - 1
            if sum(len(one) + 2 for one in [*front, *here]) > 1010:
                out.append(record(self.number, len(out), [], here))
                here = []
            out.append(record(self.number, len(out), front, here, last=last))
        return b"".join(out)

    def live(self, host_zero_s: float = 1000.0, latency_s: float = 0.02) -> list[tuple[float, bytes]]:
        """The same run over a link: arrival and message."""
        begin_s = host_zero_s + self.device_us(FIRST_INDEX) / 1e6
        out: list[tuple[float, bytes]] = [(begin_s, self.info()), (begin_s, self.started())]
        for number, (begin, end) in enumerate(self.stretches(10)):
            at_s = host_zero_s + self.device_us(self.index(end - 1)) / 1e6 + latency_s
            out.append((at_s, self.tilt(begin, end, number, ids.GAP if begin == self.gap_at else 0)))
        out += [
            (host_zero_s + self.device_us(self.index(k)) / 1e6 + latency_s, message)
            for k, message in self.words()
            if message[0] & 0x0F == ids.STATUS
        ]
        return sorted(out, key=lambda one: one[0])


def samples_of(messages: Sequence[bytes]) -> NDArray[np.int16]:
    """All tilt samples of messages, in their order."""
    found = [np.array(decoding.samples(one), dtype=np.int16) for one in messages if one[0] & 0x0F == ids.TILT]
    return np.concatenate(found)
