"""Ten minutes with twenty link losses, in virtual time; and Bluetooth's scan with the virtual radio."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from virtual_runs import fed_counts, run_clip, steps_of

from hipdrop.events import Step
from hipdrop.links.ble import Sighting, scan
from hipdrop.links.virtual import VirtualLink
from hipdrop.pipeline import Pipeline
from hipdrop.recording import read_run
from hipdrop.recording.completed import completed
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipdrop.virtual.loop import run_virtual

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')


@pytest.mark.validation
def test_twenty_losses_in_ten_minutes_leave_the_report_as_it_would_be(tmp_path: Path) -> None:
    draw = random.Random(20)
    losses = [f"link-lost:{draw.uniform(2, 15):.2f}@{20 + 29 * number}" for number in range(20)]
    run = run_clip(610.0, *losses, recording=tmp_path / "run.mcap")
    assert run.link["reconnects"] == 20
    assert run.link["samples_lost"] == 0
    first, samples = run.samples()
    np.testing.assert_array_equal(samples, fed_counts()[first : first + len(samples)])

    whole = completed(read_run(tmp_path / "run.mcap"))
    assert whole.lost == 0
    pipeline = Pipeline(whole.rate_hz, Settings())
    (block,) = whole.blocks
    assert isinstance(block, SampleBlock)
    events = pipeline.push(block) + pipeline.close()
    found = [event for event in events if isinstance(event, Step)]
    alone = steps_of(samples, whole.rate_hz)
    assert len(found) == len(alone) > 1400
    assert [step.side for step in found] == [step.side for step in alone]
    for here, there in zip(found, alone, strict=True):
        assert here.drop_deg == pytest.approx(there.drop_deg, abs=0.01, nan_ok=True)


def test_a_scan_hears_the_clip_with_name_and_service() -> None:
    async def act() -> list[Sighting]:
        async with VirtualLink() as link:
            return await scan(3.0, link.radio.backends())

    (heard,) = run_virtual(act())
    assert heard.sure
    assert heard.name
    assert heard.address.count(":") == 5
