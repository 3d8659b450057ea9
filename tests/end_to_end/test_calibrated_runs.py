"""A sensor with errors in a virtual clip, its calibration in the run: as without errors, and the same in the replay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calibrations import MEASURED
from hipcal.model import AccFit, Calibration, GyroFit
from hipdrop.commands.sources import open_source
from hipdrop.events import CalibrationUsed, Event, MountFound, Step, UseCalibration
from hipdrop.links.virtual import VirtualLink
from hipdrop.liverun import LiveRun
from hipdrop.receive.messages import ClipInfo
from hipdrop.settings import Settings
from hipdrop.simulate.sensorerrors import NO_ERRORS, SensorErrors
from hipdrop.virtual.loop import run_virtual

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

RUN_S = 45.0
ERRORS = SensorErrors(
    acc_offset_mg=(18.0, -22.0, 30.0),
    acc_scale_percent=(0.6, -0.4, 0.8),
    acc_cross_percent=(0.3, -0.5, 0.4),
    gyr_bias_dps=(0.9, -1.1, 0.6),
)


def known(info: ClipInfo) -> UseCalibration:
    """The calibration that takes just these errors off."""
    x, y, z = ERRORS.acc_offset_ms2().tolist()
    matrix = tuple(np.linalg.inv(ERRORS.acc_matrix).ravel().tolist())
    acc = AccFit(matrix, (x, y, z), 9, 12, 0.0, 1.0, None, MEASURED, "known")
    gyro = GyroFit(ERRORS.gyr_bias_dps, 0.0, 5.0, None, MEASURED, "known")
    ranges = info.acc_range_g, info.gyr_range_dps, info.acc_ng_per_lsb, info.gyr_ndps_per_lsb
    return UseCalibration(Calibration(info.serial, info.chip, *ranges, acc, gyro), 0.0)


def run_with(errors: SensorErrors, path: Path, *, calibrated: bool) -> LiveRun:
    async def act() -> LiveRun:
        run = LiveRun(Settings(), recording=path, calibration=known if calibrated else None)
        async with VirtualLink(sensor_errors=errors) as link:
            await run.run(run.session(link), RUN_S)
        return run

    return run_virtual(act())


def steps(run: LiveRun) -> list[Step]:
    return [event for event in run.events if isinstance(event, Step)]


def mount(run: LiveRun) -> NDArray[np.float64]:
    found = [event for event in run.events if isinstance(event, MountFound)]
    return np.array(found[-1].pelvis_from_sensor).reshape(3, 3)


def turned_deg(run: LiveRun, other: LiveRun) -> float:
    return float(np.degrees(np.arccos(min(1.0, (np.trace(mount(run).T @ mount(other)) - 1.0) / 2.0))))


@pytest.fixture(scope="module")
def runs(micropython_command: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[LiveRun, LiveRun, LiveRun]:
    """Without errors; with errors; with errors and their calibration."""
    folder = tmp_path_factory.mktemp("runs")
    return (
        run_with(NO_ERRORS, folder / "true.mcap", calibrated=False),
        run_with(ERRORS, folder / "bad.mcap", calibrated=False),
        run_with(ERRORS, folder / "run.mcap", calibrated=True),
    )


def test_it_measures_as_a_sensor_without_errors(runs: tuple[LiveRun, LiveRun, LiveRun]) -> None:
    """Offsets of 20 mg turn what is level by more than a degree; what is left is the rounding to counts."""
    true, bad, corrected = runs
    assert len(steps(true)) == len(steps(corrected)) > 50
    for one, other in zip(steps(corrected), steps(true), strict=True):
        assert one.side is other.side
        assert one.drop_deg == pytest.approx(other.drop_deg, abs=0.02, nan_ok=True)
    assert turned_deg(bad, true) > 1.0
    assert turned_deg(corrected, true) < 0.1


def test_the_recording_gives_the_same_events_again(runs: tuple[LiveRun, LiveRun, LiveRun]) -> None:
    run = runs[2]
    assert run.recording is not None
    again: list[Event] = open_source(run.recording, None, None, None).run(float("inf"), None)
    assert isinstance(again[0], CalibrationUsed)
    assert list(map(repr, again)) == list(map(repr, run.events))
