"""The same tilt samples through the clip's detection, under the real MicroPython, and through the host's pipeline."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from hipclip.tiltframes import Tilt
from hipdrop.events import Event, Flag, Side
from hipdrop.profile import Profile
from hipdrop.receive.tilt import TiltStream, tilt_block
from hipdrop.samples import Array
from hipdrop.settings import Settings
from hipdrop.simulate import SimulatedRun
from hipdrop.virtual.imu.feed import Feed, counts
from hipwire import ids

ACC_G, GYR_DPS = 0.488e-3, 0.070
TURN = 20  # raw samples at a time
UNKNOWN = -32768
SCRIPT = """
import struct, sys, time
from array import array
from hipclip.detect import Detector
class Out:
    def step(self, *told):
        print("step", *told)
    def sides(self, code):
        print("sides", code)
    def activity(self, running):
        print("activity", int(running))
    def slipped(self, cdeg):
        print("slipped", cdeg)
detector = Detector(int(sys.argv[2]), Out())
if len(sys.argv) > 3:
    detector.template([int(word) for word in sys.argv[4:]], sys.argv[3] == "1")
head, spent, samples = bytearray(6), 0, 0
with open(sys.argv[1], "rb") as source:
    while source.readinto(head) == 6:
        index, count = struct.unpack("<IH", head)
        values = array("h", bytes(10 * count))
        source.readinto(values)
        begun = time.ticks_us()
        detector.take(values, count, index)
        spent += time.ticks_diff(time.ticks_us(), begun)
        samples += count
detector.close()
print("cost", spent, samples)
"""

Counts = NDArray[np.int16]


@dataclass(frozen=True)
class TiltRun:
    """Tilt samples of a run: raw rate, and stretches without gaps, each with the raw index of its first sample."""

    rate_hz: float
    stretches: list[tuple[int, Counts]]


@dataclass(frozen=True)
class ClipStep:
    """A step as the clip tells it."""

    side: Side
    number: int
    t_s: float
    drop_deg: float
    flags: tuple[Flag, ...]
    step_ms: int
    cadence_dspm: int
    confidence_percent: int

    @property
    def sure(self) -> bool:
        """Whether its side is sure."""
        return Flag.SIDE not in self.flags


@dataclass(frozen=True)
class Told:
    """What the clip told, whole and its steps; time for a sample."""

    lines: list[tuple[str, ...]]
    steps: list[ClipStep]
    cost_us: float


def by_the_clips_filter(
    acc: Array, gyr: Array, rate_hz: float, mount: Array, kept: NDArray[np.bool_] | None = None
) -> TiltRun:
    """Tilt samples that the firmware's own filter makes of counts (N, 3); `kept`: which of them were not lost."""
    rate_mhz = round(rate_hz * 1000)
    imu = SimpleNamespace(RATE_MHZ=rate_mhz, ACC_NG_PER_LSB=488_000, GYR_NDPS_PER_LSB=70_000_000)
    clip = Tilt(imu, SimpleNamespace(rate_mhz=rate_mhz, settled=True), TURN)
    clip.set_mount(*np.rint(32767 * Rotation.from_matrix(mount).as_quat()[[3, 0, 1, 2]]).astype(int).tolist())
    data = np.hstack((acc, gyr)).astype("<i2").tobytes()
    kept = np.ones(len(acc), dtype=bool) if kept is None else kept
    edges = [0, *(np.flatnonzero(np.diff(kept.astype(int))) + 1).tolist(), len(acc)]
    stretches = []
    for start, stop in pairwise(edges):
        if not kept[start]:
            continue
        first, parts = -1, []
        for at in range(start, stop, TURN):
            n = min(TURN, stop - at)
            clip.take(data[12 * at : 12 * (at + n)], n, at, 0, ids.GAP if at == start and at else 0)
            if clip.count:
                first = clip.index if first < 0 else first
                parts.append(np.array(clip.values[: 5 * clip.count], dtype=np.int16).reshape(-1, 5))
        if parts:
            stretches.append((first, np.concatenate(parts)))
    return TiltRun(rate_hz, stretches)


def of_feed(feed: Feed, mount: Array) -> TiltRun:
    """Tilt samples of a recording."""
    return by_the_clips_filter(counts(feed.acc_g, ACC_G), counts(feed.gyr_dps, GYR_DPS), feed.rate_hz, mount)


def of_simulation(run: SimulatedRun) -> TiltRun:
    """Tilt samples of a simulated run at its true rate, on the true mount of its start."""
    acc = counts(run.acc_ms2 / 9.80665, ACC_G)
    rate_hz = run.config.true_rate_hz
    return by_the_clips_filter(acc, counts(run.gyr_dps, GYR_DPS), rate_hz, run.pelvis_from_sensor, run.kept)


def times_s(run: TiltRun, index: int, count: int) -> Array:
    """Times of tilt samples from a raw index on: the middles of their pairs."""
    return np.asarray((index + 2 * np.arange(count) + 0.5) / run.rate_hz, dtype=np.float64)


def on_the_host(run: TiltRun, profile: Profile | None = None, settings: Settings | None = None) -> list[Event]:
    """Events of the host's pipeline on the tilt stream."""
    stream = TiltStream(2, settings or Settings())
    pipeline = stream.pipeline(run.rate_hz / 2, None, None, profile)
    events: list[Event] = []
    reached = 0
    for first, values in run.stretches:
        for at in range(0, len(values), 208):
            index = first + 2 * at
            gap_s = (index - reached) / run.rate_hz if reached else 0.0
            part = values[at : at + 208]
            events += pipeline.push(tilt_block(part, times_s(run, index, len(part)), index // 2, gap_s))
            reached = index + 2 * len(part)
    return events + pipeline.close()


def packed(run: TiltRun, cut: int | Sequence[int] = 10) -> bytes:
    """Stretches cut into calls of `take`, as SCRIPT reads them."""
    lengths = [cut] if isinstance(cut, int) else list(cut)
    out, turn = [], 0
    for first, values in run.stretches:
        at = 0
        while at < len(values):
            part = values[at : at + lengths[turn % len(lengths)]]
            out.append(struct.pack("<IH", first + 2 * at, len(part)) + part.astype("<i2").tobytes())
            at += len(part)
            turn += 1
    return b"".join(out)


def on_the_clip(
    micropython: Callable[..., str], folder: Path, run: TiltRun, cut: int | Sequence[int] = 10,
    template: tuple[bool, Sequence[int]] | None = None,
) -> Told:  # fmt: skip
    """What the clip's detection tells."""
    (folder / "tilt").write_bytes(packed(run, cut))
    given = [] if template is None else [str(int(template[0])), *map(str, template[1])]
    printed = micropython(SCRIPT, str(folder / "tilt"), str(round(run.rate_hz * 1000)), *given)
    lines = [tuple(line.split()) for line in printed.splitlines()]
    spent, samples = map(int, lines.pop()[1:])
    steps = [_step(line, run.rate_hz) for line in lines if line[0] == "step"]
    return Told(lines, steps, spent / max(1, samples))


def _step(line: tuple[str, ...], rate_hz: float) -> ClipStep:
    side, number, index, drop, flags, step_ms, cadence, confidence = map(int, line[1:])
    names = tuple(flag for bit, flag in enumerate(Flag) if flags >> bit & 1)
    drop_deg = float("nan") if drop == UNKNOWN else 0.01 * drop
    return ClipStep(
        {1: Side.LEFT, 2: Side.RIGHT}[side], number, index / rate_hz, drop_deg, names, step_ms, cadence, confidence
    )
