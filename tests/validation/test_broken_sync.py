"""A sync broken off 100 times at random ends with the same file (issue: the clip alone)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clip_with_runs import BrokenSync
from filed_runs import FiledRun, tilt_values

pytestmark = [pytest.mark.validation, pytest.mark.usefixtures("micropython_command")]
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')


@pytest.mark.parametrize("seed", range(3))
def test_a_sync_broken_off_100_times_ends_with_the_same_file(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    run = FiledRun(np.tile(tilt_values(75.0), (5, 1)), clock_s=1_795_000_000.0, set_s=1_794_990_000)
    broken = BrokenSync(run.file(), tmp_path, seed)
    assert broken.off(100) == run.file()
    assert broken.breaks == 100
