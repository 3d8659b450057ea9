"""The README keeps its word: its lines run as a newcomer runs them, in a fresh copy with an empty home.

These are the only tests that use the network (pip). The line that runs the tests is run word for word too, but with
PYTEST_ADDOPTS=--collect-only: running all of them is what called this test, and it would call itself for ever.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

LEFT_BEHIND = (".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")
LINES = re.findall(r"^python3 -m venv .*$", (Path(__file__).parents[1] / "README.md").read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def fresh_copy(repository: Path, tmp_path: Path) -> Path:
    """A copy of the repository without anything that was built in it, beside an empty home."""
    copy = tmp_path / "hipdrop"
    shutil.copytree(repository, copy, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    (tmp_path / "home").mkdir()
    return copy


def a_newcomers(folder: Path, **environment: str) -> dict[str, str]:
    """Give the environment that a newcomer types in: an empty home, and no word of this test's own environment."""
    own = {"PYTHONPATH", "VIRTUAL_ENV", "HIPDROP_DATA", "CI", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "MICROPYTHON"}
    env = {key: value for key, value in os.environ.items() if key not in own}
    python = Path(sys.base_prefix) / "bin"  # `python3` is the one that runs this test, outside of its environment
    cache = subprocess.run([sys.executable, "-m", "pip", "cache", "dir"], capture_output=True, text=True, check=True)
    env |= {"HOME": str(folder.parent / "home"), "PATH": f"{python}{os.pathsep}{env['PATH']}", **environment}
    env.setdefault("PIP_CACHE_DIR", cache.stdout.strip())  # spare the registry
    return env


def run_line(line: str, folder: Path, **environment: str) -> str:
    """Run a line of the README as a newcomer would and give what it prints."""
    env = a_newcomers(folder, **environment)
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def run_line_until(line: str, folder: Path, seen: str, said: Path) -> str:
    """Run a line until it has said what matches `seen`, then press Ctrl-C; give what it prints on standard output."""
    with said.open("w") as errors, subprocess.Popen(
        ["bash", "-c", line], cwd=folder, env=a_newcomers(folder), stdout=subprocess.PIPE, stderr=errors, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            while process.poll() is None and not re.search(seen, said.read_text()):
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
            os.killpg(process.pid, signal.SIGINT)
            out = process.communicate(timeout=60)[0]
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, f"{line}\n{out[-3000:]}\n{said.read_text()[-3000:]}"
    return out


def test_there_are_two_lines() -> None:
    assert len(LINES) == 2


def test_one_line_installs_and_runs_the_virtual_clip(fresh_copy: Path, repository: Path, tmp_path: Path) -> None:
    """As a newcomer would: watch until there are some dozen steps, then Ctrl-C."""
    assert LINES[0].endswith("hipdrop live --clip virtual")
    out = run_line_until(LINES[0], fresh_copy, r"\b[3-9]\d steps", tmp_path / "said.txt")
    assert re.search(r"^link +no sample missing", out, re.MULTILINE)
    assert re.search(r"^left leg: right hip drops +\d+ +\S+", out, re.MULTILINE)
    assert "not a diagnosis" in out
    (installed,) = (fresh_copy / ".venv").glob("lib/python*/site-packages/hipdrop")
    shims = {f"virtual/shims/{name}" for name in package_files(repository / "firmware" / "virtual")}
    assert package_files(installed) == package_files(repository / "host" / "hipdrop") | shims  # data files among them
    for name in ("hipwire", "hipclip"):
        assert package_files(installed.parent / name) == package_files(repository / "firmware" / name)


def package_files(package: Path) -> set[str]:
    """Give what belongs to a package, relative to it."""
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(package)) for path in files}


def test_one_line_installs_and_runs_the_tests(fresh_copy: Path) -> None:
    assert LINES[1].endswith("pytest")
    out = run_line(LINES[1], fresh_copy, PYTEST_ADDOPTS="--collect-only -q")
    assert "tests/test_readme.py::test_one_line_installs_and_runs_the_tests" in out
