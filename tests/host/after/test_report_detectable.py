"""The smallest detectable change: closed forms, simulation, and what no figure can be given for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from reported import analysed
from scipy.signal import lfilter

from hipdrop.after.report.detectable import (
    BETWEEN_DAYS_DEG,
    Change,
    between_runs,
    drop_changes,
    other_changes,
    standard_error,
    wander_error,
)
from hipdrop.events import Side
from hipdrop.monitor import StoredBaseline
from hipdrop.profile import Profile


def test_the_standard_error_is_that_of_a_median_of_independent_steps() -> None:
    rng = np.random.default_rng(1)
    medians = [np.median(rng.normal(3.0, 0.6, 400)) for _ in range(2000)]
    told = np.mean([standard_error(rng.normal(3.0, 0.6, 400)) for _ in range(100)])
    assert told == pytest.approx(np.std(medians), rel=0.07)
    assert told == pytest.approx(math.sqrt(math.pi / 2) * 0.6 / 20.0, rel=0.05)


def test_steps_that_are_alike_say_less() -> None:
    rng = np.random.default_rng(2)
    r = 0.6
    steps = [lfilter([math.sqrt(1 - r * r)], [1.0, -r], rng.standard_normal(500))[100:] for _ in range(1000)]
    told = np.mean([standard_error(one) for one in steps[:100]])
    assert told == pytest.approx(np.std([np.median(one) for one in steps]), rel=0.12)


@pytest.mark.parametrize("values", [[], [1.0] * 6, [math.nan] * 50])
def test_too_few_steps_have_no_error(values: list[float]) -> None:
    assert math.isnan(standard_error(np.array(values)))


def test_the_wander_of_two_parts_is_that_of_simulated_levels() -> None:
    """Levels with five minutes' memory, the means of the first and the last five of sixteen minutes."""
    rng = np.random.default_rng(3)
    keep = math.exp(-1.0 / 300.0)
    noise = rng.standard_normal((3000, 960 + 3000))
    levels = lfilter([0.4 * math.sqrt(1 - keep**2)], [1.0, -keep], noise, axis=1)[:, 3000:]
    apart = levels[:, 660:].mean(axis=1) - levels[:, :300].mean(axis=1)
    assert wander_error(0.4, 300.0, 300.0, 660.0) == pytest.approx(apart.std(), rel=0.04)


def test_the_mean_of_five_minutes_is_as_unsure_as_the_monitor_s_page_says() -> None:
    """0.34 deg each; far apart their difference has sqrt(2) of it."""
    assert wander_error(0.4, 300.0, 300.0, 1e6) == pytest.approx(0.343 * math.sqrt(2.0), abs=1e-3)
    assert wander_error(0.4, 300.0, 300.0, 300.0) < wander_error(0.4, 300.0, 300.0, 3000.0)
    assert wander_error(0.0, 300.0, 300.0, 900.0) == 0.0


def test_a_sag_stands_out_and_a_leg_that_kept_its_level_does_not() -> None:
    changes = drop_changes(analysed("full"))
    assert changes[Side.LEFT].stands_out
    assert 0.5 < changes[Side.LEFT].detectable < 1.2
    assert changes[Side.RIGHT].known
    assert not any(change.stands_out for change in drop_changes(analysed("short")).values())


def test_without_steps_nothing_is_known() -> None:
    assert not any(change.known for change in drop_changes(analysed("still")).values())
    assert other_changes(analysed("still")) == []


def test_a_change_that_is_not_known_does_not_stand_out() -> None:
    change = Change("k", "n", "°", 1.0, 9.0, math.nan)
    assert not change.known
    assert not change.stands_out
    assert replace(change, detectable=7.9).stands_out
    assert not replace(change, detectable=8.1).stands_out


def test_between_runs_the_own_figure_goes_before_the_published_one() -> None:
    assert between_runs(None) == (BETWEEN_DAYS_DEG, False)
    default = StoredBaseline(3.0, 3.0, 0.6, 0.6, 300, 300)
    assert between_runs(Profile(default)) == (BETWEEN_DAYS_DEG, False)
    own, is_own = between_runs(Profile(replace(default, between_day_sd_deg=0.5)))
    assert is_own
    assert own == pytest.approx(1.96 * math.sqrt(2.0) * 0.5)
