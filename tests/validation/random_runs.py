"""Random simulated runs, and what the pipeline makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hipdrop.errors import UsageError
from hipdrop.events import Event, Gap, MountFound, Side, Site
from hipdrop.pipeline import Pipeline
from hipdrop.profile import Profile
from hipdrop.settings import Settings
from hipdrop.simulate import RunnerConfig, SimulatedRun, simulate
from scoring import Score, Truth, is_right, score

RUNNERS = ("rbds001_2.5ms", "rbds001_3.5ms")
GAP_MARGIN_S = 1.2  # the stride around a contact
STEPS_AFTER_MOUNT = 6
START_S = 0.3  # a recording that starts in mid-run may begin in a contact's flight or stance


def random_config(seed: int, minutes: float, attempt: int = 0) -> RunnerConfig:
    """Draw a run: mount, site, rate, speed, errors of the sensor, wobble, loss, start and drop at random."""
    draw = np.random.default_rng((seed, attempt))
    rate_hz = 50.0 if draw.random() < 0.1 else float(draw.choice([100, 104, 200, 208, 400, 416]))
    left_deg = float(draw.uniform(-3.0, 6.0))
    bias, offset = draw.normal(size=3), draw.normal(size=3)
    return RunnerConfig(
        runner=str(draw.choice(RUNNERS)),
        speed_ms=float(draw.uniform(2.0, 4.5)) if draw.random() < 0.5 else None,
        minutes=minutes,
        seed=seed,
        rate_hz=rate_hz,
        rate_error=float(draw.normal(0.0, 0.005)),
        stand_s=float(draw.choice([0.0, 8.0])),
        site=Site(str(draw.choice(["sacrum", "left-hip", "right-hip"]))),
        mount="random",
        drop_left_deg=left_deg,
        drop_right_deg=float(np.clip(left_deg + draw.normal(0.0, 0.7), -3.0, 6.0)),
        drop_frames=0.01,
        wobble_deg=float(min(2.0, draw.exponential(0.5))),
        wobble_hz=float(draw.uniform(10.0, 20.0)),
        wobble_zeta=float(draw.uniform(0.05, 0.2)),
        gyro_bias_dps=_vector(bias, draw.uniform(0.0, 3.0)),
        acc_offset_mg=_vector(offset, draw.uniform(0.0, 40.0)),
    )


def _vector(direction: np.ndarray, length: float) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in direction / np.linalg.norm(direction) * length)
    return x, y, z


def random_run(seed: int, minutes: float = 1.5) -> tuple[RunnerConfig, SimulatedRun]:
    """Draw and simulate; where a drop is out of the runner's reach at the drawn speed, draw the run anew."""
    for attempt in range(50):
        config = random_config(seed, minutes, attempt)
        try:
            return config, simulate(config)
        except UsageError:
            continue
    raise AssertionError(f"no run for seed {seed}")


def truth_of(run: SimulatedRun) -> Truth:
    """Running contacts of a simulated run."""
    running = run.contacts.running.astype(bool)
    return Truth(
        run.contacts.contact_s[running], run.contacts.is_left[running].astype(bool), run.contacts.drop_deg[running]
    )


def play(
    run: SimulatedRun, rate_hz: float, settings: Settings | None = None, block: int = 208, *,
    mount: np.ndarray | None = None, profile: Profile | None = None,
) -> tuple[Pipeline, list[Event]]:  # fmt: skip
    """Push a run as a link would deliver it."""
    pipeline = Pipeline(rate_hz, settings, mount=mount, profile=profile)
    events = [event for whole in run.blocks for piece in whole.cut(block) for event in pipeline.push(piece)]
    return pipeline, events + pipeline.close()


@dataclass(frozen=True)
class Outcome:
    """What came of one run; counts leave out what a gap touches, and the first 0.3 s of a run begun in mid-run."""

    seed: int
    config: RunnerConfig
    result: Score
    true: int
    missed: int
    extra: int
    sure: int
    wrong_and_sure: int
    unsure: int  # later than six steps after the mount was found
    drop_deg: float  # smaller of the two sides' mean true drop
    heading_deg: float  # right axis found against the true one


def judge(seed: int, config: RunnerConfig, run: SimulatedRun, events: Sequence[Event]) -> Outcome:
    """Count."""
    truth = truth_of(run)
    result = score(events, truth)
    gaps = [(e.t_s - GAP_MARGIN_S, e.t_s + e.duration_s + GAP_MARGIN_S) for e in events if isinstance(e, Gap)]
    first_s = run.t_s[0] + START_S

    def clear(times: Iterable[float]) -> int:
        return sum(t > first_s and not any(a < t < b for a, b in gaps) for t in times)

    matched = {true for true, _ in result.pairs}
    missed = [t for i, t in enumerate(truth.contact_s.tolist()) if i not in matched]
    mounts = [e for e in events if isinstance(e, MountFound)]
    heading = np.nan
    if mounts:
        right = np.array(mounts[-1].pelvis_from_sensor).reshape(3, 3)[2]
        heading = float(np.degrees(np.arccos(np.clip(right @ run.pelvis_from_sensor[2], -1.0, 1.0))))
    side_means = [np.nanmean(truth.drop_deg[truth.is_left == left]) for left in (True, False)]
    sure = [(true, step) for true, step in result.pairs if step.side_sure]
    mount_s = mounts[0].t_s if mounts else np.inf
    settled = [step for _, step in result.pairs if step.t_s > mount_s][STEPS_AFTER_MOUNT:]
    return Outcome(
        seed, config, result, clear(truth.contact_s.tolist()), clear(missed), clear(result.extra_s),
        len(sure), sum(not is_right(step, truth.is_left[true]) for true, step in sure),
        sum(not step.side_sure for step in settled), float(min(side_means)), heading,
    )  # fmt: skip


def run_and_judge(seed: int, minutes: float = 1.5) -> Outcome:
    """One random run from seed to outcome."""
    config, run = random_run(seed, minutes)
    _, events = play(run, config.rate_hz)
    return judge(seed, config, run, events)


def with_template(seed: int) -> Outcome:
    """A run of a runner whose stride is in the profile, sides confirmed, at another drop, with a walk and a stop."""
    from hipdrop.simulate import Bout

    config, fresh = random_run(seed)
    config = replace(config, drop_frames=0.0, gyro_bias_dps=_vector(np.ones(3), 0.5))
    pipeline, events = play(fresh, config.rate_hz)
    template = pipeline.template()
    assert template is not None
    truth = truth_of(fresh)
    pairs = score(events, truth).pairs
    left_is_left = 2 * sum(is_right(step, truth.is_left[true]) for true, step in pairs) > len(pairs)
    template = replace(template, mean=template.mean if left_is_left else -template.mean, confirmed=True)
    for attempt in range(50):
        drop_deg = float(np.random.default_rng((seed, 77, attempt)).uniform(-3.0, 6.0))
        later = replace(
            config, seed=seed + 100_000, minutes=3.0, drop_left_deg=drop_deg, drop_right_deg=drop_deg,
            walk=(Bout(1.0, 0.2),), stops=(Bout(2.0, 0.2),),
        )  # fmt: skip
        try:
            run = simulate(later)
        except UsageError:
            continue
        _, events = play(run, later.rate_hz, profile=Profile(template=template))
        return judge(seed, later, run, events)
    raise AssertionError(f"no run for seed {seed}")


def side_means(outcomes: Sequence[Outcome], side: Side) -> np.ndarray:
    """Mean drop error of each run that has valid steps of both sides."""
    return np.array(
        [o.result.bias_deg(side) for o in outcomes if all(len(v) for v in o.result.drop_error_deg.values())]
    )
