"""The live view: its numbers, and that it appears on a terminal only."""

from __future__ import annotations

import io

import pytest

from handmade import START_S, make_recording, make_run, make_step
from hipdrop.events import Activity, BaselineReady, Flag, Side, SidesChanged
from hipdrop.terminal import LAST_STEPS, LEVEL_STEPS, LiveModel, run_view


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_level_is_the_mean_of_the_last_counted_steps() -> None:
    model = LiveModel(START_S)
    model.take([make_step(i, START_S + i, Side.LEFT, 9.0) for i in range(100)])
    model.take([make_step(i, START_S + i, Side.LEFT, 2.0) for i in range(LEVEL_STEPS)])
    model.take([make_step(i, START_S + i, Side.LEFT, 50.0, (Flag.TURN,)) for i in range(5)])
    assert model.level_deg(Side.LEFT) == pytest.approx(2.0)
    assert model.level_deg(Side.RIGHT) != model.level_deg(Side.RIGHT)  # NaN before the first
    assert (len(model.steps), model.step_count) == (LAST_STEPS, 105 + LEVEL_STEPS)


def test_model_follows_the_run() -> None:
    model = LiveModel(START_S)
    model.take(make_run())
    assert model.activity is Activity.RUN
    assert model.baseline_deg == {Side.LEFT: 2.5, Side.RIGHT: 2.4}
    assert len(model.alerts) == 3
    model.take([BaselineReady(0.0, 1.0, 1.1, 1.05, 0.1, 0.1, 0.1, 9, "today")])
    assert model.baseline_deg[Side.LEFT] == 1.0


@pytest.mark.parametrize(("reason", "sure"), [("settled", True), ("corrected", True), ("unsure", False)])
def test_the_sides_are_sure_until_they_are_not(reason: str, sure: bool) -> None:
    model = LiveModel(START_S)
    model.take([make_step(0, START_S, Side.LEFT, 2.0, () if not sure else (Flag.SIDE,))])
    model.take([SidesChanged(START_S, reason, 0.9)])
    assert model.sides_sure is sure


def test_a_terminal_sees_steps_levels_and_alerts() -> None:
    stream = Terminal()
    with run_view(make_recording(), stream) as show:
        show(START_S + 600.0, make_run())
    text = stream.getvalue()
    for words in ("left leg: right hip drops", "ALERT: left leg", "10:00 of 20:00 min", "50 %", "171/min", "baseline"):
        assert words in text


def test_a_file_sees_nothing() -> None:
    stream = io.StringIO()
    with run_view(make_recording(), stream) as show:
        show(START_S + 1.0, make_run())
    assert stream.getvalue() == ""
