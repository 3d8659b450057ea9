"""A session asks the clip for its calibration where the clip knows of one, and never waits long for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from notebook import Notebook
from scripted_clip import INFO, ScriptedClip, ScriptedLink

from hipcal.model import Calibration, GyroFit
from hipcal.onclip import STORED, to_record
from hipdrop.errors import ClipRefused, WrongCalibration
from hipdrop.links.connection import CALIBRATION_S, CALIBRATION_TRIES, Session
from hipdrop.links.line import Line
from hipdrop.links.storing import get_calibration, set_calibration
from hipdrop.virtual.loop import run_virtual
from hipwire import calibration, commands, decoding, ids

KNOWS = {**INFO, "features": INFO["features"] | ids.HAS_CALIBRATION}
GYRO = GyroFit((0.5, -0.25, 1.0), 0.002, 5.0, 25.5, datetime(2026, 11, 22, 12, tzinfo=UTC), "good")
OWN = Calibration("T1", "none", 16, 2000, 488_000, 70_000_000, gyro=GYRO)


class KeepingClip(ScriptedClip):
    """Knows the commands of wire format 1.1."""

    record = to_record(OWN)

    def _do(self, code: int, payload: bytes) -> tuple[int, bytes]:
        if code == ids.SET_CALIBRATION:
            self.record = payload
        return (ids.OK, self.record) if code == ids.GET_CALIBRATION else super()._do(code, payload)


class OldClip(ScriptedClip):
    """Knows those of 1.0 alone."""

    def _do(self, code: int, payload: bytes) -> tuple[int, bytes]:
        return (ids.UNKNOWN_COMMAND, b"") if code > ids.RESET else super()._do(code, payload)


def run(clip: ScriptedClip, *, cut: bool = False) -> tuple[ScriptedLink, Notebook, float]:
    """Run for 5 s; give also when the stream stood."""

    async def act() -> tuple[ScriptedLink, Notebook, float]:
        link, notebook = ScriptedLink(clip), Notebook()
        session = Session(link, notebook)
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        going = asyncio.create_task(session.run())
        await session.streamed.wait()
        stood_s = loop.time() - begin_s
        await asyncio.sleep(2.0)
        if cut:
            link.cut(reachable=True)
        await asyncio.sleep(3.0)
        session.end()
        await going
        clip.halt()
        return link, notebook, stood_s

    return run_virtual(act())


def asked(clip: ScriptedClip) -> list[int]:
    return [code for code, _ in clip.asked if code != ids.RESEND]


def test_it_is_asked_for_before_start_and_the_sink_gets_the_answer() -> None:
    link, notebook, _ = run(KeepingClip(info=dict(KNOWS)))
    assert asked(link.clip) == [ids.GET_INFO, ids.GET_CALIBRATION, ids.START, ids.STOP]
    answers = [message for message in notebook.messages if message[0] & 0x0F == ids.ANSWER]
    told = [decoding.answer(message) for message in answers if message[1] == ids.GET_CALIBRATION]
    assert [(result, payload) for _, _, result, payload in told] == [(ids.OK, KeepingClip.record)]
    assert notebook.messages.index(answers[1]) < min(
        k for k, message in enumerate(notebook.messages) if message[0] & 0x0F == ids.RAW
    )


def test_after_a_lost_link_it_is_not_asked_again() -> None:
    link, notebook, _ = run(KeepingClip(info=dict(KNOWS)), cut=True)
    assert len(link.opened_at_s) == 2
    assert asked(link.clip).count(ids.GET_CALIBRATION) == 1
    assert not notebook.holes()


def test_a_clip_of_1_0_is_not_asked_and_runs() -> None:
    link, notebook, _ = run(OldClip())
    assert asked(link.clip) == [ids.GET_INFO, ids.START, ids.STOP]
    assert len(notebook.frames) > 50


@pytest.mark.parametrize(
    "trouble", [{"deaf": {ids.GET_CALIBRATION}}, {"refuse": {ids.GET_CALIBRATION: (ids.FAILED, b"broken")}}]
)
def test_a_clip_that_does_not_tell_it_runs_all_the_same(trouble: dict[str, Any]) -> None:
    usual_s = run(KeepingClip(info=dict(KNOWS)))[2]
    link, notebook, stood_s = run(KeepingClip(info=dict(KNOWS), **trouble))
    assert ids.START in asked(link.clip)
    assert not notebook.holes()
    assert len(notebook.frames) > 50
    assert stood_s - usual_s <= CALIBRATION_S * CALIBRATION_TRIES


def test_damage_in_the_answer_is_the_sinks_matter() -> None:
    clip = KeepingClip(info=dict(KNOWS))
    clip.record = b"short"
    link, notebook, _ = run(clip)
    assert ids.START in asked(link.clip)
    assert any(message[commands.ANSWER_SIZE :] == b"short" for message in notebook.messages)


def with_line(clip: ScriptedClip, work: Any) -> Any:
    """Do something over a line to this clip."""

    async def act() -> Any:
        line = Line(ScriptedLink(clip), lambda arrival_s, message: None)
        await line.open(1.0)
        try:
            return await work(line, await line.info())
        finally:
            await line.close()

    return run_virtual(act())


def test_what_was_stored_comes_back() -> None:
    async def work(line: Line, info: dict[str, Any]) -> tuple[Calibration | None, Calibration | None]:
        await set_calibration(line, info, OWN)
        kept = await get_calibration(line, info)
        await set_calibration(line, info, None)
        return kept, await get_calibration(line, info)

    clip = KeepingClip(info=dict(KNOWS))
    clip.record = bytes(calibration.SIZE)
    kept, gone = with_line(clip, work)
    assert kept is not None
    assert kept.gyro is not None
    assert (kept.gyro.bias_dps, kept.gyro.verdict, kept.clip_serial) == ((0.5, -0.25, 1.0), STORED, "T1")
    assert gone is None


def test_an_old_clip_has_none_and_takes_none() -> None:
    async def work(line: Line, info: dict[str, Any]) -> None:
        assert await get_calibration(line, info) is None
        with pytest.raises(ClipRefused, match="hipdrop clip install"):
            await set_calibration(line, info, OWN)

    clip = OldClip()
    with_line(clip, work)
    assert asked(clip) == [ids.GET_INFO]


def test_that_of_another_clip_does_not_leave_the_computer() -> None:
    async def work(line: Line, info: dict[str, Any]) -> None:
        with pytest.raises(WrongCalibration, match="T1"):
            await set_calibration(line, info, OWN)

    clip = KeepingClip(info={**KNOWS, "serial": "T2"})
    with_line(clip, work)
    assert asked(clip) == [ids.GET_INFO]
