"""`hipdrop clip pair`, and the links' own way to a bond, on a virtual clip that asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from clip_host import Bench, on_bench
from hipdrop.commands.clippair import PAIRED, PRESS, forget_bonds, open_window, pair
from hipdrop.errors import ClipRefused, LinkError, NotPermitted, UsageError
from hipdrop.links.ble import BleLink
from hipdrop.links.line import Line
from hipdrop.links.serial import SerialLink
from hipwire import ids, records

RAW = records.pack(records.START, {"stream": ids.RAW})


@pytest.fixture(autouse=True)
def no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clip that was used last is not this computer's."""
    monkeypatch.setattr("hipdrop.links.remembered._path", lambda: tmp_path / "clip")


def link_of(bench: Bench) -> BleLink:
    return BleLink("hipdrop", backends=bench.radio.backends())


def guarded(test: Callable[[Bench], Awaitable[None]], access: int = 1) -> None:
    on_bench(test, access=access)


async def with_line(link: BleLink, work: Callable[[Line], Awaitable[None]]) -> None:
    line = Line(link, lambda arrival_s, message: None)
    await line.open(10.0)
    try:
        await work(line)
    finally:
        await line.close()


async def press_soon(bench: Bench) -> None:
    await asyncio.sleep(5.0)
    await bench.open_window()


async def pair_with_button(bench: Bench) -> None:
    pressing = asyncio.create_task(press_soon(bench))
    await pair(link_of(bench))
    await pressing


async def start_and_stop(line: Line) -> None:
    await line.ask(ids.START, RAW)
    await line.ask(ids.STOP)


async def refused(line: Line) -> None:
    with pytest.raises(ClipRefused, match=r"not paired.*three times.*hipdrop clip pair"):
        await line.ask(ids.START, RAW)


def test_pairing_says_when_to_press_and_then_the_clip_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    async def test(bench: Bench) -> None:
        await with_line(link_of(bench), refused)
        await pair_with_button(bench)
        assert capsys.readouterr().out.splitlines() == [PRESS, PAIRED]
        await with_line(link_of(bench), start_and_stop)
        await pair(link_of(bench))  # paired already
        assert capsys.readouterr().out.splitlines() == [PAIRED]

    guarded(test)


def test_nobody_presses_the_button() -> None:
    async def test(bench: Bench) -> None:
        with pytest.raises(LinkError, match="not pressed three times within 60 s"):
            await pair(link_of(bench))

    guarded(test)


def test_a_clip_that_tells_strangers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async def test(bench: Bench) -> None:
        with pytest.raises(NotPermitted, match="has not kept the bond"):
            await pair(link_of(bench))
        assert capsys.readouterr().out.splitlines() == [PRESS]
        with pytest.raises(NotPermitted, match=r"not paired.*hipdrop clip pair"):
            await with_line(link_of(bench), lambda line: line.info())
        await bench.open_window()
        await pair(link_of(bench))
        await with_line(link_of(bench), start_and_stop)
        info: list[str] = []

        async def ask(line: Line) -> None:
            info.append((await line.info())["chip"])

        await with_line(link_of(bench), ask)
        assert info == ["LSM6DSOX"]

    guarded(test, access=2)


def test_a_bond_that_the_clip_has_forgotten_is_forgotten_here_too(capsys: pytest.CaptureFixture[str]) -> None:
    async def test(bench: Bench) -> None:
        await pair_with_button(bench)
        store = bench.radio.host.device.keystore
        assert store is not None
        kept = dict(await store.get_all())
        await forget_bonds(link_of(bench))
        assert await store.get_all() == []
        await with_line(link_of(bench), refused)
        for name, keys in kept.items():
            await store.update(name, keys)
        with pytest.raises(LinkError):
            await with_line(link_of(bench), refused)
        await pair_with_button(bench)
        await with_line(link_of(bench), start_and_stop)

    guarded(test)


def test_one_computer_opens_the_window_for_another(capsys: pytest.CaptureFixture[str]) -> None:
    async def test(bench: Bench) -> None:
        with pytest.raises(ClipRefused, match="not paired"):
            await open_window(link_of(bench))
        await pair_with_button(bench)
        await open_window(link_of(bench))
        assert "for a minute" in capsys.readouterr().out
        other = await bench.radio.add_central()
        await pair(BleLink("hipdrop", backends=bench.radio.backends(other)))
        assert capsys.readouterr().out.splitlines() == [PAIRED]

    guarded(test)


def test_a_bond_is_shown_again_by_itself_after_a_lost_link() -> None:
    async def test(bench: Bench) -> None:
        await pair_with_button(bench)
        link = link_of(bench)
        for _ in range(2):
            await with_line(link, start_and_stop)

    guarded(test)


def test_a_cable_needs_no_pairing() -> None:
    with pytest.raises(UsageError, match="a cable needs no pairing"):
        asyncio.run(pair(SerialLink("/dev/null")))


def test_a_clip_whose_bluetooth_keeps_no_bond(monkeypatch: pytest.MonkeyPatch) -> None:
    """As micropython#19405 has it: paired and encrypted, and the firmware is never given the keys."""

    async def keeps_nothing(*_: object) -> None:
        pass

    async def test(bench: Bench) -> None:
        monkeypatch.setattr(bench.radio.stack.bonds, "update", keeps_nothing)
        with pytest.raises(NotPermitted, match=r"keeps no bond.*cable"):
            await pair_with_button(bench)
        await with_line(link_of(bench), refused)

    guarded(test)
