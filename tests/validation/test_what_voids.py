"""How long a gap spoils the drop, and how far a bend shifts the legs: the figures behind what is void."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from hipdrop.events import Event, Flag, Gap, Side, Site, Step
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from random_runs import RUNNERS, play, truth_of
from scoring import is_right, score

BIN_S = 0.4  # about a step


def errors(run: SimulatedRun, events: list[Event]) -> list[tuple[Step, float]]:
    """Steps of right side with the error of their drop."""
    truth = truth_of(run)
    return [
        (step, step.drop_deg - truth.drop_deg[true])
        for true, step in score(events, truth).pairs
        if is_right(step, truth.is_left[true]) and np.isfinite(step.drop_deg - truth.drop_deg[true])
    ]


def after_gaps(rate_hz: float, runs: int) -> dict[int, np.ndarray]:
    """Errors of drop by time since the last gap, in bins of 0.4 s; -1: a gap touches the stride; 20: 8 s and more."""
    trusting = Settings().replace({"drop": {"gap_void_s": 1e-9}})
    found = defaultdict(list)
    for seed in range(300, 300 + runs):
        config = RunnerConfig(
            runner=RUNNERS[seed % 2], minutes=4.0, seed=seed, rate_hz=rate_hz, mount="random", drop_frames=0.01,
            site=list(Site)[seed % 3],
        )  # fmt: skip
        run = simulate(config)
        _, events = play(run, rate_hz, trusting, mount=run.pelvis_from_sensor)
        ends = np.array([e.t_s + e.duration_s for e in events if isinstance(e, Gap)])
        for step, error in errors(run, events):
            earlier = ends[ends <= step.t_s]
            since_s = step.t_s - earlier[-1] if len(earlier) else np.inf
            found[-1 if Flag.GAP in step.flags else int(min(since_s / BIN_S, 20))].append(error)
    return {key: np.array(values) for key, values in sorted(found.items())}


def table(name: str, found: dict[int, np.ndarray]) -> None:
    row = " ".join(
        f"{'touched' if key < 0 else f'{key * BIN_S:.1f}+ s'}: {v.std():.2f} ({len(v)})" for key, v in found.items()
    )
    print(f"\n{name}, SD of the drop's error (steps) by time since the gap: {row}")


@pytest.mark.validation
def test_steps_after_a_bridged_gap_are_as_good_as_any() -> None:
    found = after_gaps(208.0, 12)  # a lost frame is 91 ms
    table("91 ms, bridged", found)
    soon = np.concatenate([found[key] for key in (1, 2, 3, 4)])
    assert soon.std() < 1.25 * found[20].std()
    assert found[-1].std() > 2.0 * found[20].std()  # the ones that it touches are void with reason


@pytest.mark.validation
def test_a_longer_gap_spoils_less_than_the_time_that_is_void() -> None:
    found = after_gaps(100.0, 12)  # a lost frame is 190 ms
    table("190 ms, not bridged", found)
    late = round(Settings().drop.gap_void_s / BIN_S)
    assert np.concatenate([found[key] for key in (1, 2)]).std() > 1.5 * found[20].std()
    assert np.concatenate([found[key] for key in (late, late + 1)]).std() < 1.5 * found[20].std()


@pytest.mark.validation
def test_bends_below_the_gate_hardly_shift_the_legs(reference_data: Path) -> None:
    config = RunnerConfig(
        runner="rbds001_3.5ms", minutes=45.0, seed=7, mount="random",
        schedule=reference_data / "schedules" / "outdoor_run.csv",
    )  # fmt: skip
    run = simulate(config)
    _, events = play(run, config.rate_hz)
    rows = [
        (s.yaw_dps, e if s.side is Side.LEFT else -e) for s, e in errors(run, events) if set(s.flags) <= {Flag.TURN}
    ]
    yaw_dps, shift = np.array(rows).T
    for low, high in ((0, 3), (3, 6), (6, 9), (9, 12), (12, 16), (16, 30), (30, 100)):
        inside = (np.abs(yaw_dps) >= low) & (np.abs(yaw_dps) < high)
        mean = float(np.mean(shift[inside] * np.sign(yaw_dps[inside])))
        print(
            f"\n| {low} to {high} deg/s | {inside.mean():.1%} of the steps | left against right {mean:+.2f} deg |",
            end="",
        )
        if high <= Settings().drop.turn_limit_dps:
            assert abs(mean) < 0.1
