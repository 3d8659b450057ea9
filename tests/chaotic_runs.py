"""Live runs in virtual time in which much goes wrong, by a seed, and what the sensor knows to be true of them.

    python tests/chaotic_runs.py --minutes 60 --seed 1 --out FOLDER [--trace] [--window]

Runs one in a process of its own, and prints as JSON what became of it, with the memory that it took on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tracemalloc
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from hipdrop.data import sample_file
from hipdrop.events import Event, Mark, Marked, Step
from hipdrop.links.virtual import VirtualLink
from hipdrop.live import process as process_module
from hipdrop.liverun import LiveRun
from hipdrop.recording import read_run
from hipdrop.recording.replay import chain_of, enter
from hipdrop.settings import Settings
from hipdrop.virtual import clip as clip_module
from hipdrop.virtual.faults import parse_fault
from hipdrop.virtual.imu import Feed
from hipdrop.virtual.imu.feed import counts
from hipdrop.virtual.loop import run_virtual
from hipwire import decoding, frames, ids
from stalling_window import StallingWindow

NOMINAL_HZ = 208.0
ACC_G_PER_LSB, GYR_DPS_PER_LSB = 0.488e-3, 70e-3  # LSM6DSOX data sheet, table 2, 16 g and 2000 deg/s
TICKS_PERIOD_US = 1 << 30
QUIET_S = 12.0  # at the beginning, until the first frames are there, and at the end, so that all can be fetched
WINDOW_STALLED_S = 2.0  # of real time, in which about two minutes of virtual time pass
AWAY_S = 0.1  # how well the fastest arrivals of two boots tell the time between them: a connection interval and a frame
# what happens, how often in relation, for how long, and how long it takes until all is well again, s
KINDS: dict[str, tuple[int, float, float, float]] = {
    "link-lost": (5, 0.3, 40.0, 8.0),
    "notify-full": (3, 0.5, 6.0, 4.0),
    "central-vanishes": (2, 0.0, 0.0, 12.0),
    "fifo-overrun": (2, 0.3, 4.0, 4.0),
    "reset": (1, 0.0, 0.0, 12.0),
    "stalled reader": (3, 0.5, 15.0, 6.0),
    "mark": (1, 0.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class Plan:
    """What goes wrong in a run, (seconds, what, amount), and the clip's clocks."""

    seconds: float
    rate_error_percent: float
    t0_us: int
    happens: list[tuple[float, str, float]]

    @classmethod
    def drawn(cls, seed: int, seconds: float, *, least: Sequence[str] = ()) -> Plan:
        """Draw a plan; those of `least` come first, once each."""
        draw = random.Random(seed)
        wanted, at_s, happens = list(least), QUIET_S, list[tuple[float, str, float]]()
        names, weights = list(KINDS), [kind[0] for kind in KINDS.values()]
        while at_s < seconds - QUIET_S:
            name = wanted.pop(0) if wanted else draw.choices(names, weights)[0]
            _, shortest, longest, calm_s = KINDS[name]
            amount = draw.uniform(shortest, min(longest, 0.15 * seconds))
            happens.append((at_s, name, amount))
            at_s += amount + calm_s + draw.uniform(0.0, 15.0)
        # the ticks wrap for the first time while the first things go wrong
        return cls(
            seconds,
            round(draw.uniform(-5.0, 5.0), 3),
            TICKS_PERIOD_US - draw.randrange(20_000_000, 60_000_000),
            happens,
        )

    @property
    def faults(self) -> list[str]:
        """What is done to the clip, as `--fault` has it."""
        own = ("stalled reader", "mark")
        told = [f"{name}:{amount:.3f}@{at_s:.3f}" for at_s, name, amount in self.happens if name not in own]
        steady = [f"rate-error:{self.rate_error_percent:.3f}", "gc-pauses:11@5", "flash-erases:17@7"]
        return steady + [text.replace(":0.000@", "@") for text in told]


class StallingLink(VirtualLink):
    """A link whose reader takes nothing for a while, now and then: messages wait, and the session believes it lost."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(None, [parse_fault(text) for text in plan.faults], repeat=True)
        self._stalls = [(at_s, amount) for at_s, name, amount in plan.happens if name == "stalled reader"]
        self.stalled = 0

    async def receive(self) -> tuple[float, bytes]:
        """Give the next message, late where it is planned."""
        if self._stalls and self.clip.clock_us > 1e6 * self._stalls[0][0]:
            self.stalled += 1
            await asyncio.sleep(self._stalls.pop(0)[1])
        return await super().receive()


@dataclass
class Truth:
    """What the sensor felt, and which of it has come: each frame is looked up in it."""

    felt: NDArray[np.int16]
    rate_hz: float
    came: NDArray[np.bool_]  # by number of the sample since the sensor's start
    duplicates: int = 0
    recovered: int = 0
    spans: list[list[int]] = field(default_factory=list)  # of each boot: first number, and one behind the last
    _boot_id: int | None = None
    _offset: int | None = None  # number less index

    @classmethod
    def of(cls, rate_error_percent: float, seconds: float) -> Truth:
        """Reckon what the sensor makes of the sample run at its rate."""
        with sample_file() as path:
            feed = Feed.from_file(path)
        rate_hz = NOMINAL_HZ * (1.0 + rate_error_percent / 100.0)
        acc, gyr = feed.sampled(rate_hz)
        felt = np.hstack((counts(acc, ACC_G_PER_LSB), counts(gyr, GYR_DPS_PER_LSB)))
        return cls(felt, rate_hz, np.zeros(round((seconds + 120.0) * rate_hz), dtype=np.bool_))

    def take(self, message: bytes, clock_s: float) -> None:
        """Take a message of the clip; it fails where a sample is not what the sensor felt at its index."""
        kind = message[0] & 0x0F
        if kind == ids.STATUS:
            self._enter(int(decoding.status(message)["boot_id"]))
        elif kind == ids.INFO:
            self._enter(int(decoding.info(message)["boot_id"]))
        elif kind == ids.RAW:
            self._frame(message, clock_s)

    def _enter(self, boot_id: int) -> None:
        if boot_id != self._boot_id:
            self._boot_id, self._offset = boot_id, None

    def _frame(self, message: bytes, clock_s: float) -> None:
        _, flags, _, index, _ = decoding.header(message)
        samples = np.frombuffer(message, "<i2", offset=frames.HEADER_SIZE).reshape(-1, 6)
        if self._offset is None:
            self._offset = self._find(samples, clock_s) - index
            self.spans.append([index + self._offset, index + self._offset])
        first, stop = index + self._offset, index + self._offset + len(samples)
        expected = self.felt[np.arange(first, stop) % len(self.felt)]
        assert np.array_equal(samples, expected), f"frame at index {index} is not what the sensor felt"
        if self.came[first]:
            self.duplicates += 1
            return
        self.came[first:stop] = True
        self.recovered += len(samples) if flags & ids.RESENT else 0
        span = self.spans[-1]
        span[0], span[1] = min(span[0], first), max(span[1], stop)

    def _find(self, samples: NDArray[np.int16], clock_s: float) -> int:
        """Find the first frame of a boot in what was felt; the clip's clock tells which time round it is."""
        (places,) = np.nonzero((self.felt == samples[0]).all(axis=1))
        lap = len(self.felt)
        fitting = [
            at for at in places.tolist() if np.array_equal(self.felt[np.arange(at, at + len(samples)) % lap], samples)
        ]
        assert len(fitting) == 1, f"the first frame of a boot fits at {fitting}"
        return int(fitting[0] + lap * round((clock_s * self.rate_hz - fitting[0]) / lap))

    @property
    def received(self) -> int:
        """Samples that have come."""
        return int(self.came.sum())

    @property
    def lost_within_boots(self) -> int:
        """Samples between the first and the last of each boot that have not."""
        return sum(stop - first for first, stop in self.spans) - self.received

    @property
    def away(self) -> int:
        """Samples between the last of a boot and the first of the next."""
        return sum(after[0] - before[1] for before, after in zip(self.spans, self.spans[1:], strict=False))


class Watched(LiveRun):
    """A live run beside which the truth is kept."""

    def __init__(self, truth: Truth, recording: Path) -> None:
        super().__init__(Settings(), recording=recording)
        self.truth = truth
        self.clock_s = lambda: 0.0

    def message(self, arrival_s: float, message: bytes) -> None:
        """Look the message up, then go on as ever."""
        self.truth.take(message, self.clock_s())
        super().message(arrival_s, message)


@dataclass
class Outcome:
    """What became of a run."""

    link: dict[str, Any]
    received: int
    lost_within_boots: int
    away: int
    away_counted: int
    boots: int
    duplicates: int
    recovered: int
    stalled: int
    marks: int
    steps: int
    events: int
    same_again: bool
    rss_mb: list[float]
    traced_mb: list[float]
    window_stalls: int = 0
    window_alive: bool = False
    window_said: list[str] = field(default_factory=list)


def run_chaos(
    plan: Plan, folder: Path, looks: Sequence[float] = (), *, trace: bool = False, stalled_s: float | None = None
) -> Outcome:
    """Run a plan and replay its recording; at each of `looks` (seconds) the memory is looked at.

    With `stalled_s` a window is open that stalls now and then, at last for good: given up after so much real time.
    """
    truth = Truth.of(plan.rate_error_percent, plan.seconds)
    run = Watched(truth, folder / "run.mcap")
    outcome = Outcome({}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, False, [], [])

    async def act() -> None:
        async with StallingLink(plan) as link:
            run.clock_s = lambda: link.clip.clock_us / 1e6
            loop = asyncio.get_running_loop()
            window = None if stalled_s is None else StallingWindow(run, plan.seconds, len(plan.happens))
            if window is not None:
                window.open()
                run.on_events = window.feed.events
            session = run.session(link, "raw", window.feed.state if window else lambda state: None)
            for at_s in looks:
                loop.call_later(at_s, _look, outcome, trace)
            for at_s, name, _ in plan.happens:
                if name == "mark":
                    loop.call_later(at_s, run.user, Mark(f"at {at_s:.0f}"))
            await run.run(session, plan.seconds)
            outcome.stalled = link.stalled
            if window is not None:
                window.close()
                outcome.window_stalls, outcome.window_alive = window.stalls, window.alive_before_last
                outcome.window_said = window.said

    with ExitStack() as stack:
        clip = partial(clip_module.VirtualClip, t0_us=plan.t0_us)
        stack.enter_context(patch.object(clip_module, "VirtualClip", clip))
        if stalled_s is not None:
            stack.enter_context(patch.object(process_module, "STALLED_S", stalled_s))
        run_virtual(act())
    outcome.link = {name: value for name, value in run.chain.link_table().items() if value is not None}
    for name in ("received", "lost_within_boots", "away", "duplicates", "recovered"):
        setattr(outcome, name, getattr(truth, name))
    outcome.boots = len(truth.spans)
    outcome.away_counted = run.chain._feed.away
    outcome.marks = sum(isinstance(event, Marked) for event in run.events)
    outcome.events = len(run.events)
    outcome.steps = sum(isinstance(event, Step) for event in run.events)
    outcome.same_again = list(map(repr, replayed(folder / "run.mcap"))) == list(map(repr, run.events))
    return outcome


def check_counters(outcome: Outcome) -> None:
    """See that what was counted is what the sensor knows; between two boots as well as arrivals can tell the time."""
    link = outcome.link
    assert (link["samples_received"], link["samples_recovered"]) == (outcome.received, outcome.recovered)
    assert link["samples_lost"] - outcome.away_counted == outcome.lost_within_boots
    assert abs(outcome.away_counted - outcome.away) <= AWAY_S * NOMINAL_HZ * (outcome.boots - 1)
    assert (link["boots"], link["duplicates"], link["malformed"]) == (outcome.boots, outcome.duplicates, 0)


def replayed(path: Path) -> list[Event]:
    """Give the events of a recording, run again."""
    run = read_run(path)
    assert run.notes == ()
    chain = chain_of(run)
    events = [event for item in run.items for event in [*enter(chain, item), *chain.run()]]
    return events + chain.close()


def _look(outcome: Outcome, trace: bool) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    outcome.rss_mb.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
    if trace:
        mine = [tracemalloc.Filter(True, "*/host/hipdrop/*"), tracemalloc.Filter(False, "*/hipdrop/virtual/*")]
        snapshot = tracemalloc.take_snapshot().filter_traces(mine)
        outcome.traced_mb.append(sum(one.size for one in snapshot.statistics("filename")) / 1e6)


def main() -> None:
    """Run one, and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--window", action="store_true", help="with a window that stalls")
    parser.add_argument("--trace", action="store_true", help="look into the memory with tracemalloc; slow")
    options = parser.parse_args()
    if options.trace:
        tracemalloc.start()
    seconds = 60.0 * options.minutes
    plan = Plan.drawn(options.seed, seconds)
    looks = np.arange(seconds / 6, seconds, seconds / 12).tolist()
    stalled_s = WINDOW_STALLED_S if options.window else None
    outcome = run_chaos(plan, options.out, looks, trace=options.trace, stalled_s=stalled_s)
    print(json.dumps({"plan": asdict(plan), **asdict(outcome)}))


if __name__ == "__main__":
    main()
