"""A screen for tests of windows, an X server of their own that nobody sees, and the toolkits that open windows there.

Imported by the conftest.py of the folders that need it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hipdrop.live.toolkit import BACKENDS, INSTALL, TOOLKITS

SCREEN = "1920x1200x24"
OPENS = """
import sys
import matplotlib
matplotlib.use(sys.argv[1])
import matplotlib.pyplot as plt
figure = plt.figure()
figure.canvas.manager.show()
figure.canvas.flush_events()
"""


def missing(reason: str) -> None:
    """Skip, and fail where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (CI is set, where a skipped check counts as failed)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """Name of the display of an Xvfb; skips without the program, and fails without it where CI is set."""
    if shutil.which("Xvfb") is None:
        missing("no Xvfb for tests of the window: apt install xvfb")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=(writer,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as told:
        number = told.readline().strip()
    if not number:
        pytest.fail("Xvfb did not start")
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture
def on_screen(screen: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The display that windows of this test open on."""
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return screen


@pytest.fixture(scope="session")
def toolkits(screen: str) -> tuple[str, ...]:
    """Toolkits that open a window here, tried in a process that may end; without any tests skip, in CI they fail."""
    environment = {**os.environ, "DISPLAY": screen}
    opened, problems = [], []
    for toolkit in TOOLKITS:
        command = [sys.executable, "-c", OPENS, BACKENDS[toolkit]]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode == 0:
            opened.append(toolkit)
        else:
            problems.append(f"{toolkit}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    if not opened:
        missing(f"no toolkit opens a window: {'; '.join(problems)}; {INSTALL}")
    return tuple(opened)


@pytest.fixture
def toolkit(toolkits: tuple[str, ...], on_screen: str) -> str:
    """The toolkit of windows in the process of the tests, which can have but one."""
    return toolkits[0]


@pytest.fixture(params=TOOLKITS)
def each_toolkit(request: pytest.FixtureRequest, toolkits: tuple[str, ...], on_screen: str) -> str:
    """Each toolkit, for windows in processes of their own."""
    name: str = request.param
    if name not in toolkits:
        pytest.skip(f"{name} opens no window here")
    return name


class Hands:
    """Somebody at keyboard and mouse: real events of the X server, through its test extension."""

    def __init__(self, display: str) -> None:
        self._environment = {**os.environ, "DISPLAY": display}

    def window(self, name: str = "^hipdrop$") -> str:
        """Wait for a window, give it the keyboard, and give its number."""
        number = self._do("search", "--sync", "--onlyvisible", "--name", name).split()[-1]
        self._do("windowfocus", "--sync", number)
        return number

    def size(self, window: str) -> tuple[int, int]:
        """Give width and height of a window, which go by the screen's dots per inch."""
        told = dict(line.split("=") for line in self._do("getwindowgeometry", "--shell", window).splitlines())
        return int(told["WIDTH"]), int(told["HEIGHT"])

    def press(self, *keys: str) -> None:
        """Press keys, by their X names, one after the other."""
        self._do("key", "--delay", "30", *keys)

    def click(self, x: int, y: int) -> None:
        """Click on a place of the screen."""
        self._do("mousemove", "--sync", str(x), str(y), "click", "1")

    def _do(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self._environment, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout


@pytest.fixture
def hands(on_screen: str) -> Hands:
    """Keyboard and mouse of the screen."""
    if shutil.which("xdotool") is None:
        missing("no xdotool for keys and clicks: apt install xdotool")
    return Hands(on_screen)
