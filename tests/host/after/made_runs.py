"""Runs of the history made by hand, and months of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np

from hipdrop.after.history.runs import NAN, BeganFrom, Mark, Run, SideOfRun, Source
from hipdrop.events import Side

ZONE = timezone(timedelta(hours=1))
MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=ZONE)
STEPS_PER_MIN = 170


def make_run(began: datetime = MONDAY, minutes: float = 30.0, *, sag_deg: float = 0.5, **changed: object) -> Run:
    """Make a run of these minutes whose left drop grows by so much half way."""
    steps = round(STEPS_PER_MIN * minutes)

    def side(side: Side, of: int, grown_deg: float) -> SideOfRun:
        late = 30.0 * minutes if grown_deg >= 0.5 else NAN
        return SideOfRun(
            side, of, of, 3.0, 3.0, 3.0 + grown_deg, 3.0, late, late - 60, late + 60,
            grown_deg if late == late else NAN, int(grown_deg >= 1.5), 0.5 * minutes * grown_deg,
        )  # fmt: skip

    sides = (
        side(Side.LEFT, steps // 2, sag_deg),
        side(Side.RIGHT, steps - steps // 2, 0.1),
        side(Side.BOTH, steps, 0.2),
    )
    run = Run(
        f"A1@{round(1e3 * began.timestamp())}", began, BeganFrom.RECORDING, Source.ANALYSIS, "0.1.0",
        person="Anna", shoe="Trail", clip="A1", file="/nowhere/run.mcap", samples=round(12480 * minutes),
        lost_share=0.001, valid_share=0.97, lasting_s=60 * minutes + 30, running_s=60 * minutes, steps=steps,
        cadence_spm=170.0, list_deg=0.1, list_sd_deg=0.4, net_turn_deg=20.0, left_turn_deg=0.0, right_turn_deg=0.0,
        left_turn_share=0.0, right_turn_share=0.0, sides=sides, marks=(Mark(900.0, "pain: left knee"),),
    )  # fmt: skip
    return replace(run, **changed)  # type: ignore[arg-type]


def make_months(months: int = 3, seed: int = 1) -> list[Run]:
    """Make runs on Mondays, Wednesdays and Saturdays; one that is much too long in the last week."""
    rng = np.random.default_rng(seed)
    runs = []
    for week in range(round(4.35 * months)):
        for day, minutes in ((0, 30.0), (2, 35.0), (5, 45.0)):
            if rng.random() < 0.1:
                continue
            began = MONDAY + timedelta(weeks=week, days=day, minutes=float(rng.uniform(-60, 60)))
            sag_deg = float(np.clip(rng.normal(1.2 - 0.06 * week, 0.4), 0.0, None))
            cadence = float(rng.normal(168 + 0.3 * week, 1.5))
            run = make_run(began, minutes * float(rng.uniform(0.9, 1.1)), sag_deg=sag_deg, cadence_spm=cadence)
            runs.append(
                replace(run, list_deg=float(rng.normal(1.4, 0.3)), left_turn_deg=360.0 * float(rng.uniform(6, 9)))
            )
    last = runs[-1]
    return [*runs[:-1], make_run(last.began, 75.0, sag_deg=2.2, list_deg=1.6, left_turn_deg=3600.0)]
