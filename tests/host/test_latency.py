"""From contact to step event in the time of the samples, which no clock and no load of the machine moves."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hipdrop.events import Contact, Site, Step
from hipdrop.pipeline import Pipeline
from hipdrop.settings import ContactSettings, Settings
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from synthetic import RATE_HZ, simulated, smoothing

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "latency.py"
RADIO_MS = 12.0  # FIFO poll, radio and transport of the virtual clip
SETTINGS = ContactSettings()


@cache
def benchmark() -> dict[str, Any]:
    return runpy.run_path(str(BENCHMARK))


def latency_ms(run: SimulatedRun, length: int) -> np.ndarray:
    measure: Callable[..., Any] = benchmark()["latency"]
    found = measure(run.blocks, run.config.rate_hz, run.contacts.contact_s, length)
    assert found.kept_back < 30
    return np.asarray(found.live_ms)


@cache
def the_sample_run() -> SimulatedRun:
    config: RunnerConfig = benchmark()["SAMPLE_RUN"]
    return simulate(config)


def test_the_benchmark_knows_the_sample_run(repository: Path) -> None:
    text = (repository / "docs" / "simulate.md").read_text("utf-8")
    config = the_sample_run().config
    for said in (
        f"--runner {config.runner} --speed {config.speed_ms} --minutes {config.minutes:g} --stand {config.stand_s:g}",
        f"--wander {config.wander_deg} --wobble {config.wobble_deg} --mount {config.mount}",
        f"--gyro-bias {','.join(map(str, config.gyro_bias_dps))}",
        f"--acc-offset {','.join(f'{x:g}' for x in config.acc_offset_mg)} --seed {config.seed} ",
    ):
        assert said in text


@pytest.mark.parametrize("rate_hz", [50.0, 104.0, 208.0, 416.0])
def test_a_step_leaves_with_the_sample_that_shows_the_next_contact(rate_hz: float) -> None:
    """Closed form: the lag of the crossing and the kernel's reach ahead, rounded up to the next sample."""
    run = simulated(minutes=0.5, rate_hz=rate_hz, seed=5)
    pipeline, seen = Pipeline(rate_hz, mount=run.pelvis_from_sensor), 0
    expected_s = SETTINGS.lag_s + smoothing(rate_hz)[1] / rate_hz
    for piece in run.blocks[0].cut(1):
        events = pipeline.push(piece)
        newest = [event for event in events if isinstance(event, Contact)][-1:]
        if newest and newest[0].number > 3:
            late_s = float(piece.t_s[0]) - newest[0].t_s
            assert expected_s - 1e-6 <= late_s < expected_s + 1.0 / rate_hz + 1e-6
            seen += 1
    assert seen > 40


def test_once_the_sides_are_known_no_step_is_kept_back() -> None:
    """The step before leaves in the very push that gives the contact."""
    run = simulated(minutes=1.0, mount="random", seed=6)
    pipeline, pairs = Pipeline(RATE_HZ), []
    for piece in run.blocks[0].cut(1):
        events = pipeline.push(piece)
        contacts = [event.number for event in events if isinstance(event, Contact)]
        pairs.append((contacts, [event.number for event in events if isinstance(event, Step)]))
    after_release = [pair for pair in pairs if pair[0]][30:]
    assert len(after_release) > 80
    assert all(steps == [contacts[0] - 1] for contacts, steps in after_release)


@pytest.mark.parametrize(
    ("kind", "median_ms"),
    [
        ({"speed_ms": 2.0}, 75.0),
        ({"speed_ms": 2.5}, 68.0),
        ({"speed_ms": 3.0}, 60.0),
        ({"speed_ms": 3.5}, 60.0),
        ({"speed_ms": 4.5}, 60.0),
        ({"speed_ms": 3.0, "site": Site.LEFT_HIP}, 62.0),
        ({"speed_ms": 3.0, "site": Site.RIGHT_HIP}, 62.0),
    ],
    ids=str,
)
def test_sample_by_sample(kind: dict[str, object], median_ms: float) -> None:
    """Slow runners land more softly: they reach body weight, the crossing of 0 g, later after the contact."""
    found = latency_ms(simulated(minutes=1.0, mount="random", wobble_deg=0.5, seed=12, **kind), 1)
    assert len(found) > 100
    assert np.median(found) < median_ms
    assert np.percentile(found, 99.0) < median_ms + 15.0


def test_in_frames_of_the_clip_the_sample_run_keeps_within_what_is_asked_for() -> None:
    """True next contact to step event, radio and transport counted in: median under 120 ms, 99 % under 200 ms."""
    found = latency_ms(the_sample_run(), 19) + RADIO_MS
    assert len(found) > 1500
    assert np.median(found) < 120.0
    assert np.percentile(found, 99.0) < 200.0


def test_what_waits_longer_comes_later() -> None:
    """With all of the Hann kernel ahead the same steps leave the rest of its half length later."""
    run = simulated(minutes=0.6, seed=5)
    whole = Settings().replace({"contacts": {"ahead_s": SETTINGS.smooth_half_s}})
    late = {}
    for settings in (Settings(), whole):
        pipeline = Pipeline(RATE_HZ, settings, mount=run.pelvis_from_sensor)
        times = [
            float(piece.t_s[0]) for piece in run.blocks[0].cut(1)
            for event in pipeline.push(piece) if isinstance(event, Contact) and event.number > 3
        ]  # fmt: skip
        late[settings] = np.array(times)
    more = smoothing(live=False)[1] - smoothing()[1]
    assert len(late[whole]) == len(late[Settings()]) > 50
    np.testing.assert_allclose((late[whole] - late[Settings()]) * RATE_HZ, more, atol=2.01)
