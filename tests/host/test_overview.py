"""The picture: its data in closed form, and that it draws whatever a run may hold."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib import image

from handmade import START_S, make_recording, make_run, make_step, make_wave
from hipdrop.events import ActivityChanged, AlertRaised, Event, Flag, Side
from hipdrop.overview import SIZE_IN, draw_overview, drop_limits
from hipdrop.overview_data import broken, drop_track, long_gaps, pauses, running_mean, running_median, side_waves
from hipdrop.settings import Settings
from hipdrop.summary import summarize

END_S = START_S + 1200.0


def picture(events: list[Event], settings: Settings, *, wave: bool = True) -> np.ndarray:
    summary = summarize(make_recording(), events)
    return image.imread(io.BytesIO(draw_overview(summary, events, settings, make_wave() if wave else None)))


@pytest.mark.parametrize(("running", "plainly"), [(running_median, np.median), (running_mean, np.mean)])
def test_running_values_against_the_plain_ones(
    running: Callable[[np.ndarray, int], np.ndarray], plainly: Callable[[np.ndarray], float]
) -> None:
    values = np.random.default_rng(5).normal(size=60)
    for length, count in itertools.product((1, 5, 41), (0, 1, 2, 7, 40, 41, 42, 60)):
        half = length // 2
        plain = [plainly(values[max(0, i - half) : min(count, i + half + 1)]) for i in range(count)]
        np.testing.assert_allclose(running(values[:count], length), plain, atol=1e-12)


def test_a_line_is_broken_where_no_steps_came() -> None:
    t_min, values = broken(np.array([0.0, 0.1, 1.0, 1.1]), np.array([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_array_equal(values, [1.0, 2.0, np.nan, 3.0, 4.0])
    assert len(t_min) == 5


def test_track_of_a_leg() -> None:
    track = drop_track(Side.LEFT, make_run(), START_S, END_S, Settings().monitor)
    assert track.counted_min[0] > 10 / 60
    assert len(track.smooth_deg) == len(track.counted_deg) == len(track.counted_min)
    assert track.smooth_deg[-1] - track.smooth_deg[100] == pytest.approx(2.0, abs=0.5)  # the sag
    (reference,) = track.references
    assert (reference.from_min, reference.to_min, reference.level_deg) == (5.0, 20.0, 2.5)
    assert reference.limit_deg == 2.5 + Settings().monitor.dead_band_deg
    assert len(track.alerts) == 3
    assert drop_track(Side.RIGHT, make_run(), START_S, END_S, Settings().monitor).alerts == ()


def test_band_of_the_target_mode() -> None:
    settings = Settings().replace({"monitor": {"mode": "target", "target_left_deg": 4.0}})
    left, right = (drop_track(side, make_run(), START_S, END_S, settings.monitor) for side in (Side.LEFT, Side.RIGHT))
    assert [(ref.from_min, ref.to_min, ref.level_deg) for ref in left.references] == [(0.0, 20.0, 4.0)]
    assert right.references == ()


def test_pauses_and_gaps_in_minutes() -> None:
    np.testing.assert_allclose(pauses(make_run(), START_S, END_S), [(0, 10 / 60), (6.0, 6.6)])
    np.testing.assert_allclose(long_gaps(make_run(), START_S), [(8.0, 8.0 + 20 / 60)])
    assert pauses([], START_S, END_S) == []


def test_each_leg_sees_its_own_drop_first() -> None:
    waves = side_waves(make_wave(left_deg=4.0, right_deg=2.0))
    shift_deg = 2 / np.pi * (4.0 - 2.0) / 2  # mean of the two half sines
    assert waves[Side.LEFT].drop_deg[25] == pytest.approx(4.0 - shift_deg, abs=0.01)
    assert waves[Side.RIGHT].drop_deg[25] == pytest.approx(2.0 + shift_deg, abs=0.01)
    assert waves[Side.RIGHT].drop_deg[0] == pytest.approx(waves[Side.RIGHT].drop_deg[100], abs=1e-9)


def test_limits_hold_baseline_and_steps() -> None:
    tracks = [drop_track(side, make_run(), START_S, END_S, Settings().monitor) for side in (Side.LEFT, Side.RIGHT)]
    low_deg, high_deg = drop_limits(tracks)
    assert low_deg < 0
    assert high_deg > max(np.percentile(track.counted_deg, 99) for track in tracks)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [make_step(0, START_S + 20, Side.LEFT, 2.0)],
        [make_step(i, START_S + i, Side.LEFT, float("nan"), (Flag.START,)) for i in range(5)],
        [make_step(i, START_S + i, Side.LEFT, 2.0, (Flag.SIDE,)) for i in range(200)],
        [*make_run(), *(AlertRaised(START_S + 50 * i, Side.BOTH, 4.0, 2.5, 1.5, "x") for i in range(20))],
        [event for event in make_run() if not isinstance(event, ActivityChanged)],
    ],
    ids=["nothing", "one step", "no drop", "nothing counted", "many alerts", "no activity"],
)
def test_draws_whatever_comes(events: list[Event]) -> None:
    drawn = picture(events, Settings(), wave=len(events) > 100)
    assert drawn.shape[0] / drawn.shape[1] == pytest.approx(SIZE_IN[1] / SIZE_IN[0], abs=0.01)
    assert drawn.std() > 0.05  # something is on it


def test_a_sag_changes_the_picture() -> None:
    settings = Settings()
    assert not np.array_equal(picture(make_run(sag_deg=0.0), settings), picture(make_run(sag_deg=2.0), settings))
    assert np.array_equal(picture(make_run(), settings), picture(make_run(), settings))
