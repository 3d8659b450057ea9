"""The calibration of the clip in a live run: found by its serial number, recorded, and the same in the replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scripted_clip import INFO, ScriptedClip, ScriptedLink

from calibrations import GYRO, MOUNT, WHOLE
from hipcal.file import calibration_path, save
from hipcal.model import Calibration
from hipcal.onclip import to_record
from hipdrop import people
from hipdrop.calibrations import calibration_of_clip, kept_calibration, named_calibration
from hipdrop.commands.sources import open_source
from hipdrop.errors import UsageError
from hipdrop.events import CalibrationRefused, CalibrationUsed, Event, UseCalibration
from hipdrop.liverun import LiveRun
from hipdrop.offline import analyse
from hipdrop.recording import Entered, read_run
from hipdrop.recording.completed import completed
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.summary import summarize
from hipdrop.virtual.loop import run_virtual
from hipdrop.wording import summary_lines
from hipwire import ids
from packed import counts_of_run

Counts = NDArray[np.int16]
CLIP = replace(WHOLE, clip_serial=INFO["serial"], chip=INFO["chip"])
TODAY = datetime.now(UTC)


@pytest.fixture(scope="module")
def counts() -> Counts:
    """Half a minute of running behind a stand."""
    return counts_of_run(simulate(RunnerConfig(minutes=0.6, seed=4)))


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    return tmp_path / "data"


class HoldingClip(ScriptedClip):
    """A clip that holds a calibration."""

    def _do(self, code: int, payload: bytes) -> tuple[int, bytes]:
        return (
            (ids.OK, to_record(replace(CLIP, acc=None))) if code == ids.GET_CALIBRATION else super()._do(code, payload)
        )


def live(
    counts: Counts, path: Path, given: UseCalibration | None = None, clip: type[ScriptedClip] = ScriptedClip
) -> LiveRun:
    """Run a clip that asks what is kept of it."""

    async def act() -> LiveRun:
        made: Any = {"counts": counts}
        if clip is HoldingClip:
            made["info"] = INFO | {"features": INFO["features"] | ids.HAS_CALIBRATION}
        run, link = (
            LiveRun(Settings(), recording=path, calibration=calibration_of_clip(given)),
            ScriptedLink(clip(**made)),
        )
        async with link:
            await run.run(run.session(link))
        return run

    return run_virtual(act())


def said(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, (CalibrationUsed, CalibrationRefused))]


def again(path: Path) -> list[Event]:
    return open_source(path, None, None, None).run(float("inf"), None)


def lines(run: LiveRun) -> str:
    return "\n".join(summary_lines(summarize(run.chain.facts(Path("run.mcap")), run.events)))


def keep(calibration: Calibration) -> Path:
    path = calibration_path(calibration.clip_serial)
    save(path, calibration)
    return path


def test_the_file_of_the_clip_is_used_recorded_and_replayed(counts: Counts, tmp_path: Path) -> None:
    keep(replace(CLIP, mount=replace(MOUNT, measured=TODAY)))
    path = tmp_path / "run.mcap"
    run = live(counts, path)
    (used,) = said(run.events)
    assert isinstance(used, CalibrationUsed)
    assert (used.source, used.mount_method) == ("file", "bends")
    assert run.events[0] == used == run.chain.calibration
    recorded = [item.item for item in read_run(path).items if isinstance(item, Entered)]
    (entered,) = recorded
    assert isinstance(entered, UseCalibration)
    assert entered.calibration == replace(CLIP, mount=replace(MOUNT, measured=TODAY))
    calibration_path("T1").unlink()  # the recording has it all
    assert list(map(repr, again(path))) == list(map(repr, run.events))
    assert "sensor     calibrated 2024-11-20; mount by bends " in lines(run)


def test_without_a_file_the_run_is_not_calibrated(counts: Counts, tmp_path: Path) -> None:
    run = live(counts, tmp_path / "run.mcap")
    assert said(run.events) == []
    assert "sensor     not calibrated\n" in lines(run)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:200]), "the file of clip T1 is no calibration"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"0.12", b"0.13")), "something was changed"),
        (lambda path: save(path, replace(CLIP, acc_range_g=8)), "is for a range of 8 g, this clip has 16 g"),
        (lambda path: save(path, replace(CLIP, clip_serial="B2")), "is of clip B2, this is clip T1"),
    ],
)
def test_a_file_that_cannot_be_used_costs_a_line_and_not_the_run(
    counts: Counts, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], words: str
) -> None:
    spoil(keep(CLIP))
    path = tmp_path / "run.mcap"
    run = live(counts[: 208 * 12], path)
    (refused,) = said(run.events)
    assert isinstance(refused, CalibrationRefused)
    assert words in refused.reason
    line, checked = capsys.readouterr().err.splitlines()
    assert line == f"hipdrop: a calibration is not used: {refused.reason}"
    assert "gravity" in checked
    assert str(tmp_path) not in line
    summary = lines(run)
    assert "sensor     not calibrated\n" in summary
    assert f"note       a calibration was not used: {refused.reason}" in summary
    assert list(map(repr, again(path))) == list(map(repr, run.events))


def test_what_the_clip_holds_is_asked_for_and_used(counts: Counts, tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    run = live(counts[: 208 * 12], path, clip=HoldingClip)
    (used,) = said(run.events)
    assert isinstance(used, CalibrationUsed)
    assert (used.source, used.acc_measured) == ("clip", "")
    assert "sensor     gyroscope calibrated 2024-11-20\n" in lines(run)
    assert list(map(repr, again(path))) == list(map(repr, run.events))
    keep(replace(CLIP, gyro=None, mount=None))
    (both,) = said(live(counts[: 208 * 12], tmp_path / "both.mcap", clip=HoldingClip).events)
    assert isinstance(both, CalibrationUsed)
    assert both.source == "file and clip"


def test_a_file_that_is_named_goes_over_the_one_that_is_kept(counts: Counts, tmp_path: Path) -> None:
    keep(CLIP)
    save(tmp_path / "named.json", replace(CLIP, acc=None, mount=None))
    named = named_calibration(tmp_path / "named.json", none=False)
    (used,) = said(live(counts[: 208 * 12], tmp_path / "a.mcap", named).events)
    assert isinstance(used, CalibrationUsed)
    assert (used.acc_measured, used.gyro_measured) == ("", GYRO.measured.isoformat())
    none = live(counts[: 208 * 12], tmp_path / "b.mcap", named_calibration(None, none=True), HoldingClip)
    assert said(none.events) == []
    assert list(map(repr, again(tmp_path / "b.mcap"))) == list(map(repr, none.events))


def test_a_torn_recording_gives_what_came_before_the_tear(counts: Counts, tmp_path: Path) -> None:
    keep(CLIP)
    path, torn = tmp_path / "run.mcap", tmp_path / "torn.mcap"
    run = live(counts, path)
    whole = path.read_bytes()
    torn.write_bytes(whole[: len(whole) // 2])
    part = again(torn)
    assert len(part) > 40
    cut = next(k for k, (one, other) in enumerate(zip(part, run.events, strict=False)) if repr(one) != repr(other))
    assert cut > 30  # the end of a run closes what is open; all before is the same
    assert part[0] == run.events[0]


def test_a_damaged_calibration_in_a_recording_is_said(counts: Counts, tmp_path: Path) -> None:
    keep(CLIP)
    path = tmp_path / "run.mcap"
    live(counts[: 208 * 12], path)
    damaged = path.read_bytes().replace(b'"offset_ms2": [0.12', b'"offset_ms2": [0.13')
    path.write_bytes(damaged)
    (refused,) = said(again(path))
    assert isinstance(refused, CalibrationRefused)
    assert refused.reason.startswith("the one in the recording cannot be used ($.check: does not fit")


def test_the_analysis_afterwards_has_the_same_samples_corrected(counts: Counts, tmp_path: Path) -> None:
    keep(CLIP)
    path = tmp_path / "run.mcap"
    live(counts[: 208 * 20], path)
    corrected = completed(read_run(path)).blocks[0]
    live(counts[: 208 * 20], tmp_path / "nominal.mcap", named_calibration(None, none=True))
    nominal = completed(read_run(tmp_path / "nominal.mcap")).blocks[0]
    acc_ms2, gyr_rads = CLIP.corrected(nominal.acc_ms2, nominal.gyr_rads)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(corrected.acc_ms2, acc_ms2)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(corrected.gyr_rads, gyr_rads)  # type: ignore[attr-defined]
    assert analyse([corrected], 208.0).events  # type: ignore[list-item]


@pytest.mark.parametrize(("hours", "used"), [(-11.9, True), (-12.1, False), (0.1, False)])
def test_a_run_can_be_reprocessed_with_another_calibration(
    counts: Counts, tmp_path: Path, hours: float, used: bool
) -> None:
    """Its mount is taken where it was measured within the twelve hours before that run, not before now."""
    keep(CLIP)
    path = tmp_path / "run.mcap"
    live(counts[: 208 * 12], path)
    began = datetime.fromtimestamp(read_run(path).header.start_unix_s, UTC)
    other = replace(CLIP, acc=None, mount=replace(MOUNT, measured=began + timedelta(hours=hours)))
    given = UseCalibration(other, 0.0)
    (event,) = said(open_source(path, None, None, None, reprocess=True, calibration=given).run(float("inf"), None))
    assert isinstance(event, CalibrationUsed)
    assert (event.acc_measured, bool(event.mount_measured)) == ("", used)
    none = open_source(path, None, None, None, reprocess=True, calibration=UseCalibration(None, 0.0))
    assert said(none.run(float("inf"), None)) == []
    with pytest.raises(UsageError, match="--reprocess"):
        open_source(path, None, None, None, calibration=given)


def test_nothing_is_kept_of_a_clip_without_a_serial_number() -> None:
    from hipdrop.receive.messages import read_info
    from hipwire import frames

    info = read_info(frames.pack_info(INFO | {"serial": ""}))
    assert kept_calibration(info) is None
