"""The analysis of a whole run: simulated truth, real recordings, a recording with a clip, and little or nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hipdrop.after.analysis import LEGS, RunAnalysis, analyse_file, analyse_run, parts
from hipdrop.after.course import obliquity_deg, stride_course
from hipdrop.after.reading import Recorded, read_recorded
from hipdrop.after.steptable import StepTable
from hipdrop.events import Side, Step
from hipdrop.offline import analyse
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import SimulatedRun
from hipdrop.simulate.specs import Sag
from recordings import read_table, running
from synthetic import RATE_HZ, simulated


@cache
def a_run() -> SimulatedRun:
    return simulated(minutes=14.0, seed=1005, sags=(Sag.parse("left:3@6+2"),))


@cache
def analysed() -> RunAnalysis:
    run = a_run()
    facts = replace(_facts(Path("run.csv")), blocks=list(run.blocks), rate_hz=RATE_HZ, native_rate_hz=RATE_HZ)
    return analyse_run(Recorded(Path("run.csv"), facts, run.blocks, RATE_HZ, Settings(), None, None, None, None))


def _facts(path: Path):  # type: ignore[no-untyped-def]
    from hipdrop.imucsv import Recording

    return Recording(path, [], RATE_HZ, RATE_HZ, ())


def test_the_table_holds_every_step_as_the_event_says() -> None:
    found = analysed()
    steps = [event for event in found.events if isinstance(event, Step)]
    table = found.steps
    assert len(table) == len(steps) > 2000
    assert table.side.tolist() == [str(step.side) for step in steps]
    np.testing.assert_array_equal(table.drop_deg, [step.drop_deg for step in steps])
    np.testing.assert_array_equal(table.valid, [step.valid for step in steps])
    flight = 1e3 * (steps[9].t_s + steps[9].step_s - steps[9].toe_off_s)
    assert table.flight_ms[9] == pytest.approx(flight)
    assert {len(column) for column in table.columns().values()} == {len(steps)}


def test_the_sag_is_dated_and_seen_in_the_tired_stride() -> None:
    found = analysed()
    onset = found.onsets[Side.LEFT]
    assert onset is not None
    assert abs(onset.t_s - 360.0) < 90.0
    fresh, tired = found.fresh[Side.LEFT], found.tired[Side.LEFT]
    assert fresh is not None
    assert tired is not None
    assert tired.peak_deg - fresh.peak_deg == pytest.approx(onset.rise_deg, abs=0.4)


def test_the_mean_stride_has_the_drop_of_its_steps() -> None:
    found = analysed()
    fresh, _ = parts(found.steps)
    for side in LEGS:
        course = found.fresh[side]
        assert course is not None
        own = fresh.counted(side)
        assert course.peak_deg == pytest.approx(float(np.nanmean(own.drop_deg)), abs=0.3)
        assert course.mean_deg[:-1].mean() == pytest.approx(0.0, abs=1e-9)


def test_obliquity_is_the_markers(reference_data: Path) -> None:
    """Within what a mount found from running is off, and the offset of the accelerometer."""
    folder = reference_data / "running" / "rbds001_3.5ms"
    recording, truth = running(folder), read_table(folder / "truth_obliquity.csv")
    found = analyse(recording.blocks, recording.rate_hz, mount=recording.pelvis_from_sensor)
    t_s, angle = obliquity_deg(found.columns, found.up_shift, found.events)
    error = np.interp(truth["t_s"], t_s, angle) - truth["obliquity_deg"]
    inner = (truth["t_s"] > 10.0) & (truth["t_s"] < 39.0)
    assert error[inner].std() < 0.15
    assert abs(error[inner].mean()) < 1.2


def test_a_real_recording_with_an_injected_sag(reference_data: Path) -> None:
    """Broken line within 90 s of 720 s (docs/validation.md)."""
    found = analyse_file(reference_data / "running" / "long_run_sag" / "imu.csv.gz")
    onset = found.onsets[Side.LEFT]
    assert onset is not None
    assert abs(onset.t_s - 720.0) < 90.0
    assert onset.earliest_s <= 720.0 <= onset.latest_s
    assert onset.rise_deg == pytest.approx(2.0, abs=0.15)
    assert found.onsets[Side.RIGHT] is None
    assert found.alerts


def test_standing_for_two_minutes_is_a_run_without_steps() -> None:
    n = round(120.0 * RATE_HZ)
    rng = np.random.default_rng(1)
    acc = np.tile([0.0, 9.80665, 0.0], (n, 1)) + 0.01 * rng.standard_normal((n, 3))
    block = SampleBlock(np.arange(n) / RATE_HZ, acc, 1e-3 * rng.standard_normal((n, 3)))
    facts = replace(_facts(Path("still.csv")), blocks=[block])
    found = analyse_run(Recorded(Path("still.csv"), facts, [block], RATE_HZ, Settings(), None, None, None, None))
    assert len(found.steps) == 0
    assert found.onsets == dict.fromkeys(Side)
    assert found.fresh == dict.fromkeys(LEGS)
    assert found.summary.steps == 0


def test_no_steps_make_an_empty_table() -> None:
    table = StepTable.of_events([])
    assert len(table) == 0
    assert len(table.counted(Side.BOTH)) == 0
    assert stride_course(np.empty(0), np.empty(0), table, Side.LEFT) is None
    assert parts(table) == (table, table)


def test_a_csv_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    from hipdrop.errors import InputError

    path = tmp_path / "no.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"no\.csv"):
        read_recorded(path)
