"""The example page for Web Bluetooth, fed with what the real firmware notifies while its wearer runs and sags."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from test_clip_alone import SAG_S, STILL_S, feed, prepared

import webpage
from clip_host import Bench, on_bench
from hipwire import ids
from screens import missing

pytestmark = pytest.mark.usefixtures("micropython_command")
TOLD_ON = {ids.STATUS: ids.STATUS_UUID, ids.EVENT: ids.EVENTS_UUID, ids.TILT: ids.DATA_UUID}


def heard(flash: Path, until_s: float, *, stream: bool) -> list[tuple[str, bytes]]:
    """Give what a subscriber gets from the clip until so long after the run began; `stream`: with the tilt stream."""
    messages: list[bytes] = []

    async def test(bench: Bench) -> None:
        await asyncio.sleep(STILL_S)
        async with bench.host() as host:
            await asyncio.sleep(20.0)
            if stream:
                assert await host.result(ids.START, bytes([ids.TILT, 0])) == ids.OK
            await asyncio.sleep(until_s - 20.0)
            messages.extend(host.frames)

    on_bench(test, flash_folder=prepared(flash), feed=feed())
    return [(TOLD_ON[message[0] & 15], message) for message in messages if message[0] & 15 in TOLD_ON]


def test_the_page_shows_what_the_clip_finds(tmp_path: Path) -> None:
    program = webpage.browser()
    if program is None:
        missing("no Chromium to open the page: apt install chromium")
    messages = heard(tmp_path, SAG_S + 25.0, stream=False)
    status = next(message for uuid, message in messages if uuid == ids.STATUS_UUID)
    found = webpage.seen(str(program), tmp_path, webpage.write(tmp_path, messages, status))
    assert found["state"].startswith("left leg: right hip drops ")
    assert found["mood"] == "alert"
    assert found["log"] == "recording run 1"
    assert found["dots"] > 100
    assert float(found["left-now"]) > float(found["left-fresh"].split()[1].rstrip("°")) + 1.5
    assert 140 < int(found["cadence"].split()[0]) < 190


def test_the_page_shows_the_pelvis_and_takes_the_alerts_over(tmp_path: Path) -> None:
    program = webpage.browser()
    if program is None:
        missing("no Chromium to open the page: apt install chromium")
    messages = heard(tmp_path, SAG_S + 25.0, stream=True)
    status = next(message for uuid, message in messages if uuid == ids.STATUS_UUID)
    found = webpage.seen(str(program), tmp_path, webpage.write(tmp_path, messages, status))
    assert found["points"] == 416
    assert 4.0 < max(found["trace"]) - min(found["trace"]) < 30.0
    assert found["state"].startswith("left leg: right hip drops ")
