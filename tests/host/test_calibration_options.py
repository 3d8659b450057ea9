"""`--calibration FILE` and `--no-calibration` of replay and live."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibrations import ACC, WHOLE
from hipcal.file import calibration_path, save
from hipcal.model import Calibration
from hipdrop import people
from hipdrop.calibrations import calibrated
from hipdrop.cli import main
from hipdrop.events import Flag, Step
from hipdrop.imucsv import read_imu_csv
from hipdrop.pipeline import Pipeline
from hipdrop.recording import RunHeader, RunWriter
from hipdrop.samples import STANDARD_GRAVITY_MS2
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from packed import PackedClip, counts_of_run


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty data folder."""
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")


@pytest.fixture(scope="module")
def run_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "run.csv"
    simulate(RunnerConfig(minutes=0.6, seed=2)).write_csv(path)
    return path


@pytest.fixture(scope="module")
def run_mcap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "run.mcap"
    messages = PackedClip().stream_of(counts_of_run(simulate(RunnerConfig(minutes=0.4, seed=2))))
    with RunWriter(path, RunHeader.now(messages[0][0], Settings())) as writer:
        for arrival_s, message in messages:
            writer.frame(arrival_s, message)
    return path


def kept(folder: Path, calibration: Calibration = WHOLE) -> str:
    save(folder / "clip.json", calibration)
    return str(folder / "clip.json")


def replayed(run: Path, out: Path, *options: str) -> dict[str, Any]:
    assert main(["replay", str(run), "--no-plot", "-o", str(out), *options]) == 0
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return summary


def test_a_csv_is_corrected_and_says_so(run_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = replayed(run_csv, tmp_path, "--calibration", kept(tmp_path))
    said = capsys.readouterr()
    assert "sensor     calibrated 2024-11-20\n" in said.out  # its mount may have been another one since
    note = "corrected by the calibration of clip A1: columns must be along the axes of its chip"
    assert f"run.csv: {note}" in said.err
    assert note in summary["input"]["notes"]
    assert summary["calibration"]["source"] == "file"
    assert summary["calibration"]["acc_measured"] == ACC.measured.isoformat()
    plain = replayed(run_csv, tmp_path / "plain", "--no-calibration")
    assert plain["calibration"] is None
    assert "sensor" not in capsys.readouterr().out
    assert plain["mount"]["pelvis_from_sensor"] != summary["mount"]["pelvis_from_sensor"]


@pytest.mark.parametrize("length", [16, 208, 1000])
def test_any_block_length_gives_the_same_events_to_the_bit(run_csv: Path, length: int) -> None:
    recording = calibrated(read_imu_csv(run_csv), WHOLE)
    whole, cut = Pipeline(recording.rate_hz), Pipeline(recording.rate_hz)
    (block,) = recording.blocks
    events = whole.push(block) + whole.close()
    again = [event for piece in block.cut(length) for event in cut.push(piece)] + cut.close()
    assert sum(isinstance(event, Step) for event in events) > 50
    assert list(map(repr, again)) == list(map(repr, events))


def test_the_end_of_a_range_is_judged_by_what_was_sensed(run_csv: Path) -> None:
    """Samples that the correction takes over the range are not at its end."""
    recording = read_imu_csv(run_csv)
    (block,) = recording.blocks
    range_g = 1.05 * float(np.abs(block.acc_ms2).max()) / STANDARD_GRAVITY_MS2
    wide = replace(WHOLE, acc=replace(ACC, matrix=(1.1, 0.0, 0.0, 0.0, 1.1, 0.0, 0.0, 0.0, 1.1), parameters=6))
    corrected = wide.applied(block)
    assert float(np.abs(corrected.acc_ms2).max()) > range_g * STANDARD_GRAVITY_MS2
    pipeline = Pipeline(recording.rate_hz, Settings().replace({"drop": {"acc_range_g": range_g}}))
    steps = [event for event in pipeline.push(corrected) + pipeline.close() if isinstance(event, Step)]
    assert len(steps) > 50
    assert not any(Flag.SATURATED in step.flags for step in steps)


def test_a_recording_of_a_clip_is_reprocessed_with_it(
    run_mcap: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = kept(tmp_path)
    assert main(["replay", str(run_mcap), "--no-plot", "--calibration", named]) == 2
    assert "add --reprocess" in capsys.readouterr().err
    summary = replayed(run_mcap, tmp_path, "--reprocess", "--calibration", named)
    assert summary["calibration"]["source"] == "file"
    assert replayed(run_mcap, tmp_path / "plain")["calibration"] is None
    capsys.readouterr()
    other = kept(tmp_path, replace(WHOLE, clip_serial="B2"))
    refused = replayed(run_mcap, tmp_path / "other", "--reprocess", "--calibration", other)
    assert refused["calibration"] is None
    words = "a calibration was not used: the calibration is of clip B2, this is clip A1"
    assert any(words in warning for warning in refused["warnings"])
    assert "sensor     not calibrated" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["replay", "--sample"], ["live", "--clip", "virtual"]])
def test_what_cannot_be_is_refused_before_the_run(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = kept(tmp_path)
    assert main([*command, "--no-plot", "--calibration", named, "--no-calibration"]) == 2
    assert "leave out one of the two" in capsys.readouterr().err
    assert main([*command, "--no-plot", "--calibration", str(tmp_path / "none.json")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "none.json: cannot be read" in line
    Path(named).write_text("{}")
    assert main([*command, "--no-plot", "--calibration", named]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "clip.json: is no calibration" in line


def test_where_names_the_calibrations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(calibration_path("A1"), WHOLE)
    assert main(["where"]) == 0
    assert f"calibrations of clips: 1 file (0.0 MB) in {tmp_path / 'data' / 'clips'}" in capsys.readouterr().out
