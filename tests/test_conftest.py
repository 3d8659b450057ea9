"""A missing reference recording skips with its reason, and fails where CI is set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("ci", "code", "word"), [("", 0, "1 skipped"), ("true", 1, "1 error")])
def test_without_the_reference_recordings(repository: Path, tmp_path: Path, ci: str, code: int, word: str) -> None:
    env = {**os.environ, "HIPDROP_DATA": str(tmp_path), "CI": ci}
    test = "tests/host/test_imucsv.py::test_real_slow_files"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    done = subprocess.run(command, cwd=repository, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
    assert word in done.stdout
    assert f"no reference recordings at {tmp_path}; set HIPDROP_DATA to their folder" in done.stdout
