"""Export as FIT: an activity for Garmin Connect and whatever else reads what a sports watch writes."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
from fit_tool.base_type import BaseType
from fit_tool.developer_field import DeveloperField
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import (
    Activity,
    Event,
    EventType,
    FileType,
    Intensity,
    LapTrigger,
    Manufacturer,
    SessionTrigger,
    Sport,
    SubSport,
)

import hipdrop
from hipdrop.after.export.eventrows import EventRow, event_rows
from hipdrop.after.export.seconds import Stretch, mean_values, second_values, stretches
from hipdrop.after.export.source import ExportSource
from hipdrop.after.export.tables import Content, Tell
from hipdrop.errors import InputError
from hipdrop.events import Step
from hipdrop.summary import DropSummary, summarize

APPLICATION_ID = bytes.fromhex("5d2b9f0c6c0e4f0f9c41687069706472")  # names these developer fields, and no others
FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)  # of the FIT protocol
DROPS = ("drop_left", "drop_right", "drop_mean")
NOTE = "note"
NOTE_BYTES = 200  # a field of a message holds 255 at most
MARKED = ("alert_raised", "alert_cleared", "marked")


def fit_files(source: ExportSource, tell: Tell) -> dict[str, Content]:
    """Give run.fit.

    Raises
    ------
    InputError
        Nobody says when the run was.
    """
    if source.began is None:
        problem = 'does not say when it was recorded, which FIT cannot do without; add --began "2026-11-20T18:00"'
        raise InputError(source.path, problem)
    if source.began < FIT_EPOCH:
        raise InputError(source.path, "began before 1990, which FIT cannot say; give --began")
    return {"run.fit": _Activity(source, source.began).bytes(tell)}


class _Activity:
    """The messages of a run; each kind has a local number of its own, so that it is defined once."""

    def __init__(self, source: ExportSource, began: datetime) -> None:
        self._source, self._run = source, source.run
        self._start_s = source.run.start_s
        self._end_s = self._start_s + source.recorded.facts.duration_s
        self._began_s = began.timestamp()
        self._zone_s = 0.0 if began.utcoffset() is None else began.utcoffset().total_seconds()  # type: ignore[union-attr]
        self._builder = FitFileBuilder()

    def bytes(self, tell: Tell) -> bytes:
        """Give the file."""
        self._opening()
        self._timer(self._start_s, EventType.START)
        rows = [row for row in event_rows(self._run) if row.event in MARKED]
        self._records(rows, tell)
        self._timer(self._end_s, EventType.STOP_ALL)
        parts = stretches(self._run.events, self._start_s, self._end_s)
        for number, part in enumerate(parts):
            self._lap(number, part)
        self._session(len(parts))
        self._closing()
        return bytes(self._builder.build_bytes())

    def _unix_ms(self, t_s: float) -> int:
        """Time of day of a time of the run, whole seconds: FIT knows no finer ones."""
        return 1000 * round(self._began_s + t_s - self._start_s)

    def _opening(self) -> None:
        made = FileIdMessage(local_id=0)
        _fill(
            made, type=FileType.ACTIVITY, manufacturer=Manufacturer.DEVELOPMENT.value, product=0, serial_number=1,
            time_created=self._unix_ms(self._start_s), product_name="hipdrop",
        )  # fmt: skip
        device = DeviceInfoMessage(local_id=1)
        clip = self._source.recorded.clip
        _fill(
            device, timestamp=self._unix_ms(self._start_s), device_index=0, product=0,
            manufacturer=Manufacturer.DEVELOPMENT.value, product_name=f"hipdrop {clip}".strip(),
            software_version=float(".".join(hipdrop.__version__.split(".")[:2])),
        )  # fmt: skip
        developer = DeveloperDataIdMessage(local_id=2)
        _fill(developer, developer_data_index=0, application_id=APPLICATION_ID)
        for message in (made, device, developer):
            self._builder.add(message)
        for number, name in enumerate((*DROPS, NOTE)):
            field = FieldDescriptionMessage(local_id=3)
            kind, unit = (BaseType.STRING, "text") if name == NOTE else (BaseType.FLOAT32, "deg")
            _fill(
                field, developer_data_index=0, field_definition_number=number, fit_base_type_id=kind, field_name=name,
                units=unit,
            )  # fmt: skip
            self._builder.add(field)

    def _timer(self, t_s: float, kind: EventType) -> None:
        message = EventMessage(local_id=4)
        _fill(message, timestamp=self._unix_ms(t_s), event=Event.TIMER, event_type=kind, event_group=0)
        self._builder.add(message)

    def _records(self, rows: list[EventRow], tell: Tell) -> None:
        """Write a record for each second, and the moments that were marked where they belong."""
        first, last = (self._unix_ms(t_s) // 1000 for t_s in (self._start_s, self._end_s))
        unix_s = np.arange(first, last + 1, dtype=np.float64)
        values = second_values(self._run, unix_s + (self._start_s - self._began_s))
        drops = np.column_stack([values[f"{name}_deg"] for name in DROPS]).tolist()
        waiting = list(reversed(rows))
        for k, second in enumerate(range(first, last + 1)):
            while waiting and self._unix_ms(waiting[-1].t_s) < 1000 * second:
                self._moment(waiting.pop())
            message = RecordMessage(developer_fields=_drop_fields(drops[k]), local_id=5)
            strides, part = _strides(float(values["cadence_spm"][k]))
            _fill(
                message, timestamp=1000 * second, cadence=strides, fractional_cadence=part,
                **_dynamics({name: float(value[k]) for name, value in values.items()}, ""),
            )  # fmt: skip
            self._builder.add(message)
            tell((k + 1) / len(unix_s))
        while waiting:
            self._moment(waiting.pop())

    def _moment(self, row: EventRow) -> None:
        text = f"{row.event.replace('_', ' ')}: {row.text}" if row.text else row.event.replace("_", " ")
        while len(text.encode()) > NOTE_BYTES:
            text = text[:-1]
        note = DeveloperField(
            developer_data_index=0, field_id=len(DROPS), name=NOTE, base_type=BaseType.STRING, growable=True
        )
        note.set_value(0, text)
        message = EventMessage(developer_fields=[note], local_id=6)
        within_s = min(max(row.t_s, self._start_s), self._end_s)
        _fill(
            message, timestamp=self._unix_ms(within_s), event=Event.USER_MARKER, event_type=EventType.MARKER,
        )  # fmt: skip
        self._builder.add(message)

    def _lap(self, number: int, part: Stretch) -> None:
        steps = [
            event for event in self._run.events if isinstance(event, Step) and part.begin_s <= event.t_s < part.end_s
        ]
        drops = summarize(self._source.recorded.facts, steps).drops
        message = LapMessage(developer_fields=_drop_fields(_medians(drops)), local_id=7)
        _fill(
            message, message_index=number, event=Event.LAP, event_type=EventType.STOP, sport=Sport.RUNNING,
            intensity=Intensity.ACTIVE if part.running else Intensity.REST, lap_trigger=LapTrigger.MANUAL,
            **self._totals(part),
        )  # fmt: skip
        self._builder.add(message)

    def _session(self, laps: int) -> None:
        whole = Stretch(self._start_s, self._end_s, running=True)
        message = SessionMessage(developer_fields=_drop_fields(_medians(self._run.summary.drops)), local_id=8)
        _fill(
            message, message_index=0, event=Event.SESSION, event_type=EventType.STOP, sport=Sport.RUNNING,
            sub_sport=SubSport.TREADMILL if self._run.summary.treadmill else SubSport.GENERIC,
            first_lap_index=0, num_laps=laps, trigger=SessionTrigger.ACTIVITY_END, **self._totals(whole),
        )  # fmt: skip
        self._builder.add(message)

    def _totals(self, part: Stretch) -> dict[str, Any]:
        means = mean_values(self._run, part)
        lasting_s = part.end_s - part.begin_s
        strides, fraction = _strides(means["cadence_spm"])
        return {
            "timestamp": self._unix_ms(part.end_s), "start_time": self._unix_ms(part.begin_s),
            "total_elapsed_time": lasting_s, "total_timer_time": lasting_s, "total_cycles": int(means["steps"] // 2),
            "avg_cadence": strides, "avg_fractional_cadence": fraction, **_dynamics(means, "avg_"),
        }  # fmt: skip

    def _closing(self) -> None:
        message = ActivityMessage(local_id=9)
        end_ms = self._unix_ms(self._end_s)
        _fill(
            message, timestamp=end_ms, total_timer_time=self._end_s - self._start_s, num_sessions=1,
            type=Activity.MANUAL, event=Event.ACTIVITY, event_type=EventType.STOP,
            local_timestamp=round(end_ms / 1000 + self._zone_s - FIT_EPOCH.timestamp()),
        )  # fmt: skip
        self._builder.add(message)


def _fill(message: Any, **values: Any) -> None:
    """Set fields; what is None stays invalid, but is in the definition, which so is the same for each message."""
    for name, value in values.items():
        setattr(message, name, value)


def _strides(cadence_spm: float) -> tuple[int | None, float | None]:
    """Give whole strides a minute and the rest: FIT counts one foot of a runner."""
    if math.isnan(cadence_spm):
        return None, None
    part, whole = math.modf(round(64.0 * cadence_spm) / 128.0)  # FIT's 128ths
    return int(whole), part


def _dynamics(values: dict[str, float], prefix: str) -> dict[str, float | None]:
    names = {
        "stance_time": "contact_ms", "stance_time_balance": "contact_balance_percent",
        "vertical_oscillation": "oscillation_mm",
    }  # fmt: skip
    return {prefix + fit_name: None if math.isnan(values[name]) else values[name] for fit_name, name in names.items()}


def _drop_fields(drops_deg: list[float]) -> list[Any]:
    """Make the developer fields; NaN is FIT's invalid float."""
    fields = []
    for number, value in enumerate(drops_deg):
        field = DeveloperField(
            developer_data_index=0, field_id=number, name=DROPS[number], base_type=BaseType.FLOAT32, growable=True
        )
        field.set_value(0, None if math.isnan(value) else value)
        fields.append(field)
    return fields


def _medians(drops: tuple[DropSummary, DropSummary, DropSummary]) -> list[float]:
    return [drop.median_deg for drop in drops]
