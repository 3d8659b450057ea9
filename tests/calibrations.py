"""Calibrations for tests: one in all its parts, and any that there may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from hypothesis import strategies as st

from hipcal.model import AccFit, Calibration, GyroFit, MountFit
from hipcal.plain import MOST_BIAS_DPS, MOST_OFFSET_MS2

MEASURED = datetime(2024, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=1)))
ACC = AccFit(
    (1.004, 0.002, -0.001, 0.002, 0.996, 0.003, -0.001, 0.003, 1.002),
    (0.12, -0.08, 0.21), 9, 12, 0.004, 0.83, 24.5, MEASURED, "good: twelve poses all around",
)  # fmt: skip
GYRO = GyroFit((0.4, -0.7, 0.25), 0.02, 6.0, None, MEASURED, "good")
MOUNT = MountFit((0.5, 0.5, 0.5, 0.5), "sacrum", "bends", 0.8, True, MEASURED + timedelta(hours=2), "good")
WHOLE = Calibration("A1", "LSM6DSOX", 16, 2000, 488_000, 70_000_000, ACC, GYRO, MOUNT)

words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40).filter(
    str.isprintable
)
times = st.datetimes(
    min_value=datetime(2010, 1, 1), max_value=datetime(2024, 1, 1),
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))) | st.just(UTC),
)  # fmt: skip
temperatures = st.none() | st.floats(-40, 85)


def numbers(most: float) -> st.SearchStrategy[float]:
    return st.floats(-most, most)


def vectors(most: float) -> st.SearchStrategy[tuple[float, float, float]]:
    return st.tuples(numbers(most), numbers(most), numbers(most))


@st.composite
def acc_fits(draw: st.DrawFn) -> AccFit:
    parameters = draw(st.sampled_from((3, 6, 9)))
    matrix = np.eye(3)
    if parameters >= 6:
        matrix += np.diag(draw(vectors(0.09)))
    if parameters == 9:
        for (row, column), value in zip(((0, 1), (0, 2), (1, 2)), draw(vectors(0.09)), strict=True):
            matrix[row, column] = matrix[column, row] = value
    return AccFit(
        tuple(matrix.ravel().tolist()), draw(vectors(MOST_OFFSET_MS2)), parameters, draw(st.integers(1, 100)),
        draw(st.floats(0, 1)), draw(st.floats(0, 1)), draw(temperatures), draw(times), draw(words),
    )  # fmt: skip


gyro_fits = st.builds(GyroFit, vectors(MOST_BIAS_DPS), st.floats(0, 5), st.floats(0.1, 600), temperatures, times, words)


@st.composite
def mount_fits(draw: st.DrawFn) -> MountFit:
    q = np.array(draw(st.tuples(*4 * [numbers(1.0)]).filter(lambda q: np.linalg.norm(q) > 0.1)))
    w, x, y, z = (q / np.linalg.norm(q)).tolist()
    site = draw(st.sampled_from(("sacrum", "left-hip", "right-hip", None)))
    method = draw(st.sampled_from(("bends", "running")))
    return MountFit((w, x, y, z), site, method, draw(st.floats(0, 20)), draw(st.booleans()), draw(times), draw(words))


calibrations = st.builds(
    Calibration,
    st.text("ABC0123456789-:", min_size=1, max_size=20), st.sampled_from(("LSM6DSOX", "MPU6886")),
    st.sampled_from((2, 4, 8, 16)), st.sampled_from((250, 500, 1000, 2000)),
    st.integers(1, 10**6), st.integers(1, 10**8),
    st.none() | acc_fits(), st.none() | gyro_fits, st.none() | mount_fits(),
)  # fmt: skip
