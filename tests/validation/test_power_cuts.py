"""A thousand power cuts at random points of fifty runs: never a run unreadable, never more than 10 s lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from power_cuts import MOST_LOST_S, check_lives, cut_off

RUNS, CUTS_EACH, LONGEST_S = 50, 20, 120


@pytest.mark.validation
def test_a_thousand_power_cuts(micropython_command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    losses = []
    whole = 0
    for seed in range(RUNS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        lives = cut_off(micropython_command, seed, CUTS_EACH, LONGEST_S, folder)
        losses += check_lives(lives, folder)
        whole += len(lives)
        for file in folder.glob("*.*"):
            file.unlink()
    tilt_s = max(left.tilt_s for left in losses)
    raw_s = max(left.raw_s for left in losses)
    events_s = max(left.events_s for left in losses)
    with capsys.disabled():
        print(f"\n{len(losses)} cuts, {whole} lives: at most {tilt_s:.2f} s of tilt, {raw_s:.2f} s of raw, "
              f"{events_s:.2f} s of events lost")  # fmt: skip
    assert len(losses) == RUNS * CUTS_EACH
    assert max(tilt_s, raw_s, events_s) < MOST_LOST_S
