"""Sessions of which the clip dies, or goes out of reach for good: what was done before is kept and shown."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hipdrop import people
from hipdrop.cli import main
from hipdrop.events import Side
from hipdrop.links.virtual import VirtualLink
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.simulate.training_demo import demo_test
from hipdrop.training.checkin import keep, of_answers
from hipdrop.training.coachdemo import demo_feed
from hipdrop.training.store import entries
from hipdrop.virtual.loop import run_virtual

if sys.platform == "win32":
    pytest.skip("the virtual clip needs a pseudo-terminal", allow_module_level=True)

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

ANSWERS = {"pain": 0, "where": "", "pain_after_last_run": None, "pain_next_morning": None, "shoe": "", "surface": ""}
DIED = "hipdrop: the clip's MicroPython has ended (exit code -9); it said: nothing"
LOST_S = 1000.0
Plan = Callable[[VirtualLink, asyncio.AbstractEventLoop], object]


@pytest.fixture(autouse=True)
def ann(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who has checked in, in virtual time."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setattr(people, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr(asyncio, "run", run_virtual)
    keep("ann", of_answers(ANSWERS, [], datetime.now().astimezone()))


@pytest.fixture
def happens(monkeypatch: pytest.MonkeyPatch) -> Callable[[Plan], None]:
    """Have something happen to the virtual clip once it is up."""
    enter = VirtualLink.__aenter__

    def plan(what: Plan) -> None:
        async def entered(link: VirtualLink) -> Any:
            await enter(link)
            what(link, asyncio.get_running_loop())
            return link

        monkeypatch.setattr(VirtualLink, "__aenter__", entered)

    return plan


def dies_at(at_s: float) -> Plan:
    def plan(link: VirtualLink, loop: asyncio.AbstractEventLoop) -> None:
        assert link.clip.pid is not None
        loop.call_later(at_s, os.kill, link.clip.pid, signal.SIGKILL)

    return plan


def drops(folder: Path) -> tuple[float, list[str]]:
    """Give how long two pelvic drops on either leg go on, and the command that follows them."""
    feed = folder / "drops.csv"
    demo_exercise("pelvic-drop", [Side.LEFT, Side.RIGHT], 1, repetitions=2).write_csv(feed)
    given = ["--sets", "1", "--reps", "2", "--person", "ann", "--quiet", "--no-plot", "--clip", f"virtual:{feed}"]
    return _length_s(feed), ["exercise", "pelvic-drop", *given]


def _length_s(csv: Path) -> float:
    return float(csv.read_text().splitlines()[-1].split(",")[0])


def test_sets_are_kept_though_the_clip_dies(
    happens: Callable[[Plan], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    length_s, command = drops(tmp_path)
    happens(dies_at(length_s - 8.0))
    assert main(command) == 1
    said = capsys.readouterr()
    assert "set 1          pelvic drop, left leg" in said.out
    assert "  counted      2 repetitions" in said.out
    assert said.err.splitlines()[-1] == DIED
    assert [one.data["side"] for one in entries("ann", "set")][:1] == ["left"]


def test_sets_are_kept_by_who_leaves_when_the_link_is_lost(
    happens: Callable[[Plan], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    length_s, command = drops(tmp_path)

    def out_of_reach(link: VirtualLink, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(length_s - 8.0, link.radio.lose, LOST_S)
        loop.call_later(length_s - 2.0, os.kill, os.getpid(), signal.SIGINT)

    happens(out_of_reach)
    assert main(command) == 130
    said = capsys.readouterr()
    assert "hipdrop: the link is lost; trying again" in said.err
    assert "nothing is changed" not in said.err
    assert [one.data["side"] for one in entries("ann", "set")][:1] == ["left"]


def test_who_leaves_while_the_link_stands_keeps_nothing(
    happens: Callable[[Plan], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    length_s, command = drops(tmp_path)
    happens(lambda link, loop: loop.call_later(length_s - 8.0, os.kill, os.getpid(), signal.SIGINT))
    assert main(command) == 130
    assert "left; nothing is changed" in capsys.readouterr().err
    assert entries("ann", "set") == []


def test_tries_are_kept_though_the_clip_dies(
    happens: Callable[[Plan], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = tmp_path / "test.csv"
    demo_test(1, squats=False).write_csv(feed)
    happens(dies_at(_length_s(feed) - 25.0))
    assert (
        main(["test", "single-leg", "--tries", "1", "--person", "ann", "--no-plot", "--clip", f"virtual:{feed}"]) == 1
    )
    said = capsys.readouterr()
    assert "left leg       1 try; held" in said.out
    assert "right leg      not tested" in said.out
    assert said.err.splitlines()[-1] == DIED
    (kept,) = entries("ann", "single-leg")
    assert kept.data["right"] is None


def test_a_calibration_is_whole_or_none(
    happens: Callable[[Plan], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = tmp_path / "test.csv"
    demo_test(1, squats=False).write_csv(feed)
    happens(dies_at(6.0))
    assert main(["calibrate", "mount", "--no-plot", "--clip", f"virtual:{feed}"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == DIED


def test_a_coached_run_is_told_though_the_clip_dies(
    happens: Callable[[Plan], None], capsys: pytest.CaptureFixture[str]
) -> None:
    happens(dies_at(75.0))
    assert len(demo_feed().acc_g) / demo_feed().rate_hz > 100.0
    assert main(["coach", "run", "--demo", "--no-plot", "--no-record"]) == 1
    said = capsys.readouterr()
    assert "left in repeat 2 of 3" in said.out
    assert "repeat 1" in said.out
    assert said.err.splitlines()[-1] == DIED
