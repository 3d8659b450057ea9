"""Alerts to the clip: how soon, how often, and what is counted; a session with a clip in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from notebook import Notebook
from scripted_clip import ANSWER_S, ScriptedClip, ScriptedLink

from hipdrop.alert_settings import AlertSettings
from hipdrop.alerts.haptic import CONFIRM_S, OLD_S, Haptic, HapticCounts
from hipdrop.alerts.signals import Signal
from hipdrop.links.connection import Session
from hipdrop.virtual.loop import run_virtual
from hipwire import commands, decoding, ids

LEAVES_S = 0.02
SETTINGS = AlertSettings(haptic_strength_percent=70, haptic_repeats=2)


@dataclass
class Felt(ScriptedClip):
    """A clip that notes when it is to buzz; `late_s` delays its answers to that."""

    buzzes: list[tuple[float, int, bytes]] = field(default_factory=list)  # time, request number, payload
    late_s: float = 0.0

    def command(self, message: bytes) -> None:
        code, request, payload = decoding.command(message)
        loop = asyncio.get_running_loop()
        if code == ids.BUZZ:
            self.buzzes.append((loop.time(), request, payload))
            if self.late_s:
                loop.call_later(self.late_s, self.send, commands.pack_answer(code, request, ids.OK, b""))
                return
        super().command(message)


Plot = Callable[[Haptic, ScriptedLink], Awaitable[None]]


def play(plot: Plot, clip: Felt) -> HapticCounts:
    async def act() -> HapticCounts:
        link = ScriptedLink(clip)
        session = Session(link, Notebook())
        haptic = Haptic(session, SETTINGS)

        async def plotting() -> None:
            try:
                await session.streamed.wait()
                await plot(haptic, link)
            finally:
                session.end()
                session.end()  # nobody waits for what is missing

        async with link, asyncio.TaskGroup() as group:
            group.create_task(plotting())
            group.create_task(session.run())
        await haptic.close()
        clip.halt()
        return haptic.counts

    return run_virtual(act())


def once(signal: Signal, wait_s: float = 3.0) -> Plot:
    async def plot(haptic: Haptic, link: ScriptedLink) -> None:
        haptic.play(signal)
        await asyncio.sleep(wait_s)

    return plot


@pytest.mark.parametrize(
    ("signal", "pattern", "repeats"),
    [
        (Signal.LEFT, ids.BUZZ_LEFT, 2),
        (Signal.RIGHT, ids.BUZZ_RIGHT, 2),
        (Signal.BOTH, ids.BUZZ_BOTH, 2),
        (Signal.RECOVERED, ids.BUZZ_RECOVERED, 2),
        (Signal.RUN, ids.BUZZ_PAIRED, 2),
        (Signal.WALK, ids.BUZZ_LOW_BATTERY, 2),
        (Signal.END, ids.BUZZ_LOW_BATTERY, 4),
    ],
)
def test_each_signal_has_its_pattern_and_the_strength_that_is_set(signal: Signal, pattern: int, repeats: int) -> None:
    clip = Felt()
    assert play(once(signal), clip) == HapticCounts(asked=1, confirmed=1)
    assert [payload for _, _, payload in clip.buzzes] == [bytes((pattern, 70, repeats))]


def test_it_leaves_at_once_though_another_command_is_not_answered() -> None:
    clip = Felt(deaf={ids.RESEND}, swallow={30, 31})  # asked for from 3 s on, three times 1.5 s without an answer
    told_s: list[float] = []

    async def plot(haptic: Haptic, link: ScriptedLink) -> None:
        for _ in range(20):
            await asyncio.sleep(0.337)
            told_s.append(asyncio.get_running_loop().time())
            haptic.play(Signal.LEFT)
        await asyncio.sleep(1.0)

    assert play(plot, clip) == HapticCounts(asked=20, confirmed=20)
    assert any(code == ids.RESEND for code, _ in clip.asked)
    assert max(at_s - told for (at_s, _, _), told in zip(clip.buzzes, told_s, strict=True)) < LEAVES_S


def test_without_an_answer_it_is_sent_once_more_and_the_miss_is_counted() -> None:
    clip = Felt(deaf={ids.BUZZ})
    assert play(once(Signal.LEFT, 5.0), clip) == HapticCounts(asked=1, missed=1, sent_again=1)
    (first_s, number, payload), (again_s, same_number, same_payload) = clip.buzzes
    assert again_s - first_s == pytest.approx(CONFIRM_S, abs=0.001)
    assert (number, payload) == (same_number, same_payload)


@pytest.mark.parametrize(("late_s", "sent_again"), [(CONFIRM_S - 0.1, 0), (CONFIRM_S + 0.1, 1)])
def test_a_late_answer_confirms(late_s: float, sent_again: int) -> None:
    clip = Felt(late_s=late_s)
    assert play(once(Signal.LEFT), clip) == HapticCounts(asked=1, confirmed=1, sent_again=sent_again)
    assert len(clip.buzzes) == 1 + sent_again


def test_a_refusal_is_counted() -> None:
    clip = Felt(refuse={ids.BUZZ: (ids.UNSUPPORTED, b"")})
    assert play(once(Signal.LEFT), clip) == HapticCounts(asked=1, refused=1)


def test_a_clip_without_motor_is_not_asked() -> None:
    clip = Felt()
    clip.info["features"] = ids.HAS_RAW
    assert play(once(Signal.LEFT), clip) == HapticCounts()
    assert clip.buzzes == []


def test_what_comes_without_a_link_is_felt_when_it_is_back_the_newest_alone() -> None:
    clip = Felt()

    async def plot(haptic: Haptic, link: ScriptedLink) -> None:
        link.cut()
        await asyncio.sleep(1.0)
        haptic.play(Signal.LEFT)
        await asyncio.sleep(1.0)
        haptic.play(Signal.RECOVERED)
        await asyncio.sleep(5.0)
        link.reachable = True
        await asyncio.sleep(8.0)

    assert play(plot, clip) == HapticCounts(asked=2, confirmed=1, overtaken=1)
    assert [payload[0] for _, _, payload in clip.buzzes] == [ids.BUZZ_RECOVERED]


def test_an_old_alert_is_no_news() -> None:
    clip = Felt()

    async def plot(haptic: Haptic, link: ScriptedLink) -> None:
        link.cut()
        await asyncio.sleep(1.0)
        haptic.play(Signal.LEFT)
        await asyncio.sleep(OLD_S + 1.0)
        link.reachable = True
        await asyncio.sleep(8.0)

    assert play(plot, clip) == HapticCounts(asked=1, missed=1)
    assert clip.buzzes == []


def test_what_is_on_its_way_at_the_end_counts_as_missed() -> None:
    clip = Felt(late_s=0.5)
    assert play(once(Signal.LEFT, ANSWER_S), clip).missed == 1
