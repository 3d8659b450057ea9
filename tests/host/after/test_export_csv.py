"""Export as CSV, read back by pandas and by hipdrop itself."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from export_runs import ALERT, GAP, MARK, a_run, gapped, joined, recorded, still, tell_nobody, whole

from hipdrop.after.export.eventrows import event_rows
from hipdrop.after.export.source import ExportSource, export_source
from hipdrop.after.export.tables import csv_files, steps_csv
from hipdrop.after.export.units import unit_of
from hipdrop.after.steptable import StepTable
from hipdrop.imucsv import read_imu_csv
from hipdrop.receive.tilt import TiltBlock
from hipdrop.samples import Array

HALF = 0.5001  # of the last decimal, and what binary fractions add


def table(source: ExportSource, name: str, *, angles: bool = False) -> pd.DataFrame:
    """Read a file of the export as its users would."""
    files = csv_files(source, tell_nobody, angles=angles)
    return pd.read_csv(io.BytesIO(joined(files, name)))


def near(got: pd.Series, wanted: Array, decimals: int) -> None:
    """Compare to half of the last decimal, unknown ones included."""
    np.testing.assert_allclose(got.to_numpy(dtype=float), wanted, rtol=0.0, atol=HALF * 10.0**-decimals)


@pytest.mark.parametrize("source", [whole, gapped])
def test_samples_are_those_that_came(source: object) -> None:
    run = source()  # type: ignore[operator]
    frame = table(run, "samples.csv")
    assert list(frame) == ["t_s", "acc_x_ms2", "acc_y_ms2", "acc_z_ms2", "gyr_x_dps", "gyr_y_dps", "gyr_z_dps"]
    blocks = run.recorded.blocks
    assert len(frame) == sum(len(block) for block in blocks)
    near(frame["t_s"], np.concatenate([block.t_s for block in blocks]), 6)
    for axis, name in enumerate("xyz"):
        near(frame[f"acc_{name}_ms2"], np.concatenate([block.acc_ms2[:, axis] for block in blocks]), 5)
        near(frame[f"gyr_{name}_dps"], np.degrees(np.concatenate([block.gyr_rads[:, axis] for block in blocks])), 4)


def test_hipdrop_reads_its_samples_again_and_finds_the_same_steps(tmp_path: Path) -> None:
    source = gapped()
    path = tmp_path / "samples.csv"
    path.write_bytes(joined(csv_files(source, tell_nobody), "samples.csv"))
    again = read_imu_csv(path)
    assert len(again.blocks) == 2
    assert again.rate_hz == pytest.approx(source.recorded.rate_hz, rel=1e-6)
    steps, wanted = export_source(recorded(again.blocks)).run.steps, source.run.steps
    assert len(steps) == len(wanted) > 600
    np.testing.assert_array_equal(steps.side, wanted.side)
    np.testing.assert_array_equal(steps.flags, wanted.flags)
    np.testing.assert_allclose(steps.contact_s, wanted.contact_s, atol=1e-4)
    np.testing.assert_allclose(steps.drop_deg, wanted.drop_deg, atol=0.002)


def test_angles_stand_at_their_samples() -> None:
    """The simulator's truth; the clip's mount was given."""
    run, frame = a_run(), table(whole(), "samples.csv", angles=True)
    assert list(frame)[7:] == ["obliquity_deg", "tilt_deg", "vertical_g"]
    steady = (frame["t_s"] > 20.0) & (frame["t_s"] < 40.0)  # straight on at one speed: nothing leans the up vector
    for name, truth in (("obliquity_deg", run.obliquity_deg), ("tilt_deg", run.tilt_deg)):
        error = frame[name].to_numpy() - np.interp(frame["t_s"], run.t_s, truth)
        assert error[steady].std() < 0.15  # as test_analysis has it of the markers
    standing = frame["t_s"] < 6.0
    assert abs(frame["vertical_g"][standing].mean()) < 0.01
    assert frame["vertical_g"].min() < -0.8  # flight
    np.testing.assert_allclose(frame["vertical_g"], whole().columns[10], atol=HALF * 1e-5)


def test_angles_beside_a_gap_are_of_their_own_side() -> None:
    source = gapped()
    frame = table(source, "samples.csv", angles=True)
    after = frame[frame["t_s"] >= GAP[1] - 1e-6].iloc[0]
    first = int(np.searchsorted(source.columns[0], GAP[1] - 1e-6))
    assert after["obliquity_deg"] == pytest.approx(source.pelvis.obliquity_deg[first], abs=1e-4)


def test_steps_are_the_one_table() -> None:
    steps = whole().run.steps
    frame = table(whole(), "steps.csv")
    assert list(frame) == list(steps.columns())
    assert len(frame) == len(steps) > 600
    decimals = {"s": 4, "ms": 1, "spm": 2, "deg": 3, "mm": 1, "dps": 2, "confidence": 4}
    for name, column in steps.columns().items():
        if column.dtype.kind == "f":
            near(frame[name], column, decimals[name.rpartition("_")[2]])
        elif column.dtype.kind == "U":
            assert frame[name].fillna("").tolist() == column.tolist()
        else:
            assert frame[name].tolist() == column.astype(int).tolist()


def test_events_are_those_of_the_live_run_and_of_the_analysis() -> None:
    frame = table(whole(), "events.csv")
    assert frame["t_s"].is_monotonic_increasing
    alert = frame[frame["event"] == "alert_raised"].iloc[0]
    assert (alert["t_s"], alert["side"], alert["text"]) == (ALERT.t_s, "left", ALERT.reason)
    assert (alert["drop_deg"], alert["baseline_deg"], alert["excess_deg"]) == (6.0, 4.0, 2.0)
    assert frame[frame["event"] == "marked"]["text"].tolist() == [MARK.note]
    mount = json.loads(frame[frame["event"] == "mount_found"].iloc[0]["fields"])
    assert mount["site"] == "sacrum"
    assert mount["lever_m"] is None
    assert {"run", "walk", "stand"} <= set(frame["text"].dropna())
    assert not {"step", "contact"} & set(frame["event"])
    gap = table(gapped(), "events.csv").query("event == 'gap'")
    assert gap["duration_s"].tolist() == pytest.approx([GAP[1] - GAP[0]], abs=0.01)


def test_alerts_are_those_that_the_runner_had_and_no_others() -> None:
    """The analysis has some of its own, which nobody was told."""
    run = whole().run
    with_more = replace(run, events=[*run.events, replace(ALERT, t_s=155.0)])
    assert [row.t_s for row in event_rows(with_more) if row.event == "alert_raised"] == [ALERT.t_s]


@pytest.mark.parametrize("source", [whole, gapped, still])
def test_what_is_not_known_is_an_empty_cell(source: object) -> None:
    files = csv_files(source(), tell_nobody, angles=True)  # type: ignore[operator]
    for name in files:
        assert b"nan" not in joined(files, name).lower()


def test_without_a_step_there_is_a_header_and_every_sample() -> None:
    frame = table(still(), "samples.csv", angles=True)
    assert len(frame) == still().samples
    assert frame["obliquity_deg"].isna().all()
    assert frame["vertical_g"].notna().all()
    assert len(table(still(), "steps.csv")) == 0
    assert steps_csv(StepTable.of_events([])).count(b"\n") == 1
    assert table(still(), "events.csv")["event"].tolist()[0] == "activity_changed"


def test_a_tilt_stream_has_angles_and_no_motion_that_nobody_measured() -> None:
    run = a_run()
    rolled, tilted = np.radians(run.obliquity_deg), np.radians(run.tilt_deg)
    up = np.column_stack((np.cos(rolled) * np.sin(tilted), np.cos(rolled) * np.cos(tilted), -np.sin(rolled)))
    (raw,) = run.blocks
    pelvis_from_sensor = run.pelvis_from_sensor
    block = TiltBlock(raw.t_s, raw.acc_ms2 @ pelvis_from_sensor.T, raw.gyr_rads @ pelvis_from_sensor.T, up=up[run.kept])
    frame = table(export_source(replace(recorded([block]), tilt_only=True)), "samples.csv")
    assert list(frame) == ["t_s", "obliquity_deg", "tilt_deg", "vertical_g"]
    np.testing.assert_allclose(frame["obliquity_deg"], run.obliquity_deg[run.kept], atol=1e-3)
    np.testing.assert_allclose(frame["tilt_deg"], run.tilt_deg[run.kept], atol=1e-3)


def test_every_row_of_events_has_units_in_its_numbers() -> None:
    numbers = [name for name, value in vars_of(event_rows(whole().run)[0]).items() if isinstance(value, float)]
    assert numbers
    assert all(unit_of(name) for name in numbers)


def vars_of(row: object) -> dict[str, object]:
    """Give the fields of a row."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}  # type: ignore[attr-defined]
