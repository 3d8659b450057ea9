"""`hipdrop live --demo`: all that a run can show, within two minutes, for who looks at it for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hipdrop.settings import Settings

if TYPE_CHECKING:
    from hipdrop.virtual.imu import Feed

WORDS = (
    "a demo: the baseline is learned in half a minute, and the left leg sags at once; a real run takes 8 min to learn"
)
NOTICE = "a demo: short baseline, sudden sag"
# Half a minute for the baseline where a run takes minutes 3 to 8, and a slow level of 10 steps in place of 50: with a
# sag far over what fatigue does, that is safe enough to look at.
_MONITOR = {
    "baseline_from_min": 0.05,
    "baseline_until_min": 0.5,
    "stored_baseline_until_min": 0.5,
    "baseline_min_steps": 20,
    "ewma_weight": 0.1,
    "evidence_steps": 14,
    "evidence_window_steps": 20,
    "cool_down_s": 30.0,
}
_SAG_DEG, _SAG_MIN, _BACK_MIN, _RAMP_MIN = 4.0, 0.75, 1.25, 0.05


def demo_settings(settings: Settings) -> Settings:
    """Give the settings with a monitor in a hurry."""
    return settings.replace({"monitor": _MONITOR})


def demo_feed() -> Feed:
    """Make the run of the demo: three seconds of standing, then running; the left leg sags for half a minute."""
    import numpy as np

    from hipdrop.samples import STANDARD_GRAVITY_MS2
    from hipdrop.simulate import RunnerConfig, simulate
    from hipdrop.simulate.specs import Sag
    from hipdrop.virtual.imu import Feed

    sags = (
        Sag.parse(f"left:{_SAG_DEG}@{_SAG_MIN}+{_RAMP_MIN}"),
        Sag.parse(f"left:{-_SAG_DEG}@{_BACK_MIN}+{_RAMP_MIN}"),
    )
    run = simulate(RunnerConfig(runner="rbds001_3.5ms", speed_ms=3.0, minutes=2.5, stand_s=3.0, sags=sags, seed=3))
    acc = np.concatenate([block.acc_ms2 for block in run.blocks]) / STANDARD_GRAVITY_MS2
    gyr = np.degrees(np.concatenate([block.gyr_rads for block in run.blocks]))
    return Feed(run.config.rate_hz, acc, gyr)
