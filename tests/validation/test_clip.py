"""The virtual clip for longer than CI has time for: three hours in its small heap, twenty lost links, tilt."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import pytest

from hipdrop.events import MountFound
from hipdrop.offline import analyse
from hipdrop.recording import read_run
from hipdrop.recording.completed import Completed, completed
from hipwire import decoding, ids

sys.path.insert(0, str(Path(__file__).parents[1] / "end_to_end"))
from virtual_runs import Heard, fed_counts, pairs_of, run_clip

pytestmark = [pytest.mark.validation, pytest.mark.usefixtures("micropython_command")]
MINUTE_S = 60


def statuses(run: Heard) -> list[dict[str, int]]:
    return [decoding.status(message) for message in run.messages if message[0] & 0x0F == ids.STATUS]


def test_three_hours_with_pauses_lose_nothing_and_leak_nothing() -> None:
    """Collections of 0.3 s every 5 s and flash erases of 0.4 s every 10 s, in a heap of 256 kB."""
    run = run_clip(3 * 3600.0, "gc-pauses:5@5", "flash-erases:10@7", repeat=True)
    fed, (first, samples) = fed_counts(), run.samples()
    np.testing.assert_array_equal(samples, fed[(first + np.arange(len(samples))) % len(fed)])
    told = statuses(run)
    free = np.array([status["heap_free"] for status in told])
    up_s = np.array([status["uptime_s"] for status in told])
    # the largest of a minute, just after a collection: between them garbage fills the heap
    begin, end = free[up_s <= MINUTE_S].max(), free[up_s > up_s[-1] - MINUTE_S].max()
    print(f"\n3 h: {len(samples)} samples, lost {run.link['samples_lost']:g}, heap free {begin} B, then {end} B")
    assert run.link["samples_lost"] == 0
    assert len(samples) == pytest.approx(3 * 3600 * 208, rel=1e-4)
    assert abs(int(end) - int(begin)) < 2048
    assert not [text for text in run.logs() if "MemoryError" in text]
    assert (told[-1]["faults"], told[-1]["frames_dropped"], told[-1]["bus_errors"]) == (0, 0, 0)


def test_the_report_of_a_run_with_twenty_losses_is_that_of_an_undisturbed_one(tmp_path: Path) -> None:
    draw = random.Random(20)
    losses = [f"link-lost:{draw.uniform(2, 15):.2f}@{20 + 29 * number}" for number in range(20)]
    lost = run_clip(610.0, *losses, recording=tmp_path / "lost.mcap")
    run_clip(610.0, recording=tmp_path / "calm.mcap")
    there, here = (completed(read_run(tmp_path / f"{name}.mcap")) for name in ("calm", "lost"))
    assert (here.lost, there.lost, here.rate_hz) == (0, 0, there.rate_hz)
    count = min(samples_of(here), samples_of(there))
    assert count == pytest.approx(610 * 208, rel=1e-3)
    of_lost, of_calm = (list(map(repr, events_of(run, count))) for run in (here, there))
    assert of_lost == of_calm
    print(f"\n20 losses: {lost.link}; {len(of_lost)} events of the zero-phase analysis alike")
    assert lost.link["reconnects"] == 20


def samples_of(run: Completed) -> int:
    return sum(map(len, run.blocks))


def events_of(run: Completed, count: int) -> list[object]:
    """Zero-phase events of the first `count` samples of a run without gaps."""
    (block,) = run.blocks
    return list(analyse([block.slice(0, count)], run.rate_hz).events)


def test_the_tilt_stream_of_the_whole_sample_run() -> None:
    raw = run_clip(12.5 * MINUTE_S)
    mount = [event for event in raw.events if isinstance(event, MountFound)][-1]
    tilt = run_clip(12.5 * MINUTE_S, mount=mount.pelvis_from_sensor, stream="tilt")
    pairs = pairs_of(tilt, raw)
    valid = [(here, there) for here, there in pairs if here.valid and there.valid]
    off_deg = np.array([here.drop_deg - there.drop_deg for here, there in valid])
    wrong = sum(here.side is not there.side for here, there in pairs)
    print(
        f"\ntilt: {len(tilt.steps)} steps, raw {len(raw.steps)}, paired {len(pairs)}, wrong sides {wrong}, drop "
        f"{off_deg.mean():+.3f} +- {off_deg.std():.3f}, worst {np.abs(off_deg).max():.3f} deg"
    )
    assert len(pairs) == len(raw.steps)  # the runs begin and end a second apart, in standing
    assert len(tilt.steps) == len(raw.steps)
    assert wrong == 0
    assert np.abs(off_deg).max() < 0.4
