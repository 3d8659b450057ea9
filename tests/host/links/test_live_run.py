"""A live run on the host's side: session, chain and recording, against a clip in this process; minutes in no time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scripted_clip import ScriptedClip, ScriptedLink

from hipdrop.commands.live import report
from hipdrop.commands.sources import open_source
from hipdrop.errors import ClipNotFound, OutputError
from hipdrop.events import AlertCleared, AlertRaised, Event, Gap, Side, Step
from hipdrop.links.base import INBOX_MESSAGES
from hipdrop.links.connection import Session
from hipdrop.liverun import LiveRun
from hipdrop.recording import read_run
from hipdrop.recording.replay import chain_of, enter
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.settings import Settings
from hipdrop.simulate import simulate
from hipdrop.simulate.config import RunnerConfig
from hipdrop.virtual.loop import run_virtual
from hipwire import ids

Plot = Callable[[Session, ScriptedLink], Awaitable[None]]


@pytest.fixture(scope="module")
def counts() -> NDArray[np.int16]:
    """A run of a minute and a half as a sensor counts it."""
    run = simulate(RunnerConfig(minutes=1.5, seed=4))
    both = np.hstack((run.acc_ms2 / STANDARD_GRAVITY_MS2 / 0.488e-3, run.gyr_dps / 70e-3))
    return np.clip(np.rint(both), -32768, 32767).astype(np.int16)


@dataclass
class Outcome:
    run: LiveRun
    clip: ScriptedClip

    @property
    def steps(self) -> list[Step]:
        return [event for event in self.run.events if isinstance(event, Step)]

    @property
    def link(self) -> dict[str, float]:
        return {name: value for name, value in self.run.chain.link_table().items() if value is not None}


async def nothing(session: Session, link: ScriptedLink) -> None:
    """Leave the run alone."""


def losing(at_s: float, away_s: float) -> Plot:
    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(at_s)
        link.cut()
        await asyncio.sleep(away_s)
        link.reachable = True

    return plot


def live(
    clip: ScriptedClip, plot: Plot = nothing, duration_s: float | None = None, recording: Path | None = None
) -> Outcome:
    async def act() -> Outcome:
        run = LiveRun(Settings(), recording=recording)
        link = ScriptedLink(clip)
        async with link:
            session = run.session(link)
            plotting = asyncio.create_task(plot_of(session, link))
            await run.run(session, duration_s)
            await plotting
        return Outcome(run, clip)

    async def plot_of(session: Session, link: ScriptedLink) -> None:
        await session.streamed.wait()
        await plot(session, link)

    return run_virtual(act())


@pytest.fixture(scope="module")
def undisturbed(counts: NDArray[np.int16]) -> Outcome:
    return live(ScriptedClip(counts=counts))


def test_the_run_ends_with_the_fed_recording_and_has_all_of_it(undisturbed: Outcome, counts: NDArray[np.int16]) -> None:
    link = undisturbed.link
    assert link["samples_received"] == len(counts) // 19 * 19
    assert (link["samples_lost"], link["gaps"], link["reconnects"], link["malformed"]) == (0, 0, 0, 0)
    assert len(undisturbed.steps) > 150


def test_a_short_loss_changes_no_event(undisturbed: Outcome, counts: NDArray[np.int16]) -> None:
    lost = live(ScriptedClip(counts=counts), losing(40.0, 0.5))
    assert lost.link["reconnects"] == 1
    assert lost.link["samples_recovered"] > 0
    assert list(map(repr, lost.run.events)) == list(map(repr, undisturbed.run.events))


def test_a_long_loss_is_a_gap_for_the_pipeline_and_completed_afterwards(
    undisturbed: Outcome, counts: NDArray[np.int16]
) -> None:
    lost = live(ScriptedClip(counts=counts), losing(40.0, 12.0))
    assert lost.link["samples_lost"] == 0
    assert lost.link["samples_recovered"] > 12 * 208
    gaps = [event for event in lost.run.events if isinstance(event, Gap)]
    assert len(gaps) == 1
    assert 5.0 < gaps[0].duration_s < 12.0  # what came within the 3 s of waiting is no gap any more
    before = [step for step in undisturbed.steps if step.t_s < gaps[0].t_s - 2.0]
    assert list(map(repr, lost.steps[: len(before)])) == list(map(repr, before))


def test_messages_that_nobody_took_in_time_are_counted_and_their_frames_fetched(
    counts: NDArray[np.int16], tmp_path: Path
) -> None:
    """A computer that stands still while the inbox runs over: the oldest go, the count is kept in the recording too."""

    async def stand_still(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(20.0)
        for _ in range(INBOX_MESSAGES + 7):
            link._inbox.put(b"\x1f")  # a kind that nobody knows

    path = tmp_path / "run.mcap"
    done = live(ScriptedClip(counts=counts[: 208 * 60]), stand_still, 45.0, recording=path)
    assert done.link["overflowed"] >= 7
    assert (done.link["bad_frames"], done.link["samples_lost"]) == (0, 0)
    recorded = read_run(path)
    chain = chain_of(recorded, None, None, None)
    for item in recorded.items:
        enter(chain, item)
    assert chain.link_table()["overflowed"] == done.link["overflowed"]


def test_what_is_recorded_gives_the_same_events_again(counts: NDArray[np.int16], tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    done = live(ScriptedClip(counts=counts), losing(40.0, 6.0), recording=path)
    recorded = read_run(path)
    chain = chain_of(recorded, None, None, None)
    again: list[Event] = [event for item in recorded.items for event in enter(chain, item)]
    again += chain.run()
    again += chain.close()
    assert list(map(repr, again)) == list(map(repr, done.run.events))
    assert chain.link_table() == done.run.chain.link_table()


def test_the_duration_ends_the_run(counts: NDArray[np.int16]) -> None:
    done = live(ScriptedClip(counts=counts), duration_s=30.0)
    assert done.clip.stream == 0
    assert done.link["samples_received"] == pytest.approx(30 * 208, abs=2 * 19)


def test_a_link_that_is_lost_for_good_is_told_by_run_and_replay(counts: NDArray[np.int16], tmp_path: Path) -> None:
    """What was never heard of is in no count."""

    async def plot(session: Session, link: ScriptedLink) -> None:
        await asyncio.sleep(10.0)
        link.cut()
        await asyncio.sleep(10.0)
        session.end()

    path = tmp_path / "run.mcap"
    done = live(ScriptedClip(counts=counts), plot, recording=path)
    assert done.link["samples_lost"] == 0
    (note,) = done.run.chain.facts(path).notes
    assert "did not come back" in note
    source = open_source(path, None, None, None)
    source.run(float("inf"), None)
    assert source.recording == done.run.chain.facts(path)
    assert live(ScriptedClip(counts=counts), losing(10.0, 5.0)).run.chain.facts(path).notes == ()


def test_a_full_disk_costs_the_files_and_not_the_summary(
    counts: NDArray[np.int16], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = live(ScriptedClip(counts=counts), duration_s=3.0)
    (tmp_path / "steps.csv").mkdir()  # no file can be written there
    with pytest.raises(OutputError):
        report(done.run, Path("x"), tmp_path, picture=False, known=None, save_profile=None)
    assert "no sample missing" in capsys.readouterr().out


def test_a_run_that_never_came_to_be_leaves_no_recording(tmp_path: Path) -> None:
    async def act() -> None:
        link = ScriptedLink(ScriptedClip())
        link.reachable = False
        run = LiveRun(Settings(), recording=tmp_path / "run.mcap")
        with pytest.raises(ClipNotFound):
            await run.run(run.session(link))

    run_virtual(act())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("side", "pattern"), [(Side.LEFT, ids.BUZZ_LEFT), (Side.RIGHT, ids.BUZZ_RIGHT), (Side.BOTH, ids.BUZZ_BOTH)]
)
def test_alerts_are_felt_by_side(side: Side, pattern: int, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = AlertRaised(1.0, side, 7.0, 5.0, 2.0, "more")
    cleared = AlertCleared(2.0, side, 5.0, 5.0, 0.0, "back")
    assert felt([alert, cleared], ScriptedClip(), monkeypatch) == [pattern, ids.BUZZ_RECOVERED]


def test_a_clip_without_motor_is_not_asked_to_buzz(monkeypatch: pytest.MonkeyPatch) -> None:
    still = ScriptedClip()
    still.info["features"] = ids.HAS_RAW
    assert felt([AlertRaised(1.0, Side.LEFT, 7.0, 5.0, 2.0, "more")], still, monkeypatch) == []


def felt(events: list[Event], clip: ScriptedClip, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have the pipeline say these, one after the other; give the patterns that reach the clip."""
    from hipdrop.receive.chain import Chain

    waiting = [replace(event) for event in events]

    def push(self: Chain, arrival_s: float, message: bytes) -> list[Event]:
        return [waiting.pop(0)] if waiting and message[0] & 0x0F == ids.RAW else []

    monkeypatch.setattr(Chain, "push", push)
    done = live(clip, duration_s=3.0)
    return [payload[0] for code, payload in done.clip.asked if code == ids.BUZZ]
