"""What a run comes to, and its words, from events written by hand."""

from __future__ import annotations

import math

import pytest

import hipdrop.summary as summary_module
from handmade import START_S, STEP_S, make_recording, make_run, make_step
from hipdrop import wording
from hipdrop.events import Event, Flag, GyroBias, MountRefused, MountSlipped, Side, SidesChanged
from hipdrop.summary import summarize
from hipdrop.wording import clock, length, share, summary_lines


def level_run(drops_deg: list[float], flags: tuple[Flag, ...] = ()) -> list[Event]:
    """Give steps of these drops, left and right in turn."""
    sides = (Side.LEFT, Side.RIGHT)
    return [make_step(i, START_S + i * STEP_S, sides[i % 2], d, flags) for i, d in enumerate(drops_deg)]


def test_fresh_and_end_are_the_ends_of_the_running() -> None:
    """200 steps: the first fifth at 2 (left) and 3 deg (right), the last fifth at 4 and 3, 9 between them."""
    drops_deg = 20 * [2.0, 3.0] + 60 * [9.0, 9.0] + 20 * [4.0, 3.0]
    summary = summarize(make_recording(), level_run(drops_deg))
    left, right, both = summary.drops
    assert (left.fresh_deg, left.end_deg, left.change_deg, left.counted) == (2.0, 4.0, 2.0, 100)
    assert (right.fresh_deg, right.end_deg, right.change_deg, right.counted) == (3.0, 3.0, 0.0, 100)
    assert (both.fresh_deg, both.end_deg, both.counted) == (2.5, 3.5, 200)
    assert (summary.steps, summary.counted) == (200, 200)
    assert summary.running_s == pytest.approx(200 * STEP_S)
    assert math.isnan(left.baseline_deg)


def test_fresh_is_at_most_five_minutes() -> None:
    """60 minutes that rise by 0.1 deg a minute: the median of the first five is at 2.5 minutes."""
    count = round(3600 / STEP_S)
    drops_deg = [0.1 * i * STEP_S / 60 for i in range(count)]
    left = summarize(make_recording(60), level_run(drops_deg)).drops[0]
    assert left.fresh_deg == pytest.approx(0.25, abs=0.001)
    assert left.end_deg == pytest.approx(5.75, abs=0.001)


def test_left_out_steps_count_for_nothing_and_a_bend_only_for_both() -> None:
    bend = summarize(make_recording(), level_run(50 * [2.0, 3.0], (Flag.TURN,)))
    assert [drop.counted for drop in bend.drops] == [0, 0, 100]
    assert bend.flags == {Flag.TURN: 100}
    loose = summarize(make_recording(), level_run(50 * [2.0, 3.0], (Flag.WOBBLE,)))
    assert [drop.counted for drop in loose.drops] == [0, 0, 0]
    assert any("belt was loose" in warning for warning in loose.warnings)


def test_the_last_step_may_have_no_end() -> None:
    events = [*level_run(20 * [2.0, 3.0]), make_step(40, 200.0, Side.LEFT, float("nan"), (Flag.STOP,))]
    object.__setattr__(events[-1], "step_s", float("nan"))
    assert summarize(make_recording(), events).running_s == pytest.approx(40 * STEP_S)


def test_no_running() -> None:
    summary = summarize(make_recording(), [])
    text = "\n".join(summary_lines(summary))
    assert "no running was found" in text
    assert "not a diagnosis" in text


def test_warnings_name_what_happened() -> None:
    steps = level_run(10 * [2.0, 3.0], (Flag.SIDE,))
    events = [
        *steps,
        MountSlipped(110.0, 25.0),
        MountRefused(10.0, 180.0),
        SidesChanged(111.0, "corrected", 0.9),
        GyroBias(112.0, (0.1, -2.6, 0.3), at_rest=False),
        GyroBias(113.0, (9.0, 0.0, 0.0), at_rest=True),
    ]
    text = "\n".join(summarize(make_recording(), events).warnings)
    for words in ("not found", "100 %", "moved on the body by 25°", "corrected", "off by 2.6 deg/s", "no baseline"):
        assert words in text
    assert "9.0" not in text
    for hint in ("half a minute or more", "gyroscope may be in another unit"):  # why no mount was found
        assert hint in text


def test_every_flag_has_words_in_one_place() -> None:
    assert set(wording.FLAG_WORDS) == set(Flag)
    assert not hasattr(summary_module, "FLAG_WORDS")


def test_the_whole_summary_in_words() -> None:
    text = "\n".join(summary_lines(summarize(make_recording(), make_run())))
    assert "recording  20:00 min at 10.0 Hz, samples missing once (20.0 s)" in text
    assert "on the sacrum, mount found by itself" in text
    assert "in a bend" in text
    assert "left leg: right hip drops" in text
    assert "ALERT      at 14:00  left leg" in text
    assert "cleared    at 15:00" in text
    assert "withheld   at 12:00  only turning steps lately" in text


def test_small_words() -> None:
    assert (clock(0), clock(59.6), clock(3599.4), clock(3600), clock(36061)) == (
        "0:00",
        "1:00",
        "59:59",
        "1:00:00",
        "10:01:01",
    )
    assert (length(90), length(7200)) == ("1:30 min", "2:00:00 h")
    assert (share(9999, 10000), share(1, 1), share(1, 3), share(0, 5), share(1, 2000)) == (
        "100.0 %",
        "100 %",
        "33 %",
        "0 %",
        "0.1 %",
    )
