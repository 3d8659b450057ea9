"""The result files, read back."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest

from handmade import make_recording, make_run
from hipdrop.errors import OutputError
from hipdrop.events import AlertEvent, Step
from hipdrop.results import prepare_folder, result_files, write_files
from hipdrop.settings import Settings
from hipdrop.summary import summarize

EVENTS = make_run(minutes=5.0)
SUMMARY = summarize(make_recording(5.0), EVENTS)
FILES = result_files(SUMMARY, EVENTS, Settings())


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(FILES[name].decode().splitlines()))


def test_steps_read_back() -> None:
    steps = [event for event in EVENTS if isinstance(event, Step)]
    table = rows("steps.csv")
    wanted = "step,side,contact_s,toe_off_s,contact_ms,drop_deg,excursion_deg,midstance_deg,cadence_spm,valid,flags"
    assert list(table[0])[:11] == wanted.split(",")
    assert len(table) == len(steps)
    for row, step in zip(table, steps, strict=True):
        assert (int(row["step"]), row["side"], row["flags"]) == (step.number, step.side, ";".join(step.flags))
        assert row["side"] in ("left", "right")
        assert row["valid"] == ("0" if step.flags else "1")
        assert float(row["contact_s"]) == pytest.approx(step.t_s, abs=1e-4)
        assert float(row["drop_deg"]) == pytest.approx(step.drop_deg, abs=1e-3)
        assert row["list_deg"] == ""  # not known, not 0
        assert None not in row  # as many fields as names


def test_alerts_read_back() -> None:
    alerts = [event for event in EVENTS if isinstance(event, AlertEvent)]
    table = rows("alerts.csv")
    assert list(table[0]) == ["t_s", "kind", "side", "drop_deg", "baseline_deg", "excess_deg", "reason"]
    assert [row["kind"] for row in table] == ["withheld", "raise", "clear"]
    for row, alert in zip(table, alerts, strict=True):
        assert row["reason"] == alert.reason  # quotes and commas in it survive
        assert float(row["t_s"]) == pytest.approx(alert.t_s, abs=1e-4)
        assert float(row["excess_deg"]) == pytest.approx(alert.excess_deg, abs=1e-3)


def test_summary_is_strict_json() -> None:
    def refuse(constant: str) -> float:
        raise ValueError(constant)

    table = json.loads(FILES["summary.json"], parse_constant=refuse)
    assert table["steps"] == SUMMARY.steps
    assert table["drop"]["left"]["change_deg"] == pytest.approx(SUMMARY.drops[0].change_deg, abs=1e-5)
    assert table["mount"]["lever_m"] is None
    assert [alert["kind"] for alert in table["alerts"]] == ["withheld", "raise", "clear"]
    assert table["settings"] == json.loads(json.dumps(Settings().as_dict()))
    assert not math.isnan(table["baseline"]["left_deg"])


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.csv": b"1", "b.csv": b"2"})
    (tmp_path / "c.csv").mkdir()
    with pytest.raises(OutputError, match=r"c\.csv: is a folder"):
        write_files(tmp_path, {"a.csv": b"new", "c.csv": b"3"})
    assert (tmp_path / "a.csv").read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv", "c.csv"]


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"a.csv": b"old", "b.csv": b"old"})
    write = Path.write_bytes

    def interrupted(path: Path, data: bytes) -> int:
        if "b.csv" in path.name:
            write(path, data[:1])
            raise KeyboardInterrupt
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a.csv": b"new", "b.csv": b"new"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"old", "b.csv": b"old"}


def test_prepare_folder(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="name another folder with --out"):
        prepare_folder(tmp_path / "file" / "sub")
