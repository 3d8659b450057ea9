"""What a live run keeps of runner, treadmill and mute, and that a replay decides as it did."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scripted_clip import ScriptedClip, ScriptedLink

from hipdrop import people
from hipdrop.cli import main
from hipdrop.events import AlertRaised, AlertWithheld, Event, Treadmill, TreadmillSet
from hipdrop.liverun import LiveRun
from hipdrop.recording import Session, read_run
from hipdrop.recording.owners import person_of
from hipdrop.recording.replay import chain_of, enter
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, simulate
from hipdrop.virtual.loop import run_virtual
from hipwire import ids
from packed import counts_of_run

# session 8 of 8: 10 % of each half minute has feedback; any drop is over the band
FADED = {"mode": "target", "target_left_deg": 0.1, "evidence_steps": 5, "evidence_window_steps": 5, "cool_down_s": 0.0,
         "programme_sessions": 8, "training_session": 8, "fade_block_min": 0.5}  # fmt: skip


@pytest.fixture(scope="module")
def counts() -> NDArray[np.int16]:
    """A minute of running."""
    return counts_of_run(simulate(RunnerConfig(minutes=1.0, seed=4)))


def live(
    counts: NDArray[np.int16], path: Path, monitor: dict[str, object], act: Callable[[LiveRun], None] = lambda run: None
) -> tuple[LiveRun, ScriptedClip]:
    async def running() -> tuple[LiveRun, ScriptedClip]:
        settings = Settings().replace({"monitor": monitor})
        run, clip = LiveRun(settings, recording=path, person="Anna", shoe="trail"), ScriptedClip(counts=counts)
        link = ScriptedLink(clip)
        async with link:
            session = run.session(link)
            asyncio.get_running_loop().call_later(5.0, act, run)
            await run.run(session)
        return run, clip

    return run_virtual(running())


def replayed(path: Path) -> list[Event]:
    recorded = read_run(path)
    chain = chain_of(recorded)
    events = [event for item in recorded.items for event in enter(chain, item)]
    return events + chain.run() + chain.close()


def test_what_the_programme_keeps_back_it_keeps_back_in_the_replay(counts: NDArray[np.int16], tmp_path: Path) -> None:
    run, clip = live(counts, tmp_path / "run.mcap", FADED)
    withheld = [event for event in run.events if isinstance(event, AlertWithheld)]
    (raised,) = (event for event in run.events if isinstance(event, AlertRaised))
    assert withheld[0].reason.startswith("programme: session 8 of 8 has feedback in 10 % of the time")
    assert withheld[0].t_s < raised.t_s
    assert [payload[0] for code, payload in clip.asked if code == ids.BUZZ] == [ids.BUZZ_LEFT]
    assert list(map(repr, replayed(tmp_path / "run.mcap"))) == list(map(repr, run.events))


def test_a_muted_run_is_silent_and_says_so(counts: NDArray[np.int16], tmp_path: Path) -> None:
    band = {"mode": "target", "target_left_deg": 0.1}
    run, clip = live(counts, tmp_path / "run.mcap", band, lambda run: run.mute(True))
    assert any(isinstance(event, AlertRaised) for event in run.events)
    assert ids.BUZZ not in [code for code, _ in clip.asked]
    assert (run.outbox.kept_quiet, run.haptics.asked) == (1, 0)
    said = [item.what for item in read_run(tmp_path / "run.mcap").items if isinstance(item, Session)]
    assert said == ["connected", "muted", "counted"]


def test_the_treadmill_is_recorded_as_an_input(counts: NDArray[np.int16], tmp_path: Path) -> None:
    run, _ = live(counts, tmp_path / "run.mcap", {}, lambda run: run.user(Treadmill(3.3, 1.0)))
    said = [event for event in run.events if isinstance(event, TreadmillSet)]
    assert [(event.speed_ms, event.slope_percent) for event in said] == [(3.3, 1.0)]
    assert list(map(repr, replayed(tmp_path / "run.mcap"))) == list(map(repr, run.events))


def test_who_is_forgotten_has_no_recording_left(
    counts: NDArray[np.int16], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path)
    monkeypatch.setattr("hipdrop.recording.owners.recordings_folder", lambda: tmp_path / "recordings")
    anna, torn, nobody = ((tmp_path / "recordings" / f"{name}.mcap") for name in ("anna", "torn", "nobody"))
    anna.parent.mkdir()
    live(counts[: 10 * 208], anna, {})
    torn.write_bytes(anna.read_bytes()[:20_000])
    nobody.write_bytes(b"no recording")
    assert [person_of(path) for path in (anna, torn, nobody)] == ["Anna", "Anna", ""]
    header = read_run(anna).header
    assert (header.person, header.shoe) == ("Anna", "trail")
    assert json.loads(header.as_texts()["person"]) == "Anna"
    assert main(["forget", "--person", "ANNA", "--yes"]) == 0
    assert "2 of 2 files, 2 of them recordings" in capsys.readouterr().out
    assert [path.name for path in nobody.parent.iterdir()] == ["nobody.mcap"]
