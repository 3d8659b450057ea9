"""`hipdrop coach run --demo`: somebody who runs and walks as the coach of the demo says, and whose left leg sags."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hipdrop.simulate import SimulatedRun
    from hipdrop.virtual.imu import Feed

STAND_S, WARM_UP_S = 3.0, 9.0
RUN_S, WALK_S, REPEATS = 30.0, 15.0, 3
REACTION_S = 1.5  # from a tone until the gait changes
SAG_DEG, SAG_S = 4.0, 65.0  # in the second run


def demo_run() -> SimulatedRun:
    """Simulate the run of the demo."""
    from hipdrop.simulate import Bout, RunnerConfig, Sag, simulate

    begins_s = STAND_S + WARM_UP_S
    turn_s = RUN_S + WALK_S + 2 * REACTION_S
    walks = [Bout(STAND_S / 60, WARM_UP_S / 60)]
    for number in range(REPEATS):
        start_s = begins_s + number * turn_s + RUN_S + REACTION_S
        last = number == REPEATS - 1
        walks.append(Bout(start_s / 60, (WALK_S + (30.0 if last else REACTION_S)) / 60))
    minutes = (begins_s + REPEATS * turn_s + 25.0) / 60
    sags = (Sag.parse(f"left:{SAG_DEG}@{SAG_S / 60:.3f}+0.05"),)
    return simulate(
        RunnerConfig(
            runner="rbds001_3.5ms", speed_ms=3.0, minutes=minutes, stand_s=STAND_S, walk=tuple(walks), sags=sags, seed=3
        )
    )


def demo_feed() -> Feed:
    """Give it as a virtual clip feels it."""
    import numpy as np

    from hipdrop.samples import STANDARD_GRAVITY_MS2
    from hipdrop.virtual.imu import Feed

    run = demo_run()
    acc = np.concatenate([block.acc_ms2 for block in run.blocks]) / STANDARD_GRAVITY_MS2
    gyr = np.degrees(np.concatenate([block.gyr_rads for block in run.blocks]))
    return Feed(run.config.rate_hz, acc, gyr)
