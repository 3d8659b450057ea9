"""A screen for the tests of the window: an X server of their own, without one that anybody sees."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

SCREEN = "1920x1200x24"


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """Name of the display of an Xvfb; skips without the program, and fails without it where CI is set."""
    if shutil.which("Xvfb") is None:
        reason = "no Xvfb for tests of the window: apt install xvfb"
        if os.environ.get("CI"):
            pytest.fail(f"{reason} (CI is set, where a skipped check counts as failed)")
        pytest.skip(reason)
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
