"""Sets from end to end: the real firmware on a simulated person, and the command on its recording."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from calibrating import led_in_virtual_time
from hipdrop.calibrating.run import CalibrationRun, Clip
from hipdrop.cli import main
from hipdrop.events import Side
from hipdrop.links.storing import Asker
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.simulate.sensorerrors import SensorErrors
from hipdrop.training.procedures.mounted import BendsFirst
from hipdrop.training.procedures.sets import SetsProcedure
from hipdrop.training.setresult import SetsResult, as_data
from hipdrop.training.table import exercises

if sys.platform == "win32":
    pytest.skip("the virtual clip needs a pseudo-terminal", allow_module_level=True)

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')
DROPS = exercises()["pelvic-drop"]


def make(clip: Clip) -> BendsFirst:
    return BendsFirst(lambda mount: SetsProcedure(DROPS, mount, legs=[Side.LEFT], sets=1, repetitions=3))


def test_a_virtual_clip_and_its_recording_tell_the_same(tmp_path: Path) -> None:
    recording, out = tmp_path / "sets.mcap", tmp_path / "sets.json"
    person = demo_exercise("pelvic-drop", [Side.LEFT], 1, repetitions=3)

    async def finish(run: CalibrationRun, asker: Asker) -> None:
        await asyncio.sleep(0)

    live = led_in_virtual_time(make, person.feed, SensorErrors(gyr_bias_dps=(0.4, -0.3, 0.2)), finish, recording)
    assert live.procedure is not None
    assert isinstance(live.procedure.result, SetsResult), live.procedure.result
    (done,) = live.procedure.result.sets
    assert [[str(fault) for fault in one.faults] for one in done.repetitions] == [[], [], ["too shallow"]]
    given = ["exercise", "pelvic-drop", "--side", "left", "--sets", "1", "--reps", "3"]
    assert main([*given, "--from", str(recording), "--out", str(out)]) == 0
    (again,) = json.loads(out.read_text())["sets"]
    assert {key: value for key, value in again.items() if key != "at"} == as_data(done, DROPS)
