"""Which directions poses have seen, and which they lack."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hipcal.coverage import coverage, distinct, in_words, next_direction, widest_gap
from hipdrop.simulate.handposes import FACES, any_directions

Z_UP = np.array([[0.0, 0.0, 1.0]])


def test_one_pose_covers_its_cap_and_six_faces_six_of_them() -> None:
    cap = (1.0 - np.cos(np.deg2rad(45.0))) / 2.0
    assert coverage(Z_UP) == pytest.approx(cap, abs=0.01)
    assert coverage(FACES) == pytest.approx(6.0 * cap, abs=0.01)  # they touch, and do not overlap
    assert coverage(np.empty((0, 3))) == 0.0


def test_the_widest_gap_is_opposite_of_one_pose_and_at_the_corners_of_six_faces() -> None:
    gap_deg, where = widest_gap(Z_UP)
    assert gap_deg == pytest.approx(180.0, abs=5.0)
    assert where[2] < -0.99
    gap_deg, where = widest_gap(FACES)
    assert gap_deg == pytest.approx(np.degrees(np.arccos(1 / np.sqrt(3.0))), abs=3.0)
    np.testing.assert_allclose(np.abs(where), 1 / np.sqrt(3.0), atol=0.07)


@given(st.integers(0, 1000), st.integers(1, 30))
def test_more_poses_never_cover_less(seed: int, count: int) -> None:
    directions = any_directions(np.random.default_rng(seed), count + 1)
    assert coverage(directions) >= coverage(directions[:-1])
    assert widest_gap(directions)[0] <= widest_gap(directions[:-1])[0]


def test_poses_that_are_alike_count_once() -> None:
    draws = np.random.default_rng(1)
    again = Rotation.from_rotvec(np.deg2rad(4.0) * draws.standard_normal((6, 3))).apply(FACES)
    assert distinct(np.vstack([FACES, again])) == 6
    assert distinct(np.repeat(Z_UP, 5, axis=0)) == 1
    assert distinct(np.empty((0, 3))) == 0
    turned = Rotation.from_rotvec(np.outer(np.deg2rad([0.0, 14.0, 16.0]), [1.0, 0.0, 0.0])).apply([0.0, 0.0, 1.0])
    assert distinct(turned[:2]) == 1
    assert distinct(turned[[0, 2]]) == 2


def test_who_does_what_is_asked_for_has_the_six_faces_first_and_then_fills_the_gaps() -> None:
    slop = np.random.default_rng(2)
    done = np.empty((0, 3))
    gaps = []
    for _ in range(14):
        asked = next_direction(done)
        done = np.vstack([done, Rotation.from_rotvec(np.deg2rad(3.0) * slop.standard_normal(3)).apply(asked)])
        gaps.append(widest_gap(done)[0])
    assert distinct(done[:6]) == 6
    assert np.abs(done[:6]).max(axis=1).min() > 0.97
    assert gaps[5] < 66.0
    assert gaps[13] < 50.0
    assert coverage(done) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        ((0, 0, 1), "z up"),
        ((-1, 0.1, 0), "x down"),
        ((1, 0, 1), "x and z up"),
        ((1, -1, 0), "x up, y down"),
        ((-1, 1, -1), "y up, x and z down"),
        ((0.1, -9.8, 0.2), "y down"),
    ],
)
def test_a_direction_in_words(direction: tuple[float, float, float], words: str) -> None:
    assert in_words(np.array(direction)) == words
