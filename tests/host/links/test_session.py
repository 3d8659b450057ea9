"""A session against a clip that loses its link, refuses, falls silent: in no time, by the loop's own clock."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest
from notebook import Notebook
from scripted_clip import RING_FRAMES, ScriptedClip, ScriptedLink

from hipdrop.errors import ClipNotFound, ClipRefused, LinkError, ProtocolMismatch
from hipdrop.links.connection import BACKOFF_S, FINISH_S, FIRST_TRIES, Session, StreamChoice
from hipdrop.links.states import State
from hipdrop.virtual.loop import run_virtual
from hipwire import ids, records

Plot = Callable[[Session, ScriptedLink], Awaitable[None]]


def play(
    plot: Plot, clip: ScriptedClip | None = None, *, stream: StreamChoice = "auto", max_message: int = 244
) -> tuple[Session, ScriptedLink, Notebook, list[State]]:
    """Run a session beside a plot that moves things; give what came of it."""

    async def act() -> tuple[Session, ScriptedLink, Notebook, list[State]]:
        link = ScriptedLink(clip or ScriptedClip(), max_message)
        notebook, states = Notebook(), list[State]()
        session = Session(link, notebook, stream=stream, on_change=states.append)
        plotting = asyncio.create_task(_plot(plot, session, link))
        try:
            async with link:
                await session.run()
        finally:
            link.clip.halt()
            await _done(plotting)
        return session, link, notebook, states

    return run_virtual(act())


async def _plot(plot: Plot, session: Session, link: ScriptedLink) -> None:
    await session.streamed.wait()
    try:
        await plot(session, link)
    except BaseException:
        session.end()
        raise


async def _done(plotting: asyncio.Task[None]) -> None:
    """End the plot, and fail where it failed."""
    plotting.cancel()
    (outcome,) = await asyncio.gather(plotting, return_exceptions=True)
    if isinstance(outcome, Exception):
        raise outcome


def after(seconds: float) -> Plot:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(seconds)
        session.end()

    return plot


def test_an_undisturbed_run_has_every_frame_and_stops_the_stream() -> None:
    session, link, notebook, states = play(after(10.0))
    assert states == [State.OPENING, State.READING, State.STARTING, State.STREAMING, State.FINISHING, State.CLOSED]
    assert sorted(notebook.frames) == list(range(link.clip.sequence))
    assert 109 <= link.clip.sequence <= 111  # 10 s at 208 Hz and 19 samples a frame
    assert link.clip.stream == 0
    assert [code for code, _ in link.clip.asked] == [ids.GET_INFO, ids.START, ids.STOP]
    assert session.info["serial"] == "T1"
    assert notebook.mtu == 247


@pytest.mark.parametrize("away_s", [0.5, 5.0, 14.0])
def test_a_lost_link_comes_back_and_nothing_is_missing(away_s: float) -> None:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(5.0)
        link.cut()
        await asyncio.sleep(away_s)
        link.reachable = True
        await asyncio.sleep(15.0)
        session.end()

    _, link, notebook, _ = play(plot)
    assert sorted(notebook.frames) == list(range(link.clip.sequence))
    assert [what for what, _ in notebook.history] == ["connected", "lost", "connected"]


def test_tries_follow_at_once_then_at_most_two_seconds_apart() -> None:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(1.0)
        link.opened_at_s.clear()
        link.cut()
        await asyncio.sleep(60.0)
        link.reachable = True
        await asyncio.sleep(20.0)
        session.end()

    _, link, notebook, _ = play(plot)
    lost_s = notebook.history[1][1]
    tries_s = link.opened_at_s
    assert tries_s[0] - lost_s < 0.01
    search_s = 6.0  # what each try that finds nothing takes
    pauses_s = [later - earlier - search_s for earlier, later in itertools.pairwise(tries_s)]
    assert max(pauses_s) <= max(BACKOFF_S) + 0.11  # a tenth of a second of listening at a time
    assert max(BACKOFF_S) <= 2.0
    back_s = notebook.history[2][1]
    assert back_s - lost_s < 60.0 + search_s + 2.0


def test_a_loss_at_the_end_is_still_fetched() -> None:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(10.0)
        link.cut()
        await asyncio.sleep(3.0)
        link.reachable = True
        session.end()

    _, link, notebook, states = play(plot)
    assert sorted(notebook.frames) == list(range(link.clip.sequence))
    assert states[-2:] == [State.FINISHING, State.CLOSED]


def test_the_last_frames_are_asked_for_when_they_do_not_come() -> None:
    clip = ScriptedClip(swallow=set(range(50, 60)))

    async def plot(session: Session, link: ScriptedLink) -> None:
        while clip.sequence < 55:
            await asyncio.sleep(0.02)
        session.end()

    _, _, notebook, _ = play(plot, clip)
    assert sorted(notebook.frames) == list(range(clip.sequence))
    assert clip.sequence == 55


def test_a_stream_that_somebody_else_has_stopped_is_no_error() -> None:
    clip = ScriptedClip(refuse={ids.STOP: (ids.NOT_STREAMING, b"")})
    _, link, _, states = play(after(5.0), clip)
    assert states[-2:] == [State.FINISHING, State.CLOSED]
    assert len(link.opened_at_s) == 1


def test_a_clip_that_stays_away_ends_the_run_in_time() -> None:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(10.0)
        link.cut()
        session.end()

    ends: list[float] = []

    async def timed(session: Session, link: ScriptedLink) -> None:
        await plot(session, link)
        ends.append(asyncio.get_running_loop().time())

    _, link, notebook, states = play(timed)
    assert states[-1] is State.CLOSED
    assert len(notebook.frames) >= 108
    assert link.opened_at_s[-1] - ends[0] < FINISH_S


def test_a_second_word_ends_the_waiting_at_once() -> None:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(10.0)
        link.cut()
        session.end()
        await asyncio.sleep(1.0)
        session.end()

    _, _, notebook, states = play(plot)
    assert states[-1] is State.CLOSED
    assert notebook.history[-1][0] == "lost"


def test_a_silent_link_counts_as_lost() -> None:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(3.0)
        link.clip.silent = True
        await asyncio.sleep(7.0)
        link.clip.silent = False
        await asyncio.sleep(20.0)
        session.end()

    _, link, notebook, _ = play(plot)
    assert [what for what, _ in notebook.history] == ["connected", "lost", "connected"]
    assert sorted(notebook.frames) == list(range(link.clip.sequence))


def test_a_loss_longer_than_the_ring_costs_exactly_what_the_ring_did_not_hold() -> None:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(5.0)
        link.cut()
        await asyncio.sleep(45.0)
        link.reachable = True
        await asyncio.sleep(6.0 + 2.0 + 1.0)
        session._sink.give_up(range(min(link.clip.ring)))  # type: ignore[attr-defined]
        session.end()

    _, link, notebook, _ = play(plot)
    gone = [k for k in range(link.clip.sequence) if k not in notebook.frames]
    away_frames = round((notebook.history[2][1] - notebook.history[1][1]) * 208 / 19)
    assert gone == list(range(gone[0], gone[-1] + 1))
    assert len(gone) == pytest.approx(away_frames - RING_FRAMES, abs=6)


def test_auto_takes_tilt_where_raw_does_not_fit_and_the_mount_is_known() -> None:
    clip = ScriptedClip()
    clip.info["mount_id"] = 5
    small = records.pack(records.NEEDED, {"mtu": 123})
    real = clip._do

    def refuse_raw(code: int, payload: bytes) -> tuple[int, bytes]:
        return (ids.MTU_TOO_SMALL, small) if code == ids.START and payload[0] == ids.RAW else real(code, payload)

    clip._do = refuse_raw  # type: ignore[method-assign]
    play(after(2.0), clip, max_message=117)
    assert [payload[0] for code, payload in clip.asked if code == ids.START] == [ids.RAW, ids.TILT]


@pytest.mark.parametrize("stream", ["raw", "auto"])
def test_a_connection_that_carries_too_little_is_refused_with_the_reason(stream: StreamChoice) -> None:
    clip = ScriptedClip(refuse={ids.START: (ids.MTU_TOO_SMALL, records.pack(records.NEEDED, {"mtu": 123}))})
    with pytest.raises(ClipRefused, match="MTU below 123") as caught:
        play(after(1.0), clip, stream=stream, max_message=20)
    assert caught.value.result == ids.MTU_TOO_SMALL
    assert ("has not been told how it sits" in str(caught.value)) == (stream == "auto")


def test_a_clip_of_another_version_is_named_with_both_versions() -> None:
    with pytest.raises(ProtocolMismatch, match=r"version 2 .* version 1; update hipdrop"):
        play(after(1.0), ScriptedClip(version=2))
    with pytest.raises(ProtocolMismatch, match=r"version 0 .* version 1; put the firmware"):
        play(after(1.0), ScriptedClip(version=0))
    wrong = ScriptedClip(refuse={ids.GET_INFO: (ids.WRONG_VERSION, b"\x03")})
    with pytest.raises(ProtocolMismatch, match="version 3"):
        play(after(1.0), wrong)


def test_a_clip_that_is_not_there_is_an_error_at_once_and_not_a_run() -> None:
    async def act() -> float:
        link = ScriptedLink(ScriptedClip())
        link.reachable = False
        session = Session(link, Notebook())
        with pytest.raises(ClipNotFound, match="not in reach"):
            await session.run()
        assert len(link.opened_at_s) == 1
        return asyncio.get_running_loop().time()

    run_virtual(act())


def test_something_that_never_answers_is_no_clip() -> None:
    with pytest.raises(ClipNotFound, match="clip install"):
        play(after(1.0), ScriptedClip(deaf={ids.GET_INFO}))


class Echo(ScriptedLink):
    """A board at its prompt, or a loose cable: it gives back what it gets."""

    async def send(self, message: bytes) -> None:
        self._inbox.put(message)


def test_what_only_echoes_is_no_clip() -> None:
    async def act() -> None:
        async with Echo(ScriptedClip()) as link:
            await Session(link, Notebook()).run()

    with pytest.raises(ClipNotFound, match="hipdrop clip install"):
        run_virtual(act())


def test_a_start_that_is_never_answered_is_tried_again_and_then_reported() -> None:
    clip = ScriptedClip(deaf={ids.START})
    with pytest.raises(LinkError):
        play(after(1.0), clip)
    assert [code for code, _ in clip.asked].count(ids.GET_INFO) <= FIRST_TRIES


def test_ending_before_there_is_a_stream_ends_quietly() -> None:
    async def act() -> list[State]:
        link = ScriptedLink(ScriptedClip())
        link.reachable = False
        states: list[State] = []
        session = Session(link, Notebook(), on_change=states.append)
        asyncio.get_running_loop().call_later(0.5, session.end)
        await session.run()
        return states

    assert run_virtual(act()) == [State.OPENING, State.CLOSED]


def test_a_fault_of_the_sink_ends_the_run_with_itself() -> None:
    class Full(Notebook):
        def message(self, arrival_s: float, message: bytes) -> None:
            super().message(arrival_s, message)
            if len(self.frames) == 20:
                raise OSError("disk full")

    async def act() -> int:
        link = ScriptedLink(ScriptedClip())
        session = Session(link, Full())
        with pytest.raises(OSError, match="disk full"):
            await session.run()
        await asyncio.sleep(1.0)
        running = link.clip.stream
        link.clip.halt()
        return running

    assert run_virtual(act()) == 0, "the clip was left streaming"
