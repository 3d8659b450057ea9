"""A replay and its view: whatever is wished, the events are the live ones, and the view is that of the live run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hipdrop.events import Event, Mark, Step, Treadmill
from hipdrop.imucsv import Recording
from hipdrop.live.feed import PipelineFeed
from hipdrop.live.keys import REPLAY_KEYS, Action, Wish
from hipdrop.live.model import LiveModel, follow
from hipdrop.live.replaying import AT_THE_END, LEAPS_S, PART_ENDS, SPEEDS, Replay, next_speed
from hipdrop.live.snapshot import PhaseKind, Snapshot
from hipdrop.live.updates import Facts, Update
from hipdrop.recording import Entered, Item, Message, Run, RunHeader, Session
from hipdrop.recording.player import Doing
from hipdrop.recording.tapes import CsvTape, RunTape, Tape
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from packed import PackedClip, counts_of_run
from synthetic import REPEATABLE

RUN_S, LOST_S, BACK_S = 60.0, 30.0, 34.0
FRAME_S = 1 / 30
FACTS = Facts("run.mcap", who="Anna, blue")


@dataclass
class Watched:
    """A replay, its clock, and the model of its view."""

    tape: Tape
    options: dict[str, float] = field(default_factory=dict)
    look_s: float = 0.0  # what each look at the clock costs
    now_s: float = 100.0
    model: LiveModel = field(default_factory=LiveModel)
    told: list[Update] = field(default_factory=list)
    facts: Facts = FACTS

    def __post_init__(self) -> None:
        self.replay = Replay(self.tape, facts=FACTS, now=self._clock, **self.options)

    def _clock(self) -> float:
        self.now_s += self.look_s
        return self.now_s

    def frame(self, passed_s: float = FRAME_S) -> Update | None:
        self.now_s += passed_s
        update = self.replay.advance()
        if update is not None:
            self.model = follow(self.model, update)
            self.told.append(update)
            self.facts = update.facts or self.facts
        return update

    def until(self, reached: Callable[[], bool]) -> Snapshot:
        for _ in range(20_000):
            self.frame()
            if reached():
                return self.now
        raise AssertionError("it goes on for ever")

    def until_s(self, t_s: float) -> Snapshot:
        return self.until(lambda: self.facts.elapsed_s >= t_s)

    def there(self) -> bool:
        return self.replay.player.doing is not Doing.SEEKING

    def wish(self, wish: Wish, to_s: float = 0.0) -> None:
        self.replay.act(Action(wish, to_s=to_s))

    def go(self, wish: Wish, to_s: float = 0.0) -> Snapshot:
        self.wish(wish, to_s)
        return self.until(self.there)

    @property
    def now(self) -> Snapshot:
        return self.model.snapshot()


@pytest.fixture(scope="module")
def run() -> Run:
    """A minute; for 4 s the link is lost, what it missed comes at once; muted for 5 s; the treadmill is told, and a
    mark.
    """
    clip = PackedClip()
    messages = clip.stream_of(counts_of_run(simulate(RunnerConfig(minutes=RUN_S / 60, seed=5))))
    begin_s = messages[2][0]
    items: list[Item] = [Session(messages[0][0], "connected", {"mtu": 247})]
    items += [
        Message(begin_s + BACK_S + 0.1 if LOST_S < at_s - begin_s < BACK_S else at_s, message)
        for at_s, message in messages
    ]
    items += [
        Message(begin_s + 2.0, clip.status()),
        Entered(begin_s + 10.0, Treadmill(3.0, 1.0)),
        Session(begin_s + 20.0, "muted"),
        Session(begin_s + 25.0, "unmuted"),
        Session(begin_s + LOST_S, "lost"),
        Session(begin_s + BACK_S, "connected", {"mtu": 247}),
        Entered(begin_s + 40.0, Mark("hill")),
    ]
    return Run(Path("run.mcap"), RunHeader(), sorted(items, key=time_of))


def time_of(item: Item) -> float:
    return item.arrival_s if isinstance(item, Message) else item.t_s


@pytest.fixture(scope="module")
def tape(run: Run) -> RunTape:
    return RunTape(run)


class Live:
    """What a live run would have said and shown: each item alone, the view told of each event at once."""

    def __init__(self, events: list[Event], snapshots: dict[int, Snapshot]) -> None:
        self.events = events
        self.snapshots = snapshots  # by number of events


@pytest.fixture(scope="module")
def live(tape: RunTape) -> Live:
    current, feed, model = tape.begin(), PipelineFeed(), LiveModel()
    events: list[Event] = []
    snapshots = {0: model.snapshot()}
    for number in range(len(tape.due_s) + 1):
        new = current.take(number) + current.run() if number < len(tape.due_s) else current.close()
        model.take(feed.update(current.pipeline, new, current.reached_s))
        events += new
        snapshots[len(events)] = model.snapshot()
    return Live(events, snapshots)


def texts(events: list[Event]) -> list[str]:
    return list(map(repr, events))


def assert_same_view(shown: Snapshot, expected: Snapshot) -> None:
    """All that the steps have come to; not the facts."""
    assert shown.steps == expected.steps
    for one, other in ((shown.left, expected.left), (shown.right, expected.right)):
        for name in ("step_s", "step_deg", "counted", "level_s", "level_deg", "reference_deg", "limit_deg"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(shown.cadence_spm, expected.cadence_spm)
    np.testing.assert_array_equal(shown.strides.last_deg, expected.strides.last_deg)
    assert (shown.marks, shown.onsets, shown.alerts, shown.alerted) == (
        expected.marks, expected.onsets, expected.alerts, expected.alerted,
    )  # fmt: skip
    assert [begin_s for begin_s, _ in shown.pauses] == [begin_s for begin_s, _ in expected.pauses]


def test_at_speed_1_it_is_the_live_run_again(tape: RunTape, live: Live) -> None:
    watched = Watched(tape)
    for until_s in (12.0, 32.0, 45.0):
        shown = watched.until_s(until_s)
        assert texts(watched.replay.events) == texts(live.events[: len(watched.replay.events)])
        assert_same_view(shown, live.snapshots[len(watched.replay.events)])
    shown = watched.until(lambda: watched.replay.ended)
    assert texts(watched.replay.events) == texts(live.events)
    assert_same_view(shown, live.snapshots[len(live.events)])
    assert shown.steps > 100
    assert watched.now_s - 100.0 == pytest.approx(RUN_S, abs=1.0)
    assert shown.phase.kind is PhaseKind.ENDED
    assert (shown.facts.notice, shown.facts.elapsed_s) == (AT_THE_END, 59.0)


def test_the_view_after_going_back_is_that_of_the_first_time(tape: RunTape, live: Live) -> None:
    watched = Watched(tape, look_s=0.002)  # each advance gets but a little way
    watched.until_s(50.0)
    for wish, to_s, at_s in ((Wish.SEEK, 25.0, 25.0), (Wish.AHEAD, 0.0, 35.0), (Wish.BACK, 0.0, 25.0)):
        shown = watched.go(wish, to_s)
        assert shown.reached_s == pytest.approx(at_s, abs=0.5)
        assert texts(watched.replay.events) == texts(live.events[: len(watched.replay.events)])
        assert_same_view(shown, live.snapshots[len(watched.replay.events)])
    watched.until(lambda: watched.replay.ended)
    assert texts(watched.replay.events) == texts(live.events)


def test_nothing_of_the_beginning_flashes_by_on_the_way_back(tape: RunTape) -> None:
    watched = Watched(tape, look_s=0.002)
    watched.until_s(50.0)
    watched.told.clear()
    watched.go(Wish.BACK)
    (restart,) = [number for number, update in enumerate(watched.told) if update.restart]
    assert restart >= 1
    for update in watched.told[:restart]:
        assert not update.events
        assert update.facts is not None
        assert update.facts.notice == "going to 0:40"
        assert update.facts.elapsed_s == 50.0
    assert watched.told[restart].reached_s == pytest.approx(40.0, abs=0.5)
    assert watched.now.facts.notice == ""


def test_leaps_add_up_and_end_at_the_ends(tape: RunTape) -> None:
    watched = Watched(tape)
    watched.wish(Wish.PAUSE)
    for wish in (Wish.AHEAD, Wish.AHEAD, Wish.AHEAD, Wish.BACK):
        watched.wish(wish)
    assert watched.until(watched.there).reached_s == pytest.approx(20.0, abs=0.5)
    assert watched.go(Wish.FAR_BACK).reached_s == pytest.approx(0.0, abs=0.3)
    shown = watched.go(Wish.FAR_AHEAD)
    assert shown.phase.kind is PhaseKind.ENDED
    assert watched.go(Wish.AHEAD).phase.kind is PhaseKind.ENDED
    assert watched.go(Wish.BACK).reached_s == pytest.approx(RUN_S - 10.0, abs=0.5)
    assert watched.now.facts.replay_paused
    assert watched.go(Wish.BEGINNING).reached_s < 0.3


def test_space_pauses_goes_on_and_begins_again_at_the_end(tape: RunTape) -> None:
    watched = Watched(tape)
    before = watched.until_s(20.0)
    watched.wish(Wish.PAUSE)
    watched.frame()
    assert watched.now.facts.replay_paused
    assert [watched.frame(10.0) for _ in range(3)] == [None] * 3
    assert watched.now.reached_s == pytest.approx(before.reached_s, abs=0.1)
    watched.wish(Wish.PAUSE)
    assert watched.until_s(22.0).facts.replay_paused is False
    watched.go(Wish.FAR_AHEAD)
    watched.wish(Wish.PAUSE)
    watched.frame()
    assert watched.now.reached_s < 1.0
    assert watched.until_s(2.0).phase.kind is not PhaseKind.ENDED


def test_one_step_on_is_one_step_more_in_the_view(tape: RunTape) -> None:
    watched = Watched(tape)
    watched.until_s(40.0)
    for _ in range(5):
        before = watched.now.steps
        watched.wish(Wish.STEP)
        watched.until(watched.there)
        assert watched.now.steps == before + 1
        assert watched.now.facts.replay_paused


def test_steps_that_become_known_at_once_come_one_by_one_with_their_levels(tape: RunTape, live: Live) -> None:
    watched = Watched(tape)
    for number in range(1, 30):
        watched.wish(Wish.STEP)
        watched.until(watched.there)
        now = watched.now
        assert now.steps == number
        assert now.reached_s > 10.0
        levels_s = np.concatenate([now.left.level_s, now.right.level_s])
        assert len(levels_s) <= number
        assert levels_s.max(initial=0.0) <= now.last_steps[-1].t_s
    watched.wish(Wish.PAUSE)
    watched.frame(1.0)
    assert_same_view(watched.now, live.snapshots[len(watched.replay.events)])


def test_faster_and_slower_are_a_ladder(tape: RunTape) -> None:
    assert [next_speed(speed, faster=True) for speed in SPEEDS] == [*SPEEDS[1:], math.inf]
    assert [next_speed(speed, faster=False) for speed in SPEEDS] == [SPEEDS[0], *SPEEDS[:-1]]
    assert (next_speed(3.0, faster=True), next_speed(3.0, faster=False)) == (4.0, 2.0)
    watched = Watched(tape)
    watched.wish(Wish.FASTER)
    watched.wish(Wish.FASTER)
    watched.frame(5.2)
    assert (watched.now.facts.replay_speed, watched.now.facts.elapsed_s) == (4.0, 20.0)
    for _ in range(len(SPEEDS)):
        watched.wish(Wish.FASTER)
    watched.until(lambda: watched.replay.ended)
    assert watched.now.facts.replay_speed == math.inf


@pytest.mark.parametrize("wish", [Wish.BACK, Wish.SEEK, Wish.PAUSE])
def test_who_goes_back_from_the_end_of_a_quick_replay_looks_at_the_speed_of_the_run(tape: RunTape, wish: Wish) -> None:
    watched = Watched(tape, {"speed": math.inf})
    watched.until(lambda: watched.replay.ended)
    watched.go(wish, 20.0)
    watched.frame(1.0)
    assert watched.replay.player.doing is Doing.PLAYING
    assert watched.facts.replay_speed == 1.0


def test_the_link_is_shown_as_it_was(tape: RunTape) -> None:
    watched = Watched(tape)
    assert watched.until_s(15.0).facts.battery_percent == 80
    assert watched.now.facts.who == "Anna, blue, 3.00 m/s (10.8 km/h), slope 1 %"
    assert watched.until_s(22.0).facts.muted
    assert not watched.until_s(27.0).facts.muted
    shown = watched.until_s(33.0)
    assert shown.phase.kind is PhaseKind.LINK_LOST
    assert "as it was in this run" in shown.phase.detail
    assert (shown.facts.lost_for_s, shown.reached_s) == (pytest.approx(3.0, abs=1.0), pytest.approx(30.0, abs=0.5))
    shown = watched.until_s(36.0)
    assert shown.facts.state == "streaming"
    assert (shown.facts.lost_for_s, shown.facts.reconnects, shown.facts.lost) == (None, 1, 0)
    assert shown.facts.rate_hz == pytest.approx(208, rel=0.01)
    assert (shown.facts.source, shown.facts.length_s) == ("run.mcap", pytest.approx(RUN_S, abs=0.2))
    assert [mark.note for mark in watched.until_s(42.0).marks] == ["hill"]


def test_a_part_begins_at_its_beginning_and_pauses_at_its_end(tape: RunTape, live: Live) -> None:
    watched = Watched(tape, {"from_s": 20.0, "to_s": 25.0})
    shown = watched.until(lambda: watched.facts.notice == PART_ENDS)
    assert shown.reached_s == pytest.approx(25.0, abs=0.2)
    assert watched.now_s - 100.0 == pytest.approx(5.0, abs=0.5)
    assert shown.facts.replay_paused
    watched.wish(Wish.PAUSE)
    assert watched.until_s(27.0).facts.notice == ""
    watched.replay.finish(lambda t_s, events: None)
    assert texts(watched.replay.events) == texts(live.events)


def test_the_rest_is_told_once_and_to_the_end(tape: RunTape, live: Live) -> None:
    watched = Watched(tape, {"to_s": 20.0}, look_s=0.01)
    watched.until_s(10.0)
    watched.wish(Wish.BACK)  # on the way back, and then paused: the rest is the whole run all the same
    watched.wish(Wish.PAUSE)
    shown: list[Event] = []
    times: list[float] = []

    def show(t_s: float, events: object) -> None:
        times.append(t_s)
        shown.extend(events)  # type: ignore[arg-type]

    watched.replay.finish(show)
    assert texts(watched.replay.events) == texts(live.events)
    assert texts(shown) == texts(live.events)
    assert times == sorted(times)
    assert len(times) > 3


WISHES = st.tuples(
    st.sampled_from([*REPLAY_KEYS.values(), Wish.SEEK, Wish.MARK]), st.floats(0.0, 70.0), st.floats(0, 2)
)


@settings(REPEATABLE, max_examples=20)
@given(st.lists(WISHES, max_size=20))
def test_whatever_is_wished_the_events_are_the_live_ones(
    tape: RunTape, live: Live, wishes: list[tuple[Wish, float, float]]
) -> None:
    watched = Watched(tape)
    for wish, to_s, passed_s in wishes:
        watched.wish(wish, to_s)
        watched.frame(passed_s)
        watched.frame(passed_s)
        assert texts(watched.replay.events) == texts(live.events[: len(watched.replay.events)])
    watched.until(watched.there)
    if not watched.replay.player.holds_back:
        assert_same_view(watched.now, live.snapshots[len(watched.replay.events)])
    watched.replay.finish(lambda t_s, events: None)
    assert texts(watched.replay.events) == texts(live.events)


def test_every_leap_has_a_key() -> None:
    assert set(LEAPS_S) <= set(REPLAY_KEYS.values())


def test_a_csv_keeps_its_own_time_axis() -> None:
    """Times of the view count from the first sample, as in a live run."""
    simulated = simulate(RunnerConfig(minutes=0.5, seed=5))
    late = [
        SampleBlock(block.t_s + 1000.0, block.acc_ms2, block.gyr_rads, block.first_index, block.gap_s)
        for block in simulated.blocks
    ]
    watched = Watched(CsvTape(Recording(Path("a.csv"), late, 208.0, 208.0, ()), Settings()))
    shown = watched.until_s(20.0)
    assert shown.reached_s == pytest.approx(20.0, abs=0.3)
    assert 0.0 < shown.left.step_s[0] < 20.0
    assert watched.told[-1].reached_s == pytest.approx(1020.0, abs=0.3)
    assert (shown.facts.rate_hz, shown.facts.lost) == (208.0, 0)
    assert shown.facts.received == pytest.approx(208 * 20, abs=100)
    assert watched.go(Wish.BACK).reached_s == pytest.approx(10.0, abs=0.3)
    ended = watched.go(Wish.FAR_AHEAD)
    assert ended.facts.received == sum(map(len, late))
    assert any(isinstance(event, Step) for event in watched.replay.events)


def test_a_recording_without_samples_ends_without_a_pipeline() -> None:
    clip = PackedClip()
    watched = Watched(RunTape(Run(Path("run.mcap"), RunHeader(), [Message(5.0, clip.info())])))
    watched.until(lambda: watched.replay.ended)
    assert watched.replay.player.current.pipeline is None
    assert watched.now.steps == 0
