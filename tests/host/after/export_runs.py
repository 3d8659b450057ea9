"""Runs for the tests of the exports: one with all in it, and those that have little or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import numpy as np

from hipdrop.after.export.source import ExportSource, export_source
from hipdrop.after.reading import Recorded
from hipdrop.events import AlertRaised, Marked, Side
from hipdrop.imucsv import Recording
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import SimulatedRun
from hipdrop.simulate.specs import Bout
from synthetic import RATE_HZ, simulated

BEGAN = datetime(2026, 11, 20, 18, 0, 0, tzinfo=timezone(timedelta(hours=1)))
GAP = (200.0, 201.5)  # seconds that are missing
ALERT = AlertRaised(150.0, Side.LEFT, 6.0, 4.0, 2.0, 'left drops by 6°, "2° more", than when fresh')
MARK = Marked(160.25, "knee hurts, 3 of 10")


@cache
def a_run() -> SimulatedRun:
    """Five minutes with standing, a walk break, a turn and uneven legs."""
    return simulated(minutes=5.0, seed=77, drop_left_deg=5.0, drop_right_deg=3.0, walk=(Bout(2.0, 0.5),), turns="oval")


def recorded(blocks: list[SampleBlock], name: str = "run.csv") -> Recorded:
    """Give blocks as if a file had been read; there was no live run."""
    facts = Recording(Path(name), blocks, RATE_HZ, RATE_HZ, ())
    return Recorded(Path(name), facts, blocks, RATE_HZ, Settings(), None, None, None, None)


def with_gap(run: SimulatedRun) -> list[SampleBlock]:
    """Take the samples of the gap out."""
    (block,) = run.blocks
    first, last = (int(np.searchsorted(block.t_s, at_s)) for at_s in GAP)
    before, after = block.slice(0, first), block.slice(last, len(block))
    return [before, replace(after, gap_s=(last - first) / RATE_HZ)]


@cache
def whole() -> ExportSource:
    """The run without a gap, its mount known, with an alert and a mark of the live run, of a person in a shoe."""
    run = a_run()
    told = replace(
        recorded(run.blocks, "friday.mcap"), live_events=(ALERT, MARK), mount=run.pelvis_from_sensor, person="Ada",
        shoe="blue", clip="c0ffee", began=BEGAN,
    )  # fmt: skip
    return export_source(told)


@cache
def gapped() -> ExportSource:
    """The run with a gap; nobody says when it was or how the clip sits."""
    return export_source(recorded(with_gap(a_run())))


@cache
def still() -> ExportSource:
    """A minute of standing."""
    n = round(60.0 * RATE_HZ)
    rng = np.random.default_rng(1)
    acc = np.tile([0.0, 9.80665, 0.0], (n, 1)) + 0.01 * rng.standard_normal((n, 3))
    return export_source(recorded([SampleBlock(np.arange(n) / RATE_HZ, acc, 1e-3 * rng.standard_normal((n, 3)))]))


def joined(pieces: dict[str, object], name: str) -> bytes:
    """Give the whole content of a file."""
    content = pieces[name]
    return content if isinstance(content, bytes) else b"".join(content)  # type: ignore[arg-type]


def tell_nobody(share: float) -> None:
    """Be told of the progress."""
    assert 0.0 <= share <= 1.0
