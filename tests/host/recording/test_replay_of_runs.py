"""A recorded run again: the same events to the bit, the same files, and late frames in their places."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hipdrop.cli import main
from hipdrop.commands.sources import open_source
from hipdrop.errors import InputError
from hipdrop.events import Event, Mark, Marked, Site, Step
from hipdrop.offline import analyse
from hipdrop.receive.chain import Chain
from hipdrop.recording import Message, Run, RunHeader, RunWriter, read_run
from hipdrop.recording.completed import completed
from hipdrop.samples import SampleBlock
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from packed import FULL, PackedClip, Timed, counts_of_run
from synthetic import REPEATABLE

Counts = NDArray[np.int16]
INF = float("inf")


@pytest.fixture(scope="module")
def counts() -> Counts:
    """A minute of running as counts."""
    return counts_of_run(simulate(RunnerConfig(minutes=1.0, seed=5)))


def lossy(messages: list[Timed]) -> list[Timed]:
    """Three losses: one made good in time, one too late, one never; and a little unrest in the arrivals."""
    rng = np.random.default_rng(4)
    out = []
    for number, (arrival_s, message) in enumerate(messages):
        late_s = {0: 2.0, 1: 5.0}.get(number // 100 if number % 100 in range(40, 60) else -1, 0.0)
        if number not in range(240, 250):
            out.append((arrival_s + late_s + rng.exponential(0.01), message))
    return sorted(out)


def live(path: Path, messages: list[Timed], chain: Chain, header: RunHeader) -> list[Event]:
    """What a live run does: record and push, message by message, with a mark by the user."""
    events: list[Event] = []
    with RunWriter(path, header) as writer:
        writer.session(messages[0][0], "connected", mtu=247)
        chain.connected(247)
        for number, (arrival_s, message) in enumerate(messages):
            writer.frame(arrival_s, message)
            events += chain.push(arrival_s, message)
            if number == 300:
                writer.user(arrival_s, Mark("hill"))
                events += chain.user(Mark("hill"))
    return events + chain.close()


@pytest.fixture(scope="module")
def recorded(counts: Counts, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event], Chain]:
    """A disturbed run with settings of its own: its recording, its events, its chain."""
    path = tmp_path_factory.mktemp("runs") / "run.mcap"
    own = Settings().replace({"drop": {"stop_steps": 6}})
    messages = lossy(PackedClip(rate_hz=213.7).stream_of(counts))
    header = RunHeader.now(messages[0][0], own, site=Site.LEFT_HIP)
    chain = Chain(own, site=Site.LEFT_HIP)
    return path, live(path, messages, chain, header), chain


@pytest.mark.parametrize("pace", [INF, 1e6])
def test_replay_gives_the_events_of_the_live_run_to_the_bit(
    recorded: tuple[Path, list[Event], Chain], pace: float
) -> None:
    path, events, chain = recorded
    source = open_source(path, None, None, None)
    again = source.run(pace, None)
    assert repr(again) == repr(events)  # repr: NaN is equal to itself, and floats are exact
    assert source.settings == chain.used_settings
    assert source.recording == chain.facts(path)
    assert [event.note for event in events if isinstance(event, Marked)] == ["hill"]
    assert sum(isinstance(event, Step) for event in events) > 100
    assert (chain.link_table()["gaps"], chain.link_table()["samples_lost"]) == (2, 10 * FULL)


def test_replay_writes_the_files_and_options_go_over_the_recording(
    recorded: tuple[Path, list[Event], Chain], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, events, _ = recorded
    assert main(["replay", str(path), "--out", str(tmp_path / "own"), "--no-plot"]) == 0
    rows = list(csv.DictReader((tmp_path / "own" / "steps.csv").read_text().splitlines()))
    assert len(rows) == sum(isinstance(event, Step) for event in events)
    summary = json.loads((tmp_path / "own" / "summary.json").read_text())
    assert summary["settings"]["drop"]["stop_steps"] == 6
    assert summary["input"]["file"] == "run.mcap"
    config = tmp_path / "my.toml"
    config.write_text("[drop]\nstop_steps = 2\n")
    over = ["--config", str(config), "--site", "right-hip"]
    assert main(["replay", str(path), "--out", str(tmp_path / "over"), "--no-plot", *over]) == 2
    assert "add --reprocess" in capsys.readouterr().err
    assert not (tmp_path / "over").exists()
    assert main(["replay", str(path), "--out", str(tmp_path / "over"), "--no-plot", "--reprocess", *over]) == 0
    summary = json.loads((tmp_path / "over" / "summary.json").read_text())
    assert summary["settings"]["drop"]["stop_steps"] == 2
    assert summary["mount"]["site"] == "right-hip"
    capsys.readouterr()


def test_reprocessed_without_more_it_is_what_the_defaults_make_of_it(
    recorded: tuple[Path, list[Event], Chain], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, events, _ = recorded
    assert main(["replay", str(path), "--out", str(tmp_path), "--no-plot", "--reprocess"]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["settings"]["drop"]["stop_steps"] == Settings().drop.stop_steps != 6
    assert summary["mount"]["site"] == "left-hip"  # that is no setting, but where the clip was
    rows = list(csv.DictReader((tmp_path / "steps.csv").read_text().splitlines()))
    flags = [";".join(event.flags) for event in events if isinstance(event, Step)]
    assert [row["flags"] for row in rows] != flags
    capsys.readouterr()


def test_a_part_has_the_events_of_the_live_run(
    recorded: tuple[Path, list[Event], Chain], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded[0]
    whole, part = tmp_path / "whole", tmp_path / "part"
    assert main(["replay", str(path), "--out", str(whole), "--no-plot"]) == 0
    assert main(["replay", str(path), "--out", str(part), "--from", "0:30", "--to", "45"]) == 0
    said = capsys.readouterr()
    assert "from 0:30 to 0:45: steps and alerts below are of this part" in said.err
    lines = (whole / "steps.csv").read_text().splitlines()
    wanted = [line for line in lines[1:] if 30.0 <= float(line.split(",")[2]) <= 45.0]
    assert (part / "steps.csv").read_text().splitlines() == [lines[0], *wanted]
    assert len(wanted) > 30
    summary = json.loads((part / "summary.json").read_text())
    assert summary["mount"] is not None  # found before
    assert (part / "overview.png").stat().st_size > 10_000
    assert main(["replay", str(path), "--from", "1:00", "--to", "0:30"]) == 2


def test_a_torn_recording_is_replayed_to_the_tear_and_says_so(
    recorded: tuple[Path, list[Event], Chain], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(recorded[0].read_bytes()[:90_000])
    assert main(["replay", str(torn), "--out", str(tmp_path), "--no-plot"]) == 0
    assert "torn.mcap: the recording was cut off" in capsys.readouterr().err
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert "cut off" in summary["input"]["notes"][0]
    assert 20 < summary["input"]["duration_s"] < 50


def test_recordings_without_samples_are_refused(tmp_path: Path) -> None:
    clip = PackedClip()
    for name, messages, words in (
        ("silent", [], "no word of the clip"),
        ("idle", [(1.0, clip.info()), (2.0, clip.status())], "never streaming"),
    ):
        path = tmp_path / f"{name}.mcap"
        with RunWriter(path, RunHeader.now(0.0, Settings())) as writer:
            for arrival_s, message in messages:
                writer.frame(arrival_s, message)
        with pytest.raises(InputError, match=words):
            open_source(path, None, None, None).run(INF, None)
        with pytest.raises(InputError, match="holds no samples"):
            completed(read_run(path))


def run_of(messages: list[Timed]) -> Run:
    """A recording without a file."""
    return Run(Path("run.mcap"), RunHeader(), [Message(*timed) for timed in messages])


def same(one: SampleBlock, other: SampleBlock) -> bool:
    pairs = ((one.t_s, other.t_s), (one.acc_ms2, other.acc_ms2), (one.gyr_rads, other.gyr_rads))
    return all(np.array_equal(a, b) for a, b in pairs) and one.gap_s == other.gap_s


@settings(REPEATABLE, max_examples=30)
@given(st.data())
def test_the_completed_recording_depends_on_the_frames_alone(counts: Counts, data: st.DataObject) -> None:
    """However late, doubled and in whatever order: with every frame there, it is that of the undisturbed run."""
    whole = PackedClip().stream_of(counts[:1500])
    order = data.draw(st.permutations(range(2, len(whole))))
    doubled = data.draw(st.lists(st.sampled_from(order), max_size=10))
    step_s = data.draw(st.floats(0.0, 1.0))
    mixed = [whole[0], whole[1]]
    mixed += [(whole[1][0] + step_s * k, whole[number][1]) for k, number in enumerate([*order, *doubled])]
    found, wanted = completed(run_of(mixed)), completed(run_of(whole))
    assert found.rate_hz == wanted.rate_hz
    assert (found.lost, len(found.blocks)) == (0, 1)
    assert all(same(a, b) for a, b in zip(found.blocks, wanted.blocks, strict=True))  # type: ignore[arg-type]


def test_what_never_came_is_a_gap_of_the_completed_recording(recorded: tuple[Path, list[Event], Chain]) -> None:
    path, _, chain = recorded
    whole = completed(read_run(path))
    assert whole.lost == chain.link_table()["samples_lost"] == 10 * FULL
    assert len(whole.blocks) == 2
    assert whole.rate_hz == pytest.approx(213.7, rel=1e-6)
    behind = whole.blocks[1]
    assert isinstance(behind, SampleBlock)
    assert behind.gap_s == pytest.approx(10 * FULL / 213.7, abs=1e-3)


def test_the_report_of_a_disturbed_run_equals_that_of_a_calm_one(counts: Counts) -> None:
    """All lost frames came at last: the analysis afterwards is the same to the bit."""
    calm = PackedClip(rate_hz=213.7).stream_of(counts)
    rng = np.random.default_rng(9)
    late = sorted((arrival_s + (8.0 if rng.random() < 0.1 else 0.0), message) for arrival_s, message in calm[2:])
    reports = []
    for messages in (calm, [*calm[:2], *late]):
        whole = completed(run_of(messages))
        reports.append(repr(analyse(whole.blocks, whole.rate_hz, whole.settings).events))  # type: ignore[arg-type]
    assert reports[0] == reports[1]
    assert reports[0].count("Step(") > 100


def test_two_boots_go_one_behind_the_other(counts: Counts) -> None:
    clip = PackedClip()
    begin_s = clip.sample_s(clip.first_index + 2079) + 6.0
    again = PackedClip(boot_id=78, first_sequence=0, first_index=40, first_ticks_us=200_000, start_s=begin_s)
    whole = completed(run_of([*clip.stream_of(counts[:2080]), *again.stream_of(counts[2080:4160])]))
    first, second = whole.blocks
    assert second.t_s[0] - first.t_s[-1] == pytest.approx(6.0, abs=2e-3)
    assert whole.lost == 0
