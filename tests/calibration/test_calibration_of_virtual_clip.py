"""The calibration on a virtual clip, which runs the real firmware: stored, kept over a reset, told to every run."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from calibrations import ACC, GYRO
from hipcal.model import Calibration
from hipcal.onclip import of_record, to_record
from hipdrop.errors import ClipRefused
from hipdrop.links.line import Line
from hipdrop.links.storing import get_calibration, set_calibration
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.receive.messages import ClipInfo
from hipdrop.recording.items import Message
from hipdrop.recording.reader import read_run
from hipdrop.settings import Settings
from hipdrop.virtual.imu import Feed
from hipdrop.virtual.loop import run_virtual
from hipwire import decoding, ids

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

Result = TypeVar("Result")


def standing() -> Feed:
    still = np.tile([0.0, 1.0, 0.0], (2080, 1))
    return Feed(208.0, still, 0.0 * still, True)


def of_clip(info: dict[str, Any], **parts: Any) -> Calibration:
    """A calibration that belongs to this clip."""
    own = ClipInfo.of(info)
    ranges = own.acc_range_g, own.gyr_range_dps, own.acc_ng_per_lsb, own.gyr_ndps_per_lsb
    return Calibration(own.serial, own.chip, *ranges, **({"acc": ACC, "gyro": GYRO} | parts))


async def over_line(link: VirtualLink, work: Callable[[Line, dict[str, Any]], Awaitable[Result]]) -> Result:
    line = Line(link, lambda arrival_s, message: None)
    await line.open(10.0)
    try:
        return await work(line, await line.info())
    finally:
        await line.close()


def on_virtual_clip(act: Callable[[VirtualLink], Awaitable[Result]]) -> Result:
    async def whole() -> Result:
        async with VirtualLink(standing()) as link:
            return await act(link)

    return run_virtual(whole())


def test_a_virtual_clip_keeps_it_over_a_reset() -> None:
    async def store(line: Line, info: dict[str, Any]) -> Calibration:
        assert await get_calibration(line, info) is None
        await set_calibration(line, info, of_clip(info))
        return of_clip(info)

    async def act(link: VirtualLink) -> None:
        measured = await over_line(link, store)
        link.clip.reset()
        await asyncio.sleep(1.0)
        assert link.clip.lives == 2
        kept = await over_line(link, get_calibration)
        assert kept == of_record(to_record(measured), ClipInfo.of(await over_line(link, info_of)))

    on_virtual_clip(act)


async def info_of(line: Line, info: dict[str, Any]) -> dict[str, Any]:
    return info


def test_the_clip_refuses_what_is_not_plausible_with_the_reason() -> None:
    async def work(line: Line, info: dict[str, Any]) -> None:
        good = of_clip(info)
        await set_calibration(line, info, good)
        wild = dataclasses.replace(GYRO, bias_dps=(0.0, 21.0, 0.0))
        with pytest.raises(ClipRefused, match=r"does not store its calibration: .*bias\[1\] is off"):
            await set_calibration(line, info, of_clip(info, gyro=wild))
        kept = await get_calibration(line, info)
        assert kept is not None
        assert to_record(kept) == to_record(good)

    on_virtual_clip(lambda link: over_line(link, work))


def test_a_recording_holds_what_the_clip_has_stored(tmp_path: Path) -> None:
    async def store(line: Line, info: dict[str, Any]) -> bytes:
        await set_calibration(line, info, of_clip(info))
        return to_record(of_clip(info))

    async def act(link: VirtualLink) -> bytes:
        record = await over_line(link, store)
        run = LiveRun(Settings(), recording=tmp_path / "run.mcap")
        await run.run(run.session(link, "raw"), 3.0)
        return record

    record = on_virtual_clip(act)
    items = read_run(tmp_path / "run.mcap").items
    messages = [item.message for item in items if isinstance(item, Message)]
    answers = [decoding.answer(message) for message in messages if message[0] & 0x0F == ids.ANSWER]
    assert [(result, payload) for code, _, result, payload in answers if code == ids.GET_CALIBRATION] == [
        (ids.OK, record)
    ]
    codes = [answer[0] for answer in answers]
    assert codes.index(ids.GET_CALIBRATION) < codes.index(ids.START)
