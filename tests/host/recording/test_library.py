"""Events in the recording for other tools, the list of recordings, and torn ones made whole."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from mcap.reader import make_reader

import hipdrop.events
from hipdrop.cli import main
from hipdrop.errors import InputError, OutputError
from hipdrop.events import Activity, ActivityChanged, AlertRaised, Contact, Event, Flag, Mark, Marked, Side, Step
from hipdrop.recording import Entered, Message, RunHeader, RunWriter, Session, read_run
from hipdrop.recording import library as library_module
from hipdrop.recording.event_texts import event_schema, event_text
from hipdrop.recording.library import find_recording, list_recordings, look_at, new_path
from hipdrop.recording.repair import repair
from hipdrop.settings import Settings

START_S, START_UNIX_S = 500.0, 1_790_000_000.0
NAN = float("nan")
STEP = Step(61.25, 7, Side.LEFT, 0.75, False, NAN, NAN, 0.1 + 0.2, 161.5, -1.5, 2.0, 3.0, NAN, 61.5, 80.0, 0.5, 1.0,
            (Flag.GAP, Flag.SIDE))  # fmt: skip
ALERT = AlertRaised(62.0, Side.RIGHT, 6.5, 4.25, 2.25, "right leg: the drop is 2.2° over the baseline")
EVENTS: list[Event] = [ActivityChanged(1.0, Activity.RUN), Contact(61.0, 7), STEP, STEP, ALERT, Marked(62.5, "hill ✓")]
KINDS = [
    kind for kind in vars(hipdrop.events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
]  # fmt: skip


def write(path: Path, *, events: bool = True) -> Path:
    """Record two minutes with what came and what was said of it."""
    header = RunHeader(Settings(), start_s=START_S, start_unix_s=START_UNIX_S)
    with RunWriter(path, header) as writer:
        writer.session(START_S, "connected", mtu=247)
        for second in range(120):
            writer.frame(START_S + second, b"\x11" + bytes([second]) * 200)
            if second == 62:
                writer.user(START_S + second, Mark("hill ✓"))
                writer.events(START_S + second, EVENTS if events else [])
    return path


def checked(schema: Any, value: Any) -> None:
    """See that a value is what a schema of ours says."""
    kind = schema["type"]
    if kind == "object":
        assert set(schema["required"]) <= set(value) <= set(schema["properties"])
        for name, item in value.items():
            checked(schema["properties"][name], item)
    elif kind == "array":
        for item in value:
            checked(schema["items"], item)
    else:
        types: dict[str, Any] = {"number": (int, float), "integer": int, "boolean": bool, "string": str}
        assert isinstance(value, types[kind])
        assert isinstance(value, bool) == (kind == "boolean")
        assert value in schema.get("enum", [value])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_event_has_a_schema_of_plain_types(kind: type[Event]) -> None:
    """Viewers know one word as a type, no list of words: what can be unknown is left out instead."""
    schema = json.loads(event_schema(kind))
    assert list(schema["properties"]) == [field.name for field in dataclasses.fields(kind)]
    for name, hint in get_type_hints(kind).items():
        assert (name in schema["required"]) == (hint is not float or name == "t_s")
        assert isinstance(schema["properties"][name]["type"], str)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_is_json_after_its_schema_to_the_bit(event: Event) -> None:
    values = json.loads(event_text(event))
    checked(json.loads(event_schema(type(event))), values)
    for name, value in dataclasses.asdict(event).items():
        if value != value:
            assert name not in values
        else:
            assert values[name] == (list(value) if isinstance(value, tuple) else value)


def test_other_tools_find_the_events_with_their_schemas(tmp_path: Path) -> None:
    with write(tmp_path / "run.mcap").open("rb") as file:
        found = [(schema, channel, message) for schema, channel, message in make_reader(file).iter_messages()]
    said = [(schema, channel, message) for schema, channel, message in found if channel.topic.startswith("/events/")]
    assert [channel.topic for _, channel, _ in said] == [f"/events/{type(event).__name__}" for event in EVENTS]
    for (schema, channel, message), event in zip(said, EVENTS, strict=True):
        assert schema is not None
        assert (schema.name, schema.encoding) == (f"hipdrop.{type(event).__name__}", "jsonschema")
        assert channel.message_encoding == "json"
        assert schema.data == event_schema(type(event))
        assert message.data == event_text(event)
        assert message.log_time == round((START_UNIX_S + 62.0) * 1e9)


def test_no_replay_reads_the_events(tmp_path: Path) -> None:
    items = [read_run(write(tmp_path / f"{events}.mcap", events=events)).items for events in (True, False)]
    assert items[0] == items[1]
    assert len(items[0]) == 122


def test_a_new_recording_is_named_by_local_date_and_time_and_never_takes_a_name_twice(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 18, 30, 5)
    names = []
    for _ in range(3):
        names.append(new_path(tmp_path, now).name)
        (tmp_path / names[-1]).touch()
    assert names == ["2026-11-22_18-30-05.mcap", "2026-11-22_18-30-05_2.mcap", "2026-11-22_18-30-05_3.mcap"]


def test_a_whole_and_a_torn_recording_are_listed_with_the_same_figures(tmp_path: Path) -> None:
    whole = write(tmp_path / "b.mcap")
    torn = tmp_path / "a.mcap"
    torn.write_bytes(whole.read_bytes()[:-1])
    listed = [look_at(path, time.time() + 60.0) for path in (whole, torn)]
    assert [one.state for one in listed] == ["whole", "torn"]
    for one in listed:
        assert (one.steps, one.alerts, one.start_unix_s, one.lasting_s) == (2, 1, START_UNIX_S, 119.0)
    assert look_at(torn, torn.stat().st_mtime + 1.0).state == "recording"
    assert [one.path for one in list_recordings(tmp_path)] == [torn, whole]


def test_a_recording_cut_anywhere_is_listed_up_to_there(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mcap").read_bytes()
    torn = tmp_path / "torn.mcap"
    steps = []
    for length in range(0, len(whole), 97):
        torn.write_bytes(whole[:length])
        one = look_at(torn, 0.0)
        assert one.state in ("torn", "torn, empty", "no recording")
        assert 0.0 <= one.lasting_s <= 119.0
        steps.append(one.steps or 0)
    assert steps == sorted(steps)
    assert set(steps) >= {0, 2}


def test_what_is_none_is_listed_as_none(tmp_path: Path) -> None:
    (tmp_path / "text.mcap").write_text("t_s,acc\n")
    (tmp_path / "empty.mcap").touch()
    (tmp_path / "folder.mcap").mkdir()
    plain = write(tmp_path / "plain.mcap", events=False)
    found = {one.path.name: one for one in list_recordings(tmp_path)}
    assert found["text.mcap"].state == found["empty.mcap"].state == "no recording"
    assert found["folder.mcap"].state.startswith("cannot be read")
    assert (found[plain.name].steps, found[plain.name].alerts, found[plain.name].state) == (None, None, "whole")
    assert list_recordings(tmp_path / "none") == []


def test_a_repaired_recording_holds_all_of_the_torn_one_and_opens_everywhere(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mcap").read_bytes()
    for length in (len(whole) - 1, whole.index(b"/events/Step") + 4000, 7000):
        torn = tmp_path / f"run{length}.mcap"
        torn.write_bytes(whole[:length])
        before = read_run(torn)
        target = repair(torn)
        after = read_run(target)
        assert target.name == f"run{length}-repaired.mcap"
        assert torn.read_bytes() == whole[:length]
        assert (after.items, after.whole) == (before.items, True)
        assert after.header.as_texts() == before.header.as_texts()
        assert after.notes == (f"{before.notes[0]} (repaired)",)
        with target.open("rb") as file:
            sequences = [message.sequence for _, _, message in make_reader(file).iter_messages(log_time_order=False)]
        assert sequences == list(range(len(sequences)))
        assert len(sequences) >= len(before.items)
        now_s = time.time() + 60.0
        assert look_at(target, now_s).steps == look_at(torn, now_s).steps
    assert len(read_run(tmp_path / f"run{len(whole) - 1}-repaired.mcap").items) == 122


def test_repair_overwrites_nothing_and_refuses_what_it_cannot_mend(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.mcap")
    with pytest.raises(InputError, match="is whole: there is nothing to repair"):
        repair(whole)
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(whole.read_bytes()[:9000])
    target = repair(torn)
    before = target.read_bytes()
    with pytest.raises(OutputError, match="is there already"):
        repair(torn)
    assert target.read_bytes() == before
    torn.write_bytes(whole.read_bytes()[:100])
    with pytest.raises(InputError, match="nothing of the run"):
        repair(torn)
    assert not list(tmp_path.glob(".*"))


def test_a_repaired_recording_keeps_what_this_hipdrop_does_not_know(tmp_path: Path) -> None:
    from mcap.writer import Writer

    torn = tmp_path / "run.mcap"
    with torn.open("wb") as file:
        writer = Writer(file, use_chunking=False)
        writer.start()
        writer.add_metadata("hipdrop.run", RunHeader().as_texts() | {"shoe": '"old"'})
        channel = writer.register_channel("/heart", "json", writer.register_schema("rate", "jsonschema", b"{}"))
        writer.add_message(channel, 5_000_000_000, b'{"rate": 70}', 4_000_000_000, 9)
        writer.finish()  # type: ignore[no-untyped-call]
    torn.write_bytes(torn.read_bytes()[:-1])
    with repair(torn).open("rb") as file:
        reader = make_reader(file)
        ((schema, channel_, message),) = reader.iter_messages()
        metadata = {record.name: record.metadata for record in reader.iter_metadata()}
    assert schema is not None
    assert (schema.name, schema.data, channel_.topic, channel_.message_encoding) == ("rate", b"{}", "/heart", "json")
    assert (message.data, message.log_time, message.publish_time, message.sequence) == (
        b'{"rate": 70}', 5_000_000_000, 4_000_000_000, 9,
    )  # fmt: skip
    assert metadata["hipdrop.run"]["shoe"] == '"old"'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the recordings, for this test alone."""
    folder = tmp_path / "recordings"
    monkeypatch.setattr(library_module, "recordings_folder", lambda: folder)
    return folder


def test_the_command_lists_and_repairs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recordings"]) == 0
    assert capsys.readouterr().out == f"no recordings in {home}\n"
    home.mkdir()
    whole = write(home / "2026-11-22_18-30-05.mcap")
    torn = home / "torn.mcap"
    torn.write_bytes(whole.read_bytes()[:-1])
    os.utime(torn, (1e9, 1e9))
    assert find_recording(Path("torn")) == torn
    assert main(["recordings", "repair", "torn"]) == 0
    said = capsys.readouterr()
    assert "cut off" in said.err
    assert str(home / "torn-repaired.mcap") in said.out
    assert main(["recordings"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"3 recordings in {home}"
    rows = {line.split()[0]: line.split() for line in lines[1:-1]}
    date = datetime.fromtimestamp(START_UNIX_S).strftime("%a %d %b %Y %H:%M").split()
    assert rows["2026-11-22_18-30-05.mcap"][1:] == [*date, "1:59", "2", "1", "whole"]
    assert rows["torn.mcap"][-1] == "torn"
    assert rows["torn-repaired.mcap"][-4:] == ["1:59", "2", "1", "whole"]
    assert main(["recordings", "repair", "nothing"]) == 1
    assert "nothing: cannot be read" in capsys.readouterr().err


def test_many_recordings_are_listed_quickly(tmp_path: Path) -> None:
    """A hundred whole hours: none of them is read through. Bytes are counted, not seconds."""
    path = write(tmp_path / "one.mcap")
    size = path.stat().st_size
    read = 0

    class Counting:
        def __init__(self, file: Any) -> None:
            self._file = file

        def read(self, length: int = -1) -> bytes:
            nonlocal read
            data: bytes = self._file.read(length)
            read += len(data)
            return data

        def seek(self, *place: int) -> int:
            return int(self._file.seek(*place))

    with path.open("rb") as file:
        counted = library_module._counts_at_end(Counting(file))  # type: ignore[arg-type]
        library_module._words_at_start(Counting(file))  # type: ignore[arg-type]
    assert counted is not None
    assert read < 16_000
    assert read < size


def test_session_and_input_are_where_they_were(tmp_path: Path) -> None:
    items = read_run(write(tmp_path / "run.mcap")).items
    assert isinstance(items[0], Session)
    assert isinstance(items[1], Message)
    assert [item for item in items if isinstance(item, Entered)] == [Entered(562.0, Mark("hill ✓"))]
