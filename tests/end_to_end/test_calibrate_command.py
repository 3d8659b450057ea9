"""`hipdrop calibrate` from end to end: the real firmware under a chip with errors, files, keys, Ctrl-C."""

from __future__ import annotations

import dataclasses
import io
import json
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from calibrating import led_in_virtual_time, table_and_poses, write_csv
from hipcal.file import calibration_path, load, save
from hipcal.model import Calibration
from hipcal.procedures.mount import MountProcedure, MountResult
from hipcal.procedures.sensor import SensorProcedure, SensorResult
from hipdrop.calibrating.fits import blank, with_sensor
from hipdrop.calibrating.guide import from_file
from hipdrop.calibrating.run import CalibrationRun
from hipdrop.cli import main
from hipdrop.commands.guided import keeper
from hipdrop.links.storing import Asker, get_calibration
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.movements import Bend, LegStand, Stand
from hipdrop.simulate.movements_run import perform
from hipdrop.simulate.sensorerrors import SensorErrors

if sys.platform == "win32":
    pytest.skip("the virtual clip needs a pseudo-terminal", allow_module_level=True)

from test_live_terminal import Terminal

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own."""
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path


class Done(NamedTuple):
    """How a command has ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def hipdrop(*arguments: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    return Done(code, out.getvalue(), err.getvalue())


def sensor_of(before: Calibration, run: CalibrationRun) -> Calibration:
    assert run.procedure is not None
    result = run.procedure.result
    assert isinstance(result, SensorResult), result
    return with_sensor(before, result, run.measured, run.temperatures_c)


@pytest.mark.parametrize("seed", [11, 12])
def test_the_calibration_of_a_chip_with_errors_agrees_with_the_truth(home: Path, seed: int) -> None:
    errors = SensorErrors.random(np.random.default_rng(seed))
    told: list[Calibration | None] = []

    async def finish(run: CalibrationRun, asker: Asker) -> None:
        lines = await keeper(sensor_of, None)(run, asker)
        assert "on the clip    stored" in lines
        assert run.chain.info is not None
        told.append(await get_calibration(asker, dataclasses.asdict(run.chain.info)))

    recording = home / "sensor.mcap"
    run = led_in_virtual_time(lambda clip: SensorProcedure(6), table_and_poses(seed), errors, finish, recording)
    assert run.chain.info is not None
    written = load(calibration_path(run.chain.info.serial))
    assert written.acc is not None
    assert written.gyro is not None
    np.testing.assert_allclose(written.gyro.bias_dps, errors.gyr_bias_dps, atol=0.05)
    assert inclination_rms_deg(written, errors) < 0.5
    assert written.acc.temperature_c is not None

    (stored,) = told
    assert stored is not None
    assert stored.acc is not None
    np.testing.assert_allclose(stored.acc.offset_ms2, written.acc.offset_ms2, atol=1e-5)

    again = from_file(recording, lambda clip: SensorProcedure(6))
    assert again.chain.info == run.chain.info
    recorded = sensor_of(blank(run.chain.info), again)
    same = {"measured": written.acc.measured}
    assert dataclasses.replace(recorded.acc, **same) == dataclasses.replace(written.acc, **same)  # type: ignore[type-var]
    assert dataclasses.replace(recorded.gyro, **same) == dataclasses.replace(written.gyro, **same)  # type: ignore[type-var]
    assert recorded.acc is not None
    assert abs((recorded.acc.measured - written.acc.measured).total_seconds()) < 120.0


def test_a_link_that_is_lost_in_between_costs_nothing(home: Path) -> None:
    """The clip keeps what it has sent: poses held meanwhile come later, and count."""
    errors = SensorErrors.random(np.random.default_rng(11))
    found: list[Calibration] = []

    async def finish(run: CalibrationRun, asker: Asker) -> None:
        assert run.chain.info is not None
        found.append(sensor_of(blank(run.chain.info), run))

    run = led_in_virtual_time(
        lambda clip: SensorProcedure(6), table_and_poses(11, more=10.0), errors, finish, None, "link-lost:2@14"
    )
    assert run.chain.link_table()["reconnects"] == 1
    (calibration,) = found
    assert inclination_rms_deg(calibration, errors) < 0.5


def inclination_rms_deg(calibration: Calibration, errors: SensorErrors) -> float:
    """RMS error of directions that is left, over all of them."""
    points = np.random.default_rng(0).standard_normal((2000, 3))
    true = points / np.linalg.norm(points, axis=1, keepdims=True)
    found, _ = calibration.corrected(*errors.apply(true * STANDARD_GRAVITY_MS2, np.zeros_like(true)))
    cosines = np.sum(found * true, axis=1) / np.linalg.norm(found, axis=1)
    return float(np.degrees(np.sqrt(np.mean(np.arccos(np.clip(cosines, -1, 1)) ** 2))))


def bends_feed(seed: int = 5) -> tuple[object, np.ndarray]:
    config = RunnerConfig(mount="random", seed=seed)
    movements = [Stand(9.0), Bend(), Bend(), Bend(), Stand(5.0), LegStand(), Stand(4.0)]
    run = perform(movements, config)
    return run.feed, run.pelvis_from_sensor


def test_the_mount_by_bends_over_the_link_agrees_with_the_truth(home: Path) -> None:
    feed, true = bends_feed()
    errors = SensorErrors.random(np.random.default_rng(2))
    found: list[MountResult] = []

    async def finish(run: CalibrationRun, asker: Asker) -> None:
        assert run.procedure is not None
        assert isinstance(run.procedure.result, MountResult), run.procedure.result
        found.append(run.procedure.result)

    led_in_virtual_time(lambda clip: MountProcedure(), feed, errors, finish)  # type: ignore[arg-type]
    (result,) = found
    matrix = result.estimate.pelvis_from_sensor
    level = true[2] - (true[2] @ matrix[1]) * matrix[1]
    assert abs(np.degrees(np.arctan2(level @ matrix[0], level @ matrix[2]))) < 4.0
    assert result.check is not None
    assert result.check.confirms


def test_a_recording_is_calibrated_kept_shown_and_checked(home: Path) -> None:
    """The whole from files: `--from` run.mcap, show, show --json, check; and a CSV, which names no clip."""
    errors = SensorErrors.random(np.random.default_rng(11))
    recording = home / "sensor.mcap"

    async def nothing(run: CalibrationRun, asker: Asker) -> None: ...

    led_in_virtual_time(lambda clip: SensorProcedure(6), table_and_poses(11), errors, nothing, recording)
    empty = hipdrop("calibrate", "show")
    assert empty.returncode == 0
    assert "no clip has been calibrated" in empty.stdout
    done = hipdrop("calibrate", "sensor", "--from", str(recording))
    assert done.returncode == 0, done.stderr
    assert "accelerometer  sufficient" in done.stdout
    (kept,) = (home / "home" / "hipdrop" / "clips").glob("*.json")
    assert f"written        {kept}" in done.stdout
    shown = hipdrop("calibrate", "show")
    assert "just now" in shown.stdout
    assert "mount          not calibrated" in shown.stdout
    assert json.loads(hipdrop("calibrate", "show", str(kept), "--json").stdout) == json.loads(kept.read_text())

    csv = write_csv(home / "bends.csv", bends_feed()[0])  # type: ignore[arg-type]
    refused = hipdrop("calibrate", "mount", "--from", str(csv))
    assert refused.returncode == 1
    assert "name it with --clip" in refused.stderr
    before = kept.read_bytes()
    on_clip = hipdrop("calibrate", "mount", "--from", str(csv), "--clip", "virtual")
    assert on_clip.returncode == 0, on_clip.stderr
    assert "left and right checked" in on_clip.stdout
    assert "on the clip    stored" in on_clip.stdout
    assert kept.read_bytes() != before
    assert load(kept).acc is not None

    out = home / "elsewhere.json"
    assert hipdrop("calibrate", "sensor", "--from", str(recording), "--out", str(out)).returncode == 0
    assert load(out).mount is not None


def test_ctrl_c_in_the_middle_leaves_the_old_calibration_as_it_was(home: Path) -> None:
    csv = write_csv(home / "poses.csv", table_and_poses(11, more=60.0))
    serial = json_of_clip(home)
    path = calibration_path(serial)
    old = path.read_bytes()
    command = [sys.executable, "-m", "hipdrop", "calibrate", "sensor", "--clip", f"virtual:{csv}", "--no-plot"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "gyroscope good" in line:
                break
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "left; nothing is changed" in stderr
    assert stdout == ""
    assert "Traceback" not in stderr
    assert path.read_bytes() == old
    assert [one.name for one in path.parent.iterdir() if one.is_file()] == [path.name]


def json_of_clip(home: Path) -> str:
    """Keep some calibration of the virtual clip; give its serial number."""
    info = hipdrop("clip", "info", "--clip", "virtual").stdout
    serial = next(line.split()[1] for line in info.splitlines() if line.startswith("serial"))
    save(calibration_path(serial), Calibration(serial, "LSM6DSOX", 16, 2000, 488_000, 70_000_000))
    return serial


def test_keys_of_the_terminal(home: Path) -> None:
    csv = write_csv(home / "poses.csv", table_and_poses(11, more=60.0))
    environment = {name: str(home / "home") for name in ("HOME", "XDG_DATA_HOME")}
    shown = Terminal("calibrate", "sensor", "--clip", f"virtual:{csv}", "--no-plot", environment=environment, height=24)
    try:
        shown.wait_for("Lay the clip on the table")
        shown.wait_for("1 pose of 20")
        shown.type("r")
        shown.wait_for("the last pose is gone")
        shown.type("q")
        assert shown.wait() == 130
        assert shown.given_back()
        assert "nothing is changed" in shown.text
        assert "Traceback" not in shown.text
    finally:
        shown.close()
    assert not list((home / "home" / "hipdrop").glob("clips/*.json"))


def test_what_cannot_be_is_one_line_with_the_remedy(home: Path) -> None:
    for arguments, code, words in [
        (("sensor", "--from", "/none.mcap"), 1, "none.mcap"),
        (("sensor", "--from", "a.csv", "--record", "b.mcap"), 2, "leave out one of the two"),
        (("sensor", "--poses", "3"), 2, "poses"),
        (("baseline", "--from", "a.csv", "--person", "-"), 2, "--person NAME"),
        (("mount", "--clip", "usb", "--no-plot"), 2, "name a clip as ble:NAME"),
        (("show", "/none.json"), 1, "none.json"),
        (("show", "/none.json", "--clip", "virtual"), 2, "not both"),
    ]:
        done = hipdrop("calibrate", *arguments)
        assert done.returncode == code, done.stderr
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("hipdrop: ")
        assert words in last


def test_what_a_file_does_not_tell_is_refused_with_the_reason(home: Path) -> None:
    csv = write_csv(home / "bends.csv", bends_feed()[0])  # type: ignore[arg-type]
    done = hipdrop("calibrate", "sensor", "--from", str(csv), "--clip", "virtual")
    assert done.returncode == 1
    assert "nothing is changed" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list((home / "home" / "hipdrop").glob("clips/*.json"))


def test_a_check_that_is_too_short_says_so(home: Path) -> None:
    csv = write_csv(home / "still.csv", table_and_poses(1))
    done = hipdrop("calibrate", "check", "--from", str(csv))
    assert done.returncode == 1
    assert "stand still for 10 s" in done.stderr
