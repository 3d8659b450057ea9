"""Records as docs/run-format.md has them."""

import struct
import time
from array import array

import disk
import micropython
from reading import frames_of, others, records, states
from simrun import SETTINGS, Clip, Sampler, raw_sample, tilt_sample

from hipclip import runs
from hipclip.runlog import RunLog
from hipwire import frames, ids

SECOND = 1000000
LAST, HAS_RAW = 0x8000, 0x4000


def a_clip(**settings):
    """Give a clip whose run has begun."""
    disk.fresh()
    clip = Clip(dict(SETTINGS, **settings))
    assert clip.begin()
    return clip


def golden(name):
    """Give a record of golden.txt."""
    found = b""
    with open(__file__.rsplit("/", 1)[0] + "/golden.txt") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words and words[0] == name:
                if words[1] == "zeros":
                    found += bytes(int(words[2]))
                else:
                    found += bytes([int(word, 16) for word in words[1:]])
    return found


def test_the_golden_record():
    disk.fresh()
    with open("/runs/last", "w") as file:
        file.write("6")
    sampler = Sampler()
    sampler.dead_from_us = 0
    log = RunLog(SETTINGS, sampler)
    assert log.begin([b"\x15\x02"])
    event, entry = bytearray(20), bytearray(20)
    frames.pack_event_into(event, 0, ids.EVENT_STEP, 3, 4050, ids.SIDE_RIGHT, 95, 0x0102, 512, -300, 1700, 352)
    assert frames.pack_log_into(entry, 1, 4052, 1000000, ids.LOG_MARK, ids.LOG_INFO, 1, b"ok") == 20
    log.take(array("h", [123, -5, 250, -1000, 32767, -32768, 0, -1000, 1, -1]), 2, 4048, 1000000, ids.LOW_BATTERY)
    log.put(event)
    log.put(entry)
    log.end(ids.WHY_BUTTON)
    while log.state:
        log.turn()
    with runs.open_run(7) as file:
        data = file.read()
    assert len(data) == 2048
    assert data[1024:] == golden("record")


def test_an_empty_run_is_whole():
    clip = a_clip()
    clip.finish(ids.WHY_BUTTON)
    (first, last) = records(1)
    assert first[:2] == (0, 0)
    assert [message[0] & 15 for message in reversed(first[3])] == [ids.INFO, ids.ANSWER, ids.ANSWER, ids.STATUS]
    assert last == (1, LAST, [], [])
    assert list(runs.list_runs()) == [(1, ids.RUN_WHOLE, ids.RUN_HAS_TILT, 2048, 0xB007, 1700000000, 0)]
    assert (clip.log.reason, clip.log.number, clip.log.bytes, clip.log.runs) == (ids.WHY_BUTTON, 1, 2048, 1)


def test_one_sample():
    clip = a_clip()
    clip.go(10000)  # two raw samples
    clip.finish()
    ((flags, sequence, index, _ticks_us, samples),) = frames_of(1)
    assert (flags, sequence, index, samples) == (0, 0, 0, [tilt_sample(1, 0)])


def test_a_minute_is_there_to_the_last_sample_and_tells_its_time():
    time.now_us = (1 << 30) - 20 * SECOND  # the ticks wrap on the way
    clip = a_clip()
    clip.go(60 * SECOND)
    had = clip.finish()
    count = 0
    for number, (flags, sequence, index, ticks_us, samples) in enumerate(frames_of(1)):
        assert (flags, sequence, index) == (0, number, 2 * count)
        assert abs(time.ticks_diff(ticks_us, clip.sampler.ticks_of(index))) < 50
        for sample in samples:
            assert sample == tilt_sample(1, count)
            count += 1
        assert len(samples) <= 99
    assert 104 * 60 <= count == had // 2 < 104 * 60 + 10
    events = [message for message in others(1) if message[0] & 15 == ids.EVENT]
    assert [struct.unpack_from("<H", event, 2)[0] for event in events] == list(range(167))
    ((_, state, _, size, _, _, duration_s),) = runs.list_runs()
    assert (state, duration_s) == (ids.RUN_WHOLE, 60)
    assert size < 60 * 1200
    assert [record[0] for record in records(1)] == list(range(size // 1024))


def test_raw_frames_have_records_of_their_own():
    clip = a_clip(log_raw=True)
    clip.go(30 * SECOND)
    had = clip.finish()
    assert clip.sampler.sinks == []
    count = 0
    for number, (flags, sequence, index, ticks_us, samples) in enumerate(frames_of(1, ids.RAW)):
        assert (flags, sequence, index, ticks_us) == (0, number, count, clip.sampler.ticks_of(count))
        for sample in samples:
            assert sample == raw_sample(1, count)
            count += 1
    assert count == had
    assert sum([len(frame[4]) for frame in frames_of(1)]) == had // 2
    assert next(iter(runs.list_runs()))[1:3] == (ids.RUN_WHOLE, ids.RUN_HAS_TILT | ids.RUN_HAS_RAW)
    for record in records(1):
        kinds = {message[0] & 15 for message in record[2]}
        assert kinds in (set(), {ids.TILT}, {ids.RAW})
        assert record[1] & HAS_RAW


def test_a_gap_ends_a_frame():
    clip = a_clip()
    clip.go(3 * SECOND)
    time.now_us += 2 * SECOND  # something holds everything up for longer than the FIFO
    clip.go(3 * SECOND)
    clip.finish()
    assert clip.sampler.lost > 100
    gaps = [frame for frame in frames_of(1) if frame[0] & ids.GAP]
    ((_, _, index, _, samples),) = gaps
    before = [frame for frame in frames_of(1) if frame[2] < index][-1]
    assert index - (before[2] + 2 * len(before[4])) == clip.sampler.lost
    assert samples[0] == tilt_sample(1, index // 2)
    assert clip.log.lost == 0


def test_flags_hold_for_all_samples_of_a_frame():
    clip = a_clip()
    values = array("h", list(range(50)))
    flags = [0, ids.SATURATED, ids.SATURATED, 0, ids.GAP, 0, ids.GAP | ids.SATURATED, ids.SATURATED, ids.LOW_BATTERY]
    for k in range(len(flags)):
        clip.log.take(values, 10, 20 * k, 96000 * k, flags[k])
    clip.finish()
    assert [(frame[0], frame[2], len(frame[4])) for frame in frames_of(1)] == [
        (0, 0, 10), (ids.SATURATED, 20, 20), (0, 60, 10), (ids.GAP, 80, 20), (ids.GAP | ids.SATURATED, 120, 20),
        (ids.LOW_BATTERY, 160, 10),
    ]  # fmt: skip


def test_a_message_that_does_not_fit_goes_into_the_next_record():
    clip = a_clip()
    clip.sampler.dead_from_us = 0
    for size in (600, 400, 410, 1008, 1, 1007):
        clip.log.put(bytes([size & 0xFF]) * size)
        clip.log.turn()
    clip.finish()
    assert [[len(message) for message in record[3]] for record in records(1)[1:]] == [
        [400, 600], [410], [1008], [1], [1007],
    ]  # fmt: skip


def test_what_finds_no_free_record_is_counted():
    clip = a_clip()
    clip.go(2 * SECOND)
    for _ in range(100):  # six seconds in which the flash has no turn
        time.now_us += 60000
        clip.sampler.read()
    assert clip.log.lost == 4
    clip.go(5 * SECOND)
    clip.finish()
    sequences = [record[0] for record in records(1)]
    assert sequences[-1] + 1 - len(sequences) == 4
    frame_numbers = [frame[1] for frame in frames_of(1)]
    assert frame_numbers[-1] + 1 - len(frame_numbers) == 4
    for _, _, index, _, samples in frames_of(1):
        assert samples[0] == tilt_sample(1, index // 2)


def test_nothing_is_allocated_for_a_sample():
    clip = a_clip()
    clip.go(2 * SECOND)
    values, event = array("h", [1] * 50), bytearray(20)
    for k in range(300):  # 30 s
        micropython.heap_lock()
        clip.log.take(values, 10, 20 * k, 96000 * k, ids.GAP if k == 77 else 0)
        micropython.heap_unlock()
        clip.log.put(event)
        while clip.log.turn() < 100:
            pass
    assert clip.log.lost == 0


def test_runs_do_not_mix():
    clip = a_clip()
    clip.go(7 * SECOND)
    clip.finish()
    assert clip.begin()
    clip.go(2 * SECOND)
    clip.finish()
    assert states() == {1: ids.RUN_WHOLE, 2: ids.RUN_WHOLE}
    for number in (1, 2):
        for frame in frames_of(number):
            assert {sample[1] for sample in frame[4]} == {number}
        sequences = [record[0] for record in records(number)]
        assert sequences == list(range(len(sequences)))
    assert frames_of(2)[0][1:3] == (0, 0)
