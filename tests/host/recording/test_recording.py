"""run.mcap: what goes in comes out, torn files to the tear, and disks that fill up."""

from __future__ import annotations

import io
import json
import resource
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import Writer

from hipdrop.errors import InputError, OutputError
from hipdrop.events import Mark, NewBaseline, Side, Site, SwapSides, TargetBand, UserInput
from hipdrop.monitor import StoredBaseline
from hipdrop.profile import Profile
from hipdrop.recording import Entered, Item, Message, RunHeader, RunWriter, Session, is_recording, read_run
from hipdrop.recording import reader as reader_module
from hipdrop.recording import writer as writer_module
from hipdrop.recording.items import HEADER_NAME
from hipdrop.settings import Settings
from synthetic import REPEATABLE

START_S = 1234.5
PROFILE = Profile(StoredBaseline(4.25, 5.5, 0.7, 0.8, 300, 310))
INPUTS: list[UserInput] = [
    SwapSides(), NewBaseline(), Mark("hill ✓"), TargetBand(Side.LEFT, 4.5), TargetBand(Side.BOTH, None),
]  # fmt: skip


def header(**changes: object) -> RunHeader:
    settings = Settings().replace(
        {"monitor": {"dead_band_deg": 1.9}, "drop": {"stop_steps": 3}, "link": {"backfill_wait_s": 1.5}}
    )
    values = {"site": Site.LEFT_HIP, "profile": PROFILE, "mount": np.eye(3)[[1, 2, 0]], **changes}
    return RunHeader.now(START_S, settings, **values)  # type: ignore[arg-type]


def write(path: Path, items: list[Item]) -> Path:
    """Write a recording of these items."""
    with RunWriter(path, header()) as writer:
        for item in items:
            if isinstance(item, Message):
                writer.frame(item.arrival_s, item.message)
            elif isinstance(item, Entered):
                writer.user(item.t_s, item.item)
            else:
                writer.session(item.t_s, item.what, **item.detail)
    return path


SOME: list[Item] = [
    Session(START_S + 0.25, "connected", {"mtu": 247}),
    Message(START_S + 0.5, b"\x15one"),
    Entered(START_S + 0.75, INPUTS[2]),
    Message(1295.500001, b""),
]


def test_what_goes_in_comes_out_in_its_order(tmp_path: Path) -> None:
    items = [*SOME, *(Entered(START_S + 70 + k, item) for k, item in enumerate(INPUTS))]
    run = read_run(write(tmp_path / "run.mcap", items))
    assert run.items == items
    assert run.notes == ()
    assert is_recording(run.path)


def test_the_header_brings_back_all_that_the_run_was_made_with(tmp_path: Path) -> None:
    found = read_run(write(tmp_path / "run.mcap", [])).header
    given_ = header()
    assert found.settings == given_.settings
    assert (found.site, found.profile, found.start_s) == (given_.site, given_.profile, given_.start_s)
    np.testing.assert_array_equal(np.asarray(found.mount), np.asarray(given_.mount))
    assert found.versions["numpy"] == np.__version__
    assert {"hipdrop", "vqf", "python"} <= set(found.versions)


@REPEATABLE
@given(st.lists(st.floats(START_S, START_S + 1e6), max_size=20))
def test_arrivals_come_back_to_the_microsecond(
    tmp_path_factory: pytest.TempPathFactory, arrivals_s: list[float]
) -> None:
    path = tmp_path_factory.mktemp("arrivals") / "run.mcap"
    run = read_run(write(path, [Message(arrival_s, b"x") for arrival_s in arrivals_s]))
    found = [item.arrival_s for item in run.items if isinstance(item, Message)]
    assert [round(arrival_s * 1e6) for arrival_s in found] == [round(arrival_s * 1e6) for arrival_s in arrivals_s]


def golden() -> bytes:
    """The file that stands in golden.txt, written by hand from docs/recording-format.md and the MCAP specification."""
    lines = Path(__file__).with_name("golden.txt").read_text("utf-8").splitlines()
    return b"".join(bytes.fromhex(line.split("#")[0]) for line in lines)


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    path.write_bytes(golden())
    run = read_run(path)
    assert run.notes == ()
    assert run.header.settings == Settings().replace({"drop": {"stop_steps": 3}})
    assert (run.header.site, run.header.profile, run.header.mount) == (Site.SACRUM, None, None)
    assert run.items == [
        Session(10.5, "connected", {"mtu": 247}),
        Message(10.75, bytes.fromhex("160200010500000000")),
        Entered(11.0, Mark("hill")),
    ]


def test_other_tools_read_a_whole_file(tmp_path: Path) -> None:
    with write(tmp_path / "run.mcap", SOME).open("rb") as file:
        messages = list(make_reader(file).iter_messages())
    assert [channel.topic for _, channel, _ in messages] == ["/session", "/clip", "/input", "/clip"]
    assert json.loads(messages[2][2].data) == {"input": "Mark", "note": "hill ✓", "ago_s": 0.0}
    assert abs(messages[0][2].log_time / 1e9 - time.time()) < 60


def test_a_file_torn_anywhere_is_read_to_the_tear(tmp_path: Path) -> None:
    """Cut after each byte: nothing but whole items, as many as are there, and it says so."""
    path = write(tmp_path / "run.mcap", SOME)
    whole = path.read_bytes()
    header_at = whole.index(HEADER_NAME.encode()) - 4 - 9  # length of the name, kind and length of the record
    begin = header_at + 9 + int.from_bytes(whole[header_at + 1 : header_at + 9], "little")
    lengths = []
    for length in range(len(whole)):
        if length < begin:
            with pytest.raises(InputError, match=r"is empty|ends before its header"):
                reader_module._read(path, io.BytesIO(whole[:length]))
            continue
        run = reader_module._read(path, io.BytesIO(whole[:length]))
        assert run.items == SOME[: len(run.items)]
        assert len(run.notes) == 1
        assert "cut off" in run.notes[0]
        lengths.append(len(run.items))
    assert lengths == sorted(lengths)
    assert set(lengths) == set(range(len(SOME) + 1))
    assert reader_module._read(path, io.BytesIO(whole)).notes == ()


@REPEATABLE
@given(st.data())
def test_damage_behind_the_header_never_ends_in_another_error(torn: bytes, data: st.DataObject) -> None:
    damaged = bytearray(torn)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(8, len(torn) - 1))] = data.draw(st.integers(0, 255))
    try:
        run = reader_module._read(Path("run.mcap"), io.BytesIO(bytes(damaged)))
    except InputError:
        return
    assert len(run.items) <= len(SOME)


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small recording as bytes."""
    return write(tmp_path_factory.mktemp("torn") / "run.mcap", SOME).read_bytes()


def test_a_killed_process_loses_no_more_than_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is closed: what is on the disk after a flush is all that was recorded before."""
    path = tmp_path / "run.mcap"
    taken, flushed = threading.Event(), threading.Event()
    to_disk = writer_module._to_disk

    def watched(file: BinaryIO) -> None:
        late = taken.is_set()
        to_disk(file)
        if late:
            flushed.set()

    monkeypatch.setattr(writer_module, "FLUSH_S", 0.01)
    monkeypatch.setattr(writer_module, "_to_disk", watched)
    with RunWriter(path, header()) as writer:
        for item in SOME:
            if isinstance(item, Message):
                writer.frame(item.arrival_s, item.message)
        taken.set()
        assert flushed.wait(20)
        flushed.clear()
        assert flushed.wait(20)  # the second flush began after all was taken
        on_disk = path.read_bytes()
    run = reader_module._read(path, io.BytesIO(on_disk))
    assert run.items == [item for item in SOME if isinstance(item, Message)]
    assert "cut off" in run.notes[0]
    assert "1:01" in run.notes[0]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond 20 kB: writing more fails as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_told_and_what_is_written_stays_readable(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "run.mcap", header())
    for number in range(200):
        writer.frame(START_S + number, bytes(240))
    with pytest.raises(OutputError, match="cannot be written on"):
        writer.close()
    assert writer.error is not None
    writer.frame(START_S + 500, b"too late")  # taken without a word: the run goes on
    run = read_run(tmp_path / "run.mcap")
    assert 20 < len(run.items) < 100
    assert [item.arrival_s for item in run.items if isinstance(item, Message)] == [
        START_S + k for k in range(len(run.items))
    ]
    assert "cut off" in run.notes[0]


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path / "run.mcap", SOME)
    with pytest.raises(OutputError, match="there already"):
        RunWriter(path, header())
    assert read_run(path).items == SOME
    with pytest.raises(OutputError, match="cannot be written"):
        RunWriter(tmp_path / "no" / "run.mcap", header())


def mcap_with(path: Path, name: str, texts: dict[str, str]) -> Path:
    """An MCAP file with one metadata record."""
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start()
        writer.add_metadata(name, texts)
        writer.finish()  # type: ignore[no-untyped-call]
    return path


def test_what_is_no_recording_is_refused_with_the_remedy(tmp_path: Path) -> None:
    texts = header().as_texts()
    empty, text = tmp_path / "empty.mcap", tmp_path / "text.mcap"
    empty.touch()
    text.write_text("t_s,acc_x_g\n")
    cases = {
        empty: "is empty; name",
        text: "is no MCAP file; name",
        tmp_path / "none.mcap": "cannot be read",
        mcap_with(tmp_path / "other.mcap", "weather", {"a": "b"}): "no run of hipdrop; name",
        mcap_with(tmp_path / "new.mcap", HEADER_NAME, {**texts, "format": "2"}): "format 2, this hipdrop reads 1",
        mcap_with(tmp_path / "bad.mcap", HEADER_NAME, {**texts, "mount": "[1, 2]"}): "header that this hipdrop cannot",
        mcap_with(tmp_path / "odd.mcap", HEADER_NAME, {**texts, "settings": '{"x": {}}'}): "no such table",
        mcap_with(tmp_path / "less.mcap", HEADER_NAME, {"format": "1"}): "'site'",
    }
    for path, words in cases.items():
        assert is_recording(path)
        with pytest.raises(InputError, match=words.replace("[", r"\[")) as caught:
            read_run(path)
        assert str(caught.value).startswith(str(path))


def test_what_a_newer_hipdrop_puts_in_beside_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start()
        writer.add_metadata(HEADER_NAME, header(profile=None, mount=None, site=None).as_texts() | {"shoe": '"old"'})
        for topic, data in (("/input", b'{"input": "Dance"}'), ("/heart", b"70"), ("/session", b'{"what": "lost"}')):
            channel = writer.register_channel(topic, "json", 0)
            writer.add_message(channel, time.time_ns(), data, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    run = read_run(path)
    assert [item.what for item in run.items if isinstance(item, Session)] == ["lost"]
    assert len(run.items) == 1
