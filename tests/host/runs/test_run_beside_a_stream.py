"""Events and parts of a run in a live connection: recorded, and otherwise without any effect."""

from __future__ import annotations

from hipdrop.receive.chain import Chain
from hipdrop.simulate import RunnerConfig, simulate
from hipwire import frames, ids
from packed import PackedClip, counts_of_run, push_all


def test_they_change_neither_events_nor_counts() -> None:
    clip = PackedClip()
    messages = [
        (clip.start_s, clip.info()),
        *clip.stream_of(counts_of_run(simulate(RunnerConfig(minutes=0.6, seed=4)))),
    ]
    event, part = bytearray(frames.EVENT_SIZE), bytearray(frames.PART_HEAD_SIZE + 5)
    frames.pack_event_into(event, 0, ids.EVENT_STEP, 1, 6000, 1, 99, 0, 400, 350, 1700, 350)
    frames.pack_part_head_into(part, 0, 3, 1024)
    mixed = []
    for at_s, message in messages:
        mixed += [(at_s, message), (at_s, bytes(event)), (at_s, bytes(part)), (at_s, bytes(event[:7]))]
    plain, beside = Chain(), Chain()
    events = push_all(plain, messages)
    assert len(events) > 40
    assert [repr(one) for one in push_all(beside, mixed)] == [repr(one) for one in events]
    assert beside.link_table() == plain.link_table()
