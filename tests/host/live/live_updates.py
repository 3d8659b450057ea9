"""Updates as a run would tell them, made by the real pipeline, for the tests of the live model and of the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from hipdrop.events import Step
from hipdrop.live.updates import Facts, Update
from hipdrop.pipeline import Pipeline
from hipdrop.settings import Settings
from hipdrop.simulate import Bout, RunnerConfig, Sag, simulate

FACTS = Facts("virtual", "streaming", rate_hz=208.0, received=1000, battery_percent=87, recording="run.mcap")
# a whole run in three minutes: a memory of 12 steps in place of 50, and a third of the evidence
SHORT = Settings().replace(
    {
        "monitor": {
            "baseline_from_min": 0.2, "baseline_until_min": 0.7, "baseline_min_steps": 20, "ewma_weight": 0.08,
            "evidence_steps": 12, "evidence_window_steps": 18,
        }
    }
)  # fmt: skip
STAND_S, SAG_MIN, BACK_MIN, WALK_MIN, MINUTES = 5.0, 1.0, 1.8, 2.5, 3.0
RUN = RunnerConfig(
    runner="rbds001_3.5ms", minutes=MINUTES, stand_s=STAND_S, seed=3, mount="random", walk=(Bout(WALK_MIN, 0.3),),
    sags=(Sag.parse(f"left:4@{SAG_MIN}+0.1"), Sag.parse(f"left:-4@{BACK_MIN}+0.1")),
)  # fmt: skip
# an edge that the left leg is over when it sags; the right leg is under its own
TARGET = SHORT.replace({"monitor": {"mode": "target", "target_left_deg": 3.5, "target_right_deg": 4.0}})
RUNS: dict[str, tuple[RunnerConfig, Settings]] = {
    "left": (RUN, SHORT),
    "right": (replace(RUN, minutes=1.6, sags=(Sag.parse(f"right:4@{SAG_MIN}+0.1"),)), SHORT),
    "both": (replace(RUN, minutes=1.6, sags=(Sag.parse(f"both:4@{SAG_MIN}+0.1"),)), SHORT),
    "target": (replace(RUN, minutes=1.6, sags=(Sag.parse(f"left:4@{SAG_MIN}+0.1"),)), TARGET),
}


@lru_cache
def updates(length: int = 19, run: str = "left") -> tuple[Update, ...]:
    """Give the updates of a short run, one for each frame of `length` samples."""
    return tuple(_updates(length, *RUNS[run]))


def _updates(length: int, config: RunnerConfig, settings: Settings) -> Iterator[Update]:
    pipeline = Pipeline(208.0, settings)
    count = 0
    yield Update(facts=FACTS)
    for piece in (piece for block in simulate(config).blocks for piece in block.cut(length)):
        events = pipeline.push(piece)
        judged = pipeline.judged(count)
        count = judged.count
        strides = pipeline.recent_strides() if any(isinstance(event, Step) for event in events) else None
        yield Update(tuple(events), judged.points, judged.learning, float(piece.t_s[-1]), None, strides)
