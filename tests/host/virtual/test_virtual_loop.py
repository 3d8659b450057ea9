"""Virtual time on the host's side alone: timers jump, exactly; real things are waited for with time standing still."""

from __future__ import annotations

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hipdrop.errors import VirtualClipError
from hipdrop.virtual.loop import VirtualLoop, run_virtual


def now_s() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("debug", [False, True])
def test_a_day_passes_at_once_and_exactly(debug: bool) -> None:
    async def day() -> list[float]:
        times = []
        for wait_s in (0.001, 0.1, 0.2, 86_400.0, 1e-6):
            await asyncio.sleep(wait_s)
            times.append(now_s())
        return times

    began_s = time.monotonic()
    assert run_virtual(day(), debug=debug) == [0.001, 0.101, 0.301, 86_400.301, 86_400.301001]
    assert time.monotonic() - began_s < 5.0


def test_wait_for_times_out_to_the_microsecond() -> None:
    async def late() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 2.5)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.25):
                await asyncio.sleep(1.0)
        return now_s()

    assert run_virtual(late()) == 2.75


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=20))
def test_timers_fire_in_order_at_their_time(delays_us: list[int]) -> None:
    async def all_of_them() -> list[tuple[int, int]]:
        fired: list[tuple[int, int]] = []
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        for delay_us in delays_us:
            loop.call_later(delay_us / 1e6, lambda wanted=delay_us: fired.append((wanted, loop.now_us)))
        await asyncio.sleep(11)
        return fired

    fired = run_virtual(all_of_them())
    assert [wanted for wanted, _ in fired] == sorted(delays_us)
    assert all(wanted == at for wanted, at in fired)


def test_a_thread_takes_no_time() -> None:
    async def threads() -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(1.0):
            result = await asyncio.to_thread(lambda: time.sleep(0.05) or "done")
            with ThreadPoolExecutor(1) as pool:
                await loop.run_in_executor(pool, time.sleep, 0.01)
        return result, now_s()

    assert run_virtual(threads()) == ("done", 0.0)


def test_sockets_work() -> None:
    async def talk() -> bytes:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        other_reader, other_writer = await asyncio.open_connection(sock=theirs)
        writer.write(b"there")
        other_writer.write(b"and back " + await other_reader.readexactly(5))
        text = await reader.readexactly(14)
        for each in (writer, other_writer):
            each.close()
            await each.wait_closed()
        return text

    assert run_virtual(talk()) == b"and back there"


def test_errors_come_out() -> None:
    async def wrong() -> None:
        await asyncio.sleep(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_virtual(wrong())


def test_waiting_for_nothing_ends() -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    with pytest.raises(VirtualClipError, match="nothing has happened for 0 s"):
        run_virtual(forever(), patience_s=0.2)


def test_waiting_without_sleeping_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hipdrop.virtual.loop.BUSY_TURNS", 1000)

    async def busy() -> None:
        while now_s() < 1.0:
            await asyncio.sleep(0)

    with pytest.raises(VirtualClipError, match="without sleeping"):
        run_virtual(busy())


class Clockwork:
    """A stepper without a process: it waits for each of its times in turn, and answers at once."""

    def __init__(self, loop: VirtualLoop, times_us: list[int]) -> None:
        self.filenos: tuple[int, ...] = ()
        self._loop, self._times_us = loop, times_us
        self.released_us: list[int] = []
        self.due_us: int | None = times_us.pop(0)
        loop.attach(self)

    def release(self) -> None:
        self.released_us.append(self._loop.now_us)
        if self._times_us:
            self.due_us = self._times_us.pop(0)
            self._loop.call_soon_threadsafe(lambda: None)  # as if it had spoken
        else:
            self._loop.detach(self)
            self._loop.call_soon_threadsafe(lambda: None)

    def give_up(self, waited_s: float) -> None:
        raise AssertionError


def test_host_timers_come_before_a_stepper_that_is_due_at_the_same_time() -> None:
    async def both() -> tuple[list[int], list[int]]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        seen: list[int] = []
        clockwork = Clockwork(loop, [1_000_000, 1_500_000, 2_000_000])
        for at_s in (0.5, 1.0, 1.7, 3.0):
            loop.call_at(at_s, lambda: seen.append(len(clockwork.released_us)))
        await asyncio.sleep(4)
        return clockwork.released_us, seen

    assert run_virtual(both()) == ([1_000_000, 1_500_000, 2_000_000], [0, 0, 2, 3])
