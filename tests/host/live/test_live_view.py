"""A live run and its window, on the side of the run: news out, wishes in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hipdrop.events import Marked, NewBaseline, SidesChanged, Step, SwapSides
from hipdrop.links.states import State
from hipdrop.live.feed import LiveFacts, RunFeed
from hipdrop.live.keys import Action, Wish
from hipdrop.live.model import LiveModel
from hipdrop.live.process import WindowProcess
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.updates import Update
from hipdrop.live.view import WindowView
from hipdrop.live.wirepipe import Picture
from hipdrop.live.wishes import Wishes
from hipdrop.liverun import LiveRun
from hipdrop.recording import Entered, read_run
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.virtual.loop import run_virtual
from host.links.scripted_clip import ScriptedClip, ScriptedLink
from packed import counts_of_run


@pytest.fixture(scope="module")
def counts() -> NDArray[np.int16]:
    """A minute of running."""
    return counts_of_run(simulate(RunnerConfig(minutes=1.0, seed=4)))


class Seen(WindowProcess):
    """What a window would be told, with the model that it would keep."""

    def __init__(self) -> None:
        super().__init__(lambda what: None)
        self.model = LiveModel()
        self.snapshots: list[Snapshot] = []

    def send(self, update: Update) -> None:
        self.model.take(update)
        self.snapshots.append(self.model.snapshot())


def watched(
    counts: NDArray[np.int16], wishes: dict[float, Action | Picture], path: Path | None = None,
    before: Callable[[LiveRun], None] = lambda run: None,
) -> tuple[LiveRun, WindowView, Seen]:  # fmt: skip
    """Run it in virtual time with wishes at their times."""

    async def act() -> tuple[LiveRun, WindowView, Seen]:
        run, link = LiveRun(Settings(), recording=path), ScriptedLink(ScriptedClip(counts=counts))
        loop, seen = asyncio.get_running_loop(), Seen()
        before(run)
        async with link:
            feed = RunFeed(run, LiveFacts(run, now=loop.time))
            view = WindowView(Wishes(run, feed.refresh).act)
            view.process = seen
            feed.views.append(view)
            session = run.session(link, on_state=feed.state)
            run.on_events = feed.events
            for at_s, wish in wishes.items():
                loop.call_later(at_s, view.act, wish)
            await run.run(session)
        return run, view, seen

    return run_virtual(act())


def test_the_window_is_told_all_that_the_run_says(counts: NDArray[np.int16], tmp_path: Path) -> None:
    run, _, seen = watched(counts, {}, tmp_path / "run.mcap")
    last = seen.snapshots[-1]
    assert last.steps == sum(isinstance(event, Step) for event in run.events) > 100
    assert last.phase.kind is PhaseKind.ENDED
    assert len(last.left.level_s) > 40
    assert len(last.strides.last_deg) == 5
    facts = last.facts
    assert (facts.source, facts.recording, facts.lost) == ("scripted", "run.mcap", 0)
    assert facts.received == run.chain.link_table()["samples_received"] > 0.99 * len(counts)
    assert facts.rate_hz == pytest.approx(208, rel=0.01)
    assert PhaseKind.CONNECTING in {snapshot.phase.kind for snapshot in seen.snapshots}


def test_wishes_become_inputs_of_the_run_and_of_its_recording(counts: NDArray[np.int16], tmp_path: Path) -> None:
    wishes: dict[float, Action | Picture] = {
        30.0: Action(Wish.PAIN), 40.0: Action(Wish.MARK, "hill", 4.0), 45.0: Action(Wish.SWAP),
        50.0: Action(Wish.BASELINE), 52.0: Picture("here.png"),
    }  # fmt: skip
    run, view, seen = watched(counts, wishes, tmp_path / "run.mcap")
    marks = [event for event in run.events if isinstance(event, Marked)]
    assert [mark.note for mark in marks] == ["pain", "hill"]
    assert marks[1].t_s - marks[0].t_s == pytest.approx(10.0 - 4.0, abs=0.2)
    assert [(mark.note, mark.pain) for mark in seen.snapshots[-1].marks] == [("pain", True), ("hill", False)]
    assert any(isinstance(event, SidesChanged) and event.reason == "swapped" for event in run.events)
    entered = [item.item for item in read_run(tmp_path / "run.mcap").items if isinstance(item, Entered)]
    assert [type(item) for item in entered[2:]] == [SwapSides, NewBaseline]
    assert view.pictures == ["here.png"]


def test_mute_is_a_switch_and_is_shown(counts: NDArray[np.int16]) -> None:
    run, _, seen = watched(counts, {20.0: Action(Wish.MUTE), 30.0: Action(Wish.MUTE), 40.0: Action(Wish.MUTE)})
    assert run.outbox.muted
    shown = [snapshot.facts.muted for snapshot in seen.snapshots]
    assert sum(before != after for before, after in pairwise(shown)) == 3


def test_a_run_that_nobody_sees_the_waves_of_does_not_cut_them_out(counts: NDArray[np.int16]) -> None:
    """And one that ends while its link is lost says that it is ending."""
    shown: list[Update] = []

    class Blind:
        strides = False

        def show(self, update: Update) -> None:
            shown.append(update)

    async def act() -> LiveRun:
        run, link = LiveRun(Settings()), ScriptedLink(ScriptedClip(counts=counts))
        feed = RunFeed(run, LiveFacts(run))
        feed.views.append(Blind())
        run.on_events = feed.events
        async with link:
            await run.run(run.session(link, on_state=feed.state))
        return run

    run = run_virtual(act())
    assert sum(isinstance(event, Step) for update in shown for event in update.events) > 100
    assert all(update.strides is None for update in shown)
    assert run.current is not None
    feed = RunFeed(run, LiveFacts(run))
    feed.views.append(Blind())
    feed.state(State.WAITING)  # the session has ended: nothing but what is missing is waited for
    assert shown[-1].facts is not None
    assert shown[-1].facts.state == State.FINISHING.value


def test_stop_ends_the_run_in_order(counts: NDArray[np.int16]) -> None:
    _, _, seen = watched(counts, {30.0: Action(Wish.STOP)})
    last = seen.snapshots[-1]
    assert last.phase.kind is PhaseKind.ENDED
    assert 25 < last.reached_s < 31


def test_without_a_screen_one_line_is_said_and_the_run_goes_on(
    counts: NDArray[np.int16], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    said: list[str] = []

    async def act() -> None:
        view = WindowView(lambda action: None, say=said.append)
        view.open()
        view.show(Update())
        assert not view.strides
        view.close()

    asyncio.run(act())
    assert len(said) == 1
    assert said[0].startswith("no screen here")
    assert "terminal" in said[0]


def test_a_window_that_dies_leaves_the_run_alone(on_screen: str) -> None:
    said: list[str] = []

    async def act() -> None:
        view = WindowView(lambda action: None, say=said.append)
        view.open()
        process = view.process
        assert process is not None
        await asyncio.to_thread(process.wait_ready, 30.0)
        assert process._process is not None
        process._process.kill()
        while view.process is not None:
            await asyncio.sleep(0.01)
        view.show(Update())

    asyncio.run(asyncio.wait_for(act(), 60.0))
    assert len(said) == 1
    assert "the terminal shows the run" in said[0]
