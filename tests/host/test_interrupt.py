"""Ctrl-C and the system's wishes to end, as the loop hears of them."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from hipdrop.interrupt import on_interrupt

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has Ctrl-C alone")


def heard(ending: signal.Signals, times: int) -> int:
    """Give how many of them are told."""
    told: list[int] = []

    async def act() -> None:
        with on_interrupt(lambda: told.append(1)):
            for _ in range(times):
                signal.raise_signal(ending)
                await asyncio.sleep(0)
                await asyncio.sleep(0)

    asyncio.run(act())
    return len(told)


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_each_is_told_and_the_handler_of_before_comes_back(name: str) -> None:
    ending = signal.Signals[name]
    before = signal.getsignal(ending)
    assert heard(ending, 2) == 2
    assert signal.getsignal(ending) is before


def test_the_third_ends_the_program() -> None:
    with pytest.raises(KeyboardInterrupt):
        heard(signal.SIGINT, 3)


@posix
def test_a_run_under_nohup_goes_on_without_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert heard(signal.SIGHUP, 1) == 0
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
