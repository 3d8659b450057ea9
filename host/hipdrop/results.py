"""The files that `--out` writes: steps.csv, alerts.csv, summary.json (docs/output-format.md)."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import hipdrop
from hipdrop.errors import OutputError
from hipdrop.events import AlertCleared, AlertEvent, AlertRaised, AlertWithheld, Event, Step
from hipdrop.settings import Settings
from hipdrop.summary import DropSummary, RunSummary

STEP_COLUMNS = (
    "step,side,contact_s,toe_off_s,contact_ms,drop_deg,excursion_deg,midstance_deg,cadence_spm,valid,flags,"
    "side_confidence,side_sure,step_s,list_deg,peak_s,oscillation_mm,wobble_deg,yaw_dps"
)
RESULT_NAMES = ("steps.csv", "alerts.csv", "summary.json")
PICTURE_NAME = "overview.png"
ALERT_COLUMNS = "t_s,kind,side,drop_deg,baseline_deg,excess_deg,reason"
ALERT_KINDS: dict[type[AlertEvent], str] = {AlertRaised: "raise", AlertCleared: "clear", AlertWithheld: "withheld"}


def prepare_folder(folder: Path) -> None:
    """Make the folder and try it, so that a long run does not end at a file that cannot be written.

    Raises
    ------
    OutputError
        It cannot be made or written to.
    """
    trial = folder / f".hipdrop-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise _output_error(folder, error) from error


def write_files(folder: Path, contents: Mapping[str, bytes | Iterable[bytes]]) -> None:
    """Write files of these names, all or none: what was there stays whole until all are written beside it.

    A content is given whole or in pieces, which may be made while it is written.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    parts = {folder / name: folder / f".{name}.{os.getpid()}.part" for name in contents}
    try:
        for path, part in parts.items():
            if path.is_dir():
                raise OutputError(path, "is a folder; name another folder with --out")
            content = contents[path.name]
            if isinstance(content, bytes):
                part.write_bytes(content)
                continue
            with part.open("wb") as file:
                file.writelines(content)
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        raise _output_error(folder, error) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _output_error(path: Path, error: OSError) -> OutputError:
    return OutputError(path, f"cannot be written: {error.strerror or error}; name another folder with --out")


def result_files(summary: RunSummary, events: Iterable[Event], settings: Settings) -> dict[str, bytes]:
    """Give the contents of steps.csv, alerts.csv and summary.json by name."""
    steps = (event for event in events if isinstance(event, Step))
    return {
        "steps.csv": _lines(STEP_COLUMNS, map(_step_row, steps)),
        "alerts.csv": _lines(ALERT_COLUMNS, map(_alert_row, summary.alerts)),
        "summary.json": (json.dumps(_plain(summary_table(summary, settings)), indent=2) + "\n").encode(),
    }


def _lines(header: str, rows: Iterable[str]) -> bytes:
    return "\n".join((header, *rows, "")).encode()


def _step_row(step: Step) -> str:
    return (
        f"{step.number},{step.side},{step.t_s:.4f},{_cell(step.toe_off_s, 4)},{_cell(step.contact_ms, 1)},"
        f"{_cell(step.drop_deg, 3)},{_cell(step.excursion_deg, 3)},{_cell(step.midstance_deg, 3)},"
        f"{_cell(step.cadence_spm, 2)},{step.valid:d},{';'.join(step.flags)},"
        f"{step.side_confidence:.4f},{step.side_sure:d},{_cell(step.step_s, 4)},{_cell(step.list_deg, 3)},"
        f"{_cell(step.peak_s, 4)},{_cell(step.oscillation_mm, 1)},{_cell(step.wobble_deg, 3)},{_cell(step.yaw_dps, 2)}"
    )


def _alert_row(alert: AlertEvent) -> str:
    reason = alert.reason.replace('"', '""')
    angles = ",".join(_cell(value, 3) for value in (alert.drop_deg, alert.baseline_deg, alert.excess_deg))
    return f'{alert.t_s:.4f},{ALERT_KINDS[type(alert)]},{alert.side},{angles},"{reason}"'


def _cell(value: float, decimals: int) -> str:
    """Write a number, and nothing for one that is not known (NaN)."""
    return f"{value:.{decimals}f}" if value == value else ""


def summary_table(summary: RunSummary, settings: Settings) -> dict[str, Any]:
    """Give the summary as nested dictionaries, as it stands in summary.json."""
    recording = summary.recording
    return {
        "hipdrop": hipdrop.__version__,
        "input": {
            "file": recording.path.name,
            "start_s": recording.start_s,
            "duration_s": recording.duration_s,
            "samples": recording.samples,
            "rate_hz": recording.native_rate_hz,
            "pipeline_rate_hz": recording.rate_hz,
            "gaps": len(summary.gaps_s),
            "gaps_s": sum(summary.gaps_s),
            "notes": list(recording.notes),
        },
        **({} if summary.link is None else {"link": dict(summary.link)}),
        "person": summary.person or None,
        "shoe": summary.shoe or None,
        "calibration": _event_table(summary.calibration),
        "treadmill": [_event_table(event) for event in summary.treadmill],
        "running_s": summary.running_s,
        "cadence_spm": summary.cadence_spm,
        "steps": summary.steps,
        "steps_counted": summary.counted,
        "steps_side_sure": summary.sides_sure,
        "flags": {str(flag): count for flag, count in summary.flags.items()},
        "drop": {str(drop.side): _drop_table(drop) for drop in summary.drops},
        "baseline": _event_table(summary.baseline),
        "mount": _event_table(summary.mount),
        "alerts": [{"kind": ALERT_KINDS[type(alert)], **(_event_table(alert) or {})} for alert in summary.alerts],
        "warnings": list(summary.warnings),
        "settings": settings.as_dict(),
    }


def _drop_table(drop: DropSummary) -> dict[str, float]:
    names = ("steps", "counted", "median_deg", "fresh_deg", "end_deg", "change_deg", "baseline_deg")
    return {name: getattr(drop, name) for name in names}


def _event_table(event: Event | None) -> dict[str, Any] | None:
    return None if event is None else dataclasses.asdict(event)


def _plain(value: Any) -> Any:
    """Put None for what is no finite number, which JSON cannot say, and round to what can be meant."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
