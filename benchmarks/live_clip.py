"""The virtual clip in real time: what is lost, what the stream costs, and how late a step is.

    python benchmarks/live_clip.py [--seconds 60]

The sample run is fed to the modelled sensor; firmware, MicroPython, virtual radio, bleak, session and pipeline run as
in `hipdrop live --clip virtual`. Latency is the host's time when the Step event is there, less the time at which the
sensor took the sample of the true contact that ends the step (the simulated runner's, docs/simulate.md); steps that the
pipeline keeps back until it knows mount and sides are left out. Beside it stands the wait for the frame to be full,
which no radio shortens.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from latency import MATCH_S, SAMPLE_RUN

from hipdrop.events import Contact, Event, Side, Step
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.pipeline import Pipeline
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import SimulatedRun, simulate
from hipdrop.virtual.imu import Feed, ImuModel
from hipdrop.virtual.imu.feed import counts
from hipdrop.virtual.imu.lsm6 import ACC_G, GYR_DPS
from hipwire import decoding, frames, ids

RANGE_CODES = 1, 3  # 16 g and 2000 deg/s


@dataclass
class Measured(LiveRun):
    """A live run that notes when messages and steps came."""

    frames_at: list[tuple[float, int, int]] = field(default_factory=list)  # host time, bytes, flags
    steps_at: list[tuple[float, Step, bool]] = field(default_factory=list)  # host time, step, whether it left at once
    first_index: int = -1

    def __post_init__(self) -> None:
        super().__init__(Settings())
        self.on_events = self._note

    def message(self, arrival_s: float, message: bytes) -> None:
        """Note a raw frame before anything is made of it."""
        if message[0] & 0x0F == ids.RAW:
            _, flags, _, index, _ = decoding.header(message)
            self.first_index = index if self.first_index < 0 else self.first_index
            self.frames_at.append((arrival_s, len(message), flags))
        super().message(arrival_s, message)

    def _note(self, events: Sequence[Event]) -> None:
        now_s = time.monotonic()
        newest = max((event.number for event in events if isinstance(event, Contact)), default=-1)
        steps = [event for event in events if isinstance(event, Step)]
        self.steps_at += [(now_s, step, step.number + 1 == newest) for step in steps]


async def run(seconds: float) -> tuple[Measured, float]:
    """Give the run, and the host's time at which the sensor took sample 0 of the recording."""
    measured = Measured()
    async with VirtualLink() as link:
        model, ahead_s = link.clip.imu, []
        read = model.read

        def timed(register: int, n: int, now_us: int) -> bytes:
            ahead_s.append(time.monotonic() - 1e-6 * now_us)
            return read(register, n, now_us)

        model.read = timed  # type: ignore[method-assign]
        await measured.run(measured.session(link, "raw"), seconds)
        # the least delay of all transactions ties the sensor's clock to the host's
        assert isinstance(model, ImuModel)
        assert model.origin_us is not None
        return measured, min(ahead_s) + 1e-6 * model.origin_us


def replayed(truth: SimulatedRun, rate_hz: float, first: int, count: int) -> list[Step]:
    """Give the steps of the same counts by the pipeline alone, as replay of a CSV would."""
    feed = Feed(truth.config.rate_hz, *_motion(truth))
    acc = counts(feed.acc_g, ACC_G[RANGE_CODES[0]])[first : first + count] * ACC_G[RANGE_CODES[0]]
    gyr = counts(feed.gyr_dps, GYR_DPS[RANGE_CODES[1]])[first : first + count] * GYR_DPS[RANGE_CODES[1]]
    t_s = np.arange(len(acc)) / rate_hz
    pipeline = Pipeline(rate_hz)
    events = pipeline.push(SampleBlock(t_s, acc * STANDARD_GRAVITY_MS2, np.radians(gyr)))
    return [event for event in events + pipeline.close() if isinstance(event, Step)]


def _motion(truth: SimulatedRun) -> tuple[np.ndarray, np.ndarray]:
    acc = np.concatenate([block.acc_ms2 for block in truth.blocks]) / STANDARD_GRAVITY_MS2
    return acc, np.degrees(np.concatenate([block.gyr_rads for block in truth.blocks]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of real time")
    options = parser.parse_args()
    truth = simulate(SAMPLE_RUN)
    measured, zero_s = asyncio.run(run(options.seconds))
    link = measured.chain.link_table()
    print("| what | figure |\n|---|---|")
    for name in ("samples_received", "samples_lost", "samples_recovered", "mtu", "rate_hz", "jitter_ms"):
        print(f"| {name} | {link[name]} |")
    live = [(at_s, size) for at_s, size, flags in measured.frames_at if not flags & ids.RESENT]
    lasted_s = live[-1][0] - live[0][0]
    print(f"| raw notifications a second | {(len(live) - 1) / lasted_s:.2f} |")
    samples = sum((size - frames.HEADER_SIZE) // frames.RAW_SAMPLE_SIZE for _, size in live[1:])
    print(f"| samples, bytes a second | {samples * frames.RAW_SAMPLE_SIZE / lasted_s:.0f} |")
    print(f"| all of the frames, bytes a second | {sum(size for _, size in live[1:]) / lasted_s:.0f} |")
    _print_steps(measured, truth)
    _print_latency(measured, truth, zero_s)


def _print_steps(measured: Measured, truth: SimulatedRun) -> None:
    """Steps against truth, and drops against the same counts without a link."""
    steps = [step for _, step, _ in measured.steps_at]
    rate_hz, first = float(measured.chain.rate_hz or 0.0), measured.first_index
    begin_s = first / truth.config.rate_hz
    true_s, is_left = truth.contacts.contact_s - begin_s, truth.contacts.is_left
    inside = truth.contacts.running & (true_s > 0.0) & (true_s < measured.chain.reached_s - 1.0)
    pairs = [(step, int(np.abs(true_s - step.t_s).argmin())) for step in steps]
    pairs = [(step, k) for step, k in pairs if abs(true_s[k] - step.t_s) < MATCH_S]
    missed = set(np.flatnonzero(inside).tolist()) - {k for _, k in pairs}
    wrong = [step for step, k in pairs if (step.side is Side.LEFT) != is_left[k]]
    figures = f"{inside.sum()}, {len(steps)}, {len(missed)}, {len(steps) - len(pairs)}, {len(wrong)}"
    print(f"| true running contacts, steps, missed, without a true contact, wrong side | {figures} |")
    alone = replayed(truth, rate_hz, first, int(measured.chain.link_table()["samples_received"] or 0))
    off_deg = [abs(here.drop_deg - there.drop_deg) for here, there in zip(steps, alone, strict=False)]
    print(f"| steps of the same counts replayed | {len(alone)} |")
    print(f"| drop, largest difference to them, deg | {np.nanmax(off_deg):.4f} |")


def _print_latency(measured: Measured, truth: SimulatedRun, zero_s: float) -> None:
    """True next contact to event, of the steps that were not kept back."""
    rate_hz = truth.config.rate_hz
    # sample k stands at k / rate in the recording and is taken (k + 1) / rate after the sensor's start
    contact_s = zero_s + truth.contacts.contact_s + 1.0 / rate_hz
    late_ms = []
    for at_s, _, at_once in measured.steps_at:
        before = contact_s[contact_s < at_s]
        if at_once and len(before) and at_s - before[-1] < 2.0 * MATCH_S:
            late_ms.append(1e3 * (at_s - before[-1]))
    median, p95, p99 = np.percentile(late_ms, (50, 95, 99))
    print(f"| contact to step event, {len(late_ms)} steps: median, 95 %, 99 %, worst, ms | "
          f"{median:.0f}, {p95:.0f}, {p99:.0f}, {max(late_ms):.0f} |")  # fmt: skip
    print(f"| of it the wait for the frame, median, ms | {0.5e3 * frames.RAW_MAX_SAMPLES / rate_hz:.0f} |")


if __name__ == "__main__":
    main()
