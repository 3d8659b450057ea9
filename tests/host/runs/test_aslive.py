"""A run file becomes the messages of a live run, and its recording the same steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filed_runs import FIRST_INDEX, RECORD_BYTES, FiledRun, samples_of, tilt_values
from hipdrop.events import Gap, Marked, Step
from hipdrop.receive.chain import Chain
from hipdrop.recording import read_run as read_recording
from hipdrop.recording.items import Message, Session
from hipdrop.recording.replay import chain_of, run_through
from hipdrop.runs.aslive import AsLive, as_live
from hipdrop.runs.convert import Who, record
from hipdrop.runs.reading import read_run
from hipdrop.runs.wallclock import Known, When
from hipdrop.settings import Settings
from hipwire import decoding, errors, ids

SECONDS = 75.0


def heard(file: bytes, info: bytes = b"") -> AsLive:
    return as_live([item.message for item in read_run(file, "run").items], info)


@pytest.fixture(scope="module")
def run() -> FiledRun:
    return FiledRun(tilt_values(SECONDS), marks=(50.0, 60.0))


def test_frames_are_those_of_a_link(run: FiledRun) -> None:
    live = heard(run.file())
    frames = [message for _, message in live.messages if message[0] & 0x0F == ids.TILT]
    sent = [message for _, message in run.live() if message[0] & 0x0F == ids.TILT]
    assert len(frames) == len(sent)
    for one, other in zip(frames, sent, strict=True):
        kind, flags, sequence, index, ticks_us = decoding.header(one)
        assert (kind, flags, sequence, index) == decoding.header(other)[:4]
        assert abs(ticks_us - decoding.header(other)[4]) <= 1  # between two records by a straight line, to the us
        assert one[12:] == other[12:]
    assert np.array_equal(samples_of(frames), run.values)
    assert (live.samples, live.stream, live.gaps, live.unreadable) == (len(run.values), ids.TILT, 0, 0)
    assert (live.last_us - live.first_us) / 1e6 == pytest.approx(2 * (len(run.values) - 1) / 208, abs=1e-3)


def test_every_message_is_kept_in_order_of_time(run: FiledRun) -> None:
    live = heard(run.file())
    times = [at_us for at_us, _ in live.messages]
    assert times == sorted(times)
    kinds = [message[0] & 0x0F for _, message in live.messages]
    assert kinds[:3] == [ids.INFO, ids.ANSWER, ids.ANSWER]
    events = [decoding.event(message) for _, message in live.messages if message[0] & 0x0F == ids.EVENT]
    assert [event["code"] for event in events] == [ids.EVENT_RUN] + [ids.EVENT_STEP] * len(
        range(200, len(run.values), 40)
    )
    assert sum(kind == ids.STATUS for kind in kinds) == len(run.live()) - len(run.stretches(10)) - 2 + 1


def test_the_recording_replays_to_the_steps_of_the_live_run(run: FiledRun, tmp_path: Path) -> None:
    chain = Chain(Settings())
    events = [event for at_s, message in run.live() for event in chain.push(at_s, message)] + chain.close()
    live_steps = [event for event in events if isinstance(event, Step)]
    when = When(1_795_345_234.5, Known.CLOCK)
    recorded = record(heard(run.file()), tmp_path / "run.mcap", when, Who(Settings(), None, "ada"), {"clip_run": 7})
    read = read_recording(tmp_path / "run.mcap")
    replayed = run_through(read, chain_of(read))
    assert [repr(event) for event in replayed] == [repr(event) for event in recorded.events]
    steps = [event for event in replayed if isinstance(event, Step)]
    assert len(steps) == len(live_steps) > 120
    for here, there in zip(steps, live_steps, strict=True):
        assert (here.side, here.flags) == (there.side, there.flags)
        assert here.t_s == pytest.approx(there.t_s, abs=1e-4)
        assert here.drop_deg == pytest.approx(there.drop_deg, abs=1e-3, nan_ok=True)
    assert sum(isinstance(event, Marked) for event in replayed) == 2
    assert (read.header.person, read.whole) == ("ada", True)
    assert recorded.summary.recording.samples == len(run.values)
    assert any(isinstance(item, Session) and item.what == "synced" for item in read.items)


def test_its_first_sample_is_at_the_time_given(run: FiledRun, tmp_path: Path) -> None:
    when = When(1_795_345_234.5, Known.CLOCK)
    record(heard(run.file()), tmp_path / "run.mcap", when, Who(Settings()), {})
    read = read_recording(tmp_path / "run.mcap")
    arrivals = [
        item.arrival_s for item in read.items if isinstance(item, Message) and item.message[0] & 0x0F == ids.TILT
    ]
    first_s = read.header.start_unix_s + arrivals[0] - read.header.start_s
    assert first_s == pytest.approx(when.unix_s + 18 / 208, abs=2e-3)  # the frame comes with its tenth sample


def test_a_lost_record_is_a_gap_and_the_rest_is_kept(run: FiledRun, tmp_path: Path) -> None:
    file = bytearray(run.file())
    file[20 * RECORD_BYTES + 500] ^= 0x10
    found = read_run(bytes(file), "run")
    assert found.damaged == 1
    live = heard(bytes(file))
    assert live.gaps == 1
    assert live.samples == len(run.values) - 80
    flags = [decoding.header(one)[1] for _, one in live.messages if one[0] & 0x0F == ids.TILT]
    assert sum(bool(flag & ids.GAP) for flag in flags) == 1
    recorded = record(live, tmp_path / "run.mcap", When(1.8e9, Known.CLOCK), Who(Settings()), {})
    assert sum(isinstance(event, Gap) for event in recorded.events) == 1
    assert sum(isinstance(event, Step) for event in recorded.events) > 100


def test_a_gap_of_the_sensor_stays_one() -> None:
    run = FiledRun(tilt_values(SECONDS), gap_at=3000)
    live = heard(run.file())
    assert live.gaps == 1
    indices = [decoding.header(one)[3] for _, one in live.messages if one[0] & 0x0F == ids.TILT]
    assert FIRST_INDEX + 6000 not in indices
    assert FIRST_INDEX + 6208 in indices


def test_without_its_first_record_the_clip_of_today_tells_what_the_samples_mean(run: FiledRun, tmp_path: Path) -> None:
    file = bytearray(run.file())
    file[100] ^= 1
    today = FiledRun(run.values, boot_id=99).info()
    live = heard(bytes(file), today)
    assert decoding.info(live.messages[0][1])["boot_id"] == run.boot_id
    recorded = record(live, tmp_path / "run.mcap", When(1.8e9, Known.CLOCK), Who(Settings()), {})
    assert sum(isinstance(event, Step) for event in recorded.events) > 100


def test_raw_frames_that_go_to_the_end_are_the_run() -> None:
    logged = FiledRun(tilt_values(SECONDS)[:1900])
    raw = [raw_frame(k) for k in range(200)]
    messages = [logged.info(), logged.started(), *raw, *[logged.tilt(k, k + 95, k // 95) for k in range(0, 1900, 95)]]
    live = as_live(messages, b"")
    assert (live.stream, live.samples, live.left_out) == (ids.RAW, 3800, 0)
    sequences = [decoding.header(one)[2] for _, one in live.messages if one[0] & 0x0F == ids.RAW]
    assert sequences == list(range(200))
    short = as_live([*messages[:100], *messages[202:]], b"")
    assert (short.stream, short.samples, short.left_out) == (ids.TILT, 1900, 98)


def raw_frame(k: int) -> bytes:
    from wire_messages import raw

    index = FIRST_INDEX + 19 * k
    return raw(
        19, sequence=k + 5, index=index, ticks_us=FiledRun(np.zeros((0, 5), np.int16)).device_us(index) % (1 << 30)
    )


def test_a_run_without_samples_is_none() -> None:
    run = FiledRun(tilt_values(SECONDS)[:0])
    with pytest.raises(errors.WireError, match="no samples"):
        heard(run.file())


def test_messages_that_break_the_format_are_counted(run: FiledRun) -> None:
    messages = [item.message for item in read_run(run.file(), "run").items]
    live = as_live([*messages[:50], b"\x12", b"\xff\xff", messages[10][:33], *messages[50:]], b"")
    assert live.unreadable == 3
    assert live.samples == len(run.values)
