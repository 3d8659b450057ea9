"""Steps counted on the clip, under MicroPython, against the contacts of force plates and against walking."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hipdrop.virtual.imu.feed import Feed, counts

SCRIPT = """
import micropython, sys
from hipclip.cadence import Cadence
class Clock:
    rate_mhz, index = int(sys.argv[2]), 0
clock = Clock()
cadence = Cadence(clock, 488000)
block, seen = bytearray(12 * 19), []
view = memoryview(block)
with open(sys.argv[1], "rb") as source:
    while True:
        n = source.readinto(view) // 12
        if n == 0:
            break
        micropython.heap_lock()
        try:
            cadence.take(block, n, clock.index, 0, 0)
        finally:
            micropython.heap_unlock()
        clock.index += n
        seen.append(cadence.steps_per_minute)
seen.sort()
running = [value for value in seen if value]
print(cadence.steps, running[len(running) // 2] if running else 0, len(running) * 100 // len(seen))
"""


def counted(micropython: Callable[..., str], folder: Path, feed: Feed) -> tuple[int, int, int]:
    """Steps, median cadence while there is one, percent of the time with one."""
    data = np.hstack((counts(feed.acc_g, 0.488e-3), counts(feed.gyr_dps, 0.070))).astype("<i2").tobytes()
    (folder / "in").write_bytes(data)
    steps, cadence, percent = micropython(SCRIPT, str(folder / "in"), str(round(feed.rate_hz * 1000))).split()
    return int(steps), int(cadence), int(percent)


@pytest.mark.parametrize("run", ["rbds001_2.5ms", "rbds001_3.5ms", "jdx_s999"])
def test_it_counts_the_steps_of_real_runners(
    micropython: Callable[..., str], reference_data: Path, tmp_path: Path, run: str
) -> None:
    folder = reference_data / "running" / run
    with (folder / "truth_contacts.csv").open() as file:
        true_s = [float(row["contact_s"]) for row in csv.DictReader(file)]
    steps, cadence, _ = counted(micropython, tmp_path, Feed.from_file(folder / "imu.csv"))
    assert abs(steps - len(true_s)) <= 2  # the first and the last may lie outside the force plates' time
    assert cadence == pytest.approx(60.0 / np.median(np.diff(true_s)), abs=3.0)


@pytest.mark.parametrize("walk", ["mobgap_ha001/daily", "mobgap_ha001/straight"])
def test_walking_is_no_running(
    micropython: Callable[..., str], reference_data: Path, tmp_path: Path, walk: str
) -> None:
    steps, cadence, percent = counted(
        micropython, tmp_path, Feed.from_file(reference_data / "walking" / walk / "imu.csv")
    )
    assert (steps, cadence, percent) == (0, 0, 0)


@pytest.mark.parametrize("steps_hz", [2.3, 2.75, 3.2])
def test_a_hopping_sine_gives_its_own_cadence(micropython: Callable[..., str], tmp_path: Path, steps_hz: float) -> None:
    t_s = np.arange(208 * 12) / 208.0
    hop = np.clip(1.0 + 1.4 * np.sin(2 * np.pi * steps_hz * t_s), 0.0, None)
    acc = np.column_stack((np.zeros_like(hop), hop, np.zeros_like(hop)))
    steps, cadence, _ = counted(micropython, tmp_path, Feed(208.0, acc, np.zeros_like(acc)))
    assert abs(steps - 12 * steps_hz) <= 1.5
    assert cadence == pytest.approx(60.0 * steps_hz, abs=1.5)


def test_standing_still_and_one_knock_are_no_cadence(micropython: Callable[..., str], tmp_path: Path) -> None:
    acc = np.tile([0.0, 1.0, 0.0], (208 * 5, 1))
    acc[500:506] = [0.0, -1.5, 4.0]
    assert counted(micropython, tmp_path, Feed(208.0, acc, np.zeros_like(acc)))[1:] == (0, 0)
