"""The clip's detection against the host's on the very same tilt samples: steps, sides, drop."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from clip_detection import TiltRun, of_feed, of_simulation, on_the_clip, on_the_host
from hipdrop.errors import UsageError
from hipdrop.events import Side, Step
from hipdrop.simulate import Bout, RunnerConfig, Sag, SimulatedRun, simulate
from hipdrop.virtual.imu.feed import Feed
from random_runs import random_config

SEED = 3000
NEAR_S = 0.05  # a seventh of a step
EMPTY = np.zeros(0)


@dataclass(frozen=True)
class Compared:
    """Steps of the host, those that the clip has not, those that it has beside; of both: side, drop, flags."""

    host: int
    missed: int
    extra: int
    other_side: int
    other_flags: int
    other_sure: int
    difference_deg: np.ndarray = field(default_factory=lambda: EMPTY)
    cost_us: float = 0.0

    @property
    def agree(self) -> float:
        """Share of the steps that both have, with the same side."""
        return 1.0 - (self.missed + self.extra + self.other_side) / max(1, self.host)


def compare(micropython: Callable[..., str], folder: Path, run: TiltRun) -> Compared:
    """Both on one run; every step counts, whatever its flags."""
    host = [event for event in on_the_host(run) if isinstance(event, Step)]
    told = on_the_clip(micropython, folder, run)
    clip_s = np.array([step.t_s for step in told.steps])
    pairs, used = [], set()
    for step in host:
        at = int(np.abs(clip_s - step.t_s).argmin()) if len(clip_s) else -1
        if at >= 0 and at not in used and abs(clip_s[at] - step.t_s) < NEAR_S:
            used.add(at)
            pairs.append((step, told.steps[at]))
    same = [(one, other) for one, other in pairs if one.side is other.side]
    return Compared(
        len(host), len(host) - len(pairs), len(told.steps) - len(pairs), len(pairs) - len(same),
        sum(one.flags != other.flags for one, other in pairs), sum(one.side_sure != other.sure for one, other in pairs),
        np.array([other.drop_deg - one.drop_deg for one, other in same if not np.isnan(one.drop_deg)]), told.cost_us,
    )  # fmt: skip


def drawn(seed: int, minutes: float, attempt: int = 0) -> RunnerConfig:
    """A random run as of `random_runs`, at the clip's own rate, with a sag, and breaks of walking and standing."""
    draw = np.random.default_rng((seed, attempt, 8))
    sag = Sag(Side(str(draw.choice(["left", "right", "both"]))), float(draw.uniform(0.5, 3.0)), 0.4 * minutes, 0.2)
    walks = draw.random() < 0.5
    return replace(
        random_config(seed, minutes, attempt),
        rate_hz=208.0,
        rate_error=float(np.clip(draw.normal(0.0, 0.02), -0.05, 0.05)),
        sags=(sag,) if draw.random() < 0.5 else (),
        walk=(Bout(0.5 * minutes, 0.2),) if walks else (),
        stops=(Bout(0.75 * minutes, float(draw.choice([0.02, 0.1]))),) if draw.random() < 0.5 else (),
        drop_frames=0.01 if draw.random() < 0.3 else 0.0,
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


def check(found: list[Compared]) -> None:
    host = sum(one.host for one in found)
    missed, extra, side = (sum(getattr(one, name) for one in found) for name in ("missed", "extra", "other_side"))
    difference = np.concatenate([one.difference_deg for one in found])
    print(
        f"\n{len(found)} runs, {host} steps of the host: the clip misses {missed}, has {extra} more, the other side "
        f"{side}; agree {1 - (missed + extra + side) / host:.3%}, worst run {min(one.agree for one in found):.2%}; "
        f"other flags {sum(one.other_flags for one in found)}, other sureness {sum(one.other_sure for one in found)}; "
        f"drop {difference.mean():+.4f} ± {difference.std():.4f} deg, at most {np.abs(difference).max():.2f}; "
        f"{np.mean([one.cost_us for one in found]):.1f} us a sample"
    )
    assert missed + extra + side <= 0.005 * host
    assert difference.std() < 0.3
    assert abs(difference.mean()) < 0.02


def test_three_simulated_runs(micropython: Callable[..., str], tmp_path: Path) -> None:
    check([compare(micropython, tmp_path, of_simulation(drawn_run(seed, 1.0))) for seed in range(SEED, SEED + 3)])


def recorded(folder: Path) -> TiltRun:
    """Tilt samples of a reference recording on its true mount."""
    mount = np.array(json.loads((folder / "truth.json").read_text())["R_sensor_from_pelvis"]).reshape(3, 3).T
    name = "imu.csv" if (folder / "imu.csv").exists() else "imu.csv.gz"
    return of_feed(Feed.from_file(folder / name), mount)


def test_the_short_recordings(micropython: Callable[..., str], reference_data: Path, tmp_path: Path) -> None:
    names = ("rbds001_2.5ms", "rbds001_3.5ms", "jdx_s999")
    found = [compare(micropython, tmp_path, recorded(reference_data / "running" / name)) for name in names]
    check(found)
    assert all(one.agree == 1.0 for one in found)


def resampled(path: Path, mount: list[list[float]]) -> TiltRun:
    """Tilt samples of a recording of another rate, as a clip would have taken it."""
    feed = Feed.from_file(path)
    given_s = np.arange(len(feed.acc_g)) / feed.rate_hz
    t_s = np.arange(0.0, given_s[-1], 1.0 / 208.0)
    acc, gyr = (np.column_stack([np.interp(t_s, given_s, c) for c in both.T]) for both in (feed.acc_g, feed.gyr_dps))
    return of_feed(Feed(208.0, acc, gyr), np.array(mount))


UP_X, UP_Y = [[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[0, 0, -1], [0, 1, 0], [1, 0, 0]]  # as data/README.md has them
WALKS = {"mobgap_ha001/straight": UP_X, "mobgap_ha001/daily": UP_X, "tripod_sacrum": UP_Y}


def walking_is_no_running(
    micropython: Callable[..., str], folder: Path, reference_data: Path, names: list[str]
) -> None:
    for name in names:
        run = resampled(reference_data / "walking" / name / "imu.csv", WALKS[name])
        assert on_the_clip(micropython, folder, run).lines == []


def test_a_walk_is_no_running(micropython: Callable[..., str], reference_data: Path, tmp_path: Path) -> None:
    walking_is_no_running(micropython, tmp_path, reference_data, ["mobgap_ha001/straight"])


@pytest.mark.validation
def test_walking_is_no_running(micropython: Callable[..., str], reference_data: Path, tmp_path: Path) -> None:
    walking_is_no_running(micropython, tmp_path, reference_data, list(WALKS))


@pytest.mark.validation
def test_the_long_run_with_a_sag(micropython: Callable[..., str], reference_data: Path, tmp_path: Path) -> None:
    check([compare(micropython, tmp_path, recorded(reference_data / "running/long_run_sag"))])


@pytest.mark.validation
def test_fifty_simulated_runs(micropython: Callable[..., str], tmp_path: Path) -> None:
    check([compare(micropython, tmp_path, of_simulation(drawn_run(seed, 4.0))) for seed in range(SEED, SEED + 50)])
