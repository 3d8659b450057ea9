"""`hipdrop live --demo` shows baseline, alert and recovery within two minutes."""

from __future__ import annotations

import asyncio

import pytest

from hipdrop.demo import demo_feed, demo_settings
from hipdrop.errors import UsageError
from hipdrop.events import AlertCleared, AlertRaised, BaselineReady, Side
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings
from hipdrop.virtual.loop import run_virtual

pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')


@pytest.mark.usefixtures("micropython_command")
def test_the_demo_reaches_baseline_alert_and_recovery_in_two_minutes() -> None:
    told: list[tuple[float, object]] = []

    async def act() -> None:
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        run = LiveRun(demo_settings(Settings()))
        run.on_events = lambda events: told.extend((loop.time() - begin_s, event) for event in events)
        async with VirtualLink(demo_feed()) as link:
            await run.run(run.session(link), 115.0)

    run_virtual(act())
    (ready_s,) = [at_s for at_s, event in told if isinstance(event, BaselineReady)]
    raised = [(at_s, event.side) for at_s, event in told if isinstance(event, AlertRaised)]
    cleared = [at_s for at_s, event in told if isinstance(event, AlertCleared)]
    assert [side for _, side in raised] == [Side.LEFT]
    assert ready_s < raised[0][0] < cleared[0] < 120.0


def test_the_demo_takes_no_other_clip() -> None:
    from hipdrop.commands.live import demo_link
    from hipdrop.demo import demo_feed

    with pytest.raises(UsageError, match="leave out one of the two"):
        demo_link("ble:hipdrop", demo_feed)
