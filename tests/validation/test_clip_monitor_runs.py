"""The clip alone against the host, from the very same tilt samples to the alerts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from clip_detection import TiltRun, of_feed, of_simulation, on_the_host
from clip_monitors import SIDES, alone
from hipdrop.errors import UsageError
from hipdrop.events import AlertRaised, BaselineReady, Side
from hipdrop.settings import Settings
from hipdrop.simulate import Bout, RunnerConfig, Sag, SimulatedRun, simulate
from hipdrop.virtual.imu.feed import Feed
from hipwire import ids
from random_runs import random_config

SEED = 3100
APART_S = 30.0  # issue: raises within that of each other
SHORT = Settings().replace(
    {"monitor": {"baseline_from_min": 1.0, "baseline_until_min": 5.0, "cusum_limit_deg_steps": 300.0}}
)  # a run of 14 min has time for a sag, and for the sum of a small one


class Alerts(NamedTuple):
    """Raises of one run, (s, side) each, of host and clip; how far their baselines lie apart."""

    seed: int
    end_s: float
    host: list[tuple[float, Side]]
    clip: list[tuple[float, Side]]
    baseline_off_deg: float

    def partners(self) -> list[tuple[float, float]]:
        """Times of those that both have: the same side, within `APART_S`."""
        left = list(self.clip)
        found = []
        for at_s, side in self.host:
            near = [other for other in left if other[1] is side and abs(other[0] - at_s) <= APART_S]
            if near:
                left.remove(near[0])
                found.append((at_s, near[0][0]))
        return found

    @property
    def sure(self) -> list[tuple[float, Side]]:
        """Those of the host that the clip has time for."""
        return [one for one in self.host if one[0] < self.end_s - APART_S]


def compare(micropython: Callable[..., str], folder: Path, run: TiltRun, settings: Settings, seed: int = 0) -> Alerts:
    host, clip = on_the_host(run, settings=settings), alone(micropython, folder, run, settings)
    names = {code: side for side, code in SIDES.items()}
    first, values = run.stretches[-1]
    off_deg = np.nan
    ready = [event for event in host if isinstance(event, BaselineReady)]
    learned = [event for event in clip if event["code"] == ids.EVENT_BASELINE]
    if ready and learned:
        off_deg = max(abs(ready[0].left_deg - learned[0]["a"] / 100), abs(ready[0].right_deg - learned[0]["b"] / 100))
    return Alerts(
        seed, (first + 2 * len(values)) / run.rate_hz,
        [(event.t_s, event.side) for event in host if isinstance(event, AlertRaised)],
        [(e["index"] / run.rate_hz, names[e["side"]]) for e in clip if e["code"] == ids.EVENT_RAISED], off_deg,
    )  # fmt: skip


def drawn(seed: int, minutes: float, attempt: int) -> RunnerConfig:
    """A random run as of `random_runs` at the clip's own rate, with a sag and what interrupts a run."""
    draw = np.random.default_rng((seed, attempt, 9))
    side = Side(str(draw.choice(["left", "right", "both"])))
    sag = Sag(side, float(draw.uniform(0.8, 3.5)), (0.4 + 0.2 * draw.random()) * minutes, float(draw.uniform(0.2, 3.0)))
    return replace(
        random_config(seed, minutes, attempt),
        rate_hz=208.0,
        rate_error=float(np.clip(draw.normal(0.0, 0.02), -0.05, 0.05)),
        sags=(sag,) if draw.random() < 0.8 else (),
        walk=(Bout(0.7 * minutes, 0.5),) if draw.random() < 0.4 else (),
        stops=(Bout(0.85 * minutes, 0.1),) if draw.random() < 0.4 else (),
        drop_frames=0.005 if draw.random() < 0.3 else 0.0,
        turns="oval" if draw.random() < 0.25 else 0.0,
    )


def drawn_run(seed: int, minutes: float) -> SimulatedRun:
    """Draw and simulate; anew where a drop is out of the runner's reach."""
    for attempt in range(50):
        try:
            return simulate(drawn(seed, minutes, attempt))
        except UsageError:
            continue
    raise AssertionError(f"no run for seed {seed}")


def check(found: Sequence[Alerts]) -> None:
    """See to it that the clip has every raise of the host, in time, and no other."""
    pairs = [pair for one in found for pair in one.partners()]
    apart_s = np.array([clip_s - host_s for host_s, clip_s in pairs])
    host, clip = sum(len(one.host) for one in found), sum(len(one.clip) for one in found)
    print(
        f"\n{len(found)} runs: {host} raises of the host, {clip} of the clip, {len(pairs)} within {APART_S:g} s of "
        f"each other, {np.abs(apart_s).max(initial=0.0):.2f} s at most; baselines off by "
        f"{np.nanmax([one.baseline_off_deg for one in found]):.4f} deg at most"
    )
    for one in found:
        partners = one.partners()
        assert len(partners) == len(one.clip), one  # none that the host does not have
        assert {host_s for host_s, _ in partners} >= {at_s for at_s, _ in one.sure}, one


def short_runs(micropython: Callable[..., str], folder: Path, seeds: range) -> list[Alerts]:
    return [compare(micropython, folder, of_simulation(drawn_run(seed, 14.0)), SHORT, seed) for seed in seeds]


def test_a_simulated_run(micropython: Callable[..., str], tmp_path: Path) -> None:
    """The short cut for CI: a plain run with a sudden sag of one leg."""
    hasty = Settings().replace(
        {"monitor": {"baseline_from_min": 0.3, "baseline_until_min": 1.6, "baseline_min_steps": 60}}
    )
    run = simulate(
        RunnerConfig(minutes=4.0, seed=SEED, rate_hz=208.0, mount="random", sags=(Sag(Side.LEFT, 3.5, 1.8, 0.1),))
    )
    found = compare(micropython, tmp_path, of_simulation(run), hasty)
    check([found])
    assert [side for _, side in found.clip] == [Side.LEFT]


@pytest.mark.validation
def test_fifty_simulated_runs(micropython: Callable[..., str], tmp_path: Path) -> None:
    found = short_runs(micropython, tmp_path, range(SEED, SEED + 50))
    check(found)
    assert sum(len(one.clip) for one in found) >= 20


@pytest.mark.validation
def test_the_long_run_with_a_sag(micropython: Callable[..., str], reference_data: Path, tmp_path: Path) -> None:
    folder = reference_data / "running" / "long_run_sag"
    mount = np.array(json.loads((folder / "truth.json").read_text())["R_sensor_from_pelvis"]).reshape(3, 3).T
    name = "imu.csv" if (folder / "imu.csv").exists() else "imu.csv.gz"
    found = compare(micropython, tmp_path, of_feed(Feed.from_file(folder / name), mount), Settings())
    check([found])
    assert len(found.clip) >= 1
