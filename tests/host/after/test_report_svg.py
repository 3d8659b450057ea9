"""Axes, lines and marks of the pictures."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from hipdrop.after.report import strides, svg
from hipdrop.after.report.svg import SMALL, WIDE, Moment, Plot, limits, place, thinned, ticks
from hipdrop.live import pelvis


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 60.0, 7, [0, 10, 20, 30, 40, 50, 60]),
        (-1.2, 4.9, 5, [0, 2, 4]),
        (0.0, 0.7, 7, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        (152.0, 161.0, 5, [152, 154, 156, 158, 160]),
        (-5.0, 5.0, 5, [-4, -2, 0, 2, 4]),
    ],
)
def test_ticks_are_round_and_few(low: float, high: float, most: int, expected: list[float]) -> None:
    assert ticks(low, high, most) == pytest.approx(expected)


def test_places_are_linear_and_stay_within_the_axes() -> None:
    plot = Plot(WIDE, (0.0, 10.0), (0.0, 5.0), "x", "y")
    x, y = plot.at_x(np.array([-1.0, 0.0, 5.0, 10.0, 11.0])), plot.at_y(np.array([-9.0, 0.0, 5.0]))
    assert x.tolist() == [54.0, 54.0, 375.0, 696.0, 696.0]
    assert y.tolist() == [278.0, 278.0, 30.0]


def test_a_line_is_broken_where_it_is_not_known() -> None:
    plot = Plot(SMALL, (0.0, 4.0), (0.0, 1.0), "x", "y")
    plot.line(np.arange(5.0), np.array([0.0, 1.0, np.nan, 1.0, 0.0]), "both")
    (path,) = re.findall(r'class="line both" d="([^"]+)"', plot.markup("words"))
    assert re.sub(r"[\d. ]+", "", path) == "MLML"
    plot.line(np.full(3, np.nan), np.zeros(3), "left")
    assert list(plot.looks) == ["line both"]


def test_dots_outside_the_axes_are_left_out() -> None:
    plot = Plot(SMALL, (0.0, 4.0), (0.0, 1.0), "x", "y")
    plot.dots(np.arange(4.0), np.array([0.5, 2.0, -1.0, np.nan]), "left")
    assert plot.markup("words").count("h.1") == 1


def test_a_long_line_keeps_what_can_be_seen_and_its_breaks() -> None:
    x = np.arange(100_000.0)
    y = np.sin(x)
    x[5000:5002] = y[5000:5002] = np.nan
    few, values = thinned(x, y)
    assert len(few) == len(values) < 1.02 * svg.MOST_POINTS
    assert np.isnan(few).sum() == 2
    assert (few[0], few[-1]) == (0.0, 99_999.0)
    assert [len(part) for part in thinned(np.empty(0), np.empty(0))] == [0, 0]


def test_labels_of_marks_cover_no_other() -> None:
    many = [Moment(float(x), "alert", "12:34") for x in (1, 1.1, 1.2, 1.3, 5, 9.9)]
    placed = place(many, lambda x: 60.0 * x, 600.0)
    assert [label is None for _, _, label in placed] == [False, False, False, True, False, False]
    assert placed[-1][2] < 60.0 * 9.9  # to the left, where there is room
    for row in range(svg.ROWS):
        spans = sorted((min(60 * m.x, at), max(60 * m.x, at)) for m, r, at in placed if r == row and at is not None)
        assert all(b[0] - a[1] > 40 for a, b in pairwise(spans))


def test_words_in_a_drawing_are_escaped() -> None:
    plot = Plot(SMALL, (0.0, 1.0), (0.0, 1.0), "<x>", "y & z", [Moment(0.5, "mark", '"<b>"')])
    drawn = plot.markup('a "b" <c>')
    assert "<x>" not in drawn
    assert "<b>" not in drawn
    assert 'aria-label="a &#34;b&#34; &lt;c&gt;"' in drawn


def test_limits_hold_what_must_be_seen() -> None:
    assert limits(np.array([3.0, 3.0]), least=2.0, floor=0.0)[0] == 0.0
    low, high = limits(np.array([3.0, np.nan, 3.0]), least=2.0)
    assert low < 3.0 < high
    assert high - low >= 2.0


def test_the_pelvis_is_drawn_as_large_as_live() -> None:
    assert strides.DRAWN_TIMES == pelvis.DRAWN_TIMES
