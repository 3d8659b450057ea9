"""Runs of the whole firmware with a schedule of faults drawn by a seed, and what must hold of each: no sample unseen.

The sensor feels numbered samples, so each one that arrives names itself.
"""

from __future__ import annotations

import asyncio
import random
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from bleak.exc import BleakError
from faulty_hosts import SILENCE_S, Central, Talk

from hipdrop.virtual.clip import VirtualClip
from hipdrop.virtual.imu import MODELS, Feed
from hipdrop.virtual.imu.base import ImuModel
from hipdrop.virtual.loop import run_virtual
from hipdrop.virtual.radio import VirtualRadio
from hipwire import decoding, ids

RATE_HZ = {"lsm6dsox": 208.0, "lsm6ds3trc": 208.0, "mpu6886": 200.0}
SCALES = {  # g and deg/s of one count, as the data sheets have them
    "lsm6dsox": (0.488e-3, 70e-3),
    "lsm6ds3trc": (0.488e-3, 70e-3),
    "mpu6886": (16 / 32768, 2000 / 32768),
}
READ_OUT = {"lsm6dsox": 4, "lsm6ds3trc": 4, "mpu6886": 73}  # samples that the clip gives up itself at an overrun
FIFO_S = {"lsm6dsox": 1.1, "lsm6ds3trc": 1.5, "mpu6886": 0.3}
STEP = 7919  # a prime: neighbouring samples differ in all six counts
SPAN = 60000
JUNK = b'{}[]":,0123456789eE.-truefalsnl \\u\x00\xff'
NESTED = (b"[" * 118, b'{"a":' * 47, b'{"ble_name":' + b"[" * 200)
ODD = (b'{"mtu":1e999}', b'{"mtu":' + b"9" * 200 + b"}", b'{"%s":1}' % (b"x" * 220), b"{1:2}", b"")
Report = tuple[int, int, int, int]


def count(number: np.ndarray | int, axis: int) -> Any:
    """Count of sample `number`; two axes together tell it from all others of an hour."""
    if axis == 5:
        return number // SPAN * 101 - 20000
    return (number * STEP + axis * 9973) % SPAN - 30000


def number_of(sample: tuple[int, ...]) -> int:
    """Which sample it is; it fails where the six counts are not of one and the same."""
    lap = (sample[5] + 20000) // 101
    number = lap * SPAN + (sample[0] + 30000) * pow(STEP, -1, SPAN) % SPAN
    assert sample == tuple(count(number, axis) for axis in range(6)), f"{sample} is no sample of the sensor"
    return int(number)


def numbered(chip: str, rate_error: float, seconds: float) -> Feed:
    """Make what the sensor feels."""
    rate_hz = RATE_HZ[chip] * (1.0 + rate_error)
    k = np.arange(round((seconds + 30.0) * rate_hz))
    acc, gyr = SCALES[chip]
    both = np.column_stack([count(k, axis) for axis in range(6)]).astype(float)
    return Feed(rate_hz, both[:, :3] * acc, both[:, 3:] * gyr)


@dataclass(frozen=True)
class Plan:
    """One run: chip, rate, and what happens when, (seconds, what, amount)."""

    chip: str
    rate_error: float
    t0_us: int
    seconds: float
    happens: list[tuple[float, str, float]]

    @classmethod
    def drawn(cls, seed: int, chip: str, seconds: float, *, bus_errors: bool = False) -> Plan:
        """Draw one."""
        draw = random.Random(seed)
        kinds = ["link", "stall", "overrun", "refuse", "collect", "second", "vanish", "ask", "ask", "settings", "again"]
        kinds += ["bus"] if bus_errors else []
        at_s, happens = 14.0, []
        while at_s < seconds - 10.0:
            kind = draw.choice(kinds)
            longest = {"link": 12.0, "stall": FIFO_S[chip], "overrun": 3.0, "refuse": 2.8, "bus": 1.5}.get(kind, 1.0)
            least = {"overrun": 2.0, "link": 0.3}.get(kind, 0.02)
            happens.append((at_s, kind, draw.uniform(least, longest)))
            # the ring holds 20 s; what has stalled for longer than the watchdog waits begins anew
            back_s = {"link": happens[-1][2] + 8.0, "vanish": SILENCE_S + 6.0, "overrun": 4.0}.get(kind, 0.3)
            at_s += back_s + draw.uniform(0.0, 12.0)
        return cls(chip, draw.uniform(-0.05, 0.05), (1 << 30) - draw.randrange(1, 60_000_000), seconds, happens)


@dataclass
class Outcome:
    """What came of a run."""

    plan: Plan
    central: Central
    sensor: ImuModel
    status: dict[str, int]
    origin_us: int


async def _happen(plan: Plan, clip: VirtualClip, radio: VirtualRadio, central: Central, others: Central) -> None:
    loop = asyncio.get_running_loop()
    epoch_s = loop.time()
    for at_s, kind, amount in plan.happens:
        await asyncio.sleep(max(0.0, epoch_s + at_s - loop.time()))
        if kind == "link":
            radio.lose(amount)
        elif kind in ("stall", "overrun"):
            clip.stall(amount)
        elif kind == "refuse":
            radio.refuse_notify(amount)
        elif kind == "collect":
            clip.pause_collections(0.3 * amount)
        elif kind == "vanish":
            radio.central_vanishes()
        elif kind == "bus":
            clip.imu.be_silent(clip.clock_us + round(amount * 1e6))
        elif kind in ("second", "ask", "settings", "again"):
            await _once(others, central.draw, kind)


async def _once(others: Central, draw: random.Random, kind: str) -> None:
    """A second central comes, does something, and goes."""

    async def act(talk: Talk) -> None:
        if kind == "second":
            others.results.append((ids.START, (await talk.ask(ids.START, b"\x01\x00"))[0]))
            await asyncio.sleep(draw.uniform(0.1, 5.0))
        elif kind == "again":
            payload = struct.pack("<HH", draw.randrange(65536), draw.randrange(1, 65536))
            others.results.append((ids.RESEND, (await talk.ask(ids.RESEND, payload))[0]))
            await asyncio.sleep(draw.uniform(0.0, 4.0))
        elif kind == "settings":
            junk = bytes(draw.choice(JUNK) for _ in range(draw.randrange(236)))
            for text in (junk, draw.choice(NESTED), draw.choice(ODD)):
                result, _ = await talk.ask(ids.SET_SETTINGS, text)
                assert result == ids.BAD_SETTING, (result, text)
        else:
            code = draw.choice((ids.GET_INFO, ids.GET_SETTINGS, ids.GET_STATUS, ids.BUZZ, 77, ids.SET_MOUNT, ids.REPL))
            size = {ids.GET_SETTINGS: 2, ids.BUZZ: 3, ids.SET_MOUNT: 12}.get(code, draw.randrange(30))
            payload = bytes(size) if draw.random() < 0.5 else draw.randbytes(draw.choice((size, draw.randrange(230))))
            others.results.append((code, (await talk.ask(code, payload))[0]))

    try:
        async with asyncio.timeout(20.0):
            await others.connected(act)
    except (BleakError, TimeoutError, OSError):
        pass


def run_plan(plan: Plan, seed: int = 0) -> Outcome:
    """Run it in virtual time."""

    async def act() -> Outcome:
        radio = VirtualRadio()
        await radio.start()
        sensor = MODELS[plan.chip](numbered(plan.chip, plan.rate_error, plan.seconds), plan.rate_error)
        async with VirtualClip(sensor, radio, t0_us=plan.t0_us) as clip:
            central = Central(radio.backends(), random.Random(seed))
            others = Central(radio.backends(await radio.add_central()), random.Random(seed + 1))
            streaming = asyncio.create_task(central.forever(central.stream))
            happening = asyncio.create_task(_happen(plan, clip, radio, central, others))
            done, _ = await asyncio.wait((streaming, happening), return_when=asyncio.FIRST_COMPLETED)
            await next(iter(done))
            await asyncio.sleep(max(0.0, plan.seconds - clip.clock_us * 1e-6))
            central.over = True
            await streaming
            await _end(central)
            assert clip.lives == 1, "the clip has started anew"
            outcome = Outcome(plan, central, sensor, central.status, sensor._origin_us or 0)
        await radio.stop()
        return outcome

    return run_virtual(act())


async def _end(central: Central) -> None:
    """STOP, the last frames, and all that is missing."""

    async def act(talk: Talk) -> None:
        result, answer = await talk.ask(ids.START, b"\x01\x00")
        assert result == ids.OK
        result, answer = await talk.ask(ids.STOP)
        assert result == ids.OK
        last = struct.unpack_from("<H", answer)[0]
        central.next_number = max(central.next_number, central.number(last))
        while central.missing:
            await central.fetch(talk)
            await asyncio.sleep(0.2)
        result, frame = await talk.ask(ids.GET_STATUS)
        central.status = decoding.status(frame)

    for _ in range(5):
        try:
            await central.connected(act)
        except (BleakError, TimeoutError, OSError):
            continue
        if central.status:
            return
    raise AssertionError("the clip does not answer any more")


def check(outcome: Outcome, *, slip: int = 0) -> Report:
    """Check every frame; gives frames, samples, samples lost within the stream, worst error of the ticks in us."""
    central, plan = outcome.central, outcome.plan
    assert central.first is not None
    numbers = sorted(central.raw)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "frames are missing"
    rate_hz = RATE_HZ[plan.chip] * (1.0 + plan.rate_error)
    offset = None
    lost = samples = worst_us = 0
    following = None
    for number in numbers:
        message = central.raw[number]
        _, flags, _, index, ticks_us = decoding.header(message)
        decoded = decoding.samples(message)
        names = [number_of(sample) for sample in decoded]
        assert names == list(range(names[0], names[0] + len(names))), f"frame {number} has a hole"
        if offset is None:
            offset = names[0] - index
        assert abs(names[0] - index - offset) <= slip, (
            f"frame {number}: sample {names[0]} has index {index}, off by {names[0] - index - offset}"
        )
        if following is not None:
            assert (index > following) == bool(flags & ids.GAP), f"frame {number}: {following} {index} flags {flags}"
            assert index >= following
            lost += index - following
        following = index + len(decoded)
        samples += len(decoded)
        if not flags & ids.RATE_UNSETTLED:
            true_us = outcome.origin_us + (names[0] + 1) * 1e6 / rate_hz
            error_us = (ticks_us - plan.t0_us - true_us + (1 << 29)) % (1 << 30) - (1 << 29)
            worst_us = max(worst_us, abs(round(error_us)))
    return len(numbers), samples, lost, worst_us
