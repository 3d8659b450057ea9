"""Random schedules of a bad link against a model of a dozen lines: what reaches the pipeline, and what is counted."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

import hipdrop.receive.streams
from hipdrop.events import UserInput
from hipdrop.pipeline import Pipeline
from hipdrop.receive.chain import Chain
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipdrop.settings import Settings
from hipwire import ids
from packed import ACC_NG_PER_LSB, FULL, LATENCY_S, PackedClip

LSB_MS2 = 1e-9 * ACC_NG_PER_LSB * STANDARD_GRAVITY_MS2


class Watched(Pipeline):
    """The pipeline, which keeps what it was given."""

    def push(self, item: SampleBlock | UserInput) -> list[object]:  # type: ignore[override]
        if isinstance(item, SampleBlock):
            self.__dict__.setdefault("blocks", []).append(item)
        return super().push(item)  # type: ignore[return-value]


@dataclass
class Schedule:
    """Messages of one boot with their arrivals, and what each means to the model."""

    clip: PackedClip
    numbers: dict[int, tuple[int, int, int]] = field(
        default_factory=dict
    )  # by frame: name of first sample, index, count
    items: list[tuple[float, bytes, tuple[str, int, int]]] = field(default_factory=list)  # news, next number, oldest

    def add(self, arrival_s: float, message: bytes, news: str = "", number: int = 0, oldest: int = 0) -> None:
        self.items.append((arrival_s, message, (news, number, oldest)))


def named(first: int, count: int) -> NDArray[np.int16]:
    """Samples that tell their own number."""
    number = np.arange(first, first + count)
    still = np.full(count, 2049)
    return np.stack([number % 200, still, number // 200, 0 * number, 0 * number, 0 * number], axis=1).astype(np.int16)


def names(block: SampleBlock) -> list[int]:
    counts = np.rint(block.acc_ms2 / LSB_MS2).astype(int)
    return [int(number) for number in 200 * counts[:, 2] + counts[:, 0]]


def schedule(rng: random.Random, clip: PackedClip, first: int, length: int) -> Schedule:
    """Loss in bursts, frames sent again and twice, short frames, overruns, answers that give frames up."""
    plan = Schedule(clip)
    index, burst, loss = clip.first_index, 0, rng.choice([0.0, 0.02, 0.1, 0.4])
    for number in range(clip.first_sequence, clip.first_sequence + length):
        count = FULL if rng.random() < 0.9 else rng.randint(1, FULL)
        overrun = rng.random() < 0.02
        index += rng.randint(1, 300) if overrun else 0
        message = clip.frame(number, index, named(first, count), ids.GAP * overrun)
        again = message[:1] + bytes([message[1] | ids.RESENT]) + message[2:]
        plan.numbers[number] = first, index, count
        first, index = first + count, index + count
        at_s = clip.sample_s(index - 1) + LATENCY_S + rng.expovariate(100)
        burst = rng.randint(5, 60) if rng.random() < 0.01 else max(0, burst - 1)
        if burst or rng.random() < loss:
            if rng.random() < 0.8:
                plan.add(at_s + rng.uniform(0, rng.choice([3, 8])), again, "frame", number)
        else:
            plan.add(at_s, message, "frame", number)
        if rng.random() < 0.05:
            plan.add(at_s + rng.uniform(0, 6), again, "frame", number)
        oldest = max(clip.first_sequence, number - rng.randint(0, 60))
        chance = rng.random()
        if chance < 0.02:
            plan.add(at_s, clip.started(number + 1, index, oldest=oldest), "next", number + 1, oldest)
        elif chance < 0.06:
            answer = clip.gone(oldest) if chance < 0.04 else clip.resend_ok(oldest, 5)
            plan.add(at_s, answer, "gone", number=0, oldest=oldest)
    plan.items.sort(key=lambda item: item[0])
    return plan


def reaches(plan: Schedule, wait_us: int) -> tuple[list[int], set[int], int]:
    """The model: frames in the order in which the pipeline gets them, those that came at all, and the next number."""
    at = heard = plan.clip.first_sequence
    waiting: set[int] = set()
    came: set[int] = set()
    gone: set[int] = set()
    missed_us: dict[int, int] = {}
    out = []
    for arrival_s, _, (news, number, oldest) in plan.items:
        now_us = round(1e6 * arrival_s)
        missed_us |= dict.fromkeys(range(heard, number), now_us)
        heard = max(heard, number + (news == "frame"))
        gone |= {one for one in missed_us if one < oldest and one not in came}
        if news == "frame" and number not in came:
            came.add(number)
            waiting |= {number} if number >= at else set()
        while waiting and (at in waiting or at in gone or now_us - missed_us[at] >= wait_us):
            out += [at] if at in waiting else []
            waiting.discard(at)
            at += 1
    return out + sorted(waiting), came, heard


@pytest.mark.parametrize("seed", range(60))
def test_the_pipeline_gets_what_is_in_time_in_order_and_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hipdrop.receive.streams, "Pipeline", Watched)
    rng = random.Random(seed)
    wait_s = rng.choice([0.0, 0.5, 3.0, 3.0, 10.0])
    chain = Chain(Settings().replace({"link": {"backfill_wait_s": wait_s}}))
    wanted: list[int] = []
    received = lost = first = 0
    start_s = 5000.0
    for boot in range(rng.choice([1, 1, 2, 3])):
        clip = PackedClip(
            rate_hz=rng.uniform(198, 218), boot_id=77 + boot, first_sequence=rng.choice([0, 100, 65500, 65535]),
            first_index=rng.randint(0, 9000), start_s=start_s,
            first_ticks_us=rng.choice([3_000_000, 2**30 - 2_000_000]),
        )  # fmt: skip
        length = rng.randint(5, 120)
        plan = schedule(rng, clip, first, length)
        out, came, heard = reaches(plan, round(1e6 * wait_s))
        chain.push(start_s - 0.2, clip.info())
        chain.push(start_s - 0.1, clip.started())
        for arrival_s, message, _ in plan.items:
            chain.push(arrival_s, message)
        wanted += [plan.numbers[number][0] + k for number in out for k in range(plan.numbers[number][2])]
        here = sum(plan.numbers[number][2] for number in came)
        end = sum(plan.numbers[heard - 1][1:]) if heard > clip.first_sequence else clip.first_index
        received, lost = received + here, lost + end - clip.first_index - here
        first, start_s = first + length * FULL, plan.items[-1][0] + rng.uniform(1, 10)
    chain.close()
    blocks: list[SampleBlock] = chain.pipeline.blocks  # type: ignore[union-attr]
    assert [number for block in blocks for number in names(block)] == wanted
    assert np.all(np.diff(np.concatenate([block.t_s for block in blocks])) > 0)
    assert all(one.first_index + len(one) <= other.first_index for one, other in itertools.pairwise(blocks))
    table = chain.link_table()
    assert table["samples_received"] == received
    assert table["samples_lost"] == lost + chain._feed.away
