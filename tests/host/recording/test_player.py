"""The player: whatever is pressed, the events are those of the live run, in their order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hipdrop.events import Event, Mark, Step
from hipdrop.imucsv import read_imu_csv
from hipdrop.receive.chain import Chain
from hipdrop.recording import Entered, Item, Message, Run, RunHeader, Session
from hipdrop.recording.player import Doing, Played, Player
from hipdrop.recording.tapes import CsvTape, RunTape, Tape
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from packed import PackedClip, counts_of_run
from synthetic import REPEATABLE

RUN_S = 60.0
Counts = NDArray[np.int16]


@dataclass
class Clock:
    """A clock that goes when it is told to, or by a little whenever somebody looks at it."""

    now_s: float = 100.0
    look_s: float = 0.0

    def __call__(self) -> float:
        self.now_s += self.look_s
        return self.now_s


@dataclass
class View:
    """What a view does with a player: calls it, and forgets all when the run begins anew."""

    player: Player
    clock: Clock
    events: list[Event] = field(default_factory=list)

    def after(self, passed_s: float) -> Played:
        self.clock.now_s += passed_s
        played = self.player.advance()
        if played.anew:
            self.events = []
        self.events += played.events
        return played

    def until(self, reached: Callable[[Played], bool], each_s: float = 1 / 30) -> Played:
        for _ in range(20_000):
            played = self.after(each_s)
            if reached(played):
                return played
        raise AssertionError("it goes on for ever")

    @property
    def steps(self) -> int:
        return sum(isinstance(event, Step) for event in self.events)


@pytest.fixture(scope="module")
def run() -> Run:
    """A minute with a loss of 4 s, whose frames come again in a burst, and a mark."""
    counts = counts_of_run(simulate(RunnerConfig(minutes=RUN_S / 60, seed=5)))
    messages = PackedClip().stream_of(counts)
    begin_s = messages[0][0]
    late = [(max(at_s, begin_s + 34.0) if begin_s + 30 < at_s else at_s, message) for at_s, message in messages]
    items: list[Item] = [Session(begin_s, "connected", {"mtu": 247})]
    items += [Message(at_s, message) for at_s, message in sorted(late, key=lambda timed: timed[0])]
    items.insert(300, Entered(items[299].arrival_s, Mark("hill")))  # type: ignore[union-attr]
    return Run(Path("run.mcap"), RunHeader(), items)


@pytest.fixture(scope="module")
def live(run: Run) -> list[Event]:
    """What the live run said, message by message."""
    chain, events = Chain(Settings()), list[Event]()
    for item in run.items:
        if isinstance(item, Message):
            events += chain.push(item.arrival_s, item.message)
        elif isinstance(item, Entered):
            events += chain.user(item.item)
        else:
            chain.connected(247)
    return events + chain.close()


def texts(events: list[Event]) -> list[str]:
    return list(map(repr, events))


def view_of(tape: Tape, **options: float) -> View:
    clock = Clock()
    return View(Player(tape, now=clock, **options), clock)


def test_the_events_are_those_of_the_live_run(run: Run, live: list[Event]) -> None:
    view = view_of(RunTape(run))
    played = view.until(lambda played: played.doing is Doing.ENDED)
    assert texts(view.events) == texts(live)
    assert view.clock.now_s - 100.0 == pytest.approx(RUN_S, abs=1.0)
    assert played.reached_s == pytest.approx(RUN_S, abs=0.2)
    assert view.after(1.0).events == []
    assert view.steps > 120


def test_speed_is_kept_and_may_change(run: Run) -> None:
    view = view_of(RunTape(run), speed=2.0)
    assert view.after(10.0).reached_s == pytest.approx(20.0, abs=0.5)
    view.player.set_speed(0.5)
    assert view.after(10.0).reached_s == pytest.approx(25.0, abs=0.5)
    view.player.set_speed(math.inf)
    assert view.after(0.001).doing is Doing.ENDED
    with pytest.raises(ValueError, match="not over 0"):
        view.player.set_speed(0.0)


def test_while_it_is_paused_no_time_passes(run: Run, live: list[Event]) -> None:
    view = view_of(RunTape(run))
    view.after(20.0)
    view.player.pause()
    before = view.after(0.0)
    for _ in range(3):
        played = view.after(100.0)
        assert (played.events, played.reached_s, played.doing) == ([], before.reached_s, Doing.PAUSED)
    view.player.play()
    assert view.after(1.0).reached_s == pytest.approx(before.reached_s + 1.0, abs=0.2)
    view.until(lambda played: played.doing is Doing.ENDED)
    assert texts(view.events) == texts(live)


def test_a_step_is_one_step(run: Run, live: list[Event]) -> None:
    """Also where the pipeline lets out many at once: when mount and sides are found."""
    view = view_of(RunTape(run))
    view.player.pause()
    count = sum(isinstance(event, Step) for event in live)
    for number in range(1, count + 1):
        view.player.step()
        played = view.after(0.0)
        assert isinstance(played.events[-1], Step)
        assert (view.steps, played.doing is Doing.ENDED) == (number, False) or number == count
    assert texts(view.events) == texts(live[: len(view.events)])
    view.player.step()
    assert view.after(0.0).doing is Doing.ENDED
    assert texts(view.events) == texts(live)


def test_forward_and_backward_to_a_moment(run: Run, live: list[Event]) -> None:
    view = view_of(RunTape(run))
    view.player.seek(40.0)
    assert view.until(lambda played: played.doing is not Doing.SEEKING, 0.0).reached_s == pytest.approx(40.0, abs=0.5)
    assert texts(view.events) == texts(live[: len(view.events)])
    assert view.steps > 60
    view.player.pause()
    view.player.seek(25.0)
    view.until(lambda played: played.doing is not Doing.SEEKING, 0.0)
    played = view.after(10.0)
    assert (played.doing, played.events) == (Doing.PAUSED, [])
    assert played.reached_s == pytest.approx(25.0, abs=0.2)
    assert texts(view.events) == texts(live[: len(view.events)])
    view.player.play()
    view.until(lambda played: played.doing is Doing.ENDED)
    assert texts(view.events) == texts(live)
    view.player.seek(10.0)  # from the end as well
    assert view.until(lambda played: played.doing is Doing.PLAYING, 0.0).reached_s == pytest.approx(10.0, abs=0.2)
    view.player.seek(1e6)
    assert view.until(lambda played: played.doing is not Doing.SEEKING, 0.0).doing is Doing.ENDED
    assert texts(view.events) == texts(live)


def test_it_pauses_at_the_end_of_a_part_once(run: Run) -> None:
    view = view_of(RunTape(run), until_s=20.0, speed=math.inf)
    played = view.until(lambda played: played.doing is Doing.PAUSED)
    assert played.reached_s == pytest.approx(20.0, abs=0.5)
    view.player.play()
    assert view.until(lambda played: played.doing is not Doing.PLAYING).doing is Doing.ENDED


def test_it_computes_no_longer_than_it_is_given(run: Run, live: list[Event]) -> None:
    """Each look at the clock costs 5 ms here: an advance of 20 ms looks but a few times, and goes on the next time."""
    clock = Clock(look_s=0.005)
    view = View(Player(RunTape(run), now=clock), clock)
    view.player.seek(50.0)
    calls = 0
    while view.after(0.0).doing is Doing.SEEKING:
        calls += 1
    assert calls >= 5
    view.player.set_speed(math.inf)
    view.until(lambda played: played.doing is Doing.ENDED, 0.0)
    assert texts(view.events) == texts(live)


KEYS = st.one_of(
    st.sampled_from(["play", "pause", "step"]),
    st.floats(0.0, RUN_S).map(lambda t_s: ("seek", t_s)),
    st.floats(0.1, 100.0).map(lambda speed: ("speed", speed)),
    st.floats(0.0, 5.0).map(lambda passed_s: ("wait", passed_s)),
)


@settings(REPEATABLE, max_examples=25)
@given(st.lists(KEYS, max_size=25))
def test_whatever_is_pressed_the_events_are_the_live_ones(run: Run, live: list[Event], keys: list[object]) -> None:
    view = view_of(RunTape(run))
    for key in keys:
        match key:
            case "play":
                view.player.play()
            case "pause":
                view.player.pause()
            case "step":
                view.player.step()
            case ("seek", float(t_s)):
                view.player.seek(t_s)
            case ("speed", float(speed)):
                view.player.set_speed(speed)
            case ("wait", float(passed_s)):
                view.after(passed_s)
                assert texts(view.events) == texts(live[: len(view.events)])
    view.player.play()
    view.player.set_speed(math.inf)
    view.until(lambda played: played.doing is Doing.ENDED)
    assert texts(view.events) == texts(live)


def test_a_csv_is_played_too(tmp_path: Path) -> None:
    from hipdrop.cli import main
    from hipdrop.pipeline import Pipeline

    path = tmp_path / "run.csv"
    assert main(["simulate", "--minutes", "0.6", "-o", str(path)]) == 0
    recording = read_imu_csv(path)
    pipeline = Pipeline(recording.rate_hz, Settings())
    events = [event for block in recording.blocks for event in pipeline.push(block)] + pipeline.close()
    view = view_of(CsvTape(recording, Settings()))
    view.player.seek(20.0)
    view.until(lambda played: played.doing is Doing.PLAYING, 0.0)
    assert view.player.current.reached_s == pytest.approx(20.0, abs=0.11)
    view.until(lambda played: played.doing is Doing.ENDED)
    assert texts(view.events) == texts(events)


def test_an_empty_recording_has_ended(tmp_path: Path) -> None:
    view = view_of(RunTape(Run(tmp_path, RunHeader(), [])))
    assert view.after(0.1).doing is Doing.ENDED
