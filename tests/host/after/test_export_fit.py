"""Export as FIT, read by an independent reader that checks the sums of the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import fitdecode
import numpy as np
import pytest
from export_runs import ALERT, BEGAN, MARK, gapped, joined, still, tell_nobody, whole

from hipdrop.after.analysis import RunAnalysis
from hipdrop.after.export.fit import NOTE_BYTES, fit_files
from hipdrop.after.export.seconds import HALF_S, Stretch, stretches
from hipdrop.after.export.source import ExportSource
from hipdrop.errors import InputError
from hipdrop.events import Activity, ActivityChanged, Marked, Side, TreadmillSet

FIT_EPOCH_S = 631065600  # 1989-12-31 in Unix time, as the FIT protocol has it


def messages(source: ExportSource) -> list[tuple[str, dict[str, Any]]]:
    """Read all messages of the export of a run, in their order; a wrong checksum raises."""
    data = joined(fit_files(source, tell_nobody), "run.fit")
    with fitdecode.FitReader(
        data, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as fit:
        return [
            (frame.name, {field.name: field.value for field in frame.fields})
            for frame in fit
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


@cache
def of_whole() -> list[tuple[str, dict[str, Any]]]:
    """Messages of the whole run."""
    return messages(whole())


def named(found: list[tuple[str, dict[str, Any]]], name: str) -> list[dict[str, Any]]:
    """Give the messages of a kind."""
    return [values for kind, values in found if kind == name]


def time_of(values: dict[str, Any]) -> float:
    """Time of a message on the axis of the run."""
    return float((values["timestamp"] - BEGAN).total_seconds())


def test_messages_come_in_the_order_of_an_activity_file() -> None:
    kinds = [kind for kind, _ in of_whole()]
    assert kinds[0] == "file_id"
    assert kinds[-2:] == ["session", "activity"]
    assert kinds.index("developer_data_id") < kinds.index("field_description") < kinds.index("record")
    timer = [k for k, (kind, values) in enumerate(of_whole()) if kind == "event" and values["event"] == "timer"]
    assert [of_whole()[k][1]["event_type"] for k in timer] == ["start", "stop_all"]
    records = [k for k, kind in enumerate(kinds) if kind == "record"]
    assert timer[0] < records[0] < records[-1] < timer[1]
    stamps = [values["timestamp"] for kind, values in of_whole() if kind in ("record", "event")]
    assert stamps == sorted(stamps)


def test_it_is_an_activity_of_running_in_universal_time() -> None:
    (made,) = named(of_whole(), "file_id")
    assert made["type"] == "activity"
    assert made["time_created"] == datetime(2026, 11, 20, 17, 0, 0, tzinfo=UTC) == BEGAN
    (session,) = named(of_whole(), "session")
    assert (session["sport"], session["sub_sport"]) == ("running", "generic")
    assert session["start_time"] == BEGAN
    (activity,) = named(of_whole(), "activity")
    local = activity["local_timestamp"]
    local_s = local if isinstance(local, int) else local.replace(tzinfo=UTC).timestamp() - FIT_EPOCH_S
    assert local_s == activity["timestamp"].timestamp() + 3600 - FIT_EPOCH_S
    (device,) = named(of_whole(), "device_info")
    assert device["product_name"] == "hipdrop c0ffee"


def test_there_is_a_record_for_every_second() -> None:
    times = [time_of(record) for record in named(of_whole(), "record")]
    assert times == list(range(round(whole().recorded.facts.duration_s) + 1))
    for record in named(of_whole(), "record"):
        assert not {"position_lat", "position_long", "distance", "step_length", "speed"} & set(record)


@pytest.mark.parametrize("second", [30, 75, 104, 200, 260])
def test_a_record_holds_the_mean_of_the_steps_around_it(second: int) -> None:
    """To half of FIT's resolution: 1/128 strides a minute, 0.1 ms, 0.1 mm, 0.01 %; drops in single precision."""
    steps = whole().run.steps
    record = next(record for record in named(of_whole(), "record") if time_of(record) == second)
    near = (steps.contact_s >= second - HALF_S) & (steps.contact_s < second + HALF_S)
    left, right, both = (steps.where(near).counted(side) for side in Side)
    assert len(left) >= 7
    strides = record["cadence"] + record["fractional_cadence"]
    assert strides == pytest.approx(float(np.nanmean(steps.cadence_spm[near])) / 2.0, abs=0.5001 / 128)
    assert record["stance_time"] == pytest.approx(float(np.nanmean(both.contact_ms)), abs=0.0501)
    assert record["vertical_oscillation"] == pytest.approx(float(np.nanmean(both.oscillation_mm)), abs=0.0501)
    feet = float(np.nanmean(left.contact_ms)), float(np.nanmean(right.contact_ms))
    assert record["stance_time_balance"] == pytest.approx(100.0 * feet[0] / sum(feet), abs=0.00501)
    assert record["drop_left"] == pytest.approx(float(left.drop_deg.mean()), rel=1e-6)
    assert record["drop_right"] == pytest.approx(float(right.drop_deg.mean()), rel=1e-6)
    assert record["drop_mean"] == pytest.approx(0.5 * (record["drop_left"] + record["drop_right"]), rel=1e-6)
    assert record["drop_left"] > record["drop_right"] + 1.0  # as the run was simulated


def test_a_walk_break_has_no_figures_and_is_a_lap() -> None:
    parts = stretches(whole().run.events, 0.0, whole().recorded.facts.duration_s)
    assert [part.running for part in parts] == [False, True, False, True]
    laps = named(of_whole(), "lap")
    assert [lap["intensity"] for lap in laps] == ["rest", "active", "rest", "active"]
    assert [lap["message_index"] for lap in laps] == [0, 1, 2, 3]
    for lap, part in zip(laps, parts, strict=True):
        assert lap["total_elapsed_time"] == pytest.approx(part.end_s - part.begin_s, abs=1e-3)
        assert (lap["start_time"] - BEGAN).total_seconds() == pytest.approx(part.begin_s, abs=0.5)
    breaks = [record for record in named(of_whole(), "record") if parts[2].begin_s <= time_of(record) < parts[2].end_s]
    assert len(breaks) > 20
    for record in breaks:
        assert all(record.get(name) is None for name in ("cadence", "stance_time", "drop_left", "drop_mean"))


def test_session_and_laps_have_the_totals_of_the_run() -> None:
    run = whole().run
    (session,) = named(of_whole(), "session")
    assert session["num_laps"] == 4
    assert session["total_strides"] == len(run.steps) // 2
    assert session["total_elapsed_time"] == pytest.approx(whole().recorded.facts.duration_s, abs=1e-3)
    for name, drop in zip(("drop_left", "drop_right", "drop_mean"), run.summary.drops, strict=True):
        assert session[name] == pytest.approx(drop.median_deg, rel=1e-6)
    cadence = session["avg_running_cadence"] + session["avg_fractional_cadence"]
    assert cadence == pytest.approx(float(np.nanmean(run.steps.cadence_spm)) / 2.0, abs=0.5001 / 128)
    second = run.steps.where(run.steps.contact_s > 145.0)
    assert named(of_whole(), "lap")[3]["drop_left"] == pytest.approx(
        float(np.median(second.counted(Side.LEFT).drop_deg)), rel=1e-6
    )


def test_drops_are_described() -> None:
    fields = {field["field_name"]: field for field in named(of_whole(), "field_description")}
    assert [fields[name]["units"] for name in ("drop_left", "drop_right", "drop_mean")] == ["deg", "deg", "deg"]
    assert {field["developer_data_index"] for field in fields.values()} == {0}
    (developer,) = named(of_whole(), "developer_data_id")
    assert len(developer["application_id"]) == 16


def test_alerts_and_marks_are_markers_at_their_second() -> None:
    markers = [event for event in named(of_whole(), "event") if event["event"] == "user_marker"]
    assert [time_of(marker) for marker in markers] == [round(ALERT.t_s), round(MARK.t_s)]
    assert markers[0]["note"] == f"alert raised: {ALERT.reason}"
    assert markers[1]["note"] == f"marked: {MARK.note}"


def with_live(*events: Any) -> ExportSource:
    """Give the whole run with other events of the live run."""
    run: RunAnalysis = replace(whole().run, live_events=events)
    return replace(whole(), run=run)


def test_a_note_that_is_too_long_is_cut_between_letters() -> None:
    markers = named(messages(with_live(Marked(50.0, "ä" * 300), Marked(9e9, ""))), "event")[1:3]
    assert markers[0]["note"] == "marked: " + "ä" * ((NOTE_BYTES - 8) // 2)
    assert markers[1]["note"] == "marked"


def test_a_treadmill_is_one() -> None:
    source = with_live()
    summary = replace(source.run.summary, treadmill=(TreadmillSet(10.0, 2.5, 0.0),))
    (session,) = named(messages(replace(source, run=replace(source.run, summary=summary))), "session")
    assert session["sub_sport"] == "treadmill"


def test_a_run_without_a_step_is_an_activity_without_figures() -> None:
    found = messages(replace(still(), began=BEGAN))
    assert len(named(found, "record")) == 61
    assert {record.get("cadence") for record in named(found, "record")} == {None}
    (session,) = named(found, "session")
    assert session["total_strides"] == 0
    assert session["drop_left"] is None
    assert len(named(found, "lap")) == 1


def test_seconds_are_whole_where_the_run_began_between_two() -> None:
    found = messages(replace(gapped(), began=BEGAN + timedelta(seconds=0.4)))
    record = next(record for record in named(found, "record") if time_of(record) == 30.0)
    steps = gapped().run.steps
    near = np.abs(steps.contact_s - 29.6) < HALF_S
    assert record["cadence"] + record["fractional_cadence"] == pytest.approx(
        float(np.nanmean(steps.cadence_spm[near])) / 2.0, abs=0.5001 / 128
    )


def test_a_run_of_no_date_is_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match=r"run\.csv: does not say when .* add --began"):
        fit_files(gapped(), tell_nobody)


def test_a_run_before_fit_is_refused() -> None:
    with pytest.raises(InputError, match=r"before 1990"):
        fit_files(replace(gapped(), began=datetime(1985, 1, 1, tzinfo=UTC)), tell_nobody)


def test_stretches_are_cut_where_running_begins_and_ends() -> None:
    events = [
        ActivityChanged(0.0, Activity.STAND), ActivityChanged(4.0, Activity.WALK), ActivityChanged(9.0, Activity.RUN),
        ActivityChanged(60.0, Activity.WALK), ActivityChanged(70.0, Activity.STAND),
    ]  # fmt: skip
    assert stretches(events, 0.0, 90.0) == [
        Stretch(0.0, 9.0, False), Stretch(9.0, 60.0, True), Stretch(60.0, 90.0, False),
    ]  # fmt: skip
    assert stretches([ActivityChanged(5.0, Activity.RUN)], 5.0, 20.0) == [Stretch(5.0, 20.0, True)]
    assert stretches([], 5.0, 20.0) == [Stretch(5.0, 20.0, False)]
