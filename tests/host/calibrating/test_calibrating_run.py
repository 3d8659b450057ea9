"""A guided calibration at the rim: samples, keys and temperatures into a procedure; files; what is kept of before."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import wire_messages
from calibrations import ACC, GYRO, MEASURED, MOUNT, WHOLE
from hipcal.file import calibration_path, save
from hipcal.gyro import GyroEstimate
from hipcal.model import Calibration
from hipcal.mount import MountEstimate
from hipcal.onclip import to_record
from hipcal.oneleg import OneLegEstimate
from hipcal.poses import AccEstimate
from hipcal.procedures.base import Picture, Prompt
from hipcal.procedures.mount import MountResult
from hipcal.procedures.sensor import SensorResult
from hipdrop.calibrating.fits import blank, known_of, temperature_at, with_mount, with_sensor
from hipdrop.calibrating.guide import from_file
from hipdrop.calibrating.run import CalibrationRun, Clip, Key, RecordedCalibration
from hipdrop.calibrating.words import age, calibration_lines
from hipdrop.errors import InputError
from hipdrop.events import Side
from hipdrop.receive.messages import ClipInfo
from hipdrop.recording import RunHeader, RunWriter
from hipdrop.samples import STANDARD_GRAVITY_MS2, SampleBlock
from hipwire import commands, decoding, frames, ids
from packed import PackedClip, Timed

INFO = ClipInfo(
    boot_id=7, features=0, rate_mhz=208000, acc_range_g=16, gyr_range_dps=2000, acc_ng_per_lsb=488_000,
    gyr_ndps_per_lsb=70_000_000, tilt_divider=2, raw_samples=19, ring_s=30, mount_id=0, revision=1, serial="A1",
    firmware="0.1.0", board="xiao", chip="LSM6DSOX",
)  # fmt: skip


class Told:
    """A procedure that keeps what it is told."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.blocks: list[SampleBlock] = []
        self.keys: list[str] = []
        self.result: object = None

    @property
    def done(self) -> bool:
        return self.result is not None

    @property
    def prompt(self) -> Prompt:
        return Prompt(Picture.STAND, "Stand still")

    def push(self, block: SampleBlock) -> None:
        self.blocks.append(block)

    def close(self) -> None:
        self.result = "closed"

    def redo(self) -> None:
        self.keys.append("redo")

    def enough(self) -> None:
        self.keys.append("enough")
        self.result = "enough"


@pytest.fixture
def sent() -> list[Timed]:
    """Ten seconds of a clip that lies still: what it is, frames of counts, each other."""
    counts = np.zeros((2080, 6), dtype=np.int16)
    counts[:, 2] = 2049
    counts[:, 3] = np.arange(2080) % 50
    return PackedClip().stream_of(counts)


def through(run: CalibrationRun, sent: list[Timed]) -> Told:
    for arrival_s, message in sent:
        run.enter(arrival_s, message)
    assert isinstance(run.procedure, Told)
    return run.procedure


def test_the_samples_are_the_nominal_ones_in_order(sent: list[Timed]) -> None:
    run = CalibrationRun(Told)
    told = through(run, sent)
    run.end()
    assert told.result == "closed"
    acc = np.concatenate([block.acc_ms2 for block in told.blocks])
    gyr = np.concatenate([block.gyr_rads for block in told.blocks])
    t_s = np.concatenate([block.t_s for block in told.blocks])
    assert len(t_s) == 2080
    np.testing.assert_allclose(np.diff(t_s), 1 / 208, atol=2e-5)
    np.testing.assert_allclose(acc[:, 2], 2049 * 488e-6 * STANDARD_GRAVITY_MS2)
    np.testing.assert_allclose(np.degrees(gyr[:50, 0]), 0.07 * np.arange(50), atol=1e-12)
    assert told.clip.info is not None
    assert told.clip.info.serial == run.chain.info.serial  # type: ignore[union-attr]
    assert told.clip.rate_hz == pytest.approx(208.0, rel=2e-3)


def test_what_the_clip_holds_changes_no_sample_and_is_known(sent: list[Timed]) -> None:
    plain = through(CalibrationRun(Told), sent)
    answer = commands.pack_answer(ids.GET_CALIBRATION, 3, ids.OK, to_record(WHOLE))
    run = CalibrationRun(Told)
    told = through(run, [sent[0], (0.01, answer), *sent[1:]])
    assert run.record == told.clip.record == to_record(WHOLE)
    for one, other in zip(told.blocks, plain.blocks, strict=True):
        np.testing.assert_array_equal(one.acc_ms2, other.acc_ms2)


def test_a_lost_frame_is_a_gap_once_it_does_not_come(sent: list[Timed]) -> None:
    run = CalibrationRun(Told)
    told = through(run, sent[:60] + sent[61:])
    assert sum(block.gap_s > 0.0 for block in told.blocks) == 1


def test_temperatures_are_kept_with_their_time_where_the_clip_knows_them(sent: list[Timed]) -> None:
    told = (wire_messages.status(boot_id=1, temperature_cdeg=2480, rate_mhz=208_000, rate_uncertainty_ppm=100),
            wire_messages.status(boot_id=1, temperature_cdeg=frames.UNKNOWN_TEMPERATURE_CDEG))  # fmt: skip
    run = CalibrationRun(Told)
    clip = PackedClip()
    known = run.enter
    for number, (arrival_s, message) in enumerate(sent):
        known(arrival_s, message)
        if number in (50, 80):
            known(arrival_s, of_boot(told[number == 80], clip))
    assert [value for _, value in run.temperatures_c] == [24.8]
    ((at_s, _),) = run.temperatures_c
    assert at_s == pytest.approx(sent[50][0] - sent[1][0], abs=0.5)


def of_boot(status: bytes, clip: PackedClip) -> bytes:
    """The same status, of the boot that runs."""
    values = decoding.status(status)
    values["boot_id"] = clip.boot_id
    return wire_messages.status(**values)


def test_keys_before_the_first_sample_do_nothing_but_leave() -> None:
    run = CalibrationRun(Told)
    ended: list[bool] = []
    run.on_done = lambda: ended.append(True)
    run.do(Key.REDO)
    run.do(Key.ENOUGH)
    assert not run.done
    run.do(Key.LEAVE)
    assert run.left
    run.do(Key.LEAVE)
    assert ended == [True]


def test_who_leaves_at_the_end_has_not_left(sent: list[Timed]) -> None:
    run = CalibrationRun(Told)
    through(run, sent)
    run.do(Key.ENOUGH)
    assert run.done
    run.do(Key.LEAVE)
    assert not run.left


def recorded(path: Path, sent: list[Timed], keys: dict[int, str]) -> Path:
    """A recording with keys behind messages of these numbers."""
    header = RunHeader(start_s=sent[0][0], start_unix_s=1_700_000_000.0)
    with RunWriter(path, header) as writer:
        for number, (arrival_s, message) in enumerate(sent):
            writer.frame(arrival_s, message)
            if number in keys:
                writer.session(arrival_s, "key", key=keys[number])
    return path


def test_keys_of_a_recording_are_pressed_again_at_their_places(sent: list[Timed], tmp_path: Path) -> None:
    path = recorded(tmp_path / "run.mcap", sent, {40: "redo", 50: "dance", 90: "enough"})
    run = from_file(path, Told)
    assert isinstance(run.procedure, Told)
    assert run.procedure.keys == ["redo", "enough"]
    assert run.procedure.result == "enough"
    passed_s = sent[90][0] - sent[0][0]
    assert run.measured == datetime.fromtimestamp(1_700_000_000 + int(passed_s), UTC)


def test_a_recording_that_was_left_is_left_again(sent: list[Timed], tmp_path: Path) -> None:
    run = from_file(recorded(tmp_path / "run.mcap", sent, {40: "leave"}), Told)
    assert run.left
    assert isinstance(run, RecordedCalibration)


def test_a_recording_without_samples_is_refused(sent: list[Timed], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no samples of a clip"):
        from_file(recorded(tmp_path / "run.mcap", sent[:1], {}), Told)


def test_the_tilt_stream_is_refused(tmp_path: Path) -> None:
    clip = PackedClip()
    tilts = [(0.1 * n, wire_messages.tilt(10, sequence=n, index=20 * n, ticks_us=96154 * n)) for n in range(1, 120)]
    with pytest.raises(InputError, match="tilt stream"):
        from_file(recorded(tmp_path / "run.mcap", [(0.0, clip.info()), *tilts], {}), Told)


def test_an_imu_csv_goes_in_whole_and_names_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "imu.csv"
    rows = "".join(f"{n / 100},0,0,9.8,0,0,0\n" for n in range(500))
    path.write_text("t_s,acc_x_ms2,acc_y_ms2,acc_z_ms2,gyr_x_dps,gyr_y_dps,gyr_z_dps\n" + rows)
    run = from_file(path, Told)
    assert isinstance(run.procedure, Told)
    assert sum(map(len, run.procedure.blocks)) == 500
    assert run.procedure.clip == Clip(None, None, pytest.approx(100.0))  # type: ignore[arg-type]
    assert abs(run.measured.timestamp() - path.stat().st_mtime) <= 1.0


# ---- what is kept ----


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def test_the_file_here_goes_over_what_the_clip_holds(home: Path) -> None:
    held = to_record(dataclasses.replace(WHOLE, acc=None))
    assert known_of(Clip(None, None, 208.0)) == (None, "")
    assert known_of(Clip(INFO, None, 208.0)) == (None, "")
    of_clip, problem = known_of(Clip(INFO, held, 208.0))
    assert of_clip is not None
    assert (of_clip.acc, problem) == (None, "")
    save(calibration_path("A1"), WHOLE)
    assert known_of(Clip(INFO, held, 208.0)) == (WHOLE, "")


@pytest.mark.parametrize("damage", ["{", '{"hipdrop_calibration": 99}'])
def test_a_file_that_cannot_be_used_is_told_and_replaced(home: Path, damage: str) -> None:
    path = calibration_path("A1")
    path.parent.mkdir(parents=True)
    path.write_text(damage)
    known, problem = known_of(Clip(INFO, None, 208.0))
    assert known is None
    assert str(path) in problem


def test_a_calibration_of_another_range_is_told(home: Path) -> None:
    save(calibration_path("A1"), dataclasses.replace(WHOLE, acc_range_g=8))
    known, problem = known_of(Clip(INFO, None, 208.0))
    assert known is None
    assert "8 g" in problem


SENSOR = SensorResult(
    GyroEstimate((0.1, 0.2, 0.3), 0.01, 5.0, "good: steady"),
    AccEstimate(ACC.matrix, ACC.offset_ms2, 9, 12, (), 0.004, 0.9, 0.05, 1.4, "good: all"),
    (0.0, 5.0),
    ((10.0, 12.0), (15.0, 17.0)),
)


def test_sensor_and_mount_replace_their_own_parts_alone() -> None:
    told = [(1.0, 20.0), (3.0, 22.0), (11.0, 25.0), (16.0, 27.0), (60.0, 90.0)]
    sensor = with_sensor(WHOLE, SENSOR, MEASURED, told)
    assert sensor.mount == MOUNT
    assert sensor.gyro is not None
    assert sensor.acc is not None
    assert (sensor.gyro.bias_dps, sensor.gyro.temperature_c) == ((0.1, 0.2, 0.3), 21.0)
    assert (sensor.acc.poses, sensor.acc.temperature_c) == (12, 26.0)
    estimate = MountEstimate(np.eye(3), "bends", 1.5, None, 3, "good: 3 bends")
    check = OneLegEstimate(Side.LEFT, Side.LEFT, True, -70.0, -2.0, 3.0, 0.999, "right")
    mounted = with_mount(WHOLE, MountResult(estimate, check), MEASURED, "left-hip")
    assert (mounted.acc, mounted.gyro) == (ACC, GYRO)
    assert mounted.mount is not None
    assert (mounted.mount.site, mounted.mount.sides_checked) == ("left-hip", True)
    unchecked = with_mount(blank(INFO), MountResult(estimate), MEASURED, None)
    assert unchecked.mount is not None
    assert (unchecked.mount.site, unchecked.mount.sides_checked) == (None, False)


def test_a_temperature_that_was_never_told_is_not_made_up() -> None:
    assert temperature_at([], [(0.0, 5.0)]) is None
    assert temperature_at([(99.0, 30.0)], [(0.0, 5.0)]) == 30.0


def test_all_is_told_in_words() -> None:
    now = MEASURED + timedelta(days=3)
    text = "\n".join(calibration_lines(WHOLE, now))
    for words in ("A1, LSM6DSOX, 16 g", "3 days ago, at 24 °C", "offset +12.2, -8.2, +21.4 mg", "12 poses, 83 %",
                  "bias +0.40, -0.70, +0.25 deg/s", "by bends, on the sacrum: good", "left and right checked",
                  "residual 0.8 deg"):  # fmt: skip
        assert words in text
    nothing = "\n".join(calibration_lines(Calibration("A1", "LSM6DSOX", 16, 2000, 488_000, 70_000_000), now))
    assert nothing.count("not calibrated") == 3
    assert nothing.count("hipdrop calibrate sensor") == 2


@pytest.mark.parametrize(
    ("passed", "words"),
    [(timedelta(seconds=20), "just now"), (timedelta(minutes=7), "7 minutes ago"), (timedelta(hours=5), "5 hours ago"),
     (timedelta(days=40), "40 days ago"), (-timedelta(hours=2), "in the future: is the clock of this computer right?")],
)  # fmt: skip
def test_ages_are_told_in_the_unit_that_fits(passed: timedelta, words: str) -> None:
    assert age(passed) == words
