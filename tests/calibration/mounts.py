"""Simulated procedures for the mount, and how far an estimate is from the truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hipdrop.events import Site
from hipdrop.samples import Array
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.movements import Movement
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.sensorerrors import SensorErrors


def do(movements: Sequence[Movement], seed: int = 1, **options: object) -> MovementsRun:
    """Movements in a random mount."""
    return perform(movements, RunnerConfig(**{"seed": seed, "mount": "random", **options}))  # type: ignore[arg-type]


def do_with_errors(movements: Sequence[Movement], seed: int) -> MovementsRun:
    """The same with a chip of its own, at one of the sites."""
    errors = SensorErrors.random(np.random.default_rng((seed, 1)))
    return do(movements, seed, site=list(Site)[seed % 3], sensor_errors=errors)


def heading_error_deg(found: Array, true: Array) -> float:
    """Angle about the found up from the true right axis to the found one, -180 to 180."""
    level = true[2] - (true[2] @ found[1]) * found[1]
    return float(np.degrees(np.arctan2(level @ found[0], level @ found[2])))
