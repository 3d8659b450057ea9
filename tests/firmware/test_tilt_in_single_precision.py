"""The tilt filter with floats as the boards have them: 32 bits, where its low-pass has poles at 1 - 0.003."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hipdrop.data import sample_file
from hipdrop.samples import Array
from hipdrop.virtual.imu.feed import Feed, counts

ACC_G, GYR_DPS = 0.488e-3, 0.070
SECONDS = 40


def filter_in(kind: type, source: str) -> Any:
    """Make the filter with all its floats of this kind: NumPy keeps them so in sums with Python's own."""

    def rounded(function: Any) -> Any:
        return lambda *values: kind(function(*[float(value) for value in values]))

    names = ("sqrt", "cos", "sin", "tan", "radians")
    module = {"__name__": "tilt"}
    exec(source, module)
    module["math"] = SimpleNamespace(**{name: rounded(getattr(math, name)) for name in names}, pi=math.pi)  # type: ignore[assignment]
    made = module["TiltFilter"](208000, 488000, 70000000)  # type: ignore[operator]
    for name, value in vars(made).items():
        setattr(made, name, as_kind(kind, value))
    return made


def as_kind(kind: type, value: Any) -> Any:
    """Turn floats into this kind, alone or in a list or tuple."""
    if isinstance(value, (list, tuple)):
        return type(value)(as_kind(kind, each) for each in value)
    return kind(value) if isinstance(value, float) else value


def ups(made: Any, rows: Array) -> Array:
    """Give (N, 3) up vectors."""
    found = []
    for row in rows.tolist():
        made.push(*row)
        found.append((float(made.up_x), float(made.up_y), float(made.up_z)))
    return np.array(found)


def running() -> Array:
    with sample_file() as path:
        feed = Feed.from_file(path)
    both = np.hstack((counts(feed.acc_g, ACC_G), counts(feed.gyr_dps, GYR_DPS))).astype(int)
    pairs = both[: 208 * SECONDS].reshape(-1, 2, 6)
    summed: Array = pairs.sum(axis=1)
    return summed


def standing() -> Array:
    """Tilted by 7 degrees, with hardly any noise: nothing shakes a low-pass that is stuck."""
    tilt_rad = math.radians(7.0)
    still = np.array([0.6 * math.sin(tilt_rad), math.cos(tilt_rad), 0.8 * math.sin(tilt_rad), 0, 0, 0]) / (0.5 * ACC_G)
    noise = np.random.default_rng(0).normal(0.0, 1.5, (104 * SECONDS, 6))
    counted: Array = np.rint(still + noise).astype(int)
    return counted


@pytest.mark.parametrize("make", [running, standing])
def test_floats_of_32_bits_cost_less_than_a_tenth_of_a_degree(repository: Path, make: Callable[[], Array]) -> None:
    source = (repository / "firmware" / "hipclip" / "tilt.py").read_text()
    single, double = filter_in(np.float32, source), filter_in(float, source)
    rows = make()
    narrow, wide = ups(single, rows), ups(double, rows)
    assert type(single._state[0]) is np.float32
    off_deg = np.degrees(np.linalg.norm(np.cross(narrow, wide), axis=1))[104 * 5 :]
    assert 0.0 < np.max(off_deg) < 0.1
