"""The single-leg test from end to end: the real firmware on a simulated person, and its recording read again."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from calibrating import led_in_virtual_time
from hipdrop.calibrating.guide import from_file
from hipdrop.calibrating.run import CalibrationRun, Clip
from hipdrop.links.storing import Asker
from hipdrop.simulate.sensorerrors import SensorErrors
from hipdrop.simulate.training_demo import demo_test
from hipdrop.training.procedures.mounted import BendsFirst
from hipdrop.training.procedures.singleleg import SingleLegProcedure, SingleLegResult

if sys.platform == "win32":
    pytest.skip("the virtual clip needs a pseudo-terminal", allow_module_level=True)

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')


def make(clip: Clip) -> BendsFirst:
    return BendsFirst(lambda mount: SingleLegProcedure(mount, tries=1))


def result_of(run: CalibrationRun) -> SingleLegResult:
    assert run.procedure is not None
    assert isinstance(run.procedure.result, SingleLegResult), run.procedure.result
    return run.procedure.result


def test_a_virtual_clip_and_its_recording_tell_the_same_of_a_simulated_person(tmp_path: Path) -> None:
    recording = tmp_path / "test.mcap"
    errors = SensorErrors(gyr_bias_dps=(0.4, -0.3, 0.2))
    finished: list[bool] = []

    async def finish(run: CalibrationRun, asker: Asker) -> None:
        finished.append(await asyncio.sleep(0, True))

    live = led_in_virtual_time(make, demo_test(1, squats=False).feed, errors, finish, recording)
    assert finished == [True]
    left, right = result_of(live).tries
    assert left.raise_deg == pytest.approx(5.5, abs=1.5)
    assert right.raise_deg == pytest.approx(3.5, abs=1.5)
    assert left.below_level_s is None
    assert right.below_level_s is not None
    assert right.below_level_s == pytest.approx(9.0 + 3.5 / 0.35, abs=4.0)
    again = result_of(from_file(recording, make))
    assert [one.raise_deg for one in again.tries] == [left.raise_deg, right.raise_deg]
    np.testing.assert_array_equal(again.tries[1].course_deg, right.course_deg)
