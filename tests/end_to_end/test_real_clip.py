"""The same way with a real clip: `pytest tests/end_to_end --ble NAME`, or `--board PORT`. It has to be switched on."""

from __future__ import annotations

import asyncio

import pytest

from hipdrop.alerts.haptic import buzz_payload
from hipdrop.links import open_link
from hipdrop.links.base import Link
from hipdrop.links.connection import OPEN_S, Session
from hipdrop.links.line import Line
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings
from hipwire import ids

RUN_S = 20.0


@pytest.fixture(params=["ble", "board"])
def link(request: pytest.FixtureRequest) -> Link:
    """The clip that the command line names."""
    where = request.config.getoption(f"--{request.param}")
    if not where:
        pytest.skip(f"no real clip: name one with --{request.param}")
    return open_link(f"{'ble' if request.param == 'ble' else 'serial'}:{where}")


def run(link: Link, *, interrupted: bool = False) -> LiveRun:
    """Run for `RUN_S`; interrupted: break the connection once, in the middle."""

    async def act() -> LiveRun:
        live = LiveRun(Settings())
        async with link:
            session = live.session(link)
            breaking = asyncio.create_task(break_link(session)) if interrupted else None
            await live.run(session, RUN_S)
            if breaking is not None:
                await breaking
        return live

    async def break_link(session: Session) -> None:
        await session.streamed.wait()
        await asyncio.sleep(RUN_S / 2)
        await link.close()

    return asyncio.run(act())


def test_a_run_has_every_sample(link: Link) -> None:
    table = run(link).chain.link_table()
    assert table["samples_lost"] == 0
    assert table["rate_hz"] == pytest.approx(208, rel=0.1)
    assert table["samples_received"] == pytest.approx(RUN_S * (table["rate_hz"] or 0), rel=0.03)


def test_a_broken_connection_leaves_nothing_missing(link: Link) -> None:
    table = run(link, interrupted=True).chain.link_table()
    assert table["reconnects"] == 1
    assert table["samples_lost"] == 0


def test_the_clip_says_what_it_is_and_buzzes(link: Link) -> None:
    async def act() -> tuple[str, int]:
        async with link:
            line = Line(link, lambda arrival_s, message: None)
            await line.open(OPEN_S)
            info = await line.info()
            if info["features"] & (ids.HAS_MOTOR | ids.HAS_BUZZER):
                await line.ask(ids.BUZZ, buzz_payload(ids.BUZZ_LEFT, 80))
            await line.close()
        return info["chip"], info["features"]

    chip, features = asyncio.run(act())
    assert chip
    assert features & ids.HAS_RAW
