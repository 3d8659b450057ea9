"""What a live run records: events beside the messages, inputs whenever they come; and runs that cannot be recorded."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader
from numpy.typing import NDArray
from scripted_clip import ScriptedClip, ScriptedLink

from hipdrop.commands.live import check_recording, place_of_recording
from hipdrop.commands.sources import open_source
from hipdrop.errors import OutputError
from hipdrop.events import Mark, Marked, Step
from hipdrop.liverun import LiveRun
from hipdrop.recording import Entered, read_run
from hipdrop.recording import library as library_module
from hipdrop.recording import writer as writer_module
from hipdrop.recording.event_texts import event_text, topic_of
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.virtual.loop import run_virtual
from packed import counts_of_run


@pytest.fixture(scope="module")
def counts() -> NDArray[np.int16]:
    """A minute of running."""
    return counts_of_run(simulate(RunnerConfig(minutes=1.0, seed=4)))


def live(counts: NDArray[np.int16], path: Path | None) -> tuple[LiveRun, OutputError | None]:
    """Run it, with a mark before the clip is there and two in the run; give also why it could not be recorded."""

    async def act() -> tuple[LiveRun, OutputError | None]:
        run, link = LiveRun(Settings(), recording=path), ScriptedLink(ScriptedClip(counts=counts))
        loop = asyncio.get_running_loop()
        run.user(Mark("early"))
        for at_s in (20.0, 40.0):
            loop.call_later(at_s, lambda at_s=at_s: run.user(Mark(f"at {at_s:.0f}")))
        async with link:
            try:
                await run.run(run.session(link))
            except OutputError as error:
                return run, error
        return run, None

    return run_virtual(act())


def test_inputs_and_events_are_in_the_recording_in_their_order(counts: NDArray[np.int16], tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    run, error = live(counts, path)
    assert (error, run.recording, run.recording_error) == (None, path, None)
    marks = ["early", "at 20", "at 40"]
    assert [event.note for event in run.events if isinstance(event, Marked)] == marks
    recorded = read_run(path)
    assert [item.item for item in recorded.items if isinstance(item, Entered)] == [Mark(note) for note in marks]
    assert list(map(repr, open_source(path, None, None, None).run(float("inf"), None))) == list(map(repr, run.events))
    with path.open("rb") as file:
        found = [(channel.topic, message.data) for _, channel, message in make_reader(file).iter_messages()]
    said = [(topic, data) for topic, data in found if topic.startswith("/events/")]
    assert said == [(topic_of(event), event_text(event)) for event in run.events]
    listed = library_module.look_at(path, 0.0)
    assert (listed.state, listed.steps) == ("whole", sum(isinstance(event, Step) for event in run.events))


def test_a_place_that_cannot_be_written_ends_no_run(
    counts: NDArray[np.int16], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, error = live(counts, tmp_path / "none" / "run.mcap")
    assert "cannot be written" in str(error)
    assert sum(isinstance(event, Step) for event in run.events) > 100
    said = capsys.readouterr().err
    assert said.count("the run goes on, and is not recorded") == 1
    assert run.recording is None


def test_a_disk_that_fails_in_mid_run_ends_no_run_and_is_told_once(
    counts: NDArray[np.int16], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer_module, "_to_disk", full)
    run, error = live(counts, tmp_path / "run.mcap")
    assert "No space left" in str(error)
    assert sum(isinstance(event, Step) for event in run.events) > 100
    assert capsys.readouterr().err.count("is not recorded any more") <= 1  # at the end at the latest, by the error


def test_the_place_is_the_named_folder_and_there_only_else_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home" / "recordings"
    monkeypatch.setattr(library_module, "recordings_folder", lambda: home)
    assert place_of_recording(tmp_path) == tmp_path / "run.mcap"
    assert not home.exists()
    place = place_of_recording(None)
    assert place is not None
    assert (place.parent, place.suffix, place.exists()) == (home, ".mcap", False)
    check_recording(tmp_path)
    (tmp_path / "run.mcap").touch()
    with pytest.raises(OutputError, match="no recording is ever overwritten"):
        check_recording(tmp_path)
    home.rmdir()
    home.parent.rmdir()
    home.parent.touch()
    assert place_of_recording(None) is None
    assert "not recorded" in capsys.readouterr().err
