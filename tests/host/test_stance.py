"""Contact and toe-off after the run: closed forms, edges, and force plates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hipdrop.events import Step
from hipdrop.offline import analyse
from hipdrop.settings import Settings
from hipdrop.stance import ZeroPhaseContacts, crossings, low_passed, nearest
from recordings import read_table, running
from synthetic import RATE_HZ

LIMIT_BIAS_MS, LIMIT_SD_MS, LIMIT_CONTACT_SD_MS = 20.0, 8.0, 5.0


def test_a_cosine_crosses_a_level_where_the_arc_cosine_says() -> None:
    n = np.arange(2000)
    values = np.cos(2.0 * np.pi * n / 500.0)
    down = crossings(values, 0.5, upwards=False)
    up = crossings(values, 0.5, upwards=True)
    at = 500.0 * np.arccos(0.5) / (2.0 * np.pi)
    np.testing.assert_allclose(down, at + 500.0 * np.arange(4), atol=1e-3)
    np.testing.assert_allclose(up, 500.0 - at + 500.0 * np.arange(4), atol=1e-3)


def test_the_low_pass_delays_nothing_and_halves_the_power_twice_at_its_edge() -> None:
    t_s = np.arange(0.0, 20.0, 1.0 / RATE_HZ)
    for hz, gain in ((1.0, 1.0), (5.0, 0.5)):  # second order, twice: 1 / (1 + (f / 5)^4), but for the bilinear warp
        smooth = low_passed(np.sin(2.0 * np.pi * hz * t_s), RATE_HZ)
        inner = slice(len(t_s) // 4, -len(t_s) // 4)
        wave = np.exp(-2j * np.pi * hz * t_s[inner])
        ratio = np.vdot(wave, smooth[inner]) / np.vdot(wave, np.sin(2.0 * np.pi * hz * t_s[inner]))
        assert abs(ratio) == pytest.approx(gain / (1.0 if hz == 5.0 else 1.0 + (hz / 5.0) ** 4), abs=0.01)
        assert np.angle(ratio) == pytest.approx(0.0, abs=0.01)


def test_what_is_too_short_to_filter_stays_as_it_is() -> None:
    for length in (0, 1, 50):
        values = np.linspace(-1.0, 1.0, length)
        assert low_passed(values, RATE_HZ) is values


def test_nothing_to_cross_gives_nothing() -> None:
    assert len(crossings(np.empty(0), 0.0, upwards=True)) == 0
    assert len(crossings(np.full(100, 0.3), 0.0, upwards=True)) == 0
    assert nearest(np.empty(0), 3.0) == float("inf")
    assert nearest(np.array([1.0, 4.0]), 3.0) == 4.0
    assert ZeroPhaseContacts(RATE_HZ, 0, Settings().contacts, []) is not None


def test_a_gap_ends_a_stretch_and_its_filter(reference_data: Path) -> None:
    """A step of the signal at the gap must not ring into the stance beside it."""
    recording = running(reference_data / "running" / "rbds001_3.5ms")
    whole = analyse(recording.blocks, recording.rate_hz, mount=recording.pelvis_from_sensor)
    (block,) = recording.blocks
    cut = round(20.0 * recording.rate_hz)
    pieces = [block.slice(0, cut), block.slice(cut + round(3.0 * recording.rate_hz), len(block))]
    pieces[1] = type(block)(pieces[1].t_s, pieces[1].acc_ms2, pieces[1].gyr_rads, pieces[1].first_index, 3.0)
    broken = analyse(pieces, recording.rate_hz, mount=recording.pelvis_from_sensor)
    before, after = ([s.t_s for s in r.events if isinstance(s, Step) and s.t_s < 19.0] for r in (whole, broken))
    np.testing.assert_allclose(after, before, atol=1e-4)


@pytest.mark.parametrize("name", ["rbds001_2.5ms", "rbds001_3.5ms", "jdx_s999"])
def test_against_the_force_plates(reference_data: Path, name: str) -> None:
    """Contact time within 20 ms, SD under 8 ms; contacts SD under 5 ms."""
    recording = running(reference_data / "running" / name)
    truth = read_table(reference_data / "running" / name / "truth_contacts.csv")
    found = analyse(recording.blocks, recording.rate_hz, mount=recording.pelvis_from_sensor)
    steps = [event for event in found.events if isinstance(event, Step) and np.isfinite(event.contact_ms)]
    span_s = truth["contact_s"][[0, -1]] + (-0.1, 0.1)  # a stance cut by either end of the run is not in the truth
    steps = [step for step in steps if span_s[0] < step.t_s < span_s[1]]
    at = np.array([int(np.abs(truth["contact_s"] - step.t_s).argmin()) for step in steps])
    assert len(set(at.tolist())) == len(at) >= len(truth["contact_s"]) - 2
    contact_ms = 1e3 * (np.array([step.t_s for step in steps]) - truth["contact_s"][at])
    stance_ms = np.array([step.contact_ms for step in steps]) - 1e3 * (truth["toe_off_s"] - truth["contact_s"])[at]
    assert abs(stance_ms.mean()) < LIMIT_BIAS_MS
    assert stance_ms.std() < LIMIT_SD_MS
    assert contact_ms.std() < LIMIT_CONTACT_SD_MS
