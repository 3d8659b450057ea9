"""Runs of the clip come to the computer: real firmware on the virtual clip, over Bluetooth and the cable."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from virtual_runs import Heard, tell_mount

from clip_with_runs import AirLink, BrokenSync, ClipWithRuns, recorded, with_clip
from filed_runs import RECORD_BYTES, FiledRun, mount_of_sample, record, tilt_values
from hipdrop.errors import ClipRefused, LinkError, OutputError
from hipdrop.events import Step
from hipdrop.links.line import Line
from hipdrop.links.virtual import VirtualLink
from hipdrop.recording import read_run as read_recording
from hipdrop.recording.items import Message
from hipdrop.recording.replay import chain_of, run_through
from hipdrop.runs.clockbook import settings_of
from hipdrop.runs.convert import Who
from hipdrop.runs.sync import Sync, Synced, Wish
from hipdrop.runs.wallclock import Known
from hipdrop.settings import Settings
from hipdrop.virtual.loop import run_virtual
from hipwire import decoding, ids, records
from hipwire import runs as wire

pytestmark = pytest.mark.usefixtures("micropython_command", "home")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

CLOCK_S = 1_795_000_000.25
NUMBER = 7


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def run() -> FiledRun:
    return FiledRun(tilt_values(75.0), number=NUMBER, clock_s=CLOCK_S, set_s=int(CLOCK_S) - 500, marks=(50.0,))


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """What a full disk does: the system refuses to write on."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_run_comes_over_the_air_and_over_the_cable_and_replays(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> list[list[Synced]]:
        return [await clip.sync(link, numbers=[NUMBER], keep=True) for link in (clip.air, clip.cable)]

    first, second = with_clip(tmp_path, {NUMBER: run.file()}, act)
    for (synced,) in (first, second):
        assert (synced.notes, synced.run.number, synced.run.duration_s) == ((), NUMBER, 75)
        assert synced.when is not None
        assert synced.when.unix_s == pytest.approx(CLOCK_S, abs=2e-3)
        (path,) = recorded([synced])
        assert path.with_suffix(".run").read_bytes() == run.file()
    (path, other) = recorded(first + second)
    assert path != other
    read = read_recording(path)
    replayed = run_through(read, chain_of(read))
    assert synced.recorded is not None
    assert [repr(event) for event in replayed] == [repr(event) for event in synced.recorded.events]
    assert sum(isinstance(event, Step) for event in replayed) > 120


def test_a_sync_that_is_broken_off_goes_on_where_it_was(run: FiledRun, tmp_path: Path) -> None:
    broken = BrokenSync(run.file(), tmp_path, seed=1)
    assert broken.off(5) == run.file()
    assert broken.breaks == 5


def test_a_lost_link_is_made_again_by_the_sync_itself(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> list[Synced]:
        sync = Sync(clip.air, clip.wish(keep=True))
        working = asyncio.ensure_future(sync.run())
        for _ in range(2):
            before = sync.at
            while sync.at == before:
                await asyncio.sleep(0.05)
            clip.radio.lose(2.0)
        return await working

    (path,) = recorded(with_clip(tmp_path, {NUMBER: run.file()}, act))
    assert path.with_suffix(".run").read_bytes() == run.file()


@pytest.mark.parametrize("damage", ["short", "zeros"])
def test_what_is_here_already_is_not_fetched_again_unless_it_is_damaged(
    run: FiledRun, tmp_path: Path, damage: str
) -> None:
    told: list[int] = []
    here = 12_345

    async def act(clip: ClipWithRuns) -> list[Synced]:
        kept = tmp_path / "kept"
        kept.mkdir()
        part = kept / f"{NUMBER:05d}-{run.boot_id:08x}-{len(run.file())}.run"
        part.write_bytes(run.file()[:here] if damage == "short" else bytes(here))
        return await Sync(clip.air, clip.wish(keep=True), lambda which, at: told.append(at)).run()

    (path,) = recorded(with_clip(tmp_path, {NUMBER: run.file()}, act))
    assert path.with_suffix(".run").read_bytes() == run.file()
    assert min(told) >= here


def test_a_damaged_record_is_told_and_the_rest_is_kept(run: FiledRun, tmp_path: Path) -> None:
    file = bytearray(run.file())
    file[30 * RECORD_BYTES + 100] ^= 0x40

    async def act(clip: ClipWithRuns) -> list[Synced]:
        return await clip.sync(keep=True)

    (synced,) = with_clip(tmp_path, {NUMBER: bytes(file)}, act)
    assert any("1 record" in note for note in synced.notes)
    assert synced.recorded is not None
    assert sum(isinstance(event, Step) for event in synced.recorded.events) > 100
    assert synced.recorded.path.with_suffix(".run").read_bytes() == file


def test_a_run_that_cannot_be_read_stays_on_the_clip_and_keeps_no_other_from_coming(
    run: FiledRun, tmp_path: Path
) -> None:
    """Damaged from end to end, or of a firmware that this hipdrop does not know; one of a second is really empty."""
    newer = bytearray(run.tilt(0, 80, 0))
    newer[0] += 0x10
    files = {
        1: bytes(range(256)) * 12,
        2: record(2, 0, [bytes(newer)], last=True),
        3: record(3, 0, [run.info()], last=True),
        NUMBER: run.file(),
    }

    async def act(clip: ClipWithRuns) -> tuple[list[Synced], list[int]]:
        return await clip.sync(erase=True), await clip.numbers()

    synced, left = with_clip(tmp_path, files, act)
    assert [one.run.number for one in synced] == [1, 2, 3, NUMBER]
    assert [one.empty for one in synced] == [False, False, True, False]
    assert len(recorded(synced)) == 1
    assert left == [1, 2]
    for one in synced[:2]:
        assert "it stays on the clip" in one.notes[-1]
        assert f"{one.run.number:05d}-" in one.notes[-1]  # the bytes that came
        assert len(list((tmp_path / "kept").glob(f"{one.run.number:05d}-*.run"))) == 1


def test_a_full_disk_is_told_and_the_next_sync_goes_on(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> tuple[str, list[Synced]]:
        with no_file_longer_than(40_000), pytest.raises(OutputError) as error:
            await clip.sync()
        return str(error.value), await clip.sync(keep=True)

    said, synced = with_clip(tmp_path, {NUMBER: run.file()}, act)
    assert "make room" in said
    (path,) = recorded(synced)
    assert path.with_suffix(".run").read_bytes() == run.file()


def test_a_disk_that_fills_up_while_the_recording_is_written_leaves_none(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> list[Synced]:
        with no_file_longer_than(len(run.file()) + 10_000), pytest.raises(OutputError):
            await clip.sync(erase=True)
        assert list((tmp_path / "out").iterdir()) == []
        return await clip.sync(erase=True)

    assert len(recorded(with_clip(tmp_path, {NUMBER: run.file()}, act))) == 1


def test_one_sync_at_a_time_on_a_computer(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> tuple[list[Synced], str]:
        first = Sync(clip.air, clip.wish())
        working = asyncio.ensure_future(first.run())
        while first.at is None:
            await asyncio.sleep(0.05)
        with pytest.raises(OutputError) as error:
            await clip.sync(clip.cable)
        return await working, str(error.value)

    synced, said = with_clip(tmp_path, {NUMBER: run.file()}, act)
    assert "another hipdrop" in said
    assert len(recorded(synced)) == 1


def test_two_computers_fetch_at_once(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> list[list[Synced]]:
        return await asyncio.gather(
            clip.sync(clip.air, keep=True), clip.sync(clip.cable, clips=tmp_path / "other", keep=True)
        )

    for synced in with_clip(tmp_path, {NUMBER: run.file()}, act):
        (path,) = recorded(synced)
        assert path.with_suffix(".run").read_bytes() == run.file()


def test_only_what_is_safe_here_is_erased_and_only_when_asked(run: FiledRun, tmp_path: Path) -> None:
    untimed = FiledRun(run.values[:2000], number=9, boot_id=5)

    async def act(clip: ClipWithRuns) -> list[list[int]]:
        kept = await clip.sync()
        left = [await clip.numbers()]
        for path in recorded(kept)[:1]:
            path.unlink()
        again = Sync(clip.air, clip.wish(erase=True))
        await again.run()
        left += [[run.number for run in again.erased], await clip.numbers()]
        timed = Sync(clip.air, clip.wish(numbers=[9], at_unix_s=CLOCK_S, erase=True))
        (synced,) = await timed.run()
        assert synced.when is not None
        assert (synced.when.known, synced.when.unix_s) == (Known.SAID, CLOCK_S)
        return [*left, [run.number for run in timed.erased], await clip.numbers()]

    files = {NUMBER: run.file(), 8: b"", 9: untimed.file()}
    assert with_clip(tmp_path, files, act) == [[7, 8, 9], [7, 8], [9], [9], []]
    assert len(list((tmp_path / "out").glob("*.mcap"))) == 2  # the recording without its time is gone


def test_the_clock_is_set_at_each_connection_and_its_drift_is_known(tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> None:
        assert await clip.sync() == []
        await asyncio.sleep(100.0)
        assert await clip.sync(clip.cable) == []

    with_clip(tmp_path, {}, act, clock_drift_ppm=4000.0)
    (setting,) = settings_of("0268636c6970")
    assert setting.now_s - setting.set_s == pytest.approx(100.0, abs=5.0)
    assert setting.drift_ppm == pytest.approx(4000.0, abs=500.0)  # a command waits up to 20 ms for its turn


def test_a_run_that_the_clip_does_not_have_is_told(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> None:
        with pytest.raises(ClipRefused, match="no run 3; it has 7"):
            await clip.sync(numbers=[3])

    with_clip(tmp_path, {NUMBER: run.file()}, act)


def test_a_clip_that_goes_away_for_good_is_told(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> int:
        sync = Sync(clip.air, clip.wish())
        working = asyncio.ensure_future(sync.run())
        while sync.at is None:
            await asyncio.sleep(0.05)
        clip.radio.lose(1000.0)
        with pytest.raises(LinkError):
            await working
        return sync.at[1]

    assert with_clip(tmp_path, {NUMBER: run.file()}, act) > 0


def test_a_connection_that_carries_too_little_is_told(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> None:
        clip.radio.set_mtu_limit(23)
        with pytest.raises(ClipRefused, match="use another adapter, or the cable"):
            await clip.sync()

    with_clip(tmp_path, {NUMBER: run.file()}, act)


def test_commands_that_make_no_sense_are_refused(run: FiledRun, tmp_path: Path) -> None:
    size = len(run.file())
    asked = [
        (ids.FETCH_RUN, wire.FETCH, {"run": 3, "bytes": 1}, ids.GONE),
        (ids.FETCH_RUN, wire.FETCH, {"run": NUMBER, "offset": size + 1, "bytes": 1}, ids.MALFORMED),
        (ids.FETCH_RUN, wire.FETCH, {"run": NUMBER, "offset": size, "bytes": 1}, ids.OK),
        (ids.FETCH_RUN, wire.RUNS_FROM, {"number": NUMBER}, ids.MALFORMED),
        (ids.ERASE_RUN, wire.ERASE, {"run": NUMBER, "bytes": size - 1}, ids.MALFORMED),
        (ids.ERASE_RUN, wire.ERASE, {"run": 3, "bytes": 0}, ids.GONE),
        (ids.RUN, wire.ACTION, {"action": 3}, ids.MALFORMED),
        (ids.SET_CLOCK, wire.CLOCK, {"unix_s": 5, "ms": 0}, ids.MALFORMED),
        (ids.SET_CLOCK, wire.CLOCK, {"unix_s": 1_795_345_234, "ms": 1000}, ids.MALFORMED),
    ]

    async def act(clip: ClipWithRuns) -> list[int]:
        line = Line(clip.air, lambda arrival_s, message: None)
        await line.open(10.0)
        results = []
        for code, table, values, _ in asked:
            try:
                await line.ask(code, records.pack(table, values))
                results.append(ids.OK)
            except ClipRefused as error:
                results.append(error.result)
        await line.close()
        return [*results, *await clip.numbers()]

    assert with_clip(tmp_path, {NUMBER: run.file()}, act) == [*(result for *_, result in asked), NUMBER]


def test_a_run_that_is_being_fetched_is_not_erased_under_it(run: FiledRun, tmp_path: Path) -> None:
    size = len(run.file())

    async def act(clip: ClipWithRuns) -> list[int]:
        fetching, erasing = (Line(link, lambda arrival_s, message: None) for link in (clip.air, clip.cable))
        for line in (fetching, erasing):
            await line.open(10.0)
            await line.info()
        await fetching.ask(ids.FETCH_RUN, records.pack(wire.FETCH, {"run": NUMBER, "bytes": size}))
        with pytest.raises(ClipRefused, match="fetched by another"):
            await erasing.ask(ids.ERASE_RUN, records.pack(wire.ERASE, {"run": NUMBER, "bytes": size}))
        await fetching.close()
        await erasing.close()
        return await clip.numbers()

    assert with_clip(tmp_path, {NUMBER: run.file()}, act) == [NUMBER]


def test_while_a_run_is_recorded_nothing_is_fetched(run: FiledRun, tmp_path: Path) -> None:
    async def act(clip: ClipWithRuns) -> list[Synced]:
        await tell_mount(clip.air, mount_of_sample())
        line = Line(clip.cable, lambda arrival_s, message: None)
        await line.open(10.0)
        await line.ask(ids.RUN, records.pack(wire.ACTION, {"action": ids.RUN_BEGIN}))
        with pytest.raises(ClipRefused, match="it is recording a run; end that first"):
            await clip.sync()
        with pytest.raises(ClipRefused, match="it is recording a run; end that first"):
            await line.ask(ids.FETCH_RUN, records.pack(wire.FETCH, {"run": NUMBER, "bytes": 1024}))
        await line.ask(ids.RUN, records.pack(wire.ACTION, {"action": ids.RUN_END}))
        await line.close()
        await asyncio.sleep(2.0)
        return await clip.sync(numbers=[NUMBER])

    assert len(recorded(with_clip(tmp_path, {NUMBER: run.file()}, act))) == 1


def test_a_run_that_the_clip_kept_beside_a_live_one_holds_the_same_samples_and_steps(tmp_path: Path) -> None:
    """The clip begins by itself after 10 s of running; the host has its tilt stream all the while."""
    heard = Heard()

    async def act() -> list[Synced]:
        link = VirtualLink()
        async with link:
            await tell_mount(link, mount_of_sample())
            await heard.run(heard.session(link, "tilt"), 75.0)
            line = Line(link, lambda arrival_s, message: None)
            await line.open(10.0)
            await line.ask(ids.RUN, records.pack(wire.ACTION, {"action": ids.RUN_END}))
            await line.close()
            await asyncio.sleep(3.0)
            wish = Wish(tmp_path, Who(Settings()), clips=tmp_path / "kept")
            return await Sync(AirLink(link.radio), wish).run()

    (synced,) = run_virtual(act())
    assert synced.recorded is not None
    kept = tilt_of([item.message for item in read_recording(synced.recorded.path).items if isinstance(item, Message)])
    live = tilt_of(heard.messages)
    both = sorted(kept.keys() & live.keys())
    assert len(both) > 4000
    assert len(both) > 0.95 * len(kept)  # it goes on for a second or two when the host has stopped
    assert all(kept[index] == live[index] for index in both)
    begin_s = (min(kept) - min(live)) / 208
    at_s = np.array([step.t_s for step in heard.steps])
    steps = [event for event in synced.recorded.events if isinstance(event, Step) and event.t_s + begin_s < at_s[-1]]
    pairs = [(step, heard.steps[int(np.argmin(np.abs(at_s - begin_s - step.t_s)))]) for step in steps]
    assert len(pairs) > 100
    assert max(abs(there.t_s - begin_s - here.t_s) for here, there in pairs) < 0.01
    assert all(here.side is there.side for here, there in pairs)
    drops = [(here.drop_deg, there.drop_deg) for here, there in pairs if not (here.flags or there.flags)]
    assert len(drops) > 80
    np.testing.assert_allclose(*np.array(drops).T, atol=0.05)


def tilt_of(messages: list[bytes]) -> dict[int, tuple[int, ...]]:
    """Tilt samples by raw index."""
    found = {}
    for message in messages:
        if message[0] & 0x0F == ids.TILT:
            index = decoding.header(message)[3]
            found |= {index + 2 * k: sample for k, sample in enumerate(decoding.samples(message))}
    return found
