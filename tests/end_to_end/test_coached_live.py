"""The demo of the coached run, from the sensor's registers to the motor, and back from the recording."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hipdrop.alerts import HapticCounts, Signal
from hipdrop.demo import demo_settings
from hipdrop.events import AlertRaised, BaselineReady
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.recording import Session, read_run
from hipdrop.recording.replay import chain_of, run_through
from hipdrop.settings import Settings
from hipdrop.training.coach import Coach, Outcome
from hipdrop.training.coachdemo import REPEATS, RUN_S, WALK_S, demo_feed
from hipdrop.training.coached import NOTE, CoachedRun
from hipdrop.training.repeats import repeats_of
from hipdrop.training.walkrun import WalkRun
from hipdrop.virtual.loop import run_virtual

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

PLAN = WalkRun(RUN_S, WALK_S, REPEATS)
COACHED = [Signal.WALK, *[Signal.RUN, Signal.WALK] * (REPEATS - 1), Signal.END]
LOOK_S = 0.2


@dataclass
class Ear:
    """Hears signals."""

    heard: list[Signal] = field(default_factory=list)

    def play(self, signal: Signal) -> None:
        self.heard.append(signal)


async def looking(coached: CoachedRun) -> None:
    while True:
        coached.take(())
        await asyncio.sleep(LOOK_S)


def test_the_demo_from_the_first_tone_to_the_replay(tmp_path: Path) -> None:
    path, ear, coach = tmp_path / "run.mcap", Ear(), Coach(PLAN)

    async def act() -> LiveRun:
        run = LiveRun(demo_settings(Settings()), recording=path)
        coached = CoachedRun(run, coach, asyncio.get_running_loop().time)
        run.on_events = coached.take
        async with VirtualLink(demo_feed()) as link:
            session = run.session(link)
            run.outbox.players.append(ear)
            looks = asyncio.create_task(looking(coached))
            await run.run(session)  # ends by itself
            looks.cancel()
        return run

    run = run_virtual(act())
    assert [signal for signal in ear.heard if signal in COACHED] == COACHED
    assert run.haptics.confirmed == len(ear.heard)
    assert run.haptics == HapticCounts(asked=len(ear.heard), confirmed=len(ear.heard))
    assert coach.outcome is Outcome.DONE
    assert [event for event in run.events if isinstance(event, AlertRaised)]  # a drop is shown, and ends nothing
    assert len([event for event in run.events if isinstance(event, BaselineReady)]) == 1  # a walk is no new beginning
    done = repeats_of(coach, run.events)
    assert [one.run_s for one in done] == pytest.approx([RUN_S + 1.5] * REPEATS, abs=2.0)
    assert [one.walk_s for one in done] == pytest.approx([WALK_S + 1.5] * REPEATS, abs=2.0)
    assert all(one.cadence_spm == pytest.approx(163.0, abs=8.0) for one in done)
    replayed = read_run(path)
    notes = [item for item in replayed.items if isinstance(item, Session) and item.what == NOTE]
    assert [note.detail["due"] for note in notes] == ["walk", *["run", "walk"] * (REPEATS - 1), "over"]
    assert repr(run_through(replayed, chain_of(replayed))) == repr(run.events)  # NaN is not equal to itself
