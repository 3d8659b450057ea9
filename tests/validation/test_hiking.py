"""Sides where the roll cue turns over: obliquity lowered inside the stance alone, until its swing is reversed.

The simulator's own hiking lowers obliquity over the whole stride, which leaves the third harmonic as it is.
"""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from hipdrop.events import Site
from hipdrop.simulate import RunnerConfig, coefficients, simulate
from random_runs import RUNNERS, judge, play

OBLIQUITY = 1  # channel of the coefficients


def with_bump(trial: dict[str, Any], amplitude_deg: float) -> dict[str, Any]:
    """A runner's coefficients with 64 x³ (1 - x)³ added inside each stance, mirrored for the right leg."""
    trial = copy.deepcopy(trial)
    phase = np.arange(4096) / 4096.0

    def stance(contact: float) -> np.ndarray:
        x = ((phase - contact) % 1.0) / trial["contact_fraction"]
        return np.where(x < 1.0, 64.0 * x**3 * (1.0 - x) ** 3, 0.0)

    added = np.fft.fft(amplitude_deg * (stance(0.0) - stance(trial["right_contact_fraction"]))) / len(phase)
    for n in range(11):
        trial["re"][n][OBLIQUITY] += float(added[n].real) * (2.0 if n else 1.0)
        trial["im"][n][OBLIQUITY] += float(added[n].imag) * (2.0 if n else 0.0)
    return trial


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("amplitude_deg", [-9.0, -6.0, -4.0, -2.0])
def test_a_reversed_roll_is_never_called_sure_of_the_wrong_side(
    monkeypatch: pytest.MonkeyPatch, runner: str, amplitude_deg: float
) -> None:
    trials = json.loads(files("hipdrop.data").joinpath("public_runners.json").read_text("utf-8"))["runners"]
    changed = {name: with_bump(trial, amplitude_deg) for name, trial in trials.items()}
    monkeypatch.setattr(coefficients, "_file", lambda: changed)
    for site in Site:
        config = RunnerConfig(runner=runner, minutes=1.0, seed=1000, site=site, mount="random", wobble_deg=0.4)
        run = simulate(config)
        _, events = play(run, config.rate_hz)
        outcome = judge(1000, config, run, events)
        print(f"\n| {runner} | {amplitude_deg} | {site} | {outcome.sure} | {outcome.wrong_and_sure} |", end="")
        assert len(outcome.result.pairs) > 100
        assert outcome.wrong_and_sure == 0
        if amplitude_deg <= -6.0:
            assert outcome.sure == 0  # roll says one leg, yaw and sideways the other
        if amplitude_deg >= -2.0:
            assert outcome.unsure == 0
