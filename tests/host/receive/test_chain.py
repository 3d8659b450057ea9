"""Messages to events: a simulated runner packed into frames, and everything that a link can do to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hipdrop.errors import ConfigError
from hipdrop.events import Event, Flag, Gap, Mark, Marked, Step, SwapSides
from hipdrop.pipeline import Pipeline
from hipdrop.receive.chain import Chain
from hipdrop.receive.messages import read_info
from hipdrop.receive.scale import Scale
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from hipwire import commands, frames, ids
from packed import FULL, HOST_ZERO_S, LATENCY_S, PackedClip, Timed, counts_of_run, push_all
from synthetic import REPEATABLE

FRAME_S = FULL / 208.0
Counts = NDArray[np.int16]


@pytest.fixture(scope="module")
def counts() -> Counts:
    """Forty seconds of running as counts."""
    return counts_of_run(simulate(RunnerConfig(minutes=40 / 60, seed=3)))


@pytest.fixture(scope="module")
def quiet() -> Counts:
    """Ten seconds of standing as counts: cheap, and every sample another."""
    rng = np.random.default_rng(0)
    still = np.zeros((2080, 6))
    still[:, 1] = 2049
    return np.asarray(np.rint(still + rng.normal(0, 3, still.shape)), dtype=np.int16)


def steps_of(events: list[Event]) -> list[Step]:
    return [event for event in events if isinstance(event, Step)]


def by_pipeline(counts: Counts, clip: PackedClip, used: Settings) -> list[Event]:
    """What the pipeline says of the same counts at the true rate."""
    scale = Scale(read_info(clip.info()))
    t_s = np.arange(len(counts)) / clip.rate_hz
    pipeline = Pipeline(clip.rate_hz, used)
    block = SampleBlock(t_s, scale.acc_ms2(counts), scale.gyr_rads(counts))
    return [event for piece in block.cut(208) for event in pipeline.push(piece)] + pipeline.close()


@pytest.mark.parametrize("error", [-0.05, 0.0, 0.05])
def test_frames_give_the_steps_of_their_counts(counts: Counts, error: float) -> None:
    """The clip's rate is off by up to 5 %; ticks are whole microseconds, so times agree to one."""
    clip = PackedClip(rate_hz=208.0 * (1 + error), first_sequence=65400, first_ticks_us=2**30 - 8_000_000)
    chain = Chain()
    found = steps_of(push_all(chain, clip.stream_of(counts)))
    wanted = steps_of(by_pipeline(counts, clip, chain.used_settings))
    assert len(found) > 80
    assert [step.side for step in found] == [step.side for step in wanted]
    assert [step.flags for step in found] == [step.flags for step in wanted]
    np.testing.assert_allclose([step.t_s for step in found], [step.t_s for step in wanted], atol=2e-6)
    np.testing.assert_allclose([step.drop_deg for step in found], [step.drop_deg for step in wanted], atol=1e-3)
    assert chain.link_table()["samples_received"] == len(counts)
    assert chain.link_table()["samples_lost"] == chain.link_table()["gaps"] == 0


def test_no_frame_waits_for_another_once_the_rate_is_known(quiet: Counts) -> None:
    clip = PackedClip()
    chain = Chain()
    messages = clip.stream_of(quiet)
    for number, (arrival_s, message) in enumerate(messages):
        chain.push(arrival_s, message)
        if number >= 2:
            last = min((number - 1) * FULL, len(quiet)) - 1
            assert chain.reached_s == pytest.approx(last / clip.rate_hz, abs=1e-4)


def test_an_unsettled_rate_is_counted_in_the_frames(quiet: Counts) -> None:
    """The clip does not know its rate, which is 4 % off: nothing goes on for five seconds, then everything."""
    clip = PackedClip(rate_hz=200.0)
    chain = Chain()
    messages = [
        (clip.start_s - 0.2, clip.info()),
        (clip.start_s - 0.1, clip.started(ppm=65535)),
        *clip.frames_of(quiet),
    ]
    for arrival_s, message in messages:
        chain.push(arrival_s, message)
        if arrival_s < clip.start_s + 4.8:
            assert chain.pipeline is None
    assert chain.rate_hz == pytest.approx(200.0, rel=0.002)
    assert chain.reached_s == pytest.approx((len(quiet) - 1) / 200.0, abs=0.02)


def test_a_run_without_any_word_on_the_rate_ends_with_the_nominal_one(quiet: Counts) -> None:
    clip = PackedClip()
    chain = Chain()
    push_all(chain, [(0.0, clip.info()), *clip.frames_of(quiet[:400])])
    assert chain.rate_hz == 208.0
    assert chain.link_table()["samples_received"] == 400


def test_counts_at_the_end_of_the_range_void_their_steps(counts: Counts) -> None:
    """The least count that the wire calls saturated does, one less does not."""
    for value, voided in ((frames.SATURATED_COUNTS, True), (frames.SATURATED_COUNTS - 50, False)):
        spiked = counts.copy()
        spiked[4000, 1] = value
        found = steps_of(push_all(Chain(), PackedClip().stream_of(spiked)))
        assert any(Flag.SATURATED in step.flags for step in found) is voided


def resent(messages: list[Timed], later_s: float) -> list[Timed]:
    """Frames as the clip sends them again, so much later."""
    return [
        (arrival_s + later_s, message[:1] + bytes([message[1] | ids.RESENT]) + message[2:])
        for arrival_s, message in messages
    ]


def test_lost_frames_that_come_in_time_leave_no_trace(quiet: Counts) -> None:
    """Ten frames are lost and come 2 s later: the same events as without, and nothing is missing."""
    clip = PackedClip()
    whole = clip.stream_of(quiet)
    late = resent(whole[20:30], 2.0)
    disturbed = sorted([*whole[:20], *whole[30:], *late])
    chain, calm = Chain(), Chain()
    assert push_all(chain, disturbed) == push_all(calm, whole)
    table = chain.link_table()
    assert (table["samples_lost"], table["samples_recovered"], table["gaps"]) == (0, 10 * FULL, 0)
    assert table["jitter_ms"] == pytest.approx(0.0, abs=0.01)  # a frame that was sent again says nothing of the link


def test_lost_frames_that_come_too_late_are_a_gap_and_complete_the_recording(quiet: Counts) -> None:
    clip = PackedClip()
    whole = clip.stream_of(quiet)
    late = resent(whole[20:25], 4.0)
    chain = Chain()
    events = push_all(chain, sorted([*whole[:20], *whole[25:], *late]))
    (gap,) = [event for event in events if isinstance(event, Gap)]
    assert gap.t_s == pytest.approx((18 * FULL - 1) / 208.0, abs=1e-4)
    assert gap.duration_s == pytest.approx(5 * FRAME_S, abs=1e-4)
    table = chain.link_table()
    assert (table["samples_lost"], table["samples_recovered"], table["gaps"]) == (0, 5 * FULL, 1)


def test_the_wait_is_a_setting(quiet: Counts) -> None:
    """With no wait at all the pipeline goes on behind the hole with the very next frame."""
    whole = PackedClip().stream_of(quiet)
    chain = Chain(Settings().replace({"link": {"backfill_wait_s": 0}}))
    for arrival_s, message in [*whole[:20], whole[25]]:
        chain.push(arrival_s, message)
    assert chain.reached_s == pytest.approx((24 * FULL - 1) / 208.0, abs=1e-4)
    for key, value in (("backfill_wait_s", 61.0), ("backfill_wait_s", -1.0), ("resend_patience_s", 0.0)):
        with pytest.raises(ConfigError, match=key):
            Settings().replace({"link": {key: value}})


def test_samples_that_the_clip_lost_are_a_gap_at_once(quiet: Counts) -> None:
    """A FIFO overrun: sequence numbers go on, the index jumps by 100."""
    clip = PackedClip()
    chain = Chain()
    before = clip.frames_of(quiet[: 10 * FULL])
    first = clip.first_index + 10 * FULL + 100
    after = (clip.sample_s(first + 18) + LATENCY_S, clip.frame(clip.first_sequence + 10, first, quiet[:FULL], ids.GAP))
    events = push_all(chain, [(0.0, clip.info()), (0.1, clip.started()), *before, after])
    (gap,) = [event for event in events if isinstance(event, Gap)]
    assert gap.duration_s == pytest.approx(100 / 208.0, abs=1e-4)
    table = chain.link_table()
    assert (table["lost_on_clip"], table["samples_lost"], table["gaps"]) == (100, 100, 1)


def test_a_loss_longer_than_the_ring_is_given_up_at_the_clips_word(quiet: Counts) -> None:
    """After a reconnect START names the oldest frame kept: what is below is gone, and only that is lost."""
    clip = PackedClip()
    whole = clip.frames_of(quiet)
    n = clip.first_sequence
    chain = Chain()
    chain.connected(247)
    for arrival_s, message in [(0.0, clip.info()), (0.1, clip.started()), *whole[:10]]:
        chain.push(arrival_s, message)
    chain.connected(247)
    now_s = whole[40][0] - 0.01
    chain.push(now_s, clip.started(n + 40, clip.first_index + 40 * FULL, oldest=n + 15))
    assert chain.missing(now_s) == (n + 15, 25)
    assert not chain.complete
    chain.push(now_s, clip.resend_ok(n + 15, 25))
    assert chain.missing(now_s + 1.0) is None
    for back, live in zip(resent(whole[15:40], 0.0), whole[40:65], strict=True):
        chain.push(live[0], live[1])
        chain.push(live[0], back[1])
    assert chain.complete
    assert chain.missing(now_s + 10.0) is None
    table = chain.link_table()
    assert (table["samples_lost"], table["samples_recovered"]) == (5 * FULL, 25 * FULL)
    assert (table["reconnects"], table["mtu"]) == (1, 247)


def test_a_request_is_repeated_when_nothing_comes_of_it_and_not_before(quiet: Counts) -> None:
    clip = PackedClip()
    whole = clip.stream_of(quiet)
    chain = Chain()
    for arrival_s, message in [*whole[:10], whole[13]]:
        chain.push(arrival_s, message)
    now_s = whole[13][0]
    first = clip.first_sequence + 8
    assert chain.missing(now_s) == (first, 3)
    assert chain.missing(now_s + 1.9) is None
    assert chain.missing(now_s + 2.0) == (first, 3)
    busy = commands.pack_answer(ids.RESEND, 3, ids.BUSY)
    chain.push(now_s + 2.1, busy)
    assert chain.missing(now_s + 2.2) is None
    assert chain.missing(now_s + 3.2) == (first, 3)
    chain.push(now_s + 3.3, clip.gone(first + 2))
    assert chain.missing(now_s + 3.4) == (first + 2, 1)
    chain.push(now_s + 3.5, clip.gone(first + 9))
    assert chain.missing(now_s + 3.6) is None
    assert chain.complete


def test_what_stop_names_and_has_not_come_is_missing(quiet: Counts) -> None:
    clip = PackedClip()
    whole = clip.stream_of(quiet[: 20 * FULL])
    chain = Chain()
    for arrival_s, message in whole[:-1]:
        chain.push(arrival_s, message)
    chain.push(whole[-1][0], clip.stopped(clip.first_sequence + 20, clip.first_index + 20 * FULL))
    assert chain.missing(whole[-1][0]) == (clip.first_sequence + 19, 1)
    assert chain.link_table()["samples_lost"] == FULL
    chain.push(*whole[-1])
    table = chain.link_table()
    assert (table["samples_lost"], table["samples_recovered"]) == (0, 0)  # overtaken by an answer, not fetched again


def test_the_button_marks_once_where_it_was_pressed(quiet: Counts) -> None:
    """Status and log both tell of it, more than once, before the frame with the sample comes."""
    clip = PackedClip()
    whole = clip.stream_of(quiet)
    index = clip.first_index + 30 * FULL + 7
    told = whole[31][0]
    news = [clip.status(marks=1, mark_index=index), clip.mark_log(1, index), clip.status(marks=1, mark_index=index)]
    events = push_all(Chain(), sorted([*whole, *((told, message) for message in news)], key=lambda timed: timed[0]))
    (mark,) = [event for event in events if isinstance(event, Marked)]
    assert mark.t_s == pytest.approx((30 * FULL + 6) / 208.0, abs=1e-4)


def test_a_mark_told_late_is_put_in_at_once_and_one_from_before_the_run_never(quiet: Counts) -> None:
    clip = PackedClip()
    whole = clip.stream_of(quiet)
    old = (whole[1][0], clip.status(marks=1, mark_index=clip.first_index - 500))
    late = (whole[40][0] + 0.001, clip.mark_log(2, clip.first_index + 10))
    events = push_all(Chain(), sorted([*whole, old, late], key=lambda timed: timed[0]))
    (mark,) = [event for event in events if isinstance(event, Marked)]
    assert mark.t_s == pytest.approx((39 * FULL - 1) / 208.0, abs=1e-4)


def test_a_mark_from_before_the_run_that_is_told_in_its_midst_is_none_of_it(quiet: Counts) -> None:
    """The clip's first status comes up to 2 s behind the first frames."""
    clip = PackedClip()
    whole = clip.stream_of(quiet)
    old = (whole[20][0], clip.status(marks=3, mark_index=clip.first_index - 500))
    events = push_all(Chain(), sorted([*whole, old], key=lambda timed: timed[0]))
    assert not any(isinstance(event, Marked) for event in events)


def test_a_mark_while_the_clip_starts_anew_is_put_at_the_gap(quiet: Counts) -> None:
    clip = PackedClip()
    again = PackedClip(
        boot_id=78, first_sequence=0, first_index=400, start_s=clip.sample_s(clip.first_index + 2079) + 6.0
    )
    second = again.stream_of(quiet)
    mark = (second[1][0], again.status(marks=1, mark_index=200))
    events = push_all(Chain(), [*clip.stream_of(quiet), *second[:2], mark, *second[2:]])
    (marked,) = [event for event in events if isinstance(event, Marked)]
    assert marked.t_s == pytest.approx(2079 / 208.0, abs=1e-4)


def test_an_input_before_the_first_sample_waits_for_it(quiet: Counts) -> None:
    clip = PackedClip()
    chain = Chain()
    assert chain.user(Mark("early")) == []
    events = push_all(chain, clip.stream_of(quiet))
    (mark,) = [event for event in events if isinstance(event, Marked)]
    assert mark.note == "early"
    assert 0.0 <= mark.t_s < FRAME_S


def test_a_clip_that_starts_anew_goes_on_behind_a_gap(quiet: Counts) -> None:
    """Power cut: another boot id, sequence, index and ticks from 0, 6 s later by the arrivals."""
    clip = PackedClip()
    first = clip.stream_of(quiet)
    again = PackedClip(
        boot_id=78,
        first_sequence=0,
        first_index=40,
        first_ticks_us=200_000,
        start_s=clip.sample_s(clip.first_index + 2079) + 6.0,
    )
    chain = Chain()
    events = push_all(chain, [*first, *again.stream_of(quiet)])
    (gap,) = [event for event in events if isinstance(event, Gap)]
    assert gap.duration_s == pytest.approx(6.0 - 1 / 208.0, abs=2e-3)
    assert chain.reached_s == pytest.approx(2 * 2079 / 208.0 + 6.0, abs=2e-3)
    table = chain.link_table()
    assert (table["boots"], table["samples_received"], table["gaps"]) == (2, 4160, 1)
    assert table["samples_lost"] == pytest.approx(6.0 * 208, abs=2)


def test_the_first_frames_behind_a_new_start_may_be_fetched_again(quiet: Counts) -> None:
    """The link is lost as soon as the clip runs again; when it stands, the first to come are sent again."""
    clip = PackedClip()
    begin_s = clip.sample_s(clip.first_index + 2079) + 6.0
    again = PackedClip(boot_id=78, first_sequence=0, first_index=40, start_s=begin_s)
    second = again.stream_of(quiet)
    now_s = second[12][0] - 0.05
    rejoined = (now_s, again.started(10, again.first_index + 10 * FULL, oldest=0))
    back = [(now_s + 0.01, message) for _, message in resent(second[2:12], 0.0)]
    chain = Chain()
    push_all(chain, [*clip.stream_of(quiet), *second[:2], rejoined, *back, *second[12:]])
    assert chain.reached_s == pytest.approx(2 * 2079 / 208.0 + 6.0, abs=1.1)  # late by no more than they were
    assert (chain.link_table()["gaps"], chain.link_table()["samples_recovered"]) == (1, 10 * FULL)


def test_what_is_no_message_is_counted_and_nothing_else(quiet: Counts) -> None:
    clip = PackedClip()
    whole = clip.stream_of(quiet)
    junk = [b"", b"\x11", b"\x21abc", bytes([frames.first_byte(12)]), whole[5][1][:-1], whole[2][1], clip.status()[:40]]
    chain, calm = Chain(), Chain()
    mixed = [*whole[:30], *((whole[29][0], message) for message in junk), *whole[30:]]
    assert push_all(chain, mixed) == push_all(calm, whole)
    table = chain.link_table()
    assert (table["malformed"], table["duplicates"]) == (6, 1)


def disturbed(data: st.DataObject, whole: list[Timed]) -> list[Timed]:
    """Frames lost, doubled and late at will."""
    out = list(whole[:2])
    for arrival_s, message in whole[2:]:
        fate = data.draw(st.sampled_from(["comes"] * 6 + ["lost", "late", "later", "twice"]))
        if fate in ("comes", "twice"):
            out.append((arrival_s, message))
        if fate in ("late", "twice"):
            out.append((arrival_s + data.draw(st.floats(0.0, 3.0)), message))
        if fate == "later":
            out.append((arrival_s + data.draw(st.floats(3.0, 8.0)), message))
    return sorted(out, key=lambda timed: timed[0])


@settings(REPEATABLE, max_examples=25)
@given(st.data())
def test_no_message_is_too_much_and_the_lump_does_not_matter(quiet: Counts, data: st.DataObject) -> None:
    """Any disturbance: message by message and in lumps of any size the same events, with inputs at their places."""
    messages = disturbed(data, PackedClip().stream_of(quiet[:1400]))
    inputs = data.draw(st.sets(st.integers(0, len(messages) - 1), max_size=3))
    pressed = data.draw(st.integers(5000, 6400))
    messages.insert(len(messages) // 2, (messages[len(messages) // 2][0], PackedClip().mark_log(1, pressed)))
    one, lumps = Chain(), Chain()
    singly: list[Event] = []
    lumped: list[Event] = []
    for number, (arrival_s, message) in enumerate(messages):
        singly += one.push(arrival_s, message)
        lumps.take(arrival_s, message)
        if number in inputs:
            singly += one.user(SwapSides())
            lumped += lumps.user(SwapSides())
    singly, lumped = singly + one.close(), lumped + lumps.close()
    assert singly == lumped
    assert one.link_table() == lumps.link_table()
    assert sum(isinstance(event, Marked) for event in singly) <= 1


@pytest.mark.parametrize("rate_mhz", [0, 49_999, 1_000_001, 4_000_000_000])
def test_a_rate_that_no_run_can_be_made_of_is_malformed(quiet: Counts, rate_mhz: int) -> None:
    """Four million samples a second would be a pipeline of 50 GB."""
    clip = PackedClip(nominal_mhz=rate_mhz)
    chain = Chain()
    push_all(chain, [(0.0, clip.info()), *clip.frames_of(quiet[:400])])
    assert chain.pipeline is None
    assert chain.link_table()["malformed"] == 1


def test_a_stream_that_nobody_asked_for_is_malformed(quiet: Counts) -> None:
    clip = PackedClip()
    chain = Chain()
    push_all(chain, [(0.0, clip.info()), (0.1, replace(clip, kind=9).started()), *clip.frames_of(quiet[:400])])
    assert chain.stream_kind == ids.RAW
    assert chain.link_table()["malformed"] == 1


@settings(REPEATABLE, max_examples=60)
@given(st.data())
def test_no_damage_is_more_than_a_count(quiet: Counts, data: st.DataObject) -> None:
    """Any message damaged anywhere, in any order: no exception, whatever the pipeline makes of it."""
    clip = PackedClip()
    whole = [message for _, message in clip.stream_of(quiet[:600])]
    whole += [clip.status(marks=1, mark_index=5100), clip.mark_log(2, 5200), clip.resend_ok(101, 3), clip.gone(103)]
    whole += [clip.stopped(140, 5500), clip.started(130, 5600)]
    seed = data.draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    chain = Chain()
    for number in range(100):
        message = bytearray(whole[number % len(whole)] if rng.random() < 0.5 else whole[rng.integers(len(whole))])
        for at in rng.integers(0, len(message), rng.integers(0, 4)):
            message[at] = rng.integers(256)
        chain.push(0.2 * number, bytes(message[: rng.integers(1, 2 * len(message))]))
        chain.missing(0.2 * number)
    chain.close()
    table = chain.link_table()
    assert table["samples_received"] >= 0
    assert table["malformed"] > 0


def test_frames_of_the_other_stream_are_left_out(quiet: Counts) -> None:
    clip = PackedClip()
    tilt = replace(clip, kind=ids.TILT)
    whole = clip.stream_of(quiet)
    other = tilt.frame(1, clip.first_index, quiet[:5, :5])
    chain = Chain()
    push_all(chain, [*whole[:9], (whole[8][0], other), *whole[9:]])
    assert chain.counters.other_stream == 1
    assert chain.link_table()["samples_received"] == len(quiet)


def test_the_hosts_time_of_a_sample_is_known_to_the_latency(quiet: Counts) -> None:
    clip = PackedClip()
    chain = Chain()
    assert chain.host_s(0.0) is None
    push_all(chain, clip.stream_of(quiet))
    assert chain.host_s(5.0) == pytest.approx(HOST_ZERO_S + 5.0 + LATENCY_S, abs=1e-3)
