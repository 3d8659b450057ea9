"""An hour in which the link is lost a hundred times, beside a window that stalls, at last for good.

The process lives, stays small, and loses count of nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chaotic_runs import KINDS, Outcome, check_counters

pytestmark = [pytest.mark.validation, pytest.mark.usefixtures("micropython_command")]
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')

MINUTES = 60
GROWN_MB = 5.0  # within the 50 minutes behind a warm-up of 10: caches, and buffers that have reached their sizes


def run_apart(repository: Path, folder: Path, seed: int, *options: str) -> Outcome:
    """Run in a process of its own, whose memory is its own; it fails where the process dies."""
    command = [sys.executable, str(repository / "tests" / "chaotic_runs.py"), "--minutes", str(MINUTES)]
    command += ["--seed", str(seed), "--out", str(folder), "--window", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)
    assert {name for _, name, _ in values.pop("plan")["happens"]} == set(KINDS)
    return Outcome(**values)


@pytest.mark.usefixtures("on_screen", "toolkits")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_hour_of_chaos(repository: Path, tmp_path: Path, seed: int) -> None:
    """RSS is that of the whole process, the virtual clip's radio and the events of the run included."""
    outcome = run_apart(repository, tmp_path, seed)
    check_counters(outcome)
    assert outcome.same_again
    assert outcome.link["reconnects"] > 60
    assert outcome.steps > 5000
    assert outcome.rss_mb[-1] - outcome.rss_mb[0] < GROWN_MB
    assert outcome.window_stalls > 10
    assert outcome.window_alive
    assert [said.partition(",")[0] for said in outcome.window_said] == ["the window has not answered for 2 s"]


@pytest.mark.usefixtures("on_screen", "toolkits")
def test_what_python_holds_of_hipdrop_grows_little(repository: Path, tmp_path: Path) -> None:
    outcome = run_apart(repository, tmp_path, 4, "--trace")
    assert outcome.traced_mb[-1] - outcome.traced_mb[0] < GROWN_MB
