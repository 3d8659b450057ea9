"""`hipdrop live` as people run it, in real time: a process of its own, files, Ctrl-C; and the cable."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hipdrop.links.serial import SerialLink
from hipdrop.liverun import LiveRun
from hipdrop.settings import Settings

pytestmark = [
    pytest.mark.usefixtures("micropython_command"),
    pytest.mark.skipif(sys.platform == "win32", reason="the virtual clip needs a pseudo-terminal"),
]
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')
SECOND_BYTES = 208 / 19 * 280  # of run.mcap


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that the clip used last is not the developer's."""
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path


def hipdrop(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "hipdrop", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_live_prints_a_summary_and_writes_what_replay_writes(home: Path) -> None:
    out, again = home / "out", home / "again"
    done = hipdrop("live", "--clip", "virtual", "--duration", "5", "--no-plot", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "link       no sample missing" in done.stdout
    assert "streaming from virtual" in done.stderr
    assert {path.name for path in out.iterdir()} == {"steps.csv", "alerts.csv", "summary.json", "run.mcap"}
    link = json.loads((out / "summary.json").read_text())["link"]
    assert link["samples_lost"] == 0
    assert link["samples_received"] == pytest.approx(5 * 208, abs=60)
    replayed = hipdrop("replay", str(out / "run.mcap"), "--no-plot", "--out", str(again))
    assert replayed.returncode == 0, replayed.stderr
    assert (again / "steps.csv").read_bytes() == (out / "steps.csv").read_bytes()
    assert json.loads((again / "summary.json").read_text())["link"] == link

    second = hipdrop("live", "--clip", "virtual", "--duration", "5", "--out", str(out))
    assert second.returncode == 1
    assert "never overwritten" in second.stderr or "ever overwritten" in second.stderr


def test_a_run_is_kept_unless_it_shall_not_be(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    done = hipdrop("live", "--clip", "virtual", "--duration", "3", "--no-plot", "--no-record")
    assert done.returncode == 0, done.stderr
    assert hipdrop("recordings").stdout.startswith("no recordings in ")
    done = hipdrop("live", "--clip", "virtual", "--duration", "3", "--no-plot")
    assert done.returncode == 0, done.stderr
    listed = hipdrop("recordings").stdout
    assert "1 recording in " in listed
    (name,) = (word for word in listed.split() if word.endswith(".mcap"))
    assert f"{name}\n" in done.stdout  # written ...
    assert hipdrop("replay", name, "--no-plot").returncode == 0  # by its name alone
    assert {path.name for path in home.iterdir()} == {"home"}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_a_run_in_order(home: Path, ending: signal.Signals) -> None:
    out = home / "out"
    command = [sys.executable, "-m", "hipdrop", "live", "--clip", "virtual", "--no-plot", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "streaming" in line:
                break
        wait_for(lambda: (out / "run.mcap").stat().st_size > 3 * SECOND_BYTES)
        process.send_signal(ending)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "no sample missing" in stdout
    assert "Traceback" not in stderr
    assert (out / "summary.json").exists()


def wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again, in real time, for a minute at most."""
    clock = threading.Event()
    for _ in range(600):
        if condition():
            return
        clock.wait(0.1)
    raise AssertionError("it did not come")


def test_the_clip_used_last_is_taken_and_named(home: Path) -> None:
    nothing = hipdrop("clip", "info")
    assert nothing.returncode == 2
    assert "no clip was used before" in nothing.stderr
    first = hipdrop("clip", "info", "--clip", "virtual")
    assert first.returncode == 0, first.stderr
    assert "LSM6DSOX" in first.stdout
    assert "faults     none" in first.stdout
    buzz = hipdrop("clip", "buzz", "left")
    assert buzz.returncode == 0, buzz.stderr
    assert "virtual, the clip that was used last" in buzz.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("live", "--clip", "usb"), 2, "name a clip as ble:NAME"),
        (("live", "--clip", "ble:"), 2, "name a clip as ble:NAME"),
        (("live", "--clip", "serial:/dev/none", "--no-plot"), 1, "no such port"),
        (("live", "--clip", "virtual:/none.csv", "--no-plot"), 1, "none.csv"),
        (("live", "--clip", "virtual", "--duration", "0"), 2, "seconds over 0"),
        (("live", "--clip", "virtual", "--fault", "rain"), 2, "there is no fault"),
        (("live", "--clip", "ble:Hip", "--fault", "reset"), 2, "for the virtual clip alone"),
        (("live", "--clip", "virtual", "--fault", "mtu-23", "--no-plot"), 1, "MTU below"),
        (("scan", "--seconds", "-1"), 2, "seconds over 0"),
    ],
)
def test_what_cannot_be_is_one_line_with_the_remedy(
    home: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = hipdrop(*arguments)
    assert done.returncode == code, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("hipdrop: ")
    assert words in last
    assert "Traceback" not in done.stderr


def test_a_run_over_the_cable() -> None:
    from hipdrop.data import sample_file
    from hipdrop.virtual.clip import VirtualClip
    from hipdrop.virtual.imu import MODELS, Feed

    async def act() -> LiveRun:
        with sample_file() as path:
            model = MODELS["lsm6dsox"](Feed.from_file(path))
        run = LiveRun(Settings())
        async with VirtualClip(model) as clip, SerialLink(clip.serial_port) as link:
            await run.run(run.session(link), 4.0)
            assert link.bad_frames == 0
        return run

    link = asyncio.run(act()).chain.link_table()
    assert link["samples_lost"] == 0
    assert link["samples_received"] == pytest.approx(4 * 208, abs=60)
    assert link["reconnects"] == 0
