"""Two hundred random simulated runs (a dozen in ordinary testing): steps, sides, drop."""

from __future__ import annotations

import numpy as np
import pytest

from hipdrop.events import Side, Site
from hipdrop.simulate import RunnerConfig, simulate
from random_runs import RUNNERS, Outcome, judge, play, run_and_judge, side_means, with_template

DEVELOPED_ON = 1000  # seeds below this were looked at while the chain was made; the tests draw others


def report(outcomes: list[Outcome]) -> None:
    true, clear_drop = sum(o.true for o in outcomes), [o for o in outcomes if o.drop_deg > 1.5]
    heading = np.array([o.heading_deg for o in outcomes])
    print(
        f"\nruns {len(outcomes)}, steps that no gap touches {true}: missed {sum(o.missed for o in outcomes)}, "
        f"extra {sum(o.extra for o in outcomes)}"
        f"\ncalled sure {sum(o.sure for o in outcomes)}, of them wrong {sum(o.wrong_and_sure for o in outcomes)}; "
        f"unsure where both drops are over 1.5 deg: {sum(o.unsure for o in clear_drop)} in {len(clear_drop)} runs; "
        f"runs with no sure step: {sum(o.sure == 0 for o in outcomes)}"
        f"\nright axis off by {np.sqrt(np.mean(heading**2)):.1f} deg rms"
    )
    report_drop("all", outcomes)
    report_drop("both drops over 1.5 deg", clear_drop)
    report_drop("both drops over 1.5 deg, wobble up to 1 deg", [o for o in clear_drop if o.config.wobble_deg <= 1.0])


def report_drop(name: str, outcomes: list[Outcome]) -> None:
    """One row: bias over the runs, how many runs are within the limits, spread of a step's error."""
    both, left, right = (side_means(outcomes, side) for side in (Side.BOTH, Side.LEFT, Side.RIGHT))
    spread = [o.result.sd_deg(s) for o in outcomes for s in (Side.LEFT, Side.RIGHT) if len(o.result.drop_error_deg[s])]
    worst = np.maximum(np.abs(left), np.abs(right))
    print(
        f"| {name} | {len(both)} | {both.mean():+.2f} ± {both.std():.2f} | {np.mean(np.abs(both) < 0.15):.0%} "
        f"| {left.mean():+.2f} ± {left.std():.2f} | {right.mean():+.2f} ± {right.std():.2f} "
        f"| {np.mean(worst < 0.6):.0%} | {worst.max():.2f} | {np.median(spread):.2f}, {np.quantile(spread, 0.95):.2f} |"
    )


def check(outcomes: list[Outcome]) -> None:
    true = sum(o.true for o in outcomes)
    assert sum(o.missed for o in outcomes) <= 0.001 * true
    assert sum(o.extra for o in outcomes) <= 0.001 * true
    assert sum(o.wrong_and_sure for o in outcomes) <= 0.01 * sum(o.sure for o in outcomes)
    for outcome in outcomes:
        if outcome.drop_deg > 1.5:
            assert (outcome.unsure, outcome.wrong_and_sure) == (0, 0), outcome.config
    both = side_means(outcomes, Side.BOTH)
    assert abs(both.mean()) < 0.15
    assert np.mean(np.abs(both) < 0.3) > 0.9
    assert abs(side_means(outcomes, Side.LEFT).mean()) < 0.2
    assert abs(side_means(outcomes, Side.RIGHT).mean()) < 0.2


def test_a_dozen_random_runs() -> None:
    outcomes = [run_and_judge(seed) for seed in range(DEVELOPED_ON, DEVELOPED_ON + 12)]
    report(outcomes)
    check(outcomes)


@pytest.mark.validation
def test_two_hundred_random_runs() -> None:
    outcomes = [run_and_judge(seed) for seed in range(DEVELOPED_ON, DEVELOPED_ON + 200)]
    report(outcomes)
    check(outcomes)


def settle_with_template(seeds: range) -> None:
    outcomes = [with_template(seed) for seed in seeds]
    steps = sum(len(o.result.pairs) for o in outcomes)
    right = sum(o.sure - o.wrong_and_sure for o in outcomes)
    print(f"\nwith a template: {len(outcomes)} runs, {steps} steps, sure and right {right / steps:.2%}")
    assert right >= 0.99 * steps


def test_a_template_settles_the_sides_at_any_drop() -> None:
    settle_with_template(range(DEVELOPED_ON, DEVELOPED_ON + 4))


@pytest.mark.validation
def test_a_template_settles_the_sides_in_many_runs() -> None:
    settle_with_template(range(DEVELOPED_ON, DEVELOPED_ON + 100))


@pytest.mark.parametrize("site", list(Site))
@pytest.mark.parametrize("speed_ms", [1.8, 2.5, 3.5, 4.5])
def test_every_step_is_found_from_grounded_to_fast_running_at_any_site(speed_ms: float, site: Site) -> None:
    config = RunnerConfig(
        runner=RUNNERS[0], speed_ms=speed_ms, minutes=1.5, seed=DEVELOPED_ON, site=site, mount="random", wobble_deg=0.5
    )
    run = simulate(config)
    _, events = play(run, config.rate_hz)
    outcome = judge(DEVELOPED_ON, config, run, events)
    print(
        f"\n| {speed_ms} | {site} | {outcome.true} / {outcome.missed} / {outcome.extra} | {outcome.result.sd_ms:.1f} "
        f"| {outcome.sure} | {outcome.wrong_and_sure} |",
        end="",
    )
    assert outcome.missed <= 1  # the very first contact of slow running
    assert outcome.extra == 0
    assert outcome.wrong_and_sure == 0
    if speed_ms >= 2.5:
        assert (outcome.missed, outcome.unsure) == (0, 0)
