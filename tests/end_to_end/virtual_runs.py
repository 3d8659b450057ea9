"""Runs with the virtual clip: real firmware under real MicroPython, virtual air, bleak, session, chain."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from hipdrop.data import sample_file
from hipdrop.events import Event, Gap, Step
from hipdrop.links.base import Link
from hipdrop.links.connection import StreamChoice
from hipdrop.links.line import Line
from hipdrop.links.states import State
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.pipeline import Pipeline
from hipdrop.receive.messages import ClipStatus
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipdrop.settings import Settings
from hipdrop.virtual.faults import parse_fault
from hipdrop.virtual.imu import Feed
from hipdrop.virtual.imu.feed import counts
from hipdrop.virtual.loop import run_virtual
from hipwire import decoding, frames, ids, records

ACC_G_PER_LSB, GYR_DPS_PER_LSB = 0.488e-3, 70e-3  # LSM6DSOX data sheet, table 2, 16 g and 2000 deg/s


@dataclass
class Heard(LiveRun):
    """A live run that keeps what it heard."""

    recording: Path | None = None
    states: list[tuple[float, State]] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    motor: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(Settings(), recording=self.recording)

    def message(self, arrival_s: float, message: bytes) -> None:
        self.messages.append(message)
        super().message(arrival_s, message)

    @property
    def link(self) -> dict[str, float]:
        return {name: value for name, value in self.chain.link_table().items() if value is not None}

    @property
    def steps(self) -> list[Step]:
        return [event for event in self.events if isinstance(event, Step)]

    @property
    def gaps(self) -> list[Gap]:
        return [event for event in self.events if isinstance(event, Gap)]

    @property
    def status(self) -> ClipStatus:
        assert self.chain.status is not None
        return self.chain.status

    @property
    def begin_s(self) -> float:
        """Time of the feed at the first sample of the run."""
        return min(decoding.header(message)[3] for message in self.messages if message[0] & 0x0F <= ids.TILT) / 208

    def logs(self) -> list[str]:
        """Give the texts of the clip's log."""
        return [decoding.log(message)[3] for message in self.messages if message[0] & 0x0F == ids.LOG]

    def samples(self) -> tuple[int, NDArray[np.int16]]:
        """Index of the first sample, and all samples in a row, (N, 6): it fails where one is missing."""
        found: dict[int, NDArray[np.int16]] = {}
        for message in self.messages:
            if message[0] & 0x0F == ids.RAW:
                index = decoding.header(message)[3]
                found[index] = np.frombuffer(message, "<i2", offset=frames.HEADER_SIZE).reshape(-1, 6)
        places = sorted(found)
        for place, following in itertools.pairwise(places):
            assert place + len(found[place]) == following, f"samples are missing behind {place}"
        return places[0], np.concatenate([found[place] for place in places])


def run_clip(
    seconds: float | None, *faults: str, stream: StreamChoice = "auto", recording: Path | None = None,
    source: Path | None = None, mount: Sequence[float] | NDArray[np.float64] | None = None,
    mtu: int | None = None,
    repeat: bool = False,
) -> Heard:  # fmt: skip
    """Run in virtual time; `mount` is told to the clip first, nine numbers, pelvis from sensor by rows."""

    async def act() -> Heard:
        heard = Heard(recording)
        link = VirtualLink(source, [parse_fault(text) for text in faults], repeat=repeat)
        async with link:
            if mtu is not None:
                link.radio.set_mtu_limit(mtu)
            if mount is not None:
                await tell_mount(link, np.asarray(mount, dtype=np.float64).reshape(3, 3))
            loop = asyncio.get_running_loop()
            begin_s = loop.time()
            session = heard.session(link, stream, lambda state: heard.states.append((loop.time() - begin_s, state)))
            await heard.run(session, seconds)
        return heard

    return run_virtual(act())


async def tell_mount(link: Link, pelvis_from_sensor: NDArray[np.float64]) -> None:
    """Send SET_MOUNT."""
    x, y, z, w = Rotation.from_matrix(pelvis_from_sensor).as_quat()
    values = {f"mount_{name}": round(32767 * value) for name, value in zip("wxyz", (w, x, y, z), strict=True)}
    line = Line(link, lambda arrival_s, message: None)
    await line.open(10.0)
    await line.ask(ids.SET_MOUNT, records.pack(records.MOUNT, {"mount_id": 9, **values}))
    await line.close()


def pairs_of(some: Heard, others: Heard) -> list[tuple[Step, Step]]:
    """Pair the steps of two runs that were fed with the same: those within 0.1 s on the feed's own axis."""
    at_s = np.array([others.begin_s + step.t_s for step in others.steps])
    nearest = [(step, int(np.argmin(np.abs(at_s - some.begin_s - step.t_s)))) for step in some.steps]
    return [(step, others.steps[k]) for step, k in nearest if abs(at_s[k] - some.begin_s - step.t_s) < 0.1]


def fed_counts() -> NDArray[np.int16]:
    """What the sensor makes of the sample run, (N, 6), reckoned without the clip."""
    with sample_file() as path:
        feed = Feed.from_file(path)
    acc, gyr = feed.sampled(feed.rate_hz)
    both: NDArray[np.int16] = np.hstack((counts(acc, ACC_G_PER_LSB), counts(gyr, GYR_DPS_PER_LSB)))
    return both


def steps_of(samples: NDArray[np.int16], rate_hz: float) -> list[Step]:
    """Give the steps of these counts by the pipeline alone, as replay of a CSV would."""
    values = samples.astype(np.float64)
    acc = values[:, :3] * (ACC_G_PER_LSB * STANDARD_GRAVITY_MS2)
    gyr = np.radians(values[:, 3:] * GYR_DPS_PER_LSB)
    pipeline = Pipeline(rate_hz, Settings())
    events: list[Event] = pipeline.push(SampleBlock(np.arange(len(samples), dtype=np.float64) / rate_hz, acc, gyr))
    events += pipeline.close()
    return [event for event in events if isinstance(event, Step)]
